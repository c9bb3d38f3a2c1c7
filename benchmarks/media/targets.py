"""What the pipeline promises, as data, and which promises one run of the benchmark saw broken."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """One promise: the name of a figure and the most or the least that it may be."""

    figure: str
    says: str
    at_most: float | None = None
    at_least: float | None = None

    def met(self, value: float) -> bool:
        """Tell whether a figure keeps the promise."""
        if self.at_most is not None and value > self.at_most:
            return False
        return self.at_least is None or value >= self.at_least

    @property
    def bound(self) -> str:
        """The promise as a table shows it."""
        return f"≤ {self.at_most:g}" if self.at_most is not None else f"≥ {self.at_least:g}"


TARGETS = (
    Target("ladder_to_bare", "CPU of our whole ladder / of the bare top rendition", at_most=1.5),
    Target("stored_to_leanest", "bytes that we store / that the leanest peer stores", at_most=0.25),
    Target("light_kbits", "light video of slides, all in, kbit/s", at_most=64),
    Target("light_read", "slide text of light video that can be read / of the recording", at_least=0.99),
    Target("audio_slides_kbits", "audio + slides, all in, kbit/s", at_most=32),
    Target("standard_kbits", "standard video of slides, all in, kbit/s", at_most=190),
    Target("clear_kbits", "clear video of slides, all in, kbit/s", at_most=380),
    Target("first_watchable", "start of the work to audio + slides / to the whole ladder", at_most=0.10),
    Target("camera_light_kbits", "light video of a camera, all in, kbit/s", at_most=64),
    Target("camera_standard_kbits", "standard video of a camera, all in, kbit/s", at_most=190),
    Target("camera_clear_kbits", "clear video of a camera, all in, kbit/s", at_most=380),
    Target(
        "camera_bits",
        "camera: our bits / a peer's at equal VMAF, the worst of all modes and peers",
        at_most=0.7,
    ),
)


@dataclass(frozen=True)
class Verdict:
    """The targets that were missed, and those that nothing was measured for."""

    missed: tuple[str, ...]
    unmeasured: tuple[str, ...]


def judge(figures: Mapping[str, float | None]) -> Verdict:
    """Hold the figures against the targets. What was not measured is never called kept."""
    missed, unmeasured = [], []
    for target in TARGETS:
        value = figures.get(target.figure)
        if value is None:
            unmeasured.append(target.figure)
        elif not target.met(value):
            missed.append(target.figure)
    return Verdict(tuple(missed), tuple(unmeasured))
