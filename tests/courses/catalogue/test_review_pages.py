"""The review desk, the expert's answers and the page of versions, as the browser sees them."""

import re
from datetime import datetime
from html import unescape

import pytest
import time_machine

from courses.catalogue import consents, reviewing, versions
from courses.catalogue.models import LecturePage, Remark, Replacement, SpeakerConsent
from courses.enrolment.models import Release
from courses.enrolment.operations import enrol
from media_pipeline import api as media
from media_pipeline.uploads.models import Upload
from tests.courses.factories import (
    make_lecture_in_review,
    make_published_lecture,
    make_recording,
    make_slides,
)

Review = LecturePage.Review


@pytest.fixture
def lecture(world):
    world.guangxi, world.yunnan  # noqa: B018  the beneficiaries to choose from
    return make_lecture_in_review(world, duration_ms=3_600_000)


@pytest.fixture
def reviewer(world, client_for):
    return client_for(world.supporting_officer)


def at(lecture):
    return f"/office/review/{lecture.pk}/"


def upload_of(world, recording):
    return Upload.objects.create(
        owner=recording.owner,
        recording=recording,
        length=recording.size_bytes,
        offset=recording.size_bytes,
        created_at=world.now,
        expires_at=world.later(days=7),
    )


def test_the_reviewer_notes_remarks_watches_them_and_returns(world, lecture, reviewer, client_for):
    note = {"action": "note", "time": "32:10", "words": "法条已废止"}
    answer = reviewer.post(f"{at(lecture)}?t=1930", note)
    assert answer["Location"] == f"{at(lecture)}?t=1930#remarks"
    reviewer.post(at(lecture), {"action": "note", "time": "", "words": "封面写错"})
    page = reviewer.get(f"{at(lecture)}?t=1930").content.decode()
    assert 'href="?t=1930#review-video"' in page
    assert re.search(r'<video[^>]+#t=1930"', page)
    noted = reviewer.get(at(lecture)).context["noted"]
    reviewer.post(at(lecture), {"action": f"drop-{noted[-1].pk}"})
    # With a remark noted, nothing more need be written.
    assert reviewer.post(at(lecture), {"action": "return", "reason": ""})["Location"] == "/office/review/"
    lecture.refresh_from_db()
    assert lecture.review == Review.RETURNED
    assert Remark.objects.count() == 1


@pytest.mark.parametrize("time", ["abc", "99", "32:99"])
def test_a_time_that_is_none_is_refused_beside_its_field(lecture, reviewer, time):
    answer = reviewer.post(at(lecture), {"action": "note", "time": time, "words": "x"})
    assert answer.status_code == 400
    assert answer.context["remark"].errors["time"]


def test_the_expert_sees_each_remark_with_its_time_and_answers_it(world, lecture, client_for):
    reviewing.note_remark(
        lecture=lecture, at_ms=1_930_000, words="法条已废止", by=world.supporting_officer, at=world.now
    )
    reviewing.return_lecture(lecture=lecture, reason="", by=world.supporting_officer, at=world.now)
    expert = client_for(world.expert)
    page = expert.get(f"/teach/{lecture.pk}/").content.decode()
    assert 'href="?t=1930#review-video"' in page
    assert 'id="review-video"' in page
    remark = Remark.objects.get()
    answer = expert.post(f"/teach/{lecture.pk}/step/", {"action": f"answer-{remark.pk}"})
    assert answer["Location"].endswith("#to-change")
    assert f'value="answer-{remark.pk}"' not in expert.get(f"/teach/{lecture.pk}/").content.decode()
    # Another lecture's remark is not there.
    other = make_lecture_in_review(world, title="另一讲")
    assert expert.post(f"/teach/{other.pk}/step/", {"action": f"answer-{remark.pk}"}).status_code == 404
    stranger = client_for(world.supporting_officer)
    assert stranger.post(f"/teach/{lecture.pk}/step/", {"action": "take-back"}).status_code == 404


def test_the_expert_takes_back_and_withdraws_the_consent_by_a_button(world, lecture, client_for):
    expert = client_for(world.expert)
    assert 'id="take-back"' in expert.get(f"/teach/{lecture.pk}/").content.decode()
    expert.post(f"/teach/{lecture.pk}/step/", {"action": "take-back"})
    lecture.refresh_from_db()
    assert lecture.review == Review.DRAFT
    published = make_published_lecture(world, title="发布了")
    expert.post(f"/teach/{published.pk}/step/", {"action": "withdraw-consent"})
    published.refresh_from_db()
    assert not published.live
    assert SpeakerConsent.objects.get(lecture=published).withdrawn_at


