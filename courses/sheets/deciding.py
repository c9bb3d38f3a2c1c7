"""What is said to a sheet: reported, withdrawn, confirmed by another person, returned, cancelled. None of it by itself."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from courses.sheets import access, crediting, elsewhere, proving, queries, room_hours, rules
from courses.sheets.door import teaching
from courses.sheets.events import sheet_confirmed
from courses.sheets.models import Sheet, SheetDecision, SheetVersion
from courses.sheets.operations import STATE_AFTER, FaultyRows, locked
from qianchang.groundwork import audit
from qianchang.people.models import Account
from qianchang.people.permissions import Act
from qianchang.people.walls import as_platform

Kind = SheetDecision.Kind
State = Sheet.State
REASONS_LONGEST = 500


class UnableToDecide(Exception):
    """This cannot be said to the sheet now. The text says why and what to do; nothing was changed."""


class InConflict(UnableToDecide):
    """Two people keyed the sheet differently, and nobody has chosen yet."""


@transaction.atomic
def report(*, sheet: Sheet, by: Account, at: datetime) -> SheetDecision:
    """Report a sheet to the association that checks it. Twice is the same as once.

    Raises PermissionDenied; InConflict; FaultyRows for people of whom nothing is said; UnableToDecide before the room ends
    and for hours that cannot be, for an empty sheet and for one that was confirmed or cancelled.
    """
    if not access.may_change(by, sheet, on=localdate(at)):
        raise PermissionDenied(Act.ENTER_ATTENDANCE.value)
    sheet = locked(sheet)
    standing = queries.last_decision(sheet)
    if sheet.state == State.REPORTED and standing is not None:
        return standing
    if sheet.state == State.CONFIRMED:
        raise UnableToDecide(_("This sheet was confirmed already."))
    if sheet.state == State.CANCELLED:
        raise UnableToDecide(_("This sheet was cancelled. Schedule a new one."))
    if sheet.date > localdate(at):
        raise UnableToDecide(_("This day lies in the future. Report the sheet when it is over."))
    found = queries.heads(sheet)
    if not found:
        raise UnableToDecide(_("Nobody stands on this sheet yet. Key it first."))
    if len(found) > 1:
        raise InConflict(
            _("Two people keyed this sheet differently. Choose what is right, row by row, then report it.")
        )
    version = found[0]
    keyed = queries.keyed_of(version)
    rows = keyed.rows
    minutes = queries.length_minutes(sheet)
    wrong = rules.faults(rows, length_minutes=minutes, reporting=True)
    if wrong:
        raise FaultyRows(wrong, length_minutes=minutes)
    if not any(row.was_there for row in rows):
        raise UnableToDecide(_("Nobody is marked as present. If nothing was held, cancel the sheet instead."))
    if why := room_hours.refusal(sheet, keyed, at=at):
        raise UnableToDecide(why)
    return _decide(sheet, Kind.REPORTED, version, verb="sheet reported", by=by, at=at)


@transaction.atomic
def withdraw(*, sheet: Sheet, by: Account, at: datetime) -> None:
    """Take a report back before it is confirmed, to change the sheet. Twice is the same as once.

    Raises PermissionDenied, and UnableToDecide once it was confirmed.
    """
    if not access.may_change(by, sheet, on=localdate(at)):
        raise PermissionDenied(Act.ENTER_ATTENDANCE.value)
    sheet = locked(sheet)
    if sheet.state == State.CONFIRMED:
        raise UnableToDecide(
            _("This sheet was confirmed a moment ago. What is wrong with it is corrected in the hours.")
        )
    standing = queries.last_decision(sheet)
    if sheet.state == State.REPORTED and standing is not None:
        _decide(sheet, Kind.WITHDRAWN, standing.version, verb="sheet withdrawn", by=by, at=at)


@transaction.atomic
def cancel(*, sheet: Sheet, by: Account, at: datetime) -> None:
    """Cancel a sheet because nothing was held. Twice is the same as once. Raises PermissionDenied, and UnableToDecide for
    one that was reported or confirmed.
    """
    today = localdate(at)
    if not (
        access.may_key(by, sheet, on=today) or access.may_schedule(by, sheet.session, sheet.region, on=today)
    ):
        raise PermissionDenied(Act.ENTER_ATTENDANCE.value)
    sheet = locked(sheet)
    if sheet.state in (State.REPORTED, State.CONFIRMED):
        raise UnableToDecide(_("This sheet was reported. Withdraw it first, then cancel it."))
    if sheet.state != State.CANCELLED:
        _decide(sheet, Kind.CANCELLED, None, verb="sheet cancelled", by=by, at=at)


@transaction.atomic
def return_sheet(
    *, sheet: Sheet, reason: str, by: Account, at: datetime, version: int | None = None
) -> SheetDecision:
    """Return a reported sheet with a reason, so that it can be changed. Twice is the same as once.

    Raises PermissionDenied, and UnableToDecide without a reason, or when it was withdrawn or confirmed meanwhile.
    """
    _require_confirmer(sheet, by=by, at=at)
    reason = " ".join(reason.replace("\x00", "").split())[:REASONS_LONGEST]
    if not reason:
        raise UnableToDecide(_("Say why you return it. Whoever keyed it reads this."))
    sheet = locked(sheet)
    standing = queries.last_decision(sheet)
    if standing is not None and standing.kind == Kind.RETURNED and standing.by_id == by.pk:
        return standing
    return _decide(
        sheet,
        Kind.RETURNED,
        _reported_version(sheet, standing, version),
        verb="sheet returned",
        by=by,
        at=at,
        reason=reason,
    )


@transaction.atomic
@as_platform("the hours of everybody in a room are credited, wherever their roster is")
def confirm(
    *,
    sheet: Sheet,
    by: Account,
    at: datetime,
    version: int | None = None,
    hours: Decimal | None = None,
) -> SheetDecision:
    """Confirm a reported sheet as its second person, and credit its hours: those of time that counts nowhere else.
    `version` and `hours` are what was looked at. Twice is the same as once; it is never done by itself.

    Raises PermissionDenied, and UnableToDecide: by whoever keyed or reported it, by somebody who stands on it, or when it
    was withdrawn, changed or returned, or something of it began to count elsewhere, meanwhile.
    """
    _require_confirmer(sheet, by=by, at=at)
    sheet = locked(sheet)
    standing = queries.last_decision(sheet)
    if standing is not None and standing.kind == Kind.CONFIRMED:
        return standing
    chosen = _reported_version(sheet, standing, version)
    said = queries.reported(sheet)
    assert said is not None  # noqa: S101 - _reported_version has seen it
    _refuse_first_person(sheet, chosen, said, by)
    keyed = queries.keyed_of(chosen)
    crediting.lock_lawyers(
        [*(row.lawyer_id for row in keyed.rows), *teaching.taught_by(sheet)],
        lecture=sheet.session.lecture_version.lecture_id,
    )
    weighed = elsewhere.weigh(sheet, keyed)
    right = queries.codes_right(sheet, chosen.codes)
    proof = proving.proof_of(sheet, chosen, right=right)
    grade = rules.evidence_grade(proof)
    if hours is not None and grade != "C" and hours != elsewhere.hours_of(sheet, weighed):
        raise UnableToDecide(
            _("What counts of this sheet has changed a moment ago. Look at it again before you decide.")
        )
    decision = _decide(
        sheet,
        Kind.CONFIRMED,
        chosen,
        said.by,
        verb="sheet confirmed",
        by=by,
        at=at,
        grade=grade,
        proof=proving.kept(proof, right),
    )
    late = proving.late_rows(sheet, chosen, keyed.rows)
    crediting.credit(sheet, decision, weighed, right=right, late=late, at=at)
    sheet_confirmed.send(sender=Sheet, sheet=sheet, decision=decision, at=at)
    return decision


def why_not_confirm(sheet: Sheet, version: SheetVersion, said: SheetDecision, account: Account) -> str:
    """Return the sentence why an officer cannot be the second person of a sheet; empty when they can. Four queries."""
    if said.by_id == account.pk or account.pk in queries.keyed_by(sheet) or queries.let_in(sheet, account):
        return _(
            "You keyed or reported this sheet yourself, so a colleague of your association has to confirm it."
        )
    if version.rows.filter(lawyer__account=account).exists():
        return _("You stand on this sheet yourself, so a colleague has to confirm it.")
    return ""


def _refuse_first_person(sheet: Sheet, version: SheetVersion, said: SheetDecision, by: Account) -> None:
    refusal = why_not_confirm(sheet, version, said, by)
    if refusal:
        raise UnableToDecide(refusal)


def _require_confirmer(sheet: Sheet, *, by: Account, at: datetime) -> None:
    if not access.may_confirm(by, sheet, on=localdate(at)):
        raise PermissionDenied(Act.CONFIRM_SESSION.value)


def _reported_version(sheet: Sheet, standing: SheetDecision | None, seen: int | None) -> SheetVersion:
    """Return the version that waits for a decision; refuse when it is not the one that was looked at."""
    waits = sheet.state == State.REPORTED and standing is not None and standing.version is not None
    if not waits:
        if sheet.state == State.CONFIRMED:
            raise UnableToDecide(_("A colleague confirmed this sheet a moment ago."))
        raise UnableToDecide(
            _("The other side has just withdrawn it to change it, so this one can no longer be decided.")
        )
    assert standing is not None  # noqa: S101 - as above
    assert standing.version is not None  # noqa: S101 - as above
    if seen is not None and standing.version.number != seen:
        raise UnableToDecide(
            _("The sheet was changed and reported again. Look at the new one before you decide.")
        )
    return standing.version


def _decide(
    sheet: Sheet,
    kind: Kind,
    version: SheetVersion | None,
    reported_by: Account | None = None,
    *,
    verb: str,
    by: Account,
    at: datetime,
    reason: str = "",
    grade: str = "",
    proof: dict[str, Any] | None = None,
) -> SheetDecision:
    decision = SheetDecision.objects.create(
        sheet=sheet,
        version=version,
        kind=kind,
        reason=reason,
        grade=grade,
        proof=proof,
        reported_by=reported_by,
        by=by,
        at=at,
    )
    Sheet.objects.filter(pk=sheet.pk).update(state=STATE_AFTER[kind])
    sheet.state = STATE_AFTER[kind]
    details: dict[str, str | int | None] = {"version": version.number if version else None}
    if grade:
        details["grade"] = grade
    if reason:
        details["reason"] = reason
    audit.record(verb, object_type="sheet", object_key=sheet.number, by=by, at=at, **details)
    return decision
