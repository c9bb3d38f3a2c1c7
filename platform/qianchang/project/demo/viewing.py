"""What the county lawyer does: enrol, watch to the end, answer the codes, look at the hours."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from playwright.sync_api import Page

from qianchang.project.demo.people import Person, StepFailed

# A lecture of up to this many seconds is watched at normal speed; a longer one faster, as far as the rule allows.
PATIENT_SECONDS = 120


@dataclass(frozen=True)
class Seen:
    """What was watched: percent of the lecture, seconds it took, the rate, and codes answered."""

    percent: str
    seconds: float
    rate: float
    codes: int


@dataclass(frozen=True)
class Credited:
    """The hours (学时) that the lawyer's own page shows for the lecture."""

    hours: Decimal
    page: str


def watch(lawyer: Person, path: str, *, say: Callable[[str], None]) -> Seen:
    """Enrol if need be and play the lecture in the real player until the hours are credited."""
    page = lawyer.visit(path)
    if page.locator("#enrol").count():
        page.click("#enrol")
        page.wait_for_load_state("domcontentloaded")
    if not page.locator("#player").count():
        raise StepFailed("watch", f"the page shows no player: {page.title()}")
    page.wait_for_timeout(500)
    if page.locator("#credited").is_visible():
        return Seen(_text(page, "#progress-percent").rstrip("% "), 0, 1, _codes(page))
    started = time.monotonic()
    length = _config_seconds(page)
    rate = _choose_rate(page, length)
    page.click("#play")
    deadline = started + length / rate + 120
    while not page.locator("#credited").is_visible():
        if time.monotonic() > deadline:
            raise StepFailed(
                "watch", f"{_text(page, '#progress-percent')} after {time.monotonic() - started:.0f} s"
            )
        _answer_code(page)
        say(f"watching at {rate:g}×: {_text(page, '#progress-percent')}")
        page.wait_for_timeout(250)
    return Seen(_text(page, "#progress-percent").rstrip("% "), time.monotonic() - started, rate, _codes(page))


def credited(lawyer: Person, *, title: str) -> Credited:
    """Read the hours that “my hours” shows for the lecture. Raises StepFailed when there is no such row."""
    rows = [row for row in lawyer.read("/api/v1/credits/") if row["title"] == title]
    lawyer.visit("/my/hours/")
    if not rows or not lawyer.page.locator("tr", has_text=title).count():
        raise StepFailed("credit", "my hours does not show the lecture")
    return Credited(hours=Decimal(rows[0]["hours"]), page="/my/hours/")


def _answer_code(page: Page) -> None:
    shown = page.locator("#code-shown")
    code = shown.inner_text().strip() if shown.is_visible() else ""
    field = page.locator("#code-input")
    if (
        len(code) == 4
        and code.isdigit()
        and field.is_visible()
        and field.is_enabled()
        and field.input_value() != code
    ):
        field.fill(code)
        field.press("Enter")


def _choose_rate(page: Page, length: float) -> float:
    if length <= PATIENT_SECONDS:
        return 1.0
    offered = [
        float(value)
        for value in page.locator("#rate option").evaluate_all("options => options.map(o => o.value)")
    ]
    rate = max(offered, default=1.0)
    page.select_option("#rate", value=f"{rate:g}")
    return rate


def _config_seconds(page: Page) -> float:
    milliseconds = page.evaluate(
        "JSON.parse(document.getElementById('player-config').textContent).duration_ms"
    )
    return float(milliseconds) / 1000


def _codes(page: Page) -> int:
    codes = page.evaluate("JSON.parse(document.getElementById('player-config').textContent).codes")
    return len(codes)


def _text(page: Page, selector: str) -> str:
    return page.locator(selector).inner_text().strip()
