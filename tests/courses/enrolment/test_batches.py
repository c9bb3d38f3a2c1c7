"""Named lists: every line is answered, confirming does what was answered, and nobody else's lawyers exist."""

import pytest
from django.core.exceptions import PermissionDenied

from courses.enrolment import batches, seating
from courses.enrolment.models import Enrolment, EnrolmentEvent
from courses.enrolment.named_lists import entries_of
from courses.enrolment.rules import Answer
from qianchang.groundwork.models import AuditEntry
from qianchang.people.operations import register_lawyer
from tests.courses.enrolment.scenes import class_of, county_lawyers, course_of, join, seated, waiting
from tests.courses.factories import make_course, make_published_lecture


def ask(world, run, text, *, by=None, excepted=()):
    return batches.answers_to(
        run=run, entries=entries_of(text), excepted=excepted, by=by or world.beneficiary_officer, at=world.now
    )


def confirm(world, run, text, *, seen=None, excepted=(), reason="", by=None):
    return batches.enrol_list(
        run=run,
        entries=entries_of(text),
        excepted=excepted,
        reason=reason,
        seen=seen or ask(world, run, text, excepted=excepted).digest,
        by=by or world.beneficiary_officer,
        at=world.now,
    )


def said(answers):
    return [(line.number, str(line.answer), line.words) for line in answers.lines]


@pytest.fixture
def lawyers(world):
    return county_lawyers(world, 4)


@pytest.fixture
def text(lawyers):
    return "\n".join(f"{lawyer.name} {lawyer.licence_number}" for lawyer in lawyers)


def test_every_line_is_answered_and_nothing_is_done_yet(world, lawyers, text):
    run = class_of(world, seats=2)
    join(world, lawyers[1], run)
    list_ = (
        f"姓名 执业证号\n{text}\n{lawyers[0].licence_number}\n张三 {lawyers[2].licence_number[:-1]}\n"
        f"{world.yunnan_lawyer.licence_number}\n15301201999999999\n李四\n45102619850101123X"
    )
    assert said(ask(world, run, list_)) == [
        (2, "enrols", "will be enrolled"),
        (3, "stands", "already enrolled"),
        (4, "waits", "will wait, place 1"),
        (5, "waits", "will wait, place 2"),
        (6, "stands", "stands on line 2 already"),
        (7, "unread", "16 digits, a licence number has 17"),
        (8, "refused", "not on your roster"),
        (9, "refused", "not on your roster"),
        (10, "unread", "no licence number on this line"),
        (11, "unread", "other signs stand in this number: leave its 17 digits alone"),
    ]
    assert Enrolment.objects.count() == 1


def test_confirming_does_what_was_answered_and_again_changes_nothing(world, lawyers, text):
    run = class_of(world, seats=3)
    done = confirm(world, run, text)
    assert (done.count(Answer.ENROLS), done.count(Answer.WAITS)) == (3, 1)
    assert seated(run) == [lawyer.pk for lawyer in lawyers[:3]]
    assert waiting(run) == [lawyers[3].pk]
    assert {event.by for event in EnrolmentEvent.objects.all()} == {world.beneficiary_officer}
    before = EnrolmentEvent.objects.count(), AuditEntry.objects.count()
    again = confirm(world, run, text)
    assert said(again) == [
        (1, "stands", "already enrolled"),
        (2, "stands", "already enrolled"),
        (3, "stands", "already enrolled"),
        (4, "stands", "waits already, place 1"),
    ]
    assert (EnrolmentEvent.objects.count(), AuditEntry.objects.count()) == before


def test_a_seat_taken_meanwhile_stops_the_whole_list(world, lawyers, text):
    run = class_of(world, seats=4)
    seen = ask(world, run, text).digest
    join(world, world.county_lawyer, run)
    with pytest.raises(batches.AnswersChanged):
        confirm(world, run, text, seen=seen)
    assert seated(run) == [world.county_lawyer.pk]


def test_a_place_further_back_than_was_said_stops_it_too(world, lawyers, text):
    run = class_of(world, seats=1)
    join(world, lawyers[0], run)
    seen = ask(world, run, text).digest
    join(world, world.county_lawyer, run)
    with pytest.raises(batches.AnswersChanged):
        confirm(world, run, text, seen=seen)
    assert waiting(run) == [world.county_lawyer.pk]


def test_nothing_half_done(world, lawyers, text, monkeypatch):
    run = class_of(world)
    other = class_of(world, course=run.course, name="二班")
    seen = ask(world, run, text).digest

    def be_overtaken(**how):
        # The third of the list joins another class at the moment when the others get their seats.
        join(world, lawyers[2], other)
        return seating.seat_all(**how)

    monkeypatch.setattr(batches, "seat_all", be_overtaken)
    with pytest.raises(batches.AnswersChanged):
        confirm(world, run, text, seen=seen)
    assert seated(run) == []


def test_others_lawyers_do_not_exist(world):
    run = class_of(world)
    known, unknown = world.yunnan_lawyer.licence_number, "15301209912345678"
    answers = [said(ask(world, run, each))[0][1:] for each in (known, unknown)]
    assert answers[0] == answers[1]
    assert ask(world, run, f"杨丽江 {known}").lines[0].lawyer is None


