"""What each row of a roster would do: plain values in, plain values out.

Every row that was read gets exactly one answer, so that the four numbers add up to the rows read.
Source: product-design.md, section 5.3 (名册 / 导入).
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from qianchang.people.rosters import cells
from qianchang.people.rosters.columns import Field, field_of, plain
from qianchang.people.rosters.faults import Fault, Kind
from qianchang.people.rosters.places import Places, Verdict

_TOTAL = re.compile(
    r"(?:合\s*计|总\s*计|小\s*计|共\s*计|总人数|共\s*\d+\s*[人名行]|total)[\s:：]*\d*.*", re.IGNORECASE
)
_NOTE = re.compile(
    r"(?:备?注|说\s*明|填\s*表|制\s*表|审\s*核|填\s*报|联系人|经办|单位负责人|打印|盖章|※|\*).*"
)
_NOTE_CELLS = 3


class Outcome(StrEnum):
    """What a row would do."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    FAULTY = "faulty"


@dataclass(frozen=True)
class Raw:
    """One row as the file has it: its cells by field, and how many cells it has of how many columns (0: not told).
    `typed` are the fields that an officer put right by hand.
    """

    number: int
    cells: Mapping[str, str]
    all: Sequence[str] = ()
    width: int = 0
    typed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class KnownFirm:
    """A firm on the roster."""

    pk: int
    name: str
    region: str


@dataclass(frozen=True)
class KnownLawyer:
    """A lawyer on the roster: `since` when at this firm, if recorded; `left`: registered nowhere now."""

    name: str
    firm: KnownFirm
    phone: str = ""
    email: str = ""
    birth_year: str = ""
    since: date | None = None
    left: bool = False


@dataclass
class Roster:
    """What the check needs to know. `claimed` is which row has which licence number, `firm_counties` where the file
    itself puts firms that the roster does not have; both grow while rows are checked.
    """

    lawyers: Mapping[str, KnownLawyer]
    elsewhere: frozenset[str]
    firms: Iterable[KnownFirm]
    places: Places
    today: date
    stands_on: date
    claimed: dict[str, int] = field(default_factory=dict)
    firm_counties: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.firms_named: dict[str, list[KnownFirm]] = defaultdict(list)
        self.firms_in: dict[str, list[KnownFirm]] = defaultdict(list)
        for firm in self.firms:
            self.firms_named[firm_key(firm.name)].append(firm)
            self.firms_in[firm.region].append(firm)
        self._alike: dict[tuple[str, str], str] = {}

    def firm_nearly_named(self, name: str, region: str) -> str:
        """Return the name of a firm of the county that this one is probably meant to be, or nothing."""
        if (name, region) not in self._alike:
            near = (firm.name for firm in self.firms_in[region] if differs_by_a_slip(firm.name, name))
            self._alike[name, region] = next(near, "")
        return self._alike[name, region]


@dataclass(frozen=True)
class Checked:
    """The answer to a row. `firm` and `region` are what a good row's firm is (a number of ours, or a new one in a
    county); `changes` are before and after by field, as text.
    """

    number: int
    outcome: Outcome
    values: Mapping[str, str]
    repairs: Mapping[str, str] = field(default_factory=dict)
    changes: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    fault: Fault | None = None
    firm: int | None = None
    region: str = ""

    @property
    def licence_number(self) -> str:
        """The licence number, if the row has a readable one."""
        number = self.values.get(Field.LICENCE_NUMBER, "")
        return number if len(number) == cells.DIGITS and number.isascii() and number.isdigit() else ""


def firm_key(name: str) -> str:
    """Return the name of a firm as it is compared: brackets and widths do not matter."""
    return unicodedata.normalize("NFKC", name).replace(" ", "").lower()


def differs_by_a_slip(one: str, other: str) -> bool:
    """Tell whether two different names differ by one character that is another one, or is missing."""
    shorter, longer = sorted((firm_key(one), firm_key(other)), key=len)
    if len(shorter) == len(longer):
        return sum(1 for here, there in zip(shorter, longer, strict=True) if here != there) == 1
    return len(longer) - len(shorter) == 1 and any(
        longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer))
    )


def check(rows: Iterable[Raw], roster: Roster) -> Iterator[Checked]:
    """Give the answer to each row, in their order. Of rows with the same licence number the first one stands."""
    readers = cells.readers(roster.today)
    for row in rows:
        yield _check(row, roster, readers)


def _check(row: Raw, roster: Roster, readers: Mapping[Field, Callable[[str], cells.Read]]) -> Checked:
    fault = _no_lawyer(row)
    if fault is not None:
        return Checked(row.number, Outcome.FAULTY, {}, fault=fault)
    values: dict[str, str] = {}
    repairs: dict[str, str] = {}
    for each, read in readers.items():
        cell = row.cells.get(each)
        if cell is None and each not in (Field.LICENCE_NUMBER, Field.NAME, Field.FIRM):
            continue
        values[each], found = read(cell or "")
        if found is None and cell and values[each] != cell:
            repairs[each] = str(cell)
        fault = fault or found
    number = values[Field.LICENCE_NUMBER]
    readable = fault is None or fault.field != Field.LICENCE_NUMBER
    if readable:
        fault = _of_the_number(number, row, roster) or fault
    firm: int | None = None
    region = ""
    if fault is None:
        firm, region, fault = _firm(values, row, roster)
    known = roster.lawyers.get(number) if fault is None else None
    if known is not None and fault is None:
        fault = _against_the_roster(known, values, firm, row, roster)
    if fault is not None:
        return Checked(row.number, Outcome.FAULTY, values, repairs, fault=fault)
    if known is None:
        return Checked(row.number, Outcome.NEW, values, repairs, firm=firm, region=region)
    changes = _changes(known, values, firm)
    outcome = Outcome.CHANGED if changes else Outcome.SAME
    return Checked(row.number, outcome, values, repairs, changes, firm=firm, region=region)


