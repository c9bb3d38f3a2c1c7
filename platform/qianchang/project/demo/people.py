"""A person in a browser: one context each, signed in by the public sign-in page."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

# Debian's browser. The flags keep it from looking for the outside world, which a closed network refuses.
CHROMIUM_FLAGS = [
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--autoplay-policy=no-user-gesture-required",
]


class StepFailed(Exception):
    """A step of the demo did not give what the rules give; `.step` names it."""

    def __init__(self, step: str, what: str) -> None:
        super().__init__(f"{step}: {what}")
        self.step = step


@dataclass
class Person:
    """Somebody at a computer: a browser context of one's own and its only tab."""

    name: str
    site: str
    context: BrowserContext
    page: Page

    def visit(self, path: str) -> Page:
        """Open a page of the site; raise StepFailed when it answers with an error."""
        answer = self.page.goto(self.site + path, wait_until="domcontentloaded")
        if answer is None or answer.status >= 400:
            raise StepFailed(self.name, f"{path} answered {answer.status if answer else 'nothing'}")
        return self.page

    def sign_in(self, username: str, password: str) -> None:
        """Sign in by the form, as a person does."""
        self.visit("/account/login/")
        self.page.fill("#id_login", username)
        self.page.fill("#id_password", password)
        self.page.press("#id_password", "Enter")
        self.page.wait_for_load_state("domcontentloaded")
        if "/account/login" in self.page.url:
            raise StepFailed(self.name, "could not sign in")

    def read(self, path: str) -> Any:
        """Read a JSON resource of the API with this person's session."""
        answer = self.context.request.get(self.site + path)
        if not answer.ok:
            raise StepFailed(self.name, f"{path} answered {answer.status}: {answer.text()[:300]}")
        return answer.json()


def chromium_path() -> str:
    """Return where Chromium is. Raises StepFailed when the machine has none."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    raise StepFailed("browser", "there is no chromium on this machine; deploy/bootstrap installs it")


@contextmanager
def browser() -> Iterator[Browser]:
    """Run a headless Chromium."""
    playwright: Playwright
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=chromium_path(), headless=True, chromium_sandbox=False, args=CHROMIUM_FLAGS
        )
        try:
            yield running
        finally:
            running.close()


def sit_down(running: Browser, *, name: str, site: str) -> Person:
    """Give a person a fresh browser at 1366x768, in Chinese."""
    context = running.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    context.set_default_timeout(30_000)
    return Person(name=name, site=site, context=context, page=context.new_page())
