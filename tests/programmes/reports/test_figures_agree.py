"""Figures of different reports that must be the same figure: months that add up, late facts, what is carried over."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programmes.plans import targets
from programmes.plans.breakdowns import adopt_plan, propose_plan
from programmes.plans.moving import Dimensions, move_target
from programmes.plans.pages import plan_page
from programmes.plans.reach import reach_of
from programmes.quotas import operations as quotas
from programmes.quotas.board import board
from programmes.quotas.models import QuotaEntry
from programmes.reports import bulletins, returns, year_papers
from programmes.reports import operations as reports
from programmes.reports.goals import goals_of
from programmes.reports.matrix import Matrix
from programmes.reports.models import Side
from programmes.reports.posted import Entry, counted, counted_in
from programmes.reports.return_figures import ReturnWords
from programmes.reports.verifying import faults
from qianchang.people.models import Association
from tests.programmes.factories import Office
from tests.programmes.reports.months import END_OF_OCTOBER, at, october, reversed_by_two
from tests.world import World

MONTHS = ("2026-09", "2026-10", "2026-11", "2026-12")


def entry(session: int, *, month: str, quantity: int = 1, event: str = "") -> Entry:
    """One entry of a session that was held in September and reached three lawyers."""
    return Entry(
        ledger="CN-GD",
        sequence=0,
        digest="",
        session=session,
        code=f"S-{session}",
        title="",
        event=event or f"S-{session}",
        supporter=1,
        beneficiary=session,
        mode="onsite",
        held_date=date(2026, 9, 1),
        effective_month="2026-09",
        posted_month=month,
        quantity=quantity,
        reach=3,
        rule=1,
    )


@st.composite
def ledgers(draw: st.DrawFn) -> list[Entry]:
    """Sessions of joint and of single events, each posted in one month, some taken back in the same or a later one."""
    found: list[Entry] = []
    for session in range(1, draw(st.integers(0, 8)) + 1):
        event = draw(st.sampled_from(["", "J1", "J2"]))
        first = draw(st.integers(0, 3))
        found.append(entry(session, month=MONTHS[first], event=event))
        if draw(st.booleans()):
            last = draw(st.integers(first, 3))
            found.append(entry(session, month=MONTHS[last], quantity=-1, event=event))
    return found


@given(ledgers())
def test_the_months_add_up_to_the_whole_in_sessions_events_and_reach(found: Sequence[Entry]):
    months, whole = [counted_in(found, month) for month in MONTHS], counted(found)
    assert sum(month.sessions for month in months) == whole.sessions
    assert sum(month.events for month in months) == whole.events
    assert sum(month.reach for month in months) == whole.reach


def test_a_reversal_takes_its_event_away_only_with_the_last_session_of_it():
    found = [entry(1, month="2026-09", event="J"), entry(2, month="2026-09", event="J")]
    found.append(entry(2, month="2026-10", quantity=-1, event="J"))
    found.append(entry(1, month="2026-11", quantity=-1, event="J"))
    events = [counted_in(found, month).events for month in MONTHS]
    assert (events, [counted_in(found, month).sessions for month in MONTHS]) == (
        [1, 0, -1, 0],
        [2, -1, -1, 0],
    )


def test_what_was_held_last_year_and_posted_in_january_is_januarys_in_return_and_bulletin(
    office: Office, world: World
):
    late = office.held(office.lecture("晚"), mode="onsite", on=date(2026, 12, 20), at=at(2026, 12, 21))
    office.close("2026-12", at=at(2026, 12, 31))
    quotas.confirm_session(session=late, by=world.beneficiary_officer, at=at(2027, 1, 5))
    office.close("2027-01", at=at(2027, 1, 31))
    stands = returns.stands_for(office.plan, world.guangdong, Side.SUPPORTER, "2027-01")
    assert stands is not None
    made = returns.figures(
        office.plan, association=world.guangdong, side=Side.SUPPORTER, month="2027-01", as_of=stands
    )
    assert len(made.posted) == 1
    assert (made.matrix.total.month.sessions, made.matrix.total.so_far.sessions) == (1, 0)
    assert _months_of_places(made.matrix) == 1
    line = next(
        each for each in bulletins.figures(office.plan, month="2027-01").lines if each.code == "CN-GD"
    )
    assert line.month == made.matrix.total.month
    paper = returns.as_paper(made, ReturnWords(1, "", (), ()))
    assert "计入 1 场" in paper.sections[0].paragraphs[0]


def _months_of_places(made: Matrix) -> int:
    return sum(place.month.sessions for place in made.places)


def _carried(office: Office, *, year: int, when: tuple[int, int, int]) -> tuple[tuple[str | int, ...], ...]:
    paper = year_papers.progress(
        office.plan, association=office.world.guangdong, side=Side.SUPPORTER, year=year, at=at(*when)
    )
    table = paper.sections[-1].table
    assert table is not None
    return table.rows


def test_a_year_in_which_nothing_was_counted_is_carried_over_too(office: Office):
    october(office, "一", "二")
    # 40 a year by the document, 2 done in 2026, none in 2027.
    rows = {row[0]: row for row in _carried(office, year=2028, when=(2028, 3, 1))}
    assert rows[2027][1:4] == (40, 38, 78)
    assert rows[2028][1:4] == (40, 78, 118)


def test_what_is_carried_over_is_the_boards_number(office: Office, world: World):
    breakdown = propose_plan(
        plan=office.plan,
        supporter=world.guangdong,
        first=2025,
        count=3,
        by=world.supporting_officer,
        at=world.now,
    )
    adopt_plan(breakdown=breakdown, seen=0, by=world.supporting_officer, at=world.now)
    october(office, "一")
    owed = board(office.plan, supporter=world.guangdong, year=2026, as_of=END_OF_OCTOBER.date()).owed
    assert owed is not None
    (row,) = (row for row in _carried(office, year=2026, when=(2026, 11, 3)) if row[0] == 2026)
    assert row == (2026, owed.planned, owed.carried_in, owed.owed, owed.counted, owed.missing, owed.surplus)


@pytest.mark.parametrize("key", ["QC/CN-GD/CN-GX/*/*", "QC/CN-GD/*/*/*", "QC/CN-GD/*/each/*"])
def test_a_number_that_carries_nothing_over_does_so_nowhere(office: Office, world: World, key: str):
    breakdown = propose_plan(
        plan=office.plan,
        supporter=world.guangdong,
        first=2025,
        count=3,
        by=world.supporting_officer,
        at=world.now,
    )
    adopt_plan(breakdown=breakdown, seen=0, by=world.supporting_officer, at=world.now)
    alone = office.plan.targets.get(key=key)
    targets.set_terms(
        target=alone,
        owner=None,
        deadline_date=None,
        carry_over=False,
        seen=0,
        by=world.supporting_officer,
        at=world.now,
    )
    october(office, "一")
    owed = board(office.plan, supporter=world.guangdong, year=2026, as_of=END_OF_OCTOBER.date()).owed
    (row,) = (row for row in _carried(office, year=2026, when=(2026, 11, 3)) if row[0] == 2026)
    page = plan_page(
        world.supporting_officer,
        programme="BQQ-2012",
        plan="QC",
        reach=reach_of(world.supporting_officer, on=world.day),
        on=world.day,
    )
    assert owed is not None
    assert page is not None
    of_region = {each.region: {line.year: line for line in each.rows} for each in page.owed}
    carried = {region: rows[2026].carried_in for region, rows in of_region.items()}
    # Only of Yunnan is something carried over, and only where no number over all regions stands alone.
    of_yunnan = 7 if alone.beneficiary else 0
    assert (carried["广西"], carried["云南"]) == (0, of_yunnan)
    assert owed.carried_in == row[2] == of_yunnan
    assert row == (2026, owed.planned, owed.carried_in, owed.owed, owed.counted, owed.missing, owed.surplus)


@pytest.mark.parametrize("year", [2026, 2099])
def test_the_progress_of_a_far_year_still_opens(office: Office, year: int):
    october(office, "一")
    paper = year_papers.progress(
        office.plan, association=office.world.guangdong, side=Side.SUPPORTER, year=year, at=at(2060, 1, 5)
    )
    assert len(paper.numbered) == len(paper.sections)


def test_the_lines_of_a_month_with_a_reversal_add_up_to_its_sums(office: Office, world: World):
    office.confirmed(office.lecture("视频"))
    october(office, "一")
    first = QuotaEntry.objects.get(reach__gt=0)
    reversed_by_two(office, first, when=at(2026, 11, 3))
    made = returns.figures(
        office.plan,
        association=world.guangdong,
        side=Side.SUPPORTER,
        month="2026-11",
        as_of=at(2026, 11, 20),
    )
    table = next(
        section.table
        for section in returns.as_paper(made, ReturnWords(1, "", (), ())).sections
        if section.table and section.table.headings[-1] == "参加律师"
    )
    assert sum(int(row[-1]) for row in table.rows) == made.matrix.total.month.reach < 0
    assert sum(int(row[-2]) for row in table.rows) == made.matrix.total.month.sessions == -1


def test_a_number_that_is_given_another_meaning_later_changes_no_earlier_month(office: Office, world: World):
    october(office, "一")
    source = office.plan.targets.first().source
    beijing = Association.objects.get(code="CN-BJ")
    said = targets.Said(beijing, 6, "assigned", "6 场", year=2026)
    by = world.national_officer
    made = targets.enter_target(plan=office.plan, said=said, source=source, by=by, at=at(2026, 11, 2))

    def goal_of_beijing(month: str, **when) -> tuple[int, str] | None:
        figures = bulletins.figures(office.plan, month=month, **when)
        goal = next(line.goal for line in figures.lines if line.code == "CN-BJ")
        return goal and (goal.quantity, goal.strength)

    assert goal_of_beijing("2026-10") == (6, "assigned")
    for number, (to, day) in enumerate(
        [
            (Dimensions(world.guangxi, 2026, False, frozenset({"onsite"})), 15),
            (Dimensions(None, None, True, frozenset()), 20),
        ]
    ):
        move_target(target=made, to=to, seen=2 * number, by=by, at=at(2026, 11, day))
        made = office.plan.targets.get(pk=made.pk)
        targets.change_target(
            target=made,
            quantity=7 + number,
            strength="assigned",
            quote="场",
            seen=2 * number + 1,
            by=by,
            at=at(2026, 11, day, 20),
        )
        # What was entered since under the old name is another number.
        if number == 0:
            targets.enter_target(
                plan=office.plan, said=replace(said, quantity=9), source=source, by=by, at=at(2026, 11, 16)
            )
    assert goal_of_beijing("2026-10") == (6, "assigned")
    assert goal_of_beijing("2026-10", as_of=at(2026, 11, 15, 19)) is None
    assert goal_of_beijing("2026-10", as_of=at(2026, 11, 17)) == (9, "assigned")
    goals = goals_of(office.plan, before=at(2026, 11, 15, 19))
    on_site = goals.of_year(beijing.pk, 2026, beneficiary=world.guangxi.pk, modes=["onsite"])
    assert on_site is not None
    assert on_site.quantity == 6
    assert goals_of(office.plan).of_year(beijing.pk, 2027).quantity == 8


def test_a_number_that_is_taken_out_later_stands_in_earlier_months(
    office: Office, world: World, settings, tmp_path
):
    settings.VAULT_DIR = tmp_path / "vault"
    october(office, "一")
    source, beijing = office.plan.targets.first().source, Association.objects.get(code="CN-BJ")
    by = world.national_officer
    whole = targets.Said(beijing, 6, "assigned", "6 场", year=2026)
    part = targets.Said(
        beijing,
        2,
        "about",
        "2 场",
        beneficiary=world.guangxi,
        each_year=True,
        modes=frozenset({"onsite", "dvd"}),
    )
    for said in (whole, part):
        targets.enter_target(plan=office.plan, said=said, source=source, by=by, at=at(2026, 11, 2))
    reports.issue_bulletin(plan=office.plan, month="2026-10", by=by, at=at(2026, 11, 5))
    made = office.plan.targets.get(supporter=beijing, beneficiary=None)
    targets.change_target(
        target=made, quantity=7, strength="assigned", quote="7 场", seen=0, by=by, at=at(2026, 11, 12)
    )
    for number, target in enumerate(office.plan.targets.filter(supporter=beijing).order_by("year")):
        targets.withdraw_target(target=target, seen=target.revision, by=by, at=at(2026, 11, 20, number))
    targets.enter_target(
        plan=office.plan, said=replace(whole, quantity=9), source=source, by=by, at=at(2026, 11, 25)
    )

    def of_beijing(when) -> tuple[int, str, str] | None:
        goal = goals_of(office.plan, before=when).of_year(beijing.pk, 2026)
        return goal and (goal.quantity, goal.strength, goal.source)

    assert of_beijing(at(2026, 11, 5)) == (6, "assigned", source.title)
    assert of_beijing(at(2026, 11, 15)) == (7, "assigned", source.title)
    assert of_beijing(at(2026, 11, 22)) is None
    assert of_beijing(at(2026, 11, 26)) == (9, "assigned", source.title)
    stood = goals_of(office.plan, before=at(2026, 11, 5)).of_year(
        beijing.pk, 2031, beneficiary=world.guangxi.pk, modes=["dvd", "onsite"]
    )
    assert stood is not None
    assert (stood.quantity, stood.strength) == (2, "about")
    assert faults() == (3, [])


def test_what_waited_behind_a_report_is_written_after_it(office: Office, world: World, settings, tmp_path):
    """Its moment was taken before the report's, and its turn came behind it."""
    settings.VAULT_DIR = tmp_path / "vault"
    office.confirmed(office.lecture("一"), mode="onsite")
    confirmed_late = office.held(office.lecture("二"), mode="onsite")
    before, moment = at(2026, 11, 5), at(2026, 11, 5) + timedelta(seconds=1)
    reports.issue_bulletin(plan=office.plan, month="2026-10", by=world.national_officer, at=moment)
    for remarks in ("一", "二"):
        reports.save_draft(
            plan=office.plan,
            association=world.guangxi,
            side=Side.BENEFICIARY,
            month="2026-10",
            remarks=remarks,
            addressees="省律协秘书处",
            signatories="",
            number=0 if remarks == "一" else 1,
            by=world.beneficiary_officer,
            at=moment,
        )
    reports.send_return(
        plan=office.plan,
        association=world.guangxi,
        side=Side.BENEFICIARY,
        month="2026-10",
        number=2,
        by=world.beneficiary_officer,
        at=moment,
    )
    assert faults()[1] == []

    quotas.confirm_session(session=confirmed_late, by=world.beneficiary_officer, at=before)
    (entry, _other) = office.close("2026-10", at=before).entries
    reversed_by_two(office, entry, when=before)
    adopt_plan(
        breakdown=propose_plan(
            plan=office.plan, supporter=world.guangdong, first=2026, by=world.supporting_officer, at=before
        ),
        seen=0,
        by=world.supporting_officer,
        at=before,
    )
    stated = office.plan.targets.get(key="QC/CN-GD/*/each/*")
    targets.change_target(
        target=stated,
        quantity=39,
        strength="about",
        quote=stated.quote,
        seen=0,
        by=world.national_officer,
        at=before,
    )

    assert faults() == (6, [])
    assert QuotaEntry.objects.filter(recorded_at__lte=moment).count() == 0


