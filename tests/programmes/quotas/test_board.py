"""任务完成情况: plan numbers beside those of the documents, carry-over, joint events, and asking for evidence."""

from datetime import date, datetime, time

from courses import api as courses
from courses.schedule.models import TrainingSession
from programmes.plans.models import Adoption, Breakdown, PlanCell, Target
from programmes.quotas import operations, session_planning, waiting
from programmes.quotas.board import board
from qianchang.groundwork.models import AuditEntry
from qianchang.people.models import Association, Notice
from tests.programmes.factories import Office
from tests.programmes.quotas.test_counting import END_OF_OCTOBER
from tests.world import World

OTHER_MODES = "dvd,network_video"


def adopted(office: Office, cells: dict[tuple[int, str, str], int], *, number: int = 1) -> Breakdown:
    """A breakdown of Guangdong's sessions that was adopted: (year, region, modes) and how many."""
    world = office.world
    made = Breakdown.objects.create(
        plan=office.plan,
        supporter=world.guangdong,
        version=number,
        first_year=min(year for year, _region, _modes in cells),
        year_count=3,
        years_basis=Breakdown.YearsBasis.CHOSEN,
        made_by=world.supporting_officer,
        made_at=world.now,
    )
    for (year, region, modes), quantity in cells.items():
        PlanCell.objects.create(
            breakdown=made,
            year=year,
            beneficiary=Association.objects.get(code=region),
            modes=modes,
            quantity=quantity,
        )
    Adoption.objects.create(
        plan=office.plan,
        supporter=world.guangdong,
        number=number,
        breakdown=made,
        adopted_by=world.second_supporting_officer,
        adopted_at=world.now,
    )
    return made


def shown(office: Office, year: int = 2026):
    return board(office.plan, supporter=office.world.guangdong, year=year, as_of=date(2026, 10, 31))


YEAR_2026 = {
    (2026, "CN-GX", "onsite"): 8,
    (2026, "CN-GX", OTHER_MODES): 25,
    (2026, "CN-YN", "onsite"): 2,
    (2026, "CN-YN", OTHER_MODES): 5,
}


class TestPlanNumbers:
    def test_without_a_breakdown_only_the_documents_speak(self, office: Office):
        seen = shown(office)
        assert not seen.is_broken_down
        assert seen.owed is None
        assert seen.this_year.goal is not None
        assert (seen.this_year.goal.quantity, seen.this_year.goal.strength) == (40, "average")
        assert [region.this_year.goal for region in seen.regions] == [None, None]

    def test_a_region_a_mode_and_a_year_get_their_planned_numbers(self, office: Office):
        adopted(office, YEAR_2026)
        seen = shown(office)
        by_region = {region.code: region.this_year for region in seen.regions}
        planned = {code: (gauge.goal.quantity, gauge.goal.strength) for code, gauge in by_region.items()}
        assert planned == {"CN-GX": (33, "planned"), "CN-YN": (7, "planned")}
        cells = {row.modes: [cell.goal.quantity for cell in row.cells] for row in seen.modes}
        assert cells[("onsite",)] == [8, 2]
        # The document's 40 stays, with its own strength; the plan says the same and is not said twice.
        assert (seen.this_year.goal.strength, seen.this_year.planned_otherwise) == ("average", None)

    def test_a_plan_that_departs_from_the_document_stands_beside_it(self, office: Office):
        adopted(office, YEAR_2026 | {(2026, "CN-YN", "onsite"): 4})
        year = shown(office).this_year
        assert (year.goal.quantity, year.planned_otherwise) == (40, 42)

    def test_the_breakdown_adopted_last_holds(self, office: Office):
        adopted(office, YEAR_2026)
        adopted(office, {(2026, "CN-GX", ""): 3}, number=2)
        regions = {region.code: region.this_year for region in shown(office).regions}
        assert regions["CN-GX"].goal.quantity == 3
        assert regions["CN-YN"].goal is None

    def test_what_a_year_lacks_is_owed_in_the_next(self, office: Office):
        adopted(office, {(2025, "CN-GX", ""): 10, (2026, "CN-GX", ""): 10})
        office.confirmed(mode="onsite")
        office.close("2026-10", at=END_OF_OCTOBER)
        owed = shown(office).owed
        assert (owed.planned, owed.carried_in, owed.counted, owed.missing) == (10, 10, 1, 19)

    def test_numbers_of_documents_that_do_not_tie_are_said(self, office: Office):
        assert shown(office).contradictions == ()
        Target.objects.filter(key="QC/CN-GD/CN-YN/*/*").update(quantity=21)
        (said,) = shown(office).contradictions
        assert "100 + 21 = 121" in said


