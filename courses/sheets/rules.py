"""What a sign-in sheet says, what is wrong with it, how two keyings of it meet, and what it is worth: decisions on plain
values.

Sources: domain.md, "Evidence" and "From watching to 学时", 6; docs/decisions/0026.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from courses.attendance.rules import MINUTE_MS, Terms

_T = TypeVar("_T")

FULL, PART, ABSENT, UNMARKED = "full", "part", "absent", ""
MARKS = (FULL, PART, ABSENT, UNMARKED)
PAPER = "paper"
LICENCE_DIGITS = 17
# As many people as one room holds, and rows of one paper sheet.
MOST_ROWS = 500
ROWS_A_PAGE = 20
# After so many days without a sheet somebody is reminded; a sheet that comes after the last of them is late.
REMINDED_AFTER = (3, 7)
GRADE_A_WITHIN = timedelta(days=REMINDED_AFTER[-1])


@dataclass(frozen=True)
class KeyedRow:
    """One person as keyed. `lawyer_id` is None for who stands on no roster; without a licence number it is no lawyer."""

    lawyer_id: int | None = None
    name: str = ""
    licence_number: str = ""
    firm: str = ""
    mark: str = UNMARKED
    minutes: int | None = None
    in_at: datetime | None = None
    out_at: datetime | None = None
    clock: str = PAPER

    @property
    def key(self) -> str:
        """By what this is the same person in another keying."""
        if self.lawyer_id is not None:
            return f"lawyer/{self.lawyer_id}"
        if self.licence_number:
            return f"licence/{self.licence_number}"
        return f"name/{self.name}/{self.firm}"

    @property
    def is_other(self) -> bool:
        """Whether this is somebody who is no lawyer (其他人员)."""
        return self.lawyer_id is None and not self.licence_number

    @property
    def was_there(self) -> bool:
        return self.mark in (FULL, PART)

    @property
    def says(self) -> tuple[str, int | None, datetime | None, datetime | None]:
        """What is said of this person: what two keyings can differ in."""
        return self.mark, self.minutes, self.in_at, self.out_at


@dataclass(frozen=True)
class Keyed:
    """A whole sheet as keyed."""

    rows: tuple[KeyedRow, ...] = ()
    codes: tuple[str, ...] = ()
    supervisor: str = ""
    begins_at: time | None = None
    ends_at: time | None = None


# --- What is wrong --------------------------------------------------------------------------------------------


class Wrong(StrEnum):
    """What can be wrong with a row."""

    NO_NAME = "no name"
    BAD_LICENCE = "licence number"
    TWICE = "twice"
    NO_MINUTES = "no minutes"
    AS_LONG = "as long as the lecture"
    SHORTER = "shorter than the lecture"
    BACKWARDS = "left before coming"
    UNMARKED = "unmarked"


@dataclass(frozen=True)
class RowFault:
    """What is wrong with the n-th row (from 1). `first` is the row on which the same person stands already."""

    row: int
    wrong: Wrong
    first: int = 0
    minutes: int = 0


def faults(rows: Sequence[KeyedRow], *, length_minutes: int, reporting: bool = False) -> list[RowFault]:
    """Return what is wrong with the rows, in their order; when it is reported, everybody has to be marked."""
    found: list[RowFault] = []
    seen: dict[str, int] = {}
    for number, row in enumerate(rows, start=1):
        if row.key in seen:
            found.append(RowFault(number, Wrong.TWICE, seen[row.key]))
        seen.setdefault(row.key, number)
        found += [RowFault(number, wrong, minutes=row.minutes or 0) for wrong in _wrong(row, length_minutes)]
        if reporting and row.mark == UNMARKED:
            found.append(RowFault(number, Wrong.UNMARKED))
    return found


def _wrong(row: KeyedRow, length_minutes: int) -> Iterable[Wrong]:
    if not row.name:
        yield Wrong.NO_NAME
    digits = row.licence_number
    if (
        row.lawyer_id is None
        and digits
        and not (digits.isascii() and digits.isdecimal() and len(digits) == 17)
    ):
        yield Wrong.BAD_LICENCE
    if row.mark == PART and not row.minutes:
        yield Wrong.NO_MINUTES
    if row.mark == PART and row.minutes and row.minutes >= length_minutes:
        yield Wrong.AS_LONG
    if row.mark == FULL and row.minutes and row.minutes < length_minutes:
        yield Wrong.SHORTER
    if row.in_at and row.out_at and row.out_at < row.in_at:
        yield Wrong.BACKWARDS


def tidied(keyed: Keyed) -> Keyed:
    """Return a sheet in which minutes stand only with those who heard a part."""
    rows = (row if row.mark == PART else replace(row, minutes=None) for row in keyed.rows)
    return replace(keyed, rows=tuple(rows))


def with_known_times(keyed: Keyed, before: Keyed) -> Keyed:
    """Return a sheet in which times that were left as they stood keep their seconds and the clock that gave them: a page
    shows minutes, and would make paper of what a door has seen.
    """
    known = _by_key(before)

    def kept(row: KeyedRow) -> KeyedRow:
        old = known.get(row.key)
        if old is None or (_minute(row.in_at), _minute(row.out_at)) != (
            _minute(old.in_at),
            _minute(old.out_at),
        ):
            return row
        return replace(row, in_at=old.in_at, out_at=old.out_at, clock=old.clock)

    return replace(keyed, rows=tuple(kept(row) for row in keyed.rows))


def _minute(at: datetime | None) -> int | None:
    return int(at.timestamp()) // 60 if at else None


# --- Two keyings of one sheet -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Clash:
    """One person of whom two keyings say different things; one of them may not have the person at all (None)."""

    key: str
    ours: KeyedRow | None
    theirs: KeyedRow | None


@dataclass(frozen=True)
class Merged:
    """Two keyings taken together. Where they contradict each other, the rows and codes are ours and `clashes` says so."""

    keyed: Keyed
    clashes: tuple[Clash, ...]
    codes_clash: bool = False

    @property
    def is_clean(self) -> bool:
        return not self.clashes and not self.codes_clash


def merge(base: Keyed | None, ours: Keyed, theirs: Keyed) -> Merged:
    """Take two keyings together that both began from `base` (None: a blank sheet): what only one of them changed is
    taken from that one, what both changed differently is a clash.
    """
    blank = base or Keyed()
    before, mine, other = _by_key(blank), _by_key(ours), _by_key(theirs)
    rows: list[KeyedRow] = []
    clashes: list[Clash] = []
    for key in dict.fromkeys([*other, *mine]):
        old, our, their = before.get(key), mine.get(key), other.get(key)
        taken = _one_changed(old, our, their)
        if taken is _BOTH:
            clashes.append(Clash(key, our, their))
            taken = our or their
        if isinstance(taken, KeyedRow):
            rows.append(taken)
    codes = _either(blank.codes, ours.codes, theirs.codes)
    head = replace(
        ours,
        supervisor=_either(blank.supervisor, ours.supervisor, theirs.supervisor) or ours.supervisor,
        begins_at=_either(blank.begins_at, ours.begins_at, theirs.begins_at) or ours.begins_at,
        ends_at=_either(blank.ends_at, ours.ends_at, theirs.ends_at) or ours.ends_at,
        codes=ours.codes if codes is None else codes,
        rows=tuple(rows),
    )
    return Merged(head, tuple(clashes), codes_clash=codes is None)


def alike(one: Keyed, other: Keyed) -> bool:
    """Tell whether two keyings say the same."""
    same_head = (one.codes, one.supervisor, one.begins_at, one.ends_at) == (
        other.codes,
        other.supervisor,
        other.begins_at,
        other.ends_at,
    )
    mine, theirs = _by_key(one), _by_key(other)
    return (
        same_head and mine.keys() == theirs.keys() and all(mine[key].says == theirs[key].says for key in mine)
    )


_BOTH = object()


def _by_key(keyed: Keyed) -> dict[str, KeyedRow]:
    return {row.key: row for row in keyed.rows}


def _said(row: KeyedRow | None) -> tuple[object, ...]:
    """A person who does not stand there is one of whom nothing is said."""
    return row.says if row is not None else (UNMARKED, None, None, None)


def _one_changed(old: KeyedRow | None, our: KeyedRow | None, their: KeyedRow | None) -> object:
    if _said(our) == _said(their):
        return our or their
    if _said(our) == _said(old):
        # Taken off the sheet by them, or said otherwise.
        return their if their is not None or old is None else None
    if _said(their) == _said(old):
        return our if our is not None or old is None else None
    return _BOTH


def _either(old: _T, ours: _T, theirs: _T) -> _T | None:
    """What the one who changed it says; None where both did, differently."""
    if ours in (theirs, old):
        return theirs
    return ours if theirs == old else None


# --- What it is worth -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Proof:
    """What speaks for a sheet. `codes_expected` is 0 where nothing was shown that has codes; `scanned`: a photo of the
    signed paper; `by_machine`: the door or the bridge kept the times itself; `carried`: it came in a bundle of a stick.
    `reported_date` is when it was reported first: what happened to it since is no fault of those who stand on it.
    """

    supervised: bool
    scanned: bool
    codes_expected: int
    codes_right: int
    held_date: date
    reported_date: date
    by_machine: bool = False
    carried: bool = False

    @property
    def codes_fit(self) -> bool:
        return self.codes_right >= self.codes_expected

    @property
    def late(self) -> bool:
        return not is_in_time(self.reported_date, self.held_date)


def evidence_grade(proof: Proof) -> str:
    """Return the grade of a sheet: A supervised, B the paper or the codes alone or late, C a list and nothing else, which
    gives no hours. Source: domain.md, "From watching to 学时", 6; docs/decisions/0026.
    """
    written = proof.scanned or proof.by_machine or proof.carried
    known = proof.codes_expected > 0 and proof.codes_fit
    if not (written or known):
        return "C"
    whole = proof.supervised and written and proof.codes_fit and not (proof.late or proof.carried)
    return "A" if whole else "B"


def is_in_time(reported_date: date, held_date: date) -> bool:
    """Tell whether a report came within the days after which a sheet is late."""
    return reported_date - held_date <= GRADE_A_WITHIN


def said_in_time(row: KeyedRow, reports: Iterable[Iterable[KeyedRow]], creditable_ms: int) -> bool:
    """Tell whether a report that came in time said at least as much of a person as this row does: who was added
    afterwards, or heard more by then, is late. A name or number that was put right is the same person.
    """
    heard = attended_ms(row, creditable_ms)
    return any(
        _is_same(row, earlier) and attended_ms(earlier, creditable_ms) >= heard
        for rows in reports
        for earlier in rows
    )


def _is_same(row: KeyedRow, earlier: KeyedRow) -> bool:
    if row.lawyer_id is not None and earlier.lawyer_id is not None:
        return row.lawyer_id == earlier.lawyer_id
    if row.licence_number and row.licence_number == earlier.licence_number:
        return True
    return earlier.lawyer_id is None and bool(row.name) and row.name == earlier.name


def row_grade(grade: str, *, in_time: bool) -> str:
    """Return the grade of one row of a sheet of this grade."""
    return "B" if grade == "A" and not in_time else grade


def attended_ms(row: KeyedRow, creditable_ms: int) -> int:
    """Return how much of the lecture a person heard: all of it, some minutes, or nothing."""
    if row.mark == FULL:
        return creditable_ms
    if row.mark == PART and row.minutes:
        return min(row.minutes * MINUTE_MS, creditable_ms)
    return 0


def hours_of(row: KeyedRow, creditable_ms: int, terms: Terms) -> Decimal:
    """Return the hours of a row, rounded down to the step of the rule."""
    return terms.hours(attended_ms(row, creditable_ms))


@dataclass(frozen=True)
class Totals:
    """A sheet in numbers: the lawyers by their marks, those who are no lawyers apart, and the hours of all."""

    full: int
    part: int
    absent: int
    unmarked: int
    others: int
    hours: Decimal

    @property
    def there(self) -> int:
        return self.full + self.part


def totals(rows: Iterable[KeyedRow], *, creditable_ms: int, terms: Terms) -> Totals:
    """Return a sheet in numbers. Nobody counts as there who was not marked."""
    count: dict[str, int] = dict.fromkeys(MARKS, 0)
    others, hours = 0, Decimal(0)
    for row in rows:
        if row.is_other:
            others += row.was_there
            continue
        count[row.mark] += 1
        hours += hours_of(row, creditable_ms, terms)
    return Totals(count[FULL], count[PART], count[ABSENT], count[UNMARKED], others, hours)


def changed_keys(before: Mapping[str, KeyedRow], after: Mapping[str, KeyedRow]) -> set[str]:
    """Return of which people two keyings say different things."""
    return {key for key in {*before, *after} if _said(before.get(key)) != _said(after.get(key))}
