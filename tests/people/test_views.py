"""Sign in, activate, settings: the pages of the account."""

import re
from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from qianchang.people import operations
from qianchang.people.models import Account, NumberTries
from tests.world import World, full_width

ClientFor = Callable[[Account], Client]
NEW_PASSWORD = "seven rivers meet at dusk"


def sign_in(client: Client, login: str, password: str = World.PASSWORD, **more: str):
    return client.post(reverse("account_login"), {"login": login, "password": password, **more})


# --- sign in ------------------------------------------------------------------------------------------------


def test_a_lawyer_signs_in_with_the_licence_number(world: World, client: Client) -> None:
    answer = sign_in(client, world.county_lawyer.licence_number)

    assert answer.status_code == 302
    assert answer["Location"] == "/"
    assert client.session["_auth_user_id"] == str(world.county_account.pk)


def test_full_width_digits_and_spaces_are_understood(world: World, client: Client) -> None:
    number = full_width(world.county_lawyer.licence_number)

    assert sign_in(client, f"{number[:5]} {number[5:]}").status_code == 302


def test_an_officer_signs_in_with_the_user_name(world: World, client: Client) -> None:
    assert sign_in(client, world.supporting_officer.username).status_code == 302


def test_after_signing_in_one_is_back_on_the_page_that_asked_for_it(world: World, client: Client) -> None:
    answer = sign_in(client, world.supporting_officer.username, next="/office/")

    assert answer["Location"] == "/office/"


def test_a_page_elsewhere_is_not_gone_back_to(world: World, client: Client) -> None:
    answer = sign_in(client, world.supporting_officer.username, next="https://example.org/")

    assert answer["Location"] == "/"


@pytest.mark.parametrize("typed", ["1451020181122334", "145102018112233445"])
def test_a_licence_number_of_another_length_is_said_so(world: World, client: Client, typed: str) -> None:
    client.cookies["django_language"] = "en"

    page = sign_in(client, typed).content.decode()

    assert f"A licence number has 17 digits, this one has {len(typed)}." in page


def test_a_wrong_password_is_said_so_and_offers_the_slip(world: World, client: Client) -> None:
    client.cookies["django_language"] = "en"

    page = sign_in(client, world.county_lawyer.licence_number, "wrong password 1").content.decode()

    assert "The number or the password is wrong." in page
    assert reverse("people:activate") in page


def test_after_five_wrong_passwords_the_right_one_has_to_wait(world: World, client: Client) -> None:
    client.cookies["django_language"] = "en"
    for _try in range(5):
        sign_in(client, world.county_lawyer.licence_number, "wrong password 1")

    page = sign_in(client, world.county_lawyer.licence_number).content.decode()

    assert "Too many wrong passwords." in page
    assert "_auth_user_id" not in client.session


def test_a_lawyers_computer_is_remembered_for_thirty_days_only_if_asked(world: World, client: Client) -> None:
    sign_in(client, world.county_lawyer.licence_number)
    assert client.session.get_expire_at_browser_close()

    again = Client()
    sign_in(again, world.county_lawyer.licence_number, remember="on")
    assert not again.session.get_expire_at_browser_close()
    assert again.session.get_expiry_age() == 30 * 24 * 3600


def test_an_officers_desk_is_not_remembered_even_if_asked(world: World, client: Client) -> None:
    answer = sign_in(client, world.supporting_officer.username, remember="on")

    assert client.session.get_expire_at_browser_close()
    assert 11 * 3600 < client.session.get_expiry_age() <= 12 * 3600
    assert not answer.cookies["sessionid"]["max-age"]


def test_signing_out_needs_the_button(world: World, client_for: ClientFor) -> None:
    client = client_for(world.supporting_officer)

    assert client.get(reverse("account_logout")).status_code == 200
    assert "_auth_user_id" in client.session
    client.post(reverse("account_logout"))
    assert "_auth_user_id" not in client.session


