"""When somebody was in a room by the clock on the wall, and what counts of it beside other evidence: arithmetic."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.attendance.rules import MINUTE_MS, Interval, intersection, length_of
from courses.sheets.rules import ABSENT, FULL, PART, KeyedRow, said_in_time
from courses.sheets.spans import Stay, at_odds, counted, heard_ms, sat, stay_of

DAY = date(2026, 10, 18)
LENGTH = 118
CREDITABLE = LENGTH * MINUTE_MS
THRESHOLD = Decimal("0.95")


def at(clock: str) -> int:
    return int(datetime.combine(DAY, time.fromisoformat(clock), tzinfo=UTC).timestamp()) * 1000


def wall(begins: str, ends: str) -> Interval:
    return at(begins), at(ends)


def keyed(mark: str = FULL, minutes: int | None = None, **more: datetime) -> KeyedRow:
    return KeyedRow(lawyer_id=1, name="韦晓岚", mark=mark, minutes=minutes, **more)


def heard(row: KeyedRow, room: Interval, *taken: Interval) -> int:
    stay = stay_of(row, room, CREDITABLE)
    return heard_ms(row, stay, taken, creditable_ms=CREDITABLE, threshold=THRESHOLD) // MINUTE_MS


class TestWhenARoomSat:
    @pytest.mark.parametrize(
        ("begins", "ends", "said"),
        [
            (time(9), time(11, 10), ("09:00", "11:10")),
            (time(9), None, ("09:00", "10:58")),
            (None, time(11), ("09:02", "11:00")),
        ],
    )
    def test_what_is_not_said_is_the_length_of_the_lecture(self, begins, ends, said):
        assert sat(DAY, begins, ends, length_minutes=LENGTH, zone=UTC) == wall(*said)

    def test_past_midnight(self):
        begins, ends = sat(DAY, time(23), time(1), length_minutes=LENGTH, zone=UTC) or (0, 0)
        assert ends - begins == 120 * MINUTE_MS

    def test_nobody_knows(self):
        assert sat(DAY, None, None, length_minutes=LENGTH, zone=UTC) is None
        assert stay_of(keyed(), None, CREDITABLE) is None
        assert stay_of(keyed(ABSENT), wall("09:00", "11:00"), CREDITABLE) is None

    def test_the_times_of_a_row_are_better_than_those_of_the_room(self):
        out = datetime.combine(DAY, time(10), tzinfo=UTC)
        stay = stay_of(keyed(PART, 50, out_at=out), wall("09:00", "11:00"), CREDITABLE)
        assert stay is not None
        assert (stay.wall, stay.loose) == (wall("09:00", "10:00"), True)

    def test_who_went_out_in_between_was_there_for_the_minutes_alone(self):
        # 40 minutes between 9:00 and 11:00: nobody wrote which.
        came, left = (datetime.combine(DAY, time(hour), tzinfo=UTC) for hour in (9, 11))
        stay = stay_of(keyed(PART, 40, in_at=came, out_at=left), wall("09:00", "12:00"), CREDITABLE)
        assert stay == Stay(wall("09:00", "11:00"), 40 * MINUTE_MS, loose=True)
        assert length_of(counted(stay, [], stay.needs_ms)) == 40 * MINUTE_MS
        assert at_odds(stay, Stay(wall("10:00", "11:00"), CREDITABLE)) == []

    def test_who_was_there_from_the_first_to_the_last_minute_is_not_loose(self):
        came, left = (datetime.combine(DAY, time(hour), tzinfo=UTC) for hour in (9, 10))
        stay = stay_of(keyed(PART, 60, in_at=came, out_at=left), wall("09:00", "12:00"), CREDITABLE)
        assert stay == Stay(wall("09:00", "10:00"), 60 * MINUTE_MS)


class TestWhatContradictsWhat:
    def test_two_rooms_at_the_same_hours(self):
        one, other = Stay(wall("09:00", "11:00"), CREDITABLE), Stay(wall("10:00", "12:00"), CREDITABLE)
        assert at_odds(one, other) == at_odds(other, one) == [wall("10:00", "11:00")]

    def test_one_after_the_other(self):
        one, other = Stay(wall("09:00", "11:00"), CREDITABLE), Stay(wall("11:00", "12:00"), CREDITABLE)
        assert at_odds(one, other) == []

    def test_a_part_that_fits_beside_the_other(self):
        part = Stay(wall("09:00", "11:00"), 45 * MINUTE_MS, loose=True)
        assert at_odds(part, Stay(wall("10:00", "12:00"), CREDITABLE)) == []
        assert at_odds(part, Stay(wall("09:30", "12:00"), CREDITABLE)) == [wall("09:30", "11:00")]


class TestWhatCounts:
    ROOM = wall("09:00", "11:00")

    def test_nothing_elsewhere(self):
        assert heard(keyed(), self.ROOM) == LENGTH
        # A room that sat for less than its lecture is somebody else's question.
        assert heard(keyed(), wall("09:00", "10:00")) == LENGTH

    def test_an_hour_elsewhere(self):
        assert heard(keyed(), self.ROOM, wall("10:00", "12:00")) == 60

    def test_all_of_it_elsewhere(self):
        assert heard(keyed(), self.ROOM, wall("08:00", "12:00")) == 0

    def test_a_few_minutes_are_still_all_of_it(self):
        assert heard(keyed(), self.ROOM, wall("10:56", "12:00")) == LENGTH

    def test_a_room_that_was_keyed_too_short_loses_what_counts_elsewhere_and_no_more(self):
        short = wall("09:00", "10:00")
        # Of an hour that stands for 118 minutes one is lost: that is still all of the lecture.
        assert heard(keyed(), short, wall("09:59", "10:30")) == LENGTH
        assert heard(keyed(), short, wall("09:30", "10:30")) == 59
        assert heard(keyed(), short, wall("09:00", "10:00")) == 0

    def test_a_part_counts_where_there_is_time_for_it(self):
        assert heard(keyed(PART, 45), self.ROOM, wall("10:00", "12:00")) == 45
        assert heard(keyed(PART, 90), self.ROOM, wall("10:00", "12:00")) == 60

    @given(
        st.lists(st.tuples(st.integers(0, 200), st.integers(1, 90)), max_size=5),
        st.sampled_from([keyed(), keyed(PART, 30), keyed(PART, 100)]),
    )
    def test_no_minute_counts_twice(self, away: list[tuple[int, int]], row: KeyedRow):
        begins = at("08:00")
        taken = [
            (begins + start * MINUTE_MS, begins + (start + length) * MINUTE_MS) for start, length in away
        ]
        stay = stay_of(row, self.ROOM, CREDITABLE)
        assert stay is not None
        much = heard_ms(row, stay, taken, creditable_ms=CREDITABLE, threshold=THRESHOLD)
        here = counted(stay, taken, much)
        assert intersection(here, taken) == []
        if taken and length_of(intersection(taken, [self.ROOM])):
            # Beyond what is free of the wall only what the rule calls all of it.
            assert much <= max(length_of(here), int(THRESHOLD * CREDITABLE)) or much == CREDITABLE
        assert much <= heard_ms(row, stay, [], creditable_ms=CREDITABLE, threshold=THRESHOLD)


class TestInTime:
    @pytest.mark.parametrize(
        ("earlier", "in_time"),
        [
            (keyed(), True),
            (keyed(PART, 60), True),
            (keyed(PART, 45), False),
            (keyed(ABSENT), False),
            (KeyedRow(lawyer_id=2, name="别人", mark=FULL), False),
            (KeyedRow(name="韦晓岚", mark=FULL), True),
        ],
    )
    def test_a_report_in_time_said_at_least_as_much(self, earlier: KeyedRow, in_time: bool):
        assert said_in_time(keyed(PART, 60), [[earlier]], CREDITABLE) is in_time

    def test_any_report_in_time_will_do(self):
        assert said_in_time(keyed(), [[keyed()], [keyed(ABSENT)]], CREDITABLE)
        assert not said_in_time(keyed(), [], CREDITABLE)
