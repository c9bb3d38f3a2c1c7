"""Whatever officers do, in whatever order: no session is posted twice, none is lost, none counts beyond a rule, and the
ledger holds after every step.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import combinations
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from courses import api as courses
from programmes.quotas import operations, reversals, rules, totals
from programmes.quotas.board import board
from programmes.quotas.models import Decision, MonthClose, QuotaEntry, Reversal
from programmes.quotas.months import _happening
from qianchang.groundwork import ledgers
from tests.programmes.factories import Office
from tests.world import SHANGHAI

DAYS = [date(2026, 10, 5), date(2026, 10, 6), date(2026, 11, 3), date(2026, 12, 1)]
MODES = ["onsite", "network_video", "dvd", "teleconference"]
REFUSALS = (
    courses.UnableToSchedule,
    courses.UnableToHold,
    operations.UnableToAttach,
    operations.UnableToConfirm,
    operations.UnableToReturn,
    operations.UnableToCloseMonth,
    reversals.UnableToReverse,
)


class Officers(RuleBasedStateMachine):
    """Two officers of Guangdong, two of Guangxi and one of the national association, doing as they like."""

    office: Office
    lectures: list[Any]

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 10, 8, 9, 0, tzinfo=SHANGHAI)
        self.codes: list[str] = []
        self.undo: Any = None

    @initialize()
    def begin(self) -> None:
        self.undo = transaction.atomic()
        self.undo.__enter__()

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

    def _receiver(self, second: bool) -> Any:
        world = self.office.world
        return world.second_beneficiary_officer if second else world.beneficiary_officer

    @rule(days=st.integers(1, 25))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule(
        lecture=st.integers(0, 2),
        mode=st.sampled_from(MODES),
        on=st.sampled_from(DAYS),
        place=st.sampled_from(["百色", "河池"]),
        by_region=st.booleans(),
    )
    def schedule(self, lecture: int, mode: str, on: date, place: str, by_region: bool) -> None:
        made = self._try(
            operations.schedule_session,
            plan=self.office.plan,
            lecture_id=self.lectures[lecture].pk,
            mode_code=mode,
            supporter=self.office.world.guangdong,
            beneficiary=self.office.world.guangxi,
            date=on,
            place=place,
            by=self._receiver(False) if by_region else self._giver(False),
        )
        if made is not None:
            self.codes.append(made.code)

    @rule(lecture=st.integers(0, 1), mode=st.sampled_from(MODES), on=st.sampled_from(DAYS[:2]))
    def a_session_is_held_and_confirmed(self, lecture: int, mode: str, on: date) -> None:
        known = len(self.codes)
        self.schedule(lecture, mode, on, "百色", False)
        for step in (self.hold, self.confirm) if len(self.codes) > known else ():
            step(len(self.codes) - 1, True)

    @rule(which=st.integers(0, 50), second=st.booleans())
    def hold(self, which: int, second: bool) -> None:
        if fact := self._some(which):
            self._try(operations.hold_session, session=fact, by=self._giver(second))

    @rule(which=st.integers(0, 50), second=st.booleans())
    def confirm(self, which: int, second: bool) -> None:
        if fact := self._some(which):
            self._try(operations.confirm_session, session=fact, by=self._receiver(second))

    @rule(which=st.integers(0, 50), second=st.booleans())
    def send_back(self, which: int, second: bool) -> None:
        if fact := self._some(which):
            self._try(operations.return_session, session=fact, reason="缺签到表", by=self._receiver(second))

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
        counted = [_happening(fact) for fact in self._counted()]
        due = courses.session_facts(states=["held"])
        confirmed = set(Decision.objects.filter(outcome="confirmed").values_list("session", flat=True))
        posted = set(QuotaEntry.objects.values_list("session", flat=True))
        for fact in due:
            if fact.id not in confirmed - posted or fact.date > rules.last_day(month):
                continue
            if fact.length_ms < 45 * 60_000 or (fact.mode_code in rules.ONCE_PER_REGION and fact.reach < 1):
                continue  # too short, or it reached nobody: the rule counts neither
            assert any(_stands_for(_happening(fact), other) for other in counted), f"{fact.code} was lost"

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
        for one, other in combinations([_happening(fact) for fact in facts], 2):
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


def _stands_for(one: rules.Happening, other: rules.Happening) -> bool:
    recordings = {one.mode, other.mode} <= rules.ONCE_PER_REGION
    same = (one.lecture, one.beneficiary) == (other.lecture, other.beneficiary)
    return (recordings and same) or rules.is_same_event(one, other)


@pytest.mark.usefixtures("clock")
def test_no_order_posts_twice_loses_one_or_exceeds_a_rule(office: Office):
    world = office.world
    short = office.lecture("短", length_ms=44 * 60_000)
    lectures = [office.lecture("一"), office.lecture("二"), short]
    for lecture in lectures:
        office.reached(lecture, world.county_lawyer)
    everybody = ("second_supporting_officer", "second_beneficiary_officer", "beneficiary_officer")
    assert all(getattr(world, name) for name in (*everybody, "national_officer"))
    assert office.plan

    class InThisOffice(Officers):
        pass

    InThisOffice.office, InThisOffice.lectures = office, lectures
    run_state_machine_as_test(
        InThisOffice,
        settings=settings(
            max_examples=8,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
