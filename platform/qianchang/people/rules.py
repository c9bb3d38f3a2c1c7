"""Who counts as what, and how a licence number is read: plain values in, plain values out."""

import json
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

YOUNG_UNTIL_AGE = 40
LICENCE_NUMBER = re.compile(r"[0-9]{17}")

# GB/T 2260: digits five and six 01-20 are a municipal district if digits three and four stand for a city.
CITY_DIGITS = {*range(1, 21), *range(51, 71)}
DISTRICT_DIGITS = range(1, 21)


@dataclass(frozen=True)
class Designation:
    """A dated fact: what an association or a region counts as (`kind`), from a day to a day (exclusive), and
    the document that says so.
    """

    kind: str
    code: str
    valid_from: date | None
    valid_until: date | None
    source: str

    def holds(self, on: date) -> bool:
        """Tell whether the fact holds on a day."""
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_until is None or on < self.valid_until
        )


def plain_licence_number(typed: str) -> str:
    """Return a licence number as it is stored: full-width digits made plain, spaces and hyphens dropped."""
    return re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", typed))


def plain_name(typed: str) -> str:
    """Return a name as it is compared: NFC, no spaces at the ends or between characters, one kind of dot."""
    name = unicodedata.normalize("NFC", typed).strip()
    for dot in "‧∙•・":
        name = name.replace(dot, "·")
    return re.sub(r"(?<=[^\x00-\x7f])\s+(?=[^\x00-\x7f])", "", name)


def is_licence_number(text: str) -> bool:
    """Tell whether a stored form has the 17 digits of a licence number."""
    return LICENCE_NUMBER.fullmatch(text) is not None


def is_municipal_district(region_code: str) -> bool:
    """Tell whether a GB/T 2260 code is a municipal district (市辖区), not a county or county-level city."""
    if not re.fullmatch(r"[0-9]{6}", region_code):
        return False
    return int(region_code[2:4]) in CITY_DIGITS and int(region_code[4:6]) in DISTRICT_DIGITS


@lru_cache
def designations() -> tuple[Designation, ...]:
    """Return the dated facts of designations.json."""
    rows = json.loads((Path(__file__).parent / "designations.json").read_text(encoding="utf-8"))[
        "designations"
    ]
    return tuple(
        Designation(
            kind=row["kind"],
            code=row["code"],
            valid_from=date.fromisoformat(row["valid_from"]) if row["valid_from"] else None,
            valid_until=date.fromisoformat(row["valid_until"]) if row["valid_until"] else None,
            source=row["source"],
        )
        for row in rows
    )


def designation_of(kind: str, codes: list[str], *, on: date) -> Designation | None:
    """Return the first fact of a kind that holds on a day for any of these codes."""
    return next(
        (fact for fact in designations() if fact.kind == kind and fact.code in codes and fact.holds(on)), None
    )


def is_county_practice(regions: list[tuple[str, str]], *, on: date) -> bool:
    """Tell whether a firm practises in a county (县域). `regions` is the firm's region and those above it as
    (level, GB/T 2260 code), lowest first. Source: domain.md, "Who is eligible".
    """
    if not regions:
        return False
    if designation_of("remote_suburb", [code for _, code in regions], on=on):
        return True
    level, code = regions[0]
    return level == "county" and not is_municipal_district(code)


def is_young(birth_year: int | None, *, on: date) -> bool | None:
    """Tell whether a lawyer is at most 40 on a day; None when the roster has no birth year. The roster keeps
    the year only, so the whole year of the fortieth birthday counts. Source: domain.md, "Who is eligible".
    """
    return None if birth_year is None else on.year - birth_year <= YOUNG_UNTIL_AGE
