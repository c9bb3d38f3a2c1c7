"""A confirmed session whose event counts already through another one waits for no close, says which one stands for it, and
comes back when that one is reversed.
"""

from datetime import date, time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses import api as courses
from courses.api import SessionFact
from courses.schedule.models import TrainingSession
from programmes.quotas import months, reminders, reversals, waiting
from programmes.quotas.board import board
from programmes.quotas.models import QuotaEntry, QuotaRule
from programmes.quotas.operations import Closed
from qianchang.people.models import Account, Association, Notice
from qianchang.people.todo import todo
from tests.programmes.factories import Office
from tests.programmes.quotas.test_counting import END_OF_NOVEMBER, END_OF_OCTOBER, at
from tests.world import World

TITLE = "要结账的月份"


def to_close(world: World, on) -> list[str]:
    # As a new visit: an account remembers what it reaches.
    groups = todo(Account.objects.get(pk=world.supporting_officer.pk), on=on)
    return [task.note for group in groups if group.title == TITLE for task in group.tasks]


def address(fact: SessionFact) -> str:
    return f'href="{reverse("quotas:session", args=[fact.code])}"'


@pytest.fixture
def twice(office: Office) -> tuple[SessionFact, SessionFact, Closed]:
    """One morning, entered as two sessions and confirmed twice; October is closed, and one of them counts."""
    lecture = office.lecture()
    first = office.confirmed(lecture, mode="onsite", place="百色市会议中心")
    second = office.confirmed(lecture, mode="onsite", place="河池市会议中心")
    TrainingSession.objects.update(begins_at=time(9))
    return first, second, office.close("2026-10", at=END_OF_OCTOBER)


def taken_back(world: World, entry: QuotaEntry) -> None:
    made = reversals.propose_reversal(
        entry=entry, reason="重复", by=world.beneficiary_officer, at=END_OF_NOVEMBER
    )
    reversals.approve_reversal(reversal=made, by=world.second_supporting_officer, at=END_OF_NOVEMBER)


def test_it_waits_for_no_close_until_the_one_that_counts_is_reversed(office: Office, world: World, twice):
    first, second, closed = twice
    assert [entry.session_id for entry in closed.entries] == [first.id]
    assert to_close(world, END_OF_OCTOBER.date()) == []

    taken_back(world, closed.entries[0])

    assert to_close(world, END_OF_NOVEMBER.date()) == ["已确认 1 场"]
    posted = office.close("2026-11", at=END_OF_NOVEMBER).entries
    assert [(entry.session_id, entry.effective_month) for entry in posted] == [(second.id, "2026-10")]


def test_a_recording_that_counted_for_the_region_stands_for_every_later_showing(office: Office, world: World):
    lecture = office.lecture()
    first = office.confirmed(lecture)
    second = office.confirmed(lecture, mode="dvd")
    closed = office.close("2026-10", at=END_OF_OCTOBER)
    assert [entry.session_id for entry in closed.entries] == [first.id]
    assert to_close(world, END_OF_OCTOBER.date()) == []
    preview = months.month(office.plan, supporter=world.guangdong, month="2026-11", on=END_OF_NOVEMBER.date())
    (line,) = preview.left_out
    assert (line.fact.code, line.rival) == (second.code, first.code)
    assert first.code in line.why


def test_before_the_close_both_wait_for_it(office: Office, world: World):
    lecture = office.lecture()
    for place in ("百色市会议中心", "河池市会议中心"):
        office.confirmed(lecture, mode="onsite", place=place)
    TrainingSession.objects.update(begins_at=time(9))
    assert to_close(world, world.day) == ["已确认 2 场"]


def test_nobody_is_reminded_of_a_month_for_it(office: Office, world: World, twice):
    reminders.remind_of_return(at=at(2026, 11, 30))
    assert not Notice.objects.filter(event="return_due").exists()


def test_the_board_says_what_stands_for_it(office: Office, world: World, twice):
    first, _second, _closed = twice
    seen = board(office.plan, supporter=world.guangdong, year=2026, as_of=END_OF_OCTOBER.date())
    (row,) = waiting.waiting(seen.not_counted, seen.region_names)
    assert first.code in row.next_step


