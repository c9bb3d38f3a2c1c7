"""What the probe's answer means: even and uneven frame rates, and what the expert should know."""

from decimal import Decimal
from fractions import Fraction

import pytest

from media_pipeline.recordings.failures import Warned
from media_pipeline.transcoding import rules

SOUND = {"index": 0, "codec_type": "audio", "codec_name": "aac"}


def judged(**picture):
    stream = {
        "index": 1, "codec_type": "video", "codec_name": "h264", "width": 1280, "height": 720,
        "r_frame_rate": "25/1", "avg_frame_rate": "25/1", "field_order": "progressive", **picture,
    }  # fmt: skip
    return rules.judge({"format": {"format_name": "mov,mp4"}, "streams": [SOUND, stream]})


@pytest.mark.parametrize(
    ("average", "finest", "order", "even_rate"),
    [
        ("25/1", "25/1", "progressive", Fraction(25)),
        ("2997/100", "30000/1001", "progressive", Fraction(2997, 100)),
        ("99/5", "25/1", "progressive", None),  # a telephone in the dark
        ("30/1", "120/1", "progressive", None),
        ("25/1", "50/1", "tt", Fraction(25)),  # fields, not pictures
        ("25/1", "50/1", "progressive", None),
        ("0/0", "30/1", "progressive", Fraction(30)),
        ("0/0", "0/0", "progressive", None),
    ],
)
def test_a_rate_is_even_where_the_average_is_the_finest(average, finest, order, even_rate):
    picture = judged(avg_frame_rate=average, r_frame_rate=finest, field_order=order).picture
    assert picture.even_rate == even_rate
    assert (Warned.VARIABLE_FRAME_RATE in rules.warnings(judged(avg_frame_rate=average, r_frame_rate=finest,
            field_order=order))) == picture.uneven  # fmt: skip


@pytest.mark.parametrize(
    ("size", "small"),
    [((640, 360), False), ((360, 640), False), ((576, 432), False), ((638, 360), True), ((320, 240), True)],
)
def test_a_picture_is_small_by_its_area(size, small):
    found = rules.warnings(judged(width=size[0], height=size[1]))
    assert (Warned.SMALL_PICTURE in found) == small


@pytest.mark.parametrize(
    ("lufs", "quiet"), [(None, False), ("-23.0", False), ("-33.0", False), ("-37.1", True)]
)
def test_quiet_speech_is_told_once_it_is_measured(lufs, quiet):
    found = rules.warnings(judged(), lufs=Decimal(lufs) if lufs else None)
    assert found == ([Warned.TOO_QUIET] if quiet else [])


def test_a_recording_without_a_picture_is_told_so():
    source = rules.judge({"format": {"format_name": "mov,mp4"}, "streams": [SOUND]})
    assert rules.warnings(source, lufs=Decimal(-20)) == [Warned.NO_PICTURE]
