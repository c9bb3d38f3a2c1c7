"""One firm's page at the office."""

from datetime import date

import pytest
from django.test import Client

from qianchang.people.eligibility import eligibility_snapshot
from qianchang.people.models import Account, FirmSeat, Lawyer
from tests.world import World

DOCUMENT = "桂律字2026年21号"


def page_of(world: World) -> str:
    return f"/office/roster/firms/{world.napo_firm.pk}/"


def test_the_officer_sees_the_firm_and_its_lawyers_masked(client: Client, world: World) -> None:
    client.force_login(world.beneficiary_officer)
    lawyer = world.county_lawyer

    page = client.get(page_of(world)).content.decode()

    assert lawyer.name in page
    assert lawyer.licence_number not in page


@pytest.mark.parametrize(
    ("who", "status"),
    [("yunnan_officer", 404), ("supporting_officer", 403), ("national_officer", 403), ("administrator", 200)],
)
def test_nobody_sees_a_firm_of_another_association(
    client: Client, world: World, who: str, status: int
) -> None:
    account: Account = getattr(world, who)
    client.force_login(account)

    assert client.get(page_of(world)).status_code == status
    assert client.post(page_of(world), {}).status_code == (422 if status == 200 else status)


def test_a_move_counts_from_its_day_on(client: Client, world: World) -> None:
    client.force_login(world.beneficiary_officer)
    lawyer, city = world.county_lawyer, world.baise_region

    answer = client.post(page_of(world), {"region": city.name_zh, "on": "2026-06-01", "source": DOCUMENT})

    assert answer.status_code == 302
    fresh = Lawyer.objects.get(pk=lawyer.pk)
    assert eligibility_snapshot(fresh, date(2026, 5, 31))["county"]
    assert not eligibility_snapshot(fresh, date(2026, 6, 1))["county"]


@pytest.mark.parametrize("changed", [{"region": "那波县"}, {"region": ""}, {"on": "x"}, {"source": " "}])
def test_a_faulty_move_is_said_and_changes_nothing(
    client: Client, world: World, changed: dict[str, str]
) -> None:
    client.force_login(world.beneficiary_officer)
    sent = {"region": world.baise_region.code, "on": "2026-06-01", "source": DOCUMENT, **changed}

    answer = client.post(page_of(world), sent)

    assert answer.status_code == 422
    assert 'id="error-summary"' in answer.content.decode()
    assert not FirmSeat.objects.exists()


def test_the_page_asks_as_often_for_many_lawyers_as_for_few(
    client: Client, world: World, django_assert_max_num_queries: object
) -> None:
    client.force_login(world.beneficiary_officer)
    for place in range(60):
        world.lawyer(f"145102010990000{place:02d}", f"律师{place}", world.napo_firm, account=False)

    with django_assert_max_num_queries(16):  # type: ignore[operator]
        client.get(page_of(world))
