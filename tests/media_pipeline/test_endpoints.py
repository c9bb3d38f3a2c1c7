"""The API of recordings, the processing list in it, and the door to the other rooms."""

from datetime import timedelta

import pytest
from django.utils import timezone

from media_pipeline import api
from media_pipeline.conductor import operations
from media_pipeline.conductor.models import MediaJob
from media_pipeline.recordings.failures import Failure, Warned
from media_pipeline.recordings.models import Recording, Slide
from media_pipeline.recordings.sentences import SENTENCES, WARNINGS, sentence, warning
from tests.media_pipeline import factories

Kind, State = MediaJob.Kind, MediaJob.State


@pytest.fixture
def recording(world):
    recording = factories.received(
        world.expert, at=world.now, duration_ms=60_000, width=1920, height=1080, content="slides",
        original_file="x/original",
    )  # fmt: skip
    factories.rendition(recording, at=world.now)
    return recording


@pytest.fixture
def address(recording):
    return f"/api/v1/recordings/{recording.public_id}/"


def jobs(recording, **states):
    """Jobs of a recording by kind; chunks as a list of states."""
    for kind, state in states.items():
        for part, each in enumerate(state if isinstance(state, list) else [state]):
            values = each if isinstance(each, dict) else {"state": each}
            MediaJob.objects.create(recording=recording, kind=kind, part=part, **values)


def slide(recording, number=1):
    return Slide.objects.create(
        recording=recording, from_ms=number * 1000, picture="x", fence=1, number=number, width=640, height=360,
        size_bytes=1,
    )  # fmt: skip


def lines(recording):
    return api.recording_summary(recording.pk).jobs


# --- the processing list -------------------------------------------------------------------------------------
def test_one_line_for_each_stage_in_the_order_of_the_work(recording, world, client_for, address):
    jobs(
        recording, probe="done", audio="done", slides="done", text="queued", package="waiting",
        chunk=["done", {"state": "running", "progress_percent": 37}, "queued", "queued"],
    )  # fmt: skip
    seen = client_for(world.expert).get(address).json()
    assert [(line["kind"], line["state"], line["progress_percent"]) for line in seen["jobs"]] == [
        ("check", "done", 100), ("audio", "done", 100), ("video", "running", 30), ("text", "queued", 0),
    ]  # fmt: skip
    assert [line["label"] for line in seen["jobs"]] == [
        "文件检查", "音频+课件（最先做好）", "流畅视频、标清视频、清晰视频", "课件目录、课件文字",
    ]  # fmt: skip
    assert seen["jobs"][0]["words"] == "完成 · 画面 1920×1080，声音正常"
    assert seen["jobs"][2]["words"] == "进行中 30% · 4 段已完成 1 段"
    assert seen["progress_percent"] == (3 + 5 + 12) + 70 * 34 // 100
    assert (seen["state"], seen["modes"][0]["average_kbits"]) == ("processing", 21)


def test_a_stage_that_runs_says_how_long_it_will_take(recording):
    now = timezone.now()
    took = {
        "state": "done", "progress_percent": 100, "started_at": now - timedelta(minutes=20),
        "finished_at": now - timedelta(minutes=10),
    }  # fmt: skip
    jobs(recording, probe="done", audio="done", slides="done", chunk=[took, {"state": "running"}, "queued"])
    video = lines(recording)[2]
    assert video.minutes_left == 20
    assert "大约还要 20 分钟" in video.words


def test_a_stage_that_was_begun_again_says_how_often_and_why_but_no_code(recording):
    jobs(
        recording, probe="done", audio="done", slides="done",
        chunk=["done", {"state": "queued", "attempt": 3, "error_code": "stalled"}, {"state": "queued", "attempt": 1}],
    )  # fmt: skip
    video = lines(recording)[2]
    assert video.retries == 2
    assert "已自动重试 2 次" in video.words
    assert sentence("stalled") in video.words
    assert "stalled" not in video.words


def test_what_went_well_in_the_end_needs_no_excuse(recording):
    jobs(recording, probe={"state": "done", "attempt": 3, "error_code": ""})
    assert "重试" not in lines(recording)[0].words


