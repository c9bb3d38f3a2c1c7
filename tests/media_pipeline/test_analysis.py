"""Real recordings, looked at by the real ffmpeg: the times of the slides are known because we made them."""

import os
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from media_pipeline.recordings.failures import StageFailed
from media_pipeline.transcoding import looking
from media_pipeline.transcoding.analysis import Analysis, analyse
from media_pipeline.transcoding.encode import measure, probe
from media_pipeline.transcoding.rules import DECODERS, Source, SourcePicture
from media_pipeline.transcoding.runner import ToolCancelled
from media_pipeline.transcoding.stills import SLIDE_BYTES, Still, red_green_blue, write_slide
from tests.media_pipeline import factories

# When each slide begins (seconds); the recording ends at 32. The bullet at 18.44 is added to the slide before.
CHANGES = (0.0, 6.28, 12.6, 18.44, 25.0)
END = 32
# A screen recorder: no head, a picture when a slide changes, and otherwise one every three seconds.
UNEVEN = (
    ",drawbox=x=iw-170:y=ih-106:w=170:h=106:color=white:t=fill,select='lt(mod(t,3),0.03)+"
    + "+".join(f"between(t,{at - 0.02},{at + 0.02})" for at in CHANGES)
    + "'"
)
HEAD = ("-f", "lavfi", "-i", f"life=s=40x24:r=25:mold=9:ratio=0.3:seed=7,scale=160:96,trim=duration={END}")


def _slide(path: Path, seed: int, lines: int, size: tuple[int, int]) -> Path:
    """A slide of grey bars: what writing looks like from afar."""
    random = np.random.default_rng(seed)
    picture = Image.new("RGB", size, "#f4f7fb")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, size[0], 36), fill="#1d4a8c")
    for line in range(lines):
        left = 30
        while left < size[0] * 0.7:
            width = int(random.integers(8, 40))
            draw.rectangle((left, 60 + line * 32, left + width, 74 + line * 32), fill="#222222")
            left += width + int(random.integers(6, 14))
    picture.save(path)
    return path


def talk(
    path: Path, *options: str, size: tuple[int, int] = (640, 360), filters: str = "", rate: int = 25
) -> Path:
    """A lecture with slides and a small talking head; `filters` are applied to the finished picture."""
    states = [(1, 4), (2, 3), (3, 3), (3, 5), (4, 6)]
    inputs: list[object] = []
    for (seed, lines), begin, end in zip(states, CHANGES, (*CHANGES[1:], END), strict=True):
        picture = _slide(path.with_name(f"{path.stem}-{begin}.png"), seed, lines, size)
        inputs += ["-loop", 1, "-framerate", rate, "-t", f"{end - begin:.2f}", "-i", picture]
    joined = "".join(f"[{number}:v]" for number in range(len(states)))
    graph = (
        f"{joined}concat=n={len(states)}:v=1[slides];[slides][{len(states)}:v]overlay=x=W-w-8:y=H-h-8:shortest=1"
        f"{filters},format=yuv420p[shown]"
    )
    factories.ffmpeg(
        *inputs, *HEAD, *factories._voice(END), "-filter_complex", graph, "-map", "[shown]",
        "-map", f"{len(states) + 1}:a", *(options or ("-c:v", "libx264", "-preset", "veryfast")), "-c:a", "aac", path,
    )  # fmt: skip
    return path


def looked_at(source: Path, folder: Path) -> Analysis:
    folder.mkdir()
    percents: list[int] = []
    facts = probe(source, folder=folder, cancelled=lambda: False)
    timeline = measure(source, facts, folder=folder, cancelled=lambda: False)
    found = analyse(
        source, facts, timeline, folder=folder, on_percent=percents.append, cancelled=lambda: False
    )
    assert percents == sorted(percents)
    assert percents[-1] in range(90, 100)
    kept = {slide.picture for slide in found.slides} | {found.storyboard.file}
    assert set(folder.iterdir()) == kept
    return found


def assert_found(found: Analysis) -> None:
    """Every change and no other, to half a second."""
    times = [slide.from_ms / 1000 for slide in found.slides]
    assert len(times) == len(CHANGES), times
    assert [abs(time - true) <= 0.5 for time, true in zip(times, CHANGES, strict=True)] == [True] * len(
        times
    ), times


@pytest.mark.media
@pytest.mark.timeout(120)
def test_every_slide_of_a_lecture_is_found_beside_a_talking_head(tmp_path):
    found = looked_at(talk(tmp_path / "talk.mp4"), tmp_path / "work")
    assert found.content == "slides"
    assert 0.005 < found.moving_share < 0.12
    assert_found(found)
    for slide in found.slides:
        assert slide.picture.stat().st_size <= SLIDE_BYTES
        with Image.open(slide.picture) as picture:
            assert (picture.format, picture.size) == ("WEBP", (slide.width, slide.height))
    with Image.open(found.slides[3].picture) as picture:
        red, green, blue = np.asarray(picture.convert("RGB")).astype(int)[10, 620]
        assert abs(red - 0x1D) + abs(green - 0x4A) + abs(blue - 0x8C) < 24
        dark = [np.asarray(picture.convert("L"))[67 + 32 * line, 32] < 120 for line in range(6)]
        assert dark == [True] * 5 + [False]


@pytest.mark.media
@pytest.mark.timeout(120)
def test_the_storyboard_shows_what_is_where(tmp_path):
    board = looked_at(talk(tmp_path / "talk.mp4"), tmp_path / "work").storyboard
    assert (board.interval_ms, board.columns, board.tiles) == (10_000, 4, 4)
    assert (board.tile_width, board.tile_height) == (160, 90)
    with Image.open(board.file) as sheet:
        assert sheet.size == (640, 90)
        tiles = [
            np.asarray(sheet.convert("L").crop((160 * n, 0, 160 * n + 115, 90))).astype(int) for n in range(4)
        ]
    # At 0, 10, 20 and 30 s another slide is shown each time.
    assert all(np.abs(one - other).mean() > 2 for one, other in pairwise(tiles))


