"""Sessions: their list, their end, and the password that is asked for again."""

import re
import time
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Permission
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from qianchang.people import operations, reauthentication, sessions
from qianchang.people.models import Account, Lawyer
from tests.world import R, World

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


def test_a_remembered_pc_becomes_a_desk_when_its_lawyer_gets_a_role(world: World, time_machine) -> None:
    client = sign_in(world.county_account, remember="on")
    world.grant(world.county_account, R.BENEFICIARY_OFFICER, world.guangxi)
    client.get("/office/")

    time_machine.move_to(time.time() + 12 * 3600 + 1)

    assert not is_signed_in(client)


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

    done = type_password(client, asked)

    lawyer.refresh_from_db()
    assert done.status_code == 200  # what was sent is carried out by itself
    assert lawyer.activation_code_hash


def test_within_fifteen_minutes_nobody_is_asked_twice(world: World, client_for: ClientFor) -> None:
    answer = client_for(world.beneficiary_officer).post(
        reverse("roster:slips"), {"lawyer": str(world.unactivated_lawyer.pk)}
    )

    assert answer.status_code == 200


def type_password(client: Client, asked: HttpResponse, password: str = World.PASSWORD) -> HttpResponse:
    """Fill in the page that asks, with the page to come back to as its form has it."""
    back = parse_qs(urlsplit(asked["Location"]).query)["next"][0]
    return client.post(reverse("account_reauthenticate"), {"password": password, "next": back})


def test_a_form_whose_page_had_a_query_is_carried_out_as_well(world: World, client_for: ClientFor) -> None:
    client, lawyer = client_for(world.beneficiary_officer), world.unactivated_lawyer
    stale(client)

    asked = client.post(f"{reverse('roster:slips')}?q=&page=2", {"lawyer": str(lawyer.pk)})
    type_password(client, asked)

    lawyer.refresh_from_db()
    assert lawyer.activation_code_hash


def test_a_password_typed_for_one_tab_does_not_carry_out_what_another_typed(
    world: World, client_for: ClientFor
) -> None:
    client, address = client_for(world.beneficiary_officer), reverse("roster:slips")
    mine, others = world.unactivated_lawyer, world.second_county_lawyer
    stale(client)
    first = client.post(address, {"lawyer": str(mine.pk)})
    second = client.post(address, {"lawyer": str(others.pk)})

    answer = type_password(client, first)

    assert answer["Location"] == address
    assert not Lawyer.objects.exclude(activation_code_hash="").exists()
    # The other tab still may, with a password of its own.
    type_password(client, second)
    assert list(Lawyer.objects.exclude(activation_code_hash="")) == [others]


def test_a_form_left_behind_is_not_carried_out_when_somebody_else_is_asked_for_another_reason(
    world: World, client_for: ClientFor
) -> None:
    # Given an open desk at which a passer-by sent a form, and left at the question for the password.
    client, address = client_for(world.beneficiary_officer), reverse("roster:slips")
    stale(client)
    client.post(address, {"lawyer": str(world.unactivated_lawyer.pk)})

    # When its owner is asked for the password by something that only reads, and comes back to the same page.
    asked = client.get(reverse("mfa_activate_totp"))
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    client.post(reverse("account_reauthenticate"), {"password": World.PASSWORD, "next": address})

    assert not Lawyer.objects.exclude(activation_code_hash="").exists()


def test_a_form_that_was_left_for_fifteen_minutes_is_not_carried_out(
    world: World, client_for: ClientFor, time_machine
) -> None:
    client = client_for(world.beneficiary_officer)
    stale(client)
    asked = client.post(reverse("roster:slips"), {"lawyer": str(world.unactivated_lawyer.pk)})

    time_machine.move_to(time.time() + 15 * 60 + 1)
    answer = type_password(client, asked)

    assert answer["Location"] == reverse("roster:slips")
    assert not Lawyer.objects.exclude(activation_code_hash="").exists()


def test_what_was_typed_is_not_carried_out_twice(world: World, client_for: ClientFor) -> None:
    client = client_for(world.beneficiary_officer)
    stale(client)
    asked = client.post(reverse("roster:slips"), {"lawyer": str(world.unactivated_lawyer.pk)})
    type_password(client, asked)
    before = Lawyer.objects.get(pk=world.unactivated_lawyer.pk).activation_code_hash

    type_password(client, asked)

    assert Lawyer.objects.get(pk=world.unactivated_lawyer.pk).activation_code_hash == before


def test_a_wrong_password_carries_nothing_out(world: World, client_for: ClientFor) -> None:
    client = client_for(world.beneficiary_officer)
    lawyer, address = world.unactivated_lawyer, reverse("roster:slips")
    stale(client)
    asked = client.post(address, {"lawyer": str(lawyer.pk)})

    type_password(client, asked, "wrong password 1")

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


def test_the_admin_of_pages_is_no_second_door_to_address_and_password(
    world: World, client_for: ClientFor
) -> None:
    """Wagtail's own page would change both without asking who sits there."""
    world.editor.user_permissions.add(Permission.objects.get(codename="access_admin"))

    page = client_for(world.editor).get(reverse("wagtailadmin_account"))

    assert page.status_code == 200
    assert not re.search(r'type="(email|password)"', page.content.decode())
