"""The menu of the association desk: every link opens for whoever is shown it, and says where one is."""

import re
from collections.abc import Callable
from datetime import date

import pytest
import time_machine
from django.test import Client, override_settings

from qianchang.people.models import Account
from qianchang.people.permissions import MATRIX, Act, grants_of
from qianchang.project.desk_menu import MENU, Group, menu_for
from tests.programmes.factories import Office
from tests.world import World

SignIn = Callable[[Account], Client]
DAY = date(2026, 10, 12)
WHO = (
    "beneficiary_officer",
    "county_contact",
    "supporting_officer",
    "national_officer",
    "editor",
    "administrator",
)
NAV = re.compile(r'<nav class="side".*?</nav>', re.DOTALL)
LINK = re.compile(r'<a href="(/[^"]*)"( aria-current="page")?>')


def here(groups: list[Group]) -> list[str]:
    return [link.href for group in groups for link in group.links if link.is_here]


@pytest.mark.parametrize("who", WHO)
def test_every_link_opens_for_whoever_is_shown_it_and_is_where_one_is_then(
    world: World, client_for: SignIn, who: str
):
    # Given the facts of the programme, and somebody of a role.
    with time_machine.travel(world.now, tick=False):
        Office(world)
        client = client_for(getattr(world, who))
        acts = {act for act in Act if who_may(client, act)}
        shown = [link.href for group in menu_for(acts, path="/", today=DAY) for link in group.links]
        # When they press every link of their menu
        for href in shown:
            answer = client.get(href)
            # Then the page opens.
            assert answer.status_code == 200, href
            nav = NAV.search(answer.content.decode())
            # The to-do list of whoever has no desk and the page of previews have no menu of their own.
            if nav is None:
                continue
            links = LINK.findall(nav[0])
            assert [address for address, _current in links] == shown, href
            assert [address for address, current in links if current] == [href]


def who_may(client: Client, act: Act) -> bool:
    account = Account.objects.get(pk=client.session["_auth_user_id"])
    return not {grant.role for grant in grants_of(account, on=DAY)}.isdisjoint(MATRIX[act])


def test_everybody_has_the_to_do_list_and_nothing_that_they_may_not():
    groups = menu_for((), path="/office/", today=DAY)

    assert [link.href for group in groups for link in group.links] == ["/office/"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/office/", "/office/"),
        ("/office/quota/BQQ-2012/2025/", "/office/quota/BQQ-2012/2026/"),
        ("/office/close/BQQ-2012/2026-09/", "/office/quota/BQQ-2012/2026/"),
        ("/office/national/remind/CN-GD/", "/office/national/"),
        ("/office/national/bulletin/2026-09/", "/office/national/bulletin/2026-10/"),
        ("/office/sheets/17/review/", "/office/screenings/"),
        ("/office/registers/donations/", "/office/registers/trainees/"),
        ("/office/reports/2026/", "/office/reports/2026-10/"),
        ("/office/bundles/", "/office/sticks/"),
    ],
)
def test_a_page_below_another_is_shown_there(path: str, expected: str):
    assert here(menu_for(Act, path=path, today=DAY)) == [expected]


def test_a_page_of_no_entry_is_nowhere():
    assert here(menu_for(Act, path="/hours/", today=DAY)) == []


def test_a_heading_with_nothing_below_it_is_not_shown():
    headings = [group.heading for group in menu_for({Act.REVIEW_LECTURE}, path="/", today=DAY)]

    assert headings == [None]


def test_no_page_stands_there_twice():
    pages = [entry.page for _heading, entries in MENU for entry in entries]

    assert len(pages) == len(set(pages))


@override_settings(FIRST_PROGRAMME="QC-2023")
def test_a_site_says_which_programme_opens_first():
    addresses = [link.href for group in menu_for(Act, path="/", today=DAY) for link in group.links]

    assert "/office/quota/QC-2023/2026/" in addresses
    assert "/office/plan/QC-2023/" in addresses
