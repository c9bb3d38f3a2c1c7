"""What the numbers of a plan must satisfy."""

from dataclasses import replace

import pytest

from programmes.plans.rules import Dimension, Line, line_for, overfull

TOTAL = Line("total", "CN-GD", 120, "assigned")
GUANGXI = Line("gx", "CN-GD", 100, "assigned", beneficiary="CN-GX")
YUNNAN = Line("yn", "CN-GD", 20, "assigned", beneficiary="CN-YN")
YEARLY = Line("year", "CN-GD", 40, "average", each_year=True)
ONSITE = Line("onsite", "CN-GD", 10, "intended", each_year=True, modes=frozenset({"onsite"}))
RECORDED = Line(
    "recorded", "CN-GD", 30, "intended", each_year=True, modes=frozenset({"network_video", "dvd"})
)
PLAN = [TOTAL, GUANGXI, YUNNAN, YEARLY, ONSITE, RECORDED]


def test_the_margins_of_the_documents_tie():
    assert overfull(PLAN) == []


def test_121_into_120_is_one_too_many_over_the_regions():
    (fault,) = overfull([TOTAL, GUANGXI, replace(YUNNAN, quantity=21)])
    assert (fault.total, fault.by, fault.whole.quantity, fault.dimension) == (
        121,
        1,
        120,
        Dimension.BENEFICIARY,
    )


def test_11_on_site_and_30_recorded_are_one_too_many_for_40_a_year():
    (fault,) = overfull([YEARLY, replace(ONSITE, quantity=11), RECORDED])
    assert (fault.total, fault.by, fault.dimension) == (41, 1, Dimension.MODE)


def test_9_8_and_9_vehicles_are_one_too_many_for_25():
    years = [
        Line(str(year), "CN-GD", count, "planned", year=year)
        for year, count in ((2013, 9), (2014, 8), (2015, 9))
    ]
    (fault,) = overfull([Line("all", "CN-GD", 25, "assigned"), *years])
    assert (fault.total, fault.by, fault.dimension) == (26, 1, Dimension.YEAR)


def test_a_split_that_leaves_something_open_is_no_fault():
    assert overfull([TOTAL, replace(GUANGXI, quantity=99), YUNNAN]) == []


def test_a_mode_within_a_bucket_is_not_added_to_the_bucket():
    video = Line("video", "CN-GD", 20, "intended", each_year=True, modes=frozenset({"network_video"}))
    assert overfull([YEARLY, ONSITE, RECORDED, video]) == []

    (fault,) = overfull([YEARLY, ONSITE, RECORDED, replace(video, quantity=31)])
    assert (fault.total, fault.by, fault.whole.key) == (41, 1, "year")


def test_an_inexact_number_contradicts_nothing():
    about = Line("about", "CN-GD", 85, "about", each_year=True)
    assert (
        overfull([about, Line("host", "CN-GD", 90, "intended", each_year=True, modes=frozenset({"onsite"}))])
        == []
    )


def test_numbers_of_another_supporter_are_another_matter():
    assert overfull([TOTAL, GUANGXI, YUNNAN, Line("bj", "CN-BJ", 50, "assigned", beneficiary="CN-YN")]) == []


@pytest.mark.parametrize(
    ("beneficiary", "mode", "line"),
    [("CN-GX", "onsite", GUANGXI), ("CN-GX", "network_video", GUANGXI), ("CN-YN", "dvd", YUNNAN)],
)
def test_a_session_stands_on_the_assigned_number_of_its_region(beneficiary: str, mode: str, line: Line):
    assert line_for(PLAN, supporter="CN-GD", beneficiary=beneficiary, year=2026, mode=mode) == line


def test_a_region_outside_a_complete_split_has_no_line():
    assert line_for(PLAN, supporter="CN-GD", beneficiary="CN-JL", year=2026, mode="onsite") is None


def test_a_region_outside_an_open_split_stands_on_the_total():
    lines = [TOTAL, GUANGXI]
    assert line_for(lines, supporter="CN-GD", beneficiary="CN-JL", year=2026, mode="onsite") == TOTAL


def test_the_most_specific_number_is_taken():
    onsite = replace(GUANGXI, key="gx-onsite", quantity=30, modes=frozenset({"onsite"}))
    assert (
        line_for([*PLAN, onsite], supporter="CN-GD", beneficiary="CN-GX", year=2026, mode="onsite") == onsite
    )
    assert line_for([*PLAN, onsite], supporter="CN-GD", beneficiary="CN-GX", year=2026, mode="dvd") == GUANGXI


def test_what_nobody_assigned_has_no_line():
    assert (
        line_for([YEARLY, ONSITE], supporter="CN-GD", beneficiary="CN-GX", year=2026, mode="onsite") is None
    )
    assert line_for(PLAN, supporter="CN-BJ", beneficiary="CN-GX", year=2026, mode="onsite") is None
