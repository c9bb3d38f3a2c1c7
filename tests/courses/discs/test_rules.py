"""Serial numbers, the steps of a disc, days and checksums: arithmetic on plain values."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.discs import rules
from courses.discs.rules import Part, RequestState, State
from tests.world import SHANGHAI, full_width

NOW = datetime(2026, 11, 20, 15, 30, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    "typed", ["D-0057", "d57", " D 57 ", "d" + full_width("0057"), "D—0057", "0057", "D.0057", "d_57"]
)
def test_a_serial_number_is_read_as_people_type_it(typed):
    assert rules.read_serial(typed) == "D-0057"


@pytest.mark.parametrize("typed", ["", "D", "D-0", "D-00x7", "X-0057", "桂26-D-0417", "1" * 40, "D-57-3x"])
def test_what_is_no_serial_number_is_none(typed):
    assert rules.read_serial(typed) is None


@given(st.integers(1, 999_999))
def test_every_number_is_read_back_from_its_serial_number(number):
    assert rules.read_serial(rules.serial_of(number)) == rules.serial_of(number)


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading(text):
    serial = rules.read_serial(text)
    assert serial is None or rules.read_serial(serial) == serial


def test_a_list_names_each_disc_once_and_says_what_is_none():
    assert rules.read_serials("D-0057，d58、 57;盘 ") == (["D-0057", "D-0058"], ["盘"])


@given(st.lists(st.sampled_from(sorted(State)), max_size=8))
def test_no_disc_is_received_that_was_never_sent(steps):
    state, taken = State.TO_MAKE, []
    for step in steps:
        if rules.may_follow(state, step):
            state = step
            taken.append(step)
    if State.RECEIVED in taken:
        before = taken[: taken.index(State.RECEIVED)]
        assert State.DISPATCHED in before or State.LOST in before
    assert not taken or taken[0] is State.MADE


class TestWhenAStepHappened:
    def test_today_is_now_and_another_day_its_noon(self):
        assert rules.moment_of(NOW.date(), now=NOW, after=None) == NOW
        before = NOW.date() - timedelta(days=2)
        assert rules.moment_of(before, now=NOW, after=None) == datetime(2026, 11, 18, 12, tzinfo=SHANGHAI)

    def test_a_day_to_come_or_before_the_last_step_cannot_be(self):
        assert rules.moment_of(NOW.date() + timedelta(days=1), now=NOW, after=None) is None
        assert rules.moment_of(date(2026, 11, 1), now=NOW, after=NOW - timedelta(days=3)) is None

    @given(st.integers(0, 90), st.integers(0, 90 * 24 * 60))
    def test_a_step_is_never_before_the_one_before_it_nor_after_now(self, days, minutes):
        after = NOW - timedelta(minutes=minutes)
        moment = rules.moment_of(NOW.date() - timedelta(days=days), now=NOW, after=after)
        assert moment is None or after <= moment <= NOW


def test_a_disc_is_asked_for_after_sixty_days_and_not_on_the_sixtieth():
    since = date(2026, 9, 1)
    assert not rules.is_overdue(since, on=since + timedelta(days=60))
    assert rules.is_overdue(since, on=since + timedelta(days=61))
    assert since < rules.overdue_before(since + timedelta(days=61))
    assert not since < rules.overdue_before(since + timedelta(days=60))


class TestChecksumOfAMaster:
    PARTS = (Part(1, "a" * 64, 7_080_000, [[600_000, 900_000]]), Part(2, "b" * 64, 3_000_000, []))

    def digest(self, *parts, minutes=45):
        return rules.master_digest(parts, presence_minutes=minutes)

    def test_the_same_composition_has_the_same(self):
        assert self.digest(*self.PARTS) == self.digest(*self.PARTS)

    @pytest.mark.parametrize(
        "change",
        [{"version_id": 9}, {"recording_sha256": "c" * 64}, {"length_ms": 1}, {"windows": [[0, 1]]}],
    )
    def test_whatever_changes_the_discs_changes_it(self, change):
        first, second = self.PARTS
        assert self.digest(replace(first, **change), second) != self.digest(first, second)

    def test_so_do_the_order_and_the_minutes_between_codes(self):
        first, second = self.PARTS
        assert (
            len(
                {
                    self.digest(first, second),
                    self.digest(second, first),
                    self.digest(first, second, minutes=30),
                }
            )
            == 3
        )


@pytest.mark.parametrize(
    ("discs", "state"),
    [
        ([], RequestState.ASKED),
        (["lost"], RequestState.ASKED),
        (["to_make"], RequestState.IN_PREPARATION),
        (["made", "dispatched"], RequestState.SENT),
        (["received", "dispatched"], RequestState.RECEIVED),
        (["returned"], RequestState.RETURNED),
    ],
)
def test_a_request_is_as_far_as_its_discs(discs, state):
    assert rules.request_state(discs, declined=False, withdrawn=False) is state
    assert rules.request_state(discs, declined=True, withdrawn=False) is RequestState.DECLINED
    assert rules.request_state(discs, declined=False, withdrawn=True) is RequestState.WITHDRAWN
