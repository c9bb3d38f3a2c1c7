"""The bulletin: figures from the ledger, the same file whenever it is made."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from programmes.quotas import operations as quotas
from programmes.quotas.models import QuotaEntry
from programmes.reports import bulletins, operations
from programmes.reports.files import TYPES, render
from programmes.reports.models import BulletinIssue, Side
from programmes.reports.operations import UnableToIssue
from programmes.reports.papers import digest
from programmes.reports.standings import Bulletin, Line
from qianchang.groundwork import vault
from tests.programmes.factories import Office
from tests.programmes.reports.months import END_OF_NOVEMBER, END_OF_OCTOBER, at, october, reversed_by_two
from tests.world import World


def line_of(made: Bulletin, code: str) -> Line:
    return next(line for line in made.lines if line.code == code)


def test_what_october_counted_stands_beside_its_number_and_its_pace(office: Office):
    october(office, "一", "二")
    made = bulletins.figures(office.plan, month="2026-10")
    guangdong = line_of(made, "CN-GD")
    assert (guangdong.month.sessions, guangdong.year.sessions, guangdong.over_the_years.sessions) == (2, 2, 2)
    assert guangdong.goal is not None
    assert guangdong.whole is not None
    assert (guangdong.goal.quantity, guangdong.goal.strength) == (40, "average")
    assert (guangdong.whole.quantity, guangdong.whole.strength) == (120, "assigned")
    assert (guangdong.onsite, guangdong.other) == (2, 0)
    assert (guangdong.due, guangdong.ahead) == (33, -31)
    assert [region.month.sessions for region in made.regions] == [2]
    assert made.total.month.sessions == 2


def test_all_fourteen_are_listed_with_those_who_have_not_posted_or_reported(office: Office, world: World):
    october(office)
    made = bulletins.figures(office.plan, month="2026-10")
    assert len(made.lines) == 14
    assert len(made.not_reported) == 14
    assert len(made.not_closed) == 13
    operations.save_draft(
        plan=office.plan,
        association=world.guangdong,
        side=Side.SUPPORTER,
        month="2026-10",
        remarks="",
        addressees="省律协秘书处",
        signatories="",
        number=0,
        by=world.supporting_officer,
        at=at(2026, 11, 2),
    )
    operations.send_return(
        plan=office.plan,
        association=world.guangdong,
        side=Side.SUPPORTER,
        month="2026-10",
        number=1,
        by=world.supporting_officer,
        at=at(2026, 11, 2),
    )
    made = bulletins.figures(office.plan, month="2026-10")
    assert len(made.not_reported) == 13
    # What came on the third was not there on the second.
    assert len(bulletins.figures(office.plan, month="2026-10", as_of=at(2026, 11, 1)).not_reported) == 14


def test_octobers_bulletin_computed_in_march_is_the_same_file(office: Office, world: World):
    formats = sorted(set(TYPES) - {"zip"})
    late = office.held(office.lecture("晚"), mode="onsite", on=date(2026, 10, 9))
    october(office, "一", "二")
    first = bulletins.figures(office.plan, month="2026-10")
    then = {format: bulletins.render(first, format=format) for format in formats}
    quotas.confirm_session(session=late, by=world.beneficiary_officer, at=at(2026, 11, 20))
    office.confirmed(office.lecture("三"), mode="onsite", on=date(2026, 11, 5), at=at(2026, 11, 6))
    office.close("2026-11", at=END_OF_NOVEMBER)
    reversed_by_two(office, QuotaEntry.objects.order_by("pk")[0], when=at(2026, 12, 2))
    later = bulletins.figures(office.plan, month="2026-10")
    assert {format: bulletins.render(later, format=format) for format in formats} == then
    assert bulletins.figures(office.plan, month="2026-12").total.year.sessions == 3


def test_a_late_fact_enters_the_bulletin_of_the_month_that_was_open(office: Office, world: World):
    late = office.held(office.lecture("晚"), mode="onsite")
    october(office)
    quotas.confirm_session(session=late, by=world.beneficiary_officer, at=at(2026, 11, 20))
    office.close("2026-11", at=END_OF_NOVEMBER)
    assert bulletins.figures(office.plan, month="2026-10").total.year.sessions == 0
    november = bulletins.figures(office.plan, month="2026-11").total
    assert (november.month.sessions, november.year.sessions) == (1, 1)


def test_a_reversal_is_shown_in_its_own_month(office: Office):
    october(office, "一", "二")
    reversed_by_two(office, QuotaEntry.objects.order_by("pk")[0], when=at(2026, 11, 3))
    assert bulletins.figures(office.plan, month="2026-10").total.month.sessions == 2
    november = bulletins.figures(office.plan, month="2026-11").total
    assert (november.month.sessions, november.reversed, november.year.sessions) == (-1, 1, 1)


def test_the_number_of_questions_does_not_grow_with_what_is_counted(
    office: Office, django_assert_num_queries
):
    october(office, "一")
    with django_assert_num_queries(9):
        bulletins.figures(office.plan, month="2026-10")
    office.confirmed(office.lecture("二"), mode="onsite", on=date(2026, 11, 5), at=at(2026, 11, 6))
    office.confirmed(office.lecture("三"), mode="onsite", on=date(2026, 11, 5), at=at(2026, 11, 6))
    office.close("2026-11", at=END_OF_NOVEMBER)
    with django_assert_num_queries(9):
        bulletins.figures(office.plan, month="2026-11")


# --- issuing ------------------------------------------------------------------------------------------------


def test_an_issued_version_keeps_its_files_and_can_be_made_again(office: Office, world: World):
    october(office, "一")
    issued = operations.issue_bulletin(
        plan=office.plan, month="2026-10", by=world.national_officer, at=at(2026, 11, 5)
    )
    office.confirmed(office.lecture("二"), mode="onsite", on=date(2026, 11, 5), at=at(2026, 11, 6))
    office.close("2026-11", at=END_OF_NOVEMBER)
    kept = BulletinIssue.objects.get()
    assert kept == issued.version
    paper = bulletins.again(kept)
    for format, name in kept.files.items():
        made = render(paper, format=format)
        assert digest(made) == name
        assert vault.read(name) == made


def test_the_same_bulletin_is_issued_once_and_what_came_late_makes_version_two(office: Office, world: World):
    def issue(when):
        return operations.issue_bulletin(
            plan=office.plan, month="2026-10", by=world.national_officer, at=when
        )

    office.confirmed(office.lecture("一"), mode="onsite")
    first = issue(at(2026, 11, 2))
    assert issue(at(2026, 11, 3)).again
    office.close("2026-10", at=at(2026, 11, 4))
    second = issue(at(2026, 11, 5))
    assert (first.version.version, second.version.version, second.again) == (1, 2, False)
    assert BulletinIssue.objects.count() == 2
    assert bulletins.figures(office.plan, month="2026-10", as_of=first.version.as_of).total.year.sessions == 0


def test_a_bulletin_is_not_issued_before_its_month_is_over(office: Office, world: World):
    with pytest.raises(UnableToIssue):
        operations.issue_bulletin(
            plan=office.plan, month="2026-10", by=world.national_officer, at=END_OF_OCTOBER
        )
    assert not BulletinIssue.objects.exists()


@pytest.mark.parametrize("who", ["supporting_officer", "beneficiary_officer", "administrator", "editor"])
def test_who_does_not_issue_a_bulletin(office: Office, world: World, who: str):
    with pytest.raises(PermissionDenied):
        operations.issue_bulletin(
            plan=office.plan, month="2026-10", by=getattr(world, who), at=at(2026, 11, 5)
        )
