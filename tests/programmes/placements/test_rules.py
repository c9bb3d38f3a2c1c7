"""What the registers allow: the way of a trainee by days, and who signs what."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programmes.placements import rules
from programmes.placements.models import Donation, Trainee, TrainingDay
from programmes.placements.rules import DayRefusal, Part, SignRefusal, Stage, Terms

TERMS = Terms(class_days=5, firm_days=20)
MONDAY = date(2026, 8, 3)
TODAY = date(2026, 10, 12)


def days(count: int, first: date = MONDAY) -> list[date]:
    return [first + timedelta(days=each) for each in range(count)]


def log(**parts: list[date]) -> dict[date, Part]:
    return {day: Part(part) for part, which in parts.items() for day in which}


def why(part: Part, which: list[date], logged: dict[date, Part] | None = None) -> DayRefusal | None:
    refusal = rules.refusal_to_log(part, which, logged=logged or {}, terms=TERMS, today=TODAY)
    return refusal.why if refusal else None


def test_the_words_of_the_rules_are_those_of_the_tables() -> None:
    assert {each.value for each in Stage} == set(Trainee.Stage.values)
    assert {each.value for each in Part} == set(TrainingDay.Part.values)
    assert set(Trainee.PLACED) < set(Trainee.STANDING)
    assert {"offered", "delivered", "verified", "withdrawn"} == set(Donation.State.values)


class TestStages:
    def test_the_end_is_the_end(self) -> None:
        for stage in (Stage.REFUSED, Stage.WITHDRAWN):
            assert not rules.STEPS[stage]

    def test_from_the_end_only_back_to_the_firm(self) -> None:
        assert rules.STEPS[Stage.FINISHED] == {Stage.AT_FIRM}

    def test_nobody_is_refused_after_being_taken_in(self) -> None:
        assert rules.may_step(Stage.NOMINATED, Stage.REFUSED)
        assert not rules.may_step(Stage.ACCEPTED, Stage.REFUSED)

    def test_days_say_where_somebody_is(self) -> None:
        assert rules.stage_by_days(0, 0) is Stage.ACCEPTED
        assert rules.stage_by_days(1, 0) is Stage.IN_CLASS
        assert rules.stage_by_days(5, 1) is Stage.AT_FIRM

    def test_through_is_five_and_twenty(self) -> None:
        whole = log(**{"class": days(5), "firm": days(20, MONDAY + timedelta(days=7))})
        assert rules.is_through(whole, TERMS)
        whole.popitem()
        assert not rules.is_through(whole, TERMS)


class TestStretches:
    def test_a_week_without_its_end(self) -> None:
        assert len(rules.stretch(MONDAY, MONDAY + timedelta(days=6), weekends=False)) == 5
        assert len(rules.stretch(MONDAY, MONDAY + timedelta(days=6), weekends=True)) == 7

    def test_a_saturday_that_was_named_stands(self) -> None:
        saturday = MONDAY + timedelta(days=5)
        assert rules.stretch(saturday, saturday, weekends=False) == [saturday]

    def test_a_mistyped_year_makes_no_list_of_millions_of_days(self) -> None:
        found = rules.stretch(date(1, 1, 1), date(9999, 12, 31), weekends=False)
        assert rules.LONGEST_STRETCH < len(found) < 100

    def test_the_wrong_way_round_is_empty(self) -> None:
        assert rules.stretch(MONDAY, MONDAY - timedelta(days=1), weekends=True) == []


class TestDays:
    def test_the_class_is_five_days_and_no_more(self) -> None:
        assert why(Part.CLASS, days(5)) is None
        assert why(Part.CLASS, days(6)) is DayRefusal.TOO_MANY

    def test_the_firm_comes_after_the_whole_class(self) -> None:
        later = days(3, MONDAY + timedelta(days=14))
        assert why(Part.FIRM, later) is DayRefusal.CLASS_FIRST
        assert why(Part.FIRM, later, log(**{"class": days(4)})) is DayRefusal.CLASS_FIRST
        assert why(Part.FIRM, later, log(**{"class": days(5)})) is None
        before = [MONDAY - timedelta(days=1)]
        assert why(Part.FIRM, before, log(**{"class": days(5)})) is DayRefusal.BEFORE_THE_CLASS_ENDED

    def test_a_day_of_the_class_cannot_lie_behind_the_firm(self) -> None:
        logged = log(**{"class": days(4), "firm": days(1, MONDAY + timedelta(days=7))})
        behind = [MONDAY + timedelta(days=8)]
        assert why(Part.CLASS, behind, logged) is DayRefusal.AFTER_THE_FIRM_BEGAN

    def test_no_day_twice_none_to_come_none_at_all(self) -> None:
        assert why(Part.CLASS, days(1), log(**{"class": days(1)})) is DayRefusal.LOGGED_BEFORE
        assert why(Part.CLASS, [TODAY + timedelta(days=1)]) is DayRefusal.TO_COME
        assert why(Part.CLASS, [TODAY]) is None
        assert why(Part.CLASS, []) is DayRefusal.NONE_GIVEN
        assert why(Part.CLASS, days(32)) is DayRefusal.TOO_LONG

    def test_the_class_is_struck_only_before_the_firm(self) -> None:
        assert rules.may_strike(Part.CLASS, logged=log(**{"class": days(5)}))
        both = log(**{"class": days(5), "firm": days(1, MONDAY + timedelta(days=7))})
        assert not rules.may_strike(Part.CLASS, logged=both)
        assert rules.may_strike(Part.FIRM, logged=both)

    @given(
        st.lists(
            st.tuples(
                st.sampled_from(list(Part)),
                st.dates(date(2026, 7, 1), date(2026, 11, 1)),
                st.integers(1, 12),
                st.booleans(),
            ),
            max_size=14,
        )
    )
    def test_no_order_of_logging_and_striking_exceeds_the_plan(
        self, acts: list[tuple[Part, date, int, bool]]
    ) -> None:
        logged: dict[date, Part] = {}
        for part, first, count, strikes in acts:
            if strikes and logged:
                day = max(logged)
                if rules.may_strike(logged[day], logged=logged):
                    del logged[day]
                continue
            which = days(count, first)
            if rules.refusal_to_log(part, which, logged=logged, terms=TERMS, today=TODAY) is None:
                assert not set(which) & logged.keys()
                logged |= dict.fromkeys(which, part)
            in_class = [day for day, where in logged.items() if where is Part.CLASS]
            at_firm = [day for day, where in logged.items() if where is Part.FIRM]
            assert len(in_class) <= 5
            assert len(at_firm) <= 20
            assert max(logged, default=TODAY) <= TODAY
            if at_firm:
                assert len(in_class) == 5
                assert max(in_class) < min(at_firm)


class TestSigning:
    @pytest.mark.parametrize(
        ("state", "entered_by", "delivered_by", "refusal"),
        [
            ("offered", 1, None, SignRefusal.NOT_DELIVERED),
            ("withdrawn", 1, None, SignRefusal.NOT_DELIVERED),
            ("delivered", 1, 2, None),
            ("delivered", 9, 2, SignRefusal.ENTERED_BY_SELF),
            ("delivered", 1, 9, SignRefusal.ENTERED_BY_SELF),
            ("verified", 1, 2, SignRefusal.VERIFIED_BEFORE),
        ],
    )
    def test_a_delivered_gift_is_verified_by_somebody_else(
        self, state: str, entered_by: int, delivered_by: int | None, refusal: SignRefusal | None
    ) -> None:
        assert (
            rules.refusal_to_verify(state, entered_by=entered_by, delivered_by=delivered_by, by=9) is refusal
        )

    def test_a_verified_gift_is_taken_back_once_by_another_one(self) -> None:
        how = {"is_reversed": False, "verified_by": 2, "entered_by": 1}
        assert rules.refusal_to_reverse("verified", **how, by=9) is None
        assert rules.refusal_to_reverse("verified", **how, by=2) is SignRefusal.VERIFIED_BY_SELF
        assert rules.refusal_to_reverse("verified", **how, by=1) is SignRefusal.ENTERED_BY_SELF
        assert rules.refusal_to_reverse("delivered", **how, by=9) is SignRefusal.NOT_VERIFIED
        again = {**how, "is_reversed": True}
        assert rules.refusal_to_reverse("verified", **again, by=9) is SignRefusal.REVERSED_BEFORE