def test_nobody_signs_up(client: Client, db: None) -> None:
    page = client.get(reverse("account_signup"))
    client.post(reverse("account_signup"), {"username": "stranger", "password1": NEW_PASSWORD})

    assert reverse("people:activate") in page.content.decode()
    assert Account.objects.count() == 0


# --- activate -----------------------------------------------------------------------------------------------


@pytest.fixture
def filled_in(world: World) -> dict[str, str]:
    code = operations.issue_activation_code(lawyer=world.unactivated_lawyer, at=timezone.now())
    return {
        "licence_number": world.unactivated_lawyer.licence_number,
        "name": "黄大山",
        "code": f"{code[:4]} {code[4:]}",
        "password": NEW_PASSWORD,
        "password_again": NEW_PASSWORD,
    }


def test_activating_signs_in(world: World, client: Client, filled_in: dict[str, str]) -> None:
    answer = client.post(reverse("people:activate_slip"), filled_in)

    world.unactivated_lawyer.refresh_from_db()
    assert answer.status_code == 302
    assert client.session["_auth_user_id"] == str(world.unactivated_lawyer.account_id)


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("licence_number", "1451", "A licence number has 17 digits."),
        ("licence_number", "9" * 17, "Number, name and code do not fit together."),
        ("name", "黄小山", "Number, name and code do not fit together."),
        ("code", "12", "Number, name and code do not fit together."),
        ("password_again", "something else 12", "The two passwords differ."),
        ("password", "12345", "The two passwords differ."),
    ],
)
def test_each_mistake_has_its_sentence_beside_its_field(
    client: Client, filled_in: dict[str, str], field: str, typed: str, sentence: str
) -> None:
    client.cookies["django_language"] = "en"

    answer = client.post(reverse("people:activate_slip"), {**filled_in, field: typed})

    assert sentence in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_weak_password_costs_no_try(world: World, client: Client, filled_in: dict[str, str]) -> None:
    weak = {**filled_in, "password": "1234567890", "password_again": "1234567890"}

    client.post(reverse("people:activate_slip"), weak)

    assert not NumberTries.objects.exists()
    assert client.post(reverse("people:activate_slip"), filled_in).status_code == 302


def test_a_walk_through_the_roster_is_stopped_by_address(
    world: World, client: Client, filled_in: dict[str, str]
) -> None:
    client.cookies["django_language"] = "en"
    for number in range(40):
        client.post(reverse("people:activate_slip"), {**filled_in, "licence_number": f"{number:017}"})

    answer = client.post(reverse("people:activate_slip"), filled_in)

    assert "Too many tries from this address." in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_the_passwords_are_not_sent_back(client: Client, filled_in: dict[str, str]) -> None:
    page = client.post(reverse("people:activate_slip"), {**filled_in, "name": "别人"}).content.decode()

    assert NEW_PASSWORD not in page


# --- settings -----------------------------------------------------------------------------------------------


def test_settings_are_kept_on_the_account_and_in_cookies(world: World, client_for: ClientFor) -> None:
    client = client_for(world.county_account)

    client.post(reverse("people:settings"), {"text_size": "large", "data_saver": "off"})

    world.county_account.refresh_from_db()
    assert (world.county_account.text_size, world.county_account.data_saver) == ("large", False)
    assert client.cookies["qianchang_text_size"].value == "large"
    assert client.cookies["qianchang_data_saver"].value == "off"


def test_the_months_data_have_a_cap_until_the_field_is_emptied(world: World, client_for: ClientFor) -> None:
    client = client_for(world.county_account)
    address = reverse("people:settings")

    client.post(address, {"monthly_cap_mb": "500"})
    world.county_account.refresh_from_db()
    assert world.county_account.monthly_cap_mb == 500
    assert 'value="500"' in client.get(address).content.decode()

    # a switch in the header leaves it alone; what is no number of megabytes changes nothing
    for posted in ({"data_saver": "off"}, {"monthly_cap_mb": "9"}, {"monthly_cap_mb": "viel"}):
        client.post(address, posted)
        world.county_account.refresh_from_db()
        assert world.county_account.monthly_cap_mb == 500

    client.post(address, {"monthly_cap_mb": ""})
    world.county_account.refresh_from_db()
    assert world.county_account.monthly_cap_mb is None


