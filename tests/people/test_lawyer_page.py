"""One lawyer's page at the office: who sees it, and what an officer records there."""

from datetime import date

import pytest
from django.test import Client

from qianchang.people.eligibility import eligibility_snapshot
from qianchang.people.models import Account, EligibilityOverride, Lawyer, Practice, Registration
from tests.world import World

DOCUMENT = "桂律字2026年21号"


def page_of(lawyer: Lawyer) -> str:
    return f"/office/roster/lawyers/{lawyer.pk}/"


@pytest.fixture
def officer(client: Client, world: World) -> Client:
    client.force_login(world.beneficiary_officer)
    return client


def test_the_officer_sees_where_the_lawyer_practised_and_as_what_they_count(
    officer: Client, world: World
) -> None:
    page = officer.get(page_of(world.county_lawyer)).content.decode()

    assert world.napo_firm.name in page
    assert "451026" in page
    assert world.county_lawyer.masked_licence_number in page
    assert world.county_lawyer.licence_number not in page


@pytest.mark.parametrize(
    ("who", "status"),
    [("supporting_officer", 403), ("national_officer", 403), ("yunnan_officer", 404), ("county_account", 403),
     ("administrator", 200), ("editor", 403), ("expert", 403)],
)  # fmt: skip
def test_nobody_sees_a_lawyer_of_another_roster(client: Client, world: World, who: str, status: int) -> None:
    account: Account = getattr(world, who)
    client.force_login(account)

    assert client.get(page_of(world.county_lawyer)).status_code == status


def test_a_move_is_recorded_with_day_and_document(officer: Client, world: World) -> None:
    lawyer = world.county_lawyer
    other = type(lawyer.firm).objects.create(
        name="广西澄碧律师事务所", region=world.baise_region, association=world.guangxi
    )

    answer = officer.post(
        page_of(lawyer),
        {
            "act": "transfer",
            "transfer-firm": other.name,
            "transfer-on": "2026-06-01",
            "transfer-source": DOCUMENT,
        },
    )

    assert answer.status_code == 302
    fresh = Lawyer.objects.get(pk=lawyer.pk)
    assert fresh.firm == other
    assert eligibility_snapshot(fresh, date(2026, 5, 31))["county"]
    assert not eligibility_snapshot(fresh, date(2026, 6, 1))["county"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"transfer-firm": "没有这家"}, "您的名册里没有这家律师事务所"),
        ({"transfer-firm": ""}, "请填写"),
        ({"transfer-on": "六月一日"}, "2026-10-31"),
        ({"transfer-source": ""}, "请填写"),
        ({"transfer-firm": "广西那坡律师事务所"}, ""),
    ],
)
def test_a_faulty_move_is_said_beside_its_field_and_changes_nothing(
    officer: Client, world: World, changed: dict[str, str], words: str
) -> None:
    lawyer = world.county_lawyer
    sent = {"act": "transfer", "transfer-firm": lawyer.firm.name, "transfer-on": "2026-06-01",
            "transfer-source": DOCUMENT, **changed}  # fmt: skip

    answer = officer.post(page_of(lawyer), sent)

    assert answer.status_code == 422
    assert 'id="error-summary"' in answer.content.decode()
    assert words in answer.content.decode()
    assert not Registration.objects.exists()


def test_a_lawyer_cannot_be_moved_to_a_firm_of_another_association(officer: Client, world: World) -> None:
    answer = officer.post(
        page_of(world.county_lawyer),
        {"act": "transfer", "transfer-firm": world.yunnan_firm.name, "transfer-on": "2026-06-01",
         "transfer-source": DOCUMENT},
    )  # fmt: skip

    assert answer.status_code == 422
    assert not Registration.objects.exists()


def test_leaving_and_a_suspension_are_recorded(officer: Client, world: World) -> None:
    lawyer = world.county_lawyer
    officer.post(
        page_of(lawyer),
        {"act": "practice", "practice-kind": "suspended", "practice-valid_from": "2026-05-01",
         "practice-valid_until": "2026-06-01", "practice-source": DOCUMENT},
    )  # fmt: skip
    officer.post(page_of(lawyer), {"act": "leave", "leave-on": "2026-09-01", "leave-source": DOCUMENT})

    assert Practice.objects.get(lawyer=lawyer).kind == "suspended"
    assert Registration.objects.get(lawyer=lawyer).valid_until == date(2026, 9, 1)
    assert "目前没有执业机构" in officer.get(page_of(lawyer)).content.decode()


def test_an_officer_decides_and_ends_the_decision(officer: Client, world: World) -> None:
    lawyer = world.county_lawyer
    decided = officer.post(
        page_of(lawyer),
        {"act": "decide", "decide-category": "county", "decide-counts": "no", "decide-valid_from": "2026-10-01",
         "decide-reason": "长期在南宁办公", "decide-source": DOCUMENT},
    )  # fmt: skip
    decision = EligibilityOverride.objects.get(lawyer=lawyer)
    ended = officer.post(
        page_of(lawyer), {"act": "end", "end-decision": decision.pk, "end-until": "2026-12-01"}
    )

    decision.refresh_from_db()
    assert (decided.status_code, ended.status_code) == (302, 302)
    assert (decision.counts, decision.valid_until) == (False, date(2026, 12, 1))


def test_an_administrator_keeps_the_roster_and_decides_nothing(client: Client, world: World) -> None:
    client.force_login(world.administrator)
    page = page_of(world.county_lawyer)

    assert 'id="do-decide"' not in client.get(page).content.decode()
    assert client.post(page, {"act": "decide"}).status_code == 404
    assert not EligibilityOverride.objects.exists()


def test_the_page_asks_as_often_for_a_long_history_as_for_a_short_one(
    officer: Client, world: World, django_assert_max_num_queries: object
) -> None:
    lawyer = world.county_lawyer
    for year in range(2010, 2025):
        Registration.objects.create(
            lawyer=lawyer, firm=lawyer.firm, association=lawyer.association, source=DOCUMENT,
            valid_from=date(year, 1, 1), valid_until=date(year + 1, 1, 1),
        )  # fmt: skip

    with django_assert_max_num_queries(30):  # type: ignore[operator]
        officer.get(page_of(lawyer))
