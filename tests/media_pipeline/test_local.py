"""`manage.py transcode`: the pipeline without a server."""

import json
import subprocess
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from media_pipeline.recordings.failures import Failure
from media_pipeline.recordings.sentences import sentence
from tests.media_pipeline import factories

pytestmark = pytest.mark.media


def transcode(source: Path, out: Path, *options: str) -> str:
    said = StringIO()
    with translation.override("zh-hans"):
        call_command("transcode", source, "--out", out, *options, stdout=said)
    return said.getvalue()


def played_seconds(playlist: Path) -> float:
    """How much a player that reads HLS gets out of a playlist."""
    command = ["ffmpeg", "-v", "error", "-nostdin", "-i", playlist, "-f", "null", "-progress", "pipe:1", "-"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    told = [line.partition("=")[2] for line in done.stdout.splitlines() if line.startswith("out_time_us=")]
    return int(told[-1]) / 1e6


def test_a_lecture_becomes_every_mode_with_playlists_slides_and_a_report(tmp_path: Path):
    source, out = factories.lecture(tmp_path / "lecture.mp4", seconds=20, size="1280x720"), tmp_path / "out"

    said = transcode(source, out)

    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    modes = [made["mode"] for made in report["files"]]
    assert modes[:3] == ["audio", "aac", "light"]
    assert "standard" in modes
    for made in report["files"]:
        assert (out / made["file"]).stat().st_size == made["size_bytes"]
        assert made["file"] in said
        assert played_seconds(out / f"{made['mode']}.m3u8") == pytest.approx(20, abs=0.5)
    master = (out / "master.m3u8").read_text(encoding="utf-8")
    assert [line for line in master.splitlines() if line.endswith(".m3u8")].count("light.m3u8") == 1
    slides = json.loads((out / "slides.json").read_text(encoding="utf-8"))
    assert slides[0]["from_ms"] == 0
    assert slides[-1]["until_ms"] == report["duration_ms"]
    for name in [*(slide["file"] for slide in slides), report["storyboard"]["file"]]:
        assert (out / name).read_bytes()[8:12] == b"WEBP"
    # Heard before anything is seen, and nothing left of the work.
    assert report["watchable"]["sound"] < report["watchable"]["audio + slides"] < report["watchable"]["all"]
    assert not (out / ".work").exists()


def test_sound_alone_becomes_sound_alone(tmp_path: Path):
    source, out = factories.sound_only(tmp_path / "talk.m4a"), tmp_path / "out"

    transcode(source, out)

    assert {path.name for path in out.iterdir()} == {
        "audio.mp4", "audio.m3u8", "aac.mp4", "aac.m3u8", "master.m3u8", "report.json",
    }  # fmt: skip


def test_a_text_file_is_refused_with_the_sentence_that_an_upload_would_get(tmp_path: Path):
    source, out = tmp_path / "讲义.mp4", tmp_path / "out"
    source.write_text("这不是录像。\n" * 500, encoding="utf-8")

    with pytest.raises(CommandError) as refused:
        transcode(source, out)

    with translation.override("zh-hans"):
        assert str(refused.value) == sentence(Failure.NOT_A_RECORDING)
    assert refused.value.returncode == 1
    assert list(out.iterdir()) == []


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path):
    with pytest.raises(CommandError, match="不存在"):
        transcode(tmp_path / "none.mp4", tmp_path / "out")
