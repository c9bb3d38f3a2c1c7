"""Versions of a published lecture: the review of a new recording, the thirty per cent, and who watches which."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction
from django.test import RequestFactory

from courses.attendance.models import Coverage
from courses.attendance.operations import UnableToOpenPlayback, open_playback
from courses.attendance.player import player_for
from courses.catalogue import operations, queries, reviewing, versions
from courses.catalogue.models import LecturePage, Lecturer, LectureVersion, Replacement
from courses.credits.models import CreditEntry
from courses.credits.operations import VersionFrozen
from courses.enrolment.operations import enrol
from media_pipeline.recordings.models import Recording
from qianchang.people.models import Notice
from tests.courses.factories import make_draft, make_published_lecture, make_recording, make_slides

WORDS = ("鉴定意见的质证要点", "病历的封存与取得", "原因力与责任比例", "听证会准备提纲")


def with_slides(recording, words):
    for place, slide in enumerate(make_slides(recording, [""] * len(words))):
        slide.text = words[place]
        slide.save()
    return recording


@pytest.fixture
def lecture(world):
    """A published lecture of 80 seconds: four slides of 20."""
    recording = with_slides(make_recording(world.expert, at=world.now, duration_ms=80_000), WORDS)
    return make_published_lecture(world, released_to=[world.guangxi], recording=recording)


@pytest.fixture
def offer(world, lecture):
    def offered(words=WORDS, *, duration_ms=80_000, **of_recording):
        recording = make_recording(world.expert, at=world.now, duration_ms=duration_ms, **of_recording)
        with_slides(recording, words)
        return versions.offer_replacement(
            lecture=lecture, recording_id=recording.pk, note="声音更清楚", by=world.expert, at=world.now
        )

    return offered


def accept(world, replacement, **more):
    return versions.accept_replacement(
        replacement=replacement, by=world.supporting_officer, at=world.later(days=1), **more
    )


def test_a_better_recording_becomes_the_next_version_after_a_review(world, lecture, offer):
    replacement = offer()
    lecture.refresh_from_db()
    assert lecture.recording_id != replacement.recording_id
    version = accept(world, replacement)
    lecture.refresh_from_db()
    assert (version.number, version.new_percent, version.approved_by) == (2, 0, world.supporting_officer)
    assert (lecture.recording_id, lecture.live) == (replacement.recording_id, True)
    assert queries.current_version(lecture) == version
    replacement.refresh_from_db()
    assert (replacement.state, replacement.version) == (Replacement.State.ACCEPTED, version)
    told = Notice.objects.filter(account=world.expert, event="lecture_published")
    assert told.count() == 2


def test_a_quarter_new_is_a_version_and_a_half_is_another_lecture(world, lecture, offer):
    quarter = offer((*WORDS[:3], "新的判例"))
    assert versions.measure_of(quarter).percent == 25
    assert accept(world, quarter).new_percent == 25
    half = offer((*WORDS[:2], "全新的内容甲", "另外的话题乙丙"))
    assert versions.measure_of(half).percent > 30
    with pytest.raises(versions.AnotherLecture, match="another lecture"):
        accept(world, half)
    lecture.refresh_from_db()
    assert lecture.versions.count() == 2


def test_a_reviewer_may_say_more_and_not_less(world, offer):
    replacement = offer((*WORDS[:3], "新的判例"))
    with pytest.raises(versions.UnableToReplace, match="At least 25% is new"):
        accept(world, replacement, percent=24)
    with pytest.raises(versions.AnotherLecture):
        accept(world, replacement, percent=31)
    assert accept(world, replacement, percent=30).new_percent == 30


def test_the_database_knows_the_thirty_per_cent_and_four_eyes(world, lecture, offer):
    version = lecture.versions.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        LectureVersion.objects.filter(pk=version.pk).update(new_percent=31)
    replacement = offer()
    accept(world, replacement)
    with pytest.raises(IntegrityError), transaction.atomic():
        Replacement.objects.filter(pk=replacement.pk).update(decided_by=world.expert)


def test_nobody_accepts_or_returns_the_own_recording(world):
    officer = world.supporting_officer
    recording = make_recording(officer, at=world.now)
    mine = make_draft(world, by=officer, recording=recording)
    operations.submit_lecture(lecture=mine, by=officer, at=world.now)
    reviewing.publish_lecture(lecture=mine, by=world.second_supporting_officer, at=world.now)
    offered = versions.offer_replacement(
        lecture=mine,
        recording_id=make_recording(officer, at=world.now).pk,
        note="更清楚",
        by=officer,
        at=world.now,
    )
    with pytest.raises(reviewing.UnableToPublish, match="Somebody else"):
        accept(world, offered)
    with pytest.raises(reviewing.UnableToPublish, match="Somebody else"):
        versions.return_replacement(replacement=offered, reason="x", by=officer, at=world.now)
    with pytest.raises(PermissionDenied):
        versions.accept_replacement(replacement=offered, by=world.beneficiary_officer, at=world.now)


def test_nothing_is_accepted_before_it_can_be_watched(world, offer):
    replacement = offer(modes=(), state="processing")
    assert versions.measure_of(replacement) is None
    with pytest.raises(reviewing.UnableToPublish, match="Nothing of this lecture can be watched yet"):
        accept(world, replacement)


def test_nothing_is_accepted_without_every_speakers_consent(world, lecture, offer):
    replacement = offer()
    speaker = Lecturer.objects.create(slug="li", name="李教授", association=world.guangdong)
    page = LecturePage.objects.get(pk=lecture.pk)
    page.lecturers.add(speaker)
    page.save()
    with pytest.raises(reviewing.UnableToPublish, match="李教授"):
        accept(world, replacement)
    assert lecture.versions.count() == 1


def test_a_returned_recording_leaves_the_lecture_as_it_is(world, lecture, offer):
    replacement = offer()
    before = lecture.recording_id
    with pytest.raises(versions.UnableToReplace, match="Write what has to be changed"):
        versions.return_replacement(
            replacement=replacement, reason=" ", by=world.supporting_officer, at=world.now
        )
    versions.return_replacement(
        replacement=replacement, reason="画面更糊了", by=world.supporting_officer, at=world.now
    )
    lecture.refresh_from_db()
    assert (lecture.recording_id, lecture.versions.count()) == (before, 1)
    told = Notice.objects.get(account=world.expert, event="lecture_returned")
    assert told.words["reason"] == "画面更糊了"
    with pytest.raises(versions.UnableToReplace, match="decided already"):
        accept(world, replacement)


def test_one_recording_waits_at_a_time(world, lecture, offer):
    first = offer()
    same = versions.offer_replacement(
        lecture=lecture, recording_id=first.recording_id, note="改了说明", by=world.expert, at=world.now
    )
    assert (same.pk, same.note) == (first.pk, "改了说明")
    with pytest.raises(versions.UnableToReplace, match="in review already"):
        offer()
    versions.take_back_replacement(replacement=first, by=world.expert, at=world.now)
    assert offer().state == Replacement.State.WAITING


def test_a_recording_belongs_to_one_lecture_only(world, lecture, offer):
    waiting = offer()
    with pytest.raises(operations.UnableToDraft, match="version of a lecture"):
        make_draft(world, recording=Recording.objects.get(pk=waiting.recording_id))
    old = lecture.recording
    accept(world, waiting)
    with pytest.raises(operations.UnableToDraft, match="version of a lecture"):
        make_draft(world, recording=old)


def test_another_lecture_is_given_as_one_with_the_words_copied(world, lecture, offer):
    replacement = offer(("完全不同的内容", "没有一张旧课件", "另一个主题", "新的案例与判决"))
    draft = versions.give_as_new_lecture(replacement=replacement, by=world.expert, at=world.now)
    assert (draft.title, draft.introduction, draft.topic) == (
        lecture.title,
        lecture.introduction,
        lecture.topic,
    )
    assert (draft.supersedes, draft.recording_id, draft.review) == (
        lecture,
        replacement.recording_id,
        LecturePage.Review.DRAFT,
    )
    replacement.refresh_from_db()
    assert replacement.state == Replacement.State.ANOTHER
    again = versions.give_as_new_lecture(replacement=replacement, by=world.expert, at=world.now)
    assert again == draft


def test_the_same_lecture_is_not_given_twice_behind_the_reviewers_back(world, lecture, offer):
    # Given a better recording of the same lecture, nobody can make a second lecture of it
    replacement = offer()
    with pytest.raises(versions.UnableToReplace, match="it is the same lecture"):
        versions.give_as_new_lecture(replacement=replacement, by=world.expert, at=world.now)
    # until the reviewer has looked at it and returned it.
    versions.return_replacement(
        replacement=replacement,
        reason="内容已重写，请作为新的一讲",
        by=world.supporting_officer,
        at=world.now,
    )
    replacement.refresh_from_db()
    draft = versions.give_as_new_lecture(replacement=replacement, by=world.expert, at=world.now)
    assert draft.supersedes == lecture


def test_only_a_published_lecture_of_ones_own_gets_a_version(world, lecture):
    draft = make_draft(world)
    recording = make_recording(world.expert, at=world.now)
    given = {"recording_id": recording.pk, "note": "x", "at": world.now}
    with pytest.raises(versions.UnableToReplace, match="Only a published lecture"):
        versions.offer_replacement(lecture=draft, by=world.expert, **given)
    with pytest.raises(versions.UnableToReplace, match="Only the one who gave"):
        versions.offer_replacement(lecture=lecture, by=world.supporting_officer, **given)
    with pytest.raises(versions.UnableToReplace, match="Write what changed"):
        versions.offer_replacement(lecture=lecture, by=world.expert, **(given | {"note": " "}))


# --- Who watches which -----------------------------------------------------------------------------------------
def test_who_began_the_old_version_finishes_it_and_everybody_else_gets_the_new_one(world, watched, version):
    """The county lawyer has watched half of version 1 when version 2 comes."""
    lecture = version.lecture
    second = world.second_county_lawyer
    enrol(lawyer=second, lecture=lecture, by=second.account, at=world.now)
    Coverage.objects.create(
        lawyer=world.county_lawyer,
        lecture_version=version,
        covered_ms=60_000,
        intervals_ms=[[0, 60_000]],
        updated_at=world.now,
    )
    replacement = versions.offer_replacement(
        lecture=lecture,
        recording_id=make_recording(world.expert, at=world.now, duration_ms=120 * 60_000).pk,
        note="更清楚",
        by=world.expert,
        at=world.now,
    )
    new = accept(world, replacement)
    assert queries.version_for(lecture, world.county_lawyer) == version
    assert queries.version_for(lecture, second) == new
    assert queries.version_for(lecture, None) == new
    at = world.later(days=2)
    open_playback(lawyer=world.county_lawyer, version=version, device="PC", device_now_ms=0, at=at)
    with pytest.raises(UnableToOpenPlayback):
        open_playback(lawyer=second, version=version, device="PC", device_now_ms=0, at=at)
    request = RequestFactory().get("/")
    request.user = world.county_lawyer.account
    shown = player_for(lecture, queries.version_for(lecture, world.county_lawyer), request)
    assert shown["config"]["version"] == version.pk


def test_who_earned_on_the_old_version_has_earned_and_sees_the_new_one(world, watched, version):
    watched()
    entry = CreditEntry.objects.get(lawyer=world.county_lawyer)
    replacement = versions.offer_replacement(
        lecture=version.lecture,
        recording_id=make_recording(world.expert, at=world.now, duration_ms=120 * 60_000).pk,
        note="更清楚",
        by=world.expert,
        at=world.now,
    )
    new = accept(world, replacement)
    assert queries.version_for(version.lecture, world.county_lawyer) == new
    assert CreditEntry.objects.get(lawyer=world.county_lawyer) == entry


def test_a_version_is_frozen_once_anybody_earned_on_it(world, watched, version):
    LectureVersion.objects.filter(pk=version.pk).update(created_at=world.now - timedelta(days=1))
    watched()
    version.length_ms = 1
    with pytest.raises(VersionFrozen):
        version.save()
    # Behind Python's back, the database refuses.
    for change in ({"length_ms": 1}, {"excluded_ms": [[0, 1]]}, {"number": 9}):
        with pytest.raises(DatabaseError, match="hours were earned"), transaction.atomic():
            LectureVersion.objects.filter(pk=version.pk).update(**change)


def test_one_version_costs_one_query(world, lecture, django_assert_num_queries):
    lawyer = world.county_lawyer
    with django_assert_num_queries(1):
        queries.version_for(lecture, lawyer)
