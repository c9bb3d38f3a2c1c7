"""What a disc is, what fits on it, and where a lecture is cut for it."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_pipeline import api
from media_pipeline.packaging.discs import cuts, spec, titles
from tests.media_pipeline.discs.discs import MINUTE_MS, disc, lecture

CODES = ((600_000, 900_000, "4711"), (3_300_000, 3_600_000, "0382"))


class TestWhatFits:
    def test_a_layer_holds_more_than_five_hours_of_legible_slides(self):
        assert api.minutes_that_fit() > 390

    def test_lectures_that_fill_it_to_the_minute_fit_and_one_more_minute_does_not(self):
        full = api.minutes_that_fit() * MINUTE_MS
        assert api.fits(disc(lecture(until_ms=full)))
        assert not api.fits(disc(lecture(until_ms=full), lecture(until_ms=MINUTE_MS)))

    def test_what_is_left_is_said_in_minutes_and_what_is_too_much_as_well(self):
        assert api.minutes_left([45 * MINUTE_MS]) == api.minutes_that_fit() - 45
        assert api.minutes_left([(api.minutes_that_fit() + 12) * MINUTE_MS]) == -12

    @given(st.integers(min_value=1, max_value=400))
    def test_at_the_rate_that_pictures_get_a_disc_is_never_too_full(self, minutes):
        if minutes > api.minutes_that_fit():
            return
        kbits = spec.picture_kbits(minutes * MINUTE_MS)
        most = (kbits + spec.SOUND_KBITS) * spec.AROUND * minutes * 60 * 1000 / 8
        assert most <= spec.LAYER_BYTES - spec.RESERVED_BYTES
        assert kbits >= spec.LEAST_PICTURE_KBITS


class TestOneDisc:
    def test_a_row_remembers_all_of_it(self):
        asked = disc(lecture(codes=CODES), lecture(2))
        assert spec.read(spec.as_plain(asked)) == asked

    def test_discs_of_one_master_share_their_composition_and_nothing_else(self):
        one = disc(lecture(codes=CODES))
        other = disc(lecture(codes=tuple((a, b, "9999") for a, b, _digits in CODES)), serial="D-0058")
        assert one.composition == other.composition
        assert one.digest != other.digest
        assert titles.plans_of(one)[0].key == titles.plans_of(other)[0].key

    def test_another_place_for_a_code_is_another_master(self):
        one, other = (disc(lecture(codes=((at, at + 60_000, "1"),))) for at in (60_000, 120_000))
        assert one.composition != other.composition
        assert titles.plans_of(one)[0].key != titles.plans_of(other)[0].key

    @pytest.mark.parametrize(
        "wrong",
        [
            {"from_ms": 2_700_000},
            {"codes": ((0, 60_000, "4711"), (30_000, 90_000, "4711"))},
            {"codes": ((2_690_000, 2_800_000, "4711"),)},
            {"codes": ((0, 60_000, "\uff1411"),)},
            {"codes": ((0, 60_000, "<b>"),)},
            {"codes": ((0, 999, "4711"),)},
        ],
    )
    def test_times_and_codes_that_cannot_be_are_refused(self, wrong):
        with pytest.raises(spec.SpecRefused):
            spec.checked(disc(lecture(**wrong)))

    @pytest.mark.parametrize("volume", ["", "d_0057", "D-0057", "盘", "X" * 33])
    def test_a_name_that_no_computer_shows_is_refused(self, volume):
        with pytest.raises(spec.SpecRefused):
            spec.checked(replace(disc(), volume=volume))

    def test_names_are_one_line_whatever_was_pasted(self):
        pasted = spec.checked(
            disc(lecture(title="医疗\n损害\x00 鉴定", lecturer=" 李\t明华 "), title="第一\r\n期")
        )
        assert (pasted.title, pasted.lectures[0].title, pasted.lectures[0].lecturer) == (
            "第一 期",
            "医疗 损害 鉴定",
            "李 明华",
        )

    def test_chapters_outside_of_the_part_that_is_shown_are_left_out(self):
        whole = lecture(from_ms=60_000, chapters=((0, "片头"), (60_000, " 第一\n节 "), (9_999_999, "片尾")))
        assert spec.checked(disc(whole)).lectures[0].chapters == ((60_000, "第一 节"),)


windows = st.lists(st.integers(0, 6_000_000), min_size=0, max_size=8, unique=True).map(
    lambda edges: list(zip(sorted(edges)[::2], sorted(edges)[1::2], strict=False))
)


class TestWhereItIsCut:
    @given(st.integers(10_000, 6_000_000), windows)
    def test_the_pieces_follow_each_other_without_a_gap_and_every_cut_has_a_sound_frame(
        self, length_ms, found
    ):
        found = [(a, min(b, length_ms)) for a, b in found if a < length_ms]
        parts = cuts.parts(length_ms, found)
        assert [part.first for part in parts] == [0, *(part.until for part in parts[:-1])]
        assert parts[-1].until == cuts.pictures_of(length_ms)
        assert [part.number for part in parts] == list(range(len(parts)))
        assert all(part.pictures > 0 and part.first % cuts.GRID == 0 for part in parts)
        assert all(part.pictures <= cuts.PIECE_PICTURES for part in parts if part.code is None)
        assert all(part.sound == (part.first * 5 / 4, part.until * 5 / 4) for part in parts)

    @given(windows)
    def test_every_code_stands_in_its_own_window_for_a_minute_at_most(self, found):
        found = [(a, b) for a, b in found if b - a >= 1_000]
        parts = [part for part in cuts.parts(6_000_000, found) if part.code is not None]
        assert [part.code for part in parts] == list(range(len(found)))
        for part in parts:
            from_ms, until_ms = found[part.code]
            assert part.first * 40 > from_ms - 160
            assert part.until * 40 < until_ms + 160
            assert part.pictures * 40 <= cuts.SHOWN_MS + 320

    def test_a_code_of_five_minutes_is_shown_in_the_middle_minute(self):
        assert cuts.shown((600_000, 900_000)) == (720_000, 780_000)

    def test_another_serial_costs_a_minute_of_each_forty_five(self):
        plan = titles.TitlePlan(lecture(until_ms=90 * MINUTE_MS, codes=CODES), 6000)
        assert sum(part.pictures for part in plan.coded) <= 2 * 1_508
        assert plan.pictures == 90 * 60 * 25


class TestChapters:
    def test_the_first_one_begins_at_the_start_whenever_the_first_slide_comes(self):
        assert cuts.chapters([(9_000, "甲")], 60_000) == [(0, ""), (9_000, "甲")]
        assert cuts.chapters([(900, "甲")], 60_000) == [(0, "甲")]
        assert cuts.chapters([], 60_000) == [(0, "")]

    def test_a_slide_that_is_built_up_is_one_chapter(self):
        marks = [(0, "标题"), (10_000, "一"), (12_000, "一二"), (13_000, "一二三"), (30_000, "下一张")]
        assert cuts.chapters(marks, 60_000) == [(0, "标题"), (10_000, "一二三"), (30_000, "下一张")]

    @given(st.lists(st.integers(0, 5_999_999), max_size=400))
    def test_there_are_never_more_than_a_disc_allows_and_they_rise(self, times):
        found = [at for at, _title in cuts.chapters([(at, str(at)) for at in times], 6_000_000)]
        assert found[0] == 0
        assert len(found) <= 99
        assert all(b - a >= 4_000 for a, b in pairwise(found))


class TestWhatIsSaid:
    def test_a_minute_has_the_code_four_times_and_the_call_twice(self):
        words = [word for _at, word in titles.words_of("4711", 60_000)]
        assert words.count("listen") == 2
        assert "".join(word for word in words if word != "listen") == "4711" * 4

    @given(st.text("0123456789", min_size=1, max_size=8), st.integers(200, 90_000))
    def test_nothing_is_said_beyond_the_piece_and_words_do_not_overlap(self, digits, length_ms):
        words = titles.words_of(digits, length_ms)
        assert all(at + 1_000 <= length_ms for at, _word in words)
        assert all(b - a >= 1_000 for (a, _), (b, _) in pairwise(words))

    def test_the_lecture_is_lowered_while_it_is_said_and_only_then(self):
        words = titles.words_of("4711", 60_000)
        stretches = titles.lowered(words)
        assert all(any(a <= at and at + 1_000 <= b for a, b in stretches) for at, _word in words)
        assert sum(b - a for a, b in stretches) < 30_000


def test_the_parts_without_a_code_are_the_same_for_every_serial():
    first = titles.TitlePlan(lecture(codes=CODES), 6000)
    second = replace(first, lecture=lecture(codes=tuple((a, b, "0000") for a, b, _c in CODES)))
    assert first.parts == second.parts
    assert [first.digits(part) for part in first.coded] != [second.digits(part) for part in second.coded]
