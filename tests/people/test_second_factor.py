"""The second factor: set up, asked for, required, lost. Passkeys in a real browser: tests/browser/test_passkeys.py."""

import re
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib.messages import get_messages
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from qianchang.groundwork.models import AuditEntry
from qianchang.people import activation, second_factor, sent_codes
from qianchang.people.models import Account, Association, Lawyer
from tests.world import R, World

ClientFor = Callable[[Account], Client]


def code_of(secret: str, *, at: float | None = None) -> str:
    """Return what an authenticator app shows (RFC 6238)."""
    counter = int((time.time() if at is None else at) // 30)
    return str(format_hotp_value(hotp_value(secret, counter)))


def set_up(client: Client) -> str:
    """Set the app up on the pages, as somebody would, and return its key."""
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    found = re.search(r'<span class="n">([A-Z2-7]{16,})</span>', page)
    assert found
    client.post(reverse("mfa_activate_totp"), {"code": code_of(found[1])})
    return found[1]


def sign_in(client: Client, account: Account):
    return client.post(reverse("account_login"), {"login": account.username, "password": World.PASSWORD})


@pytest.fixture
def required_in_guangxi(world: World) -> Association:
    return second_factor.require_of_officers(
        association=world.guangxi,
        from_date=world.day - timedelta(days=1),
        by=world.administrator,
        at=world.now,
    )


# --- setting up and signing in ------------------------------------------------------------------------------


def test_after_the_password_an_account_with_an_app_asks_for_its_code(
    world: World, client_for: ClientFor, client: Client
) -> None:
    secret = set_up(client_for(world.supporting_officer))
    Authenticator.objects.update(last_used_at=None)

    answer = sign_in(client, world.supporting_officer)
    assert answer["Location"] == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session

    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert wrong.status_code == 200
    assert "_auth_user_id" not in client.session

    client.post(reverse("mfa_authenticate"), {"code": code_of(secret, at=time.time() + 30)})
    assert client.session["_auth_user_id"] == str(world.supporting_officer.pk)
    assert client.session.get_expire_at_browser_close()


def test_the_key_is_not_readable_in_the_database(world: World, client_for: ClientFor) -> None:
    secret = set_up(client_for(world.supporting_officer))

    kept = Authenticator.objects.get(type="totp")
    assert secret not in str(kept.data)
    assert TOTP(kept).validate_code(code_of(secret, at=time.time() + 30))


def test_recovery_codes_are_shown_once_and_one_signs_in(
    world: World, client_for: ClientFor, client: Client
) -> None:
    signed_in = client_for(world.supporting_officer)
    set_up(signed_in)
    page = signed_in.post(reverse("mfa_generate_recovery_codes"), follow=True).content.decode()
    codes = re.findall(r"<li>(\d{8})</li>", page)
    assert len(codes) == 10
    assert not re.findall(
        r"<li>(\d{8})</li>",
        client_for(world.supporting_officer).get(reverse("mfa_view_recovery_codes")).content.decode(),
    )

    sign_in(client, world.supporting_officer)
    client.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert "_auth_user_id" in client.session

    again = Client()
    sign_in(again, world.supporting_officer)
    again.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert "_auth_user_id" not in again.session


@pytest.mark.parametrize("way", ["slip", "code", "mail"])
def test_no_way_to_another_password_leads_past_it(
    world: World, client_for: ClientFor, client: Client, way: str
) -> None:
    """A slip, a code by mail and the link in a mail set the password; the second step is still asked for."""
    lawyer, new = world.county_lawyer, "seven rivers meet at dusk"
    set_up(client_for(world.county_account))
    both = {"password": new, "password_again": new}

    if way == "slip":
        code = activation.issue_activation_code(lawyer=lawyer, at=timezone.now())
        typed = {"licence_number": lawyer.licence_number, "name": lawyer.name, "code": code}
        answer = client.post(reverse("people:activate_slip"), {**typed, **both})
    elif way == "code":
        Lawyer.objects.filter(pk=lawyer.pk).update(phone="13807760001", email="wei@example.org")
        typed = {"licence_number": lawyer.licence_number, "name": lawyer.name, "phone": "13807760001"}
        client.post(reverse("people:activate"), typed)
        sent_codes.send_waiting_codes(at=timezone.now())
        found = re.search(r"\d{6}", mail.outbox[0].body)
        assert found
        answer = client.post(reverse("people:activate_code"), {"code": found[0], **both})
    else:
        Account.objects.filter(pk=world.county_account.pk).update(email="wei@example.org")
        client.post(reverse("account_reset_password"), {"email": "wei@example.org"})
        found = re.search(r"/account/password/reset/key/\S+", mail.outbox[0].body)
        assert found
        page = client.get(found[0])["Location"]
        client.post(page, {"password1": new, "password2": new})
        answer = client.post(
            reverse("account_login"), {"login": world.county_account.username, "password": new}
        )

    world.county_account.refresh_from_db()
    assert world.county_account.check_password(new)
    assert answer["Location"] == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session
    # Nor does the half-way session open anything.
    assert client.get("/account/settings/").wsgi_request.user.is_anonymous


def test_guessing_codes_is_slow(world: World, client_for: ClientFor, client: Client) -> None:
    secret = set_up(client_for(world.supporting_officer))
    sign_in(client, world.supporting_officer)
    for _try in range(6):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})

    client.post(reverse("mfa_authenticate"), {"code": code_of(secret, at=time.time() + 30)})

    assert "_auth_user_id" not in client.session


