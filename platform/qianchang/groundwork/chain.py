"""The hash chain of a ledger: plain values in, digests out.

Each entry's digest covers its own fields and the digest before it, so an altered, missing or moved entry
breaks every digest after it. Fields are integers, booleans, None and NFC strings in a fixed order: no floats,
because two machines may print them differently.

`deploy/audit_ledger.py` does the same once more, on its own, for auditors: a change here is a change there.
"""

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ChainValue = int | str | bool | None
Fields = Sequence[tuple[str, ChainValue]]

GENESIS = "0" * 64


def canonical(fields: Fields) -> bytes:
    """Return the one byte string that stands for these fields. Raises TypeError for a float or an object."""
    normal: list[list[ChainValue]] = []
    for name, value in fields:
        if isinstance(value, str):
            value = unicodedata.normalize("NFC", value)
        elif value is not None and not isinstance(value, int):
            raise TypeError(f"{name}: a chained field is an integer or a string, not {type(value).__name__}")
        normal.append([name, value])
    return json.dumps(normal, ensure_ascii=False, separators=(",", ":")).encode()


def digest(previous: str, fields: Fields) -> str:
    """Return the hex SHA-256 of an entry that follows `previous` (64 hex digits)."""
    return hashlib.sha256(previous.encode("ascii") + b"\n" + canonical(fields)).hexdigest()


def commitment(salt: str, fields: Fields) -> str:
    """Return the hex SHA-256 that stands for fields which are not shown: without the salt it tells nothing."""
    return hashlib.sha256(salt.encode("ascii") + b"\n" + canonical(fields)).hexdigest()


@dataclass(frozen=True)
class Link:
    """One entry as the verifier sees it."""

    sequence: int
    previous: str
    own: str
    fields: Fields


@dataclass(frozen=True)
class Head:
    """The number and the digest of the entry that a chain was seen to end with."""

    sequence: int
    own: str


@dataclass(frozen=True)
class Statement:
    """Somebody's word that entry `sequence` has the digest `own`; `source` says whose, for the reader of a fault."""

    sequence: int
    own: str
    source: str


@dataclass(frozen=True)
class Fault:
    """A place where a chain does not hold: the sequence number and what is wrong there."""

    sequence: int
    what: str


START = Head(0, GENESIS)


def faults(
    links: Iterable[Link],
    head: Head | None = None,
    *,
    after: Head = START,
    statements: Iterable[Statement] = (),
) -> list[Fault]:
    """Return every fault of a chain given in order of sequence; an empty list means that it holds.

    With `head` the end is checked as well: what was cut off there leaves no trace in the chain itself. With
    `after` the links are those that follow an entry which was proved before. `statements` are signed
    elsewhere: against them even a chain that was rewritten whole, with digests that fit, does not hold.
    """
    found: list[Fault] = []
    stated: dict[int, list[Statement]] = {}
    for statement in statements:
        stated.setdefault(statement.sequence, []).append(statement)
    expected, previous = after.sequence + 1, after.own
    held = after.sequence
    for link in links:
        if link.sequence > expected:
            found.append(Fault(expected, f"entries {expected} to {link.sequence - 1} are missing"))
        elif link.sequence < expected:
            found.append(Fault(link.sequence, "stands more than once"))
        if link.previous != previous:
            found.append(Fault(link.sequence, "does not follow the entry before it"))
        if digest(link.previous, link.fields) != link.own:
            found.append(Fault(link.sequence, "was altered"))
        for statement in stated.pop(link.sequence, ()):
            if statement.own == link.own:
                held = link.sequence
            else:
                found.append(Fault(link.sequence, _contradicts(statement, held)))
        expected, previous = link.sequence + 1, link.own
    if head is not None and head.sequence >= expected:
        found.append(Fault(expected, f"entries {expected} to {head.sequence} are missing"))
    elif head is not None and (head.sequence, head.own) != (expected - 1, previous):
        found.append(Fault(expected - 1, "is not the entry that the ledger ended with"))
    for sequence in sorted(stated):
        found += [Fault(sequence, f"is missing, but {entry.source} states it") for entry in stated[sequence]]
    return found


def _contradicts(statement: Statement, held: int) -> str:
    since = f"entries {held + 1} to {statement.sequence} were rewritten" if held else "it was rewritten"
    return f"is not the entry that {statement.source} states: {since}"