def test_a_code_that_nobody_knows_is_told_as_a_sentence(recording):
    jobs(recording, probe={"state": "failed", "error_code": "of_tomorrow"})
    assert "of_tomorrow" not in lines(recording)[0].words
    assert lines(recording)[0].sentence


def test_a_look_at_the_first_blocks_shows_while_the_rest_is_on_its_way(recording):
    Recording.objects.filter(pk=recording.pk).update(state="uploading", received_at=None)
    jobs(recording, check="done")
    [line] = lines(recording)
    assert (line.kind, line.state) == ("check", "done")
    assert not api.recording_summary(recording.pk).can_cancel


def test_the_sound_can_be_heard_while_the_slides_are_looked_for(recording):
    jobs(recording, probe="done", audio="done", slides={"state": "running", "progress_percent": 40})
    audio = lines(recording)[1]
    assert (audio.state, audio.progress_percent) == ("running", 70)
    assert "已经可以听" in audio.words


def test_a_lecture_whose_slides_nobody_could_find_is_not_called_failed(recording):
    jobs(
        recording,
        probe="done",
        audio="done",
        slides={"state": "failed", "error_code": "internal"},
        chunk=["done"],
    )
    audio = lines(recording)[1]
    assert audio.state == "done"
    assert "课件没能识别出来" in audio.words


def test_sound_without_a_picture_has_no_slides_in_its_list(recording):
    Recording.objects.filter(pk=recording.pk).update(content="audio", width=None, height=None)
    jobs(recording, probe="done", audio="done", slides="skipped", package="skipped", text="skipped")
    summary = api.recording_summary(recording.pk)
    assert [line.state for line in summary.jobs] == ["done", "done", "skipped", "skipped"]
    assert summary.jobs[1].label == "音频（最先做好）"
    assert summary.progress_percent == 100


def test_only_the_newest_generation_counts(recording):
    jobs(recording, probe="failed", audio="failed")
    Recording.objects.filter(pk=recording.pk).update(generation=2)
    MediaJob.objects.create(recording=recording, generation=2, kind=Kind.PROBE, state=State.QUEUED)
    summary = api.recording_summary(recording.pk)
    assert (summary.generation, summary.jobs[0].state, summary.can_retry) == (2, "queued", False)


# --- what else a recording says ------------------------------------------------------------------------------
def test_warnings_are_sentences_and_unknown_ones_are_silent(recording):
    Recording.objects.filter(pk=recording.pk).update(
        warnings=["too_quiet", "of_tomorrow"], loudness_lufs="-37.4"
    )
    jobs(recording, probe="done")
    summary = api.recording_summary(recording.pk)
    assert summary.warnings == (warning("too_quiet"),)
    assert summary.loudness_lufs == -37.4
    assert "声音很小" in summary.jobs[0].words


def test_the_stand_in_for_older_players_is_not_offered(recording, world):
    factories.rendition(recording, "aac", at=world.now)
    factories.rendition(recording, "light", at=world.now)
    assert [mode.mode for mode in api.recording_summary(recording.pk).modes] == ["audio", "light"]


def test_audio_is_called_audio_and_slides_only_where_there_are_slides(recording):
    assert api.recording_summary(recording.pk).modes[0].label == "音频"
    slide(recording)
    slide(recording, 2)
    summary = api.recording_summary(recording.pk)
    assert (summary.modes[0].label, summary.slide_count) == ("音频+课件", 2)


@pytest.mark.parametrize(
    ("state", "probe", "flags"),
    [
        ("processing", "running", (True, False, False)),
        ("ready", "done", (False, False, True)),
        ("failed", "failed", (False, True, True)),
        ("cancelled", "cancelled", (False, True, True)),
        ("refused", "failed", (False, False, True)),
    ],
)
def test_a_recording_says_which_buttons_make_sense(recording, state, probe, flags):
    Recording.objects.filter(pk=recording.pk).update(state=state)
    jobs(recording, probe=probe)
    summary = api.recording_summary(recording.pk)
    assert (summary.can_cancel, summary.can_retry, summary.can_transcode_again) == flags


