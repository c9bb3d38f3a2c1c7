"""Nobody finds out here who stands on a roster or has an account: the same words, the same status, the same work."""

import re
import time
from collections.abc import Callable

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from qianchang.people import operations
from qianchang.people.models import Account, Lawyer, NumberTries
from tests.world import World

UNKNOWN = "14510209911223399"
# The work of one hash is some fifty times that of the rest: a path that leaves it out is far outside.
NOISE = 1.6


@pytest.fixture(autouse=True)
def _real_hashes(settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    settings.ACCOUNT_RATE_LIMITS = False


@pytest.fixture
def known(world: World) -> Lawyer:
    """黄大山 with a slip and a mobile number, who has not activated; the cast's hashes are real ones here."""
    lawyer = world.unactivated_lawyer
    Lawyer.objects.filter(pk=lawyer.pk).update(phone="13807760001")
    operations.issue_activation_code(lawyer=lawyer, at=world.now)
    return lawyer


def words_of(answer) -> str:
    """Return a page without what differs from request to request and without what was typed."""
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
    return re.sub(r'value="[^"]*"', "", page)


def ratio_of_times(one: Callable[[], object], other: Callable[[], object], *, times: int = 7) -> float:
    """Return how much longer one takes than the other: the quickest of each, taken in turns, so that a machine that is
    busy with other things meanwhile counts for neither.
    """
    taken: tuple[list[float], list[float]] = ([], [])
    for _turn in range(times):
        for ask, seconds in zip((one, other), taken, strict=True):
            begun = time.perf_counter()
            ask()
            seconds.append(time.perf_counter() - begun)
    return min(taken[0]) / min(taken[1])


def slip_of(number: str, name: str = "黄大山", code: str = "12345678") -> dict[str, str]:
    password = "seven rivers meet at dusk"
    return {
        "licence_number": number,
        "name": name,
        "code": code,
        "password": password,
        "password_again": password,
    }


def test_a_slip_is_refused_in_the_same_words_whatever_is_wrong(world: World, known: Lawyer) -> None:
    number = known.licence_number
    used = world.county_lawyer  # has an account, and no slip any more
    tries = [
        slip_of(UNKNOWN),
        slip_of(number),
        slip_of(number, name="黄小山"),
        slip_of(used.licence_number, name=used.name),
    ]

    answers = [Client().post(reverse("people:activate_slip"), typed) for typed in tries]

    assert {answer.status_code for answer in answers} == {200}
    assert len({words_of(answer) for answer in answers}) == 1
    assert "对不上" in words_of(answers[0]) or "do not fit" in words_of(answers[0])


def test_after_five_tries_an_unknown_number_waits_like_a_known_one(world: World, known: Lawyer) -> None:
    pages = []
    for number in (UNKNOWN, known.licence_number):
        for _try in range(6):
            answer = Client().post(reverse("people:activate_slip"), slip_of(number))
        pages.append(words_of(answer))

    assert pages[0] == pages[1]
    first = words_of(Client().post(reverse("people:activate_slip"), slip_of("1" * 17)))
    assert pages[0] != first


def test_refusing_a_slip_takes_as_long_for_an_unknown_number(world: World, known: Lawyer) -> None:
    client, address = Client(), reverse("people:activate_slip")
    numbers = iter(f"{number:017}" for number in range(100))

    def unknown() -> object:
        return client.post(address, slip_of(next(numbers)))

    def of_roster() -> object:
        NumberTries.objects.all().delete()
        return client.post(address, slip_of(known.licence_number))

    unknown(), of_roster()  # the first of each warms up templates and the hash of nothing

    assert 1 / NOISE < ratio_of_times(unknown, of_roster) < NOISE


def test_asking_for_a_code_is_answered_alike(world: World, known: Lawyer) -> None:
    tries = [
        {"licence_number": known.licence_number, "name": "黄大山", "phone": "13807760001"},
        {"licence_number": known.licence_number, "name": "黄小山", "phone": "13807760001"},
        {"licence_number": known.licence_number, "name": "黄大山", "phone": "13807760002"},
        {"licence_number": UNKNOWN, "name": "黄大山", "phone": "13807760001"},
    ]

    clients = [Client() for _try in tries]
    answers = [
        client.post(reverse("people:activate"), typed) for client, typed in zip(clients, tries, strict=True)
    ]
    pages = [client.get(answer["Location"]) for client, answer in zip(clients, answers, strict=True)]

    assert {(answer.status_code, answer["Location"]) for answer in answers} == {
        (302, reverse("people:activate_code"))
    }
    assert len({words_of(page) for page in pages}) == 1
    wrong = {"code": "000000", **{k: slip_of("")[k] for k in ("password", "password_again")}}
    refusals = [client.post(reverse("people:activate_code"), wrong) for client in clients]
    assert len({words_of(refusal) for refusal in refusals}) == 1


def test_asking_for_a_code_asks_the_database_as_often_for_everybody(world: World, known: Lawyer) -> None:
    counted = []
    for number in (known.licence_number, UNKNOWN):
        with CaptureQueriesContext(connection) as questions:
            Client().post(
                reverse("people:activate"),
                {"licence_number": number, "name": "黄大山", "phone": "13807760001"},
            )
        counted.append([each["sql"].split(" ")[0] for each in questions])

    assert counted[0] == counted[1]


def test_signing_in_fails_in_the_same_words_and_time_for_an_account_that_does_not_exist(
    world: World,
) -> None:
    number, address = world.county_lawyer.licence_number, reverse("account_login")
    client = Client()

    def of_account() -> object:
        return client.post(address, {"login": number, "password": "wrong password 1"})

    def of_nobody() -> object:
        return client.post(address, {"login": UNKNOWN, "password": "wrong password 1"})

    known_page, unknown_page = of_account(), of_nobody()
    assert words_of(known_page) == words_of(unknown_page)
    assert known_page.status_code == unknown_page.status_code == 200
    assert 1 / NOISE < ratio_of_times(of_nobody, of_account) < NOISE


def test_a_new_password_by_mail_is_promised_alike_and_both_get_a_mail(world: World) -> None:
    Account.objects.filter(pk=world.supporting_officer.pk).update(email="liang@example.org")

    answers = [
        Client().post(reverse("account_reset_password"), {"email": email})
        for email in ("liang@example.org", "nobody@example.org")
    ]

    assert {(answer.status_code, answer["Location"]) for answer in answers} == {
        (302, reverse("account_reset_password_done"))
    }
    assert [message.to for message in mail.outbox] == [["liang@example.org"], ["nobody@example.org"]]


def test_the_link_in_a_mail_leads_to_the_site_whatever_name_it_was_asked_under(
    world: World, settings
) -> None:
    settings.SITE_ROOT_URL, settings.ALLOWED_HOSTS = "https://qianchang.example", ["*"]
    Account.objects.filter(pk=world.supporting_officer.pk).update(email="liang@example.org")

    Client().post(reverse("account_reset_password"), {"email": "liang@example.org"}, HTTP_HOST="evil.example")

    assert "https://qianchang.example/account/password/reset/key/" in mail.outbox[0].body
    assert "evil.example" not in mail.outbox[0].body + mail.outbox[0].subject
