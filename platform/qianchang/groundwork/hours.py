"""Hours (学时) as exact numbers, and lengths in words."""

from decimal import ROUND_FLOOR, Decimal


def hours_for(length_seconds: int, *, unit_minutes: int, step: Decimal = Decimal("0.5")) -> Decimal:
    """Return the hours (学时) that a creditable length is worth, rounded down to `step`.

    Source: domain.md, "From watching to 学时", 1: with a 45-minute unit 60 minutes are 1.0, 90 are 2.0,
    120 are 2.5, 180 are 4.0.
    """
    units = Decimal(length_seconds) / Decimal(60 * unit_minutes)
    return (units / step).to_integral_value(rounding=ROUND_FLOOR) * step