def test_without_the_original_nothing_can_be_made_again(recording):
    Recording.objects.filter(pk=recording.pk).update(original_file="")
    jobs(recording, probe="failed")
    summary = api.recording_summary(recording.pk)
    assert not summary.can_retry
    assert not summary.can_transcode_again


# --- the API -------------------------------------------------------------------------------------------------
def test_the_expert_reads_why_a_recording_was_refused(recording, world, client_for):
    Recording.objects.filter(pk=recording.pk).update(state="refused", failure_code="no_sound")
    seen = client_for(world.expert).get("/api/v1/recordings/").json()
    assert seen[0]["failure_sentence"] == sentence("no_sound")


def test_nobody_else_sees_it_but_who_may_see_the_queue(recording, world, client_for, client, address):
    assert client_for(world.administrator).get(address).status_code == 200
    assert client_for(world.supporting_officer).get(address).status_code == 404
    assert client_for(world.county_account).get(address).status_code == 404
    assert client.get(address).status_code == 401


@pytest.mark.parametrize("act", ["cancel", "retry", "again"])
@pytest.mark.parametrize("role", ["county_account", "supporting_officer", "national_officer", "editor"])
def test_nobody_else_steers_it(recording, world, client_for, client, address, act, role):
    jobs(recording, probe="failed", audio="queued")
    before = list(recording.jobs.values())
    assert client_for(getattr(world, role)).post(f"{address}{act}/").status_code == 404
    assert client.post(f"{address}{act}/").status_code == 401
    assert list(recording.jobs.values()) == before


def test_the_owner_cancels_and_begins_again(recording, world, client_for, address):
    jobs(recording, probe="done", audio="queued", slides="queued")
    expert = client_for(world.expert)
    cancelled = expert.post(f"{address}cancel/").json()
    assert (cancelled["state"], cancelled["can_retry"], cancelled["can_cancel"]) == ("cancelled", True, False)
    going_on = expert.post(f"{address}retry/").json()
    assert (going_on["state"], going_on["can_cancel"]) == ("processing", True)


def test_only_an_administrator_transcodes_again(recording, world, client_for, address):
    jobs(recording, probe="done", audio="done", slides="done", package="done", text="done", chunk=["done"])
    assert client_for(world.expert).post(f"{address}again/").status_code == 403
    assert client_for(world.administrator).post(f"{address}again/").json()["generation"] == 2


@pytest.mark.parametrize("act", ["cancel", "retry", "again"])
def test_what_cannot_be_done_now_is_said_in_a_sentence(recording, world, client_for, address, act):
    jobs(recording, probe="done", audio="running" if act == "again" else "done")
    before = list(recording.jobs.values())
    answer = client_for(world.administrator).post(f"{address}{act}/")
    assert answer.status_code == 409
    assert answer.json()["detail"].endswith("。")
    assert list(recording.jobs.values()) == before


def test_many_recordings_cost_as_many_queries_as_one(recording, world, django_assert_num_queries):
    ids = [recording.pk] + [factories.received(world.expert, at=world.now).pk for _ in range(5)]
    for pk in ids:
        jobs(Recording.objects.get(pk=pk), probe="done", chunk=["done", "running", "queued"])
    with django_assert_num_queries(3):
        assert set(api.recording_summaries(ids)) == set(ids)
    with django_assert_num_queries(3):
        assert len(api.recordings_of(world.expert)) == 6


def test_the_door_says_what_it_does_not_know(world):
    with pytest.raises(api.RecordingUnknown):
        api.recording_summary(0)
    for unknown in ("", "x", "00000000-0000-0000-0000-000000000000"):
        with pytest.raises(api.UploadUnknown):
            api.recording_of_upload(unknown, owner=world.expert)


def test_every_code_has_a_sentence():
    assert set(SENTENCES) == set(Failure)
    assert set(WARNINGS) == set(Warned)
    assert sentence("") == ""
    assert sentence("a code of tomorrow")


def test_a_recording_planned_by_the_conductor_has_its_whole_list(recording, world):
    operations.plan_work(recording_id=recording.pk, at=world.now)
    assert [line.kind for line in lines(recording)] == ["check", "audio", "video", "text"]
