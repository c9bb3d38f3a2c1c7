"""When a mail is tried again."""

from datetime import timedelta

import pytest

from qianchang.people.notices import rules


def test_the_rests_grow_and_end_after_three_days():
    rests = [rules.rest_after(attempts) for attempts in range(1, rules.MAX_ATTEMPTS + 1)]
    assert rests == sorted(rests)
    # After the last attempt nothing rests any more.
    assert timedelta(days=2, hours=20) < sum(rests[:-1], timedelta()) < timedelta(days=3)
    assert rests[0] == timedelta(minutes=1)


def test_beyond_the_table_it_stays_with_its_ends():
    assert rules.rest_after(0) == rules.RESTS[0]
    assert rules.rest_after(99) == rules.RESTS[-1]


def test_the_last_attempt_is_known():
    assert not rules.is_last(rules.MAX_ATTEMPTS - 1)
    assert rules.is_last(rules.MAX_ATTEMPTS)


@pytest.mark.parametrize(
    ("code", "expected"), [(550, True), (500, True), (599, True), (452, False), (0, False), (600, False)]
)
def test_only_a_five_hundred_is_for_good(code, expected):
    assert rules.is_for_good(code) is expected
