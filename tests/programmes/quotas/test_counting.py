"""A session on its way from the schedule to the ledger."""

from datetime import date, datetime

import pytest
from django.core.exceptions import PermissionDenied

from courses import api as courses
from programmes.quotas import operations
from programmes.quotas.board import board
from programmes.quotas.gauges import Gauge
from programmes.quotas.models import Decision, MonthClose, QuotaEntry, SessionTarget
from programmes.quotas.operations import (
    UnableToAttach,
    UnableToCloseMonth,
    UnableToConfirm,
    UnableToReturn,
)
from qianchang.groundwork import ledgers
from qianchang.groundwork.models import AuditEntry
from tests.programmes.factories import Office
from tests.world import SHANGHAI, World


def at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 18, 0, tzinfo=SHANGHAI)


def counted_of(gauge: Gauge) -> tuple[int, int, str]:
    assert gauge.goal is not None
    return gauge.counted, gauge.goal.quantity, gauge.goal.strength


END_OF_OCTOBER = at(2026, 10, 31)
END_OF_NOVEMBER = at(2026, 11, 30)


def test_scheduled_held_confirmed_closed_is_1_of_100_for_guangxi_and_1_of_120_in_all(
    office: Office, world: World
):
    fact = office.confirmed()
    closed = office.close("2026-10", at=END_OF_OCTOBER)
    (entry,) = closed.entries
    assert entry.session_id == fact.id
    assert (entry.ledger, entry.quantity, entry.reach) == ("CN-GD", 1, 1)
    assert (entry.effective_month, entry.posted_month) == ("2026-10", "2026-10")
    assert entry.rule.minimum_minutes == 45
    assert entry.target.key == "QC/CN-GD/CN-GX/*/*"

    shown = board(office.plan, supporter=world.guangdong, year=2026, as_of=date(2026, 10, 31))
    guangxi, yunnan = shown.regions
    assert counted_of(guangxi.over_the_years) == (1, 100, "assigned")
    assert counted_of(yunnan.over_the_years) == (0, 20, "assigned")
    assert counted_of(shown.over_the_years) == (1, 120, "assigned")
    assert counted_of(shown.this_year) == (1, 40, "average")
    assert shown.this_year.missing == 39
    assert ledgers.verify(QuotaEntry, "CN-GD") == []


def test_each_step_leaves_its_audit_entry(office: Office):
    fact = office.confirmed()
    office.close("2026-10", at=END_OF_OCTOBER)
    verbs = set(AuditEntry.objects.filter(object_key=fact.code).values_list("verb", flat=True))
    assert {"scheduled", "attached", "held", "confirmed"} <= verbs
    assert AuditEntry.objects.filter(verb="closed month", object_key="QC").count() == 1


def test_only_what_is_counted_fills_the_quota(office: Office, world: World):
    office.scheduled(office.lecture("一"), mode="onsite")
    office.held(office.lecture("二"), mode="onsite")
    office.confirmed(office.lecture("三"), mode="onsite")
    year = board(office.plan, supporter=world.guangdong, year=2026, as_of=world.day).this_year
    assert (year.counted, year.confirmed, year.held, year.scheduled) == (0, 1, 1, 1)
    assert (year.missing, year.open) == (40, 37)


def test_a_session_on_no_line_of_the_plan_cannot_be_attached(office: Office, world: World):
    jilin = world.association("CN-JL", "吉林省律师协会", None, world.national)
    with pytest.raises(UnableToAttach, match="吉林"):
        office.scheduled(office.lecture(), mode="onsite", beneficiary=jilin)
    assert not SessionTarget.objects.exists()
    assert courses.session_facts() == []


# --- confirming --------------------------------------------------------------------------------------------


def test_who_entered_a_session_cannot_confirm_it(office: Office, world: World):
    fact = office.held(by=world.beneficiary_officer)
    with pytest.raises(UnableToConfirm, match=r"entered|录入"):
        operations.confirm_session(session=fact, by=world.beneficiary_officer, at=world.now)
    assert not Decision.objects.exists()
    operations.confirm_session(session=fact, by=world.second_beneficiary_officer, at=world.now)
    assert Decision.objects.get().decided_by == world.second_beneficiary_officer


def test_who_held_a_session_cannot_confirm_it_even_with_both_roles(office: Office, world: World):
    fact = office.held(by=world.second_supporting_officer)
    both = world.grant(world.supporting_officer, "beneficiary_officer", world.guangxi)
    with pytest.raises(UnableToConfirm):
        operations.confirm_session(session=fact, by=both, at=world.now)
    assert not Decision.objects.exists()


def test_a_session_is_confirmed_once(office: Office, world: World):
    fact = office.confirmed()
    with pytest.raises(UnableToConfirm):
        operations.confirm_session(session=fact, by=world.second_beneficiary_officer, at=world.now)
    assert Decision.objects.count() == 1


def test_what_is_not_held_cannot_be_confirmed(office: Office, world: World):
    fact = office.scheduled()
    with pytest.raises(UnableToConfirm):
        operations.confirm_session(session=fact, by=world.beneficiary_officer, at=world.now)


