"""From what a machine kept to a sheet: the log of a door, or of a conference bridge, becomes a version that an officer
completes, reports and has confirmed like any other.

What the officer keyed meanwhile about people whom the machine did not see whole stays as it is.
"""

import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.schedule.models import Evidence, MeetingPresence
from courses.sheets import matching, operations, queries
from courses.sheets import rules as sheet_rules
from courses.sheets.door import queries as door
from courses.sheets.door import rules
from courses.sheets.door.queries import Hours, Passer
from courses.sheets.models import Clock, Sheet, SheetVersion
from courses.sheets.operations import Saved
from courses.sheets.rules import Keyed, KeyedRow
from qianchang.people.models import Account, Lawyer
from qianchang.people.walls import as_platform


class UnableToTake(Exception):
    """The log cannot become a sheet; the text says why and what to do. Nothing was changed."""


@transaction.atomic
def take_door(*, sheet: Sheet, by: Account, at: datetime) -> Saved:
    """Make a version of a sheet from the log of its door. Twice is once, while nobody passed meanwhile.

    Raises UnableToTake while an officer has to say something to somebody, and what save_version raises.
    """
    sheet = operations.locked(sheet)
    hours = _hours(sheet)
    log = door.log_of(sheet, hours=hours, reader=by, on=localdate(at))
    if log.waiting:
        raise UnableToTake(
            ngettext(
                "Say first whether %(many)d person was there who did not sign in.",
                "Say first whether %(many)d people were there who did not sign in.",
                log.waiting,
            )
            % {"many": log.waiting}
        )
    if not log.present:
        raise UnableToTake(_("Nobody passed this door yet."))
    firms = _firms(each.lawyer_id for each in log.present)
    rows = [_row_of(each, firms.get(each.lawyer_id or 0, "")) for each in log.present]
    return _save(sheet, rows, origin=SheetVersion.Origin.DOOR, by=by, at=at)


@transaction.atomic
def take_log(*, sheet: Sheet, log: Evidence, by: Account, at: datetime) -> Saved:
    """Make a version of a sheet from the log of a conference: the lawyers of the region that heard it. Whom nobody knows
    is on the log only: an officer adds who it was. Twice is once.

    Raises UnableToTake for the log of another session and without anybody of the region, and what save_version raises.
    """
    sheet = operations.locked(sheet)
    hours = _hours(sheet)
    standing = Evidence.objects.filter(
        session=sheet.session_id, kind=Evidence.Kind.MEETING_LOG, withdrawn_at=None
    )
    if not standing.filter(pk=log.pk).exists():
        raise UnableToTake(_("This log does not stand in the evidence of the session. Hand it in first."))
    rows = _rows_of_call(sheet, log, hours)
    if not rows:
        raise UnableToTake(_("No lawyer of the region is on this log. Look at the names in it."))
    return _save(sheet, rows, origin=SheetVersion.Origin.LOG, by=by, at=at)


def people_of_call(sheet: Sheet, log: Evidence) -> int:
    """Return how many lawyers of the region are on a log."""
    return _known(sheet, log).count()


def _hours(sheet: Sheet) -> Hours:
    """When a room sat: as it was keyed last, else as it was scheduled."""
    hours = door.hours_of(sheet, queries.current_version(sheet))
    if hours is None:
        raise UnableToTake(_("Say first from when until when this room sat."))
    return hours


def _row_of(passer: Passer, firm: str) -> KeyedRow:
    return KeyedRow(
        name=passer.name,
        licence_number=passer.licence_number,
        firm=firm,
        mark=passer.share.attended.value,
        minutes=passer.share.minutes,
        in_at=passer.stay.first_in,
        out_at=None if passer.stay.is_open else passer.stay.last_out,
        clock=(Clock.PAPER if passer.on_paper else Clock.SERVER).value,
    )


@as_platform(
    "a log is held against the roster of its region; the sheet shows names to those only who see them"
)
def _rows_of_call(sheet: Sheet, log: Evidence, hours: Hours) -> list[KeyedRow]:
    room = rules.room_of(hours.begins_at, hours.ends_at)
    terms, creditable = queries.terms_of(sheet), queries.creditable_ms(sheet)
    rows = []
    for each in _known(sheet, log).select_related("lawyer__firm").order_by("lawyer__firm__name", "lawyer_id"):
        lawyer = each.lawyer
        if lawyer is None:
            continue
        share = rules.share_of_call(
            seconds=each.seconds,
            joined=each.joined_at,
            left=each.left_at,
            room=room,
            creditable_ms=creditable,
            threshold=terms.threshold,
        )
        row = KeyedRow(
            name=lawyer.name,
            licence_number=lawyer.licence_number,
            firm=lawyer.firm.name,
            mark=share.attended.value,
            minutes=share.minutes,
            in_at=each.joined_at,
            out_at=each.left_at,
            clock=Clock.DEVICE.value,
        )
        rows.append(row)
    return rows


def _known(sheet: Sheet, log: Evidence) -> QuerySet[MeetingPresence]:
    of_region = matching.below(sheet.session.beneficiary, "lawyer__")
    return MeetingPresence.objects.filter(of_region, log=log, lawyer__erased_at=None)


@as_platform("the firm of whoever passed a door, for the sheet of that room")
def _firms(lawyers: Iterable[int | None]) -> dict[int, str]:
    numbers = [each for each in lawyers if each is not None]
    return dict(Lawyer.objects.filter(pk__in=numbers).values_list("pk", "firm__name"))


def _save(sheet: Sheet, seen: list[KeyedRow], *, origin: str, by: Account, at: datetime) -> Saved:
    current = queries.current_version(sheet)
    before = queries.keyed_of(current) if current is not None else _blank(sheet)
    keyed = replace(before, rows=_together(before.rows, seen))
    taken = SheetVersion.objects.filter(sheet=sheet, origin=origin).exists()
    if current is not None and taken and sheet_rules.alike(keyed, before):
        return Saved(current, current)
    return operations.save_version(
        sheet=sheet,
        keyed=keyed,
        base=current.number if current is not None else None,
        origin=origin,
        draft_id=uuid.uuid4(),
        by=by,
        at=at,
    )


def _blank(sheet: Sheet) -> Keyed:
    return Keyed(supervisor=sheet.supervisor, begins_at=sheet.begins_at, ends_at=sheet.ends_at)


def _together(before: Iterable[KeyedRow], seen: Iterable[KeyedRow]) -> tuple[KeyedRow, ...]:
    """What stood there, and what the machine saw in its place. Of whom the machine knows half, what somebody keyed stays."""
    rows = list(before)
    places = {_who(row): place for place, row in reversed(list(enumerate(rows)))}
    for row in seen:
        place = places.get(_who(row))
        if place is None:
            places[_who(row)] = len(rows)
            rows.append(row)
        elif row.mark or not rows[place].mark:
            rows[place] = replace(row, firm=rows[place].firm or row.firm, lawyer_id=rows[place].lawyer_id)
    return tuple(rows)


def _who(row: KeyedRow) -> str:
    return row.licence_number or row.name
