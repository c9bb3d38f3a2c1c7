"""Every number that an officer may have to defend opens to the sessions behind it, as the ledger stood for the report."""

import re
from datetime import date
from html import unescape

import pytest
from django.urls import reverse

from programmes.quotas import operations as quotas
from programmes.quotas.models import QuotaEntry
from tests.programmes.factories import Office
from tests.programmes.reports.months import END_OF_NOVEMBER, at, october, reversed_by_two
from tests.world import World

LINK = re.compile(r'<a(?: class="u")? href="(/office/sessions/\?[^"]+)"[^>]*>\s*(?:<b>)?(-?\d+)')


@pytest.fixture
def year(office: Office, world: World, clock) -> Office:
    """Two sessions of October, of which one is taken back in November, and two of other modes and regions in November."""
    october(office, "一", "二")
    reversed_by_two(office, QuotaEntry.objects.order_by("pk")[0], when=at(2026, 11, 3))
    office.confirmed(office.lecture("三"), on=date(2026, 11, 5), at=at(2026, 11, 6))
    office.confirmed(office.lecture("四"), mode="onsite", on=date(2026, 11, 7), at=at(2026, 11, 8))
    office.close("2026-11", at=END_OF_NOVEMBER)
    clock.move_to(at(2026, 12, 2))
    return office


def opened(client, path: str) -> dict[str, int]:
    """Open every number of a page that is a link to sessions; return the numbers by what stands in their addresses."""
    page = client.get(path)
    assert page.status_code == 200
    found = {unescape(address): int(number) for address, number in LINK.findall(page.content.decode())}
    codes: set[str] = set()
    for address, number in found.items():
        listed = client.get(address)
        assert listed.status_code == 200
        behind = (
            listed.context["together"] if "posted=" in address else listed.context["page"].paginator.count
        )
        assert behind == number, address
        codes |= {line["fact"].code for line in listed.context["lines"]}
    for code in codes:
        assert client.get(reverse("quotas:session", args=[code])).status_code == 200
    return found


def test_the_months_return_opens_to_what_was_posted_then(year: Office, world: World, client_for):
    desk = client_for(world.supporting_officer)
    assert set(opened(desk, "/office/reports/2026-10/").values()) == {0, 2}
    of_november = opened(desk, "/office/reports/2026-11/")
    posted = {address: number for address, number in of_november.items() if "posted=" in address}
    assert {number for address, number in posted.items() if "mode=" not in address} == {1}, (
        "two, and one reversal"
    )
    assert {number for address, number in posted.items() if "mode=onsite" in address} == {0}
    assert max(of_november.values()) == 3
    assert max(opened(client_for(world.beneficiary_officer), "/office/reports/2026-11/").values()) == 3


def test_a_return_of_october_opens_to_octobers_sessions_in_december(year: Office, world: World, client_for):
    desk = client_for(world.supporting_officer)
    page = desk.get("/office/reports/2026-10/").context["page"]
    listed = desk.get(f"/office/sessions/?{page.figures.matrix.total.behind}")
    assert {line["fact"].lecture_title for line in listed.context["lines"]} == {"一", "二"}
    assert sorted(str(line["state"]) for line in listed.context["lines"]) == ["冲正", "已计入"]
    assert 'id="of-entries"' in listed.content.decode()


def test_the_bulletin_opens_by_association_and_region(year: Office, world: World, client_for):
    desk = client_for(world.national_officer)
    found = opened(desk, "/office/national/bulletin/2026-11/")
    whole = {each for address, each in found.items() if "supporter" not in address and "benef" not in address}
    assert whole == {1, 2, 3}, (
        "of all: one added in November, three in all, two of them on site, one otherwise"
    )
    assert opened(desk, "/office/national/bulletin/2026-10/")


def test_the_comparison_opens_in_every_column(year: Office, world: World, client_for):
    desk = client_for(world.national_officer)
    found = opened(desk, "/office/national/")
    of_guangdong = {address: number for address, number in found.items() if "CN-GD" in address}
    assert sorted(of_guangdong.values()) == [1, 2, 3, 3]
    assert opened(desk, "/office/national/?side=beneficiary")


def test_the_year_and_the_board_open(year: Office, world: World, client_for):
    desk = client_for(world.supporting_officer)
    assert 3 in opened(desk, "/office/reports/2026/").values()
    assert 3 in opened(desk, reverse("quotas:board", args=["BQQ-2012", 2026])).values()


def test_a_late_entry_is_not_behind_a_bulletin_of_before(year: Office, world: World, client_for):
    desk = client_for(world.national_officer)
    late = year.held(year.lecture("五"), mode="onsite", on=date(2026, 11, 9), at=at(2026, 11, 10))
    until = f"/office/sessions/?plan={year.plan.code}&until=2026-12"

    def behind(address: str) -> int:
        return desk.get(address).context["page"].paginator.count

    of_a_bulletin = f"{until}&before=2026-12-02T00:00:00%2B08:00"
    before = behind(of_a_bulletin)
    quotas.confirm_session(session=late, by=world.beneficiary_officer, at=at(2026, 12, 1))
    year.close("2026-12", at=at(2026, 12, 31))
    assert before == behind(of_a_bulletin) == 3
    assert behind(until) == 4


def test_an_address_that_somebody_changed_is_a_list_all_the_same(office: Office, world: World, client_for):
    desk = client_for(world.supporting_officer)
    for said in (
        "posted=2026-13",
        "until=x",
        "posted=2026-10&before=gestern",
        "until=2026-10&before=0001-01-01T00:00:00Z",
    ):
        assert desk.get(f"/office/sessions/?plan={office.plan.code}&{said}").status_code == 200
