"""Guessing is slow: at the sign-in page, at the codes, and for whoever has telephones ring."""

import pytest
from django.test import Client
from django.urls import reverse

from qianchang.people.models import CodeRequest, Lawyer
from tests.world import World

TYPED = {"name": "黄大山", "phone": "13807760001"}


def ask(client: Client, **typed: str):
    return client.post(reverse("people:activate"), {**TYPED, **typed})


@pytest.fixture(autouse=True)
def _english(client: Client) -> None:
    client.cookies["django_language"] = "en"


@pytest.mark.parametrize("on_the_roster", [True, False])
def test_three_codes_in_a_quarter_of_an_hour_for_one_number_known_or_not(
    world: World, client: Client, on_the_roster: bool
) -> None:
    number = world.unactivated_lawyer.licence_number if on_the_roster else "9" * 17
    for phone in ("13807760001", "13807760002", "13807760003"):
        assert ask(client, licence_number=number, phone=phone).status_code == 302

    answer = ask(client, licence_number=number, phone="13807760004")

    assert "Too many codes were asked for." in answer.content.decode()
    assert CodeRequest.objects.count() == 3


def test_one_telephone_does_not_ring_for_a_whole_roster(world: World, client: Client) -> None:
    for number in range(3):
        assert ask(client, licence_number=f"{number:017}").status_code == 302

    assert "Too many codes" in ask(client, licence_number=f"{9:017}").content.decode()


def test_a_walk_through_the_roster_is_stopped_by_address(world: World, client: Client) -> None:
    for number in range(40):
        ask(client, licence_number=f"{number:017}", phone=f"138{number:08}")

    answer = ask(client, licence_number=world.unactivated_lawyer.licence_number, phone="13900000000")

    assert "Too many tries from this address." in answer.content.decode()


def test_guessing_at_the_code_of_a_request_is_counted_whoever_it_belongs_to(
    world: World, client: Client
) -> None:
    Lawyer.objects.filter(pk=world.unactivated_lawyer.pk).update(phone=TYPED["phone"])
    ask(client, licence_number=world.unactivated_lawyer.licence_number)
    password = "seven rivers meet at dusk"

    for _try in range(7):
        client.post(
            reverse("people:activate_code"),
            {"code": "000000", "password": password, "password_again": password},
        )

    assert CodeRequest.objects.get().wrong_tries == 5


def test_wrong_passwords_on_a_number_that_does_not_exist_are_counted_too(db: None, client: Client) -> None:
    for _try in range(5):
        client.post(reverse("account_login"), {"login": "9" * 17, "password": "wrong password 1"})

    answer = client.post(reverse("account_login"), {"login": "9" * 17, "password": "wrong password 1"})

    assert "Too many wrong passwords." in answer.content.decode()
