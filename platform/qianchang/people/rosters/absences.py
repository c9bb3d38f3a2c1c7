"""People whom the roster has and the file has not: nobody is removed, an officer says what became of them."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from qianchang.people.models import Account, Practice, RosterAbsence, RosterImport
from qianchang.people.permissions import Act, require
from qianchang.people.practice import UnableToRecordPractice, record_practice
from qianchang.people.registrations import UnableToMove, end_registration
from qianchang.people.rosters.intake import UnableToImport

Decision = RosterAbsence.Decision


@transaction.atomic
def decide(*, absence: RosterAbsence, decision: str, by: Account, at: datetime) -> RosterAbsence:
    """Record that somebody who stands on no row moved away, stopped practising, or is to be left alone, as of the day of
    the roster, with the import as the document. The same again changes nothing.

    Raises UnableToImport when another decision stands already, or the histories say otherwise.
    """
    decision = Decision(decision)
    roster_import = absence.roster_import
    require(by, Act.IMPORT_ROSTER, on=localdate(at), association=roster_import.association)
    locked = RosterAbsence.objects.select_for_update(of=("self",)).select_related("lawyer").get(pk=absence.pk)
    if locked.decision == decision:
        return locked
    if locked.decision not in ("", Decision.LEFT_ALONE):
        raise UnableToImport(_("It has been decided already. Change it on the lawyer's page."))
    if roster_import.state not in RosterImport.SETTLED:
        raise UnableToImport(_("Wait until the work on this file is done."))
    on, source = roster_import.stands_on, roster_import.document
    try:
        if decision == Decision.MOVED:
            end_registration(lawyer=locked.lawyer, on=on, source=source, by=by, at=at)
        elif decision == Decision.STOPPED:
            kind = Practice.Kind.SUSPENDED
            record_practice(lawyer=locked.lawyer, kind=kind, valid_from=on, source=source, by=by, at=at)
    except (UnableToMove, UnableToRecordPractice) as refusal:
        raise UnableToImport(str(refusal)) from refusal
    locked.decision, locked.decided_by, locked.decided_at = decision, by, at
    locked.save(update_fields=["decision", "decided_by", "decided_at"])
    return locked
