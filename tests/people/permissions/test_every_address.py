"""Every address and every operation of the API, for everybody, on the own, another association's and the paired one's
object, against the table (table.py) and the matrix. A new address without an entry fails here.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.http import HttpResponse
from django.test import override_settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from qianchang.people.permissions import MATRIX, Act, Column, Scope
from tests.people.permissions.entries import EVERYBODY, LAWYERS, MAKER, SIGNED_IN, Entry, Who
from tests.people.permissions.scene import GUANGDONG, GUANGXI, OWNERS, Scene, Things
from tests.people.permissions.table import TABLE

pytestmark = pytest.mark.django_db

ASSOCIATION_OF = {Column.B: GUANGXI, Column.S: GUANGDONG}
# Whose things somebody owns: the county lawyer's, and the expert's, who stands on Guangdong's roster as well.
OWN = {Column.L: GUANGXI, Column.E: GUANGDONG}
IN_THE_COUNTY = GUANGXI
METHODS = ("GET", "POST")
REFUSALS = (401, 403, 404, 405)


def addresses() -> set[str]:
    """The names of all addresses of ours, allauth's and the API's. Wagtail's admin is one to us (below)."""
    found: set[str] = set()

    def walk(resolver: URLResolver, space: str) -> None:
        for each in resolver.url_patterns:
            module = getattr(getattr(each, "urlconf_name", None), "__name__", "")
            if isinstance(each, URLPattern):
                if each.name is not None and not each.name.startswith("wagtail"):
                    found.add(f"{space}{each.name}")
            elif not module.startswith("wagtail") and str(each.pattern) != "cms/":
                walk(each, f"{space}{each.namespace}:" if each.namespace else space)

    walk(get_resolver(), "")
    return found


def test_every_address_has_an_entry_and_every_entry_an_address() -> None:
    assert addresses() - set(TABLE) == set(), "say in table.py who gets in"
    assert set(TABLE) - addresses() == set(), "take these out of table.py"