def test_the_log_says_when_a_factor_came_and_went(
    world: World, client_for: ClientFor, django_capture_on_commit_callbacks
) -> None:
    client = client_for(world.supporting_officer)
    with django_capture_on_commit_callbacks(execute=True):
        set_up(client)
    client.post(reverse("mfa_deactivate_totp"))

    entries = AuditEntry.objects.filter(
        object_type="account",
        object_key=str(world.supporting_officer.pk),
        actor_id=world.supporting_officer.pk,
        details__kind="totp",
    )
    assert [entry.verb for entry in entries.order_by("pk")] == [
        "second factor added",
        "second factor removed",
    ]


# --- required by an association -----------------------------------------------------------------------------


def test_an_officer_without_one_reaches_only_the_pages_that_set_one_up(
    world: World, client_for: ClientFor, required_in_guangxi: Association
) -> None:
    client = client_for(world.beneficiary_officer)

    answer = client.get("/office/")
    assert answer["Location"] == reverse("mfa_index")
    assert [str(message) for message in get_messages(answer.wsgi_request)]
    assert client.post("/office/", {"anything": "1"}).status_code == 302
    assert client.get("/api/v1/me/").status_code == 403
    for open_page in ("mfa_index", "mfa_activate_totp", "people:settings", "account_logout"):
        assert client.get(reverse(open_page)).status_code == 200

    set_up(client)
    assert client.get("/office/").status_code == 200


@pytest.mark.parametrize(
    ("who", "asked"),
    [
        ("beneficiary_officer", True),
        ("yunnan_officer", False),
        ("supporting_officer", False),
        ("county_account", False),
        ("national_officer", False),
        ("administrator", False),
    ],
)
def test_it_is_asked_of_the_officers_of_that_association_alone(
    world: World, required_in_guangxi: Association, who: str, asked: bool
) -> None:
    account = Account.objects.get(pk=getattr(world, who).pk)

    assert second_factor.is_required_of(account, on=world.day) is asked


def test_it_is_asked_of_officers_of_the_cities_below(world: World, required_in_guangxi: Association) -> None:
    officer = world.grant(world.account("baise", "百色专员"), R.BENEFICIARY_OFFICER, world.baise)

    assert second_factor.is_required_of(Account.objects.get(pk=officer.pk), on=world.day)


def test_it_holds_from_its_day_on(world: World) -> None:
    second_factor.require_of_officers(
        association=world.guangxi,
        from_date=world.day + timedelta(days=7),
        by=world.administrator,
        at=world.now,
    )
    account = Account.objects.get(pk=world.beneficiary_officer.pk)

    assert not second_factor.is_required_of(account, on=world.day + timedelta(days=6))
    account = Account.objects.get(pk=world.beneficiary_officer.pk)
    assert second_factor.is_required_of(account, on=world.day + timedelta(days=7))


def test_a_setting_asks_it_of_administrators(world: World, settings) -> None:
    settings.ADMIN_SECOND_FACTOR = True

    assert second_factor.is_required_of(world.administrator, on=world.day)


def test_the_last_factor_stays_where_one_is_required(
    world: World, client_for: ClientFor, required_in_guangxi: Association
) -> None:
    client = client_for(world.beneficiary_officer)
    set_up(client)

    client.post(reverse("mfa_deactivate_totp"))

    assert Authenticator.objects.filter(user=world.beneficiary_officer, type="totp").exists()


def test_an_administrator_may_look_at_a_desk_that_needs_one_without_setting_one_up(
    world: World, required_in_guangxi: Association
) -> None:
    request = RequestFactory().get("/office/")
    request.user = Account.objects.get(pk=world.beneficiary_officer.pk)
    request.session = {}  # type: ignore[assignment]
    assert second_factor.SecondFactorMiddleware._is_missing(request)

    request.previewed_by = world.administrator  # type: ignore[attr-defined]
    assert not second_factor.SecondFactorMiddleware._is_missing(request)


def test_only_whoever_manages_users_asks_for_it(world: World) -> None:
    with pytest.raises(PermissionDenied):
        second_factor.require_of_officers(
            association=world.guangxi, from_date=world.day, by=world.beneficiary_officer, at=world.now
        )


def test_pages_of_those_of_whom_none_is_asked_cost_no_question_more(
    world: World, client_for: ClientFor, django_assert_num_queries
) -> None:
    request = RequestFactory().get("/office/")
    request.user = Account.objects.get(pk=world.supporting_officer.pk)
    request.session = {}
    second_factor.grants_of(request.user, on=world.day)  # as every page of a desk does

    with django_assert_num_queries(0):
        assert not second_factor.SecondFactorMiddleware._is_missing(request)


# --- lost ---------------------------------------------------------------------------------------------------


def test_an_administrator_takes_a_lost_factor_off_and_all_sessions_end(
    world: World, client_for: ClientFor
) -> None:
    client = client_for(world.supporting_officer)
    set_up(client)

    second_factor.reset(
        account=world.supporting_officer, reason="当面核对身份证件", by=world.administrator, at=world.now
    )

    assert not Authenticator.objects.filter(user=world.supporting_officer).exists()
    assert client.get(reverse("mfa_index")).status_code == 302
    entry = AuditEntry.objects.get(verb="second factor reset")
    assert (entry.actor_id, entry.object_key) == (world.administrator.pk, str(world.supporting_officer.pk))


def test_nobody_takes_the_own_factor_off_by_this_door_nor_without_a_reason(world: World) -> None:
    with pytest.raises(second_factor.ResetYourself):
        second_factor.reset(account=world.administrator, reason="lost", by=world.administrator, at=world.now)
    with pytest.raises(second_factor.ReasonMissing):
        second_factor.reset(
            account=world.supporting_officer, reason=" ", by=world.administrator, at=world.now
        )
    with pytest.raises(PermissionDenied):
        second_factor.reset(
            account=world.county_account, reason="lost", by=world.beneficiary_officer, at=world.now
        )
