"""Whatever officers do, in whatever order: no session is posted twice, none is lost, none counts beyond a rule, and the
ledger holds after every step.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import combinations
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from courses import api as courses
from courses.discs import moving
from courses.discs.making import Recipient
from programmes.quotas import operations, reversals, rules, session_planning, totals
from programmes.quotas.board import board
from programmes.quotas.models import Decision, MonthClose, QuotaEntry, Reversal
from programmes.quotas.national import Side, comparison
from qianchang.groundwork import ledgers
from qianchang.people.models import Account, Association
from tests.courses.discs.factories import Discs
from tests.programmes.factories import Office
from tests.world import SHANGHAI, World

# Lectures are released on 12 October, so that one lies before it: a network video cannot have been held then.
DAYS = [date(2026, 10, 6), date(2026, 10, 14), date(2026, 11, 3), date(2026, 12, 1)]
# The second version of the rule begins after the month in which the site was loaded.
DISCS_FROM = date(2026, 11, 1)
MODES = ["onsite", "network_video", "dvd", "teleconference"]
HOURS = [None, time(9), time(15)]
REFUSALS = (
    courses.UnableToSchedule,
    courses.UnableToHold,
    operations.UnableToAttach,
    operations.UnableToConfirm,
    operations.UnableToReturn,
    operations.UnableToCloseMonth,
    reversals.UnableToReverse,
)
PLACES = ["百色", "河池"]
WHOM = ["GX", "YN", "GX+YN"]
# Much of one lecture on one day: most of it is the same event, or the same recording.
BUSY = st.lists(
    st.tuples(st.sampled_from(MODES), st.sampled_from(HOURS), st.sampled_from(PLACES), st.sampled_from(WHOM)),
    min_size=4,
    max_size=6,
)


class Officers(RuleBasedStateMachine):
    """Two officers of Guangdong, two of Guangxi, one of Yunnan and a national one, doing as they like."""

    office: Office
    lectures: list[Any]
    # Of which lecture, for which region, a disc was sent and received.
    with_papers: set[tuple[int, int]]

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 10, 15, 9, 0, tzinfo=SHANGHAI)
        self.codes: list[str] = []
        self.undo: Any = None

    @initialize(first=BUSY, second=BUSY, which=st.integers(0, 50))
    def begin(self, first: list[Any], second: list[Any], which: int) -> None:
        """Two busy months, with a reversal between them: what it sets free counts in the second."""
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.a_busy_month(first, True)
        self.nothing_counts_beyond_a_rule()
        self.a_counted_one_is_taken_back(which)
        self.a_busy_month(second, True)
        self.discs_are_shown(which)

    def teardown(self) -> None:
        if self.undo is not None:
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

    # --- what happens ---------------------------------------------------------------------------------------

    def _try(self, act: Any, **how: Any) -> Any:
        """Do something; a refusal leaves the ledger as it was."""
        before = QuotaEntry.objects.count()
        try:
            with transaction.atomic():
                return act(at=self.now, **how)
        except REFUSALS:
            assert QuotaEntry.objects.count() == before
            return None

    def _some(self, which: int) -> courses.SessionFact | None:
        return courses.session_fact(self.codes[which % len(self.codes)]) if self.codes else None

    def _giver(self, second: bool) -> Any:
        world = self.office.world
        return world.second_supporting_officer if second else world.supporting_officer

    def _receiver(self, second: bool, fact: courses.SessionFact) -> Any:
        world = self.office.world
        if fact.beneficiary_id == world.yunnan.pk:
            return world.yunnan_officer
        return world.second_beneficiary_officer if second else world.beneficiary_officer

    @rule(days=st.integers(1, 25))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule(
        lecture=st.integers(0, 3),
        mode=st.sampled_from(MODES),
        on=st.sampled_from(DAYS),
        hour=st.sampled_from(HOURS),
        place=st.sampled_from(PLACES),
        whom=st.sampled_from(WHOM),
        by_region=st.booleans(),
    )
    def schedule(
        self, lecture: int, mode: str, on: date, hour: time | None, place: str, whom: str, by_region: bool
    ) -> None:
        world = self.office.world
        regions = {"GX": [world.guangxi], "YN": [world.yunnan], "GX+YN": [world.guangxi, world.yunnan]}
        made = self._try(
            session_planning.schedule_event,
            plan=self.office.plan,
            lecture_id=self.lectures[lecture].pk,
            mode_code=mode,
            supporter=world.guangdong,
            beneficiaries=regions[whom],
            date=on,
            place=place,
            begins_at=hour,
            by=world.beneficiary_officer if by_region and whom == "GX" else self._giver(False),
        )
        self.codes += [fact.code for fact in made or ()]

    @rule(some=BUSY, closes=st.booleans())
    def a_busy_month(self, some: list[tuple[str, time | None, str, str]], closes: bool) -> None:
        """Several sessions are held and confirmed, many of them one and the same, and the month is closed."""
        known = len(self.codes)
        for mode, hour, place, whom in some:
            self.schedule(0, mode, DAYS[1], hour, place, whom, False)
        for which in range(known, len(self.codes)):
            self.hold(which, True)
            self.confirm(which, True)
        if closes:
            self.the_month_is_closed(False)

    @rule(which=st.integers(0, 50))
    def discs_are_shown(self, which: int) -> None:
        """After the rule asks for papers, DVDs are held for both regions, and the month is closed."""
        self.now = max(self.now, datetime.combine(DAYS[2], time(9), tzinfo=SHANGHAI))
        known = len(self.codes)
        for whom in ("GX", "YN"):
            self.schedule(which % 3, "dvd", DAYS[2], None, "", whom, False)
        for made in range(known, len(self.codes)):
            self.hold(made, True)
            self.confirm(made, True)
        self.the_month_is_closed(False)

    @rule(second=st.booleans())
    def the_month_is_closed(self, second: bool) -> None:
        month = f"{self.now:%Y-%m}"
        self.now = max(self.now, datetime.combine(rules.last_day(month), time(18), tzinfo=SHANGHAI))
        self.close(month, second)
        self.now += timedelta(days=1)

    @rule(which=st.integers(0, 50))
    def a_counted_one_is_taken_back(self, which: int) -> None:
        counted = list(self._counted())
        if not counted:
            return
        fact = counted[which % len(counted)]
        by, entry = self._receiver(True, fact), QuotaEntry.objects.get(session=fact.id, reverses=None)
        made = self._try(reversals.propose_reversal, entry=entry, reason="重复", by=by)
        if made is not None:
            self._try(reversals.approve_reversal, reversal=made, by=self.office.world.national_officer)

    @rule(which=st.integers(0, 50), second=st.booleans())
    def hold(self, which: int, second: bool) -> None:
        if fact := self._some(which):
            self._try(operations.hold_session, session=fact, by=self._giver(second))

    @rule(which=st.integers(0, 50), second=st.booleans())
    def confirm(self, which: int, second: bool) -> None:
        if fact := self._some(which):
            self._try(operations.confirm_session, session=fact, by=self._receiver(second, fact))

    @rule(which=st.integers(0, 50), second=st.booleans())
    def send_back(self, which: int, second: bool) -> None:
        if fact := self._some(which):
            by = self._receiver(second, fact)
            self._try(operations.return_session, session=fact, reason="缺签到表", by=by)

    @rule(month=st.sampled_from(["2026-10", "2026-11", "2026-12"]), second=st.booleans())
    def close(self, month: str, second: bool) -> None:
        closed = self._try(
            operations.close_month,
            plan=self.office.plan,
            supporter=self.office.world.guangdong,
            month=month,
            by=self._giver(second),
        )
        if closed is not None and not closed.again:
            self._nothing_was_lost(month)

    @rule(which=st.integers(0, 50), second=st.booleans())
    def propose(self, which: int, second: bool) -> None:
        fact = self._some(which)
        entry = QuotaEntry.objects.filter(session=fact.id, reverses=None).first() if fact else None
        if entry is not None:
            self._try(reversals.propose_reversal, entry=entry, reason="重复", by=self._giver(second))

    @rule(which=st.integers(0, 50), who=st.integers(0, 2), agrees=st.booleans())
    def decide(self, which: int, who: int, agrees: bool) -> None:
        every = list(Reversal.objects.order_by("pk"))
        if not every:
            return
        by = [self._giver(False), self._giver(True), self.office.world.national_officer][who]
        made = every[which % len(every)]
        if agrees:
            self._try(reversals.approve_reversal, reversal=made, by=by)
        else:
            self._try(reversals.refuse_reversal, reversal=made, answer="不是重复", by=by)

    # --- what always holds ----------------------------------------------------------------------------------

    def _counted(self) -> Iterator[courses.SessionFact]:
        net: Counter[int] = Counter()
        for session, quantity in QuotaEntry.objects.values_list("session", "quantity"):
            net[session] += quantity
        assert set(net.values()) <= {0, 1}, "posted twice, or taken back twice"
        ids = [session for session, quantity in net.items() if quantity]
        yield from courses.session_facts(ids=ids) if ids else ()

    def _nothing_was_lost(self, month: str) -> None:
        """Everything that is confirmed and due stands in the ledger, or another one counts in its place."""
        counted = list(self._counted())
        due = courses.session_facts(states=["held"])
        confirmed = set(Decision.objects.filter(outcome="confirmed").values_list("session", flat=True))
        posted = set(QuotaEntry.objects.values_list("session", flat=True))
        for fact in due:
            if fact.id not in confirmed - posted or fact.date > rules.last_day(month):
                continue
            if fact.length_ms < 45 * 60_000 or (fact.mode_code in rules.ONCE_PER_REGION and fact.reach < 1):
                continue  # too short, or it reached nobody: the rule counts neither
            if self._lacks_papers(fact):
                continue  # without the papers of its discs, from the second version of the rule on
            assert any(_stands_for(fact, other) for other in counted), f"{fact.code} was lost"

    def _lacks_papers(self, fact: courses.SessionFact) -> bool:
        asked_for = fact.mode_code == rules.DVD and fact.date >= DISCS_FROM
        return asked_for and (fact.lecture_id, fact.beneficiary_id) not in self.with_papers

    @invariant()
    def the_ledger_holds(self) -> None:
        assert ledgers.verify(QuotaEntry, "CN-GD") == []

    @invariant()
    def nothing_counts_beyond_a_rule(self) -> None:
        if self.undo is None:
            return
        facts = list(self._counted())
        confirmed = set(Decision.objects.filter(outcome="confirmed").values_list("session", flat=True))
        for fact in facts:
            assert fact.state == "held"
            assert fact.id in confirmed
            assert fact.length_ms >= 45 * 60_000
            assert fact.mode_code not in rules.ONCE_PER_REGION or fact.reach > 0
            assert not self._lacks_papers(fact)
        for one, other in combinations(facts, 2):
            assert not _stands_for(one, other)
        for entry in QuotaEntry.objects.all():
            assert entry.effective_month == f"{entry.held_date:%Y-%m}" <= entry.posted_month
        for made in Reversal.objects.filter(state="posted").select_related("entry"):
            month = MonthClose.objects.get(month=made.entry.posted_month)
            assert made.decided_by_id not in (made.proposed_by_id, month.closed_by_id)

    @invariant()
    def every_sum_is_the_same(self) -> None:
        if self.undo is None:
            return
        counted = len(list(self._counted()))
        assert sum(total.quantity for total in totals.totals(self.office.plan)) == counted
        shown = board(
            self.office.plan, supporter=self.office.world.guangdong, year=2026, as_of=self.now.date()
        )
        assert shown.this_year.counted == shown.over_the_years.counted == counted
        assert sum(region.this_year.counted for region in shown.regions) == counted
        assert sum(row.total.counted for row in shown.modes) == counted
        for side in Side:
            found = comparison(self.office.plan, year=2026, as_of=self.now.date(), side=side)
            assert found.counted == counted


def _stands_for(one: courses.SessionFact, other: courses.SessionFact) -> bool:
    """Tell whether only one of two counts, in the words of the domain and not by the rules under test."""
    region = one.beneficiary_id == other.beneficiary_id
    lecture = one.lecture_id == other.lecture_id
    if {one.mode_code, other.mode_code} <= {"network_video", "dvd"} and lecture and region:
        return True  # a recording, once for a region
    if one.joint_event and one.joint_event == other.joint_event:
        return region  # one event for two regions is two sessions
    if (one.mode_code, one.lecture_id, one.date) != (other.mode_code, other.lecture_id, other.date):
        return False
    both_said = bool(one.half_day and other.half_day)
    if one.mode_code == "teleconference":
        return region and not (both_said and one.half_day != other.half_day)
    if one.mode_code == "onsite":  # who lectures is the same: it is the same lecture
        return one.half_day == other.half_day if both_said else region and one.place == other.place
    return False


def _disc_arrived(world: World, lecture: Any, association: Association, by: Account) -> None:
    discs = Discs(world)
    there = Recipient(association, None, "黄专员", "律师协会")
    disc = discs.sent(discs.made(discs.master(lecture, title=lecture.title), to=there), to=there)
    moving.receive(disc=disc, holder="黄专员", on=world.day, by=by, at=world.later(hours=1))


@pytest.mark.usefixtures("clock")
def test_no_order_posts_twice_loses_one_or_exceeds_a_rule(office: Office):
    world = office.world
    both = [world.guangxi, world.yunnan]
    lectures = [office.lecture(title, to=both) for title in ("一", "二", "三")]
    lectures.append(office.lecture("短", length_ms=44 * 60_000, to=both))
    # Of the first two each region has somebody who heard them by either recording; of the third nobody has.
    for lecture in (lectures[0], lectures[1], lectures[3]):
        office.reached(lecture, world.county_lawyer)
        office.reached(lecture, world.second_county_lawyer, mode="dvd")
        office.reached(lecture, world.yunnan_lawyer, mode="dvd")
    # One disc of the first went to Guangxi, and one of the second to Yunnan.
    _disc_arrived(world, lectures[0], world.guangxi, world.beneficiary_officer)
    _disc_arrived(world, lectures[1], world.yunnan, world.yunnan_officer)
    everybody = ("second_supporting_officer", "second_beneficiary_officer", "beneficiary_officer")
    assert all(getattr(world, name) for name in (*everybody, "national_officer", "yunnan_officer"))
    assert office.plan

    class InThisOffice(Officers):
        pass

    InThisOffice.office, InThisOffice.lectures = office, lectures
    InThisOffice.with_papers = {
        (lectures[0].pk, world.guangxi.pk),
        (lectures[1].pk, world.yunnan.pk),
    }
    run_state_machine_as_test(
        InThisOffice,
        settings=settings(
            max_examples=8,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
