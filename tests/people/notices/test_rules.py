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
    ("code", "words", "expected"),
    [
        (550, "5.1.1 <a@example.com>: no such user", True),
        (550, "5.2.1 mailbox disabled", True),
        (550, "no such user", True),
        (553, "bad mailbox name", True),
        (550, "5.7.1 mail content denied", False),
        (550, "5.2.2 mailbox full", False),
        (554, "5.7.1 client host blocked using a list", False),
        (554, "transaction failed", False),
        (452, "4.2.2 mailbox full", False),
        (0, "", False),
        (600, "5.1.1", False),
    ],
)
def test_only_what_is_said_of_the_address_shuts_it_off(code, words, expected):
    assert rules.is_no_address(code, words) is expected