@pytest.fixture(scope="module")
def scene(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    """The cast and the things, made once and taken back at the end."""
    folder = tmp_path_factory.mktemp("scene")
    own = override_settings(
        CERTIFICATE_DIR=folder, UPLOAD_DIR=folder / "uploads", MEDIA_WORK_DIR=folder, VAULT_DIR=folder
    )
    with django_db_blocker.unblock(), transaction.atomic(), own:
        made = Scene()
        with time_machine.travel(made.world.now, tick=False):
            yield made
        transaction.set_rollback(True)


def reaches(column: Column, act: Act, entry: Entry, things: Things) -> bool:
    """Whether the matrix opens the act on the things to somebody of a column."""
    mine = things.association.code == OWN.get(column)
    columns = [Column.G, column] + ([Column.L] if column is Column.E else [])
    for each in columns:
        scope = MATRIX[act].get(each)
        if scope is Scope.ANY or (scope is not None and not entry.whose):
            return True
        if scope is Scope.OWN and mine:
            return True
        of_county = entry.whose in ("lawyer", "session")
        if scope is Scope.COUNTY and of_county and things.association.code == IN_THE_COUNTY:
            return True
        sides = {
            "supporter": {things.supporter},
            "beneficiary": {things.beneficiary},
            "sides": {things.supporter, things.beneficiary},
            "session": {things.supporter, things.beneficiary},
            "maker": set(),
        }.get(entry.whose, {things.association.code})
        if scope is Scope.ASSOCIATION and ASSOCIATION_OF.get(column) in sides:
            return True
    return False


def expected(column: Column, who: Who, entry: Entry, things: Things) -> int:
    """What somebody is answered: 200 stands for whatever is not a refusal."""
    if who == EVERYBODY:
        return entry.answers
    if column is Column.G:
        return entry.guest
    if who == SIGNED_IN:
        return entry.answers
    if who == LAWYERS:
        if column not in OWN:
            return entry.refused
        return entry.answers if not entry.whose or things.association.code == OWN[column] else entry.hidden
    if who == MAKER:
        return (
            entry.answers if column is Column.E and things.association.code == OWN[column] else entry.hidden
        )
    acts = [act for act in who if isinstance(act, Act)]
    made = column is Column.E and things.association.code == OWN[column]
    if (MAKER in who and made) or any(reaches(column, act, entry, things) for act in acts):
        return entry.answers
    seen = [act for act in entry.aloud if isinstance(act, Act)]
    # Both sides of a session see it.
    looked_at = replace(entry, whose="sides") if entry.whose in ("supporter", "beneficiary") else entry
    if (MAKER in entry.aloud and made) or any(reaches(column, act, looked_at, things) for act in seen):
        return 403
    kinds = [*acts, *seen] if entry.hidden == 404 else acts
    some = any(reaches(column, act, Entry({}), things) for act in kinds)
    return entry.hidden if some and (not entry.aloud or entry.hidden == 404) else entry.refused


def answer(response: HttpResponse) -> int:
    """A refusal as its number, being sent to sign in as 302, everything else as 200."""
    if response.status_code in REFUSALS:
        return response.status_code
    sent_to = response.headers.get("Location", "")
    return 302 if sent_to.startswith(str(reverse("account_login"))) else 200


def filled(text: Any, things: Things) -> Any:
    if not isinstance(text, str):
        return text
    whole = re.fullmatch(r"<(\w+)>", text)
    if whole:
        return things.in_addresses[whole[1]]
    return re.sub(r"<(\w+)>", lambda found: str(things.in_addresses[found[1]]), text)


def ask(scene: Scene, column: Column, name: str, method: str, things: Things) -> int:
    """Ask as somebody of a column would, and undo what it did."""
    entry = TABLE[name]
    where = {key: filled(value, things) for key, value in entry.where.items()}
    url = reverse(name, kwargs=where) + filled(entry.query, things)
    data = {key: filled(value, things) for key, value in entry.data.items()}
    how: dict[str, Any] = {}
    if name.startswith("api:") and method != "GET":
        how["content_type"] = "application/json"
    if name.startswith("uploads:"):
        how = {"headers": {"Tus-Resumable": "1.0.0"}}
        if method not in ("GET", "DELETE"):
            # Nothing is sent as a form there.
            how |= {"data": b"", "content_type": "application/offset+octet-stream"}
    undone = transaction.atomic()
    # As Django's own tests mark theirs: an operation that wants a transaction of its own gets one in it.
    undone._from_testcase = True  # type: ignore[attr-defined]
    with undone:
        response = getattr(scene.browser(column), method.lower())(url, **{"data": data or None, **how})
        if response.streaming:
            response.close()
        transaction.set_rollback(True)
    return answer(response)


@pytest.mark.parametrize("name", sorted(set(TABLE)))
def test_each_address_opens_to_those_of_the_table_and_to_nobody_else(scene: Scene, name: str) -> None:
    entry = TABLE[name]
    about_things = any("<" in str(value) for value in (*entry.where.values(), entry.query))
    wrong: list[str] = []
    for method, who in entry.ways.items():
        for owner in OWNERS if about_things else OWNERS[:1]:
            things = scene.things[owner]
            for column in Column:
                told = ask(scene, column, name, method, things)
                wanted = expected(column, who, entry, things)
                if told != wanted:
                    wrong.append(f"{method} {column.name} on {owner}: {told}, the table says {wanted}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", sorted(set(TABLE)))
def test_no_other_method_gets_in(scene: Scene, name: str) -> None:
    entry, things = TABLE[name], scene.things[GUANGXI]
    for method in set(METHODS) - set(entry.ways):
        for column in (Column.G, Column.L, Column.A):
            assert ask(scene, column, name, method, things) != 200, f"{method} {column.name} gets in"


@pytest.mark.parametrize("column", list(Column))
def test_wagtails_admin_opens_to_editors_and_administrators(scene: Scene, column: Column) -> None:
    response = scene.browser(column).get("/cms/")

    assert (response.status_code == 200) == (column in (Column.W, Column.A))
    if column is Column.G:
        assert answer(response) == 302
