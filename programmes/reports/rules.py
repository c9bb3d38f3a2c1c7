"""When a report is due and for which moment it stands. Plain values in, plain values out."""

import calendar
import re
from datetime import date, datetime, time, timedelta, tzinfo

# 通报 goes out on days 1 to 10 of the next month, so it knows what was posted before the eleventh.
BULLETIN_DAYS = 10


def month_bounds(month: str) -> tuple[date, date]:
    """Return the first and the last day of a month `yyyy-mm`. Raises ValueError for anything else."""
    # int() alone takes "+1", spaces and full-width digits: another spelling would be another report.
    if not re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", month):
        raise ValueError(f"{month!r} is not a month like 2026-10")
    first = date(int(month[:4]), int(month[5:]), 1)
    return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])


def month_before(month: str) -> str:
    """Return the month before a month `yyyy-mm`."""
    return f"{month_bounds(month)[0] - timedelta(days=1):%Y-%m}"


def bulletin_until(month: str, *, zone: tzinfo) -> datetime:
    """Return the moment from which on nothing enters a month's first bulletin: the end of the tenth day after it."""
    _first, last = month_bounds(month)
    return datetime.combine(last + timedelta(days=BULLETIN_DAYS + 1), time.min, tzinfo=zone)


def is_over(month: str, *, on: date) -> bool:
    """Tell whether a month lies behind a day."""
    return month_bounds(month)[1] < on


def per_mille(part: int, whole: int) -> int | None:
    """Return a share in thousandths, rounded half up; None of nothing."""
    return (2000 * part + whole) // (2 * whole) if whole > 0 else None


def percent_text(part: int, whole: int) -> str:
    """Return a share as text writes it: 77.5%; empty of nothing."""
    share = per_mille(part, whole)
    return "" if share is None else f"{share // 10}.{share % 10}%"
