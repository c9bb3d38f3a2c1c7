"""One link: three cold openings by three lawyers, then playing, a lost link, and what the record says afterwards."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from playwright.sync_api import Error

from benchmarks.watch.links import Link
from benchmarks.watch.site import Site, Viewer
from benchmarks.watch.stalls import Sample, Stalls, has_filled, played, stalls
from benchmarks.watch.visit import PATIENCE_S, Line, Opening, Visit, chromium, context_of

OPENINGS = 3
# The reporter tries again after a minute at most.
_REPORTED_S = 90.0
# The end of the buffer does not move for so long: the browser fetches no more.
_QUIET_S = 45.0


@dataclass
class Run:
    """What one link brought. Seconds; `buffered` lay ahead when the link was cut; `recovered` is how long the picture
    stood still after the line was back. `trouble` says what kept the rest from being measured.
    """

    link: Link
    minutes: float
    openings: list[Opening] = field(default_factory=list)
    playing: Stalls | None = None
    growth: float | None = None
    filling_s: float | None = None
    buffered_s: float | None = None
    outage: Stalls | None = None
    recovered: Stalls | None = None
    played_s: float | None = None
    covered_s: float | None = None
    warm_requests: int | None = None
    trouble: str = ""

    def middle(self, figure: str) -> float | None:
        """Return the median of a figure of the openings; None when it was missing in one of them."""
        found = [getattr(opening, figure) for opening in self.openings]
        return None if not found or None in found else float(median(found))

    @property
    def mode_share(self) -> float | None:
        """The dearest mode that the player chose by itself, as a share of the line."""
        return max((opening.chosen_kbits for opening in self.openings), default=0) / self.link.kbits or None

    @property
    def lost_s(self) -> float | None:
        if self.played_s is None or self.covered_s is None:
            return None
        return max(self.played_s - self.covered_s, 0.0)


def run(
    link: Link, line: Line, site: Site, folder: Path, *, viewers: list[Viewer], minutes: float,
    say: Callable[[str], None],
) -> Run:  # fmt: skip
    """Measure one link with as many viewers as there are openings. The last of them goes on watching."""
    found = Run(link, minutes)
    line.become(link)
    base = line.carry(site.port)
    with chromium(line, folder) as browser:
        try:
            for number, viewer in enumerate(viewers, start=1):
                say(f"opening {number} of {len(viewers)}")
                context = context_of(browser, base, viewer)
                visit = Visit(context.new_page(), line, base + site.path)
                found.openings.append(visit.open())
                if number < len(viewers):
                    context.close()
            if found.openings[-1].picture_s is None:
                found.trouble = "no first picture"
            else:
                _watch(found, visit, line, site, viewers[-1], say)
                found.warm_requests = visit.again()
        except Error as error:
            found.trouble = str(error).splitlines()[0]
    return found


def _watch(
    found: Run, visit: Visit, line: Line, site: Site, viewer: Viewer, say: Callable[[str], None]
) -> None:
    minutes = found.minutes
    say(f"playing {minutes:g} minutes")
    began = visit.first_picture
    visit.watch(60 * minutes)
    found.playing = stalls(visit.samples, begin=began, end=began + 60 * minutes)

    wanted, begin = 60 * minutes + 15, visit.now
    say("filling the buffer")
    longest = 1.5 * 60 * minutes + 60
    while not has_filled(visit.samples, wanted=wanted, quiet=_QUIET_S) and visit.now - begin < longest:
        visit.watch(5)
    found.filling_s, found.buffered_s = visit.now - began, visit.samples[-1].ahead
    found.growth = _growth(visit.samples, began)

    say(f"the line is cut for {minutes:g} minutes, {found.buffered_s:.0f} s are buffered")
    begin = visit.now
    line.cut()
    visit.watch(60 * minutes)
    end = visit.now
    found.outage = stalls(visit.samples, begin=begin, end=end)

    say("the line is back")
    line.restore()
    visit.watch(_REPORTED_S)
    found.recovered = stalls(visit.samples, begin=end, end=visit.now)
    visit.pause()
    found.played_s = played(visit.samples)
    until = time.monotonic() + PATIENCE_S
    while site.covered_s(viewer) < found.played_s - 0.5 and time.monotonic() < until:
        visit.page.wait_for_timeout(1000)
    found.covered_s = site.covered_s(viewer)


def _growth(samples: list[Sample], began: float) -> float | None:
    """Seconds of buffer won for each second of playing, over the first minute."""
    minute = [sample for sample in samples if began <= sample.at <= began + 60]
    if len(minute) < 2 or minute[-1].at - minute[0].at < 30:
        return None
    return (minute[-1].ahead - minute[0].ahead) / (minute[-1].at - minute[0].at)