def test_a_number_that_is_changed_or_entered_later_changes_no_earlier_month(office: Office, world: World):
    october(office, "一")
    before = bulletins.figures(office.plan, month="2026-10")
    stated = office.plan.targets.get(supporter=world.guangdong, each_year=True, beneficiary=None, modes=None)
    for quantity, day in ((39, 20), (38, 21)):
        targets.change_target(
            target=stated,
            quantity=quantity,
            strength="about",
            quote=stated.quote,
            seen=stated.revision,
            by=world.national_officer,
            at=at(2026, 11, day),
        )
    of_2026 = targets.Said(world.guangdong, 37, "assigned", "2026 年 37 场", year=2026)
    targets.enter_target(
        plan=office.plan, said=of_2026, source=stated.source, by=world.national_officer, at=at(2026, 11, 22)
    )
    assert bulletins.figures(office.plan, month="2026-10") == before
    now = bulletins.figures(office.plan, month="2026-11", as_of=at(2026, 12, 1))
    goals = [line.goal for line in now.lines if line.code == "CN-GD"]
    assert [(goal.quantity, goal.strength) for goal in goals if goal] == [(37, "assigned")]
    between = bulletins.figures(office.plan, month="2026-10", as_of=at(2026, 11, 20, 20))
    goals = [line.goal for line in between.lines if line.code == "CN-GD"]
    assert [(goal.quantity, goal.strength) for goal in goals if goal] == [(39, "about")]
