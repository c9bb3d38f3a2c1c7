"""Certificate numbers, what a certificate freezes, and what has become of it: plain values in and out.

Source: product-design.md, 4 (number) and 5.1 "学时证明", "证明核验".
"""

import hashlib
import json
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import NotRequired, TypedDict

# Digits and letters that nobody confuses: no I, L, O or U. Eight of them are 40 bits, drawn at random, so a
# number says nothing of the one before it.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8
PREFIX = "QC"
READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})


class FrozenEntry(TypedDict):
    """One entry of the ledger as it stood when the certificate was issued. `hours` is exact, as "2.5"."""

    number: int
    ledger: str
    sequence: int
    entry_hash: str
    lecture: str
    date: str
    category: str
    mode: str
    hours: str


class Context(TypedDict):
    """What a certificate says, apart from whom it is for. Dates are ISO; `until` is the year's last day."""

    jurisdiction: str
    jurisdiction_name: str
    rule_version: int
    unit_minutes: int
    issuer: str
    issuer_name: str
    year: int
    first: str
    until: str
    entries: list[FrozenEntry]
    total: str
    ethics: str
    # Of the ethics those on site; left out where there are none, so that older certificates stay the same content.
    onsite: NotRequired[str]
    required: str


class Standing(StrEnum):
    """What has become of a certificate."""

    VALID = "valid"
    CHANGED = "changed"
    REVOKED = "revoked"
    ALTERED = "altered"


def number_of(year: int, digits: str) -> str:
    """Return the certificate number of eight characters: QC-2026-7K4M-92PX."""
    return f"{PREFIX}-{year}-{digits[:4]}-{digits[4:]}"


def read_number(typed: str) -> str | None:
    """Return the number that somebody meant, or None for what cannot be one.

    Small letters, full-width characters, missing and odd dashes, and O for 0, I or L for 1 are all read.
    """
    plain = unicodedata.normalize("NFKC", typed).upper()
    bare = "".join(each for each in plain if each.isascii() and each.isalnum())
    if not bare.startswith(PREFIX):
        return None
    rest = bare[len(PREFIX) :].translate(READ_AS)
    if len(rest) != 4 + LENGTH or not rest[:4].isdigit() or not set(rest[4:]) <= set(ALPHABET):
        return None
    return number_of(int(rest[:4]), rest[4:])


def digest_of(values: Mapping[str, object] | Context) -> str:
    """Return the hex SHA-256 of values as one canonical text: sorted names, NFC, no floats among them."""
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(unicodedata.normalize("NFC", text).encode()).hexdigest()


def hours_in(entries: Iterable[FrozenEntry]) -> Decimal:
    """Return what frozen entries add up to, in hours (学时)."""
    return sum((Decimal(entry["hours"]) for entry in entries), Decimal(0))


def still_standing(context: Context, reversed_hashes: Collection[str]) -> Decimal:
    """Return the hours of a certificate that were not taken back since it was issued."""
    return hours_in(entry for entry in context["entries"] if entry["entry_hash"] not in reversed_hashes)


def standing(*, is_intact: bool, is_revoked: bool, has_reversals: bool) -> Standing:
    """Return what to say of a certificate. A record that does not hold outweighs everything else."""
    if not is_intact:
        return Standing.ALTERED
    if is_revoked:
        return Standing.REVOKED
    return Standing.CHANGED if has_reversals else Standing.VALID