def test_publishing_at_a_set_time_from_the_page(world, lecture, client_for):
    # Signed in on that day, or the session would be older than the clock.
    with time_machine.travel(world.now, tick=False):
        reviewer = client_for(world.supporting_officer)
        given = {"action": "publish", "associations": [world.guangxi.code], "publish_at": "2026-10-15T08:00"}
        assert reviewer.post(at(lecture), given)["Location"] == "/office/review/"
        lecture.refresh_from_db()
        set_time = datetime(2026, 10, 15, 8, 0, tzinfo=world.now.tzinfo)
        assert (lecture.live, lecture.go_live_at) == (False, set_time)
        assert Release.objects.get().released_at == set_time
        page = reviewer.get(at(lecture)).content.decode()
        assert 'data-state="scheduled"' in page
        assert "2026-10-15 08:00" in page
        assert (
            'data-state="scheduled"' in client_for(world.expert).get(f"/teach/{lecture.pk}/").content.decode()
        )


@pytest.mark.parametrize("time", ["2020-01-01T08:00", "tomorrow"])
def test_a_time_in_the_past_or_none_at_all_publishes_nothing(world, lecture, reviewer, time):
    given = {"action": "publish", "associations": [world.guangxi.code], "publish_at": time}
    assert reviewer.post(at(lecture), given).status_code == 400
    lecture.refresh_from_db()
    assert lecture.review == Review.IN_REVIEW
    assert not Release.objects.exists()


def test_a_missing_consent_is_said_beside_the_button_that_waits_for_it(world, lecture, reviewer):
    SpeakerConsent.objects.all().delete()
    page = reviewer.get(at(lecture)).content.decode()
    assert re.search(r'id="publish"[^>]+disabled', page)
    answer = reviewer.post(at(lecture), {"action": "publish", "everybody": "on"})
    assert answer.status_code == 400
    assert "陈嘉敏" in str(answer.context["release"].non_field_errors())


def test_queries_of_the_review_page_do_not_grow_with_remarks(
    world, lecture, reviewer, django_assert_max_num_queries
):
    reviewer.post(at(lecture), {"action": "note", "time": "1:00", "words": "甲"})
    reviewer.post(at(lecture), {"action": "return"})
    reviewing.submit_lecture(lecture=lecture, by=world.expert, at=world.now)
    with django_assert_max_num_queries(40) as few:
        reviewer.get(at(lecture))
        queries = len(few)
    for _ in range(3):
        for minute in range(4):
            reviewer.post(at(lecture), {"action": "note", "time": f"{minute}:00", "words": "乙"})
        reviewer.post(at(lecture), {"action": "return"})
        reviewing.submit_lecture(lecture=lecture, by=world.expert, at=world.now)
    with django_assert_max_num_queries(queries):
        reviewer.get(at(lecture))


@pytest.mark.parametrize("action", ["publish", "return", "note"])
def test_who_comes_too_late_is_told_so(world, lecture, reviewer, action):
    reviewing.return_lecture(lecture=lecture, reason="改", by=world.second_supporting_officer, at=world.now)
    sent = {"action": action, "everybody": "on", "reason": "也改", "words": "也改"}
    shown = reviewer.post(at(lecture), sent, follow=True).content.decode()
    assert "本讲已不在待审核状态" in shown
    lecture.refresh_from_db()
    assert lecture.return_reason == "改"


def test_a_lecture_that_left_the_catalogue_is_not_withdrawn_again(world, reviewer):
    lecture = make_published_lecture(world, released_to=None)
    for _ in range(2):
        answer = reviewer.post(at(lecture), {"action": "withdraw", "reason": "内容过时"})
        assert answer.status_code == 302
    assert "本讲没有发布，不用下线" in reviewer.get(at(lecture)).content.decode()
    assert lecture.review_events.filter(kind="withdrawn").count() == 1


def test_a_second_sheet_of_a_speaker_who_agreed_is_refused_in_words(lecture, reviewer):
    shown = reviewer.post(at(lecture), {"action": "consent", "lecturer": "1"}, follow=True).content.decode()
    assert "这位主讲人已经同意" in shown


@pytest.mark.parametrize("number", ["9" * 5000, "²"])
def test_a_number_that_is_none_breaks_nothing(world, lecture, reviewer, client_for, number):
    assert reviewer.post(at(lecture), {"action": f"drop-{number}"}).status_code < 500
    expert = client_for(world.expert)
    assert expert.post(f"/teach/{lecture.pk}/step/", {"action": f"answer-{number}"}).status_code < 500


def test_an_answer_with_a_null_character_is_kept_without_it(world, lecture, client_for):
    reviewing.return_lecture(lecture=lecture, reason="改", by=world.supporting_officer, at=world.now)
    remark = Remark.objects.create(event=lecture.review_events.get(kind="returned"), words="错字")
    sent = {"action": f"answer-{remark.pk}", "words": "已\x00改"}
    client_for(world.expert).post(f"/teach/{lecture.pk}/step/", sent)
    assert Remark.objects.get().answer.words == "已改"


def test_the_consent_is_shown_in_the_words_that_were_agreed_to(world, lecture, client_for):
    words = consents.current_text().zh
    expert, page = client_for(world.expert), f"/teach/{lecture.pk}/"
    assert words in unescape(expert.get(page).content.decode())
    # Given by the tick box, before there was a text.
    SpeakerConsent.objects.update(text_version=0)
    shown = unescape(expert.get(page).content.decode())
    assert 'id="withdraw-consent"' in shown
    assert words not in shown


