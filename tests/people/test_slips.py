"""Slips at the office: who prints them, for whom, and what stands on them."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from qianchang.groundwork.models import AuditEntry
from qianchang.people import activation
from qianchang.people.models import Account, Lawyer
from tests.world import R, World

ClientFor = Callable[[Account], Client]


def codes_on(page: str) -> list[str]:
    return re.findall(r'class="slip-code">(\d{4} \d{4})<', page)


def test_an_officer_prints_slips_that_work_and_the_log_knows_who(world: World, client_for: ClientFor) -> None:
    lawyer, client = world.unactivated_lawyer, client_for(world.beneficiary_officer)
    assert lawyer.name in client.get(reverse("roster:slips")).content.decode()

    page = client.post(reverse("roster:slips"), {"lawyer": [str(lawyer.pk)]})

    (code,) = codes_on(page.content.decode())
    assert activation.activate_lawyer(
        licence_number=lawyer.licence_number,
        name=lawyer.name,
        code=code,
        password="seven rivers meet at dusk",
        at=timezone.now(),
    )
    assert lawyer.licence_number not in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    entry = AuditEntry.objects.get(verb="activation code issued", object_key=str(lawyer.pk))
    assert entry.actor_id == world.beneficiary_officer.pk


def test_another_associations_lawyer_is_neither_shown_nor_printed(
    world: World, client_for: ClientFor
) -> None:
    lawyer, client = world.unactivated_lawyer, client_for(world.yunnan_officer)

    shown = client.get(reverse("roster:slips"), {"lawyer": str(lawyer.pk)}).content.decode()
    printed = client.post(reverse("roster:slips"), {"lawyer": [str(lawyer.pk)]})

    assert lawyer.name not in shown
    assert printed.status_code == 422
    lawyer.refresh_from_db()
    assert not lawyer.activation_code_hash


@pytest.mark.parametrize(
    "who", ["expert", "supporting_officer", "national_officer", "county_account", "editor"]
)
def test_who_has_no_roster_prints_no_slips(world: World, client_for: ClientFor, who: str) -> None:
    assert client_for(getattr(world, who)).get(reverse("roster:slips")).status_code == 403


def test_a_lawyer_who_holds_a_role_is_left_out_and_that_is_said(world: World, client_for: ClientFor) -> None:
    world.grant(world.county_account, R.NATIONAL_OFFICER, world.national)

    page = client_for(world.beneficiary_officer).post(
        reverse("roster:slips"), {"lawyer": [str(world.county_lawyer.pk)]}
    )

    assert codes_on(page.content.decode()) == []
    assert "只有管理员能开具" in page.content.decode()


def test_nobody_chosen_is_said_and_changes_nothing(world: World, client_for: ClientFor) -> None:
    answer = client_for(world.beneficiary_officer).post(reverse("roster:slips"), {"lawyer": ["abc", "-1"]})

    assert answer.status_code == 422
    assert not AuditEntry.objects.filter(verb="activation code issued").exists()


def test_the_list_asks_as_little_for_fifty_lawyers_as_for_one(
    world: World, client_for: ClientFor, django_assert_max_num_queries
) -> None:
    Lawyer.objects.bulk_create(
        Lawyer(
            licence_number=f"1451020231{number:07}",
            name="黄山",
            firm=world.napo_firm,
            association=world.guangxi,
        )
        for number in range(60)
    )
    client = client_for(world.beneficiary_officer)
    client.get(reverse("roster:slips"))

    with django_assert_max_num_queries(9):
        page = client.get(reverse("roster:slips")).content.decode()

    assert page.count('name="lawyer"') == 50
    assert len(page.encode()) < 60_000


# --- asking officers for a second factor --------------------------------------------------------------------


def test_an_administrator_asks_an_associations_officers_for_a_second_factor(
    world: World, client_for: ClientFor
) -> None:
    client, address = client_for(world.administrator), reverse("manage:second_factor")
    assert world.beneficiary_officer.role_grants.count() == 1
    assert "广西律师协会" in client.get(address).content.decode()

    wrong = client.post(address, {"association": "", "from_date": "soon"})
    assert wrong.status_code == 422
    saved = client.post(address, {"association": str(world.guangxi.pk), "from_date": "2026-12-01"})

    world.guangxi.refresh_from_db()
    assert saved.status_code == 302
    assert str(world.guangxi.second_factor_required_from) == "2026-12-01"
    entry = AuditEntry.objects.get(verb="second factor required")
    assert (entry.object_key, entry.details) == ("CN-GX", {"from_date": "2026-12-01"})


def test_officers_do_not_see_that_page(world: World, client_for: ClientFor) -> None:
    assert client_for(world.beneficiary_officer).get(reverse("manage:second_factor")).status_code == 403
