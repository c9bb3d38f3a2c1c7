"""Breaking a plan down: proposed, changed within the numbers, decided on; of two officers at once one is told."""

from collections.abc import Callable, Sequence
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from programmes.plans import breakdowns, queries
from programmes.plans.cells import Cell, total
from programmes.plans.frames import UnableToPlan, quantities_of
from programmes.plans.models import Adoption, Breakdown, Plan, Target
from qianchang.groundwork.models import AppendOnlyError, AuditEntry
from tests.programmes.factories import Office
from tests.world import World

ON_SITE, BY_DISC = ("onsite",), ("dvd", "network_video")

Propose = Callable[..., Breakdown]


@pytest.fixture
def propose(office: Office, world: World) -> Propose:
    """Propose a breakdown of Guangdong's sessions."""

    def do(**how: object) -> Breakdown:
        said = {"plan": office.plan, "by": world.supporting_officer, "at": world.now, **how}
        return breakdowns.propose_plan(supporter=world.guangdong, **said)  # type: ignore[arg-type]

    return do


def by_year(cells: Sequence[Cell]) -> dict[int, int]:
    return {year: total(cells, year=year) for year in sorted({cell.year for cell in cells})}


def changed(breakdown: Breakdown, world: World, cells: dict, *, by=None, **more: object) -> Breakdown:
    return breakdowns.change_cells(
        breakdown=breakdown,
        quantities={**quantities_of(breakdown), **cells},
        by=by or world.supporting_officer,
        at=world.now,
        **more,  # type: ignore[arg-type]
    )


def adopted(breakdown: Breakdown, world: World, *, seen: int = 0, by=None) -> Adoption:
    return breakdowns.adopt_plan(
        breakdown=breakdown, seen=seen, by=by or world.supporting_officer, at=world.now
    )


# --- proposing ----------------------------------------------------------------------------------------------


def test_a_proposal_meets_the_numbers_of_the_documents_and_says_why_it_has_three_years(propose: Propose):
    made = propose()

    cells = queries.cells_of(made)
    assert by_year(cells) == {2013: 40, 2014: 40, 2015: 40}
    assert total(cells, beneficiary="CN-GX") == 100
    assert total(cells, modes=ON_SITE, year=2014) == 10
    assert (made.years_basis, made.years_dividend, made.years_divisor) == ("division", 120, 40)
    entry = AuditEntry.objects.get(object_type="breakdown")
    assert (entry.verb, entry.object_key) == ("proposed breakdown", "QC/CN-GD/1")


def test_the_same_proposal_again_is_no_new_version(propose: Propose):
    assert propose() == propose()
    assert propose(first=2026).version == 2


def test_the_officer_may_choose_the_first_year(propose: Propose):
    assert by_year(queries.cells_of(propose(first=2026))) == {2026: 40, 2027: 40, 2028: 40}


def test_vehicles_follow_the_years_that_the_document_names(propose: Propose):
    cells = queries.cells_of(propose(plan=Plan.objects.get(code="BSBC")))
    assert by_year(cells) == {2013: 9, 2014: 8, 2015: 8}
    assert (total(cells, beneficiary="CN-GX"), total(cells, beneficiary="CN-YN")) == (15, 10)


def test_about_85_trainees_a_year_give_way_to_250(propose: Propose):
    cells = queries.cells_of(propose(plan=Plan.objects.get(code="QR")))
    assert sorted(by_year(cells).values()) == [83, 83, 84]


def test_121_into_120_is_refused_in_a_sentence_and_nothing_is_written(propose: Propose, office: Office):
    Target.objects.filter(key="QC/CN-GD/CN-YN/*/*").update(quantity=21)

    with pytest.raises(UnableToPlan, match=r"121.*120.*1"):
        propose()

    assert not Breakdown.objects.exists()


def test_soft_numbers_that_contradict_the_assigned_ones_are_departed_from_and_adopted_with_a_reason(
    propose: Propose, world: World
):
    made = propose(first=2026, count=4)  # 4 x 40 are not 120

    cells = queries.cells_of(made)
    assert by_year(cells) == {2026: 30, 2027: 30, 2028: 30, 2029: 30}
    assert (total(cells, beneficiary="CN-GX"), total(cells, beneficiary="CN-YN")) == (100, 20)
    with pytest.raises(breakdowns.UnableToAdopt, match=r"30.*10.*40"):
        adopted(made, world)
    with pytest.raises(breakdowns.UnableToChangeCells) as refusal:
        changed(made, world, {})
    explained = changed(made, world, {}, reasons=dict.fromkeys(refusal.value.missed, "分四年完成。"))
    assert adopted(explained, world).number == 1


def test_only_the_supporting_side_and_the_national_office_break_a_plan_down(propose: Propose, world: World):
    with pytest.raises(PermissionDenied):
        propose(by=world.beneficiary_officer)
    assert propose(by=world.national_officer).version == 1


# --- changing cells -----------------------------------------------------------------------------------------


def test_cells_that_still_meet_every_number_become_the_next_version(propose: Propose, world: World):
    first = propose()

    second = changed(
        first,
        world,
        {
            (2013, "CN-GX", ON_SITE): 9,
            (2013, "CN-YN", ON_SITE): 1,
            (2015, "CN-GX", ON_SITE): 8,
            (2015, "CN-YN", ON_SITE): 2,
        },
    )

    assert (second.version, second.base) == (2, first)
    assert total(queries.cells_of(second), year=2013, beneficiary="CN-GX", modes=ON_SITE) == 9
    assert total(queries.cells_of(first), year=2013, beneficiary="CN-GX", modes=ON_SITE) == 8


