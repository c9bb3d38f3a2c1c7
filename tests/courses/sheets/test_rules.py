"""Two keyings of one sheet, the grade of what speaks for it, and the hours of a row: arithmetic."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.attendance.rules import MINUTE_MS, Terms
from courses.sheets.rules import (
    ABSENT,
    FULL,
    PART,
    UNMARKED,
    Keyed,
    KeyedRow,
    Proof,
    alike,
    evidence_grade,
    faults,
    hours_of,
    merge,
    totals,
)

DAY = date(2026, 10, 18)
TERMS = Terms()
LENGTH = 118


def row(person: int, mark: str = FULL, minutes: int | None = None) -> KeyedRow:
    return KeyedRow(lawyer_id=person, name=f"律师{person}", mark=mark, minutes=minutes)


marks = st.sampled_from([(FULL, None), (ABSENT, None), (UNMARKED, None), (PART, 30), (PART, 60)])
sheets = st.dictionaries(st.integers(1, 6), marks, max_size=6).map(
    lambda said: Keyed(tuple(row(person, *mark) for person, mark in said.items()))
)


class TestMerging:
    @given(base=sheets, theirs=sheets)
    def test_who_changed_nothing_takes_the_other_one(self, base: Keyed, theirs: Keyed):
        together = merge(base, base, theirs)
        assert together.is_clean
        said = {each.key: each.says for each in together.keyed.rows}
        for each in theirs.rows:
            assert said[each.key] == each.says

    @given(base=sheets, ours=sheets, theirs=sheets)
    def test_the_order_of_the_two_does_not_matter(self, base: Keyed, ours: Keyed, theirs: Keyed):
        one, other = merge(base, ours, theirs), merge(base, theirs, ours)
        assert {clash.key for clash in one.clashes} == {clash.key for clash in other.clashes}
        if one.is_clean:
            assert alike(one.keyed, other.keyed)

    @given(base=sheets, both=sheets)
    def test_who_say_the_same_agree(self, base: Keyed, both: Keyed):
        together = merge(base, both, both)
        assert together.is_clean
        assert alike(together.keyed, both)

    @given(ours=sheets, theirs=sheets)
    def test_a_clash_is_only_where_both_said_something_else(self, ours: Keyed, theirs: Keyed):
        mine = {each.key: each for each in ours.rows}
        other = {each.key: each for each in theirs.rows}
        for clash in merge(None, ours, theirs).clashes:
            assert mine[clash.key].mark != UNMARKED
            assert other[clash.key].mark != UNMARKED
            assert mine[clash.key].says != other[clash.key].says

    def test_somebody_who_was_taken_off_the_sheet_stays_off(self):
        base = Keyed((row(1), row(2)))
        together = merge(base, Keyed((row(1),)), base)
        assert [each.lawyer_id for each in together.keyed.rows] == [1]

    def test_codes_of_one_are_taken_and_different_ones_are_asked_about(self):
        blank, ours, theirs = Keyed(), Keyed(codes=("1", "2")), Keyed(codes=("1", "3"))
        assert merge(blank, ours, blank).keyed.codes == ("1", "2")
        assert merge(blank, ours, theirs).codes_clash


class TestGrade:
    @pytest.mark.parametrize(
        ("supervised", "scanned", "codes", "late_days", "grade"),
        [
            (True, True, 3, 0, "A"),
            (True, True, 3, 7, "A"),
            (True, True, 3, 8, "B"),
            (False, True, 3, 0, "B"),
            (True, False, 3, 0, "B"),
            (True, True, 2, 0, "B"),
            (True, True, 0, 0, "B"),
            (True, False, 2, 0, "C"),
            (True, False, 0, 0, "C"),
        ],
    )
    def test_of_a_disc(self, supervised: bool, scanned: bool, codes: int, late_days: int, grade: str):
        proof = Proof(supervised, scanned, 3, codes, DAY, DAY + timedelta(days=late_days))
        assert evidence_grade(proof) == grade

    def test_on_site_there_are_no_codes(self):
        assert evidence_grade(Proof(True, True, 0, 0, DAY, DAY)) == "A"
        assert evidence_grade(Proof(True, False, 0, 0, DAY, DAY)) == "C"
        assert evidence_grade(Proof(True, False, 0, 0, DAY, DAY, by_machine=True)) == "A"

    def test_a_stick_is_never_better_than_b(self):
        assert evidence_grade(Proof(True, True, 3, 3, DAY, DAY, carried=True)) == "B"


class TestHours:
    @pytest.mark.parametrize(
        ("mark", "minutes", "hours"),
        [
            (FULL, None, "2.5"),
            (PART, 45, "1.0"),
            (PART, 44, "0.5"),
            (PART, 22, "0.0"),
            (ABSENT, None, "0"),
            (UNMARKED, None, "0"),
        ],
    )
    def test_of_a_lecture_of_118_minutes(self, mark: str, minutes: int | None, hours: str):
        assert hours_of(row(1, mark, minutes), LENGTH * MINUTE_MS, TERMS) == Decimal(hours)

    @given(st.integers(1, 600))
    def test_a_part_is_never_worth_more_than_the_whole(self, minutes: int):
        whole = hours_of(row(1), LENGTH * MINUTE_MS, TERMS)
        assert hours_of(row(1, PART, minutes), LENGTH * MINUTE_MS, TERMS) <= whole

    @given(sheets)
    def test_nobody_is_counted_as_present_by_default(self, keyed: Keyed):
        counted = totals(keyed.rows, creditable_ms=LENGTH * MINUTE_MS, terms=TERMS)
        assert counted.there == sum(each.mark in (FULL, PART) for each in keyed.rows)
        assert counted.full + counted.part + counted.absent + counted.unmarked == len(keyed.rows)


@given(sheets)
def test_only_when_it_is_reported_everybody_has_to_be_marked(keyed: Keyed):
    unmarked = sum(each.mark == UNMARKED for each in keyed.rows)
    assert not faults(keyed.rows, length_minutes=LENGTH)
    assert len(faults(keyed.rows, length_minutes=LENGTH, reporting=True)) == unmarked
