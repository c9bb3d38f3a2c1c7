"""The minute of a hit goes with whoever has to sign in or to enrol first."""

from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse

from courses.catalogue.places import address_at, second_of
from tests.courses.factories import make_published_lecture

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("asked", "second"), [("725", 725), ("", 0), ("-5", 0), ("12:05", 0), ("٧٢٥", 0), ("9" * 7, 0)]
)
def test_only_a_count_of_seconds_names_a_place(asked, second):
    assert second_of(asked) == second


def test_a_guest_comes_back_from_signing_in_to_the_minute(world):
    lecture = make_published_lecture(world, released_to=None)
    page = Client().get(lecture.get_url(), {"t": "725"}).content.decode()
    assert f"?next={quote(address_at(lecture.get_url(), 725), safe='/')}" in page


def test_enrolling_leads_on_to_the_minute_and_to_nothing_else(world, client_for):
    lecture = make_published_lecture(world, released_to=[world.guangxi])
    lawyer = client_for(world.county_account)
    url = lecture.get_url()
    page = lawyer.get(url, {"t": "725"}).content.decode()
    assert '<input type="hidden" name="t" value="725">' in page
    enrol = reverse("enrolment:enrol", args=[lecture.pk])
    led = [lawyer.post(enrol, {"t": asked})["Location"] for asked in ("", "725", "//elsewhere.example")]
    assert led[1] == f"{led[0]}?t=725#t=725"
    assert led[2] == led[0]
    assert led[0].startswith("/lectures/")


def test_a_guest_at_a_closed_lecture_is_told_to_sign_in_and_whoever_is_signed_in_is_not(world, client_for):
    lecture = make_published_lecture(world, released_to=[world.yunnan])
    told = f"?next={quote(lecture.get_url(), safe='/')}"
    guest, lawyer = (each.get(lecture.get_url()) for each in (Client(), client_for(world.county_account)))
    assert (guest.status_code, lawyer.status_code) == (404, 404)
    assert told in guest.content.decode()
    assert told not in lawyer.content.decode()
