"""What somebody who means harm tries first: another way in, many questions at once, text that no database takes."""

from collections.abc import Callable
from unittest import mock

import pytest
from django.conf import settings as site
from django.core.cache import caches
from django.test import Client
from django.urls import reverse

from qianchang.people.models import Account
from qianchang.project import health
from tests.world import World

ClientFor = Callable[[Account], Client]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/cms/login/", "/_util/login/", "/en/_util/login/"])
def test_wagtails_own_sign_in_is_no_second_door(world: World, client: Client, path: str):
    """Nothing counts the wrong passwords there."""
    typed = {"username": world.supporting_officer.username, "password": World.PASSWORD}

    answer = client.post(path, typed)

    assert answer.status_code == 302
    assert answer["Location"] == reverse("account_login")
    assert "_auth_user_id" not in client.session


@pytest.mark.django_db
def test_the_way_to_the_cms_survives_the_redirect(client: Client):
    assert client.get("/cms/login/?next=/cms/pages/")["Location"].endswith("?next=/cms/pages/")


@pytest.mark.django_db
def test_wagtails_own_password_mails_are_off(client: Client):
    assert client.get("/cms/password_reset/").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "/office/sessions/%00/",
        "/office/sessions/?plan=%00",
        "/api/v1/lectures/?topic=a%00",
        "/lectures/?q=%00",
    ],
)
def test_a_null_character_in_an_address_is_refused_before_the_database_sees_it(
    world: World, client_for: ClientFor, path: str
):
    assert client_for(world.supporting_officer).get(path).status_code == 400


@pytest.mark.django_db
def test_healthz_asks_its_parts_once_in_a_while_however_often_it_is_asked(client: Client):
    asked = mock.Mock(return_value="well")
    with mock.patch.dict(health.QUESTIONS, {"database": asked}, clear=True):
        for _visit in range(5):
            assert client.get("/healthz").status_code == 200
    assert asked.call_count == 1


@pytest.mark.django_db
def test_whoever_comes_while_healthz_asks_is_given_the_last_answer(client: Client):
    """Or a part that hangs would take one thread of the server for each visitor."""
    seen = []

    def visited_meanwhile() -> str:
        if not seen:
            seen.append("first")
            return "well"
        with mock.patch.dict(health.QUESTIONS, {"database": mock.Mock(side_effect=AssertionError)}):
            seen.append(client.get("/healthz").json()["parts"]["database"]["detail"])
        return "well again"

    with mock.patch.dict(health.QUESTIONS, {"database": visited_meanwhile}, clear=True):
        client.get("/healthz")
        caches[health.OWN_MEMORY].delete(health.ASKED)
        answer = client.get("/healthz")

    assert seen == ["first", "well"]
    assert answer.json()["parts"]["database"]["detail"] == "well again"


def test_the_limits_on_sign_in_are_counted_by_all_processes_together():
    """Memory of one process each would double every limit with two gunicorn workers."""
    from qianchang.project.settings import base

    assert "locmem" not in base.CACHES["default"]["BACKEND"]
    assert "locmem" in site.CACHES["default"]["BACKEND"]
