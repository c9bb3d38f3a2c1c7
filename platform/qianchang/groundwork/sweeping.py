"""Taking a person's words out of free text wherever they stand, and saying where some still do.

Only declared columns of free text are searched (personal_data): a ledger's million rows hold none.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from qianchang.groundwork import sealing
from qianchang.groundwork.models import AppendOnly
from qianchang.groundwork.personal_data import ERASED, Holding, holdings


@dataclass(frozen=True)
class Place:
    """A column of a row in which a word still stands."""

    model: str
    column: str
    key: str


def sweep(words: Sequence[str], *, sparing: bool = False) -> dict[str, int]:
    """Replace words by ERASED in every declared column of free text, and return in how many rows of which table.
    Rows that are written once lose the whole text (sealing.py). It takes no transaction: its caller does.

    `sparing` is for words that may mean something else as well: what is published and what is written once is left.
    """
    wanted = _longest_first(words)
    touched: dict[str, int] = {}
    for holding in holdings():
        if sparing and (holding.published or issubclass(holding.table, AppendOnly)):
            continue
        count = _sweep_table(holding, wanted) if wanted and holding.texts else 0
        if count:
            touched[holding.model] = count
    return touched


def places_of(words: Sequence[str], *, most: int = 200) -> list[Place]:
    """Return where words still stand in declared columns of free text, `most` places at most."""
    found: list[Place] = []
    wanted = _longest_first(words)
    for holding in holdings():
        for column in holding.texts if wanted else ():
            for key in _rows(holding, column, wanted).values_list("pk", flat=True)[: most - len(found)]:
                found.append(Place(holding.model, column, str(key)))
    return found


def _longest_first(words: Sequence[str]) -> list[str]:
    return sorted({word for word in words if word.strip()}, key=len, reverse=True)


def _sweep_table(holding: Holding, words: list[str]) -> int:
    model = holding.table
    touched: set[Any] = set()
    for column in holding.texts:
        rows = list(_rows(holding, column, words).only("pk", column))
        if issubclass(model, AppendOnly):
            sealing.seal(model, [row.pk for row in rows])
        else:
            for row in rows:
                cleaned = _cleaned(getattr(row, column), words)
                model._default_manager.filter(pk=row.pk).update(**{column: cleaned})
        touched |= {row.pk for row in rows}
    return len(touched)


def _rows(holding: Holding, column: str, words: list[str]) -> "models.QuerySet[Any]":
    model = holding.table
    wanted = Q()
    for word in words:
        wanted |= Q(_swept__contains=word)
        # SQLite keeps the characters of JSON as escapes.
        wanted |= Q(_swept__contains=json.dumps(word)[1:-1])
    return model._default_manager.annotate(_swept=Cast(column, TextField())).filter(wanted).order_by("pk")


def _cleaned(value: Any, words: list[str]) -> Any:
    if isinstance(value, str):
        for word in words:
            value = value.replace(word, ERASED)
        return value
    if isinstance(value, list):
        return [_cleaned(each, words) for each in value]
    if isinstance(value, dict):
        return {_cleaned(key, words): _cleaned(each, words) for key, each in value.items()}
    return value
