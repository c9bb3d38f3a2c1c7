"""Writes of a door: somebody passes, an officer writes a time from paper, an officer says who was there."""

import uuid
from dataclasses import dataclass
from datetime import datetime, time

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from courses.sheets.door import queries, rules
from courses.sheets.door.models import DoorScan, DoorWord
from courses.sheets.door.rules import Direction
from courses.sheets.models import Sheet
from qianchang.groundwork import audit
from qianchang.people.models import Account, Lawyer
from qianchang.people.queries import lawyer_of
from qianchang.people.rules import is_licence_number, plain_licence_number, plain_name
from qianchang.people.walls import as_platform

OPEN_STATES = (Sheet.State.OPEN, Sheet.State.RETURNED)
# Through one telephone that is handed round, and at one door by people who did not sign in: more is no honest room.
MOST_BY_ONE_PHONE = 10
MOST_TYPED = 1000
MOST_NAME = 60


class UnableToPass(Exception):
    """This passing cannot be recorded; the text says why and what to do. Nothing was changed."""


@dataclass(frozen=True)
class Reading:
    """A code that was read: by whose phone, when, and whether it hangs there printed."""

    scan_id: uuid.UUID
    sheet_id: int
    direction: Direction
    at: datetime
    printed: bool
    browser: str


@dataclass(frozen=True)
class Identity:
    """Who says to be there: a lawyer who signed in, or what somebody typed."""

    lawyer: Lawyer | None = None
    name: str = ""
    licence_number: str = ""


# --- Passing --------------------------------------------------------------------------------------------------


@transaction.atomic
def arrive(*, reading: Reading, who: Identity, by: Account | None, at: datetime) -> DoorScan:
    """Record that somebody passes a door, at the moment when the code was read. Sending it twice is once.

    What somebody types who did not sign in waits for an officer, whether the roster knows it or not; the answer is the same
    in either case. Raises UnableToPass with the sentence that says why not.
    """
    sheet = _locked(reading.sheet_id)
    standing = DoorScan.objects.filter(scan_id=reading.scan_id).first()
    if standing is not None:
        return standing
    _refuse_shut(sheet, at=reading.at)
    lawyer, name, licence = (
        who.lawyer,
        plain_name(who.name)[:MOST_NAME],
        plain_licence_number(who.licence_number),
    )
    signed_in = lawyer is not None
    if lawyer is not None:
        if by is None or lawyer.account_id != by.pk:
            raise UnableToPass(_("Only the lawyer signs in with the own account."))
        name, licence = lawyer.name, lawyer.licence_number
    else:
        _refuse_typed(name, licence)
        _refuse_many(sheet, reading)
        lawyer = _on_the_roster(name, licence)
    scan = DoorScan.objects.create(
        sheet=sheet,
        scan_id=reading.scan_id,
        direction=reading.direction.value,
        at=reading.at,
        clock=DoorScan.Clock.SERVER,
        way=DoorScan.Way.SIGNED_IN if signed_in else DoorScan.Way.TYPED,
        printed=reading.printed,
        lawyer=lawyer,
        name=name,
        licence_number=licence,
        browser=reading.browser,
        by=by if signed_in else None,
        recorded_at=at,
    )
    audit.record(
        "passed the door", object_type="sheet", object_key=sheet.number, by=by, at=at, lawyer=scan.lawyer_id
    )
    return scan


def refusal(sheet: Sheet, *, at: datetime) -> str:
    """Return why nobody passes the door of a sheet at a moment; empty while it is open."""
    hours = queries.hours_of(sheet)
    if sheet.state == Sheet.State.CANCELLED:
        return _("The sheet of this room was cancelled. Ask the officer of the session.")
    if sheet.state not in OPEN_STATES:
        return _("The sheet of this room was handed in. Tell the officer of the session that you were there.")
    if hours is None:
        return _("Nobody said yet from when until when this room sits. Tell the officer at the door.")
    if not rules.is_open(at, begins_at=hours.begins_at, ends_at=hours.ends_at):
        return _("This door is open on %(date)s from %(from)s to %(until)s.") % {
            "date": sheet.date.isoformat(),
            "from": f"{localtime(hours.begins_at - rules.OPENS_BEFORE):%H:%M}",
            "until": f"{localtime(hours.ends_at + rules.CLOSES_AFTER):%H:%M}",
        }
    return ""


def _refuse_shut(sheet: Sheet, *, at: datetime) -> None:
    why = refusal(sheet, at=at)
    if why:
        raise UnableToPass(why)


def _refuse_typed(name: str, licence: str) -> None:
    if not name:
        raise UnableToPass(_("Type your name."))
    if licence and not is_licence_number(licence):
        raise UnableToPass(_("A licence number has 17 digits. Whoever has none leaves it empty."))


def _refuse_many(sheet: Sheet, reading: Reading) -> None:
    typed = DoorScan.objects.filter(sheet=sheet, way=DoorScan.Way.TYPED)
    if typed.count() >= MOST_TYPED or (
        typed.filter(browser=reading.browser, direction=reading.direction.value).count() >= MOST_BY_ONE_PHONE
    ):
        raise UnableToPass(
            _("Too many people signed in with this phone. The others write their names on the paper sheet.")
        )


