"""Classes of courses: for whom, on how many seats, who waits, who leaves, and what the database refuses by itself."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from courses.enrolment import classes, operations, queries, seating
from courses.enrolment.models import CourseRun, Enrolment, EnrolmentEvent, RunSeat
from qianchang.groundwork.models import AppendOnlyError, AuditEntry
from tests.courses.enrolment.scenes import (
    change,
    class_of,
    county_lawyers,
    course_of,
    join,
    seated,
    steps,
    waiting,
)


def withdraw(world, enrolment, *, by=None, reason=""):
    return seating.withdraw(
        enrolment=enrolment, reason=reason, by=by or enrolment.lawyer.account, at=world.now
    )


class TestOnSeats:
    @pytest.fixture
    def run(self, world):
        return class_of(world, seats=2)

    @pytest.fixture
    def lawyers(self, world):
        return county_lawyers(world, 4)

    def test_who_comes_first_sits_and_the_others_wait_in_order(self, world, run, lawyers):
        for lawyer in lawyers:
            join(world, lawyer, run)
        assert seated(run) == [lawyers[0].pk, lawyers[1].pk]
        assert waiting(run) == [lawyers[2].pk, lawyers[3].pk]

    def test_joining_twice_is_the_same_as_once(self, world, run, lawyers):
        first = join(world, lawyers[0], run)
        assert join(world, lawyers[0], run) == first
        assert steps(first) == ["enrolled"]
        assert AuditEntry.objects.filter(verb="enrol", object_key=str(first.pk)).count() == 1

    def test_a_seat_that_becomes_free_goes_to_the_first_who_waits(self, world, run, lawyers):
        enrolments = [join(world, lawyer, run) for lawyer in lawyers]
        left = withdraw(world, enrolments[0])
        assert left.state == Enrolment.State.WITHDRAWN
        assert seated(run) == [lawyers[1].pk, lawyers[2].pk]
        assert waiting(run) == [lawyers[3].pk]
        assert steps(enrolments[2]) == ["waiting", "promoted"]
        promoted = EnrolmentEvent.objects.get(kind="promoted")
        assert promoted.by is None
        assert AuditEntry.objects.filter(verb="give a free seat", actor_id=None).count() == 1

    def test_withdrawing_twice_frees_one_seat(self, world, run, lawyers):
        enrolments = [join(world, lawyer, run) for lawyer in lawyers]
        withdraw(world, enrolments[0])
        withdraw(world, enrolments[0])
        assert len(seated(run)) == 2
        assert steps(enrolments[0]) == ["enrolled", "withdrawn"]

    def test_who_comes_back_joins_at_the_end(self, world, run, lawyers):
        enrolments = [join(world, lawyer, run) for lawyer in lawyers]
        withdraw(world, enrolments[0])
        again = join(world, lawyers[0], run)
        assert again == enrolments[0]
        assert waiting(run) == [lawyers[3].pk, lawyers[0].pk]
        assert steps(again) == ["enrolled", "withdrawn", "waiting"]

    def test_leaving_the_waiting_list_moves_the_others_up(self, world, run, lawyers):
        enrolments = [join(world, lawyer, run) for lawyer in lawyers]
        withdraw(world, enrolments[2])
        assert waiting(run) == [lawyers[3].pk]
        assert queries.places_in_queue([Enrolment.objects.get(pk=enrolments[3].pk)]) == {enrolments[3].pk: 1}

    def test_who_got_a_seat_while_the_page_was_made_has_no_place(self, world, run, lawyers):
        enrolments = [join(world, lawyer, run) for lawyer in lawyers]
        read_before = list(Enrolment.objects.filter(run=run))
        withdraw(world, enrolments[0])
        assert queries.places_in_queue(read_before) == {enrolments[3].pk: 1}

    def test_new_seats_go_to_those_who_wait(self, world, run, lawyers):
        for lawyer in lawyers:
            join(world, lawyer, run)
        change(world, run, seats=3)
        assert seated(run) == [lawyer.pk for lawyer in lawyers[:3]]
        change(world, run, seats=None)
        assert seated(run) == [lawyer.pk for lawyer in lawyers]

    def test_there_cannot_be_fewer_seats_than_people_on_them(self, world, run, lawyers):
        for lawyer in lawyers[:2]:
            join(world, lawyer, run)
        with pytest.raises(classes.UnableToArrange, match="2 lawyers are enrolled"):
            change(world, run, seats=1)
        assert RunSeat.objects.filter(run=run).count() == 2

    def test_free_seats_can_be_taken_away(self, world, run, lawyers):
        change(world, run, seats=40)
        join(world, lawyers[0], run)
        change(world, run, seats=1)
        join(world, lawyers[1], run)
        assert seated(run) == [lawyers[0].pk]
        assert RunSeat.objects.filter(run=run).count() == 1

    def test_the_same_terms_again_change_nothing(self, world, run):
        change(world, run, seats=2)
        assert not AuditEntry.objects.filter(verb="change class").exists()

    def test_who_waits_watches_nothing_yet(self, world, run, lawyers):
        lecture = run.course.course_lectures.get().lecture
        for lawyer in lawyers[:3]:
            join(world, lawyer, run)
        assert [queries.may_play(lawyer, lecture, world.now) for lawyer in lawyers[:3]] == [True, True, False]

    def test_without_a_limit_everybody_sits(self, world, lawyers):
        run = class_of(world, name="不限")
        for lawyer in lawyers:
            join(world, lawyer, run)
        assert len(seated(run)) == 4
        change(world, run, seats=4)
        assert RunSeat.objects.filter(run=run).count() == 4


class TestTheDatabaseItself:
    """What no code of ours can do, however wrong it is."""

    @pytest.fixture
    def run(self, world):
        return class_of(world, seats=1)

    @pytest.fixture
    def first(self, world, run):
        return join(world, world.county_lawyer, run)

    def copy(self, world, first, **changed):
        values = {
            "lawyer": world.second_county_lawyer,
            "course": first.course,
            "run": first.run,
            "state": "enrolled",
            "seat": first.seat,
            "ticket": 99,
            "eligibility": {},
            "enrolled_at": world.now,
        }
        with transaction.atomic():
            return Enrolment.objects.create(**{**values, **changed})

    def test_nobody_sits_on_a_seat_that_is_taken(self, world, first):
        with pytest.raises(IntegrityError):
            self.copy(world, first)

    def test_nobody_is_in_a_class_without_a_seat(self, world, first):
        with pytest.raises(IntegrityError):
            self.copy(world, first, seat=None)

    def test_nobody_who_waits_holds_a_seat(self, world, first):
        free = RunSeat.objects.create(run=first.run, number=2)
        with pytest.raises(IntegrityError):
            self.copy(world, first, seat=free, state="waiting")

    def test_no_seat_stands_twice(self, run):
        with pytest.raises(IntegrityError), transaction.atomic():
            RunSeat.objects.create(run=run, number=1)

    def test_a_seat_with_somebody_on_it_stays(self, first):
        with pytest.raises(ProtectedError):
            first.seat.delete()

    def test_nobody_takes_a_course_in_two_classes(self, world, first):
        other = class_of(world, course=first.course, name="另一班")
        with pytest.raises(IntegrityError):
            self.copy(
                world, first, lawyer=first.lawyer, run=other, seat=RunSeat.objects.create(run=other, number=1)
            )

    def test_a_course_has_one_default_run(self, world, run):
        classes.default_run(course=run.course, at=world.now)
        with pytest.raises(IntegrityError), transaction.atomic():
            CourseRun.objects.create(course=run.course, opened_at=world.now)

    def test_history_stays_as_it_was_written(self, first):
        event = first.history.get()
        with pytest.raises(AppendOnlyError):
            event.delete()
        event.reason = "nachgetragen"
        with pytest.raises(AppendOnlyError):
            event.save()


class TestForWhom:
    def test_a_county_lawyer_joins_a_class_for_county_lawyers_and_the_snapshot_says_why(self, world):
        run = class_of(world, categories=("county",))
        enrolment = join(world, world.county_lawyer, run)
        assert enrolment.eligibility["county"] is True
        assert enrolment.history.get().eligibility == enrolment.eligibility

    def test_somebody_outside_the_audience_hears_why_and_what_to_do(self, world):
        run = class_of(world, categories=("young",))
        with pytest.raises(operations.UnableToEnrol) as refusal:
            join(world, world.second_county_lawyer, run)
        assert str(refusal.value) == (
            "This class is for lawyers up to 40; by the roster you count as: western lawyers, county lawyers. If the "
            "roster is wrong, or there are grounds for an exception, ask your association."
        )
        assert not Enrolment.objects.exists()

    def test_without_a_birth_year_nobody_is_called_too_old(self, world):
        run = class_of(world, categories=("young",))
        (nobody_knows,) = county_lawyers(world, 1)
        with pytest.raises(operations.UnableToEnrol, match="no birth year for you"):
            join(world, nobody_knows, run)

    def test_a_class_of_a_city_is_not_for_the_rest_of_the_province(self, world):
        run = class_of(world, invited=(world.baise,))
        with pytest.raises(operations.UnableToEnrol, match="lawyers of other associations"):
            join(world, world.county_lawyer, run)

    def test_a_lawyer_of_another_province_does_not_join(self, world):
        run = class_of(world)
        with pytest.raises(operations.UnableToEnrol, match="held for the lawyers of another association"):
            join(world, world.yunnan_lawyer, run)

    def test_a_class_cannot_be_opened_for_another_provinces_lawyers(self, world):
        with pytest.raises(classes.UnableToArrange, match="own association"):
            class_of(world, invited=(world.yunnan,))

    def test_what_the_lawyer_was_stays_frozen_when_the_audience_changes(self, world):
        run = class_of(world, categories=("county",))
        enrolment = join(world, world.county_lawyer, run)
        change(world, run, categories=("young",), invited=(world.baise,))
        assert seated(run) == [world.county_lawyer.pk]
        assert Enrolment.objects.get(pk=enrolment.pk).eligibility == enrolment.eligibility


class TestWhichClass:
    def test_without_a_class_of_ones_association_one_takes_the_course_alone(self, world):
        course = course_of(world)
        class_of(world, course=course, seats=1)
        enrolment = operations.enrol(
            lawyer=world.yunnan_lawyer, course=course, by=world.yunnan_lawyer.account, at=world.now
        )
        assert enrolment.run.is_default
        assert queries.classes_for(course, world.guangxi, on=world.day) == [
            CourseRun.objects.get(association=world.guangxi)
        ]

    def test_nobody_passes_by_the_class_of_the_own_association(self, world):
        run = class_of(world, seats=1)
        alone = classes.default_run(course=run.course, at=world.now)
        with pytest.raises(operations.UnableToEnrol, match="Join that one"):
            join(world, world.county_lawyer, alone)
        assert join(world, world.yunnan_lawyer, alone).run.is_default

    def test_the_only_class_is_meant_when_none_is_named(self, world):
        run = class_of(world)
        enrolment = operations.enrol(
            lawyer=world.county_lawyer, course=run.course, by=world.county_account, at=world.now
        )
        assert enrolment.run == run

    def test_of_several_one_has_to_be_chosen(self, world):
        run = class_of(world)
        other = class_of(world, course=run.course, name="二班")
        with pytest.raises(operations.UnableToEnrol, match="several classes"):
            operations.enrol(
                lawyer=world.county_lawyer, course=run.course, by=world.county_account, at=world.now
            )
        assert join(world, world.county_lawyer, other).run == other

    def test_one_class_of_a_course_at_a_time(self, world):
        run = class_of(world)
        other = class_of(world, course=run.course, name="二班")
        join(world, world.county_lawyer, run)
        with pytest.raises(operations.UnableToEnrol, match="in another class"):
            join(world, world.county_lawyer, other)

    def test_after_a_class_has_ended_the_next_one_can_be_joined(self, world):
        run = class_of(world, last_date=world.day)
        old = join(world, world.county_lawyer, run)
        following = class_of(world, course=run.course, name="明年", begins_date=date(2027, 1, 1))
        enrolment = operations.enrol(
            lawyer=world.county_lawyer, course=run.course, by=world.county_account, at=world.later(days=90)
        )
        assert enrolment.run == following
        assert steps(old) == ["enrolled", "ended"]

    def test_after_the_last_class_has_ended_the_course_is_taken_alone(self, world):
        run = class_of(world, last_date=world.day)
        old = join(world, world.county_lawyer, run)
        enrolment = operations.enrol(
            lawyer=world.county_lawyer, course=run.course, by=world.county_account, at=world.later(days=90)
        )
        assert enrolment.run.is_default
        assert steps(old) == ["enrolled", "ended"]


class TestDates:
    def test_before_its_first_day_and_after_its_last_nothing_is_watched_by_a_class(self, world):
        first, last = world.day + timedelta(days=5), world.day + timedelta(days=9)
        run = class_of(world, begins_date=first, last_date=last)
        lecture = run.course.course_lectures.get().lecture
        join(world, world.county_lawyer, run)
        assert [
            queries.may_play(world.county_lawyer, lecture, world.later(days=days)) for days in (4, 5, 9, 10)
        ] == [False, True, True, False]

    def test_the_last_day_ends_at_midnight_in_china(self, world):
        run = class_of(world, last_date=world.day)
        join(world, world.county_lawyer, run)
        lecture, midnight = run.course.course_lectures.get().lecture, datetime(2026, 10, 12, 16, tzinfo=UTC)
        moments = (midnight - timedelta(seconds=1), midnight)
        assert [queries.may_play(world.county_lawyer, lecture, at) for at in moments] == [True, False]

    def test_after_the_end_of_enrolment_a_lawyer_is_sent_to_the_association(self, world):
        run = class_of(world, enrol_last_date=world.day - timedelta(days=1))
        with pytest.raises(
            operations.UnableToEnrol, match=r"ended on 2026-10-11\. Your association can still"
        ):
            join(world, world.county_lawyer, run)

    def test_nobody_joins_a_class_that_is_over(self, world):
        run = class_of(world, last_date=world.day - timedelta(days=1))
        with pytest.raises(operations.UnableToEnrol, match="This class ended on 2026-10-11"):
            join(world, world.county_lawyer, run)

    def test_a_class_that_is_over_promotes_nobody(self, world):
        lawyers = county_lawyers(world, 2)
        run = class_of(world, seats=1, last_date=world.day)
        first, _second = [join(world, lawyer, run) for lawyer in lawyers]
        seating.withdraw(enrolment=first, by=first.lawyer.account, at=world.later(days=2))
        assert seated(run) == []
        assert waiting(run) == [lawyers[1].pk]

    @pytest.mark.parametrize(
        ("terms", "sentence"),
        [
            ({"begins_date": date(2026, 12, 1), "last_date": date(2026, 11, 1)}, "end before it begins"),
            ({"enrol_last_date": date(2026, 12, 1), "last_date": date(2026, 11, 1)}, "go on after"),
            ({"seats": 0}, "between 1 and 5000"),
            ({"seats": 10**6}, "between 1 and 5000"),
            ({"name": " "}, "Give the class a name"),
        ],
    )
    def test_terms_that_make_no_sense_are_refused_in_words(self, world, terms, sentence):
        with pytest.raises(classes.UnableToArrange, match=sentence):
            class_of(world, **terms)
        assert not CourseRun.objects.exists()

    def test_two_classes_of_one_name_are_refused_in_words(self, world):
        run = class_of(world)
        with pytest.raises(classes.UnableToArrange, match="with this name already"):
            class_of(world, course=run.course)


class TestWhoMay:
    def test_open_a_class_for_the_own_association_only(self, world):
        course = course_of(world)
        for stranger in (world.yunnan_officer, world.supporting_officer, world.county_account, world.editor):
            with pytest.raises(PermissionDenied):
                classes.open_class(
                    course=course,
                    association=world.guangxi,
                    terms=classes.Terms(name="班"),
                    by=stranger,
                    at=world.now,
                )
        assert classes.open_class(
            course=course,
            association=world.guangxi,
            terms=classes.Terms(name="班"),
            by=world.national_officer,
            at=world.now,
        )

    def test_take_somebody_out_only_for_the_lawyers_association_and_with_a_reason(self, world):
        enrolment = join(world, world.county_lawyer, class_of(world))
        for stranger in (world.yunnan_officer, world.national_officer, world.second_county_lawyer.account):
            with pytest.raises(PermissionDenied):
                withdraw(world, enrolment, by=stranger, reason="不来")
        with pytest.raises(seating.UnableToWithdraw, match="Say why"):
            withdraw(world, enrolment, by=world.beneficiary_officer)
        withdraw(world, enrolment, by=world.beneficiary_officer, reason="本人来电退出")
        assert enrolment.history.last().reason == "本人来电退出"

    def test_nobody_joins_for_somebody_else(self, world):
        with pytest.raises(operations.UnableToEnrol, match="Only the lawyer"):
            seating.join_class(
                run=class_of(world), lawyer=world.county_lawyer, by=world.beneficiary_officer, at=world.now
            )
