"""The planner: every margin is met exactly, as evenly as whole numbers allow, or the contradiction is named."""

import time
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from programmes.plans.planner import (
    Contradiction,
    NoRegion,
    depart,
    departures,
    grid_of,
    margins_of,
    propose,
)
from programmes.plans.rules import Line
from programmes.plans.years import UnknownYears, Years, YearsBasis, years_of
from tests.programmes.plans.test_rules import GUANGXI, ONSITE, PLAN, RECORDED, TOTAL, YEARLY, YUNNAN

MODES = ("onsite", "network_video", "dvd", "teleconference")
ON_SITE, BY_DISC, BY_PHONE = ("onsite",), ("dvd", "network_video"), ("teleconference",)


def planned(lines, first=2013):
    years = years_of(lines, window=None, first=first)
    margins, grid = margins_of(lines, years), grid_of(lines, years, modes=MODES)
    return margins, propose(margins, grid)


def refused(lines, first=2013):
    with pytest.raises(Contradiction) as found:
        planned(lines, first)
    return found.value


def test_the_sessions_of_guangdong_fill_three_years_within_every_number():
    margins, proposal = planned(PLAN)

    cells = proposal.quantities
    assert departures(margins, cells) == []
    assert [cells[year, "CN-GX", ON_SITE] for year in (2013, 2014, 2015)] == [8, 8, 9]
    assert [cells[year, "CN-YN", ON_SITE] for year in (2013, 2014, 2015)] == [2, 2, 1]
    assert {cells[year, "CN-GX", BY_DISC] for year in (2013, 2014, 2015)} == {25}
    assert {cells[year, "CN-YN", BY_DISC] for year in (2013, 2014, 2015)} == {5}
    assert {
        cells[year, region, BY_PHONE] for year in (2013, 2014, 2015) for region in ("CN-GX", "CN-YN")
    } == {0}


def test_the_order_of_the_numbers_changes_nothing():
    assert planned(PLAN)[1].quantities == planned(PLAN[::-1])[1].quantities


def test_121_into_120_is_refused_by_one_with_the_numbers_named():
    found = refused([TOTAL, GUANGXI, replace(YUNNAN, quantity=21), YEARLY, ONSITE, RECORDED])

    assert found.whole is not None
    assert (found.whole.quantity, [part.quantity for part in found.parts]) == (120, [100, 21])
    assert (found.by, found.over) == (1, True)


def test_119_into_120_leaves_one_that_no_region_may_take():
    found = refused([TOTAL, GUANGXI, replace(YUNNAN, quantity=19), YEARLY])
    assert (found.by, found.over) == (1, False)


def test_41_in_a_year_of_40_is_refused_in_that_year():
    found = refused([*PLAN[:4], replace(ONSITE, quantity=11), RECORDED])

    assert found.whole is not None
    assert (found.whole.quantity, found.whole.year, found.by) == (40, 2013, 1)
    assert sorted(part.quantity for part in found.parts) == [11, 30]


def test_three_years_of_41_do_not_fit_into_120():
    found = refused([TOTAL, GUANGXI, YUNNAN, replace(YEARLY, quantity=41)])
    assert ([part.quantity for part in found.parts], found.by) == ([41, 41, 41], 3)


def test_a_contradiction_without_one_whole_names_numbers_of_which_none_can_be_left_out():
    lines = [
        Line("gx", "CN-GD", 5, "assigned", beneficiary="CN-GX"),
        Line("yn", "CN-GD", 5, "assigned", beneficiary="CN-YN"),
        Line("y1", "CN-GD", 4, "planned", year=2013),
        Line("y2", "CN-GD", 7, "planned", year=2014),
        Line("free", "CN-GD", 2, "planned", year=2013, beneficiary="CN-GX"),
    ]
    found = refused(lines)

    assert found.whole is None
    assert found.by == 1
    assert {margin.line.key for margin in found.margins} == {"gx", "yn", "y1", "y2"}


def departing(lines, first=2013, count=None):
    years = years_of(lines, window=None, first=first, count=count)
    margins, grid = margins_of(lines, years), grid_of(lines, years, modes=MODES)
    return margins, depart(margins, grid)


