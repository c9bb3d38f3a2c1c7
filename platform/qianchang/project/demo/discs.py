"""A disc of the lecture for a county without a network: composed, made by the worker, taken away, sent, received."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from qianchang.project.demo.officers import words
from qianchang.project.demo.people import Person, StepFailed

COUNTY, RECIPIENT, ADDRESS = "那坡县", "农联络员 0776-6820000", "广西百色市那坡县城厢镇司法局"
PATIENCE_SECONDS = 240.0


@dataclass(frozen=True)
class Disc:
    """One disc as its page shows it; `made_now` tells whether this run had it made."""

    serial: str
    page: str
    state: str
    bytes: int
    sha256: str
    made_now: bool


def make(officer: Person, *, title: str, say: Callable[[str], None]) -> Disc:
    """Compose a master of the lecture and make one disc of it for the county, unless that was done; wait for its image, take
    it away and compare its digest with that on the page.
    """
    page = officer.visit(f"/office/discs/?q={title}")
    row = page.locator("tbody tr", has_text=title)
    made_now = not row.count()
    if made_now:
        _compose(officer, title)
        page.fill("#id_county", COUNTY)
        page.fill("#id_recipient", RECIPIENT)
        page.fill("#id_address", ADDRESS)
        page.click("#make")
        page.wait_for_load_state("domcontentloaded")
        page = officer.visit(f"/office/discs/?q={title}")
        row = page.locator("tbody tr", has_text=title)
        if not row.count():
            raise StepFailed("disc", words(officer))
    path = str(row.first.locator("a[href^='/office/discs/D-']").first.get_attribute("href"))
    deadline = time.monotonic() + PATIENCE_SECONDS
    # Its way begins when the worker has made it.
    while not officer.visit(path).locator("#way tbody tr").count():
        image = page.locator("#image")
        if time.monotonic() > deadline:
            raise StepFailed("disc", f"no image in time: {words(officer)}")
        say(f"disc: {image.inner_text() if image.count() else 'waiting'}")
        time.sleep(1)
    size, digest = _taken_away(officer, path) if made_now else (0, "")
    return Disc(
        serial=unquote(path).rstrip("/").rsplit("/", 1)[-1],
        page=path,
        state=page.locator("#disc-state").inner_text(),
        bytes=size,
        sha256=digest,
        made_now=made_now,
    )


def send(officer: Person, disc: Disc) -> None:
    """Record that the disc was given to the post, unless it is on its way already."""
    page = officer.visit(disc.page)
    button = page.locator("a.p[href*='/dispatch/']")
    if not button.count():
        return
    button.click()
    page.fill("#id_carrier", "EMS")
    page.fill("#id_tracking_number", "EA123456789CN")
    page.click("#dispatch")
    page.wait_for_load_state("domcontentloaded")
    if officer.visit(disc.page).locator("#way tbody tr").count() < 2:
        raise StepFailed("dispatch", words(officer))


def receive(officer: Person, disc: Disc) -> int:
    """Note that the disc arrived, unless that was done; return how many steps its way has."""
    page = officer.visit(disc.page)
    if page.locator("#receive").count():
        page.fill("#id_receive_words", "农联络员")
        page.click("#receive")
        page.wait_for_load_state("domcontentloaded")
    if page.locator("#receive").count():
        raise StepFailed("receipt", words(officer))
    return page.locator("#way tbody tr").count()


def _compose(officer: Person, title: str) -> None:
    page = officer.visit(f"/office/discs/new/?q={title}")
    offered = page.locator("#offered li", has_text=title)
    if not offered.count():
        raise StepFailed("disc", f"the lecture is not offered for a disc: {words(officer)}")
    offered.first.locator("a").click()
    page.fill("#id_title", title[:60])
    page.click("#compose")
    page.wait_for_load_state("domcontentloaded")
    if not page.locator("#make").count():
        raise StepFailed("disc", words(officer))


def _taken_away(officer: Person, path: str) -> tuple[int, str]:
    answer = officer.context.request.get(f"{officer.site}{path}image/")
    image = answer.body() if answer.ok else b""
    digest = hashlib.sha256(image).hexdigest()
    if digest not in "".join(officer.page.locator("dd code").all_inner_texts()).replace("\u200b", ""):
        raise StepFailed("disc", f"the image ({answer.status}, {len(image)} bytes) is not that of the page")
    return len(image), digest
