"""Hours (学时) from lengths. Source: domain.md, "From watching to 学时", 1."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qianchang.groundwork.hours import hours_for


@pytest.mark.parametrize(("minutes", "hours"), [(60, "1.0"), (90, "2.0"), (120, "2.5"), (180, "4.0")])
def test_the_examples_of_the_domain(minutes: int, hours: str) -> None:
    assert hours_for(minutes * 60, unit_minutes=45) == Decimal(hours)


@pytest.mark.parametrize(
    ("seconds", "hours"), [(0, "0"), (22 * 60 + 29, "0"), (22 * 60 + 30, "0.5"), (2699, "0.5")]
)
def test_less_than_half_an_hour_of_credit_is_dropped(seconds: int, hours: str) -> None:
    assert hours_for(seconds, unit_minutes=45) == Decimal(hours)


def test_a_rule_with_a_one_minute_unit() -> None:
    assert hours_for(90, unit_minutes=1) == Decimal("1.5")


@given(
    length=st.integers(0, 10**6), unit=st.integers(1, 120), step=st.sampled_from(["0.1", "0.25", "0.5", "1"])
)
def test_hours_are_whole_steps_and_the_next_step_would_be_too_much(length: int, unit: int, step: str) -> None:
    size = Decimal(step)

    hours = hours_for(length, unit_minutes=unit, step=size)

    assert hours % size == 0
    assert hours * unit * 60 <= length < (hours + size) * unit * 60


@given(length=st.integers(0, 10**6), more=st.integers(0, 10**5))
def test_a_longer_lecture_is_never_worth_less(length: int, more: int) -> None:
    assert hours_for(length, unit_minutes=45) <= hours_for(length + more, unit_minutes=45)
