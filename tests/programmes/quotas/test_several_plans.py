"""A session that stands on a line of several plans counts in each of them, and is taken back in each by itself."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from courses.api import SessionFact
from courses.catalogue.models import LecturePage
from courses.schedule.models import TrainingSession
from programmes.plans.models import Plan, Target
from programmes.quotas import operations, queries, reversals, totals
from programmes.quotas.board import board
from programmes.quotas.models import QuotaEntry
from programmes.quotas.national import Side, comparison
from programmes.reports import returns
from programmes.reports.models import Side as ReturnSide
from qianchang.groundwork import ledgers
from tests.programmes.factories import Office
from tests.programmes.quotas.test_counting import END_OF_NOVEMBER, END_OF_OCTOBER
from tests.world import World

AS_OF = date(2026, 11, 30)


@pytest.fixture
def provincial(office: Office) -> Plan:
    """A second plan of sessions, of Guangdong for Guangxi."""
    made = Plan.objects.get(pk=office.plan.pk)
    line = Target.objects.get(plan=made, supporter=office.world.guangdong, beneficiary=office.world.guangxi)
    made.pk, made.code = None, "A-GD-GX"  # before the code of the first one
    made.save(force_insert=True)
    line.pk, line.key, line.plan = None, "A-GD-GX/1", made
    line.save(force_insert=True)
    return made


def counted(plan: Plan, world: World) -> int:
    """What counts under a plan: on the board, in both comparisons and in the ledger, which say the same."""
    seen = board(plan, supporter=world.guangdong, year=2026, as_of=AS_OF)
    said = {
        seen.this_year.counted,
        seen.over_the_years.counted,
        sum(total.quantity for total in totals.totals(plan)),
        *(comparison(plan, year=2026, as_of=AS_OF, side=side).counted for side in Side),
    }
    (number,) = said
    return number


def close(plan: Plan, world: World, month: str, at) -> None:
    operations.close_month(
        plan=plan, supporter=world.guangdong, month=month, by=world.supporting_officer, at=at
    )


def test_it_counts_once_in_each_plan_when_its_month_is_closed_there(office, world, provincial: Plan):
    fact = office.confirmed(mode="onsite")
    operations.attach_session(session=fact, plan=provincial, by=None, at=world.now)
    office.close("2026-10", at=END_OF_OCTOBER)
    assert (counted(office.plan, world), counted(provincial, world)) == (1, 0)
    close(provincial, world, "2026-11", END_OF_NOVEMBER)
    assert (counted(office.plan, world), counted(provincial, world)) == (1, 1)
    late = QuotaEntry.objects.get(plan=provincial)
    assert (late.effective_month, late.posted_month) == ("2026-10", "2026-11")
    assert ledgers.verify(QuotaEntry, "CN-GD") == []


def test_its_page_has_a_line_with_its_state_for_each_plan(office, world, provincial: Plan, client_for, clock):
    fact = office.confirmed(mode="onsite")
    operations.attach_session(session=fact, plan=provincial, by=None, at=world.now)
    close(provincial, world, "2026-10", END_OF_OCTOBER)
    clock.move_to(END_OF_OCTOBER)
    page = client_for(world.supporting_officer).get(reverse("quotas:session", args=[fact.code]))
    lines = {line.plan.code: str(line.state) for line in page.context["page"].plans}
    assert lines == {office.plan.code: "confirmed", "A-GD-GX": "counted"}
    html = page.content.decode()
    shown = html[html.index('id="plans"') :]
    assert (shown.count(">已确认<"), shown.count(">已计入<")) == (1, 1)
    # What counts in any plan can be taken back from here, and the history says in which it was counted.
    assert 'id="reverse"' in html
    assert page.context["page"].history[-1].what.startswith(f"{provincial} ")


def test_taken_back_in_one_plan_it_counts_in_the_other_and_is_taken_back_there_as_well(
    office, world, provincial: Plan, client_for, clock
):
    fact = office.confirmed(mode="onsite")
    operations.attach_session(session=fact, plan=provincial, by=None, at=world.now)
    for plan in (office.plan, provincial):
        close(plan, world, "2026-10", END_OF_OCTOBER)
    clock.move_to(END_OF_NOVEMBER)
    client, left, freed = client_for(world.beneficiary_officer), [], []
    for _plan in (office.plan, provincial):
        answer = client.post(f"/office/reversals/new/{fact.code}/", {"reason": "签到表是另一场的"})
        assert answer.status_code == 302, "it counts in a plan, so it can be taken back"
        made = reversals.Reversal.objects.get(state="proposed")
        reversals.approve_reversal(reversal=made, by=world.second_supporting_officer, at=END_OF_NOVEMBER)
        left.append(sorted((counted(office.plan, world), counted(provincial, world))))
        freed.append(TrainingSession.objects.get(pk=fact.id).reversed_at is not None)
    assert left == [[0, 1], [0, 0]]
    assert freed == [False, True], "it can be entered again when it counts nowhere any more"
    assert client.get(f"/office/reversals/new/{fact.code}/").status_code == 404
    assert ledgers.verify(QuotaEntry, "CN-GD") == []


class TestNeverCountableOnTheOther:
    """A session that was taken back in one plan, while another session counts in its place in the other."""

    @pytest.fixture
    def lecture(self, office: Office) -> LecturePage:
        return office.lecture("边境贸易合同审查")

    @pytest.fixture
    def rival(self, office: Office, world: World, provincial: Plan, lecture: LecturePage) -> SessionFact:
        """A DVD of the lecture, of an earlier day, that stands on the provincial plan alone."""
        made = operations.schedule_session(
            plan=provincial,
            lecture_id=lecture.pk,
            mode_code="dvd",
            supporter=world.guangdong,
            beneficiary=world.guangxi,
            date=date(2026, 10, 1),
            by=world.supporting_officer,
            at=world.now,
        )
        office.reached(lecture, world.second_county_lawyer, mode="dvd")
        operations.hold_session(session=made, by=world.supporting_officer, at=world.now)
        operations.confirm_session(session=made, by=world.beneficiary_officer, at=world.now)
        return made

    @pytest.fixture
    def shown(
        self, office: Office, world: World, provincial: Plan, lecture: LecturePage, rival: SessionFact
    ) -> SessionFact:
        """The film of the lecture, on both plans."""
        fact = office.confirmed(lecture, on=world.day)
        operations.attach_session(session=fact, plan=provincial, by=None, at=world.now)
        return fact

    def taken_back(self, plan: Plan, session: int, world: World, at) -> None:
        entry = reversals.standing_entry(session, plan=plan.pk)
        assert entry is not None
        made = reversals.propose_reversal(entry=entry, reason="误记", by=world.beneficiary_officer, at=at)
        reversals.approve_reversal(reversal=made, by=world.second_supporting_officer, at=at)

    def is_free(self, fact: SessionFact) -> bool:
        return TrainingSession.objects.get(pk=fact.id).reversed_at is not None

    def states(self, fact: SessionFact, plan: Plan) -> list[str]:
        return [row.state.value for row in queries.rows_on_plans(fact.code) if row.plan == plan.pk]

    def test_it_is_free_at_once_where_the_other_one_counts_already(
        self, office: Office, world: World, provincial: Plan, lecture, shown, rival
    ):
        close(office.plan, world, "2026-10", END_OF_OCTOBER)
        close(provincial, world, "2026-10", END_OF_OCTOBER)
        assert not self.is_free(shown)
        self.taken_back(office.plan, shown.id, world, END_OF_NOVEMBER)
        assert self.is_free(shown)
        again = office.confirmed(lecture, on=world.day, at=END_OF_NOVEMBER)
        assert again.code != shown.code

    def test_it_is_free_at_the_close_that_does_not_count_it(
        self, office: Office, world: World, provincial: Plan, shown, rival
    ):
        close(office.plan, world, "2026-10", END_OF_OCTOBER)
        self.taken_back(office.plan, shown.id, world, END_OF_NOVEMBER)
        assert not self.is_free(shown), "the provincial plan may count it"
        close(provincial, world, "2026-11", END_OF_NOVEMBER)
        assert self.is_free(shown)
        assert (counted(office.plan, world), counted(provincial, world)) == (0, 1)

    def test_what_the_other_plan_may_still_count_is_not_free_and_counts_there(
        self, office: Office, world: World, provincial: Plan
    ):
        fact = office.confirmed(mode="onsite")
        operations.attach_session(session=fact, plan=provincial, by=None, at=world.now)
        close(office.plan, world, "2026-10", END_OF_OCTOBER)
        self.taken_back(office.plan, fact.id, world, END_OF_NOVEMBER)
        close(provincial, world, "2026-11", END_OF_NOVEMBER)
        assert not self.is_free(fact)
        assert (counted(office.plan, world), counted(provincial, world)) == (0, 1)

    def test_what_is_free_is_counted_nowhere_when_the_other_one_is_taken_back_as_well(
        self, office: Office, world: World, provincial: Plan, shown, rival
    ):
        for plan in (office.plan, provincial):
            close(plan, world, "2026-10", END_OF_OCTOBER)
        self.taken_back(office.plan, shown.id, world, END_OF_NOVEMBER)
        self.taken_back(provincial, rival.id, world, END_OF_NOVEMBER)
        close(provincial, world, "2026-11", END_OF_NOVEMBER)
        assert (counted(office.plan, world), counted(provincial, world)) == (0, 0)
        assert self.states(shown, provincial) == ["reversed"]
        assert (self.is_free(shown), self.is_free(rival)) == (True, True)

    def test_a_return_of_before_still_has_it_waiting_and_one_of_after_has_not(
        self, office: Office, world: World, provincial: Plan, shown, rival
    ):
        for plan in (office.plan, provincial):
            close(plan, world, "2026-10", END_OF_OCTOBER)

        def pending(as_of) -> list[str]:
            made = returns.figures(
                provincial,
                association=world.guangxi,
                side=ReturnSide.BENEFICIARY,
                month="2026-10",
                as_of=as_of,
            )
            return [each.code for each in made.pending]

        before = END_OF_NOVEMBER - timedelta(days=1)
        assert pending(before) == [shown.code]
        self.taken_back(office.plan, shown.id, world, END_OF_NOVEMBER)
        assert (pending(before), pending(END_OF_NOVEMBER)) == ([shown.code], [])

    def test_its_page_says_that_it_is_reversed_and_never_counted_there(
        self, office: Office, world: World, provincial: Plan, shown, rival, client_for, clock
    ):
        for plan in (office.plan, provincial):
            close(plan, world, "2026-10", END_OF_OCTOBER)
        self.taken_back(office.plan, shown.id, world, END_OF_NOVEMBER)
        clock.move_to(END_OF_NOVEMBER)
        page = client_for(world.supporting_officer).get(reverse("quotas:session", args=[shown.code]))
        assert [str(line.state) for line in page.context["page"].plans] == ["reversed", "reversed"]
        assert not page.context["may_reverse"]
