"""One link: three cold openings by three lawyers, then playing, a lost link, and what the record says afterwards."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Protocol

from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright

from benchmarks.watch.links import Link
from benchmarks.watch.site import Site, Viewer
from benchmarks.watch.stalls import Sample, Stalls, has_filled, played, stalls
from benchmarks.watch.traffic import Traffic

CHROMIUM = "/usr/bin/chromium"
OPENINGS = 3
# What the player sets up by itself is slow on the slowest link; nothing may wait for ever.
_PATIENCE_S = 120.0
# The reporter tries again after a minute at most.
_REPORTED_S = 90.0
# The end of the buffer does not move for so long: the browser fetches no more.
_QUIET_S = 45.0
_WATCHER = (Path(__file__).parent / "watcher.js").read_text(encoding="utf-8")


class Line(Protocol):
    """Something that stands between browser and server and can be any link."""

    says: str
    server: str
    traffic: Traffic

    def carry(self, port: int) -> str: ...
    def browser(self, program: str, folder: Path) -> str: ...
    def become(self, link: Link) -> None: ...
    def cut(self) -> None: ...
    def restore(self) -> None: ...


@dataclass(frozen=True)
class Opening:
    """One cold visit until the first picture: seconds, bytes that came over the line, and requests. Seconds and bytes
    of the picture count from pressing play. None: it did not come.
    """

    readable_s: float | None
    readable_bytes: int
    requests: int
    chosen: str
    chosen_kbits: float
    picture_s: float | None = None
    picture_bytes: int = 0
    picture_requests: int = 0
    script_bytes: int = 0


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
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=line.browser(CHROMIUM, folder),
            # Without these Chromium fetches things of its own over the line that is measured.
            args=[
                "--no-sandbox",
                "--disable-component-update",
                "--disable-background-networking",
                "--mute-audio",
            ],
        )
        try:
            for number, viewer in enumerate(viewers, start=1):
                say(f"opening {number} of {len(viewers)}")
                context = _context(browser, base, viewer)
                visit = _Visit(context.new_page(), line, base + site.path)
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
        finally:
            line.restore()
            browser.close()
    return found


def _watch(
    found: Run, visit: "_Visit", line: Line, site: Site, viewer: Viewer, say: Callable[[str], None]
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
    until = time.monotonic() + _PATIENCE_S
    while site.covered_s(viewer) < found.played_s - 0.5 and time.monotonic() < until:
        visit.page.wait_for_timeout(1000)
    found.covered_s = site.covered_s(viewer)


def _growth(samples: list[Sample], began: float) -> float | None:
    """Seconds of buffer won for each second of playing, over the first minute."""
    minute = [sample for sample in samples if began <= sample.at <= began + 60]
    if len(minute) < 2 or minute[-1].at - minute[0].at < 30:
        return None
    return (minute[-1].ahead - minute[0].ahead) / (minute[-1].at - minute[0].at)


def _context(browser: Browser, base: str, viewer: Viewer) -> BrowserContext:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    context.add_cookies([{"name": "sessionid", "value": viewer.session, "url": base}])
    context.add_init_script(_WATCHER)
    context.set_default_timeout(_PATIENCE_S * 1000)
    return context


class _Visit:
    """One page of one lawyer, and what it tells about itself."""

    def __init__(self, page: Page, line: Line, address: str) -> None:
        self.page, self.line, self.address = page, line, address
        self.samples: list[Sample] = []
        self._requests = 0
        page.on("request", lambda _request: self._count())
        self.first_picture = 0.0

    @property
    def now(self) -> float:
        """The page's clock, in seconds."""
        return float(self.page.evaluate("() => performance.now()")) / 1000

    def _count(self) -> None:
        self._requests += 1

    def open(self) -> Opening:
        """Open the page cold, read it, press play, and wait for the first picture."""
        self.page.goto(self.address, wait_until="load")
        facts = self._facts(lambda told: told["painted"] is not None)
        modes = {mode["mode"]: mode["kbits"] for mode in facts["modes"]}
        origin = facts["origin"] / 1000
        # Something is painted, and all of the page's text has come.
        readable = None if facts["painted"] is None else max(facts["painted"], facts["document"]) / 1000
        found: dict[str, Any] = {
            "readable_s": readable,
            "readable_bytes": self.line.traffic.between(origin, origin + (readable or 0)),
            "requests": 1 + len(facts["resources"]),
            "chosen": facts["chosen"],
            "chosen_kbits": modes[facts["chosen"]],
        }
        # B10 speaks of the light video.
        if facts["chosen"] != "light":
            self.page.check("input[value=light]", force=True)
        before = self._requests
        self.page.click("#play")
        facts = self._facts(lambda told: told["picture"] is not None)
        pressed, picture = facts["pressed"], facts["picture"]
        if picture is not None:
            self.first_picture = picture / 1000
            asked = [one for one in facts["resources"] if one["startTime"] < picture]
            found |= {
                "picture_s": (picture - pressed) / 1000,
                "picture_bytes": self.line.traffic.between(origin + pressed / 1000, origin + picture / 1000),
                "picture_requests": self._requests - before,
                "script_bytes": sum(one["encodedBodySize"] for one in asked if one["script"]),
            }
        return Opening(**found)

    def watch(self, seconds: float) -> None:
        """Let it play for some seconds and take down where the picture was."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.page.wait_for_timeout(1000 * min(left, 5))
            self._take_samples()

    def pause(self) -> None:
        """Press the button that now pauses."""
        self.page.click("#play")
        self._take_samples()

    def again(self) -> int:
        """Open the same page warm and return how many requests went over the line."""
        context = self.page.context
        self.page.close()
        # A page of its own: the same address once more in the same page would be a reload.
        self.page = context.new_page()
        self.page.goto(self.address, wait_until="load")
        resources = self._facts(lambda _told: True)["resources"]
        return 1 + len([one for one in resources if one["transferSize"] > 0])

    def _facts(self, ready: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        end = time.monotonic() + _PATIENCE_S
        while True:
            told: dict[str, Any] = json.loads(self.page.evaluate("() => JSON.stringify(watcher.facts())"))
            if ready(told) or time.monotonic() > end:
                return told
            self.page.wait_for_timeout(100)

    def _take_samples(self) -> None:
        for at, place, ahead in self.page.evaluate("() => watcher.samples.splice(0)"):
            self.samples.append(Sample(at / 1000, place, ahead))
