"""The review of a lecture: remarks at a time, taking back, a set time, and Wagtail's workflow beside it."""

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import DatabaseError, transaction
from wagtail.models import ModelLogEntry, PageLogEntry, TaskState, WorkflowState

from courses.catalogue import reviewing
from courses.catalogue.models import LecturePage, RemarkDraft, ReviewEvent, ReviewTask
from courses.catalogue.registries import ReleaseTerms
from courses.enrolment.models import Release
from qianchang.people.models import Account, Notice
from tests.courses.factories import make_draft, make_lecture_in_review, make_published_lecture

Review = LecturePage.Review
Kind = ReviewEvent.Kind


def kinds(lecture):
    return list(lecture.review_events.order_by("pk").values_list("kind", flat=True))


def workflow_of(lecture):
    return WorkflowState.objects.for_instance(lecture).order_by("-pk").first()


def note(world, lecture, at_ms, words, by=None):
    return reviewing.note_remark(
        lecture=lecture, at_ms=at_ms, words=words, by=by or world.supporting_officer, at=world.now
    )


def test_a_lecture_is_returned_with_remarks_at_their_times(world):
    lecture = make_lecture_in_review(world, duration_ms=3_600_000)
    note(world, lecture, 1_930_000, "法条已废止")
    note(world, lecture, None, "封面写错了单位")
    note(world, lecture, 60_000, "没有声音")
    reviewing.return_lecture(lecture=lecture, reason="", by=world.supporting_officer, at=world.now)
    lecture.refresh_from_db()
    event = lecture.review_events.get(kind=Kind.RETURNED)
    remarks = sorted((each.at_ms or 0, each.words) for each in event.remarks.all())
    assert remarks == [(0, "封面写错了单位"), (60_000, "没有声音"), (1_930_000, "法条已废止")]
    assert "32:10 法条已废止" in lecture.return_reason.splitlines()
    assert not RemarkDraft.objects.exists()
    # The mail counts three things to change.
    assert Notice.objects.get(account=world.expert, event="lecture_returned").words["count"] == 3


def test_a_reviewer_returns_only_with_the_own_remarks(world):
    lecture = make_lecture_in_review(world)
    note(world, lecture, 1_000, "甲", by=world.supporting_officer)
    with pytest.raises(reviewing.UnableToReturn, match="Write what has to be changed"):
        reviewing.return_lecture(lecture=lecture, reason="", by=world.second_supporting_officer, at=world.now)


@pytest.mark.parametrize("at_ms", [90_001, 10_000_000])
def test_a_remark_stands_within_the_recording(world, at_ms):
    lecture = make_lecture_in_review(world, duration_ms=90_000)
    with pytest.raises(reviewing.UnableToRemark, match="ends at 1:30"):
        note(world, lecture, at_ms, "太远")


def test_remarks_are_the_reviewers_alone(world):
    lecture = make_lecture_in_review(world)
    with pytest.raises(PermissionDenied):
        note(world, lecture, 0, "x", by=world.expert)
    with pytest.raises(reviewing.UnableToRemark):
        note(world, lecture, 0, "  ")
    kept = note(world, lecture, 0, "删掉我")
    reviewing.drop_remark(lecture=lecture, remark_id=kept.pk, by=world.second_supporting_officer)
    assert RemarkDraft.objects.filter(pk=kept.pk).exists()
    reviewing.drop_remark(lecture=lecture, remark_id=kept.pk, by=world.supporting_officer)
    assert not RemarkDraft.objects.filter(pk=kept.pk).exists()


def returned(world):
    lecture = make_lecture_in_review(world)
    note(world, lecture, 30_000, "法条已废止")
    reviewing.return_lecture(lecture=lecture, reason="", by=world.supporting_officer, at=world.now)
    return lecture, lecture.review_events.get(kind=Kind.RETURNED).remarks.get()


def test_the_expert_answers_each_remark_once_and_the_history_stays(world):
    lecture, remark = returned(world)
    answer = reviewing.answer_remark(remark=remark, words="换了新法条", by=world.expert, at=world.now)
    again = reviewing.answer_remark(remark=remark, words="别的话", by=world.expert, at=world.later(days=1))
    assert (again.pk, again.words) == (answer.pk, "换了新法条")
    reviewing.submit_lecture(lecture=lecture, by=world.expert, at=world.later(days=1))
    reviewing.publish_lecture(lecture=lecture, by=world.supporting_officer, at=world.later(days=2))
    assert kinds(lecture) == [Kind.SUBMITTED, Kind.RETURNED, Kind.SUBMITTED, Kind.APPROVED]
    remark.refresh_from_db()
    assert (remark.words, remark.answer.words) == ("法条已废止", "换了新法条")