def _no_lawyer(row: Raw) -> Fault | None:
    """Tell what a row is that names nobody: the heading again, a total, a note, or one that lost a part."""
    filled = [cell for cell in row.all if cell]
    first = filled[0] if filled else ""
    number = plain(row.cells.get(Field.LICENCE_NUMBER) or "")
    if row.typed or number.isdigit() or not filled:
        return _misshapen(row)
    if sum(1 for cell in filled if field_of(cell)) >= max(2, len(filled) // 2):
        return Fault(Kind.ROW_HEADING, "", first[:200])
    if _TOTAL.fullmatch(first) or any(_TOTAL.fullmatch(cell) for cell in filled[:2]):
        return Fault(Kind.ROW_TOTAL, "", first[:200])
    if len(filled) <= _NOTE_CELLS and (
        _NOTE.match(first) or (len(filled) == 1 and len(first) > cells.DIGITS)
    ):
        return Fault(Kind.ROW_NOTE, "", first[:200])
    return _misshapen(row)


def _misshapen(row: Raw) -> Fault | None:
    if row.typed or not row.width:
        return None
    if len(row.all) < row.width and any(
        each not in row.cells for each in (Field.LICENCE_NUMBER, Field.NAME, Field.FIRM)
    ):
        return Fault(Kind.ROW_SHORT, "", "", about={"cells": len(row.all), "columns": row.width})
    if len(row.all) > row.width and any(row.all[row.width :]):
        return Fault(Kind.ROW_LONG, "", "", about={"cells": len(row.all), "columns": row.width})
    return None


def _of_the_number(number: str, row: Raw, roster: Roster) -> Fault | None:
    first = roster.claimed.setdefault(number, row.number)
    if first != row.number:
        return Fault(Kind.LICENCE_TWICE, Field.LICENCE_NUMBER, number, about={"row": first})
    if number in roster.elsewhere:
        return Fault(Kind.LICENCE_ELSEWHERE, Field.LICENCE_NUMBER, number)
    return None


def _firm(values: dict[str, str], row: Raw, roster: Roster) -> tuple[int | None, str, Fault | None]:
    """Return the firm of a row, by number if the roster has it, else by the county where it is to be entered."""
    name, county = values[Field.FIRM], values.get(Field.COUNTY, "")
    region = ""
    if county:
        answer = roster.places.named(county)
        if answer.place is None:
            kinds = {
                Verdict.UNKNOWN: Kind.COUNTY_UNKNOWN,
                Verdict.SEVERAL: Kind.COUNTY_SEVERAL,
                Verdict.ELSEWHERE: Kind.COUNTY_ELSEWHERE,
            }
            proposal = answer.names[0] if answer.verdict is Verdict.UNKNOWN and answer.names else ""
            about: dict[str, str | int] = {"names": "、".join(answer.names)} if answer.names else {}
            return None, "", Fault(kinds[answer.verdict], Field.COUNTY, county, proposal, about)
        region = answer.place.code
    known = roster.firms_named.get(firm_key(name), [])
    for firm in known:
        if not region or roster.places.is_compatible(region, firm.region):
            return firm.pk, firm.region, None
    if known:
        seat = roster.places.by_code.get(known[0].region)
        where = seat.name if seat else ""
        return None, "", Fault(Kind.FIRM_ELSEWHERE, Field.COUNTY, county, where, {"county": where})
    if not region:
        earlier = roster.firm_counties.get(firm_key(name), "")
        if earlier:
            return None, earlier, None
        return None, "", Fault(Kind.COUNTY_MISSING, Field.COUNTY, "", about={"firm": name})
    near = "" if Field.FIRM in row.typed else roster.firm_nearly_named(name, region)
    if near:
        return None, "", Fault(Kind.FIRM_NEARLY, Field.FIRM, name, near)
    first = roster.firm_counties.setdefault(firm_key(name), region)
    if first != region:
        place = roster.places.by_code[first]
        return (
            None,
            "",
            Fault(Kind.FIRM_TWO_COUNTIES, Field.COUNTY, county, place.name, {"county": place.name}),
        )
    return None, region, None


def _against_the_roster(
    known: KnownLawyer, values: dict[str, str], firm: int | None, row: Raw, roster: Roster
) -> Fault | None:
    """Tell what a row says against the roster that a person has to decide."""
    if Field.NAME not in row.typed and not set(known.name) & set(values[Field.NAME]):
        return Fault(Kind.NAME_DIFFERS, Field.NAME, values[Field.NAME], known.name)
    moves = firm != known.firm.pk or known.left
    if moves and known.since is not None and known.since >= roster.stands_on:
        about: dict[str, str | int] = {"day": known.since.isoformat(), "firm": known.firm.name}
        return Fault(Kind.REGISTERED_LATER, Field.FIRM, values[Field.FIRM], known.firm.name, about)
    return None


def _changes(known: KnownLawyer, values: Mapping[str, str], firm: int | None) -> dict[str, tuple[str, str]]:
    """Return what differs. An empty cell takes nothing away."""
    changes: dict[str, tuple[str, str]] = {}
    for each, before in (
        (Field.NAME, known.name),
        (Field.PHONE, known.phone),
        (Field.EMAIL, known.email),
        (Field.BIRTH_YEAR, known.birth_year),
    ):
        after = values.get(each, "")
        if after and after != before:
            changes[each] = (before, after)
    if firm != known.firm.pk or known.left:
        changes[Field.FIRM] = ("" if known.left else known.firm.name, values[Field.FIRM])
    return changes
