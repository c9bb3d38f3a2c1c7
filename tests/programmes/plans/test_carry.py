"""A shortfall is owed in the next year, a surplus counts toward the whole."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from programmes.plans.carry import Alone, owed, owed_of
from programmes.plans.cells import Cell, by_region, total

years = st.dictionaries(st.integers(2012, 2016), st.integers(0, 60), max_size=5)


def test_what_2013_lacks_is_owed_in_2014_and_what_2014_did_beyond_counts_in_2015():
    rows = owed({2013: 40, 2014: 40, 2015: 40}, {2013: 31, 2014: 52, 2015: 30}, whole=120)

    assert [(row.year, row.carried_in, row.owed, row.missing, row.surplus) for row in rows] == [
        (2013, 0, 40, 9, 0),
        (2014, 9, 49, 0, 3),
        (2015, -3, 37, 7, 0),
    ]


def test_once_the_whole_is_reached_nothing_is_missing():
    rows = owed({2013: 40, 2014: 40}, {2013: 70}, whole=70)
    assert [row.missing for row in rows] == [0, 0]


def test_a_session_in_a_year_without_a_plan_counts_all_the_same():
    rows = owed({2014: 40}, {2013: 5, 2014: 20}, whole=None)
    assert [(row.year, row.planned, row.missing, row.surplus) for row in rows] == [
        (2013, 0, 0, 5),
        (2014, 40, 15, 0),
    ]


@given(years, years)
def test_in_the_last_year_is_missing_what_is_planned_and_not_counted(planned, counted):
    rows = owed(planned, counted, whole=None)
    if rows:
        balance = sum(planned.values()) - sum(counted.values())
        assert (rows[-1].missing, rows[-1].surplus) == (max(balance, 0), max(-balance, 0))


@given(years, years)
def test_each_year_carries_in_what_the_one_before_left(planned, counted):
    rows = owed(planned, counted, whole=None)
    for before, row in pairwise(rows):
        assert row.carried_in == before.missing - before.surplus
    assert all(row.missing == 0 or row.surplus == 0 for row in rows)


@given(years, years, st.integers(0, 100))
def test_never_is_more_missing_than_the_whole_still_lacks(planned, counted, whole):
    done = 0
    for row in owed(planned, counted, whole=whole):
        done += row.counted
        assert 0 <= row.missing <= max(whole - done, 0)


@given(years, years, st.integers(0, 100))
def test_one_session_more_is_never_more_missing(planned, counted, whole):
    before = owed(planned, counted, whole=whole)
    for row in before:
        after = owed(planned, {**counted, row.year: row.counted + 1}, whole=whole)
        assert all(new.missing <= old.missing for new, old in zip(after, before, strict=True))


places = st.dictionaries(
    st.tuples(st.integers(2012, 2016), st.sampled_from([1, 2])), st.integers(0, 60), max_size=8
)
GUANGXI, YUNNAN = 1, 2


def test_a_region_whose_years_stand_alone_carries_nothing_and_the_other_one_does():
    planned = {(2013, GUANGXI): 30, (2013, YUNNAN): 10, (2014, GUANGXI): 30, (2014, YUNNAN): 10}
    counted = {(2013, GUANGXI): 25, (2013, YUNNAN): 4}
    rows = owed_of(planned, counted, whole=None, alone=[Alone(GUANGXI, None)])
    assert [(row.year, row.carried_in, row.missing) for row in rows] == [(2013, 0, 11), (2014, 6, 46)]


def test_one_year_may_stand_alone():
    planned = {(year, GUANGXI): 10 for year in (2013, 2014, 2015)}
    rows = owed_of(planned, {}, whole=None, alone=[Alone(None, 2013)])
    assert [row.carried_in for row in rows] == [0, 0, 10]


@given(places, places)
def test_a_number_that_stands_alone_is_each_year_by_itself(planned, counted):
    for row in owed_of(planned, counted, whole=None, alone=[Alone(None, None)]):
        assert (row.carried_in, row.missing, row.surplus) == (
            0,
            max(row.planned - row.counted, 0),
            max(row.counted - row.planned, 0),
        )


@given(places, places)
def test_without_such_numbers_the_regions_are_one(planned, counted):
    def sums(numbers):
        return {year: sum(n for (y, _), n in numbers.items() if y == year) for year, _ in numbers}

    assert owed_of(planned, counted, whole=90, alone=()) == owed(sums(planned), sums(counted), whole=90)


def test_cells_add_up_by_year_region_and_modes():
    cells = [
        Cell(2014, 1, "CN-GX", ("dvd", "network_video"), 25),
        Cell(2013, 1, "CN-GX", ("onsite",), 8),
        Cell(2013, 2, "CN-YN", ("onsite",), 2),
    ]
    assert by_region(cells) == {(2014, 1): 25, (2013, 1): 8, (2013, 2): 2}
    assert total(cells, beneficiary="CN-GX") == 33
    assert total(cells, modes=["onsite", "dvd"]) == 10
    assert total(cells, modes=["network_video", "dvd", "onsite"], year=2014) == 25
