"""Whom a class is for, when it is open, when a course is finished."""

from datetime import date

import pytest

from courses.enrolment.rules import Audience, Outside, Window, is_complete

WEI = {"western": True, "county": True, "young": True}
CITY = {"western": True, "county": False, "young": None}
LINE = ["CN-GX-451000", "CN-GX", "CN-ACLA"]


def outside(audience: Audience, eligibility: dict = WEI, line: list[str] = LINE) -> Outside | None:
    return audience.outside(eligibility=eligibility, line=line)


def test_without_a_rule_everybody_belongs():
    assert outside(Audience(), CITY) is None


def test_any_of_the_categories_is_enough():
    assert outside(Audience(frozenset({"county", "western"})), CITY) is None
    assert outside(Audience(frozenset({"county"})), CITY) is Outside.OTHER_CATEGORY


def test_an_unknown_age_is_told_apart_from_being_too_old():
    young = Audience(frozenset({"young"}))
    assert outside(young, CITY) is Outside.AGE_UNKNOWN
    assert outside(young, {**CITY, "young": False}) is Outside.OTHER_CATEGORY
    assert outside(young, WEI) is None


def test_a_named_association_covers_those_below_it_and_not_those_above():
    assert outside(Audience(associations=frozenset({"CN-GX"}))) is None
    assert (
        outside(Audience(associations=frozenset({"CN-GX-451000"})), line=LINE[1:])
        is Outside.OTHER_ASSOCIATION
    )
    assert outside(Audience(associations=frozenset({"CN-YN"}))) is Outside.OTHER_ASSOCIATION


def test_association_and_category_both_have_to_fit():
    both = Audience(frozenset({"county"}), frozenset({"CN-GX"}))
    assert outside(both) is None
    assert outside(both, CITY) is Outside.OTHER_CATEGORY
    assert outside(both, line=["CN-YN", "CN-ACLA"]) is Outside.OTHER_ASSOCIATION


def test_the_days_of_a_class_still_count():
    window = Window(begins=date(2026, 11, 1), last=date(2026, 11, 30), enrol_last=date(2026, 11, 10))
    assert [window.has_begun(date(2026, 10, 31)), window.has_begun(date(2026, 11, 1))] == [False, True]
    assert [window.is_over(date(2026, 11, 30)), window.is_over(date(2026, 12, 1))] == [False, True]
    assert [window.lets_lawyers_enrol(date(2026, 11, day)) for day in (10, 11)] == [True, False]
    assert not Window(last=date(2026, 11, 30)).lets_lawyers_enrol(date(2026, 12, 1))


def test_without_dates_a_class_is_always_open():
    assert Window().has_begun(date(2000, 1, 1))
    assert not Window().is_over(date(2100, 1, 1))
    assert Window().lets_lawyers_enrol(date(2100, 1, 1))


@pytest.mark.parametrize(
    ("credited", "lectures", "required", "complete"),
    [
        ({1, 2, 3}, [1, 2, 3], 3, True),
        ({1, 3}, [1, 2, 3], 3, False),
        ({1, 3}, [1, 2, 3], 2, True),
        ({7, 8, 9}, [1, 2, 3], 1, False),  # hours of other lectures
        (set(), [], 0, False),  # a course without lectures is never finished
    ],
)
def test_a_course_is_finished_with_enough_of_its_own_lectures(credited, lectures, required, complete):
    assert is_complete(credited=credited, lectures=lectures, required=required) is complete
