"""Finishing a course: by the hours of enough of its lectures, once, on its day."""

import pytest

from courses.credits import corrections
from courses.credits.models import CreditEntry
from courses.enrolment import completion, queries, seating
from courses.enrolment.models import CourseCompletion, Enrolment
from qianchang.groundwork.models import AppendOnlyError, AuditEntry
from tests.courses.enrolment.scenes import change, class_of, join, steps
from tests.courses.factories import make_course, make_published_lecture


@pytest.fixture
def course(world, version):
    """A course of the lecture that can be watched, and another one."""
    other = make_published_lecture(world, title="另一讲", released_to=None)
    return make_course(world, [version.lecture, other])


def any_one(course):
    course.required_lectures = 1
    course.save()
    return course


def test_the_hours_of_enough_lectures_finish_it_once(world, course, watched, evening):
    enrolment = join(world, world.county_lawyer, class_of(world, course=any_one(course)))
    assert not CourseCompletion.objects.exists()
    watched()
    done = CourseCompletion.objects.get()
    entry = CreditEntry.objects.get()
    assert (done.enrolment, done.required, done.lectures) == (enrolment, 1, [entry.lecture_id])
    assert done.at == entry.recorded_at
    assert steps(enrolment) == ["enrolled", "finished"]
    assert (
        completion.complete_courses(lawyer_id=world.county_lawyer.pk, lecture_id=entry.lecture_id, at=evening)
        == []
    )
    assert AuditEntry.objects.filter(verb="complete course").count() == 1


def test_with_all_lectures_asked_for_one_is_not_enough(world, course, watched):
    enrolment = join(world, world.county_lawyer, class_of(world, course=course))
    watched()
    assert CreditEntry.objects.count() == 1
    assert not CourseCompletion.objects.exists()
    assert steps(enrolment) == ["enrolled"]


def test_hours_from_before_count_on_the_day_of_joining(world, course, watched):
    watched()
    enrolment = join(world, world.county_lawyer, class_of(world, course=any_one(course)))
    assert CourseCompletion.objects.get().at == world.now
    assert steps(enrolment) == ["enrolled", "finished"]


def test_who_waits_finishes_when_a_seat_comes(world, course, watched):
    run = class_of(world, course=any_one(course), seats=1)
    first = join(world, world.second_county_lawyer, run)
    watched()
    second = join(world, world.county_lawyer, run)
    assert not CourseCompletion.objects.exists()
    seating.withdraw(enrolment=first, by=first.lawyer.account, at=world.now)
    assert CourseCompletion.objects.get().enrolment == second


def test_what_was_finished_stays_and_keeps_its_seat(world, course, watched):
    run = class_of(world, course=any_one(course), seats=1)
    enrolment = join(world, world.county_lawyer, run)
    watched()
    with pytest.raises(seating.UnableToWithdraw, match="finished, and stays so"):
        seating.withdraw(enrolment=enrolment, by=world.county_account, at=world.now)
    assert queries.seats_of(run).free == 0
    assert join(world, world.county_lawyer, run) == enrolment
    assert queries.seats_of(run).finished == 1
    assert steps(enrolment) == ["enrolled", "finished"]
    with pytest.raises(AppendOnlyError):
        CourseCompletion.objects.get().delete()


def test_a_reversal_stands_in_the_ledger_and_not_in_the_completion(world, course, watched):
    join(world, world.county_lawyer, class_of(world, course=any_one(course)))
    watched()
    correct(world, CreditEntry.objects.get())
    assert CourseCompletion.objects.count() == 1


def test_hours_given_back_finish_a_course_too(world, course, watched):
    watched()
    correct(world, CreditEntry.objects.get())
    run = class_of(world, course=any_one(course))
    join(world, world.county_lawyer, run)
    assert not CourseCompletion.objects.exists()
    correct(world, CreditEntry.objects.get(reverses__isnull=False))
    assert CourseCompletion.objects.count() == 1


def test_a_next_class_can_be_finished_again(world, course, watched):
    run = class_of(world, course=any_one(course))
    join(world, world.county_lawyer, run)
    watched()
    change(world, run, last_date=world.day)
    following = class_of(world, course=course, name="明年")
    again = join(world, world.county_lawyer, following)
    assert Enrolment.objects.filter(state="finished").count() == 2
    assert again.run == following


def test_without_a_course_an_award_costs_one_query(world, version, django_assert_num_queries):
    with django_assert_num_queries(1):
        completion.complete_courses(
            lawyer_id=world.county_lawyer.pk, lecture_id=version.lecture_id, at=world.now
        )


def correct(world, entry):
    """Take an award back, or give it back, by two people."""
    subject = corrections.subject_of_entry(
        CreditEntry.objects.select_related("lawyer", "reversed_by").get(pk=entry.pk)
    )
    proposed = corrections.propose_correction(
        subject=subject, reason="核对签到", by=world.beneficiary_officer, at=world.later(days=1)
    )
    corrections.carry_out(correction=proposed, by=world.second_beneficiary_officer, at=world.later(days=1))
