"""Two officers at the same moment at one plan and one target: one wins, the other is told. Threads of one process only
meet on PostgreSQL (python -m tests.on_postgresql).
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from programmes.plans import breakdowns, targets
from programmes.plans.frames import quantities_of
from programmes.plans.models import Adoption, Breakdown, Target
from tests.programmes.factories import Office
from tests.world import World

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="an SQLite in memory has one writer; run on PostgreSQL"
    ),
]
ON_SITE = ("onsite",)


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Do things at the same moment, each on a connection of its own; return what came of each, by its kind."""
    gate = Barrier(len(acts))

    def do(act: Callable[[], object]) -> str:
        gate.wait()
        try:
            return type(act()).__name__
        except Exception as refusal:
            return type(refusal).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(do, acts))


@pytest.fixture
def proposed(office: Office, world: World) -> Breakdown:
    assert world.second_supporting_officer
    return breakdowns.propose_plan(
        plan=office.plan, supporter=world.guangdong, by=world.supporting_officer, at=world.now
    )


def swapped(breakdown: Breakdown, more: int, less: int) -> dict:
    """One on site more for Guangxi in a year, one less in another; for Yunnan the other way round."""
    cells = quantities_of(breakdown)
    for year, by in ((more, 1), (less, -1)):
        cells[year, "CN-GX", ON_SITE] += by
        cells[year, "CN-YN", ON_SITE] -= by
    return cells


def test_two_changes_of_the_cells_are_one_version_and_a_sentence(proposed: Breakdown, world: World):
    def change(officer, cells):
        return lambda: breakdowns.change_cells(breakdown=proposed, quantities=cells, by=officer, at=world.now)

    results = at_once(
        change(world.supporting_officer, swapped(proposed, 2013, 2015)),
        change(world.second_supporting_officer, swapped(proposed, 2014, 2015)),
    )

    assert results == ["Breakdown", "UnableToChangeCells"]
    assert Breakdown.objects.count() == 2


def test_two_decisions_are_one_and_a_sentence(proposed: Breakdown, office: Office, world: World):
    other = breakdowns.propose_plan(
        plan=office.plan, supporter=world.guangdong, first=2026, by=world.supporting_officer, at=world.now
    )

    def adopt(officer, breakdown):
        return lambda: breakdowns.adopt_plan(breakdown=breakdown, seen=0, by=officer, at=world.now)

    results = at_once(
        adopt(world.supporting_officer, proposed), adopt(world.second_supporting_officer, other)
    )

    assert results == ["Adoption", "UnableToAdopt"]
    assert Adoption.objects.count() == 1


def test_two_changes_of_one_target_are_one_and_a_sentence(office: Office, world: World):
    assert office
    assert world.national_officer
    found = Target.objects.select_related("plan", "supporter").get(key="QC/CN-GD/CN-YN/*/*")

    def change(quantity):
        return lambda: targets.change_target(
            target=Target.objects.get(pk=found.pk),
            quantity=quantity,
            strength="assigned",
            quote=found.quote,
            seen=0,
            by=world.national_officer,
            at=world.now,
        )

    assert at_once(change(19), change(18)) == ["Target", "UnableToSetTarget"]
    assert Target.objects.get(pk=found.pk).revision == 1