def test_the_same_cells_again_are_no_new_version(propose: Propose, world: World):
    first = propose()
    assert changed(first, world, {}) == first


def test_one_session_too_many_is_refused_for_each_number_that_it_misses(propose: Propose, world: World):
    first = propose()

    with pytest.raises(breakdowns.UnableToChangeCells) as refusal:
        changed(first, world, {(2013, "CN-GX", BY_DISC): 26})

    said = str(refusal.value)
    for total_and_by in ("121", "101", "41", "31"):
        assert total_and_by in said
    assert Breakdown.objects.count() == 1
    assert refusal.value.missed == ()  # a reason would not help


def test_a_number_that_is_not_assigned_may_be_missed_for_a_reason(propose: Propose, world: World):
    first = propose()
    moved = {(2013, "CN-GX", ON_SITE): 9, (2013, "CN-GX", BY_DISC): 24}
    soft = ["QC/CN-GD/*/each/onsite", "QC/CN-GD/*/each/network_video_or_dvd"]

    with pytest.raises(breakdowns.UnableToChangeCells) as refusal:
        changed(first, world, moved, reasons={soft[0]: "广西要求多一场现场。"})
    assert refusal.value.missed == (soft[1],)
    made = changed(first, world, moved, reasons=dict.fromkeys(soft, "广西要求多一场现场。"))

    assert {row.target.key for row in made.overrides.all()} == set(soft)
    assert adopted(made, world).number == 1


def test_an_assigned_number_is_never_missed_whatever_the_reason(propose: Propose, world: World):
    first = propose()
    reasons = {target.key: "理由" for target in Target.objects.filter(plan__code="QC")}

    with pytest.raises(breakdowns.UnableToChangeCells, match="101"):
        changed(first, world, {(2013, "CN-GX", BY_DISC): 26}, reasons=reasons)


def test_of_two_officers_who_change_the_same_version_the_second_is_told_by_whom(
    propose: Propose, world: World
):
    first = propose()
    one = {(2013, "CN-GX", ON_SITE): 9, (2013, "CN-YN", ON_SITE): 1}
    two = {(2015, "CN-GX", ON_SITE): 8, (2015, "CN-YN", ON_SITE): 2}
    changed(first, world, {**one, **two})

    back = {(2014, "CN-GX", ON_SITE): 9, (2014, "CN-YN", ON_SITE): 1}
    with pytest.raises(breakdowns.UnableToChangeCells, match=str(world.supporting_officer)):
        changed(first, world, {**back, **two}, by=world.second_supporting_officer)

    assert Breakdown.objects.count() == 2


def test_sending_the_same_change_twice_is_one_version(propose: Propose, world: World):
    first = propose()
    cells = {
        (2013, "CN-GX", ON_SITE): 9,
        (2013, "CN-YN", ON_SITE): 1,
        (2015, "CN-GX", ON_SITE): 8,
        (2015, "CN-YN", ON_SITE): 2,
    }
    assert changed(first, world, cells) == changed(first, world, cells)


def test_cells_of_another_shape_are_refused(propose: Propose, world: World):
    with pytest.raises(breakdowns.UnableToChangeCells):
        breakdowns.change_cells(breakdown=propose(), quantities={}, by=world.supporting_officer, at=world.now)


# --- deciding -----------------------------------------------------------------------------------------------


def test_nothing_holds_before_somebody_decides(propose: Propose, office: Office, world: World):
    made = propose()
    assert queries.adopted_breakdown(office.plan, supporter=world.guangdong) is None

    adopted(made, world)

    assert queries.adopted_breakdown(office.plan, supporter=world.guangdong) == made


def test_the_last_decision_holds_and_an_earlier_version_may_be_taken_up_again(
    propose: Propose, office: Office, world: World
):
    first, second = propose(), propose(first=2026)
    adopted(first, world)
    adopted(second, world, seen=1)
    assert queries.adopted_breakdown(office.plan, supporter=world.guangdong) == second

    adopted(first, world, seen=2)

    assert queries.adopted_breakdown(office.plan, supporter=world.guangdong) == first
    assert Adoption.objects.count() == 3


def test_deciding_twice_on_the_same_is_one_decision(propose: Propose, world: World):
    made = propose()
    assert adopted(made, world) == adopted(made, world)


def test_of_two_officers_who_decide_at_once_the_second_is_told(propose: Propose, world: World):
    first, second = propose(), propose(first=2026)
    adopted(first, world)

    with pytest.raises(breakdowns.UnableToAdopt, match=str(world.supporting_officer)):
        adopted(second, world, seen=0, by=world.second_supporting_officer)

    assert Adoption.objects.count() == 1


def test_a_version_that_no_longer_meets_the_targets_is_not_decided_on(propose: Propose, world: World):
    made = propose()
    Target.objects.filter(key="QC/CN-GD/CN-YN/*/*").update(quantity=19)

    with pytest.raises(breakdowns.UnableToAdopt, match=r"20.*19.*1"):
        adopted(made, world)


def test_versions_and_decisions_stand_for_ever(propose: Propose, world: World):
    made = propose()
    with pytest.raises(AppendOnlyError):
        made.save()
    with pytest.raises(AppendOnlyError):
        adopted(made, world).delete()


def test_the_window_of_a_plan_decides_its_years(propose: Propose, office: Office):
    plan = office.plan
    Plan.objects.filter(pk=plan.pk).update(window_from=date(2012, 7, 1), window_until=date(2015, 1, 1))
    plan.refresh_from_db()

    made = propose(plan=plan)

    assert (made.years_basis, made.first_year, made.year_count) == ("window", 2012, 3)
