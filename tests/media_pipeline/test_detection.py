"""The slide index: what counts as a change, on pictures made of nothing but numbers."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media_pipeline.transcoding.detection import Kind, SlideWatch, spaced, thinned

SHAPE = (180, 320)
# A slide rests for two seconds at least; anything shorter belongs to what follows.
RESTS = st.lists(st.integers(5, 30), min_size=1, max_size=8)


def slide(seed, lines=5, shape=SHAPE):
    """A light slide with lines of writing; another seed writes other words."""
    random = np.random.default_rng(seed)
    picture = np.full(shape, 245, np.uint8)
    for line in range(lines):
        top = 20 + line * 24
        picture[top : top + 7, 20 : 20 + shape[1] // 2] = random.integers(0, 2, (7, shape[1] // 2)) * 200 + 20
    return picture


def with_head(picture, random, top=120, left=240):
    """The same picture with a talking head in a corner: it never rests."""
    shown = picture.copy()
    shown[top : top + 45, left : left + 64] = random.integers(0, 255, (45, 64))
    return shown


def camera(random):
    """A picture of which everything moves."""
    return np.kron(random.integers(0, 255, (18, 20), dtype=np.uint8), np.ones((10, 16), np.uint8))


def watched(pictures, **options):
    watch = SlideWatch(**options)
    begun = [seen.begun for picture in pictures if (seen := watch.take(picture)).begun]
    last = watch.finish()
    return watch, [*begun, last] if last else begun


def starts(pictures):
    return [entry.picture for entry in watched(pictures)[1]]


@given(st.integers(0, 10_000), st.integers(2, 60))
@settings(max_examples=10, deadline=None)
def test_where_nothing_changes_there_is_one_slide(seed, count):
    watch, entries = watched([slide(seed)] * count)
    assert [(entry.picture, entry.kind) for entry in entries] == [(0, Kind.CHANGE)]
    assert (watch.content, watch.moving_share) == ("slides", 0.0)


@given(RESTS)
@settings(max_examples=15, deadline=None)
def test_every_slide_is_found_where_it_begins(rests):
    pictures = [slide(number) for number, rest in enumerate(rests) for _ in range(rest)]
    assert starts(pictures) == [sum(rests[:number]) for number in range(len(rests))]


@given(RESTS, st.integers(0, 1000), st.sampled_from([(120, 240), (0, 0), (60, 250)]))
@settings(max_examples=15, deadline=None)
def test_a_talking_head_never_makes_a_slide_nor_hides_one(rests, seed, corner):
    random = np.random.default_rng(seed)
    rests = [20, *rests]
    pictures = [
        with_head(slide(number, lines=7), random, *corner)
        for number, rest in enumerate(rests)
        for _ in range(rest)
    ]
    assert starts(pictures) == [sum(rests[:number]) for number in range(len(rests))]


def test_a_head_that_rests_for_minutes_and_nods_again_makes_no_slide():
    random = np.random.default_rng(3)
    talks = [with_head(slide(1), random) for _ in range(240)]
    listens = [with_head(slide(1), random)] * 240
    nods = [picture for _ in range(6) for picture in [with_head(slide(1), random)] * 8]
    assert starts([*talks, *listens, *nods]) == [0]


@given(st.integers(2, 6), st.integers(5, 40))
@settings(max_examples=12, deadline=None)
def test_a_fade_is_one_change_that_begins_where_the_fade_begins(steps, rest):
    one, other = slide(1).astype(float), slide(2).astype(float)
    fade = [(one + (other - one) * step / steps).astype(np.uint8) for step in range(1, steps)]
    found = starts([slide(1)] * 20 + fade + [slide(2)] * rest)
    assert found == [0, 20]


def test_each_bullet_is_a_change_of_its_own_and_a_quick_build_is_one():
    slow = [slide(1, lines) for lines in (1, 2, 3) for _ in range(10)]
    quick = [slide(2, lines) for lines in (1, 2, 3, 4) for _ in range(2)]
    assert starts([*slow, *quick, *[slide(2, 5)] * 10]) == [0, 10, 20, 30]


def test_slides_that_are_flipped_through_belong_to_the_one_that_stays():
    flipped = [slide(number) for number in range(2, 9) for _ in range(2)]
    assert starts([slide(1)] * 20 + flipped + [slide(9)] * 20) == [0, 20]


def test_what_passes_over_a_slide_and_is_gone_is_no_change():
    passing = slide(1)
    passing[:, 100:200] = 60
    assert starts([slide(1)] * 20 + [passing] * 2 + [slide(1)] * 20) == [0]


@given(st.lists(st.tuples(st.integers(0, 170), st.integers(0, 312)), min_size=1, max_size=10))
@settings(max_examples=15, deadline=None)
def test_a_mouse_pointer_that_is_moved_now_and_then_makes_no_slide(places):
    pictures = [slide(1)] * 20
    for top, left in places:
        pointed = slide(1)
        pointed[top : top + 6, left : left + 4] = 0
        pictures += [pointed] * 12
    assert starts(pictures) == [0]


@given(st.floats(0.5, 2.5), st.integers(0, 1000))
@settings(max_examples=6, deadline=None)
def test_noise_over_the_whole_picture_changes_nothing(noise, seed):
    random = np.random.default_rng(seed)
    clean = [slide(1)] * 30 + [slide(2)] * 30
    noisy = [np.clip(picture + random.normal(0, noise, SHAPE), 0, 255).astype(np.uint8) for picture in clean]
    assert starts(noisy) == [0, 30]


def test_a_slide_too_short_to_be_read_at_the_very_end_is_left_out():
    assert starts([slide(1)] * 20 + [slide(2)]) == [0]
    assert starts([slide(1)] * 20 + [slide(2)] * 3) == [0, 20]


def test_a_phone_held_upright_is_watched_as_well():
    pictures = [slide(number, shape=SHAPE[::-1]) for number in (1, 2, 3) for _ in range(9)]
    assert starts(pictures) == [0, 9, 18]


def test_a_camera_has_a_still_every_so_often():
    random = np.random.default_rng(1)
    watch, entries = watched([camera(random) for _ in range(200)], still_every=60)
    assert watch.content == "camera"
    assert watch.moving_share > 0.9
    assert [entry.picture for entry in entries] == [0, 60, 120, 180]
    assert {entry.kind for entry in entries[1:]} == {Kind.STILL}


def test_slides_for_part_of_the_time_are_mixed_and_the_slide_is_shown_again_after_the_clip():
    random = np.random.default_rng(2)
    clip = [camera(random) for _ in range(60)]
    watch, entries = watched([slide(1)] * 40 + clip + [slide(1)] * 40)
    assert watch.content == "mixed"
    assert [(entry.picture, entry.kind) for entry in entries] == [
        (0, Kind.CHANGE), (40, Kind.STILL), (100, Kind.CHANGE),
    ]  # fmt: skip


def test_slides_beside_a_large_camera_picture_are_mixed_and_all_found():
    random = np.random.default_rng(4)
    pictures = []
    for number in range(4):
        for _ in range(40):
            shown = slide(number)
            shown[:, 200:] = camera(random)[:, 200:]
            pictures.append(shown)
    watch, entries = watched(pictures)
    assert watch.content == "mixed"
    assert [entry.picture for entry in entries if entry.kind is Kind.CHANGE] == [0, 40, 80, 120]


def test_three_hours_need_no_more_memory_than_three_minutes():
    watch, sizes = SlideWatch(), []
    random = np.random.default_rng(5)
    for number in range(2000):
        watch.take(with_head(slide(number // 50), random))
        if number in (360, 1999):
            sizes.append(len(pickle.dumps(watch)))
    assert sizes[1] < sizes[0] + 1000


ORDERED = st.lists(st.integers(0, 5000), min_size=1, max_size=60, unique=True).map(sorted)


@given(ORDERED, st.integers(1, 30))
def test_thinning_keeps_the_first_time_the_last_entry_and_the_order(begins, at_most):
    left = thinned(begins, begins[-1] + 10, at_most=at_most)
    assert len(left) == min(len(begins), at_most)
    assert left[0].since == begins[0]
    assert left[-1].entry == len(begins) - 1
    assert [one.since for one in left] == sorted({one.since for one in left})
    assert all(one.since <= begins[one.entry] for one in left)


def test_of_a_build_the_fullest_state_stays():
    left = thinned([0, 100, 104, 108, 200], 300, at_most=3)
    assert [(one.entry, one.since) for one in left] == [(0, 0), (3, 100), (4, 200)]


@pytest.mark.parametrize(("apart", "kept"), [(1, [0, 1, 2, 3]), (20, [0, 2, 3]), (1000, [0])])
def test_stills_of_a_camera_keep_their_distance(apart, kept):
    assert spaced([0, 10, 25, 60], apart=apart) == kept
