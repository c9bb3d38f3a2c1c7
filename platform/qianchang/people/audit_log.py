"""Reads of the audit log: who did or saw what, when, from where. Names are joined here; the log keeps numbers."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.timezone import make_aware

from qianchang.groundwork.models import AuditEntry
from qianchang.people.audit_details import details_in_words, key_in_words
from qianchang.people.audit_words import in_words, kind_in_words
from qianchang.people.models import Account

ROWS_A_PAGE = 50
# What one file may hold: who needs more cuts it by dates.
ROWS_AN_EXPORT = 50_000
# More people than this with the words in their names is a question about nobody.
MOST_PEOPLE = 200


@dataclass(frozen=True)
class Which:
    """What the log is cut to. `person` is part of a name, a whole user name, or # and an account's number; the days are
    inclusive.
    """

    person: str = ""
    verb: str = ""
    object_type: str = ""
    object_key: str = ""
    address: str = ""
    from_date: date | None = None
    until_date: date | None = None


@dataclass(frozen=True)
class Line:
    """One entry as the page and the file show it."""

    entry: AuditEntry
    who: str
    what: str
    kind: str
    key: str
    details: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class LogPage:
    """So many entries, and where the next page begins; empty at the end."""

    lines: list[Line]
    older: str


def entries(which: Which) -> QuerySet[AuditEntry]:
    """Return the entries that pass, the newest first."""
    found = AuditEntry.objects.order_by("-at", "-pk")
    if which.person.startswith("#") and which.person[1:].isdecimal():
        found = found.filter(actor_id=int(which.person[1:][:18]))
    elif which.person:
        named = Account.objects.filter(
            Q(display_name__icontains=which.person) | Q(username=which.person)
        ).values_list("pk", flat=True)
        found = found.filter(actor_id__in=list(named[:MOST_PEOPLE]))
    for name in ("verb", "object_type", "object_key", "address"):
        if value := getattr(which, name):
            found = found.filter(**{name: value})
    if which.from_date:
        found = found.filter(at__gte=_midnight(which.from_date))
    if which.until_date:
        found = found.filter(at__lt=_midnight(which.until_date + timedelta(days=1)))
    return found


def page(which: Which, *, before: str = "") -> LogPage:
    """Return the entries that pass after a place in the log (`older` of the page before), by key and not by number, so
    that the thousandth page costs as much as the first. Two queries, three with a person.
    """
    found = entries(which)
    place = _place(before)
    if place is not None:
        at, pk = place
        found = found.filter(Q(at__lt=at) | Q(at=at, pk__lt=pk))
    rows = list(found[: ROWS_A_PAGE + 1])
    more = len(rows) > ROWS_A_PAGE
    rows = rows[:ROWS_A_PAGE]
    older = f"{rows[-1].at.isoformat()},{rows[-1].pk}" if more else ""
    return LogPage(_lines(rows), older)


def exported(which: Which) -> list[Line]:
    """Return what goes into a file: the newest entries that pass, at most ROWS_AN_EXPORT."""
    return _lines(list(entries(which)[:ROWS_AN_EXPORT]))


def kinds() -> list[str]:
    """Return the kinds of objects that the log knows. One query by index."""
    return sorted(AuditEntry.objects.order_by("object_type").values_list("object_type", flat=True).distinct())


def _lines(rows: list[AuditEntry]) -> list[Line]:
    names = Account.objects.in_bulk({row.actor_id for row in rows if row.actor_id})
    return [
        Line(
            entry=row,
            who=str(names.get(row.actor_id, f"#{row.actor_id}")) if row.actor_id else "",
            what=in_words(row.verb),
            kind=kind_in_words(row.object_type),
            details=tuple(details_in_words(row.details)),
            key=key_in_words(row.object_type, row.object_key),
        )
        for row in rows
    ]


def _place(text: str) -> tuple[datetime, int] | None:
    at, _comma, number = text.partition(",")
    try:
        moment = parse_datetime(at)
    except ValueError:
        return None
    return (
        (moment, int(number))
        if moment and moment.tzinfo and number.isdecimal() and len(number) < 19
        else None
    )


def _midnight(day: date) -> datetime:
    return make_aware(datetime.combine(day, time.min))