def test_a_city_sees_its_own_roster_only(world, lawyers):
    baise_lawyer = register_lawyer(
        licence_number="14510202012121212",
        name="百色人",
        firm=world.napo_firm,
        association=world.baise,
        at=world.now,
    )
    run = class_of(world)
    assert ask(world, run, baise_lawyer.licence_number).count(Answer.ENROLS) == 1
    officer = world.grant(world.account("ban.zhuanyuan", "班专员"), "beneficiary_officer", world.baise)
    with pytest.raises(PermissionDenied):
        ask(world, run, baise_lawyer.licence_number, by=officer)


def test_only_officers_of_the_association_name_lawyers(world, text):
    run = class_of(world)
    for stranger in (world.yunnan_officer, world.national_officer, world.administrator, world.county_account):
        with pytest.raises(PermissionDenied):
            ask(world, run, text, by=stranger)
        with pytest.raises(PermissionDenied):
            confirm(world, run, text, by=stranger)


def test_a_name_that_does_not_fit_the_number_is_not_enrolled(world, lawyers):
    run = class_of(world)
    swapped = f"{lawyers[0].name} {lawyers[1].licence_number}"
    assert said(ask(world, run, swapped)) == [
        (1, "refused", "the roster has another name for this number: check the line")
    ]
    both = f"{lawyers[0].name} {lawyers[0].licence_number} {lawyers[1].licence_number}"
    assert ask(world, run, both).count(Answer.ENROLS) == 2


class TestExceptions:
    @pytest.fixture
    def run(self, world):
        return class_of(world, categories=("young",))

    @pytest.fixture
    def text(self, world):
        return world.second_county_lawyer.licence_number

    def test_somebody_outside_is_let_in_with_a_reason_that_stays(self, world, run, text):
        (line,) = ask(world, run, text).lines
        assert (line.answer, line.words) == (
            Answer.OUTSIDE,
            "not eligible: the class is for lawyers up to 40, counts as: western lawyers, county lawyers",
        )
        excepted = [line.lawyer.pk]
        assert said(ask(world, run, text, excepted=excepted)) == [
            (1, "enrols", "will be enrolled, by exception")
        ]
        with pytest.raises(batches.UnableToFill, match="Give the reason"):
            confirm(world, run, text, excepted=excepted)
        confirm(world, run, text, excepted=excepted, reason="桂律协（2026）12 号")
        enrolment = Enrolment.objects.get()
        assert enrolment.exception == enrolment.history.get().reason == "桂律协（2026）12 号"
        assert enrolment.eligibility["young"] is False

    def test_an_exception_was_not_seen_before_it_was_answered(self, world, run, text):
        seen = ask(world, run, text).digest
        with pytest.raises(batches.AnswersChanged):
            confirm(world, run, text, seen=seen, excepted=[world.second_county_lawyer.pk], reason="理由")

    def test_who_withdrew_is_not_brought_back_by_the_same_list(self, world, text):
        run = class_of(world, name="另一班")
        confirm(world, run, text)
        enrolment = Enrolment.objects.get()
        seating.withdraw(enrolment=enrolment, by=world.second_county_lawyer.account, at=world.now)
        assert said(ask(world, run, text)) == [(1, "outside", "withdrew")]
        confirm(world, run, text)
        assert seated(run) == []

    def test_an_exception_is_for_the_audience_alone(self, world):
        lecture = make_published_lecture(world, released_to=[world.yunnan])
        run = class_of(world, course=make_course(world, [lecture], title="没开放"))
        text, lawyer = world.county_lawyer.licence_number, world.county_lawyer
        assert ask(world, run, text, excepted=[lawyer.pk]).count(Answer.REFUSED) == 1


def test_the_default_run_and_a_class_that_is_over_take_no_lists(world, text):
    over = class_of(world, last_date=world.later(days=-1).date())
    with pytest.raises(batches.UnableToFill, match="ended on 2026-10-11"):
        ask(world, over, text)
    alone = join_alone(world)
    with pytest.raises(batches.UnableToFill, match="Open a class first"):
        ask(world, alone.run, text)


def join_alone(world):
    from courses.enrolment.operations import enrol

    course = course_of(world, title="自学")
    return enrol(lawyer=world.county_lawyer, course=course, by=world.county_account, at=world.now)


def test_who_takes_the_course_alone_already_is_left_there(world):
    alone = join_alone(world)
    run = class_of(world, course=alone.course)
    assert said(ask(world, run, world.county_lawyer.licence_number)) == [
        (1, "stands", "takes the course already: Study on your own")
    ]


def test_officers_enrol_after_the_lawyers_own_time(world, text):
    run = class_of(world, enrol_last_date=world.later(days=-1).date())
    assert ask(world, run, text).count(Answer.ENROLS) == 4


def test_queries_do_not_grow_with_the_list(world, lawyers, text, django_assert_max_num_queries):
    run = class_of(world)
    ask(world, run, text)  # the officer's grants are read once
    with django_assert_max_num_queries(12) as few:
        ask(world, run, lawyers[0].licence_number)
    with django_assert_max_num_queries(len(few.captured_queries)):
        ask(world, run, text)
