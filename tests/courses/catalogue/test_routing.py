"""The short way to a lecture's page leads nowhere that Wagtail's does not."""

import pytest
from django.test import Client
from wagtail.models import PageViewRestriction

from courses.catalogue.models import LecturePage
from tests.courses.factories import make_published_lecture


@pytest.fixture
def lecture(world):
    return make_published_lecture(world, released_to=None)


@pytest.fixture
def address(lecture):
    return f"/lectures/{lecture.slug}/"


def answer(address):
    return Client().get(address)


def test_it_is_found_in_both_languages(lecture, address):
    assert answer(address).context["page"] == lecture
    assert answer(f"/en{address}").context["page"] == lecture


def test_what_is_not_published_is_not_there(lecture, address):
    LecturePage.objects.filter(pk=lecture.pk).update(live=False)
    assert answer(address).status_code == 404


def test_a_part_of_the_tree_that_is_closed_stays_closed(lecture, address):
    PageViewRestriction.objects.create(page=lecture.get_parent(), restriction_type=PageViewRestriction.LOGIN)
    response = answer(address)
    assert (response.status_code, response.headers["Location"].split("?")[0]) == (302, "/_util/login/")


@pytest.mark.parametrize("gone", ["/static/gone.abc.css", "/media/x.mp4", "/.well-known/security.txt"])
def test_an_address_of_two_parts_that_nobody_has_is_not_found_at_once(lecture, gone):
    assert answer(gone).status_code == 404


def test_capital_letters_and_another_index_are_other_addresses_on_every_database(lecture):
    assert answer(f"/LECTURES/{lecture.slug}/").status_code == 404
    assert answer(f"/courses/{lecture.slug}/").status_code == 404
