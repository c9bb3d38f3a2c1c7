"""A recording made in pieces shows the same pictures at the same times as one made at once."""

import subprocess
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_pipeline.packaging.inspect import packaged
from media_pipeline.recordings.failures import Failure, StageFailed
from media_pipeline.transcoding import encode, rules
from media_pipeline.transcoding.chunks import CHUNK_SECONDS, Span, spans
from media_pipeline.transcoding.ladder import CLEAR, GOP_SECONDS, OPUS, SLIDES, Step, ladder_for
from tests.media_pipeline import factories

BITS, BLOCK = 12, 16
# Each picture carries its own number: twelve blocks along the top, white for one and black for zero.
NUMBERED = (
    f"color=c=gray:s={BITS * BLOCK}x108:r=25:d={{seconds}},format=gray,"
    f"geq=lum='if(lt(Y,{BLOCK}),255*mod(floor(N/pow(2,floor(X/{BLOCK}))),2),128+40*sin(N/9+X/20))'"
)


@given(st.integers(1000, 6 * 3600_000), st.sampled_from(["mov", "matroska", "avi"]))
def test_spans_cover_a_recording_once_and_begin_where_key_pictures_stand(duration_ms, demuxer):
    cut = spans(duration_ms, demuxer)
    assert cut[0].from_ms == 0
    assert cut[-1].until_ms == duration_ms
    assert all(one.until_ms == after.from_ms for one, after in pairwise(cut))
    assert all(span.from_ms % (GOP_SECONDS * 1000) == 0 for span in cut)
    # and no piece is a crumb, nor much more than a piece
    assert all(span.duration_ms <= 1.5 * CHUNK_SECONDS * 1000 for span in cut)
    assert len(cut) == 1 or cut[-1].duration_ms >= CHUNK_SECONDS * 500


@pytest.mark.parametrize("demuxer", ["mpegts", "mpeg", "asf", "ogg", "flac"])
def test_a_container_that_cannot_be_searched_is_made_in_one_piece(demuxer):
    assert spans(2 * 3600_000, demuxer) == [Span(0, 2 * 3600_000)]


def test_a_piece_that_no_gop_fills_is_refused():
    with pytest.raises(ValueError, match="multiple"):
        spans(60_000, "mov", chunk_seconds=10)


@given(st.integers(1, 100), st.sampled_from([Fraction(5), Fraction(25, 2), Fraction(25), Fraction(30)]))
def test_every_piece_but_the_last_holds_whole_pictures(groups, rate):
    span = Span(0, groups * GOP_SECONDS * 1000)
    assert span.pictures(rate) * 1000 / rate == span.duration_ms


@dataclass(frozen=True)
class Lecture:
    """A source and what the probe found in it."""

    path: Path
    facts: rules.Source
    timeline: rules.Timeline
    steps: tuple[Step, ...]

    def made(self, cut: list[Span]) -> dict[str, list[Path]]:
        """The parts of every mode, one after the other."""
        parts: dict[str, list[Path]] = {step.mode: [] for step in self.steps}
        for number, span in enumerate(cut):
            folder = self.path.parent / f"{len(cut)}-{number}"
            folder.mkdir()
            made = encode.make_chunk(self.path, self.facts, self.timeline, span, self.steps, folder=folder,
                                     on_percent=lambda _: None, cancelled=lambda: False)  # fmt: skip
            for mode, path in made.items():
                parts[mode].append(path)
        return parts

    def whole(self) -> list[Span]:
        return [Span(0, self.timeline.duration_ms)]

    def pieces(self) -> list[Span]:
        return spans(self.timeline.duration_ms, self.facts.demuxer, chunk_seconds=GOP_SECONDS)


def looked_at(path: Path) -> Lecture:
    facts = encode.probe(path, folder=path.parent, cancelled=lambda: False)
    timeline = encode.measure(path, facts, folder=path.parent, cancelled=lambda: False)
    assert facts.picture
    size = facts.picture.width, facts.picture.height
    return Lecture(path, facts, timeline, ladder_for(SLIDES, *size, frame_rate=facts.picture.even_rate))


def numbers(path: Path) -> list[int]:
    """The number that each picture of a file carries, in the order in which they are shown."""
    blocks = f"crop={BITS * BLOCK}:{BLOCK}:0:0,format=gray"
    command = ["ffmpeg", "-v", "error", "-nostdin", "-i", str(path), "-map", "0:v", "-vf", blocks,
               "-fps_mode", "passthrough", "-f", "rawvideo", "-"]  # fmt: skip
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    pictures = np.frombuffer(raw, np.uint8).reshape(-1, BLOCK, BITS, BLOCK)[:, 4:-4, :, 4:-4]
    bits = pictures.mean(axis=(1, 3)) > 128
    return [int(number) for number in bits @ (1 << np.arange(BITS))]


