"""How much of a replaced recording is new, and who watches which version."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.catalogue.version_rules import Stretch, is_same_lecture, new_percent, version_to_watch

A, B, C = (
    "鉴定意见的质证要点 鉴定主体 鉴定材料",
    "病历的封存与取得 常见缺漏清单",
    "原因力与责任比例 举证责任的分配",
)
MINUTE = 60_000

stretches = st.lists(
    st.builds(Stretch, st.sampled_from(["", A, B, C]), st.integers(min_value=1, max_value=90 * MINUTE)),
    min_size=1,
    max_size=8,
)


@pytest.mark.parametrize(
    ("old", "new", "percent"),
    [
        # The same slides, shown as long: better sound only.
        ([(A, 30), (B, 30)], [(A, 30), (B, 30)], 0),
        # In another order.
        ([(A, 30), (B, 30)], [(B, 30), (A, 30)], 0),
        # A slide that was not there, for 18 of 60 minutes.
        ([(A, 30), (B, 30)], [(A, 30), (B, 12), (C, 18)], 30),
        # One second more of it is more than thirty per cent.
        ([(A, 30), (B, 30)], [(A, 30), (B, 11.98), (C, 18.02)], 31),
        # The same slide, talked about for longer.
        ([(A, 30), (B, 30)], [(A, 40), (B, 30)], 15),
        # Nothing in common.
        ([(A, 30)], [(C, 30)], 100),
        # Cut short: nothing is new.
        ([(A, 30), (B, 30)], [(A, 30)], 0),
        # No slides: the length alone.
        ([("", 60)], [("", 60)], 0),
        ([("", 60)], [("", 80)], 25),
        # Slides with words against none: all of it may be new, and nobody can tell.
        ([("", 60)], [(A, 60)], 100),
    ],
)
def test_what_is_new_is_measured_by_the_slides(old, new, percent):
    def made(rows):
        return [Stretch(words, round(minutes * MINUTE)) for words, minutes in rows]

    assert new_percent(made(old), made(new)) == percent


def test_a_letter_that_was_misread_makes_no_new_slide():
    read_again = A.replace("主体", "王体")
    assert new_percent([Stretch(A, MINUTE)], [Stretch(read_again, MINUTE)]) == 0


def test_thirty_per_cent_are_a_version_and_thirty_one_are_not():
    assert is_same_lecture(30)
    assert not is_same_lecture(31)


@given(stretches)
def test_a_recording_is_not_new_against_itself(recording):
    assert new_percent(recording, recording) == 0


@given(stretches, stretches)
def test_the_measure_is_a_share(old, new):
    assert 0 <= new_percent(old, new) <= 100


@given(stretches, stretches, st.integers(min_value=1, max_value=90 * MINUTE))
def test_what_the_old_one_shows_longer_makes_nothing_newer(old, new, more):
    longer = [*old, Stretch(new[0].words, more)]
    assert new_percent(longer, new) <= new_percent(old, new)


def test_an_empty_recording_has_nothing_new():
    assert new_percent([], []) == 0


@pytest.mark.parametrize(
    ("begun", "finished", "watched"),
    [
        (None, frozenset(), 3),  # nobody began anything
        (2, frozenset(), 2),  # begun: it is finished
        (2, frozenset({2}), 3),  # earned on: the current one
        (2, frozenset({1}), 2),  # earned on an older one, and began another since
        (3, frozenset(), 3),
    ],
)
def test_who_began_a_version_finishes_it(begun, finished, watched):
    assert version_to_watch(3, begun=begun, finished=finished) == watched