@pytest.mark.usefixtures("clock")
class TestPages:
    def test_an_officer_finds_it_in_the_list_and_on_its_page_with_the_way_to_the_other(
        self, world, twice, client_for
    ):
        first, second, _closed = twice
        for officer in (world.supporting_officer, world.beneficiary_officer):
            client = client_for(officer)
            listed = client.get("/office/sessions/", {"state": "confirmed"}).content.decode()
            assert second.code in listed
            assert f"以 {first.code} 计入" in listed
            page = client.get(f"/office/sessions/{second.code}/").content.decode()
            assert 'id="left-out-QC"' in page
            assert address(first) in page
        assert 'id="left-out' not in client.get(f"/office/sessions/{first.code}/").content.decode()

    def test_the_preview_of_the_next_month_leads_to_the_one_that_counts(self, world, twice, client_for):
        first, second, _closed = twice
        page = client_for(world.supporting_officer).get("/office/close/BQQ-2012/2026-11/").content.decode()
        assert second.code in page
        assert address(first) in page

    def test_a_session_of_another_association_is_named_and_not_opened(self, office, world, twice, client_for):
        first, second, _closed = twice
        beijing = Association.objects.get(code="CN-BJ")
        TrainingSession.objects.filter(pk=first.id).update(supporter=beijing)
        assert courses.session_fact(first.code).supporter_id == beijing.pk
        page = client_for(world.supporting_officer).get(f"/office/sessions/{second.code}/").content.decode()
        assert first.code in page
        assert address(first) not in page


def test_the_list_asks_no_more_for_more_of_them(office: Office, world: World):
    asked = []
    for titles in ("一", "二三四"):
        for title in titles:
            lecture = office.lecture(title)
            for place in ("百色市会议中心", "河池市会议中心"):
                office.confirmed(lecture, mode="onsite", place=place)
        TrainingSession.objects.update(begins_at=time(9))
        office.close(f"2026-1{len(asked)}", at=(END_OF_OCTOBER, END_OF_NOVEMBER)[len(asked)])
        with CaptureQueriesContext(connection) as queries:
            assert to_close(world, END_OF_OCTOBER.date()) == []
        asked.append(len(queries))
    assert asked[0] == asked[1]


MINUTE_MS = 60_000


@pytest.fixture
def short(office: Office) -> SessionFact:
    """Forty minutes, held and confirmed all the same."""
    return office.confirmed(office.lecture(length_ms=40 * MINUTE_MS), mode="onsite")


class TestTooShort:
    def test_it_waits_for_no_close(self, office: Office, world: World, short):
        assert to_close(world, END_OF_OCTOBER.date()) == []
        assert office.close("2026-10", at=END_OF_OCTOBER).entries == ()
        assert to_close(world, END_OF_NOVEMBER.date()) == []
        reminders.remind_of_return(at=at(2026, 11, 30))
        assert not Notice.objects.filter(event="return_due").exists()

    def test_another_rule_for_its_next_close_lets_it_wait_again(self, office: Office, world: World, short):
        office.close("2026-10", at=END_OF_OCTOBER)
        QuotaRule.objects.create(
            jurisdiction=world.jurisdiction, version=9, effective_date=date(2026, 11, 1), minimum_minutes=40
        )
        assert to_close(world, END_OF_NOVEMBER.date()) == ["已确认 1 场"]
        (entry,) = office.close("2026-11", at=END_OF_NOVEMBER).entries
        assert entry.session_id == short.id

    def test_another_rule_after_its_own_month_lets_it_leave(self, office: Office, world: World):
        office.close("2026-10", at=END_OF_OCTOBER)
        office.confirmed(office.lecture(), mode="onsite")
        assert to_close(world, END_OF_NOVEMBER.date()) == ["已确认 1 场"]
        QuotaRule.objects.create(
            jurisdiction=world.jurisdiction, version=9, effective_date=date(2026, 11, 1), minimum_minutes=90
        )
        assert to_close(world, END_OF_NOVEMBER.date()) == []
        assert office.close("2026-11", at=END_OF_NOVEMBER).entries == ()

    def test_the_board_says_so(self, office: Office, world: World, short):
        seen = board(office.plan, supporter=world.guangdong, year=2026, as_of=world.day)
        (row,) = waiting.waiting(seen.not_counted, seen.region_names)
        assert row.next_step == "不计入：时长不足"

    def test_its_page_and_the_list_say_so(self, world: World, short, client_for, clock):
        client = client_for(world.supporting_officer)
        assert "时长不足" in client.get("/office/sessions/", {"state": "confirmed"}).content.decode()
        page = client.get(f"/office/sessions/{short.code}/").content.decode()
        assert 'id="left-out-QC"' in page
        assert "40" in page
        assert "45" in page
