"""Answer sheets (答题单): a lawyer watched a lecture alone from a disc, copied its codes, and signed for it.

Source: domain.md, "Evidence" (DVD, alone). Codes of another disc fit nothing; hours follow when all fit, with grade B:
nobody supervised.
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from courses.catalogue.models import LectureVersion
from courses.credits.operations import award_attendance
from courses.discs import codes, queries, rules, wording
from courses.discs.models import AnswerSheet, Disc
from courses.schedule.rules import DVD
from qianchang.groundwork import audit
from qianchang.people.models import Account, Lawyer
from qianchang.people.permissions import Act, may
from qianchang.people.queries import association_line, region_line

GRADE = "B"


class UnableToAnswer(Exception):
    """The answer sheet cannot be taken; the text says why and what to do. Nothing changed."""


@transaction.atomic
def key_answer_sheet(
    *,
    disc: Disc,
    version: LectureVersion,
    lawyer: Lawyer,
    watched_on: date,
    typed: Sequence[str],
    agreed: bool,
    by: Account,
    at: datetime,
) -> AnswerSheet:
    """Take the answer sheet of a lawyer, keyed by the lawyer or by an officer from paper. The sheet is kept, right or wrong;
    only where every code is that disc's it is `accepted` and gives hours. Accepted already is the same as accepted.

    Raises UnableToAnswer; PermissionDenied for a lawyer whose sheets the account does not key.
    """
    own = lawyer.account_id is not None and lawyer.account_id == by.pk
    if not own and not may(by, Act.KEY_IN_SHEET, on=localdate(at), lawyer=lawyer):
        raise PermissionDenied(Act.KEY_IN_SHEET.value)
    # One sheet of one person at a time: tries are counted.
    Lawyer.objects.select_for_update(of=("self",)).get(pk=lawyer.pk)
    known = AnswerSheet.objects.filter(disc=disc, version=version, lawyer=lawyer)
    accepted = known.filter(accepted=True).first()
    if accepted is not None:
        return accepted
    # Each person's own tries: the association keys the paper of somebody who has none left.
    if known.filter(by=by).count() >= rules.WRONG_SHEETS_ALLOWED:
        raise UnableToAnswer(_guessed(own))
    _refuse(disc, version, lawyer, watched_on, agreed, at=at)
    right = codes.check(disc, version, typed)
    sheet = AnswerSheet.objects.create(
        disc=disc,
        version=version,
        lawyer=lawyer,
        watched_on_date=watched_on,
        codes=[str(each)[:12] for each in typed[: len(right)]],
        right=right,
        accepted=bool(right) and all(right),
        statement=str(wording.STATEMENT),
        by=by,
        at=at,
    )
    audit.record(
        "keyed answer sheet",
        object_type="disc",
        object_key=disc.serial,
        by=by,
        at=at,
        lawyer=lawyer.pk,
        version=version.pk,
        right=sum(right),
        codes=len(right),
    )
    if sheet.accepted:
        award_attendance(
            lawyer=lawyer,
            version=version,
            mode_code=DVD,
            on=watched_on,
            attended_ms=None,
            codes_answered=len(right),
            grade=GRADE,
            maker=by,
            at=at,
        )
    return sheet


def wrong_sentence(sheet: AnswerSheet) -> str:
    """Return which codes of a sheet are not that disc's; empty for an accepted one."""
    wrong = [str(number) for number, right in enumerate(sheet.right, start=1) if not right]
    if not wrong:
        return ""
    return _("Code %(numbers)s is not that of %(serial)s. Compare the serial number and the digits.") % {
        "numbers": "、".join(wrong),
        "serial": sheet.disc.serial,
    }


def _guessed(own: bool) -> str:
    said = (
        _("The codes of this disc were typed wrong %(count)d times. Send the paper to your association.")
        if own
        else _(
            "You typed the codes of this disc wrong %(count)d times. Let a colleague compare and key the paper."
        )
    )
    return said % {"count": rules.WRONG_SHEETS_ALLOWED}


def serves(disc: Disc, lawyer: Lawyer) -> bool:
    """Tell whether a disc is, or once was, with the lawyer's county or association. Two queries at most."""
    return _is_for(lawyer, disc.beneficiary_id, disc.region_id) or any(
        _is_for(lawyer, stay.association_id, stay.region_id) for stay in queries.stays_of(disc)
    )


def _is_for(lawyer: Lawyer, association_id: int | None, region_id: int | None) -> bool:
    if region_id is not None:
        return region_id in {each.pk for each in region_line(lawyer.firm.region)}
    return association_id in {each.pk for each in association_line(lawyer.association)}


def registered_elsewhere(disc: Disc) -> str:
    """Return the sentence that a disc is not of the lawyer's place."""
    return _("%(serial)s is registered to %(place)s. Compare the number with the disc.") % {
        "serial": disc.serial,
        "place": queries.registered_to(disc),
    }


def _refuse(
    disc: Disc, version: LectureVersion, lawyer: Lawyer, watched_on: date, agreed: bool, *, at: datetime
) -> None:
    if not agreed:
        raise UnableToAnswer(_("Hours need the signed statement. Tick it if the paper is signed."))
    if codes.how_many(disc, version) == 0:
        raise UnableToAnswer(
            _("This lecture is not on %(serial)s. Choose one of those on the disc.") % {"serial": disc.serial}
        )
    stays = [stay for stay in queries.stays_of(disc) if _is_for(lawyer, stay.association_id, stay.region_id)]
    if not stays:
        if not _is_for(lawyer, disc.beneficiary_id, disc.region_id):
            raise UnableToAnswer(registered_elsewhere(disc))
        raise UnableToAnswer(
            _("Nobody noted yet that %(serial)s arrived. The county contact notes it in the list of discs.")
            % {"serial": disc.serial}
        )
    today = localdate(at)
    # A disc that went on to the next county since then was here all the same.
    if not any(stay.from_date <= watched_on <= (stay.until_date or today) for stay in stays):
        raise UnableToAnswer(
            _("The day cannot be. The disc was there from %(first)s to %(last)s.")
            % {
                "first": stays[-1].from_date.isoformat(),
                "last": (stays[-1].until_date or today).isoformat(),
            }
        )
