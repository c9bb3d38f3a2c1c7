"""The expert's side of the work on a recording: the list, its warnings, and the two buttons."""

import re

import pytest

from media_pipeline.conductor.models import MediaJob
from media_pipeline.recordings.models import Recording
from media_pipeline.recordings.sentences import sentence
from tests.courses.factories import make_draft, make_recording

State = MediaJob.State


@pytest.fixture
def recording(world):
    recording = make_recording(world.expert, at=world.now, state="processing", modes=("audio",))
    recording.original_file = "x/original"
    recording.save()
    return recording


@pytest.fixture
def lecture(world, recording):
    return make_draft(world, recording=recording)


@pytest.fixture
def expert(world, lecture, client_for):
    return client_for(world.expert)


def standing(recording):
    return list(recording.jobs.order_by("pk").values_list("kind", "state", "attempt"))


def test_the_page_shows_the_stages_in_order_with_warnings_above(expert, lecture, recording):
    Recording.objects.filter(pk=recording.pk).update(warnings=["too_quiet"])
    page = expert.get(f"/teach/{lecture.pk}/").content.decode()
    assert re.findall(r'data-kind="(\w+)"', page) == ["check", "audio", "video", "text"]
    assert page.count("data-warning") == 1
    order = [
        page.index(words)
        for words in ("讲话声音很小", "文件检查", ">上传<", "音频+课件（最先做好）", "课件目录、课件文字")
    ]
    assert order == sorted(order)


def test_the_expert_stops_the_processing_and_begins_it_again(expert, lecture, recording):
    page = expert.get(f"/teach/{lecture.pk}/").content.decode()
    assert 'id="cancel-processing"' in page
    assert 'id="retry-processing"' not in page
    page = expert.post(f"/teach/{lecture.pk}/cancel/", follow=True).content.decode()
    assert not recording.jobs.filter(state__in=[State.WAITING, State.QUEUED, State.RUNNING]).exists()
    assert "处理已取消" in page
    assert 'id="retry-processing"' in page
    assert 'data-ended="yes"' in page
    page = expert.post(f"/teach/{lecture.pk}/retry/", follow=True).content.decode()
    recording.refresh_from_db()
    assert recording.state == Recording.State.PROCESSING
    assert 'id="cancel-processing"' in page
    assert 'data-ended="yes"' not in page


@pytest.mark.parametrize("act", ["cancel", "retry"])
def test_a_lecture_of_somebody_else_has_no_such_page(world, client_for, lecture, recording, act):
    before = standing(recording)
    for other in (world.supporting_officer, world.administrator, world.county_account):
        assert client_for(other).post(f"/teach/{lecture.pk}/{act}/").status_code == 404
    assert standing(recording) == before


@pytest.mark.parametrize("act", ["cancel", "retry"])
def test_a_link_alone_changes_nothing(expert, lecture, recording, act):
    before = standing(recording)
    assert expert.get(f"/teach/{lecture.pk}/{act}/").status_code == 405
    assert standing(recording) == before


@pytest.mark.parametrize(("act", "state"), [("cancel", "ready"), ("retry", "processing")])
def test_a_button_pressed_too_late_says_so(world, client_for, act, state):
    recording = make_recording(world.expert, at=world.now, state=state)
    lecture = make_draft(world, recording=recording)
    before = standing(recording)
    page = client_for(world.expert).post(f"/teach/{lecture.pk}/{act}/", follow=True).content.decode()
    assert 'class="note er"' in page
    assert standing(recording) == before


def test_a_refused_file_is_not_tried_again_but_says_why(expert, lecture, recording):
    Recording.objects.filter(pk=recording.pk).update(state="refused", failure_code="no_sound")
    recording.jobs.update(state=State.FAILED)
    before = standing(recording)
    page = expert.post(f"/teach/{lecture.pk}/retry/", follow=True).content.decode()
    assert 'id="retry-processing"' not in page
    assert page.count(sentence("no_sound")) == 2
    assert standing(recording) == before


def test_the_list_of_lectures_says_what_the_trouble_is(expert, lecture, recording):
    for state, words in (("refused", "文件有问题"), ("failed", "处理出错"), ("cancelled", "处理已取消")):
        Recording.objects.filter(pk=recording.pk).update(state=state)
        assert words in expert.get("/teach/").content.decode()


def test_the_percentage_in_the_list_is_that_of_the_whole_processing(expert, lecture, recording):
    # given the file check done and everything else at 37 %
    assert re.search(r'class="n">38%<', expert.get("/teach/").content.decode())
