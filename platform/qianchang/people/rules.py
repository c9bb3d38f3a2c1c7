"""Who counts as what, and how a licence number is read: plain values in, plain values out."""

import json
import re
import unicodedata
from collections.abc import Collection, Iterable
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
    name: str = ""

    def holds(self, on: date) -> bool:
        """Tell whether the fact holds on a day."""
        return holds(self.valid_from, self.valid_until, on=on)


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


def plain_phone(typed: str) -> str:
    """Return a telephone number as it is stored and compared: plain digits without spaces, hyphens and brackets, and
    without the 86 of China before a mobile number.
    """
    digits = re.sub(r"[\s\-()+.]", "", unicodedata.normalize("NFKC", typed))
    return re.sub(r"^(00)?86(?=1\d{10}$)", "", digits)


def is_mobile_number(text: str) -> bool:
    """Tell whether a stored form is a mobile number of China: 11 digits that begin with 1."""
    return re.fullmatch(r"1[3-9][0-9]{9}", text) is not None


def is_municipal_district(region_code: str) -> bool:
    """Tell whether a GB/T 2260 code is a municipal district (市辖区), not a county or county-level city."""
    if not re.fullmatch(r"[0-9]{6}", region_code):
        return False
    return int(region_code[2:4]) in CITY_DIGITS and int(region_code[4:6]) in DISTRICT_DIGITS


@dataclass(frozen=True)
class Override:
    """An officer's decision against rule and lists: whether somebody counts, from a day to a day (exclusive), and the
    document that it rests on.
    """

    counts: bool
    valid_from: date | None
    valid_until: date | None
    source: str

    def holds(self, on: date) -> bool:
        """Tell whether the decision holds on a day."""
        return holds(self.valid_from, self.valid_until, on=on)


@dataclass(frozen=True)
class Decision:
    """Whether somebody counts as something (None: not known), what decided it (`rule`, `list` or `override`), and on
    which region, association and document it rests.
    """

    counts: bool | None
    by: str
    code: str = ""
    source: str = ""


def holds(valid_from: date | None, valid_until: date | None, *, on: date) -> bool:
    """Tell whether a dated fact holds on a day: the first day is in it, the last one is not."""
    return (valid_from is None or valid_from <= on) and (valid_until is None or on < valid_until)


@lru_cache
def listed_designations() -> tuple[Designation, ...]:
    """Return the dated facts of designations.json, with which a new database begins."""
    rows = json.loads((Path(__file__).parent / "designations.json").read_text(encoding="utf-8"))[
        "designations"
    ]
    return tuple(
        Designation(
            kind=row["kind"],
            code=row["code"],
            name=row["name"],
            valid_from=date.fromisoformat(row["valid_from"]) if row["valid_from"] else None,
            valid_until=date.fromisoformat(row["valid_until"]) if row["valid_until"] else None,
            source=row["source"],
        )
        for row in rows
    )


def designation_of(
    kinds: Collection[str], codes: Collection[str], *, on: date, facts: Iterable[Designation]
) -> Designation | None:
    """Return the first fact of one of these kinds that holds on a day for any of these codes."""
    return next(
        (fact for fact in facts if fact.kind in kinds and fact.code in codes and fact.holds(on)), None
    )


def county_practice(regions: list[tuple[str, str]], *, on: date, facts: Iterable[Designation]) -> Decision:
    """Decide whether a firm practises in a county (县域): the rule first, then the list of remote suburbs. `regions` is
    the firm's region on that day and those above it as (level, GB/T 2260 code), lowest first; empty where the
    lawyer was registered nowhere. Source: domain.md, "Who is eligible".
    """
    if not regions:
        return Decision(counts=False, by="rule")
    level, code = regions[0]
    if level == "county" and not is_municipal_district(code):
        return Decision(counts=True, by="rule", code=code)
    listed = designation_of(("remote_suburb",), [code for _, code in regions], on=on, facts=facts)
    if listed is not None:
        return Decision(counts=True, by="list", code=listed.code, source=listed.source)
    return Decision(counts=False, by="rule", code=code)


def western_practice(
    associations: Collection[str], regions: Collection[str], *, on: date, facts: Iterable[Designation]
) -> Decision:
    """Decide whether a lawyer is a western one: by the association's code, or by the firm's region. There is no rule,
    only the dated lists. Source: domain.md, "Who is eligible".
    """
    facts = list(facts)
    listed = designation_of(("western", "xpcc"), associations, on=on, facts=facts) or designation_of(
        ("listed_prefecture", "xpcc"), regions, on=on, facts=facts
    )
    if listed is None:
        return Decision(counts=False, by="list")
    return Decision(counts=True, by="list", code=listed.code, source=listed.source)


def young(birth_year: int | None, *, on: date) -> Decision:
    """Decide whether a lawyer is at most 40 on a day; not known when the roster has no birth year. The roster keeps
    the year only, so the whole year of the fortieth birthday counts. Source: domain.md, "Who is eligible".
    """
    return Decision(counts=None if birth_year is None else on.year - birth_year <= YOUNG_UNTIL_AGE, by="rule")


def overridden(decision: Decision, overrides: Iterable[Override], *, on: date) -> Decision:
    """Return the officer's decision that holds on a day in place of rule and lists, or what these say."""
    found = next((each for each in overrides if each.holds(on)), None)
    return decision if found is None else Decision(counts=found.counts, by="override", source=found.source)
