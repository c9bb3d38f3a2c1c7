"""The ladder keeps its budgets on paper before any encoder runs."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_pipeline.transcoding.ladder import (
    AAC,
    CAMERA,
    GOP_SECONDS,
    MIXED,
    OPUS,
    SLIDES,
    Picture,
    fitted,
    ladder_for,
    ladder_name,
    largest_bytes,
    largest_sound_bytes,
    peak_kbits,
)

BOX = Picture(1280, 720, Fraction(5), crf=36, preset="medium", cap_kbits=46)
CONTENTS = (SLIDES, CAMERA, MIXED)


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


@given(duration_ms=st.integers(30_000, 6 * 3600_000), chunks=st.integers(1, 72))
def test_the_rate_cap_keeps_the_whole_recording_within_the_budget(duration_ms, chunks):
    # given a buffer of one GOP that starts every chunk nine tenths full, as x264 has it
    cap = peak_kbits(BOX, duration_ms, chunks)
    spent = cap * duration_ms / 1000 + chunks * 0.9 * cap * GOP_SECONDS
    assert spent <= BOX.cap_kbits * duration_ms / 1000 or cap == BOX.cap_kbits // 3


def test_a_chunk_more_costs_a_thirtieth_of_the_rate():
    assert peak_kbits(BOX, 3600_000, 12) == 44


def test_a_clip_of_seconds_still_shows_a_picture():
    assert peak_kbits(BOX, 1000, 1) == BOX.cap_kbits // 3


@pytest.mark.parametrize("content", CONTENTS)
def test_the_parts_of_each_mode_leave_room_for_packaging_under_its_limit(content):
    for step in ladder_for(content, 1920, 1080, full=True):
        assert step.picture.cap_kbits + step.sound.kbits <= step.limit_kbits - 3, step.mode


@pytest.mark.parametrize("content", CONTENTS)
def test_the_budgets_are_those_of_the_product_design(content):
    steps = ladder_for(content, 1920, 1080, full=True)
    assert [(step.mode, step.limit_kbits, step.sound) for step in steps] == [
        ("light", 64, OPUS),
        ("standard", 190, AAC),
        ("clear", 380, AAC),
        ("full", 1200, AAC),
    ]


@given(
    content=st.sampled_from(CONTENTS),
    width=st.integers(16, 4096),
    height=st.integers(16, 2304),
    rate=st.none() | st.fractions(Fraction(1, 2), 120),
)
def test_key_pictures_of_all_modes_stand_at_the_same_seconds_whatever_the_source(
    content, width, height, rate
):
    steps = ladder_for(content, width, height, frame_rate=rate, full=True)
    assert steps[0].mode == "light"
    for step in steps:
        assert step.picture.gop == step.picture.frame_rate * GOP_SECONDS, step.mode
        assert step.picture.frame_rate <= 30
    # and a higher step is made from pictures that are there: it is never smaller or slower than the one below it
    for lower, higher in pairwise(steps):
        assert fitted(width, height, lower.picture) <= fitted(width, height, higher.picture)
        assert lower.picture.frame_rate <= higher.picture.frame_rate


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (None, ["5", "25/2", "25"]),  # unknown, or uneven: as the ladder says
        (Fraction(25), ["5", "25/2", "25"]),
        (Fraction(30000, 1001), ["5", "15", "30"]),  # every second and every sixth picture
        (Fraction(60), ["5", "15", "30"]),
        (Fraction(24000, 1001), ["5", "12", "24"]),
        (Fraction(15), ["5", "15"]),  # a clear mode would show nothing more
        (Fraction(2), ["2", "2"]),
    ],
)
def test_the_rates_divide_that_of_the_source(source, shown):
    steps = ladder_for(SLIDES, 1280, 720, frame_rate=source)
    assert [str(step.picture.frame_rate) for step in steps] == shown


@pytest.mark.parametrize(
    ("content", "size", "full", "modes"),
    [
        (SLIDES, (1920, 1080), False, ["light", "standard", "clear"]),
        (SLIDES, (1920, 1080), True, ["light", "standard", "clear", "full"]),
        (SLIDES, (1080, 1920), True, ["light", "standard", "clear", "full"]),
        (SLIDES, (1280, 720), True, ["light", "standard", "clear"]),
        (CAMERA, (640, 360), True, ["light", "standard"]),
        (CAMERA, (320, 180), False, ["light", "standard"]),
        (CAMERA, (854, 480), False, ["light", "standard", "clear"]),
    ],
)
def test_clear_and_full_are_made_only_of_what_the_source_has(content, size, full, modes):
    assert [step.mode for step in ladder_for(content, *size, full=full)] == modes


def test_a_ladder_has_a_name_that_says_which_settings_made_a_file():
    assert [ladder_name(content) for content in CONTENTS] == ["slides-1", "camera-1", "mixed-1"]


def test_two_hours_are_reserved_generously_but_not_absurdly():
    light = ladder_for(SLIDES, 1920, 1080)[0]
    assert 64 * 125 * 7200 < largest_bytes(light, 2 * 3600_000) < 128 * 1024**2
    assert 17 * 125 * 7200 < largest_sound_bytes(OPUS, 2 * 3600_000) < 64 * 1024**2