def test_one_event_for_two_regions_is_two_sessions_and_one_event(office: Office, world: World):
    session_planning.schedule_event(
        plan=office.plan,
        lecture_id=office.lecture(to=[world.guangxi, world.yunnan]).pk,
        mode_code="onsite",
        supporter=world.guangdong,
        beneficiaries=[world.guangxi, world.yunnan],
        date=world.day,
        place="百色市会议中心",
        begins_at=time(9),
        by=world.supporting_officer,
        at=world.now,
    )
    for fact in courses.session_facts():
        operations.hold_session(session=fact, by=world.supporting_officer, at=world.now)
        by = world.beneficiary_officer if fact.beneficiary_id == world.guangxi.pk else world.yunnan_officer
        operations.confirm_session(session=fact, by=by, at=world.now)
    office.close("2026-10", at=END_OF_OCTOBER)
    seen = shown(office)
    assert (seen.this_year.counted, seen.events) == (2, 1)


def test_the_same_morning_claimed_for_two_regions_counts_once_unless_it_is_said(office: Office, world: World):
    lecture = office.lecture(to=[world.guangxi, world.yunnan])
    how = {"mode": "onsite", "place": "百色市会议中心"}
    first = office.confirmed(lecture, **how)
    second = office.held(lecture, beneficiary=world.yunnan, **how)
    operations.confirm_session(session=second, by=world.yunnan_officer, at=world.now)
    TrainingSession.objects.update(begins_at=time(9))
    posted = office.close("2026-10", at=END_OF_OCTOBER).entries
    assert [entry.session_id for entry in posted] == [first.id]


class TestAskingForEvidence:
    def ask(self, office: Office, by: str, at: datetime | None = None):
        return waiting.ask_for_evidence(
            plan=office.plan,
            supporter=office.world.guangdong,
            year=2026,
            by=getattr(office.world, by),
            at=at or office.world.now,
        )

    def told(self) -> list[tuple[str, int]]:
        found = Notice.objects.filter(event="evidence_asked").order_by("pk").select_related("account")
        return [(str(each.account), each.words["count"]) for each in found]

    def test_the_supporting_side_asks_each_region_for_its_own(self, office: Office, world: World):
        assert world.beneficiary_officer
        assert world.yunnan_officer
        lecture = office.lecture(to=[world.guangxi, world.yunnan])
        office.held(lecture, mode="onsite")
        office.scheduled(lecture, mode="onsite", on=date(2026, 10, 1))
        office.scheduled(lecture, mode="onsite", on=date(2026, 12, 1))  # its day has not come
        office.scheduled(lecture, mode="onsite", beneficiary=world.yunnan)
        assert self.ask(office, "supporting_officer") == (3, True)
        assert self.told() == [("黄专员", 2), ("和专员", 1)]

    def test_the_region_asks_the_supporting_side(self, office: Office, world: World):
        office.held(mode="onsite")
        assert self.ask(office, "beneficiary_officer") == (1, True)
        assert self.told() == [("梁秘书", 1)]

    def test_once_a_day_whoever_asks(self, office: Office, world: World):
        assert world.beneficiary_officer
        office.held(mode="onsite")
        assert self.ask(office, "supporting_officer") == (1, True)
        assert self.ask(office, "second_supporting_officer") == (1, False)
        assert len(self.told()) == 1
        assert self.ask(office, "supporting_officer", world.later(days=1)) == (1, True)
        assert AuditEntry.objects.filter(verb="asked for evidence").count() == 2

    def test_where_nothing_is_missing_nobody_is_told(self, office: Office, world: World):
        office.scheduled(mode="onsite", on=date(2026, 12, 1))
        assert self.ask(office, "supporting_officer") == (0, False)
        assert self.told() == []

    def test_the_button_of_the_board(self, office: Office, world: World, client_for, clock):
        assert world.beneficiary_officer
        office.held(mode="onsite")
        client = client_for(world.supporting_officer)
        page = "/office/quota/BQQ-2012/2026/"
        assert 'id="ask-evidence"' in client.get(page).content.decode()
        answer = client.post(page + "ask/?association=CN-GD", follow=True)
        assert "已催交 1 场的材料" in answer.content.decode()
        assert "今天已经催过" in client.post(page + "ask/?association=CN-GD", follow=True).content.decode()


def test_the_board_says_when_nothing_is_broken_down_and_how_to(
    office: Office, world: World, client_for, clock
):
    page = client_for(world.supporting_officer).get("/office/quota/BQQ-2012/2026/").content.decode()
    assert 'id="not-broken-down"' in page
    assert "120" in page
    adopted(office, YEAR_2026)
    page = client_for(world.supporting_officer).get("/office/quota/BQQ-2012/2026/").content.decode()
    assert 'id="not-broken-down"' not in page
    assert "计划数" in page
