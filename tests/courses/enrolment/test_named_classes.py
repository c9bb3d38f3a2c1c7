"""Classes for people whom no roster knows, such as directors of law firms (律师事务所主任): the association names them."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from courses.enrolment import batches, classes, operations
from courses.enrolment.models import CourseRun, Enrolment
from courses.enrolment.named_lists import entries_of
from tests.courses.enrolment.scenes import change, class_of

DIRECTORS = "律师事务所主任"


@pytest.fixture
def run(world):
    return class_of(world, named_for=f" {DIRECTORS} ", categories=("county",))


def test_nobody_joins_it_alone(world, run):
    with pytest.raises(operations.UnableToEnrol, match=f"for {DIRECTORS}. Your association puts them"):
        operations.enrol(
            lawyer=world.county_lawyer, course=run.course, run=run, by=world.county_account, at=world.now
        )
    assert not Enrolment.objects.exists()


def test_the_association_puts_people_on_its_list(world, run):
    entries = entries_of(world.county_lawyer.licence_number)
    officer = world.beneficiary_officer
    seen = batches.answers_to(run=run, entries=entries, by=officer, at=world.now)
    batches.enrol_list(run=run, entries=entries, seen=seen.digest, by=officer, at=world.now)
    enrolment = Enrolment.objects.get()
    assert (enrolment.lawyer, enrolment.exception) == (world.county_lawyer, "")


def test_its_page_says_whom_it_is_for_and_has_no_button(world, client_for, run):
    with translation.override("zh-hans"):
        text = client_for(world.county_account).get(run.course.get_url()).content.decode()
    assert f"面向{DIRECTORS}" in text
    assert "由律协按名单报名" in text
    assert 'id="enrol"' not in text
    assert (
        DIRECTORS in client_for(world.beneficiary_officer).get(f"/office/courses/{run.pk}/").content.decode()
    )


def test_the_officer_writes_it_at_the_class(world, client_for, run):
    form = {"name": run.name, "named_for": "合伙人"}
    answer = client_for(world.beneficiary_officer).post(f"/office/courses/{run.pk}/change/", form)
    assert answer.status_code == 302
    assert classes.terms_of(CourseRun.objects.get(pk=run.pk)).named_for == "合伙人"
    # and taking it away opens the class to whoever fits
    change(world, run, named_for="")
    assert operations.enrol(
        lawyer=world.county_lawyer, course=run.course, run=run, by=world.county_account, at=world.now
    )


def test_studying_alone_is_never_by_name(world, run):
    with pytest.raises(IntegrityError), transaction.atomic():
        CourseRun.objects.create(course=run.course, named_for=DIRECTORS, opened_at=world.now)
