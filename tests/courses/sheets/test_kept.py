"""The page on which a sheet is keyed, as far as it works without a network: what may be kept, and what it weighs."""

import gzip
import json
import re
import subprocess
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from courses.attendance.rules import Terms
from courses.sheets import rules
from courses.sheets.kept_views import MARK
from courses.sheets.rules import FULL, PART, KeyedRow
from tests.courses.sheets.factories import LENGTH, Room
from tests.world import World

pytestmark = pytest.mark.django_db

HOURS = Path(__file__).resolve().parents[3] / "frontend" / "src" / "sheet" / "hours.js"
DESK_BYTES = 12 * 1024
SCRIPT = "dist/sheet-desk.js"


def kept(client: Client) -> dict[str, str]:
    """What the service worker is told."""
    answer = client.get(reverse("sheets:worker"))
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert "no-store" in answer["Cache-Control"]
    found = re.search(r"self\.qianchang = (\{.*\});", answer.content.decode())
    assert found
    told: dict[str, str] = json.loads(found[1])
    return told


def page_of(room: Room, client: Client) -> str:
    answer = client.get(reverse("sheets:sheet", args=[room.sheet.pk]))
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_the_worker_keeps_the_sheets_own_pages_and_no_others(client: Client) -> None:
    # Given anybody at all, when the worker is fetched, then it names pages that are keyed and nothing else.
    pages = re.compile(kept(client)["pages"])
    assert pages.search(reverse("sheets:sheet", args=[417]))
    others = [reverse(f"sheets:{name}", args=[417]) for name in ("review", "conflict", "print", "files")]
    assert not [
        each for each in (*others, "/office/screenings/", "/", "/x/office/sheets/1/") if pages.search(each)
    ]


def test_a_sheet_is_kept_while_it_is_keyed_and_not_after_it_was_reported(
    room: Room, client_for: Callable[..., Client], client: Client
) -> None:
    contact = client_for(room.world.county_contact)
    room.lawyers(2)
    assert kept(client)["mark"] == MARK
    assert MARK in page_of(room, contact)
    room.save(room.keyed(*(room.row(each) for each in room.lawyers(2))))
    room.report()
    assert MARK not in page_of(room, contact)


def test_nobody_is_present_by_default(room: Room, client_for: Callable[..., Client]) -> None:
    room.lawyers(12)
    page = page_of(room, client_for(room.world.county_contact))
    assert page.count('value="full"') == 12 + 2  # the pattern of a row that is added, and the button
    assert " checked" not in page


def test_forty_people_fit_into_a_page_of_the_desk(room: Room, client_for: Callable[..., Client]) -> None:
    # Given forty people, then the page is within its budget and holds no script or style of its own.
    room.lawyers(40)
    page = page_of(room, client_for(room.world.county_contact))
    assert page.count('class="seat"') == 40 + 1
    assert len(gzip.compress(page.encode(), 6)) <= DESK_BYTES
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", page)


def test_who_keys_sheets_sends_what_waits_from_every_page(
    world: World, client_for: Callable[..., Client], client: Client
) -> None:
    about = "/sessions/"
    assert SCRIPT in client_for(world.county_contact).get(about).content.decode()
    assert SCRIPT in client_for(world.beneficiary_officer).get(about).content.decode()
    assert SCRIPT not in client_for(world.county_account).get(about).content.decode()
    assert SCRIPT not in client.get(about).content.decode()


@pytest.mark.parametrize(("unit", "step"), [(45, "0.5"), (45, "0.1"), (50, "0.25"), (60, "1")])
def test_the_page_computes_the_hours_that_the_platform_credits(room: Room, unit: int, step: str) -> None:
    # Given a rule, when the page and the platform compute every part of the lecture, then they say the same.
    creditable_ms = LENGTH * 60_000
    terms = Terms(unit_minutes=unit, step=Decimal(step))
    whole = rules.hours_of(KeyedRow(lawyer_id=1, mark=FULL), creditable_ms, terms)
    platform = [
        rules.hours_of(KeyedRow(lawyer_id=1, mark=PART, minutes=minutes), creditable_ms, terms)
        for minutes in range(1, LENGTH)
    ]
    said = {"length": LENGTH, "full": str(whole), "unit": unit, "step": step}
    code = (
        f"import {{ hoursOf }} from {json.dumps(HOURS.as_uri())};"
        f"const terms = {json.dumps(said)};"
        "const seat = (minutes) => ({ mark: 'part', minutes: String(minutes), lawyer: true });"
        f"console.log(JSON.stringify(Array.from({{ length: {LENGTH - 1} }}, (_, n) => hoursOf(seat(n + 1), terms))));"
    )
    done = subprocess.run(
        ["node", "--input-type=module", "-e", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert [Decimal(hours) for hours in json.loads(done.stdout)] == platform
