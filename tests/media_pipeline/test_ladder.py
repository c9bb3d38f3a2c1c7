"""The ladder keeps its budgets on paper before any encoder runs."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_pipeline.transcoding.ladder import (
    AUDIO,
    GOP_SECONDS,
    LADDER,
    LIGHT,
    STANDARD,
    Picture,
    fitted,
    largest_bytes,
    peak_kbits,
)

BOX = Picture(1280, 720, Fraction(5), crf=36, preset="medium", cap_kbits=46)


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ((1920, 1080), (1280, 720)),
        ((1080, 1920), (720, 1280)),  # a phone held upright keeps as many pixels
        ((640, 360), (640, 360)),  # never enlarged
        ((641, 361), (640, 360)),  # H.264 wants even numbers
        ((3840, 1600), (1280, 532)),
        ((1024, 768), (960, 720)),
        ((4096, 2), (1280, 2)),
    ],
)
def test_a_picture_fits_the_box_whichever_way_it_is_turned(source, shown):
    assert fitted(source[0], source[1], BOX) == shown


@given(width=st.integers(1, 8192), height=st.integers(1, 8192))
def test_every_size_is_even_and_inside_the_box(width, height):
    shown = fitted(width, height, BOX)
    assert all(side % 2 == 0 and side >= 2 for side in shown)
    assert max(shown) <= 1280
    assert min(shown) <= 720


@given(duration_ms=st.integers(30_000, 6 * 3600_000))
def test_the_rate_cap_keeps_the_whole_recording_within_the_budget(duration_ms):
    # given a buffer of one GOP that starts nine tenths full, as x264 has it
    cap = peak_kbits(BOX, duration_ms)
    spent = cap * duration_ms / 1000 + 0.9 * cap * GOP_SECONDS
    assert spent <= BOX.cap_kbits * duration_ms / 1000


def test_a_clip_of_seconds_still_shows_a_picture():
    assert peak_kbits(BOX, 1000) == BOX.cap_kbits // 3


def test_the_parts_of_each_mode_leave_room_for_packaging_under_its_limit():
    for step in LADDER:
        picture = step.picture.cap_kbits if step.picture else 0
        assert picture + step.sound.kbits <= step.limit_kbits - 2, step.mode


def test_the_budgets_are_those_of_the_product_design():
    assert [(step.mode, step.limit_kbits) for step in LADDER] == [
        ("audio", 24),
        ("light", 64),
        ("standard", 190),
    ]


def test_key_pictures_of_all_modes_stand_at_the_same_seconds():
    assert LIGHT.picture is not None
    assert STANDARD.picture is not None
    assert (
        LIGHT.picture.gop / LIGHT.picture.frame_rate
        == STANDARD.picture.gop / STANDARD.picture.frame_rate
        == GOP_SECONDS
    )


def test_two_hours_of_audio_are_reserved_generously_but_not_absurdly():
    assert 21_600_000 < largest_bytes(AUDIO, 2 * 3600_000) < 64 * 1024**2
