"""The code at a door and what came in and went out there: arithmetic without a database."""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from courses.sheets.door import rules
from courses.sheets.door.rules import Attended, Direction, Share

KEY, OTHER_KEY = b"the site's secret", b"another site's secret"
IN, OUT = Direction.IN, Direction.OUT
NINE = datetime(2026, 10, 12, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
STEP = rules.step_at(NINE)
MINUTE = 60_000
THRESHOLD = Decimal("0.95")


def clock(hours, minutes=0, seconds=0):
    return NINE.replace(hour=hours, minute=minutes, second=seconds)


def token(sheet=12, direction=IN, step=STEP, key=KEY):
    return rules.token(key, sheet=sheet, direction=direction, step=step)


class TestTheCode:
    @given(st.integers(1, 10**9), st.sampled_from(Direction), st.none() | st.integers(0, 10**9))
    def test_what_a_door_shows_is_read_back(self, sheet, direction, step):
        code = rules.parsed(rules.token(KEY, sheet=sheet, direction=direction, step=step))
        assert (code.sheet, code.direction, code.step) == (sheet, direction, step)
        assert rules.fits(code, [OTHER_KEY, KEY])
        assert not rules.fits(code, [OTHER_KEY])

    @given(st.data())
    def test_of_another_sheet_direction_or_moment_it_is_worthless(self, data):
        mac = token().rpartition("-")[2]
        sheet, direction = data.draw(st.integers(1, 99)), data.draw(st.sampled_from(Direction))
        step = data.draw(st.none() | st.integers(STEP - 3, STEP + 3))
        assume((sheet, direction, step) != (12, IN, STEP))
        forged = token(sheet, direction, step).rpartition("-")[0] + "-" + mac
        assert not rules.fits(rules.parsed(forged), [KEY])

    @given(st.text(max_size=60))
    def test_nothing_that_anybody_types_is_an_error(self, text):
        code = rules.parsed(text)
        assert code is None or not rules.fits(code, [KEY])

    @pytest.mark.parametrize(
        "text", ["", "12i1", "012i1-" + "a" * 16, "12x1-" + "a" * 16, "12i01-" + "a" * 16]
    )
    def test_no_other_way_of_writing_it_is_one(self, text):
        assert rules.parsed(text) is None

    def test_it_fits_a_small_picture(self):
        assert len(token(sheet=99_999)) < 32

    @pytest.mark.parametrize(
        ("seconds", "fresh"), [(-31, False), (-1, False), (0, True), (29, True), (89, True), (90, False)]
    )
    def test_it_is_good_while_it_stands_and_for_two_more_pictures(self, seconds, fresh):
        assert rules.is_fresh(STEP, NINE + timedelta(seconds=seconds)) is fresh

    def test_the_next_picture_comes_when_the_half_minute_is_over(self):
        assert rules.seconds_left(clock(9)) == 30
        assert rules.seconds_left(clock(9, 0, 29)) == 1
        assert rules.step_at(clock(9, 0, 29)) + 1 == rules.step_at(clock(9, 0, 30))

    @pytest.mark.parametrize(("hour", "opened"), [(7, False), (8, True), (11, True), (12, False)])
    def test_the_door_is_open_from_an_hour_before_to_an_hour_after(self, hour, opened):
        assert rules.is_open(clock(hour), begins_at=clock(9), ends_at=clock(11)) is opened

    def test_towards_the_end_the_screen_shows_the_way_out(self):
        assert rules.direction_at(clock(10, 49), ends_at=clock(11)) is IN
        assert rules.direction_at(clock(10, 50), ends_at=clock(11)) is OUT


class TestComingsAndGoings:
    def test_in_and_out_is_a_stay(self):
        stay = rules.stay([(OUT, clock(11)), (IN, clock(9))])
        assert stay.is_whole
        assert stay.intervals == (rules.room_of(clock(9), clock(11)),)
        assert (stay.first_in, stay.last_out) == (clock(9), clock(11))

    def test_who_goes_out_in_between_was_not_there_in_between(self):
        stay = rules.stay([(IN, clock(9)), (OUT, clock(9, 40)), (IN, clock(10)), (OUT, clock(11))])
        assert stay.intervals == (
            rules.room_of(clock(9), clock(9, 40)),
            rules.room_of(clock(10), clock(11)),
        )

    def test_in_twice_is_since_the_first_time_and_out_twice_until_the_first_time(self):
        stay = rules.stay([(IN, clock(9)), (IN, clock(9, 5)), (OUT, clock(10)), (OUT, clock(11))])
        assert stay.intervals == (rules.room_of(clock(9), clock(10)),)

    def test_of_half_a_stay_nobody_knows_how_long(self):
        never_left, never_came = rules.stay([(IN, clock(9))]), rules.stay([(OUT, clock(11))])
        assert never_left.is_open
        assert not never_left.is_whole
        assert not never_left.intervals
        assert never_came.lost_in
        assert not never_came.is_whole
        assert never_came.last_out == clock(11)

    @given(st.lists(st.tuples(st.sampled_from(Direction), st.integers(0, 200)), max_size=12), st.randoms())
    def test_order_and_repetition_change_nothing(self, passings, random):
        passings = [(direction, NINE + timedelta(minutes=minute)) for direction, minute in passings]
        again = [*passings, *passings]
        random.shuffle(again)
        assert rules.stay(passings) == rules.stay(again)


class TestHowMuch:
    ROOM = rules.room_of(clock(9), clock(11))
    LECTURE = 120 * MINUTE

    def share(self, *stays, room=ROOM, lecture=LECTURE):
        found = [rules.room_of(*each) for each in stays]
        return rules.share_of(found, room=room, creditable_ms=lecture, threshold=THRESHOLD)

    def test_who_was_there_throughout_heard_all_of_it(self):
        assert self.share((clock(8, 50), clock(11, 10))) == Share(Attended.FULL)

    def test_a_few_minutes_at_the_edge_cost_nothing(self):
        assert self.share((clock(9, 6), clock(11))) == Share(Attended.FULL)
        assert self.share((clock(9, 7), clock(11))) == Share(Attended.PART, 113)

    def test_what_lies_outside_the_session_is_not_counted(self):
        assert self.share((clock(8), clock(9, 45))) == Share(Attended.PART, 45)
        assert self.share((clock(8), clock(9))) == Share(Attended.ABSENT)

    def test_a_break_counts_for_nobody(self):
        long_room = rules.room_of(clock(9), clock(11, 30))
        assert self.share((clock(9), clock(10, 15)), room=long_room) == Share(Attended.PART, 60)

    def test_a_room_that_sat_too_short_heard_a_part(self):
        short_room = rules.room_of(clock(9), clock(10))
        assert self.share((clock(9), clock(10)), room=short_room) == Share(Attended.PART, 60)

    def test_less_than_a_minute_is_nothing(self):
        assert self.share((clock(9), clock(9, 0, 59))) == Share(Attended.ABSENT)
        assert self.share() == Share(Attended.ABSENT)

    @given(st.integers(0, 300), st.integers(0, 300), st.integers(10, 300), st.integers(1, 240))
    def test_a_part_is_always_less_than_the_lecture(self, start, minutes, sat, lecture):
        room = (0, sat * MINUTE)
        share = rules.share_of(
            [(start * MINUTE, (start + minutes) * MINUTE)],
            room=room,
            creditable_ms=lecture * MINUTE,
            threshold=THRESHOLD,
        )
        assert (share.minutes is None) == (share.attended != Attended.PART)
        assert share.minutes is None or 0 < share.minutes < lecture

    def call(self, *, minutes, joined=NINE, left=None, lecture=LECTURE):
        return rules.share_of_call(
            seconds=minutes * 60,
            joined=joined,
            left=left or clock(11),
            room=self.ROOM,
            creditable_ms=lecture,
            threshold=THRESHOLD,
        )

    def test_a_call_counts_as_long_as_the_log_says(self):
        assert self.call(minutes=120) == Share(Attended.FULL)
        assert self.call(minutes=45) == Share(Attended.PART, 45)
        assert self.call(minutes=0) == Share(Attended.ABSENT)

    def test_waiting_for_the_beginning_is_no_hearing(self):
        early = self.call(minutes=90, joined=clock(8), left=clock(9, 30))
        assert early == Share(Attended.PART, 30)

    @given(st.integers(0, 400), st.integers(-120, 200), st.integers(0, 300))
    def test_nobody_hears_more_of_a_call_than_they_were_in_it(self, minutes, joined, stayed):
        joined_at = NINE + timedelta(minutes=joined)
        share = self.call(minutes=minutes, joined=joined_at, left=joined_at + timedelta(minutes=stayed))
        assert share.minutes is None or share.minutes <= min(minutes, stayed)