def test_only_the_expert_answers_and_only_while_it_is_returned(world):
    lecture, remark = returned(world)
    with pytest.raises(reviewing.UnableToRemark):
        reviewing.answer_remark(remark=remark, by=world.supporting_officer, at=world.now)
    reviewing.submit_lecture(lecture=lecture, by=world.expert, at=world.now)
    with pytest.raises(reviewing.UnableToRemark, match="with the association"):
        reviewing.answer_remark(remark=remark, by=world.expert, at=world.now)


def test_what_was_sent_is_written_once(world):
    _lecture, remark = returned(world)
    for change in ({"words": "别的"}, {"at_ms": 1}):
        with pytest.raises(DatabaseError), transaction.atomic():
            type(remark).objects.filter(pk=remark.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        ReviewEvent.objects.filter(pk=remark.event_id).update(kind=Kind.APPROVED)


def test_the_expert_takes_a_submission_back(world):
    lecture = make_lecture_in_review(world)
    note(world, lecture, 0, "还没寄出")
    with pytest.raises(reviewing.UnableToSubmit):
        reviewing.take_back_lecture(lecture=lecture, by=world.supporting_officer, at=world.now)
    reviewing.take_back_lecture(lecture=lecture, by=world.expert, at=world.now)
    lecture.refresh_from_db()
    assert lecture.review == Review.DRAFT
    assert workflow_of(lecture).status == WorkflowState.STATUS_CANCELLED
    # What the reviewer noted is there when it comes again.
    assert RemarkDraft.objects.get().words == "还没寄出"
    with pytest.raises(reviewing.UnableToSubmit, match="not in review"):
        reviewing.take_back_lecture(lecture=lecture, by=world.expert, at=world.now)
    reviewing.submit_lecture(lecture=lecture, by=world.expert, at=world.now)
    assert workflow_of(lecture).status == WorkflowState.STATUS_IN_PROGRESS


# --- Wagtail's workflow ----------------------------------------------------------------------------------------
def test_wagtails_workflow_says_the_same_at_every_step(world):
    lecture = make_draft(world)
    assert workflow_of(lecture) is None
    reviewing.submit_lecture(lecture=lecture, by=world.expert, at=world.now)
    state = workflow_of(lecture)
    assert (state.status, state.requested_by) == (WorkflowState.STATUS_IN_PROGRESS, world.expert)
    reviewing.return_lecture(lecture=lecture, reason="改标题", by=world.supporting_officer, at=world.now)
    state = workflow_of(lecture)
    assert state.status == WorkflowState.STATUS_NEEDS_CHANGES
    assert state.current_task_state.comment == "改标题"
    reviewing.submit_lecture(lecture=lecture, by=world.expert, at=world.now)
    assert workflow_of(lecture).status == WorkflowState.STATUS_IN_PROGRESS
    reviewing.publish_lecture(lecture=lecture, by=world.supporting_officer, at=world.now)
    state = workflow_of(lecture)
    assert state.status == WorkflowState.STATUS_APPROVED
    assert state.current_task_state.finished_by == world.supporting_officer
    lecture.refresh_from_db()
    assert lecture.live
    # The history that Wagtail's admin shows.
    actions = set(PageLogEntry.objects.filter(page=lecture).values_list("action", flat=True))
    assert {
        "wagtail.workflow.start",
        "wagtail.workflow.reject",
        "wagtail.workflow.resume",
        "wagtail.workflow.approve",
        "wagtail.publish",
    } <= actions
    assert not ModelLogEntry.objects.exists()


def test_wagtails_queue_asks_our_permissions(world):
    waiting = make_lecture_in_review(world, title="等审核")
    own = make_lecture_in_review(world, title="自己的", by=world.supporting_officer)
    task = ReviewTask.objects.get()

    def queue(account):
        states = task.get_task_states_user_can_moderate(account)
        return {int(each.workflow_state.object_id) for each in states}

    with time_machine.travel(world.now, tick=False):
        assert queue(world.supporting_officer) == {waiting.pk}
        assert queue(world.second_supporting_officer) == {waiting.pk, own.pk}
        assert queue(world.beneficiary_officer) == set()
        assert queue(world.expert) == set()


def test_a_workflow_cancelled_in_wagtails_admin_makes_a_draft_of_it(world):
    lecture = make_lecture_in_review(world)
    workflow_of(lecture).cancel(user=world.expert)
    lecture.refresh_from_db()
    assert lecture.review == Review.DRAFT
    assert kinds(lecture) == [Kind.SUBMITTED, Kind.TAKEN_BACK]


def test_a_lecture_submitted_before_there_was_a_workflow_gets_one(world):
    lecture = make_lecture_in_review(world)
    WorkflowState.objects.all().delete()
    TaskState.objects.all().delete()
    reviewing.publish_lecture(lecture=lecture, by=world.supporting_officer, at=world.now)
    lecture.refresh_from_db()
    assert lecture.live
    assert workflow_of(lecture).status == WorkflowState.STATUS_APPROVED


# --- A set time ------------------------------------------------------------------------------------------------
def scheduled(world):
    lecture = make_lecture_in_review(world)
    reviewing.publish_and_release(
        lecture=lecture,
        terms=ReleaseTerms(associations=(world.guangxi.code,)),
        publish_at=world.later(days=3),
        by=world.supporting_officer,
        at=world.now,
    )
    lecture.refresh_from_db()
    return lecture


def test_an_approved_lecture_waits_for_its_time_and_wagtail_publishes_it(world):
    with time_machine.travel(world.now, tick=False):
        lecture = scheduled(world)
        assert (lecture.live, lecture.review) == (False, Review.PUBLISHED)
        assert Release.objects.get().released_at == world.later(days=3)
        assert reviewing.publish_due(at=world.now) == 0
    assert not Notice.objects.filter(account=world.expert, event="lecture_published").exists()
    later = world.later(days=3, minutes=1)
    with time_machine.travel(later, tick=False):
        assert reviewing.publish_due(at=later) == 1
        assert reviewing.publish_due(at=later) == 0
    lecture.refresh_from_db()
    assert (lecture.live, lecture.first_published_at) == (True, later)
    assert Notice.objects.filter(account=world.expert, event="lecture_published").count() == 1


def test_whoever_was_killed_after_publishing_is_followed_by_one_who_tells(world):
    # Given a lecture that Wagtail has published at its time, and a worker that died before it told anybody
    with time_machine.travel(world.now, tick=False):
        lecture = scheduled(world)
    later = world.later(days=3, minutes=1)
    with time_machine.travel(later, tick=False):
        call_command("publish_scheduled")
        assert not Notice.objects.filter(event="lecture_published").exists()
        # When the next one comes, then the expert is told, once
        assert reviewing.publish_due(at=later) == 1
        assert reviewing.publish_due(at=later) == 0
    assert Notice.objects.filter(account=world.expert, event="lecture_published").count() == 1
    assert lecture.review_events.order_by("-pk").first().kind == Kind.PUBLISHED


def test_what_another_reviewer_noted_waits_for_the_next_round(world):
    lecture = make_lecture_in_review(world)
    reviewing.note_remark(
        lecture=lecture, at_ms=1000, words="法条已修改", by=world.national_officer, at=world.now
    )
    reviewing.return_lecture(lecture=lecture, reason="改", by=world.supporting_officer, at=world.now)
    assert RemarkDraft.objects.get().by == world.national_officer


def test_a_time_that_has_passed_is_refused(world):
    lecture = make_lecture_in_review(world)
    with pytest.raises(reviewing.UnableToPublish, match="has passed"):
        reviewing.publish_lecture(
            lecture=lecture, publish_at=world.now, by=world.supporting_officer, at=world.now
        )


def test_a_scheduled_lecture_is_withdrawn_before_anybody_saw_it(world):
    with time_machine.travel(world.now, tick=False):
        lecture = scheduled(world)
        reviewing.withdraw_lecture(lecture=lecture, reason="改期", by=world.supporting_officer, at=world.now)
    later = world.later(days=4)
    with time_machine.travel(later, tick=False):
        assert reviewing.publish_due(at=later) == 0
    lecture.refresh_from_db()
    assert (lecture.live, lecture.review) == (False, Review.WITHDRAWN)


def test_a_withdrawn_lecture_keeps_the_reason_in_its_history(world):
    lecture = make_published_lecture(world)
    reviewing.withdraw_lecture(
        lecture=lecture, reason="法条已修改", by=world.supporting_officer, at=world.now
    )
    event = lecture.review_events.order_by("-pk").first()
    assert (event.kind, event.words, event.by) == (Kind.WITHDRAWN, "法条已修改", world.supporting_officer)


def test_wagtail_writes_no_mails_about_lectures(world):
    """Experts and reviewers have our own; Wagtail's lead to its admin, which they cannot enter."""
    for account in (world.expert, world.administrator):
        Account.objects.filter(pk=account.pk).update(email="someone@example.org", is_superuser=True)
    lecture = make_lecture_in_review(world)
    reviewing.return_lecture(lecture=lecture, reason="改", by=world.supporting_officer, at=world.now)
    reviewing.submit_lecture(lecture=lecture, by=world.expert, at=world.now)
    reviewing.publish_lecture(lecture=lecture, by=world.supporting_officer, at=world.now)
    assert not mail.outbox
