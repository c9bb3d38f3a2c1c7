"""Real recordings through every stage with real ffmpeg: what comes out plays, is as long as what went in, and fits."""

import json
import subprocess
from fractions import Fraction

import pytest
from django.utils import timezone

from media_pipeline import api
from media_pipeline.conductor import operations, plan, work
from media_pipeline.conductor.models import MediaJob
from media_pipeline.recordings import files
from media_pipeline.recordings.models import Recording
from tests.media_pipeline import factories

pytestmark = pytest.mark.media


@pytest.fixture
def process(world, arrived):
    """Return a function that does every job of a recording, as a worker would, and gives the recording back."""

    def go(path) -> api.RecordingSummary:
        recording = arrived(path)
        operations.plan_work(recording_id=recording.pk, at=world.now)
        while any(work.work_next(queue) for queue in plan.WORK_QUEUES):
            pass
        return api.recording_summary(recording.pk)

    return go


def probe(recording_id, mode):
    name = Recording.objects.get(pk=recording_id).renditions.get(mode=mode).file
    path = files.local_path(files.storage(), name)
    entries = "format=duration,start_time:stream=codec_name,width,height,channels,avg_frame_rate,start_time,duration"
    command = ["ffprobe", "-v", "error", "-show_entries", entries, "-of", "json", str(path)]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)


def modes(summary):
    return [mode.mode for mode in summary.modes]


def test_a_lecture_becomes_every_mode_that_it_has(process, tmp_path, settings):
    summary = process(factories.lecture(tmp_path / "lecture.mp4", 14, "480x270"))
    assert (summary.state, modes(summary)) == ("ready", ["audio", "light", "standard", "clear"])
    recording = Recording.objects.get(pk=summary.id)
    assert set(recording.jobs.values_list("state", flat=True)) == {"done"}
    assert abs(summary.duration_ms - 14_000) < 60
    sound = probe(summary.id, "audio")["streams"]
    assert [(stream["codec_name"], stream["channels"]) for stream in sound] == [("opus", 1)]
    light = probe(summary.id, "light")
    assert [stream["codec_name"] for stream in light["streams"]] == ["h264", "opus"]
    assert light["streams"][0]["avg_frame_rate"] == "5/1"
    standard = probe(summary.id, "standard")
    assert [stream["codec_name"] for stream in standard["streams"]] == ["h264", "aac"]
    assert standard["streams"][0]["avg_frame_rate"] == "25/2"
    clear = probe(summary.id, "clear")
    assert clear["streams"][0]["avg_frame_rate"] == "25/1"
    for shown in (light, standard, clear):
        assert (shown["streams"][0]["width"], shown["streams"][0]["height"]) == (480, 270)
        assert float(shown["streams"][0]["start_time"]) == 0
        assert abs(float(shown["format"]["duration"]) - 14) < 0.2
    # nothing is left behind
    assert not list(settings.MEDIA_WORK_DIR.glob("*"))


def test_the_audio_can_be_watched_before_any_picture_is_made(world, arrived, tmp_path):
    recording = arrived(factories.lecture(tmp_path / "lecture.mp4", 3))
    operations.plan_work(recording_id=recording.pk, at=world.now)
    for kind in ("probe", "audio"):
        work.work_on(recording.jobs.get(kind=kind).pk)
    summary = api.recording_summary(recording.pk)
    assert modes(summary) == ["audio"]
    assert summary.first_watchable_at is not None
    assert summary.state == "processing"


def test_a_phone_held_upright_with_uneven_frames(process, tmp_path):
    summary = process(factories.phone(tmp_path / "phone.mov"))
    assert summary.state == "ready"
    assert (summary.width, summary.height) == (360, 640)
    light = probe(summary.id, "light")["streams"][0]
    assert (light["width"], light["height"], light["avg_frame_rate"]) == (360, 640, "5/1")
    assert abs(float(light["duration"]) - 5) < 0.3


def test_a_matroska_with_two_sound_tracks_and_odd_sides(process, tmp_path):
    summary = process(factories.matroska(tmp_path / "lecture.mkv"))
    assert (summary.state, modes(summary)) == ("ready", ["audio", "light", "standard", "clear"])
    assert (summary.modes[1].width, summary.modes[1].height) == (640, 360)


def test_a_dictaphone_has_sound_only(process, tmp_path):
    summary = process(factories.sound_only(tmp_path / "talk.m4a"))
    assert (summary.state, summary.content, modes(summary)) == ("ready", "audio", ["audio"])
    assert summary.warnings


def test_a_tape_is_made_whole_with_square_pixels(process, tmp_path):
    summary = process(factories.interlaced(tmp_path / "tape.avi"))
    assert summary.state == "ready"
    # 720 x 576 of a wide picture are shown as 1024 x 576
    assert (summary.modes[1].width, summary.modes[1].height) == (1024, 576)


