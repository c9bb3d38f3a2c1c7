"""Years, grades and totals: plain values."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from courses.credits import rules
from courses.credits.rules import Hindrance


@pytest.mark.parametrize(
    ("covered", "codes_missing", "expected"),
    [
        (94_999, 0, Hindrance.COVERAGE),
        (94_999, 1, Hindrance.COVERAGE),
        (95_000, 1, Hindrance.CODES),
        (95_000, 0, None),
    ],
)
def test_hours_are_due_when_enough_was_watched_and_every_code_answered(covered, codes_missing, expected):
    found = rules.hindrance(
        covered_ms=covered, creditable_ms=100_000, threshold=Decimal("0.95"), codes_missing=codes_missing
    )
    assert found == expected


@pytest.mark.parametrize(
    ("on", "starts_month", "year"),
    [
        (date(2026, 12, 31), 1, 2026),
        (date(2027, 1, 1), 1, 2027),
        (date(2027, 3, 31), 4, 2026),
        (date(2027, 4, 1), 4, 2027),
    ],
)
def test_a_day_belongs_to_the_accounting_year_that_began_last(on, starts_month, year):
    assert rules.accounting_year(on, starts_month) == year
    first, end = rules.year_window(year, starts_month)
    assert first <= on < end


def test_a_report_within_a_day_is_grade_a_and_a_late_bundle_grade_b():
    assert rules.grade(timedelta(days=1)) == "A"
    assert rules.grade(timedelta(days=1, seconds=1)) == "B"


def test_a_year_adds_up_and_a_reversal_takes_away():
    totals = rules.year_totals(
        [
            ("business", Decimal("2.5")),
            ("ethics", Decimal(4)),
            ("business", Decimal(1)),
            ("business", Decimal(-1)),
        ],
        required=Decimal(40),
        required_ethics=Decimal(12),
        ethics="ethics",
    )
    assert (totals.total.credited, totals.total.missing, totals.total.percent) == (
        Decimal("6.5"),
        Decimal("33.5"),
        16,
    )
    assert (totals.ethics.credited, totals.ethics.missing) == (Decimal(4), Decimal(8))


def test_more_than_required_is_100_percent_and_nothing_is_missing():
    done = rules.Requirement(required=Decimal(12), credited=Decimal(13))
    assert (done.percent, done.missing) == (100, Decimal(0))


def test_the_minutes_a_week_fill_the_rest_of_the_year():
    # 11 hours of 45 minutes in 151 days: 22.9 minutes a week, told as 25.
    assert rules.minutes_a_week(Decimal(11), unit_minutes=45, days_left=151) == 25
    assert rules.minutes_a_week(Decimal(1), unit_minutes=45, days_left=0) == 45
