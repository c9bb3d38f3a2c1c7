"""The arithmetic of watching: intervals, acceptance, clocks and codes. No database."""

import itertools
import time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.attendance import rules
from courses.attendance.rules import Frame, Refusal, Span, Terms

MINUTE = rules.MINUTE_MS
LENGTH = 120 * MINUTE
TERMS = Terms()

moments = st.integers(min_value=0, max_value=LENGTH)
intervals = st.lists(st.tuples(moments, moments), max_size=30)


def frame(*, opened=0, received=200 * MINUTE, taken=(), length=LENGTH, excluded=()):
    return Frame(
        creditable=rules.creditable(length, excluded),
        length_ms=length,
        opened_ms=opened,
        received_ms=received,
        taken=list(taken),
    )


def watched(media_from, media_until, wall_from, wall_until=None):
    """A span in minutes; at normal speed unless told when it ended."""
    end = wall_from + media_until - media_from if wall_until is None else wall_until
    return Span(
        media=(media_from * MINUTE, media_until * MINUTE), wall=(int(wall_from * MINUTE), int(end * MINUTE))
    )


class TestIntervals:
    @given(intervals, st.randoms(use_true_random=False))
    def test_a_union_does_not_depend_on_order_or_repetition(self, pieces, random):
        shuffled = [*pieces, *random.sample(pieces, len(pieces) // 2)]
        random.shuffle(shuffled)
        assert rules.union(shuffled) == rules.union(pieces)

    @given(intervals, intervals)
    def test_a_union_can_be_made_in_parts(self, left, right):
        assert rules.union([*rules.union(left), *rules.union(right)]) == rules.union([*left, *right])

    @given(intervals)
    def test_a_union_is_sorted_and_disjoint_and_adding_it_again_changes_nothing(self, pieces):
        found = rules.union(pieces)
        assert all(start < end for start, end in found)
        assert all(before[1] < after[0] for before, after in itertools.pairwise(found))
        assert rules.union([*found, *found]) == found

    @given(intervals, intervals)
    def test_what_two_share_and_what_one_has_alone_make_the_one(self, left, right):
        shared, alone = rules.intersection(left, right), rules.difference(left, right)
        assert rules.union([*shared, *alone]) == rules.union(left)
        assert rules.intersection(shared, alone) == []

    def test_ten_thousand_crumbs_take_no_longer_than_a_moment(self):
        """Judging holds a lock that others wait for: its time must not grow with the square of the crumbs."""
        crumbs = [(2 * each, 2 * each + 1) for each in range(10_000)]
        claimed = Span(media=(0, 20_000), wall=(0, 20_000))
        asked = frame(received=MINUTE, taken=crumbs)

        started = time.process_time()
        for _span in range(20):
            rules.judge(claimed, asked, TERMS)
        left = rules.difference([(0, LENGTH)], crumbs)

        assert rules.length_of(left) == LENGTH - 10_000
        assert time.process_time() - started < 5

    @given(intervals, st.integers(1, 5))
    def test_a_few_stretches_cover_all_of_it_and_no_more_of_the_gaps_than_they_must(self, pieces, most):
        found = rules.stretches(pieces, most=most)
        assert len(found) <= most
        assert rules.difference(pieces, found) == []
        assert rules.length_of(found) >= rules.length_of(rules.stretches(pieces, most=most + 1))
        assert rules.stretches(pieces, most=len(pieces) + 1) == rules.union(pieces)

    def test_title_break_and_tail_are_not_creditable(self):
        pieces = rules.creditable(LENGTH, [[0, 30_000], [60 * MINUTE, 70 * MINUTE], [119 * MINUTE, LENGTH]])
        assert rules.length_of(pieces) == LENGTH - 30_000 - 11 * MINUTE


class TestThreshold:
    def test_exactly_95_percent_is_enough(self):
        assert rules.reaches(95_000, 100_000, Decimal("0.95"))

    def test_a_millisecond_less_is_not(self):
        assert not rules.reaches(94_999, 100_000, Decimal("0.95"))

    def test_nothing_of_an_empty_lecture_is_not(self):
        assert not rules.reaches(0, 0, Decimal("0.95"))


class TestAcceptance:
    def test_an_honest_span_is_accepted_whole(self):
        verdict = rules.judge(watched(10, 20, 5), frame(), TERMS)
        assert verdict.media == ((10 * MINUTE, 20 * MINUTE),)
        assert verdict.wall_ms == 10 * MINUTE
        assert verdict.refusal is None

    def test_slow_playing_and_waiting_for_the_line_cost_nothing(self):
        verdict = rules.judge(watched(10, 20, 5, 45), frame(), TERMS)
        assert rules.length_of(verdict.media) == 10 * MINUTE

    @pytest.mark.parametrize(
        "span", [watched(5, 5, 1, 2), watched(6, 5, 1, 2), watched(5, 6, 2, 2), watched(5, 6, 3, 2)]
    )
    def test_no_media_or_no_time_is_nothing(self, span):
        verdict = rules.judge(span, frame(), TERMS)
        assert (verdict.media, verdict.wall, verdict.refusal) == ((), (), Refusal.NOTHING_PLAYED)

    def test_beyond_the_end_there_is_nothing(self):
        verdict = rules.judge(watched(121, 130, 1), frame(), TERMS)
        assert (verdict.media, verdict.refusal) == ((), Refusal.BEYOND_THE_END)

    def test_of_a_span_over_the_end_the_part_inside_counts(self):
        verdict = rules.judge(watched(115, 125, 1), frame(), TERMS)
        assert verdict.media == ((115 * MINUTE, LENGTH),)
        assert verdict.refusal is Refusal.BEYOND_THE_END

    def test_a_rounding_at_the_end_is_cut_without_a_word(self):
        verdict = rules.judge(Span((LENGTH - 10_000, LENGTH + 40), (0, 10_040)), frame(), TERMS)
        assert verdict.media == ((LENGTH - 10_000, LENGTH),)
        assert verdict.refusal is None

    def test_excluded_ranges_are_no_fault_of_anybody(self):
        verdict = rules.judge(watched(0, 10, 0), frame(excluded=[[0, MINUTE]]), TERMS)
        assert verdict.media == ((MINUTE, 10 * MINUTE),)
        assert verdict.refusal is None

    def test_nothing_was_played_before_the_opening(self):
        verdict = rules.judge(watched(0, 10, 0), frame(opened=30 * MINUTE), TERMS)
        assert (verdict.media, verdict.refusal) == ((), Refusal.OUTSIDE_THE_PLAYBACK)

    def test_nothing_was_played_after_the_receipt(self):
        verdict = rules.judge(watched(0, 10, 0), frame(received=4 * MINUTE), TERMS)
        assert verdict.media == ((0, 4 * MINUTE),)
        assert verdict.refusal is Refusal.OUTSIDE_THE_PLAYBACK

    def test_a_report_after_30_days_is_too_late(self):
        verdict = rules.judge(watched(0, 10, 0), frame(received=31 * rules.DAY_MS), TERMS)
        assert (verdict.media, verdict.refusal) == ((), Refusal.TOO_LATE)

    def test_a_report_after_29_days_is_not(self):
        verdict = rules.judge(watched(0, 10, 0), frame(received=29 * rules.DAY_MS), TERMS)
        assert rules.length_of(verdict.media) == 10 * MINUTE

    def test_of_a_minute_that_is_taken_only_the_rest_counts(self):
        verdict = rules.judge(watched(0, 10, 0), frame(taken=[(2 * MINUTE, 5 * MINUTE)]), TERMS)
        assert verdict.media == ((0, 2 * MINUTE), (5 * MINUTE, 10 * MINUTE))
        assert verdict.refusal is Refusal.PLAYED_ELSEWHERE

    def test_at_twice_the_speed_half_counts_and_5_percent_more(self):
        verdict = rules.judge(watched(0, 10, 0, 5), frame(), TERMS)
        assert verdict.media == ((0, int(MINUTE * Decimal("5.25"))),)
        assert verdict.refusal is Refusal.TOO_FAST

    def test_a_rule_that_allows_twice_the_speed_allows_it(self):
        verdict = rules.judge(watched(0, 10, 0, 5), frame(), Terms(max_rate=Decimal(2)))
        assert rules.length_of(verdict.media) == 10 * MINUTE

    @settings(max_examples=150)
    @given(
        st.lists(
            st.tuples(moments, moments, st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9)),
            max_size=20,
        )
    )
    def test_whatever_is_claimed_in_whatever_order_no_more_is_credited_than_time_has_passed(self, claims):
        known = frame(opened=0, received=60 * MINUTE)
        media: list[rules.Interval] = []
        for media_from, media_until, wall_from, wall_until in claims:
            verdict = rules.judge(Span((media_from, media_until), (wall_from, wall_until)), known, TERMS)
            known = frame(opened=0, received=60 * MINUTE, taken=[*known.taken, *verdict.wall])
            media += verdict.media
        assert sum(end - start for start, end in known.taken) == rules.length_of(known.taken) <= 60 * MINUTE
        assert rules.length_of(media) <= 63 * MINUTE
        assert all(0 <= start < end <= LENGTH for start, end in media)

    @settings(max_examples=150)
    @given(
        st.lists(st.tuples(moments, st.integers(0, 10 * MINUTE)), max_size=15),
        st.randoms(use_true_random=False),
    )
    def test_honest_spans_give_the_same_in_any_order_and_however_often(self, hops, random):
        spans, wall = [], 0
        for start, size in hops:
            end = min(start + size, LENGTH)
            spans.append(Span((start, end), (wall, wall + end - start)))
            wall += size + 1_000
        reports = [*enumerate(spans), *random.sample(list(enumerate(spans)), len(spans) // 2)]
        random.shuffle(reports)
        seen: set[int] = set()
        taken: list[rules.Interval] = []
        media: list[rules.Interval] = []
        for sequence, span in reports:
            if sequence in seen:
                continue
            seen.add(sequence)
            verdict = rules.judge(span, frame(received=wall, taken=taken), TERMS)
            taken += verdict.wall
            media += verdict.media
        assert rules.union(media) == rules.union(span.media for span in spans)


class TestClock:
    def test_the_fastest_message_measures_best(self):
        assert rules.clock_offset(5_000, 300) == 300
        assert rules.clock_offset(300, 5_000) == 300

    def test_a_clock_that_was_set_is_measured_anew(self):
        assert rules.clock_offset(300, 3_600_000) == 3_600_000
        assert rules.clock_offset(300, -3_600_000) == -3_600_000


class TestPresenceCodes:
    def test_120_minutes_have_three(self):
        assert [window.index for window in rules.code_windows(LENGTH, [], 45)] == [1, 2, 3]

    def test_45_minutes_have_one_and_a_started_unit_more_has_two(self):
        assert len(rules.code_windows(45 * MINUTE, [], 45)) == 1
        assert len(rules.code_windows(45 * MINUTE + rules.READABLE_MS, [], 45)) == 2

    def test_a_recording_that_runs_milliseconds_over_asks_for_no_code_that_nobody_can_read(self):
        # Given 60.010 s, as ffmpeg cuts a minute of sound; the second unit would be ten milliseconds long.
        assert len(rules.code_windows(60_010, [], 1)) == 1

    def test_the_shortest_lecture_has_a_code(self):
        assert len(rules.code_windows(5_000, [], 45)) == 1

    def test_a_code_of_45_minutes_is_shown_for_five_in_the_middle(self):
        (window,) = rules.code_windows(45 * MINUTE, [], 45)
        assert (window.from_ms, window.until_ms) == (20 * MINUTE, 25 * MINUTE)

    def test_excluded_ranges_push_the_codes_back(self):
        first, *_ = rules.code_windows(LENGTH, [[0, 10 * MINUTE]], 45)
        assert first.from_ms == 30 * MINUTE

    @given(
        st.integers(1, 10 * 60 * MINUTE),
        st.integers(1, 90),
        st.lists(st.tuples(moments, moments), max_size=5),
    )
    def test_every_code_is_shown_inside_the_lecture_and_codes_follow_each_other(
        self, length, minutes, excluded
    ):
        windows = rules.code_windows(length, excluded, minutes)
        total = rules.length_of(rules.creditable(length, excluded))
        whole, rest = divmod(total, minutes * MINUTE)
        assert len(windows) == whole + (rest >= rules.READABLE_MS or (whole == 0 and rest > 0))
        assert all(0 <= window.from_ms < window.until_ms <= length for window in windows)
        assert all(a.until_ms <= b.from_ms for a, b in itertools.pairwise(windows))
        shown = [(window.from_ms, window.until_ms) for window in windows]
        assert all(rules.intersection([each], rules.creditable(length, excluded)) for each in shown)

    def test_a_code_is_four_digits_and_belongs_to_one_lawyer_lecture_and_place(self):
        codes = {
            rules.presence_code(b"key", lawyer_id=lawyer, version_id=version, index=index)
            for lawyer in range(5)
            for version in range(5)
            for index in range(1, 5)
        }
        assert all(len(code) == 4 and code.isdecimal() for code in codes)
        assert len(codes) > 95
        assert rules.presence_code(b"key", lawyer_id=1, version_id=1, index=1) != rules.presence_code(
            b"other", lawyer_id=1, version_id=1, index=1
        )


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=12),
    st.tuples(st.integers(0, 60), st.integers(0, 60)),
)
def test_a_piece_put_in_makes_the_same_as_the_union_of_all(pieces, piece):
    intervals = rules.union(pieces)
    rules.insert(intervals, piece)
    assert intervals == rules.union([*pieces, piece])
