"""Every page of allauth that can be reached is ours: our frame, our words, no script in the page."""

import re
from collections.abc import Callable

import pytest
from allauth.urls import urlpatterns
from django.conf import settings
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, reverse

from qianchang.people.models import Account
from tests.people.test_second_factor import set_up
from tests.world import World

ClientFor = Callable[[Account], Client]
OURS = str(settings.BASE_DIR / "templates")
# What takes no page: files, addresses of providers, and allauth's old addresses that lead on.
WITHOUT_PAGE = {"mfa_download_recovery_codes"}


def names(patterns: list[URLPattern | URLResolver]) -> list[str]:
    found = []
    for each in patterns:
        if isinstance(each, URLResolver):
            found += names(each.url_patterns)
        elif each.name and each.name not in WITHOUT_PAGE:
            found.append(each.name)
    return found


def pages() -> list[str]:
    """Return the addresses of all its pages that need no key in them."""
    reachable = []
    for name in dict.fromkeys(names(urlpatterns)):
        try:
            reachable.append(reverse(name))
        except NoReverseMatch:
            continue
    return reachable


def look_at(client: Client, address: str) -> bool:
    """Tell whether there was a page, after looking at it."""
    answer = client.get(address)
    if answer.status_code != 200:
        return False
    assert answer.templates[0].origin.name.startswith(OURS), (address, answer.templates[0].name)
    page = answer.content.decode()
    for script in re.findall(r"<script[^>]*>", page):
        assert "src=" in script or 'type="application/json"' in script, (address, script)
    assert "style=" not in page
    assert "<main" in page
    return True


def test_guests_see_our_pages_only(client: Client, db: None) -> None:
    assert sum(look_at(client, address) for address in pages()) >= 5


def test_who_is_signed_in_sees_our_pages_only(world: World, client_for: ClientFor) -> None:
    assert sum(look_at(client_for(world.county_account), address) for address in pages()) >= 10


def test_who_has_a_second_factor_sees_our_pages_only(world: World, client_for: ClientFor) -> None:
    client = client_for(world.supporting_officer)
    set_up(client)

    assert sum(look_at(client, address) for address in pages()) >= 12


@pytest.mark.parametrize(
    "address", ["/account/confirm-email/wrong-key/", "/account/password/reset/key/a-wrong/"]
)
def test_links_that_no_longer_work_lead_to_our_page(client: Client, db: None, address: str) -> None:
    assert look_at(client, address)
