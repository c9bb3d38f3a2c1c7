"""What the platform holds about people: each app declares its tables here, and how a person's part of them is given
out and erased. The floor knows no people: a subject is a handful of row numbers, and words to look for.

tests/test_personal_data.py holds every table of every app to a declaration.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q, QuerySet

# What stands where a person's words or names stood.
ERASED = "***"

Value = Any
Erase = Callable[["QuerySet[Any]", "Subject", datetime], int]
Files = Callable[[Any], Iterable[tuple[str, bytes]]]
Pending = Callable[["QuerySet[Any]"], "QuerySet[Any]"]

# Rows at a time: databases take only so many numbers in one question.
AT_ONCE = 500


class Fate(StrEnum):
    """What an erasure does to the rows of a person."""

    DELETED = "deleted"
    BLANKED = "blanked"
    KEPT = "kept under a number"


@dataclass(frozen=True)
class Subject:
    """One person, as tables know somebody: `rows` are the numbers of the rows that stand for the person, by kind
    ("people.lawyer"); `identifiers` are words that only this person bears (a licence number); `names` are those that
    others may bear too.
    """

    rows: Mapping[str, int]
    identifiers: Sequence[str] = ()
    names: Sequence[str] = ()

    @property
    def words(self) -> list[str]:
        return [word for word in (*self.identifiers, *self.names) if word]


@dataclass(frozen=True)
class Holding:
    """One table in which people stand.

    `of` are the paths from a row to the person it is about, with the kind of row at the end of each. `acts` are columns
    that say who did something: they stay, as numbers of accounts without a name. `blank` is what an erasure writes into
    which column, `erase` does what a plain blank cannot, `files` gives the files of a row. `texts` are columns of free
    text, in which anybody may have been named. `given` are the columns of a person's own export. `kept` says why rows
    outlive the person; without it they are deleted. `published` says that the texts stand before the public: they lose no
    word that may mean something else. `pending` gives those rows that wait for an answer of officers, who may not erase
    the person before they have given it.
    """

    model: str
    purpose: Any
    of: Mapping[str, str] = field(default_factory=dict)
    acts: Sequence[str] = ()
    blank: Mapping[str, Value] = field(default_factory=dict)
    texts: Sequence[str] = ()
    given: Sequence[str] = ()
    harmless: Sequence[str] = ()
    erase: Erase | None = None
    files: Files | None = None
    kept: str = ""
    published: bool = False
    pending: Pending | None = None

    @property
    def fate(self) -> Fate:
        if not self.kept:
            return Fate.DELETED
        return Fate.BLANKED if self.blank or self.erase else Fate.KEPT

    @property
    def table(self) -> type[models.Model]:
        return apps.get_model(self.model)


class DeclaredTwice(Exception):
    """Two apps say something about the same table."""


def declare(model: str, **said: Any) -> Holding:
    """Say that a table holds personal data; see Holding for the words. Raises DeclaredTwice."""
    _refuse_second(model)
    holding = Holding(model=model, **said)
    _holdings[model.lower()] = holding
    return holding


def declare_none(reason: str, *labels: str) -> None:
    """Say that tables hold nothing about anybody, and why. Raises DeclaredTwice."""
    for label in labels:
        _refuse_second(label)
        _without[label.lower()] = reason


def holdings() -> list[Holding]:
    """Return every declared table, in the order of its name."""
    return [_holdings[label] for label in sorted(_holdings)]


def holding_of(model: type[models.Model]) -> Holding | None:
    """Return what is declared of a table, or None."""
    return _holdings.get(model._meta.label_lower)


def reason_for_none(model: type[models.Model]) -> str | None:
    """Return why a table is said to hold nothing about anybody, or None where nobody says so."""
    return _without.get(model._meta.label_lower)


def rows_of(holding: Holding, subject: Subject) -> "QuerySet[Any]":
    """Return a person's rows of one table."""
    about = Q()
    for path, kind in holding.of.items():
        if kind in subject.rows:
            about |= Q(**{path: subject.rows[kind]})
    rows = holding.table._default_manager.all()
    return rows.filter(about).distinct() if about else rows.none()


def erase(subject: Subject, *, at: datetime) -> dict[str, int]:
    """Erase a person from every declared table, and return how many rows were touched in each. The rows that stand for
    the person themselves come last, because the others are found by them. Doing it again touches nothing.

    It takes no transaction: its caller does, together with what else must happen at once.
    """
    touched: dict[str, int] = {}
    for holding in sorted(holdings(), key=lambda each: (_rank(each, subject), each.model)):
        rows = rows_of(holding, subject)
        count = _erase_rows(holding, rows, subject, at)
        if count:
            touched[holding.model] = count
    return touched


def pending(subject: Subject) -> list[Holding]:
    """Return the tables in which something of a person waits for an answer."""
    asked = [(holding, holding.pending) for holding in holdings()]
    return [holding for holding, of in asked if of is not None and of(rows_of(holding, subject)).exists()]


def export(subject: Subject) -> Iterator[tuple[Holding, list[dict[str, Value]]]]:
    """Give a person's rows of each table, as plain values of the columns that are given out."""
    for holding in holdings():
        if not holding.given:
            continue
        rows = list(rows_of(holding, subject).order_by("pk").values(*holding.given))
        if rows:
            yield holding, rows


def _erase_rows(holding: Holding, rows: "QuerySet[Any]", subject: Subject, at: datetime) -> int:
    if holding.erase is not None:
        return holding.erase(rows, subject, at)
    if holding.kept and not holding.blank:
        return 0
    different = Q()
    for column, value in holding.blank.items():
        different |= Q(**{f"{column}__isnull": False}) if value is None else ~Q(**{column: value})
    # By number: a table cannot be changed through the joins that found its rows.
    numbers = list(rows.order_by().values_list("pk", flat=True))
    touched = 0
    for start in range(0, len(numbers), AT_ONCE):
        plain = holding.table._default_manager.filter(pk__in=numbers[start : start + AT_ONCE])
        if holding.kept:
            touched += plain.filter(different).update(**holding.blank)
        else:
            touched += plain.delete()[1].get(holding.table._meta.label, 0)
    return touched


def _rank(holding: Holding, subject: Subject) -> int:
    return 1 if holding.model.lower() in subject.rows else 0


def _refuse_second(label: str) -> None:
    if label.lower() in _holdings or label.lower() in _without:
        raise DeclaredTwice(label)


_holdings: dict[str, Holding] = {}
_without: dict[str, str] = {}