@pytest.mark.media
@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("name", "filters", "options"),
    [
        (
            "uneven.mkv",
            UNEVEN,
            ("-fps_mode", "vfr", "-c:v", "libx264", "-preset", "veryfast", "-sc_threshold", "0"),
        ),
        ("slow.mp4", ",fps=5", ("-c:v", "libx264", "-preset", "veryfast", "-bf", "16")),
        ("taped.avi", "", ("-c:v", "mpeg2video", "-flags", "+ilme+ildct", "-top", "1", "-q:v", "4")),
        ("transport.ts", "", ("-c:v", "libx264", "-preset", "veryfast")),
    ],
)
def test_slides_are_found_whatever_the_recording_came_in(tmp_path, name, filters, options):
    assert_found(looked_at(talk(tmp_path / name, *options, filters=filters), tmp_path / "work"))


@pytest.mark.media
@pytest.mark.timeout(120)
def test_a_phone_held_upright_shows_its_slides_upright(tmp_path):
    flat = talk(tmp_path / "flat.mp4", size=(642, 358))
    source = tmp_path / "phone.mov"
    factories.ffmpeg("-i", flat, "-c", "copy", "-metadata:s:v:0", "rotate=90", source)
    found = looked_at(source, tmp_path / "work")
    assert_found(found)
    assert (found.slides[0].width, found.slides[0].height) == (358, 642)
    assert (found.storyboard.tile_width, found.storyboard.tile_height) == (89, 160)


@pytest.mark.media
@pytest.mark.timeout(120)
def test_a_camera_gives_a_still_a_minute_and_a_clip_among_slides_is_mixed(tmp_path):
    moving = "life=s=64x36:r=12:mold=9:ratio=0.4:seed=3:life_color=white,scale=640:360,noise=alls=20:allf=t"
    camera = tmp_path / "camera.mp4"
    factories.ffmpeg("-f", "lavfi", "-i", f"{moving},trim=duration=70", *factories._voice(70), "-c:v", "libx264",
                     "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", camera)  # fmt: skip
    found = looked_at(camera, tmp_path / "camera")
    assert found.content == "camera"
    assert [slide.from_ms for slide in found.slides] == [0, 60_000]

    mixed = talk(tmp_path / "mixed.mp4", filters="[t];" + f"{moving.replace('r=12', 'r=25')},trim=duration=10"
                 ",setpts=PTS-STARTPTS+9/TB[clip];[t][clip]overlay=enable='between(t,9,19)':eof_action=pass")  # fmt: skip
    assert looked_at(mixed, tmp_path / "mixed").content == "mixed"


@pytest.mark.media
@pytest.mark.timeout(60)
def test_cancelled_and_damaged_recordings_end_with_a_reason(tmp_path):
    source = factories.lecture(tmp_path / "talk.mp4", seconds=4)
    facts = probe(source, folder=tmp_path, cancelled=lambda: False)
    timeline = measure(source, facts, folder=tmp_path, cancelled=lambda: False)
    with pytest.raises(ToolCancelled):
        analyse(
            source, facts, timeline, folder=tmp_path, on_percent=lambda percent: None, cancelled=lambda: True
        )
    os.truncate(source, 2000)
    with pytest.raises(StageFailed):
        analyse(
            source, facts, timeline, folder=tmp_path, on_percent=lambda percent: None, cancelled=lambda: False
        )


def test_the_command_opens_nothing_but_the_recording():
    picture = SourcePicture(0, 1920, 1080, interlaced=False)
    made = looking.pictures(Path("/w/original"), Source("mov", 1, 1, picture), picture, sparing=True)
    assert made == [
        "ffmpeg", "-analyzeduration", "10M", "-codec_whitelist", ",".join(DECODERS), "-format_whitelist", "mov",
        "-max_pixels", "9437184", "-max_streams", "16", "-probesize", "20M", "-protocol_whitelist", "file,pipe",
        "-skip_frame", "noref", "-i", "file:/w/original", "-filter_complex",
        "[0:0]fps=fps=2:start_time=0[s0];[s0]scale=1280:720:flags=bicubic:out_range=tv[s1];[s1]format=yuv420p[s2]",
        "-map", "[s2]", "-f", "rawvideo", "pipe:1", "-hide_banner", "-nostdin", "-v", "error", "-max_alloc", "536870912",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="not absolute"):
        looking.pictures(Path("-i"), Source("mov", 1, 1, picture), picture, sparing=True)


@pytest.mark.parametrize(
    ("colours", "lines"), [("bt709", 1080), ("smpte170m", 480), ("unknown", 360), ("", 720)]
)
def test_grey_stays_grey_and_white_is_white_in_every_colour_space(tmp_path, colours, lines):
    matrix = red_green_blue(colours, lines)
    for luma, shown in ((16, 0), (235, 255), (126, 128)):
        still = Still(bytes([luma]) * 64 + bytes([128]) * 32, (8, 8), matrix)
        assert np.abs(np.asarray(still.colour()).astype(int) - shown).max() <= 1


def test_a_slide_that_no_quality_makes_small_enough_becomes_smaller(tmp_path):
    random = np.random.default_rng(1)
    planes = np.kron(
        random.integers(16, 235, (360, 640), dtype=np.uint8), np.ones((2, 2), np.uint8)
    ).tobytes()
    still = Still(planes + bytes([128]) * (640 * 360 * 2), (1280, 720), red_green_blue("bt709", 720))
    assert write_slide(still, tmp_path / "noise.webp") == (640, 360)
