"""Sessions: their list, their end, and the password that is asked for again."""

import time
from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from qianchang.people import operations, reauthentication, sessions
from qianchang.people.models import Account
from tests.world import World

ClientFor = Callable[[Account], Client]
SETTINGS = "/account/settings/"


def sign_in(account: Account, **more: str) -> Client:
    client = Client(HTTP_USER_AGENT=more.pop("browser", "Firefox"))
    client.post(reverse("account_login"), {"login": account.username, "password": World.PASSWORD, **more})
    return client


def is_signed_in(client: Client) -> bool:
    return client.get(reverse("usersessions_list")).status_code == 200


# --- the list -----------------------------------------------------------------------------------------------


def test_somebody_sees_the_own_sessions_and_nobody_elses(world: World) -> None:
    sign_in(world.county_account, browser="Chrome 109 at home")
    sign_in(world.supporting_officer, browser="Edge of another person")

    page = sign_in(world.county_account, browser="Firefox here").get(reverse("usersessions_list"))

    words = page.content.decode()
    assert "Chrome 109 at home" in words
    assert "Firefox here" in words
    assert "Edge of another person" not in words


def test_one_button_signs_out_everywhere_else(world: World) -> None:
    elsewhere, here = sign_in(world.county_account), sign_in(world.county_account)

    here.post(reverse("usersessions_list"))

    assert is_signed_in(here)
    assert not is_signed_in(elsewhere)


def test_another_password_ends_the_other_sessions(world: World) -> None:
    elsewhere, here = sign_in(world.county_account), sign_in(world.county_account)
    new = "seven rivers meet at dusk"

    here.post(
        reverse("account_change_password"),
        {"oldpassword": World.PASSWORD, "password1": new, "password2": new},
    )

    assert is_signed_in(here)
    assert not is_signed_in(elsewhere)


def test_all_sessions_of_an_account_end_at_once(world: World) -> None:
    one, two, strangers = (
        sign_in(world.county_account),
        sign_in(world.county_account),
        sign_in(world.supporting_officer),
    )

    sessions.end_sessions(account=world.county_account, by=world.administrator, at=world.now)

    assert not is_signed_in(one)
    assert not is_signed_in(two)
    assert is_signed_in(strangers)
    assert not UserSession.objects.filter(user=world.county_account).exists()


def test_the_end_of_a_role_ends_the_sessions_that_had_it(world: World) -> None:
    account = world.beneficiary_officer
    client = sign_in(account)

    operations.end_role(
        grant=account.role_grants.get(), until=world.day, by=world.administrator, at=timezone.now()
    )

    assert not is_signed_in(client)


# --- how long -----------------------------------------------------------------------------------------------


def test_a_desk_ends_after_twelve_hours_whatever_happens_in_it(world: World, time_machine) -> None:
    client = sign_in(world.supporting_officer)
    begun = time.time()

    time_machine.move_to(begun + 11 * 3600)
    client.post(SETTINGS, {"text_size": "large"})  # a message is kept: the session is saved anew
    assert is_signed_in(client)

    time_machine.move_to(begun + 12 * 3600 + 1)
    assert not is_signed_in(client)


def test_a_remembered_pc_of_a_lawyer_is_still_signed_in_after_29_days(world: World, time_machine) -> None:
    client = sign_in(world.county_account, remember="on")

    time_machine.move_to(time.time() + 29 * 24 * 3600)

    assert is_signed_in(client)


def test_sessions_from_before_there_were_generations_hold_on(world: World) -> None:
    account = world.county_account

    assert account.session_generation == 0
    assert "." not in account.get_session_auth_hash()


# --- is it you? ---------------------------------------------------------------------------------------------


def stale(client: Client) -> None:
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() - 15 * 60 - 1}]
    session.save()


def test_a_dangerous_act_asks_for_the_password_after_fifteen_minutes_and_then_goes_through(
    world: World, client_for: ClientFor
) -> None:
    client = client_for(world.beneficiary_officer)
    lawyer, address = world.unactivated_lawyer, reverse("roster:slips")
    stale(client)

    asked = client.post(address, {"lawyer": str(lawyer.pk)})
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    lawyer.refresh_from_db()
    assert not lawyer.activation_code_hash

    done = client.post(asked["Location"], {"password": World.PASSWORD, "next": address})

    lawyer.refresh_from_db()
    assert done.status_code == 200  # what was sent is carried out by itself
    assert lawyer.activation_code_hash


def test_within_fifteen_minutes_nobody_is_asked_twice(world: World, client_for: ClientFor) -> None:
    answer = client_for(world.beneficiary_officer).post(
        reverse("roster:slips"), {"lawyer": str(world.unactivated_lawyer.pk)}
    )

    assert answer.status_code == 200


def test_a_wrong_password_carries_nothing_out(world: World, client_for: ClientFor) -> None:
    client = client_for(world.beneficiary_officer)
    lawyer, address = world.unactivated_lawyer, reverse("roster:slips")
    stale(client)
    asked = client.post(address, {"lawyer": str(lawyer.pk)})

    client.post(asked["Location"], {"password": "wrong password 1", "next": address})

    lawyer.refresh_from_db()
    assert not lawyer.activation_code_hash


def test_reading_is_guarded_only_where_it_says_so(world: World) -> None:
    @reauthentication.required
    def act(request: HttpRequest) -> HttpResponse:
        return HttpResponse("done")

    @reauthentication.required(reading=True)
    def export(request: HttpRequest) -> HttpResponse:
        return HttpResponse("exported")

    request = RequestFactory().get("/")
    request.user, request.session = world.supporting_officer, {}  # type: ignore[assignment]

    assert act(request).content == b"done"
    try:
        export(request)
    except reauthentication.ReauthenticationRequired:
        pass
    else:
        raise AssertionError("the export went through")


def test_expired_sessions_are_no_rows_that_sign_in(world: World) -> None:
    client = sign_in(world.county_account)
    Session.objects.all().delete()

    assert not is_signed_in(client)
