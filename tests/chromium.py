"""A headless Chromium for tests, and waiting in its pages. Every module starts its own: two Playwrights in one process do
not get on.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

PATH = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]


@contextmanager
def launched() -> Iterator[Browser]:
    """Run a Chromium until the block ends."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=PATH, args=FLAGS)
        try:
            yield running
        finally:
            running.close()


def until(page: Page, true: str, seconds: float = 20, every_ms: int = 50) -> None:
    """Wait for something to be true in the page. By asking again: our pages let nobody evaluate strings, nor should they."""
    end = time.monotonic() + seconds
    while not page.evaluate(true):
        assert time.monotonic() < end, f"{true}: not in {seconds} s"
        page.wait_for_timeout(every_ms)
