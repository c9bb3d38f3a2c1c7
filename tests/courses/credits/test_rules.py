"""Years, grades and totals: plain values."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.credits import rules
from courses.credits.rules import Duty, Hindrance, ProRata


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


REQUIRED = {Duty.TOTAL: Decimal(40), Duty.ETHICS: Decimal(12), Duty.ONSITE: Decimal(4)}


def totals_of(*lines, awaiting=()):
    return rules.year_totals(
        [(category, mode, Decimal(hours)) for category, mode, hours in lines],
        required=REQUIRED,
        ethics="ethics",
        onsite="onsite",
        awaiting=[(category, mode, Decimal(hours)) for category, mode, hours in awaiting],
    )


def test_a_year_adds_up_and_a_reversal_takes_away():
    totals = totals_of(
        ("business", "network_video", "2.5"),
        ("ethics", "network_video", 3),
        ("ethics", "onsite", 1),
        ("business", "onsite", 1),
        ("business", "onsite", -1),
    )
    assert (totals.total.credited, totals.total.missing, totals.total.percent) == (
        Decimal("6.5"),
        Decimal("33.5"),
        16,
    )
    assert (totals.ethics.credited, totals.ethics.missing) == (Decimal(4), Decimal(8))
    assert (totals.onsite.credited, totals.onsite.missing) == (Decimal(1), Decimal(3))
    assert not totals.is_complete


def test_what_waits_stands_beside_what_is_credited_and_is_not_it():
    totals = totals_of(("ethics", "onsite", 2), awaiting=[("ethics", "onsite", 1), ("business", "dvd", 4)])
    assert (totals.total.credited, totals.total.awaiting, totals.total.missing_then) == (2, 5, 33)
    assert (totals.total.percent, totals.total.awaiting_percent) == (5, 12)
    assert (totals.onsite.missing, totals.onsite.missing_then) == (2, 1)


def test_a_year_is_complete_when_every_part_is():
    assert not totals_of(("business", "network_video", 50)).is_complete
    assert not totals_of(("business", "dvd", 28), ("ethics", "network_video", 12)).is_complete
    assert totals_of(
        ("business", "dvd", 28), ("ethics", "network_video", 8), ("ethics", "onsite", 4)
    ).is_complete


FIRST, END = date(2026, 1, 1), date(2027, 1, 1)


@pytest.mark.parametrize(
    ("stretches", "months", "days"),
    [
        pytest.param([], 12, 365, id="nothing recorded is all of it"),
        pytest.param([("practising", date(2019, 5, 6), None)], 12, 365, id="licensed long ago"),
        pytest.param([("practising", date(2026, 10, 12), None)], 2, 81, id="licensed in the year"),
        pytest.param([("practising", date(2019, 5, 6), date(2026, 4, 1))], 3, 90, id="left in the year"),
        pytest.param([("practising", date(2027, 1, 1), None)], 0, 0, id="licensed after it"),
        pytest.param([("practising", date(2019, 5, 6), date(2026, 1, 1))], 0, 0, id="left before it"),
        pytest.param(
            [("suspended", date(2026, 3, 15), date(2026, 6, 15))], 8, 273, id="suspended for a time"
        ),
        pytest.param([("suspended", date(2025, 3, 15), None)], 0, 0, id="suspended throughout"),
        pytest.param(
            [("practising", date(2020, 1, 1), date(2026, 3, 1)), ("practising", date(2026, 9, 1), None)],
            6,
            181,
            id="left and came back",
        ),
    ],
)
def test_the_share_of_the_duty_follows_the_dated_facts(stretches, months, days):
    practised = rules.practised(stretches, first=FIRST, end=END)
    share = {how: rules.duty_share(practised, first=FIRST, end=END, how=how) for how in ProRata}
    assert share == {
        ProRata.WHOLE: 1 if days else 0,
        ProRata.MONTHS: Fraction(months, 12),
        ProRata.DAYS: Fraction(days, 365),
    }


def test_a_year_that_begins_in_april_has_its_own_months():
    first, end = rules.year_window(2026, 4)
    practised = rules.practised([("practising", date(2026, 12, 31), None)], first=first, end=end)
    assert rules.duty_share(practised, first=first, end=end, how=ProRata.MONTHS) == Fraction(3, 12)


def test_a_share_of_a_duty_is_rounded_down_to_the_step():
    # Two of twelve months of 40 hours are 6.67.
    assert rules.pro_rated(Decimal(40), Fraction(2, 12), step=Decimal("0.5")) == Decimal("6.5")
    assert rules.pro_rated(Decimal(40), Fraction(0), step=Decimal("0.5")) == 0
    assert rules.pro_rated(Decimal("7.3"), Fraction(1), step=Decimal("0.5")) == Decimal("7.3")


@given(
    st.lists(st.tuples(st.sampled_from(list(rules.Stretch)), st.dates(), st.none() | st.dates()), max_size=6)
)
def test_no_facts_ask_more_than_the_whole_duty_or_less_than_nothing(stretches):
    practised = rules.practised(stretches, first=FIRST, end=END)
    for how in ProRata:
        share = rules.duty_share(practised, first=FIRST, end=END, how=how)
        assert 0 <= rules.pro_rated(Decimal(40), share, step=Decimal("0.5")) <= 40


@pytest.mark.parametrize(
    ("lines", "gap"),
    [
        ([], (Duty.ETHICS, 12)),
        ([("ethics", "network_video", 8)], (Duty.ONSITE, 4)),
        ([("ethics", "network_video", 6)], (Duty.ONSITE, 4)),
        ([("ethics", "onsite", 4)], (Duty.ETHICS, 8)),
        ([("ethics", "onsite", 12), ("business", "dvd", 3)], (Duty.TOTAL, 25)),
        ([("ethics", "onsite", 12), ("business", "dvd", 28)], None),
    ],
)
def test_the_gap_to_fill_first_is_a_part_of_the_duty(lines, gap):
    assert rules.largest_gap(totals_of(*lines)) == gap


@pytest.mark.parametrize(
    ("options", "gap", "place"),
    [
        (["1.0", "2.5", "2.0"], 2, 2),
        (["1.0", "2.5", "2.0"], 9, 1),
        (["2.0", "2.0"], 2, 0),
        (["0.0"], 2, None),
        ([], 2, None),
    ],
)
def test_what_is_offered_fills_the_gap_alone_or_as_far_as_it_can(options, gap, place):
    assert rules.best_fit([Decimal(hours) for hours in options], Decimal(gap)) == place


def test_more_than_required_is_100_percent_and_nothing_is_missing():
    done = rules.Requirement(required=Decimal(12), credited=Decimal(13))
    assert (done.percent, done.missing) == (100, Decimal(0))


def test_the_minutes_a_week_fill_the_rest_of_the_year():
    # 11 hours of 45 minutes in 151 days: 22.9 minutes a week, told as 25.
    assert rules.minutes_a_week(Decimal(11), unit_minutes=45, days_left=151) == 25
    assert rules.minutes_a_week(Decimal(1), unit_minutes=45, days_left=0) == 45
