"""One page of one lawyer in a real Chromium, behind a line that can be any link."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from benchmarks.watch.links import Link
from benchmarks.watch.relay import Relay
from benchmarks.watch.site import Viewer
from benchmarks.watch.stalls import Sample
from benchmarks.watch.traffic import Traffic
from benchmarks.watch.tunnel import NoTunnel, Tunnel

CHROMIUM = "/usr/bin/chromium"
# What the player sets up by itself is slow on the slowest link; nothing may wait for ever.
PATIENCE_S = 120.0
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


def open_line(stack: ExitStack, *, relay: bool, say: Callable[[str], None]) -> Line:
    """Return the line of this run: a tunnel of its own, or a relay where that is wished or nothing else can be had."""
    if not relay:
        try:
            return stack.enter_context(Tunnel())
        except NoTunnel as error:
            say(f"[yellow]{error}: a relay stands in for the line.[/yellow]")
    return stack.enter_context(Relay())


@contextmanager
def chromium(line: Line, folder: Path) -> Iterator[Browser]:
    """Start a Chromium whose every packet passes the line."""
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
            yield browser
        finally:
            # It could not end over a line that is cut.
            line.restore()
            browser.close()


def context_of(browser: Browser, base: str, viewer: Viewer) -> BrowserContext:
    """Return a fresh profile, signed in as a viewer, that takes down where the picture is."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    context.add_cookies([{"name": "sessionid", "value": viewer.session, "url": base}])
    context.add_init_script(_WATCHER)
    context.set_default_timeout(PATIENCE_S * 1000)
    return context


class Visit:
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
        end = time.monotonic() + PATIENCE_S
        while True:
            told: dict[str, Any] = json.loads(self.page.evaluate("() => JSON.stringify(watcher.facts())"))
            if ready(told) or time.monotonic() > end:
                return told
            self.page.wait_for_timeout(100)

    def _take_samples(self) -> None:
        for at, place, ahead in self.page.evaluate("() => watcher.samples.splice(0)"):
            self.samples.append(Sample(at / 1000, place, ahead))
