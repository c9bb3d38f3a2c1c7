"""Reads of a door: when it is open, who passed it, and how much of the lecture each of them heard."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Prefetch
from django.utils.timezone import make_aware

from courses.attendance.queries import creditable_of
from courses.attendance.registries import terms_in
from courses.schedule.models import SignUp
from courses.sheets.door import rules
from courses.sheets.door.models import DoorScan, DoorWord
from courses.sheets.door.rules import Direction, Share, Stay
from courses.sheets.models import Sheet, SheetVersion
from qianchang.people.masks import masked_licence_number
from qianchang.people.models import Account, Lawyer
from qianchang.people.permissions import Act, lawyers_where

Way = DoorScan.Way


@dataclass(frozen=True)
class Hours:
    """From when until when a room sits."""

    begins_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Passer:
    """One person at a door. `scan` is the number of the first passing, by which an officer names the person; `stay` is made
    of the passings that hold, `seen` of all. `waits`: an officer has to say whether this person was there; `refused`:
    somebody said no to all of it. `phone_shared` is how many people used the same telephone.
    """

    scan: int
    lawyer_id: int | None
    name: str
    licence_number: str
    stay: Stay
    seen: Stay
    share: Share
    waits: bool
    refused: bool
    typed: bool
    printed: bool
    on_paper: bool
    signed_up: bool
    phone_shared: int

    @property
    def licence(self) -> str:
        """The licence number as lists show it."""
        return masked_licence_number(self.licence_number)

    @property
    def holds(self) -> bool:
        """Whether this person stands on the sheet."""
        return not self.refused and (self.stay.first_in is not None or self.stay.last_out is not None)


@dataclass(frozen=True)
class Expected:
    """A lawyer who signed up and has not come."""

    lawyer_id: int
    name: str
    licence: str


@dataclass(frozen=True)
class DoorLog:
    """Who passed a door, in the order in which they came, and how full the room is. `absent` is how many who signed up have
    not come; `missing` those of them whom the reader sees on the roster.
    """

    passers: tuple[Passer, ...]
    absent: int
    missing: tuple[Expected, ...]
    seats: int | None

    @property
    def present(self) -> tuple[Passer, ...]:
        return tuple(each for each in self.passers if each.holds)

    @property
    def waiting(self) -> int:
        return sum(each.waits for each in self.passers)

    @property
    def walk_ins(self) -> int:
        return sum(not each.signed_up for each in self.present)

    @property
    def inside(self) -> int:
        return sum(each.stay.is_open for each in self.present)

    @property
    def over(self) -> int:
        """How many more people came than there are seats."""
        return max(len(self.present) - self.seats, 0) if self.seats is not None else 0


def hours_of(sheet: Sheet, version: SheetVersion | None = None) -> Hours | None:
    """Return when the room of a sheet sits, as a version says it or as it was scheduled; None while that was not said."""
    begins_at = (version.begins_at if version is not None else None) or sheet.begins_at
    ends_at = (version.ends_at if version is not None else None) or sheet.ends_at
    if begins_at is None or ends_at is None:
        return None
    begins, ends = moment(sheet, begins_at), moment(sheet, ends_at)
    return Hours(begins, ends) if begins < ends else None


def moment(sheet: Sheet, clock: time) -> datetime:
    """Return a time of the day of a sheet as a moment."""
    return make_aware(datetime.combine(sheet.date, clock))


def log_of(sheet: Sheet, *, hours: Hours, reader: Account, on: date) -> DoorLog:
    """Return who passed the door of a sheet. Five queries, however many people."""
    words = Prefetch("words", queryset=DoorWord.objects.order_by("pk"))
    scans = list(DoorScan.objects.filter(sheet=sheet).order_by("at", "pk").prefetch_related(words))
    expected = _signed_up(sheet)
    phones: dict[str, set[object]] = {}
    people: dict[object, list[DoorScan]] = {}
    for scan in scans:
        people.setdefault(person_of(scan), []).append(scan)
        phones.setdefault(scan.browser, set()).add(person_of(scan))
    threshold = terms_in(sheet.association.jurisdiction, on=sheet.date).threshold
    room = rules.room_of(hours.begins_at, hours.ends_at)
    creditable_ms = creditable_of(sheet.session.lecture_version)
    passers = []
    for theirs in people.values():
        stay = rules.stay((Direction(each.direction), each.at) for each in theirs if is_taken(each))
        share = (
            rules.share_of(stay.intervals, room=room, creditable_ms=creditable_ms, threshold=threshold)
            if stay.is_whole
            else Share(rules.Attended.UNKNOWN)
        )
        passers.append(_passer(theirs, stay, share, expected=expected, phones=phones))
    absent = expected - {each.lawyer_id for each in passers if each.holds}
    return DoorLog(
        passers=tuple(passers),
        absent=len(absent),
        missing=_seen(absent, reader, on=on),
        seats=_seats(sheet),
    )


def person_of(scan: DoorScan) -> object:
    """Return what tells apart the people at one door: the lawyer, or what was typed."""
    if scan.lawyer_id is not None:
        return scan.lawyer_id
    return (scan.licence_number, "" if scan.licence_number else scan.name)


def needs_word(scan: DoorScan) -> bool:
    """Tell whether somebody has to say that this person was there: nobody signed in, or the code hung on paper, which a
    photograph carries anywhere.
    """
    return scan.way == Way.TYPED or scan.printed


def is_taken(scan: DoorScan) -> bool:
    """Tell whether a passing holds: by the last word of an officer, else if nobody has to say one."""
    word = last_word(scan)
    return word.accepted if word is not None else not needs_word(scan)


def last_word(scan: DoorScan) -> DoorWord | None:
    """Return what an officer said last to a passing. No query where the words were read along."""
    words = list(scan.words.all())
    return words[-1] if words else None


def _passer(
    theirs: Sequence[DoorScan],
    stay: Stay,
    share: Share,
    *,
    expected: set[int],
    phones: dict[str, set[object]],
) -> Passer:
    first = theirs[0]
    words = [last_word(each) for each in theirs]
    shared = max((len(phones[each.browser]) for each in theirs if each.browser), default=0)
    return Passer(
        scan=first.pk,
        lawyer_id=first.lawyer_id,
        name=first.name,
        licence_number=first.licence_number,
        stay=stay,
        seen=rules.stay((Direction(each.direction), each.at) for each in theirs),
        share=share,
        waits=any(word is None and needs_word(each) for each, word in zip(theirs, words, strict=True)),
        refused=all(word is not None and not word.accepted for word in words),
        typed=any(each.way == Way.TYPED for each in theirs),
        printed=any(each.printed for each in theirs),
        on_paper=all(each.clock == DoorScan.Clock.PAPER for each in theirs),
        signed_up=first.lawyer_id in expected,
        phone_shared=shared if shared > 1 else 0,
    )


def _signed_up(sheet: Sheet) -> set[int]:
    """Who has a seat at the session, by number."""
    places = SignUp.objects.filter(session=sheet.session_id, state=SignUp.State.SIGNED_UP)
    return set(places.values_list("lawyer", flat=True))


def _seen(numbers: set[int], reader: Account, *, on: date) -> tuple[Expected, ...]:
    """Those of some lawyers whom a reader sees on the roster."""
    seen = lawyers_where(reader, Act.SEE_ROSTER, on=on)
    rows = Lawyer.objects.filter(seen, pk__in=numbers, erased_at=None).order_by("name", "pk")
    return tuple(Expected(each.pk, each.name, each.masked_licence_number) for each in rows)


def _seats(sheet: Sheet) -> int | None:
    notice = getattr(sheet.session, "notice", None)
    return None if notice is None else notice.seats


def expected_first(passers: Iterable[Passer]) -> list[Passer]:
    """Return people with those first to whom an officer has to say something."""
    return sorted(passers, key=lambda each: (not each.waits, each.refused))
