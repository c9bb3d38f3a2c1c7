"""Whatever stands in a ledger's row is covered by its digest."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import models

from qianchang.groundwork import ledgers
from qianchang.groundwork.chain import GENESIS, digest
from qianchang.groundwork.models import CHAIN_FORM, FIRST_FORM, LedgerEntry

KINDS = ledgers.models()
# The key is the database's own; the two digests are what the chain is made of.
# `private_digest` is looked at only where the words are gone: tests/groundwork/test_sealing.py.
NOT_COVERED = {"id", "previous_hash", "entry_hash", "private_digest"}


def value(model: type[LedgerEntry], field: models.Field, which: int) -> Any:
    """Return the first or the second of two values that a column may hold."""
    if field.related_model is model:
        return model(pk=which, entry_hash=str(which) * 64)
    kinds: list[tuple[type[models.Field], list[Any]]] = [
        (models.ForeignKey, [1, 2]),
        (models.DateTimeField, [datetime(2026, 10, 12, tzinfo=UTC), datetime(2026, 10, 13, tzinfo=UTC)]),
        (models.DateField, [date(2026, 10, 12), date(2026, 10, 13)]),
        (models.DecimalField, [Decimal("2.5"), Decimal("3.0")]),
        (models.JSONField, [{"hours": "2.5"}, {"hours": "3.0"}]),
        (models.IntegerField, [2, 3]),
        (models.CharField, ["a", "b"]),
        (models.TextField, ["a", "b"]),
    ]
    return next(values[which - 1] for kind, values in kinds if isinstance(field, kind))


def put(entry: LedgerEntry, field: models.Field, which: int) -> None:
    name = field.name if field.related_model is type(entry) else field.attname
    setattr(entry, name, value(type(entry), field, which))


def row(model: type[LedgerEntry]) -> LedgerEntry:
    entry = model()
    for field in model._meta.concrete_fields:
        if field.name not in NOT_COVERED:
            put(entry, field, 1)
    entry.chain_form = CHAIN_FORM
    return entry


@pytest.mark.parametrize(
    ("model", "field"),
    [
        pytest.param(model, field, id=f"{model._meta.label}.{field.name}")
        for model in KINDS
        for field in model._meta.concrete_fields
        if field.name not in NOT_COVERED | {"chain_form"}
    ],
)
def test_a_changed_column_is_a_changed_digest(model: type[LedgerEntry], field: models.Field) -> None:
    # Given two rows that differ in one column.
    entry, other = row(model), row(model)
    put(other, field, 2)
    # Then their digests differ, or the column could be changed by anybody with the database's password.
    if field.name == "chain_salt" and not entry.private_fields():
        return
    assert digest(GENESIS, entry.covered_fields()) != digest(GENESIS, other.covered_fields())


@pytest.mark.parametrize("model", KINDS, ids=lambda model: model._meta.label)
def test_an_entry_cannot_pass_for_one_of_another_form(model: type[LedgerEntry]) -> None:
    entry, older = row(model), row(model)
    older.chain_form = FIRST_FORM

    assert digest(GENESIS, entry.covered_fields()) != digest(GENESIS, older.covered_fields())


@pytest.mark.parametrize("model", KINDS, ids=lambda model: model._meta.label)
def test_no_person_and_no_free_text_stands_in_the_open(model: type[LedgerEntry]) -> None:
    entry = row(model)
    for field in model._meta.concrete_fields:
        if getattr(field.related_model, "__name__", "") in {"Lawyer", "Account"}:
            setattr(entry, field.attname, 424242)
        elif field.name == "reason":
            setattr(entry, field.attname, "a word about a person")

    shown = str(entry.open_fields())

    assert "424242" not in shown
    assert "a word about" not in shown