def shown(parts: list[Path]) -> list[int]:
    return [number for part in parts for number in numbers(part)]


def filmed(
    path: Path, seconds: float, *arguments: object, select: str = "1", sound: float | None = None
) -> Path:
    """A film of numbered pictures with a voice."""
    factories.ffmpeg(
        "-f", "lavfi", "-i", NUMBERED.format(seconds=seconds),
        "-f", "lavfi", "-i", f"{factories.VOICE}:d={sound or seconds}",
        "-vf", f"select='{select}'", "-fps_mode", "vfr", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "veryfast",
        "-crf", 15, *arguments, "-c:a", "aac", path,
    )  # fmt: skip
    return path


OPEN_GOP: list[object] = [
    "-x264-params",
    "open-gop=1:keyint=250:min-keyint=250:scenecut=0:bframes=3:b-pyramid=2",
]
UNEVEN = "not(between(mod(n\\,40)\\,7\\,19))"
SPARSE = "eq(n\\,0)+eq(n\\,80)+eq(n\\,560)+eq(n\\,743)"

SOURCES: dict[str, tuple[str, list[object], str]] = {
    "an open GOP of ten seconds with B-pictures": ("film.mp4", OPEN_GOP, "1"),
    "a telephone's uneven pictures": ("phone.mov", ["-x264-params", "keyint=250:scenecut=0"], UNEVEN),
    "matroska": ("film.mkv", OPEN_GOP, "1"),
    "AVI": ("film.avi", ["-c:v", "mpeg4", "-q:v", 2, "-bf", 2, "-g", 250], "1"),
    "a screen that hardly ever changes": ("screen.mkv", [], SPARSE),
}


@pytest.mark.media
@pytest.mark.parametrize("name", SOURCES)
def test_pieces_show_what_the_whole_shows(name, tmp_path):
    file, arguments, select = SOURCES[name]
    lecture = looked_at(filmed(tmp_path / file, 30, *arguments, select=select))
    cut = lecture.pieces()
    assert len(cut) == 3
    whole, pieces = lecture.made(lecture.whole()), lecture.made(cut)
    for step in lecture.steps:
        seen = shown(pieces[step.mode])
        assert seen == shown(whole[step.mode]), step.mode
        assert len(seen) == Span(0, lecture.timeline.duration_ms).pictures(step.picture.frame_rate)
        assert seen == sorted(seen)
    if select == "1":
        # At the source's own rate every picture is shown once: none twice, none left out. Only the first may stand
        # longer, where the sound begins before it.
        seen = shown(pieces[CLEAR])
        first = seen.count(0)
        assert first <= 2
        assert seen[first:740] == list(range(1, 741 - first))


@pytest.mark.media
def test_a_picture_that_ended_long_ago_stands_until_the_sound_ends(tmp_path):
    # given slides that stop after four seconds, while the talk goes on for twenty-eight
    lecture = looked_at(filmed(tmp_path / "film.mp4", 4, sound=28))
    whole, pieces = lecture.made(lecture.whole()), lecture.made(lecture.pieces())
    for step in lecture.steps:
        seen = shown(pieces[step.mode])
        assert seen == shown(whole[step.mode])
        assert seen[-1] in (98, 99)


def stream_times(path: Path) -> dict[str, tuple[float, float]]:
    """When each kind of track begins and ends (seconds), as a player of libavformat sees it."""
    command = ["ffprobe", "-v", "error", "-show_entries", "packet=codec_type,pts_time,duration_time",
               "-of", "csv=p=0", str(path)]  # fmt: skip
    times: dict[str, list[float]] = {}
    for line in subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines():
        kind, start, length = line.split(",")[:3]
        # A packet of Opus holds its own length, and the container need not say it.
        seconds = 0.06 if length == "N/A" else float(length)
        times.setdefault(kind, []).extend([float(start), float(start) + seconds])
    return {kind: (min(found), max(found)) for kind, found in times.items()}


