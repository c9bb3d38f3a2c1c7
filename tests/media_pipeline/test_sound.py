"""The sound: measured as it is, made equally loud, encoded once for each kind of player."""

import re
import subprocess
from decimal import Decimal

import pytest

from media_pipeline.packaging.inspect import packaged
from media_pipeline.recordings.failures import Failure, RecordingRefused
from media_pipeline.transcoding import encode
from tests.media_pipeline import factories

pytestmark = pytest.mark.media


def loudness(path) -> float:
    """Integrated loudness of a file (LUFS) by ffmpeg's own meter."""
    command = [
        "ffmpeg",
        "-hide_banner",
        "-nostdin",
        "-i",
        str(path),
        "-map",
        "0:a:0",
        "-af",
        "ebur128",
        "-f",
        "null",
        "-",
    ]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    return float(re.findall(r"I:\s+(-?[\d.]+) LUFS", said)[-1])


# Noise in the band of a voice, in syllables: a pure tone is louder after Opus than before it, which speech is not.
SPEECH = "anoisesrc=c=pink:r=48000:seed=7:a=0.9"
SYLLABLES = "highpass=f=150,lowpass=f=3500,tremolo=f=4:d=0.9,volume=8dB"


def spoken(path, *, gain_db: int, channels: int = 1, seconds: int = 20):
    """Somebody who speaks in syllables, twice as loud in the second half."""
    rise = f"volume='if(gt(t,{seconds / 2}),2,1)':eval=frame,volume={gain_db}dB"
    factories.ffmpeg("-f", "lavfi", "-i", f"{SPEECH}:d={seconds}", "-af", f"{SYLLABLES},{rise}",
                     "-ac", channels, "-c:a", "pcm_s16le", path)  # fmt: skip
    return path


def sounded(source):
    """Make both tracks of a source, as the pipeline does."""
    folder = source.parent
    facts = encode.probe(source, folder=folder, cancelled=lambda: False)
    timeline = encode.measure(source, facts, folder=folder, cancelled=lambda: False)
    percents: list[int] = []
    made = encode.make_sound(source, facts, timeline, opus=folder / "opus.mp4", aac=folder / "aac.mp4",
                             on_percent=percents.append, cancelled=lambda: False)  # fmt: skip
    assert percents == sorted(percents)
    return made, timeline


@pytest.mark.parametrize(("gain_db", "channels"), [(0, 1), (-25, 2), (-14, 1)])
def test_every_recording_is_equally_loud(tmp_path, gain_db, channels):
    source = spoken(tmp_path / "talk.wav", gain_db=gain_db, channels=channels)
    made, timeline = sounded(source)
    assert float(made.lufs) == pytest.approx(loudness(source), abs=0.2)
    for name in ("opus", "aac"):
        track = tmp_path / f"{name}.mp4"
        # Within one of -16 for speech; the encoders make noise a little louder still.
        assert loudness(track) == pytest.approx(-16, abs=1.2), name
        found = packaged(
            track, file=track.name, expected_ms=timeline.duration_ms, tolerance_ms=70, pictured=False
        )
        assert found.average_bps < (24_000 if name == "opus" else 48_000)
    # and nothing is left of the step between
    assert not (tmp_path / "levelled.flac").exists()


def test_a_loud_recording_is_not_clipped(tmp_path):
    sounded(spoken(tmp_path / "talk.wav", gain_db=9))
    command = [
        "ffmpeg",
        "-hide_banner",
        "-nostdin",
        "-i",
        tmp_path / "aac.mp4",
        "-af",
        "volumedetect",
        "-f",
        "null",
        "-",
    ]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    (peak,) = re.findall(r"max_volume: (-?[\d.]+) dB", said)
    assert float(peak) < -0.1


def test_silence_is_refused(tmp_path):
    with pytest.raises(RecordingRefused) as refusal:
        sounded(factories.silent(tmp_path / "silent.mp4"))
    assert refusal.value.code == Failure.SILENT


def test_both_tracks_are_mono_and_as_long_as_the_recording(tmp_path):
    # given a film whose sound ends two seconds before its picture
    source = tmp_path / "film.mp4"
    factories.ffmpeg("-f", "lavfi", "-i", "testsrc=s=160x90:r=25:d=8", "-f", "lavfi", "-i", f"{factories.VOICE}:d=6",
                     "-c:v", "libx264", "-preset", "ultrafast", "-ac", 2, "-c:a", "aac", source)  # fmt: skip
    _made, timeline = sounded(source)
    assert timeline.duration_ms == pytest.approx(8000, abs=50)
    for name, codec in (("opus", "opus"), ("aac", "aac")):
        entries = "stream=codec_name,channels:format=duration"
        command = [
            "ffprobe",
            "-v",
            "error",
            "-show_entries",
            entries,
            "-of",
            "csv=p=0",
            tmp_path / f"{name}.mp4",
        ]
        stream, length = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        assert stream == f"{codec},1"
        assert float(length) == pytest.approx(8, abs=0.1)


def test_noise_is_not_raised_without_end(tmp_path):
    # given a microphone that heard only its own hiss
    source = tmp_path / "hiss.wav"
    factories.ffmpeg(
        "-f", "lavfi", "-i", "anoisesrc=a=0.0006:d=10:r=48000:seed=1", "-c:a", "pcm_s16le", source
    )
    made, _timeline = sounded(source)
    assert made.lufs < Decimal(-60)
    assert made.gain_db <= 20
