"""The words that every report uses."""

from datetime import date, datetime, timedelta

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from programmes.quotas.wording import UNITS
from programmes.reports.goals import Owed
from programmes.reports.posted import Counted
from qianchang.people.models import Association

NOTHING = "—"


def last_day_before(moment: datetime) -> date:
    """Return the last day of which a report knows that stands for a moment."""
    return localtime(moment - timedelta(microseconds=1)).date()


def start_of_day(moment: datetime) -> datetime:
    """Return the first moment of a day: papers that stand for a day carry it, so that its copies are alike."""
    return localtime(moment).replace(hour=0, minute=0, second=0, microsecond=0)


def day_text(day: date) -> str:
    """Return a day as text writes it."""
    return date_format(day, "DATE_FORMAT")


def region_name(association: Association) -> str:
    """Return what an association's region is called on a paper."""
    return association.region.name_zh if association.region else association.name_zh


def owed_text(goal: Owed | None) -> str:
    """Return a number with its strength, which it is never shown without."""
    if goal is None:
        return NOTHING
    return _("%(quantity)d (%(kind)s)") % {"quantity": goal.quantity, "kind": goal.label}


def unit_text(unit: str) -> str:
    """Return the word for what is counted."""
    return str(UNITS.get(unit, unit))


def both_counts(sums: Counted) -> str:
    """Return both ways of counting: each region by itself, and an event for several regions once."""
    if sums.events == sums.sessions:
        return str(sums.sessions)
    return _("%(sessions)d (%(events)d events)") % {"sessions": sums.sessions, "events": sums.events}


def signed(number: int | None) -> str:
    """Return a difference with its sign; a dash where there is none to speak of."""
    return NOTHING if number is None else f"{number:+d}" if number else "0"


def listed(names: list[str]) -> str:
    """Return names one after the other, or that there are none."""
    return _(", ").join(names) if names else _("none")


def modes_text(labels: list[str]) -> str:
    """Return the label of a bucket of delivery modes."""
    if len(labels) > 1:
        return _("%(modes)s etc.") % {"modes": _(", ").join(labels)}
    return labels[0] if labels else _("any mode")
