"""Taking the words out of rows that are written once, and nothing else.

A row of a ledger keeps its proof: the commitment that stood for its hidden fields is written beside them before the
words and the salt go, so its digest is computed from the commitment ever after. The walls let exactly this pass
(walls.py). Decision: docs/decisions/0018.
"""

from collections.abc import Sequence
from typing import Any

from qianchang.groundwork.chain import commitment
from qianchang.groundwork.models import CHAIN_FORM, AppendOnly, LedgerEntry


def seal(model: type[AppendOnly], keys: Sequence[Any]) -> int:
    """Blank the erasable columns of rows, and return how many rows lost something. Rows without words are left.

    An entry of a ledger's first form whose digest covers its words in the open stays as it is: they cannot go without
    its proof.
    """
    if not model.erasable or not keys:
        return 0
    sealed = 0
    for row in model._default_manager.filter(pk__in=list(keys)):
        if all(getattr(row, column) in (blank, "") for column, blank in model.erasable.items()):
            continue
        values: dict[str, Any] = dict(model.erasable)
        if isinstance(row, LedgerEntry):
            if row.chain_form == CHAIN_FORM:
                values |= {"private_digest": _commitment(row), "chain_salt": ""}
            elif _stands_open(row):
                continue
        sealed += model._default_manager.filter(pk=row.pk).update(**values)
    return sealed


def _commitment(row: LedgerEntry) -> str:
    return row.private_digest or commitment(row.chain_salt, row.private_fields())


def _stands_open(row: LedgerEntry) -> bool:
    return bool({name for name, _ in row.chain_fields()} & set(type(row).erasable))
