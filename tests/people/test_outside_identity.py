"""Signing in at an outside provider (OpenID Connect), against a real small one: it opens no account, ever."""

from collections.abc import Callable, Iterator
from urllib.parse import urlparse

import pytest
import requests
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.urls import reverse

from qianchang.groundwork.models import AuditEntry
from qianchang.people.models import Account
from tests.people import identity_provider
from tests.people.identity_provider import Provider
from tests.people.test_second_factor import set_up
from tests.world import World

ClientFor = Callable[[Account], Client]
LOGIN = "/account/oidc/outside/login/"


@pytest.fixture
def provider(settings) -> Iterator[Provider]:
    with identity_provider.running() as running:
        settings.OIDC_URL = running.url
        settings.OIDC_LICENCE_CLAIM = "licence_number"
        settings.SOCIALACCOUNT_PROVIDERS = {
            "openid_connect": {
                "OAUTH_PKCE_ENABLED": True,
                "APPS": [
                    {
                        "provider_id": "outside",
                        "name": "律师身份中心",
                        "client_id": identity_provider.CLIENT,
                        "secret": identity_provider.SECRET,
                        "settings": {"server_url": running.url},
                    }
                ],
            }
        }
        yield running


def go_through(client: Client, provider: Provider, *, process: str = "login"):
    """Press the button, sign in at the provider and come back, as a browser does."""
    leaving = client.post(f"{LOGIN}?process={process}")
    assert leaving["Location"].startswith(f"{provider.url}/authorize")
    back = urlparse(requests.get(leaving["Location"], allow_redirects=False, timeout=5).headers["Location"])
    return client.get(f"{back.path}?{back.query}")


def test_a_lawyer_whose_number_the_provider_vouches_for_is_signed_in(
    world: World, client: Client, provider: Provider
) -> None:
    provider.who = {"sub": "outside-7", "licence_number": world.county_lawyer.licence_number}

    go_through(client, provider)

    assert client.session["_auth_user_id"] == str(world.county_account.pk)
    kept = SocialAccount.objects.get()
    assert (kept.user_id, kept.uid, kept.extra_data) == (world.county_account.pk, "outside-7", {})
    entry = AuditEntry.objects.get(verb="outside identity connected")
    assert entry.object_key == str(world.county_account.pk)


def test_the_second_time_the_identity_is_enough_and_still_nothing_else_is_kept(
    world: World, client: Client, provider: Provider
) -> None:
    provider.who = {"sub": "outside-7", "licence_number": world.county_lawyer.licence_number}
    go_through(client, provider)
    provider.who = {"sub": "outside-7", "name": "韦晓岚", "email": "wei@example.org"}

    again = Client()
    go_through(again, provider)

    assert again.session["_auth_user_id"] == str(world.county_account.pk)
    assert SocialAccount.objects.get().extra_data == {}


@pytest.mark.parametrize(
    "who",
    [
        {"sub": "stranger"},
        {"sub": "stranger", "licence_number": "9" * 17},
        {"sub": "stranger", "licence_number": "of nobody"},
        {"sub": "stranger", "email": "liang@example.org", "email_verified": True},
    ],
)
def test_whom_nobody_knows_gets_no_account_and_the_same_page(
    world: World, client: Client, provider: Provider, who: dict[str, object]
) -> None:
    Account.objects.filter(pk=world.supporting_officer.pk).update(email="liang@example.org")
    before = Account.objects.count()
    provider.who = who

    answer = go_through(client, provider)

    assert answer.status_code == 403
    assert reverse("people:activate") in answer.content.decode()
    assert "_auth_user_id" not in client.session
    assert (Account.objects.count(), SocialAccount.objects.count()) == (before, 0)


def test_a_lawyer_who_has_not_activated_is_not_let_in_by_the_provider(
    world: World, client: Client, provider: Provider
) -> None:
    provider.who = {"sub": "outside-8", "licence_number": world.unactivated_lawyer.licence_number}

    assert go_through(client, provider).status_code == 403


def test_a_number_that_the_provider_did_not_check_is_not_believed(
    world: World, client: Client, provider: Provider
) -> None:
    number = world.county_lawyer.licence_number
    provider.who = {"sub": "outside-7", "licence_number": number, "licence_number_verified": False}

    assert go_through(client, provider).status_code == 403


def test_without_the_setting_no_claim_is_believed(
    world: World, client: Client, provider: Provider, settings
) -> None:
    settings.OIDC_LICENCE_CLAIM = ""
    provider.who = {"sub": "outside-7", "licence_number": world.county_lawyer.licence_number}

    assert go_through(client, provider).status_code == 403


def test_an_officer_connects_in_the_settings_and_signs_in_with_it_afterwards(
    world: World, client_for: ClientFor, client: Client, provider: Provider
) -> None:
    provider.who = {"sub": "outside-9"}
    go_through(client_for(world.supporting_officer), provider, process="connect")
    assert SocialAccount.objects.get().user_id == world.supporting_officer.pk

    go_through(client, provider)

    assert client.session["_auth_user_id"] == str(world.supporting_officer.pk)
    assert client.session.get_expire_at_browser_close()  # a desk, whichever door one came in by


def test_an_identity_belongs_to_one_account(world: World, client_for: ClientFor, provider: Provider) -> None:
    go_through(client_for(world.supporting_officer), provider, process="connect")

    go_through(client_for(world.beneficiary_officer), provider, process="connect")

    assert SocialAccount.objects.get().user_id == world.supporting_officer.pk


def test_the_second_factor_is_asked_for_here_too(
    world: World, client_for: ClientFor, client: Client, provider: Provider
) -> None:
    signed_in = client_for(world.supporting_officer)
    set_up(signed_in)
    go_through(signed_in, provider, process="connect")
    assert Authenticator.objects.filter(user=world.supporting_officer).exists()

    answer = go_through(client, provider)

    assert answer["Location"] == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session


def test_a_closed_account_stays_closed(world: World, client: Client, provider: Provider) -> None:
    Account.objects.filter(pk=world.county_account.pk).update(is_active=False)
    provider.who = {"sub": "outside-7", "licence_number": world.county_lawyer.licence_number}

    go_through(client, provider)

    assert "_auth_user_id" not in client.session


def test_the_button_stands_on_the_sign_in_page_only_where_there_is_a_provider(
    client: Client, provider: Provider, settings, db: None
) -> None:
    assert "律师身份中心" in client.get(reverse("account_login")).content.decode()

    settings.SOCIALACCOUNT_PROVIDERS = {}
    assert "律师身份中心" not in client.get(reverse("account_login")).content.decode()