@as_platform(
    "whoever types a licence number at the door need not see the roster; the answer does not depend on it"
)
def _on_the_roster(name: str, licence: str) -> Lawyer | None:
    if not licence:
        return None
    found = Lawyer.objects.filter(licence_number=licence, erased_at=None).first()
    return found if found is not None and plain_name(found.name) == name else None


# --- What an officer writes -----------------------------------------------------------------------------------


@transaction.atomic
def write_times(
    *,
    sheet: Sheet,
    who: Identity,
    in_at: time | None,
    out_at: time | None,
    by: Account,
    at: datetime,
) -> list[DoorScan]:
    """Write from paper when somebody came and went; either may be missing. It counts like the code at the door. The same
    times again are the same. Whether `by` may is asked before.

    Raises UnableToPass: nobody is named, no time is given, it lies ahead or the person left before coming.
    """
    sheet = _locked(sheet.pk)
    if sheet.state not in OPEN_STATES:
        raise UnableToPass(_("This sheet was handed in. Take it back before you change it."))
    given = [
        (direction, queries.moment(sheet, clock))
        for direction, clock in ((Direction.IN, in_at), (Direction.OUT, out_at))
        if clock is not None
    ]
    name, licence = plain_name(who.name)[:MOST_NAME], plain_licence_number(who.licence_number)
    if who.lawyer is None:
        _refuse_typed(name, licence)
    if not given:
        raise UnableToPass(_("Type when this person came or left."))
    if len(given) == 2 and given[1][1] <= given[0][1]:
        raise UnableToPass(_("This person left before coming. Look at the times again."))
    if any(moment > at for _direction, moment in given):
        raise UnableToPass(_("This time has not come yet. Look at the times again."))
    lawyer = who.lawyer or _on_the_roster(name, licence)
    _refuse_oneself(lawyer.pk if lawyer is not None else None, by)
    scans = [_written(sheet, direction, moment, lawyer, name, licence, by, at) for direction, moment in given]
    audit.record("door times written", object_type="sheet", object_key=sheet.number, by=by, at=at)
    return scans


def _written(
    sheet: Sheet,
    direction: Direction,
    moment: datetime,
    lawyer: Lawyer | None,
    name: str,
    licence: str,
    by: Account,
    at: datetime,
) -> DoorScan:
    known = (
        {"lawyer": lawyer}
        if lawyer is not None
        else {"lawyer": None, "name": name, "licence_number": licence}
    )
    same = DoorScan.objects.filter(
        sheet=sheet, direction=direction.value, at=moment, way=DoorScan.Way.OFFICER, **known
    ).prefetch_related("words")
    standing = next((each for each in same.order_by("pk") if queries.is_taken(each)), None)
    if standing is not None:
        return standing
    return DoorScan.objects.create(
        sheet=sheet,
        scan_id=uuid.uuid4(),
        direction=direction.value,
        at=moment,
        clock=DoorScan.Clock.PAPER,
        way=DoorScan.Way.OFFICER,
        lawyer=lawyer,
        name=lawyer.name if lawyer is not None else name,
        licence_number=lawyer.licence_number if lawyer is not None else licence,
        by=by,
        recorded_at=at,
    )


@transaction.atomic
def say(*, sheet: Sheet, scan: int, accepted: bool, by: Account, at: datetime) -> int:
    """Say of a person, named by any of the passings, whether they were there: yes to what waits or was refused, no to all
    of it. Returns how many passings that changes; saying it again changes nothing. Whether `by` may is asked before.

    Raises UnableToPass for a passing of another sheet, and once the sheet was handed in.
    """
    sheet = _locked(sheet.pk)
    if sheet.state not in OPEN_STATES:
        raise UnableToPass(_("This sheet was handed in. Take it back before you change it."))
    scans = list(DoorScan.objects.filter(sheet=sheet).order_by("pk").prefetch_related("words"))
    named = next((each for each in scans if each.pk == scan), None)
    if named is None:
        raise UnableToPass(_("This person stands on another sheet. Open the page again."))
    _refuse_oneself(named.lawyer_id, by)
    theirs = [each for each in scans if queries.person_of(each) == queries.person_of(named)]
    changed = [each for each in theirs if _changes(each, accepted)]
    DoorWord.objects.bulk_create(DoorWord(scan=each, accepted=accepted, by=by, at=at) for each in changed)
    if changed:
        verb = "door presence confirmed" if accepted else "door presence refused"
        audit.record(verb, object_type="sheet", object_key=sheet.number, by=by, at=at, lawyer=named.lawyer_id)
    return len(changed)


def _refuse_oneself(lawyer_id: int | None, by: Account) -> None:
    own = lawyer_of(by)
    if own is not None and own.pk == lawyer_id:
        raise UnableToPass(_("Nobody says of themselves that they were there. Ask a colleague."))


def _changes(scan: DoorScan, accepted: bool) -> bool:
    word = queries.last_word(scan)
    if word is None:
        return queries.needs_word(scan) or not accepted
    return word.accepted != accepted


def _locked(pk: int) -> Sheet:
    """Keep everybody else from the door of a sheet until the transaction ends, and return it as it is now."""
    found = Sheet.objects.select_for_update(of=("self",)).select_related("session")
    return found.get(pk=pk)