def test_where_only_soft_numbers_contradict_it_departs_from_them_by_the_least_and_evenly():
    margins, proposal = departing([TOTAL, GUANGXI, YUNNAN, replace(YEARLY, quantity=41)])

    missed = departures(margins, proposal.quantities)
    assert [(each.margin.line.key, each.by) for each in missed] == [(YEARLY.key, -1)] * 3
    assert proposal.loosened == tuple(missed)


def test_four_years_of_40_a_year_keep_120_and_take_as_much_from_each_year():
    margins, proposal = departing(PLAN, count=4)

    missed = departures(margins, proposal.quantities)
    assert not any(each.margin.binds for each in missed)
    of_years = [each for each in missed if not each.margin.line.modes]
    assert [each.total for each in of_years] == [30, 30, 30, 30]
    # 10 too few in each of four years, once for the year and once for what it is split into.
    assert sum(abs(each.by) for each in missed) == 80


def test_assigned_numbers_are_never_departed_from():
    with pytest.raises(Contradiction) as found:
        departing([TOTAL, GUANGXI, replace(YUNNAN, quantity=21), replace(YEARLY, quantity=41)])
    assert {margin.line.key for margin in found.value.margins} == {TOTAL.key, GUANGXI.key, YUNNAN.key}


@settings(max_examples=25, deadline=None)
@given(
    assigned=st.tuples(st.integers(0, 30), st.integers(0, 30)),
    yearly=st.tuples(st.integers(0, 40), st.integers(0, 40)),
    on_site=st.integers(0, 20),
)
def test_whatever_soft_numbers_say_the_assigned_ones_are_met(assigned, yearly, on_site):
    lines = [
        Line("gx", "CN-GD", assigned[0], "assigned", beneficiary="CN-GX"),
        Line("yn", "CN-GD", assigned[1], "assigned", beneficiary="CN-YN"),
        *(Line(f"y{n}", "CN-GD", quantity, "planned", year=2013 + n) for n, quantity in enumerate(yearly)),
        Line("onsite", "CN-GD", on_site, "intended", each_year=True, modes=frozenset({"onsite"})),
    ]
    margins, proposal = departing(lines)
    cells = proposal.quantities
    assert not any(each.margin.binds for each in departures(margins, cells))
    # No cells miss the two years by less than their sum is away from what is assigned.
    missed = [each.by for each in departures(margins, cells) if each.margin.line.key in ("y0", "y1")]
    assert sum(missed) == sum(assigned) - sum(yearly)
    assert min(cells.values()) >= 0


def test_an_approximate_number_gives_way_to_what_is_assigned():
    lines = [
        Line("all", "CN-GD", 250, "assigned"),
        Line("gx", "CN-GD", 150, "assigned", beneficiary="CN-GX"),
        Line("yn", "CN-GD", 100, "assigned", beneficiary="CN-YN"),
        Line("about", "CN-GD", 85, "about", each_year=True),
    ]
    margins, proposal = planned(lines)

    assert sorted(each.total for each in proposal.loosened) == [83, 83, 84]
    assert {each.margin.line.key for each in departures(margins, proposal.quantities)} == {"about"}


def test_modes_that_no_number_names_share_a_bucket():
    lines = [
        Line("gx", "CN-GD", 12, "assigned", beneficiary="CN-GX", year=2026),
        Line("onsite", "CN-GD", 5, "intended", year=2026, modes=frozenset({"onsite"})),
    ]
    _margins, proposal = planned(lines)

    others = ("dvd", "network_video", "teleconference")
    assert proposal.quantities == {(2026, "CN-GX", ("onsite",)): 5, (2026, "CN-GX", others): 7}


def test_a_number_without_a_region_has_no_cells():
    with pytest.raises(NoRegion):
        planned([TOTAL, YEARLY])


# --- years --------------------------------------------------------------------------------------------------


def test_120_at_40_a_year_are_three_years():
    assert years_of(PLAN, window=None, first=2026) == Years(2026, 3, YearsBasis.DIVISION, 120, 40)


def test_the_window_of_the_plan_goes_before_a_division():
    assert years_of(PLAN, window=(2013, 2016), first=None) == Years(2013, 4, YearsBasis.WINDOW)


def test_years_that_lines_name_are_the_years_where_nothing_else_says():
    lines = [replace(GUANGXI, year=2013, key="a"), replace(GUANGXI, year=2015, key="b")]
    assert years_of(lines, window=None, first=None) == Years(2013, 3, YearsBasis.STATED)


