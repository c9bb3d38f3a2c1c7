"""What the two officers do: publish, hold, confirm, close the month, read the board."""

import time
from dataclasses import dataclass
from datetime import date
from urllib.parse import unquote

from django.utils import timezone

from qianchang.project.demo.people import Person, StepFailed

PROGRAMME, SUPPORTER, BENEFICIARY = "BQQ-2012", "CN-GD", "CN-GX"
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class Session:
    """One training session as its page shows it."""

    code: str
    page: str
    counted_before: bool


@dataclass(frozen=True)
class Closed:
    """A closed month and how many sessions it posted; `closed_before` when this run found it closed."""

    name: str
    posted: int
    closed_before: bool
    page: str


@dataclass(frozen=True)
class Board:
    """The figures of the quota board that the demo watches."""

    guangxi: int
    guangxi_target: int
    in_all: int
    target: int
    page: str


def publish(officer: Person, lecture: int, *, title: str) -> str:
    """Publish the lecture and release it to Guangxi, unless that was done; return the path of its public page."""
    page = officer.visit(f"/office/review/{lecture}/")
    button = page.locator("#publish")
    if button.count():
        page.get_by_label("广西", exact=False).check()
        button.click()
        page.wait_for_load_state("domcontentloaded")
    # A worker puts it into the search, a moment after it was published.
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := [row for row in _published(officer, title) if row["title"] == title]):
        if time.monotonic() < deadline:
            time.sleep(0.5)
            continue
        raise StepFailed("publish", f"the catalogue does not show {title}: {words(officer)}")
    return str(found[0]["url"]).removeprefix(officer.site)


def hold(officer: Person, *, title: str) -> Session:
    """Schedule a network-video session of the lecture for Guangxi today and record it as held, unless that was done."""
    page = officer.visit("/office/sessions/")
    row = page.locator("tr", has_text=title)
    if row.count():
        page.goto(officer.site + str(row.first.locator("a").first.get_attribute("href")))
    else:
        officer.visit("/office/sessions/new/")
        page.select_option("#id_lecture", label=title)
        page.select_option("#id_mode", "network_video")
        page.select_option("#id_beneficiary", BENEFICIARY)
        page.fill("#id_date", _today().isoformat())
        page.click("#schedule-session")
        page.wait_for_load_state("domcontentloaded")
    state = page.locator("#session-state")
    if not state.count():
        raise StepFailed("schedule", words(officer))
    counted = state.get_attribute("data-state") == "counted"
    if page.locator("#hold").count():
        page.click("#hold")
        page.wait_for_load_state("domcontentloaded")
    path = page.url.removeprefix(officer.site).split("?")[0]
    if page.locator("#session-state").get_attribute("data-state") not in ("held", "confirmed", "counted"):
        raise StepFailed("hold", words(officer))
    return Session(code=_code(officer), page=path, counted_before=counted)


def confirm(officer: Person, session: Session) -> None:
    """Confirm the session as the beneficiary's officer, unless that was done."""
    page = officer.visit(session.page)
    if page.locator("#confirm").count():
        page.click("#confirm")
        page.wait_for_load_state("domcontentloaded")
    if page.locator("#session-state").get_attribute("data-state") not in ("confirmed", "counted"):
        raise StepFailed("confirm", words(officer))


def close_month(officer: Person) -> Closed:
    """Close this month of the supporting association, unless that was done; return what it posted."""
    name = f"{_today():%Y-%m}"
    path = f"/office/close/{PROGRAMME}/{name}/"
    page = officer.visit(path)
    closed_before = bool(page.locator("#closed").count())
    if page.locator("#close-month").count():
        page.click("#close-month")
        page.wait_for_load_state("domcontentloaded")
        officer.visit(path)
    if not page.locator("#closed").count():
        raise StepFailed("close the month", words(officer))
    posted = page.locator("tbody tr:has(a)").count()
    return Closed(name=name, posted=posted, closed_before=closed_before, page=path)


def board(officer: Person) -> Board:
    """Read the quota board of the supporting association."""
    year = _today().year
    figures = officer.read(f"/api/v1/quotas/?programme={PROGRAMME}&year={year}&association={SUPPORTER}")
    guangxi = next(region for region in figures["regions"] if region["code"] == BENEFICIARY)["over_the_years"]
    path = f"/office/quota/{PROGRAMME}/{year}/"
    officer.visit(path)
    return Board(
        guangxi=guangxi["counted"],
        guangxi_target=guangxi["goal"]["quantity"],
        in_all=figures["over_the_years"]["counted"],
        target=figures["over_the_years"]["goal"]["quantity"],
        page=path,
    )


def _published(officer: Person, title: str) -> list[dict[str, str]]:
    answer = officer.context.request.get(
        f"{officer.site}/api/v1/lectures/", params={"q": title.split("（")[0]}
    )
    return list(answer.json()["lectures"])


def _code(officer: Person) -> str:
    return unquote(officer.page.url).split("?")[0].rstrip("/").rsplit("/", 1)[-1]


def _today() -> date:
    return timezone.localdate()


def words(officer: Person) -> str:
    """The page's own words about what went wrong."""
    notes = officer.page.locator(".note, .errorlist, #error-summary").all_inner_texts()
    return " / ".join(notes) or officer.page.title()