def test_a_returned_session_is_not_counted_until_it_is_mended_and_confirmed(office: Office, world: World):
    fact = office.held()
    operations.return_session(session=fact, reason="缺签到表", by=world.beneficiary_officer, at=world.now)
    early = office.close("2026-10", at=END_OF_OCTOBER)
    assert early.entries == ()
    operations.confirm_session(session=fact, by=world.beneficiary_officer, at=END_OF_NOVEMBER)
    late = office.close("2026-11", at=END_OF_NOVEMBER)
    assert [entry.session_id for entry in late.entries] == [fact.id]


def test_a_return_needs_a_reason_and_a_session_that_waits(office: Office, world: World):
    fact = office.held()
    with pytest.raises(UnableToReturn):
        operations.return_session(session=fact, reason="  ", by=world.beneficiary_officer, at=world.now)
    operations.confirm_session(session=fact, by=world.beneficiary_officer, at=world.now)
    with pytest.raises(UnableToReturn):
        operations.return_session(session=fact, reason="晚了", by=world.beneficiary_officer, at=world.now)


# --- closing -----------------------------------------------------------------------------------------------


def test_closing_twice_posts_once(office: Office):
    office.confirmed()
    first = office.close("2026-10", at=END_OF_OCTOBER)
    second = office.close("2026-10", at=END_OF_NOVEMBER)
    assert len(first.entries) == 1
    assert (second.entries, second.again, second.close) == ((), True, first.close)
    assert QuotaEntry.objects.count() == 1
    assert MonthClose.objects.count() == 1


def test_a_late_fact_posts_in_the_open_month_with_its_own_month(office: Office, world: World):
    fact = office.held()
    office.close("2026-10", at=END_OF_OCTOBER)
    operations.confirm_session(session=fact, by=world.beneficiary_officer, at=END_OF_NOVEMBER)
    (entry,) = office.close("2026-11", at=END_OF_NOVEMBER).entries
    assert (entry.effective_month, entry.posted_month) == ("2026-10", "2026-11")


def test_a_month_is_not_closed_before_its_last_day(office: Office):
    office.confirmed()
    with pytest.raises(UnableToCloseMonth):
        office.close("2026-10", at=at(2026, 10, 30))
    assert not QuotaEntry.objects.exists()


def test_nothing_is_closed_behind_a_closed_month(office: Office):
    office.close("2026-10", at=END_OF_OCTOBER)
    with pytest.raises(UnableToCloseMonth, match="2026"):
        office.close("2026-09", at=END_OF_OCTOBER)


def test_a_session_shorter_than_45_minutes_is_not_counted(office: Office):
    office.confirmed(office.lecture(length_ms=44 * 60_000))
    assert office.close("2026-10", at=END_OF_OCTOBER).entries == ()


def test_the_same_recording_counts_once_for_a_region(office: Office):
    lecture = office.lecture()
    first = office.confirmed(lecture)
    entries = office.close("2026-10", at=END_OF_OCTOBER).entries
    assert [entry.session_id for entry in entries] == [first.id]
    again = office.confirmed(lecture, on=date(2026, 11, 5), at=at(2026, 11, 6))
    assert again.id != first.id
    assert office.close("2026-11", at=END_OF_NOVEMBER).entries == ()


def test_on_site_each_date_counts(office: Office):
    lecture = office.lecture()
    office.confirmed(lecture, mode="onsite")
    office.confirmed(lecture, mode="onsite", on=date(2026, 10, 10))
    assert len(office.close("2026-10", at=END_OF_OCTOBER).entries) == 2
    assert ledgers.verify(QuotaEntry, "CN-GD") == []


# --- who may -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "who", ["administrator", "national_officer", "supporting_officer", "yunnan_officer", "expert"]
)
def test_who_cannot_confirm_for_guangxi(office: Office, world: World, who: str):
    fact = office.held()
    with pytest.raises(PermissionDenied):
        operations.confirm_session(session=fact, by=getattr(world, who), at=world.now)
    assert not Decision.objects.exists()


@pytest.mark.parametrize("who", ["administrator", "beneficiary_officer", "editor", "expert"])
def test_who_cannot_close_guangdongs_month(office: Office, world: World, who: str):
    office.confirmed()
    with pytest.raises(PermissionDenied):
        office.close("2026-10", at=END_OF_OCTOBER, by=getattr(world, who))
    assert not MonthClose.objects.exists()


@pytest.mark.parametrize("who", ["supporting_officer", "national_officer"])
def test_who_closes_guangdongs_month(office: Office, world: World, who: str):
    office.confirmed()
    assert len(office.close("2026-10", at=END_OF_OCTOBER, by=getattr(world, who)).entries) == 1


@pytest.mark.parametrize("who", ["beneficiary_officer", "administrator", "yunnan_officer"])
def test_who_cannot_record_guangdongs_session_as_held(office: Office, world: World, who: str):
    fact = office.scheduled(mode="onsite")
    with pytest.raises(PermissionDenied):
        operations.hold_session(session=fact, by=getattr(world, who), at=world.now)
