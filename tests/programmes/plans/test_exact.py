"""Whole numbers at least cost: against trying everything."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from programmes.plans.exact import Problem, Undecided, minimum, whole_minimum

small = st.integers(-3, 3)


@st.composite
def problems(draw):
    width, height = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    rows = [dict(enumerate(draw(st.lists(small, min_size=width, max_size=width)))) for _ in range(height)]
    lower = draw(st.lists(st.integers(-2, 1), min_size=width, max_size=width))
    upper = [low + draw(st.integers(0, 3)) for low in lower]
    right = draw(st.lists(st.integers(-6, 6), min_size=height, max_size=height))
    cost = draw(st.lists(small, min_size=width, max_size=width))
    return Problem(rows, right, cost, lower, upper)


def meets(problem, values):
    return all(
        sum(factor * values[column] for column, factor in row.items()) == right
        for row, right in zip(problem.rows, problem.right, strict=True)
    )


def tried(problem):
    spans = [range(low, high + 1) for low, high in zip(problem.lower, problem.upper, strict=True)]
    costs = [
        sum(value * price for value, price in zip(values, problem.cost, strict=True))
        for values in product(*spans)
        if meets(problem, values)
    ]
    return min(costs, default=None)


@settings(max_examples=150, deadline=None)
@given(problems())
def test_the_least_cost_in_whole_numbers_is_what_trying_everything_finds(problem):
    found = whole_minimum(problem, steps=2000)

    assert (None if found is None else found.cost) == tried(problem)
    if found is not None:
        assert meets(problem, found.whole)


@settings(max_examples=100, deadline=None)
@given(problems())
def test_a_solution_in_fractions_meets_the_equations_within_the_bounds_and_costs_no_more(problem):
    found, whole = minimum(problem), tried(problem)

    if found is None:
        assert whole is None
        return
    assert meets(problem, found.values)
    assert all(
        low <= value <= high
        for low, value, high in zip(problem.lower, found.values, problem.upper, strict=True)
    )
    assert whole is None or found.cost <= whole


def test_a_third_of_three_is_one_and_a_third_of_one_is_a_fraction():
    thirds = Problem([{0: 3}], [1], [1], [0], [5])
    found = minimum(thirds)
    assert found is not None
    assert found.values == (Fraction(1, 3),)
    assert whole_minimum(thirds, steps=10) is None


def test_a_search_that_is_cut_off_says_so():
    with pytest.raises(Undecided):
        whole_minimum(Problem([{0: 3, 1: 3}], [4], [1, 1], [0, 0], [9, 9]), steps=1)