def test_a_picture_that_ends_early_is_held_to_the_end(process, tmp_path):
    late = tmp_path / "late.mp4"
    factories.ffmpeg("-f", "lavfi", "-i", "testsrc=s=320x180:r=25:d=3", "-f", "lavfi", "-i", f"{factories.VOICE}:d=8",
                     "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", late)  # fmt: skip
    summary = process(late)
    assert summary.state == "ready"
    assert abs(float(probe(summary.id, "light")["streams"][0]["duration"]) - 8) < 0.3


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (factories.mute, "no_sound"),
        (factories.silent, "silent"),
        (lambda path: cut(factories.lecture(path, 4), 0.6), "cut_off"),
        (lambda path: cut(faststart(path), 0.6), "cut_off"),
        (lambda path: cut(factories.matroska(path.with_suffix(".mkv"), 10), 0.6), "cut_off"),
        (lambda path: factories.lecture(path, 0.4), "too_short"),
    ],
    ids=["no sound", "silence", "no end", "half of a streamable file", "half of a matroska", "an instant"],
)
def test_what_cannot_become_a_lecture_says_why(process, tmp_path, make, code):
    summary = process(make(tmp_path / "bad.mp4"))
    recording = Recording.objects.get(pk=summary.id)
    assert (recording.state, recording.failure_code) == ("refused", code)
    assert summary.failure_sentence
    assert modes(summary) == []


def cut(path, share):
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    return path


def faststart(path):
    plain = factories.lecture(path.with_name("plain.mp4"), 20)
    factories.ffmpeg("-i", plain, "-c", "copy", "-movflags", "+faststart", path)
    return path


def test_a_missing_original_is_our_fault_and_is_tried_again(world):
    recording = factories.received(world.expert, at=world.now, original_file="gone/original")
    operations.plan_work(recording_id=recording.pk, at=world.now)
    job = recording.jobs.get(kind="probe")
    for _ in range(MediaJob.MAX_ATTEMPTS):
        assert work.work_on(job.pk)
        recording.jobs.update(not_before=None)
    assert not work.work_on(job.pk)
    recording.refresh_from_db()
    assert (recording.state, recording.failure_code) == ("failed", "file_missing")


def test_a_recording_of_slides_keeps_the_budgets(process, tmp_path):
    # given pages that turn every six seconds, with a camera's noise on them
    slides = tmp_path / "slides.mp4"
    pages = "testsrc2=s=960x540:r=1:d=26,select='not(mod(n,6))',fps=10,noise=alls=2"
    factories.ffmpeg("-f", "lavfi", "-i", pages, "-f", "lavfi", "-i", f"{factories.VOICE}:d=26", "-t", 26,
                     "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", slides)  # fmt: skip
    rates = {mode.mode: mode.average_kbits for mode in process(slides).modes}
    assert rates["audio"] <= 24
    assert rates["light"] <= 64
    assert rates["standard"] <= 190


def test_chunks_join_without_a_seam(process, tmp_path, settings):
    # given a lecture of three chunks, whose pictures carry their number
    settings.MEDIA_CHUNK_SECONDS = 12
    summary = process(factories.lecture(tmp_path / "lecture.mp4", 32, "640x360"))
    recording = Recording.objects.get(pk=summary.id)
    assert recording.jobs.filter(kind="chunk").count() == 3
    assert summary.state == "ready"
    for mode, rate in (("light", 5), ("standard", Fraction(25, 2)), ("clear", 25)):
        times = picture_times(summary.id, mode)
        assert len(times) == 32 * rate
        assert all(abs(time - number / rate) < 0.002 for number, time in enumerate(times))
    # the chunks are not kept once they are joined
    operations.delete_outdated_files(at=timezone.now())
    assert not list((settings.MEDIA_WORK_DIR.parent / "recordings").rglob("parts/**/*.mp4"))


def test_slides_have_pictures_and_a_storyboard(process, tmp_path):
    # given three slides of eight seconds each
    recording = Recording.objects.get(pk=process(three_slides(tmp_path)).id)
    assert recording.content == "slides"
    found = list(recording.slides.all())
    assert [round(one.from_ms / 1000) for one in found] == [0, 8, 16]
    for one in found:
        assert files.local_path(files.storage(), one.picture).read_bytes()[8:12] == b"WEBP"
        assert one.text_read_at is not None
    assert (
        files.local_path(files.storage(), recording.storyboard.file).stat().st_size
        == recording.storyboard.size_bytes
    )


def three_slides(folder):
    picture = "color=c={}:s=1280x720:r=10:d=8,drawbox=x={}:y=100:w=300:h=400:color=white:t=fill"
    inputs = [("navy", 60), ("darkgreen", 460), ("maroon", 860)]
    arguments = [piece for colour, x in inputs for piece in ("-f", "lavfi", "-i", picture.format(colour, x))]
    path = folder / "slides.mp4"
    factories.ffmpeg(*arguments, "-f", "lavfi", "-i", f"{factories.VOICE}:d=24", "-filter_complex",
                     "[0][1][2]concat=n=3[v]", "-map", "[v]", "-map", "3:a", "-c:v", "libx264", "-preset", "ultrafast",
                     "-pix_fmt", "yuv420p", "-c:a", "aac", path)  # fmt: skip
    return path


def picture_times(recording_id, mode):
    """The presentation times of a mode's pictures, in their order (seconds)."""
    name = Recording.objects.get(pk=recording_id).renditions.get(mode=mode).file
    path = files.local_path(files.storage(), name)
    command = [
        "ffprobe",
        "-v",
        "error",
        "-select_streams",
        "v",
        "-show_entries",
        "packet=pts_time",
        "-of",
        "csv=p=0",
        str(path),
    ]
    said = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    return sorted(float(line.strip(",")) for line in said.split() if line.strip(","))
