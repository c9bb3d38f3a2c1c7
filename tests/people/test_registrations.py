"""Where somebody was registered on a day. Source: domain.md, "Who is eligible": on the date of the event."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qianchang.groundwork.models import AuditEntry
from qianchang.people.eligibility import designations, eligibility_snapshot, place_on
from qianchang.people.models import Firm, Lawyer, Registration
from qianchang.people.registrations import UnableToMove, end_registration, move_firm, transfer_lawyer
from tests.world import World

MOVED = date(2026, 6, 1)
DOCUMENT = "桂律字2026年21号"


@pytest.fixture
def nanning(world: World) -> Firm:
    region = world.region("450100", "南宁市", "prefecture", world.guangxi_region)
    district = world.region("450103", "青秀区", "county", region)
    return Firm.objects.create(name="广西邕江律师事务所", region=district, association=world.guangxi)


def reread(lawyer: Lawyer) -> Lawyer:
    return Lawyer.objects.get(pk=lawyer.pk)


def test_a_county_lawyer_who_moved_to_the_city_was_one_until_the_day_before(
    world: World, nanning: Firm
) -> None:
    lawyer = world.county_lawyer

    transfer_lawyer(lawyer=lawyer, firm=nanning, on=MOVED, source=DOCUMENT, at=world.now)

    before = eligibility_snapshot(reread(lawyer), MOVED - timedelta(days=1))
    after = eligibility_snapshot(reread(lawyer), MOVED)
    assert (before["county"], before["firm_region"]) == (True, "451026")
    assert (after["county"], after["firm_region"]) == (False, "450103")
    assert reread(lawyer).firm == nanning


def test_a_lawyer_who_moved_to_another_province_is_on_its_roster_from_then(world: World) -> None:
    lawyer, guangzhou = world.county_lawyer, world.expert_lawyer.firm

    transfer_lawyer(lawyer=lawyer, firm=guangzhou, on=MOVED, source=DOCUMENT, at=world.now)

    assert reread(lawyer).association == guangzhou.association
    assert eligibility_snapshot(reread(lawyer), MOVED)["western"] is False
    assert eligibility_snapshot(reread(lawyer), date(2020, 1, 1))["association"] == "CN-GX"


def test_the_same_transfer_again_changes_nothing(world: World, nanning: Firm) -> None:
    lawyer = world.county_lawyer
    once = transfer_lawyer(lawyer=lawyer, firm=nanning, on=MOVED, source=DOCUMENT, at=world.now)
    written = AuditEntry.objects.count()

    again = transfer_lawyer(lawyer=reread(lawyer), firm=nanning, on=MOVED, source=DOCUMENT, at=world.now)

    assert again == once
    assert AuditEntry.objects.count() == written
    assert Registration.objects.filter(lawyer=lawyer).count() == 2


def test_a_transfer_before_the_last_change_is_refused_and_changes_nothing(
    world: World, nanning: Firm
) -> None:
    lawyer, home = world.county_lawyer, world.county_lawyer.firm
    transfer_lawyer(lawyer=lawyer, firm=nanning, on=MOVED, source=DOCUMENT, at=world.now)

    with pytest.raises(UnableToMove):
        transfer_lawyer(lawyer=reread(lawyer), firm=home, on=MOVED, source=DOCUMENT, at=world.now)

    assert reread(lawyer).firm == nanning


@pytest.mark.parametrize("source", ["", "   ", "长" * 121])
def test_a_transfer_names_its_document(world: World, nanning: Firm, source: str) -> None:
    with pytest.raises(UnableToMove):
        transfer_lawyer(lawyer=world.county_lawyer, firm=nanning, on=MOVED, source=source, at=world.now)

    assert not Registration.objects.exists()


def test_who_left_is_registered_nowhere_from_that_day_and_may_come_back(world: World, nanning: Firm) -> None:
    lawyer = world.county_lawyer
    end_registration(lawyer=lawyer, on=MOVED, source=DOCUMENT, at=world.now)
    end_registration(lawyer=reread(lawyer), on=MOVED, source=DOCUMENT, at=world.now)

    assert place_on(reread(lawyer), MOVED) is None
    away = eligibility_snapshot(reread(lawyer), MOVED)
    assert (away["county"], away["western"], away["association"]) == (False, False, "")

    back = MOVED + timedelta(days=90)
    transfer_lawyer(lawyer=reread(lawyer), firm=lawyer.firm, on=back, source=DOCUMENT, at=world.now)
    assert place_on(reread(lawyer), MOVED) is None
    assert eligibility_snapshot(reread(lawyer), back)["county"]


def test_a_firm_that_moved_to_the_city_takes_its_lawyers_out_of_the_county(
    world: World, nanning: Firm
) -> None:
    lawyer = world.county_lawyer

    move_firm(firm=lawyer.firm, region=nanning.region, on=MOVED, source=DOCUMENT, at=world.now)
    move_firm(firm=lawyer.firm, region=nanning.region, on=MOVED, source=DOCUMENT, at=world.now)

    assert eligibility_snapshot(reread(lawyer), MOVED - timedelta(days=1))["county"]
    assert not eligibility_snapshot(reread(lawyer), MOVED)["county"]
    assert lawyer.firm.seats.count() == 2


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 400), min_size=1, max_size=5, unique=True))
def test_whatever_the_moves_every_day_has_one_place_and_a_move_never_changes_an_earlier_day(
    world: World, nanning: Firm, days: list[int]
) -> None:
    home = world.napo_firm
    lawyer = Lawyer.objects.create(
        licence_number=f"{14510201099000000 + Lawyer.objects.count()}",
        name="农建华",
        firm=home,
        association=world.guangxi,
    )
    start, known = date(2025, 1, 1), {}
    firms = [nanning, home]
    for place, day in enumerate(sorted(days)):
        on = start + timedelta(days=day)
        known = {each: place_on(reread(lawyer), each) for each in _sample(start) if each < on}
        transfer_lawyer(lawyer=reread(lawyer), firm=firms[place % 2], on=on, source=DOCUMENT, at=world.now)

        fresh = reread(lawyer)
        assert {each: place_on(fresh, each) for each in known} == known
        now = place_on(fresh, on)
        assert now is not None
        assert now.firm == firms[place % 2]
        assert fresh.registrations.filter(valid_until__isnull=True).count() == 1


def _sample(start: date) -> list[date]:
    return [start + timedelta(days=days) for days in range(-30, 430, 23)]


def test_many_snapshots_cost_no_more_queries_than_one(
    world: World, django_assert_num_queries: object
) -> None:
    from qianchang.people.eligibility import DATED, JOINED

    for place in range(5):
        world.lawyer(f"145102010990000{place:02d}", f"律师{place}", world.napo_firm, account=False)
    lawyers = list(Lawyer.objects.select_related(*JOINED).prefetch_related(*DATED))
    facts = designations()

    with django_assert_num_queries(0):  # type: ignore[operator]
        for lawyer in lawyers:
            eligibility_snapshot(lawyer, world.day, facts=facts)