def test_a_guest_has_settings_in_cookies(client: Client, db: None) -> None:
    client.post(reverse("people:settings"), {"text_size": "largest"})

    page = client.get(reverse("people:settings")).content.decode()

    chosen = re.findall(r'<input[^>]*value="(\w+)"[^>]*checked', page)
    assert {"largest", "on"} <= set(chosen)


def test_a_switch_in_the_header_changes_one_thing_and_goes_back(world: World, client_for: ClientFor) -> None:
    client = client_for(world.county_account)

    answer = client.post(reverse("people:settings"), {"data_saver": "off", "next": "/lectures/"})

    world.county_account.refresh_from_db()
    assert answer["Location"] == "/lectures/"
    assert (world.county_account.text_size, world.county_account.data_saver) == ("standard", False)


def test_a_switch_does_not_lead_away_from_the_site(client: Client, db: None) -> None:
    answer = client.post(reverse("people:settings"), {"data_saver": "off", "next": "//example.org/"})

    assert answer["Location"] == reverse("people:settings")


def test_a_text_size_that_does_not_exist_changes_nothing(world: World, client_for: ClientFor) -> None:
    client_for(world.county_account).post(reverse("people:settings"), {"text_size": "huge"})

    world.county_account.refresh_from_db()
    assert world.county_account.text_size == "standard"


def test_the_settings_page_shows_masked_licence_number_and_roles(world: World, client_for: ClientFor) -> None:
    page = client_for(world.expert).get(reverse("people:settings")).content.decode()

    assert world.expert_lawyer.masked_licence_number in page
    assert world.expert_lawyer.licence_number not in page
    assert "广东省律师协会" in page


# --- passwords ----------------------------------------------------------------------------------------------


def test_a_password_is_reset_by_the_link_in_a_mail(world: World, client: Client) -> None:
    operations.open_account(
        username="with.mail", name="有邮箱", email="mail@example.org", password=World.PASSWORD, at=world.now
    )
    client.post(reverse("account_reset_password"), {"email": "mail@example.org"})

    link = re.search(r"https?://[^/]+(/\S+)", str(mail.outbox[0].body))
    assert link
    page = client.get(link[1], follow=True)
    client.post(page.request["PATH_INFO"], {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})

    assert Account.objects.get(username="with.mail").check_password(NEW_PASSWORD)


def test_asking_for_a_link_does_not_tell_whether_there_is_an_account(world: World, client: Client) -> None:
    answer = client.post(reverse("account_reset_password"), {"email": "nobody@example.org"})

    assert answer["Location"] == reverse("account_reset_password_done")


def test_changing_the_password_leads_back_to_the_settings(world: World, client_for: ClientFor) -> None:
    typed = {"oldpassword": World.PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}

    answer = client_for(world.supporting_officer).post(reverse("account_change_password"), typed)

    assert answer["Location"] == reverse("people:settings")


@pytest.mark.parametrize(
    "page", ["account_login", "account_signup", "account_reset_password", "account_reset_password_done"]
)
def test_a_guest_can_open_every_page_on_the_way_in(client: Client, db: None, page: str) -> None:
    assert client.get(reverse(page)).status_code == 200


@pytest.mark.parametrize(
    "page",
    [
        "account_logout",
        "account_change_password",
        "account_email",
        "account_reauthenticate",
        "people:settings",
    ],
)
def test_somebody_signed_in_can_open_every_page_of_the_account(
    world: World, client_for: ClientFor, page: str
) -> None:
    assert client_for(world.county_account).get(reverse(page)).status_code == 200