# --- Versions --------------------------------------------------------------------------------------------------
def test_a_new_recording_goes_from_the_expert_to_the_reviewer_and_into_the_catalogue(
    world, reviewer, client_for
):
    lecture = make_published_lecture(world, released_to=None)
    expert, page = client_for(world.expert), f"/teach/{lecture.pk}/versions/"
    assert 'id="upload"' in expert.get(page).content.decode()
    recording = make_recording(world.expert, at=world.now)
    answer = expert.post(page, {"upload": str(upload_of(world, recording).public_id), "note": "声音更清楚"})
    assert answer["Location"] == page
    shown = expert.get(page).content.decode()
    assert 'data-percent="0"' in shown
    assert 'id="upload"' not in shown
    # Neither a draft without its details nor another lecture of its own.
    assert [row.title for row in expert.get("/teach/").context["rows"]] == [lecture.title]
    assert f"/office/review/{lecture.pk}/version/" in reviewer.get("/office/review/").content.decode()
    desk = f"/office/review/{lecture.pk}/version/"
    assert 'id="review-video"' in reviewer.get(desk).content.decode()
    assert reviewer.post(desk, {"action": "accept", "percent": "40"}).status_code == 400
    assert reviewer.post(desk, {"action": "accept", "percent": "10"})["Location"] == "/office/review/"
    lecture.refresh_from_db()
    assert (lecture.recording_id, lecture.versions.count()) == (recording.pk, 2)
    assert "声音更清楚" in expert.get(page).content.decode()
    assert reviewer.get(desk)["Location"] == page
    assert reviewer.get(page).status_code == 200


def test_a_lawyer_does_not_play_what_only_waits(world):
    lecture = make_published_lecture(world, released_to=None)
    lawyer = world.county_lawyer
    enrol(lawyer=lawyer, lecture=lecture, by=lawyer.account, at=world.now)
    recording = make_recording(world.expert, at=world.now)
    offered = versions.offer_replacement(
        lecture=lecture, recording_id=recording.pk, note="更清楚", by=world.expert, at=world.now
    )
    with time_machine.travel(world.later(days=1), tick=False):
        assert media.may_play(viewer_id=lawyer.account.pk, recording_id=lecture.recording_id)
        assert media.may_play(viewer_id=world.supporting_officer.pk, recording_id=recording.pk)
        assert not media.may_play(viewer_id=lawyer.account.pk, recording_id=recording.pk)
        versions.accept_replacement(replacement=offered, by=world.supporting_officer, at=world.later(days=1))
        assert media.may_play(viewer_id=lawyer.account.pk, recording_id=recording.pk)


def test_a_form_without_file_or_words_says_so(world, client_for):
    lecture = make_published_lecture(world)
    answer = client_for(world.expert).post(f"/teach/{lecture.pk}/versions/", {"upload": "", "note": ""})
    assert answer.status_code == 400
    assert set(answer.context["form"].errors) == {"upload", "note"}
    assert not Replacement.objects.exists()


def test_a_second_recording_is_refused_where_it_can_be_read(world, client_for):
    lecture = make_published_lecture(world)
    expert, page = client_for(world.expert), f"/teach/{lecture.pk}/versions/"
    for status in (302, 400):
        upload = upload_of(world, make_recording(world.expert, at=world.now)).public_id
        answer = expert.post(page, {"upload": str(upload), "note": "声音更清楚"})
        assert answer.status_code == status
    assert "请先撤回它" in answer.content.decode()


def test_another_lecture_has_one_button_that_makes_it_one(world, reviewer, client_for):
    old = make_recording(world.expert, at=world.now)
    new = make_recording(world.expert, at=world.now)
    for recording, words in ((old, "鉴定意见的质证要点"), (new, "完全不同的另一个主题")):
        slide = make_slides(recording, [""])[0]
        slide.text = words
        slide.save()
    lecture = make_published_lecture(world, recording=old)
    offered = versions.offer_replacement(
        lecture=lecture, recording_id=new.pk, note="新内容", by=world.expert, at=world.now
    )
    desk = reviewer.get(f"/office/review/{lecture.pk}/version/").content.decode()
    assert 'id="accept"' not in desk
    assert 'id="return"' in desk
    expert, page = client_for(world.expert), f"/teach/{lecture.pk}/versions/"
    assert 'id="new-lecture"' in expert.get(page).content.decode()
    answer = expert.post(page, {"action": f"new-lecture-{offered.pk}"})
    draft = LecturePage.objects.get(supersedes=lecture)
    assert answer["Location"] == f"/teach/{draft.pk}/"


def test_a_reviewer_hands_in_nothing_and_strangers_find_nothing(world, reviewer, client_for):
    lecture = make_published_lecture(world, released_to=None)
    page = f"/teach/{lecture.pk}/versions/"
    assert reviewer.post(page, {"upload": "x", "note": "y"}).status_code == 403
    assert client_for(world.county_account).get(page).status_code == 404
    assert client_for(world.beneficiary_officer).get(page).status_code == 404
