"""What the player promises on the test links (section 9 of the design document), as data, and which promises one run
saw broken.
"""

from collections.abc import Mapping

from benchmarks.media.targets import Target, Verdict
from benchmarks.watch.links import LINKS

# B16 speaks of ten minutes: a shorter outage can break the promise and never keep it.
OUTAGE_MINUTES = 10
SCRIPT_BYTES = 30_000
# Seconds of record that the measurement itself may be wrong by.
RECORD_S = 1.0
# B9 and B10: seconds on each link.
READABLE_S = {150: 3.0, 256: 2.0, 512: 1.2}
PICTURE_S = {150: 3.0, 256: 2.0, 512: 1.2}


def _of(kbits: int) -> tuple[Target, ...]:
    at = f"{kbits} kbit/s:"
    return (
        Target(
            f"{kbits}_script_bytes",
            f"{at} script before the first picture, bytes (B5)",
            at_most=SCRIPT_BYTES,
        ),
        Target(f"{kbits}_requests_cold", f"{at} requests of the page, cold (B8)", at_most=4),
        Target(f"{kbits}_requests_warm", f"{at} requests of the page, warm (B8)", at_most=1),
        Target(f"{kbits}_readable_s", f"{at} page readable, cold, s (B9)", at_most=READABLE_S[kbits]),
        Target(
            f"{kbits}_picture_s",
            f"{at} play to first picture, light video, s (B10)",
            at_most=PICTURE_S[kbits],
        ),
        Target(f"{kbits}_mode_share", f"{at} mode chosen by itself / the line (B15)", at_most=0.5),
        Target(f"{kbits}_outage_stalls", f"{at} stalls while the link is lost, full buffer (B16)", at_most=0),
        Target(f"{kbits}_lost_s", f"{at} record lost after the outage, s (B16)", at_most=RECORD_S),
    )


TARGETS = tuple(target for kbits in LINKS for target in _of(kbits))


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
