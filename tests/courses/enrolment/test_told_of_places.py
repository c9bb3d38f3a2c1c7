"""Whoever waited for a place is told of it."""

import pytest
from django.utils import translation

from courses.enrolment import seating
from qianchang.people.models import Mail, Notice
from qianchang.people.notices import outbox, wording
from tests.courses.enrolment.scenes import class_of, county_lawyers, join

pytestmark = pytest.mark.django_db


def told(lawyer):
    with translation.override("zh-hans"):
        return [wording.said(notice).subject for notice in Notice.objects.filter(account=lawyer.account)]


@pytest.fixture
def places(world):
    """A class with one seat: the first lawyer sits, the others wait."""
    run = class_of(world, seats=1)
    return [(lawyer, join(world, lawyer, run)) for lawyer in county_lawyers(world, 3)]


def leave(world, lawyer, enrolment):
    seating.withdraw(enrolment=enrolment, by=lawyer.account, at=world.now)


def test_the_first_who_waited_is_told_and_nobody_else(world, places):
    (first, enrolment), (second, _waiting), (third, _last) = places
    leave(world, first, enrolment)
    assert told(second) == ["《县域律师执业基础》有名额了，已为你报上名"]
    assert (told(first), told(third)) == ([], [])


def test_whoever_left_and_waited_again_is_told_again(world, places):
    (first, enrolment), (second, waited), (third, last) = places
    leave(world, first, enrolment)
    leave(world, second, waited)
    join(world, second, waited.run)
    leave(world, third, last)
    assert len(told(second)) == 2


def test_it_comes_with_the_mail_of_the_day(world, places):
    (first, enrolment), (second, _waiting), _third = places
    second.account.email = "er@example.com"
    second.account.save()
    leave(world, first, enrolment)
    assert not Mail.objects.exists()
    assert outbox.compose_summaries(at=world.now) == 1
