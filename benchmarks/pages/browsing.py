"""Opens pages in Chromium on the three lines: requests cold and warm, and until when a page can be read."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext

from benchmarks.pages.targets import LINKS, Link

# The paint is noted some time after the page was loaded; null: not within ten seconds.
_PAINTED = """() => new Promise(done => {
    setTimeout(() => done(null), 10000)
    new PerformanceObserver(list => {
        const paint = list.getEntriesByName('first-contentful-paint')[0]
        if (paint) done(paint.startTime)
    }).observe({type: 'paint', buffered: true})
})"""


@dataclass
class Opened:
    """One page: requests of a first and of a second visit, and first contentful paint (ms) by the name of the line; None:
    nothing was painted.
    """

    cold: int = 0
    warm: int = 0
    readable_ms: dict[str, float | None] = field(default_factory=dict)
    readable_without_script: bool = False


def open_all(chromium: Browser, url: str, paths: Sequence[str]) -> dict[str, Opened]:
    """Open each page with an empty cache, and once more with a full one."""
    return {path: _open(chromium, url, path) for path in paths}


def _open(chromium: Browser, url: str, path: str) -> Opened:
    opened = Opened()
    for link in LINKS:
        context = chromium.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
        try:
            opened.readable_ms[link.name] = _readable(context, url + path, link, opened)
        finally:
            context.close()
    context = chromium.new_context(java_script_enabled=False, locale="zh-CN")
    try:
        page = context.new_page()
        page.goto(url + path)
        opened.readable_without_script = bool(
            page.locator("h1").count() and page.get_by_role("main").inner_text()
        )
    finally:
        context.close()
    return opened


def _readable(context: BrowserContext, address: str, link: Link, opened: Opened) -> float | None:
    page = context.new_page()
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": link.round_trip_ms,
            "downloadThroughput": link.usable_bytes_a_second,
            "uploadThroughput": link.usable_bytes_a_second,
        },
    )
    sent: list[str] = []

    def note(event: dict[str, Any]) -> None:
        if not event["request"]["url"].startswith("data:"):
            sent.append(event["requestId"])

    line.on("Network.requestWillBeSent", note)

    def kept(event: dict[str, Any]) -> None:
        if event["response"].get("fromDiskCache"):
            _forget(sent, event["requestId"])

    line.on("Network.responseReceived", kept)
    line.on("Network.requestServedFromCache", lambda event: _forget(sent, event["requestId"]))
    page.goto(address, wait_until="load", timeout=60_000)
    painted: float | None = page.evaluate(_PAINTED)
    opened.cold = max(opened.cold, len(sent))
    sent.clear()
    page.goto(address, wait_until="load", timeout=60_000)
    opened.warm = max(opened.warm, len(sent))
    return painted


def _forget(sent: list[str], request: str) -> None:
    if request in sent:
        sent.remove(request)
