"""What templates know of the person who looks at a page."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.utils import translation

from qianchang.people.context_processors import viewer as context
from qianchang.people.models import Account
from qianchang.people.permissions import Act
from tests.world import World


def request_of(account: Account | AnonymousUser, **cookies: str) -> HttpRequest:
    request = RequestFactory().get("/")
    request.COOKIES.update(cookies)
    request.user = Account.objects.get(pk=account.pk) if isinstance(account, Account) else account
    return request


def test_a_page_that_does_not_ask_costs_no_query(world: World, django_assert_num_queries: Any) -> None:
    request = request_of(world.supporting_officer)

    with django_assert_num_queries(0):
        context(request)


@pytest.mark.parametrize("who", ["supporting_officer", "county_account", "expert", "administrator"])
def test_a_page_that_asks_everything_costs_two_queries(
    world: World, django_assert_max_num_queries: Any, who: str
) -> None:
    request = request_of(getattr(world, who))

    with django_assert_max_num_queries(2):
        viewer: Any = context(request)["viewer"]
        for name in (
            "name",
            "lawyer",
            "grants",
            "is_expert",
            "is_officer",
            "is_editor",
            "is_admin",
            "desk_name",
            "identities",
            "acts",
            "sees_quotas",
        ):
            getattr(viewer, name)
        assert viewer.lawyer is None or viewer.lawyer.association.name


def test_an_officer_of_guangdong(world: World) -> None:
    viewer: Any = context(request_of(world.supporting_officer))["viewer"]

    assert viewer.is_signed_in
    assert viewer.name == "梁秘书"
    assert (viewer.is_officer, viewer.is_expert, viewer.is_admin, viewer.lawyer) == (True, False, False, None)
    assert viewer.desk_name == "广东省律师协会"


def test_the_desk_has_its_english_name_on_an_english_page(world: World) -> None:
    world.national.name_en = "All China Lawyers Association"
    world.national.save()

    with translation.override("en"):
        viewer: Any = context(request_of(world.national_officer))["viewer"]
        assert viewer.desk_name == "All China Lawyers Association"


def test_an_expert_is_a_lawyer_too(world: World) -> None:
    viewer: Any = context(request_of(world.expert))["viewer"]

    assert viewer.is_expert
    assert viewer.lawyer == world.expert_lawyer
    assert viewer.desk_name == ""


def test_a_guest_saves_data_in_the_standard_size(db: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        viewer: Any = context(request_of(AnonymousUser()))["viewer"]
        assert (viewer.is_signed_in, viewer.name, viewer.lawyer, viewer.grants) == (False, "", None, [])
        assert (viewer.data_saver, viewer.large_text, viewer.text_size) == (True, False, "standard")


def test_the_wishes_of_a_guest_come_from_cookies(db: None) -> None:
    cookies = {"qianchang_text_size": "largest", "qianchang_data_saver": "off"}
    viewer: Any = context(request_of(AnonymousUser(), **cookies))["viewer"]

    assert (viewer.data_saver, viewer.large_text, viewer.largest_text) == (False, True, True)


def test_a_cookie_of_nonsense_means_the_standard_size(db: None) -> None:
    viewer: Any = context(request_of(AnonymousUser(), qianchang_text_size="<b>"))["viewer"]

    assert viewer.text_size == "standard"


def test_an_error_page_before_the_session_was_read_has_a_guest(db: None) -> None:
    viewer: Any = context(RequestFactory().get("/"))["viewer"]

    assert not viewer.is_signed_in


@pytest.mark.parametrize(
    ("who", "reviews", "sees_quotas"),
    [
        ("supporting_officer", True, True),
        ("beneficiary_officer", False, True),
        ("national_officer", True, True),
        ("editor", True, False),
        ("expert", False, False),
        ("county_account", False, False),
    ],
)
def test_the_desk_shows_no_link_that_would_be_refused(
    world: World, who: str, reviews: bool, sees_quotas: bool
) -> None:
    viewer: Any = context(request_of(getattr(world, who)))["viewer"]

    assert (Act.REVIEW_LECTURE in viewer.acts, viewer.sees_quotas) == (reviews, sees_quotas)


def test_the_page_that_asks_for_another_role_says_what_one_is(
    world: World, client_for: Callable[[Account], Client]
) -> None:
    page = client_for(world.county_account).get("/office/")

    assert page.status_code == 403
    assert "你现在的身份是：律师。" in page.content.decode()


def test_a_refused_form_takes_the_focus_to_its_mistakes_without_script(client: Client, db: None) -> None:
    page = client.post("/account/activate/", {"licence_number": "123"}).content.decode()

    assert 'tabindex="-1" autofocus' in page
    assert "请填写这一项。" in page