def test_the_officer_chooses_where_they_say_both():
    assert years_of(PLAN, window=(2013, 2016), first=2026, count=2) == Years(2026, 2, YearsBasis.CHOSEN)


def test_without_any_year_it_is_asked():
    with pytest.raises(UnknownYears):
        years_of([TOTAL, GUANGXI, YUNNAN], window=None, first=None)


# --- any margins --------------------------------------------------------------------------------------------

quantities = st.integers(0, 9)
YEARS, REGIONS, BUCKETS = (2024, 2025), ("R1", "R2", "R3"), (ON_SITE, BY_DISC)
PLACES = list(product(YEARS, REGIONS, BUCKETS))


@st.composite
def feasible(draw):
    """Margins of cells that somebody thought of: they can all be met."""
    cells = dict(zip(PLACES, draw(st.lists(quantities, min_size=12, max_size=12)), strict=True))

    def line(year, region, modes):
        named = (year in (None, y) and region in (None, r) and modes in (None, b) for y, r, b in cells)
        quantity = sum(value for value, inside in zip(cells.values(), named, strict=True) if inside)
        return Line(
            f"{year}/{region}/{modes}",
            "S",
            quantity,
            "assigned",
            beneficiary=region,
            year=year,
            modes=frozenset(modes or ()),
        )

    kinds = draw(
        st.sets(
            st.sampled_from(
                [(True, False, False), (True, True, False), (True, False, True), (False, True, True)]
            )
        )
    )
    lines = [line(None, region, None) for region in REGIONS] + [line(year, None, None) for year in YEARS]
    for by_year, by_region, by_mode in sorted(kinds):
        for year, region, modes in product(
            YEARS if by_year else (None,), REGIONS if by_region else (None,), BUCKETS if by_mode else (None,)
        ):
            lines.append(line(year, region, modes))
    return list({line.key: line for line in lines}.values())


@settings(max_examples=25, deadline=None)
@given(feasible())
def test_margins_that_can_be_met_are_met(lines):
    years = years_of(lines, window=None, first=None)
    margins, grid = margins_of(lines, years), grid_of(lines, years, modes=MODES)

    proposal = propose(margins, grid)

    assert departures(margins, proposal.quantities) == []
    assert all(quantity >= 0 for quantity in proposal.quantities.values())


@settings(max_examples=25, deadline=None)
@given(feasible(), st.integers(0, 4), st.integers(1, 5))
def test_one_margin_off_is_named_and_by_no_more_than_it_is_off(lines, place, by):
    """The regions and the years each add up to everything: whichever of them is off, they no longer tie."""
    wrong = replace(lines[place], quantity=lines[place].quantity + by)
    changed = [*lines[:place], wrong, *lines[place + 1 :]]
    years = years_of(changed, window=None, first=None)

    with pytest.raises(Contradiction) as found:
        propose(margins_of(changed, years), grid_of(changed, years, modes=MODES))

    assert 1 <= found.value.by <= by
    assert wrong.key in {margin.line.key for margin in found.value.margins}


@pytest.mark.parametrize("with_regions_of_years", [False, True])
def test_120_cells_take_seconds(with_regions_of_years):
    years, regions = range(2024, 2028), [f"R{number}" for number in range(10)]
    buckets = [frozenset({mode}) for mode in MODES[:1]] + [frozenset(BY_DISC), frozenset(BY_PHONE)]
    cells = {
        (year, region, bucket): (3 * year + 5 * index + 7 * len(bucket)) % 13
        for year in years
        for index, region in enumerate(regions)
        for bucket in buckets
    }

    def line(quantity, **said):
        return Line(str(sorted(said.items(), key=str)), "S", quantity, "assigned", **said)

    lines = [
        line(sum(v for (_y, r, _b), v in cells.items() if r == each), beneficiary=each) for each in regions
    ]
    for year, bucket in product(years, buckets):
        some = sum(v for (y, _r, b), v in cells.items() if (y, b) == (year, bucket))
        lines.append(line(some, year=year, modes=bucket))
    if with_regions_of_years:
        for year, region in product(years, regions):
            some = sum(v for (y, r, _b), v in cells.items() if (y, r) == (year, region))
            lines.append(line(some, year=year, beneficiary=region))

    begun = time.perf_counter()
    margins, proposal = planned(lines)

    assert len(proposal.quantities) == 120
    assert departures(margins, proposal.quantities) == []
    assert time.perf_counter() - begun < 10
