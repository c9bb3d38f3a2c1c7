"""The lists that decide eligibility, and pairs: pages for who sets quotas."""

from datetime import date

import pytest
from django.test import Client

from qianchang.people.models import Account, Designation, Pairing
from tests.world import World

DOCUMENT = "桂律字2026年21号"
LISTS, PAIRS = "/manage/facts/", "/manage/facts/pairs/"


@pytest.mark.parametrize("page", [LISTS, PAIRS])
@pytest.mark.parametrize(
    ("who", "status"),
    [("national_officer", 200), ("administrator", 200), ("supporting_officer", 403), ("beneficiary_officer", 403),
     ("county_account", 403), ("editor", 403)],
)  # fmt: skip
def test_the_pages_open_for_who_sets_quotas(
    client: Client, world: World, page: str, who: str, status: int
) -> None:
    account: Account = getattr(world, who)
    client.force_login(account)

    assert client.get(page).status_code == status


@pytest.fixture
def national(client: Client, world: World) -> Client:
    client.force_login(world.national_officer)
    return client


def test_a_fact_is_recorded_for_a_region_that_we_have_and_ended(national: Client, world: World) -> None:
    sent = {"act": "record", "kind": "poverty_county", "code": world.napo_region.code,
            "valid_from": "2026-01-01", "source": DOCUMENT}  # fmt: skip
    assert national.post(LISTS, sent).status_code == 302
    fact = Designation.objects.get(kind="poverty_county")

    assert (fact.name, fact.valid_from) == ("那坡县", date(2026, 1, 1))
    assert "那坡县" in national.get(LISTS, {"kind": "poverty_county"}).content.decode()
    assert 'id="do-end"' in national.get(LISTS, {"end": fact.pk}).content.decode()
    assert national.post(LISTS, {"act": "end", "fact": fact.pk, "until": "2027-01-01"}).status_code == 302
    fact.refresh_from_db()
    assert fact.valid_until == date(2027, 1, 1)


@pytest.mark.parametrize(
    "changed",
    [
        {"code": "999999"},
        {"code": ""},
        {"source": ""},
        {"valid_until": "2025-01-01"},
        {"kind": "rich_county"},
    ],
)
def test_a_faulty_fact_is_said_and_changes_nothing(
    national: Client, world: World, changed: dict[str, str]
) -> None:
    before = Designation.objects.count()
    sent = {"act": "record", "kind": "poverty_county", "code": world.napo_region.code,
            "valid_from": "2026-01-01", "source": DOCUMENT, **changed}  # fmt: skip

    answer = national.post(LISTS, sent)

    assert answer.status_code == 422
    assert 'id="error-summary"' in answer.content.decode()
    assert Designation.objects.count() == before


def test_associations_are_paired_by_name_or_code(national: Client, world: World) -> None:
    sent = {"act": "record", "kind": "strong_with_weak", "supporting": world.guangdong.name_zh,
            "beneficiary": world.guangxi.code, "valid_from": "2023-06-01", "source": DOCUMENT}  # fmt: skip

    assert national.post(PAIRS, sent).status_code == 302
    pairing = Pairing.objects.get()
    assert (pairing.supporting, pairing.beneficiary) == (world.guangdong, world.guangxi)
    assert world.guangxi.name_zh in national.get(PAIRS).content.decode()


def test_a_licence_number_answers_only_to_who_sees_the_roster(client: Client, world: World) -> None:
    sent = {"act": "record", "kind": "strong_with_weak", "supporting": world.expert_lawyer.licence_number,
            "beneficiary": world.county_lawyer.licence_number, "valid_from": "2023-06-01",
            "source": DOCUMENT}  # fmt: skip
    client.force_login(world.national_officer)
    assert client.post(PAIRS, sent).status_code == 422
    client.force_login(world.administrator)
    assert client.post(PAIRS, sent).status_code == 302

    assert world.county_lawyer.name in client.get(PAIRS).content.decode()
    client.force_login(world.national_officer)
    assert world.county_lawyer.name not in client.get(PAIRS).content.decode()


def test_the_lists_ask_as_often_for_many_rows_as_for_few(
    national: Client, world: World, django_assert_max_num_queries: object
) -> None:
    for place in range(60):
        Designation.objects.create(kind="no_lawyer_county", code=f"4510{place:02d}", source=DOCUMENT)

    with django_assert_max_num_queries(12):  # type: ignore[operator]
        national.get(LISTS)
