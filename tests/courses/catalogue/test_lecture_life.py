"""From the expert's draft to the catalogue, with four eyes."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from courses.catalogue import operations
from courses.catalogue.models import LecturePage, Topic
from courses.catalogue.registries import ReleaseTerms
from courses.enrolment.models import Release
from media_pipeline import api as media
from qianchang.groundwork.models import AuditEntry
from tests.courses.factories import make_draft, make_lecture_in_review, make_published_lecture, make_recording

Review = LecturePage.Review


def verbs(lecture):
    return list(
        AuditEntry.objects.filter(object_type="lecture", object_key=str(lecture.pk))
        .order_by("pk")
        .values_list("verb", flat=True)
    )


def test_a_draft_is_not_public_and_bears_the_experts_name(world):
    lecture = make_draft(world, title="工伤认定")
    assert (lecture.live, lecture.review) == (False, Review.DRAFT)
    assert lecture.slug == f"{lecture.pk}-工伤认定"
    assert [each.name for each in lecture.lecturers.all()] == ["陈嘉敏"]


def test_a_lecture_goes_from_draft_to_review_to_the_catalogue(world):
    lecture = make_draft(world, duration_ms=6_780_000)
    operations.submit_lecture(lecture=lecture, by=world.expert, at=world.now)
    version = operations.publish_lecture(
        lecture=lecture, by=world.supporting_officer, at=world.later(hours=1)
    )
    lecture.refresh_from_db()
    assert (lecture.live, lecture.review) == (True, Review.PUBLISHED)
    assert lecture.first_published_at == world.later(hours=1)
    assert (version.number, version.length_ms, version.recording_id) == (1, 6_780_000, lecture.recording_id)
    assert verbs(lecture) == ["draft lecture", "record consent", "submit lecture", "publish lecture"]


def test_publishing_and_releasing_happen_together_or_not_at_all(world):
    lecture = make_lecture_in_review(world)
    with pytest.raises(operations.UnableToPublish, match="Choose who may watch"):
        operations.publish_and_release(
            lecture=lecture, terms=ReleaseTerms(), by=world.supporting_officer, at=world.now
        )
    lecture.refresh_from_db()
    assert lecture.review == Review.IN_REVIEW
    operations.publish_and_release(
        lecture=lecture,
        terms=ReleaseTerms(associations=(world.guangxi.code,)),
        by=world.supporting_officer,
        at=world.now,
    )
    assert [release.association for release in Release.objects.filter(lecture=lecture)] == [world.guangxi]


def test_nobody_publishes_or_returns_a_lecture_they_submitted(world):
    lecture = make_lecture_in_review(world, by=world.supporting_officer)
    for attempt, error in (
        (
            lambda: operations.publish_lecture(lecture=lecture, by=world.supporting_officer, at=world.now),
            operations.UnableToPublish,
        ),
        (
            lambda: operations.return_lecture(
                lecture=lecture, reason="改标题", by=world.supporting_officer, at=world.now
            ),
            operations.UnableToReturn,
        ),
    ):
        with pytest.raises(error, match="Somebody else"):
            attempt()
    assert operations.publish_lecture(lecture=lecture, by=world.second_supporting_officer, at=world.now)


def test_an_officer_of_another_association_does_not_review(world):
    lecture = make_lecture_in_review(world)
    with pytest.raises(PermissionDenied):
        operations.publish_lecture(lecture=lecture, by=world.beneficiary_officer, at=world.now)
    with pytest.raises(PermissionDenied):
        operations.return_lecture(lecture=lecture, reason="x", by=world.expert, at=world.now)


def test_nothing_is_published_before_a_mode_can_be_watched(world):
    lecture = make_lecture_in_review(world, modes=(), state="processing")
    with pytest.raises(operations.UnableToPublish, match="Nothing of this lecture can be watched yet"):
        operations.publish_lecture(lecture=lecture, by=world.supporting_officer, at=world.now)
    assert not lecture.versions.exists()


def test_the_first_mode_is_enough_to_publish(world):
    lecture = make_lecture_in_review(world, modes=("audio",), state="processing")
    assert operations.publish_lecture(lecture=lecture, by=world.supporting_officer, at=world.now).number == 1


def test_a_draft_is_not_published(world):
    lecture = make_draft(world)
    with pytest.raises(operations.UnableToPublish, match="not waiting for review"):
        operations.publish_lecture(lecture=lecture, by=world.supporting_officer, at=world.now)


def test_a_returned_lecture_says_why_and_can_be_submitted_again(world):
    lecture = make_lecture_in_review(world)
    with pytest.raises(operations.UnableToReturn, match="Write what has to be changed"):
        operations.return_lecture(lecture=lecture, reason="  ", by=world.supporting_officer, at=world.now)
    operations.return_lecture(lecture=lecture, reason="声音太小", by=world.supporting_officer, at=world.now)
    lecture.refresh_from_db()
    assert (lecture.review, lecture.return_reason) == (Review.RETURNED, "声音太小")
    operations.edit_lecture(
        lecture=lecture,
        title="新标题",
        topic=Topic.objects.get(code="civil"),
        category="ethics",
        introduction="改好了。",
        dvd_consent=False,
        submit=True,
        by=world.expert,
        at=world.now,
    )
    lecture.refresh_from_db()
    assert (lecture.review, lecture.title, lecture.slug) == (
        Review.IN_REVIEW,
        "新标题",
        f"{lecture.pk}-新标题",
    )


def test_a_lecture_in_review_is_not_changed_by_its_expert(world):
    lecture = make_lecture_in_review(world)
    with pytest.raises(operations.UnableToDraft, match="with the association"):
        operations.edit_lecture(
            lecture=lecture,
            title="x",
            topic=Topic.objects.get(code="civil"),
            category="business",
            introduction="",
            dvd_consent=True,
            by=world.expert,
            at=world.now,
        )


def test_a_withdrawn_lecture_leaves_the_catalogue_and_keeps_its_version(world):
    lecture = make_published_lecture(world)
    operations.withdraw_lecture(
        lecture=lecture, reason="法条已修改", by=world.supporting_officer, at=world.now
    )
    lecture.refresh_from_db()
    assert (lecture.live, lecture.review, lecture.versions.count()) == (False, Review.WITHDRAWN, 1)


def test_a_recording_is_ones_own_whole_and_in_one_lecture_only(world):
    lecture = make_draft(world)
    with pytest.raises(operations.UnableToDraft, match="already belongs"):
        make_draft(world, recording=lecture.recording)
    foreign = make_recording(world.supporting_officer, at=world.now)
    with pytest.raises(operations.UnableToDraft, match="not yours"):
        make_draft(world, recording=foreign)
    refused = make_recording(world.expert, at=world.now, state="refused", failure_code="no_sound", modes=())
    with pytest.raises(operations.UnableToDraft):
        make_draft(world, recording=refused)


def test_a_lawyer_without_a_role_drafts_nothing(world):
    recording = make_recording(world.county_account, at=world.now)
    with pytest.raises(PermissionDenied):
        make_draft(world, recording=recording, by=world.county_account)


def test_an_expert_gives_lectures_for_their_own_association_only(world):
    with pytest.raises(operations.UnableToDraft, match="You do not give lectures for this association"):
        make_draft(world, association=world.guangxi)


def test_no_page_becomes_live_past_the_review_desk(world):
    lecture = make_lecture_in_review(world)
    with pytest.raises(ValidationError):
        lecture.save_revision().publish(skip_permission_checks=True)
    lecture.refresh_from_db()
    assert not lecture.live


def test_an_old_revision_brings_back_words_but_no_decision(world):
    lecture = make_published_lecture(world)
    old = lecture.latest_revision
    operations.withdraw_lecture(
        lecture=lecture, reason="法条已修改", by=world.supporting_officer, at=world.now
    )
    with pytest.raises(ValidationError):
        old.publish(skip_permission_checks=True)
    lecture.refresh_from_db()
    assert (lecture.live, lecture.review) == (False, Review.WITHDRAWN)


def test_the_same_file_sent_again_leads_the_draft_to_the_recording_that_is_there(world):
    existing = make_recording(world.expert, at=world.now)
    placeholder = make_recording(world.expert, at=world.now, state="uploading", modes=())
    lecture = make_draft(world, recording=placeholder)
    media.recording_recognised.send(
        sender=None, recording_id=placeholder.pk, existing_id=existing.pk, at=world.now
    )
    lecture.refresh_from_db()
    assert lecture.recording_id == existing.pk


def test_two_lectures_never_share_one_recording(world):
    first = make_draft(world)
    placeholder = make_recording(world.expert, at=world.now, state="uploading", modes=())
    second = make_draft(world, recording=placeholder)
    media.recording_recognised.send(
        sender=None, recording_id=placeholder.pk, existing_id=first.recording_id, at=world.now
    )
    second.refresh_from_db()
    assert second.recording_id == placeholder.pk