@pytest.fixture(scope="module")
def joined(tmp_path_factory):
    """All modes of thirty seconds, made in three pieces and joined with their sound."""
    folder = tmp_path_factory.mktemp("joined")
    lecture = looked_at(filmed(folder / "film.mp4", 30, *OPEN_GOP))
    sounds = folder / "opus.mp4", folder / "aac.mp4"
    encode.make_sound(lecture.path, lecture.facts, lecture.timeline, opus=sounds[0], aac=sounds[1],
                      on_percent=lambda _: None, cancelled=lambda: False)  # fmt: skip
    parts = lecture.made(lecture.pieces())
    for step in lecture.steps:
        sound = sounds[0] if step.sound == OPUS else sounds[1]
        encode.join(parts[step.mode], sound, folder / f"{step.mode}.mp4", step, lecture.timeline,
                    cancelled=lambda: False)  # fmt: skip
    return lecture, folder, parts


@pytest.mark.media
def test_joined_pieces_are_one_rendition(joined):
    lecture, folder, parts = joined
    cuts = set()
    for step in lecture.steps:
        path = folder / f"{step.mode}.mp4"
        found = packaged(path, file=path.name, expected_ms=lecture.timeline.duration_ms, tolerance_ms=100,
                         pictured=True, gop_ms=GOP_SECONDS * 1000)  # fmt: skip
        assert found.frame_rate == step.picture.frame_rate
        assert numbers(path) == shown(parts[step.mode])
        assert encode.decode(path, cancelled=lambda: False) == len(found.segments) == 3
        cuts.add(tuple(round(segment.duration_ms) for segment in found.segments[:-1]))
    assert cuts == {(12_000, 12_000)}


@pytest.mark.media
def test_the_first_picture_stands_at_zero_and_the_sound_beside_it(joined):
    lecture, folder, _parts = joined
    for step in lecture.steps:
        times = stream_times(folder / f"{step.mode}.mp4")
        assert times["video"][0] == 0, step.mode
        # What stands before zero is decoded and not heard: the encoder's run-up, kept by the copy.
        run_up = 0.0065 if step.sound == OPUS else 1024 / 48000
        assert times["audio"][0] == pytest.approx(-run_up, abs=0.0001)
        packet = 0.06 if step.sound == OPUS else 1024 / 48000
        picture = float(1 / step.picture.frame_rate)
        assert abs(times["video"][1] - times["audio"][1]) <= packet + picture


@pytest.mark.media
def test_the_sound_is_copied_byte_by_byte(joined):
    lecture, folder, _parts = joined

    def packets(path: Path) -> str:
        command = [
            "ffmpeg",
            "-v",
            "error",
            "-i",
            str(path),
            "-map",
            "0:a",
            "-c",
            "copy",
            "-f",
            "streamhash",
            "-",
        ]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    for step in lecture.steps:
        sound = "opus.mp4" if step.sound == OPUS else "aac.mp4"
        copied, track = packets(folder / f"{step.mode}.mp4"), packets(folder / sound)
        assert copied.partition("=")[2] == track.partition("=")[2]


@pytest.mark.media
def test_pieces_of_other_settings_do_not_join(joined, tmp_path):
    lecture, folder, parts = joined
    step = lecture.steps[0]
    foreign = tmp_path / "foreign.mp4"
    factories.ffmpeg("-i", parts[step.mode][1], "-c:v", "libx264", "-profile:v", "baseline", foreign)
    with pytest.raises(StageFailed) as failure:
        encode.join([parts[step.mode][0], foreign], folder / "opus.mp4", tmp_path / "out.mp4", step, lecture.timeline,
                    cancelled=lambda: False)  # fmt: skip
    assert failure.value.code == Failure.OUTPUT_WRONG


@pytest.mark.media
def test_a_piece_that_a_full_disk_cut_is_not_joined(joined, tmp_path):
    lecture, folder, parts = joined
    step = lecture.steps[0]
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(parts[step.mode][1].read_bytes()[:-2000])
    with pytest.raises(StageFailed) as failure:
        encode.join([parts[step.mode][0], cut], folder / "opus.mp4", tmp_path / "out.mp4", step, lecture.timeline,
                    cancelled=lambda: False)  # fmt: skip
    assert failure.value.code == Failure.OUTPUT_WRONG


@pytest.mark.media
def test_every_piece_begins_with_a_key_picture_and_the_same_header(joined):
    lecture, _folder, parts = joined
    for step in lecture.steps:
        headers = set()
        for part in parts[step.mode]:
            command = ["ffprobe", "-v", "error", "-show_data_hash", "md5", "-show_entries",
                       "stream=extradata_hash:packet=flags", "-of", "csv=p=0", str(part)]  # fmt: skip
            *packets, header = subprocess.run(
                command, capture_output=True, text=True, check=True
            ).stdout.split()
            assert packets[0].startswith("K")
            headers.add(header)
        assert len(headers) == 1
