"""Corrections (更正) by two officers: one proposes with a reason, another one carries it out or refuses.

What is carried out is always a new row: a reversing entry (冲正), an award given back, or an evidence row. The
database holds the rule of the two people as well (models.py). Source: domain.md, "Entities"; product-design.md,
section 3, four eyes.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from courses.attendance.decisions import count_refused
from courses.attendance.models import WatchedSpan
from courses.credits import queries, registries
from courses.credits.models import Correction, CreditEntry
from courses.credits.operations import REPEATED, award_if_due, lock_ledgers
from courses.enrolment.completion import complete_courses
from qianchang.groundwork import audit, ledgers
from qianchang.people.models import Account, Lawyer
from qianchang.people.permissions import Act, associations_where, may, require


class UnableToCorrect(Exception):
    """The correction cannot be proposed or decided. The message is a sentence for the officer."""


class CorrectionUnknown(Exception):
    """There is no such correction, or it is not this officer's: from outside both look the same."""


@dataclass(frozen=True)
class Subject:
    """What a correction would be about: an entry of the ledger or a refused span, and what can be done."""

    kind: Correction.Kind
    lawyer: Lawyer
    entry: CreditEntry | None = None
    span: WatchedSpan | None = None


# --- Reads --------------------------------------------------------------------------------------------------


def subject_of_entry(entry: CreditEntry) -> Subject:
    """Return what can be done about an entry: take an award back, or give back what a reversal took.

    Raises UnableToCorrect for an award that is reversed, and a reversal after which an award stands again.
    """
    if entry.reverses_id is None:
        if queries.is_reversed(entry):
            raise UnableToCorrect(_("These hours were taken back already. Nothing was changed."))
        return Subject(Correction.Kind.REVERSE, entry.lawyer, entry=entry)
    if CreditEntry.objects.filter(renews=entry).exists():
        raise UnableToCorrect(_("After this reversal the hours were credited again. Nothing was changed."))
    return Subject(Correction.Kind.RESTORE, entry.lawyer, entry=entry)


def subject_of_span(span: WatchedSpan) -> Subject:
    """Return what can be done about a refused stretch. Raises UnableToCorrect where nothing was refused or
    it counts already.
    """
    if not span.refusal:
        raise UnableToCorrect(_("Nothing of this stretch was refused. Nothing was changed."))
    if Correction.objects.filter(span=span, state=Correction.State.POSTED).exists():
        raise UnableToCorrect(_("This stretch counts already. Nothing was changed."))
    return Subject(Correction.Kind.COUNT, span.lawyer, span=span)


def corrections_seen_by(account: Account, *, at: datetime) -> QuerySet[Correction]:
    """Return the corrections of the lawyers whose hours an officer may correct, those waiting first."""
    mine = associations_where(account, Act.CORRECT_HOURS, on=localdate(at))
    rows = Correction.objects.select_related(
        "lawyer__association__parent__parent",
        "entry__lecture",
        "entry__lecture_version",
        "span__playback__lecture_version__lecture",
        "proposed_by",
        "decided_by",
        "posted",
    )
    if mine is not None:
        rows = rows.filter(lawyer__association__in=mine)
    return rows.order_by(F("decided_at").desc(nulls_first=True), "-proposed_at", "-pk")


def corrections_waiting(account: Account, *, on: date) -> int:
    """Return how many corrections wait for an officer as their second person."""
    mine = associations_where(account, Act.CORRECT_HOURS, on=on)
    if mine == []:
        return 0
    rows = Correction.objects.filter(state=Correction.State.PROPOSED)
    rows = rows.exclude(proposed_by=account).exclude(lawyer__account=account)
    return (rows if mine is None else rows.filter(lawyer__association__in=mine)).count()


def correction_for(account: Account, pk: int, *, at: datetime) -> Correction:
    """Return one correction for an officer who may correct hours of its lawyer. Raises CorrectionUnknown."""
    found = corrections_seen_by(account, at=at).filter(pk=pk).first()
    if found is None:
        raise CorrectionUnknown(pk)
    return found


def why_not_decide(correction: Correction, account: Account) -> str:
    """Return the sentence why an officer cannot be the second person of a proposal; empty when they can."""
    if correction.proposed_by_id == account.pk:
        return _("You proposed this yourself, so a colleague of your association has to decide it.")
    if correction.lawyer.account_id == account.pk:
        return _("These are your own hours, so a colleague has to decide it.")
    return ""


# --- Writes -------------------------------------------------------------------------------------------------


@transaction.atomic
def propose_correction(*, subject: Subject, reason: str, by: Account, at: datetime) -> Correction:
    """Propose a correction as its first person. The same proposal again changes nothing and returns the one
    that waits.

    Raises UnableToCorrect with a sentence, or PermissionDenied.
    """
    require(by, Act.CORRECT_HOURS, on=localdate(at), association=subject.lawyer.association)
    reason = reason.strip()
    if not reason:
        raise UnableToCorrect(_("Say why this has to be corrected. The lawyer reads it."))
    if subject.lawyer.account_id == by.pk:
        raise UnableToCorrect(_("These are your own hours, so a colleague has to propose it."))
    # One proposal at a time for each lawyer, or two could pass the question below side by side.
    Lawyer.objects.select_for_update(no_key=True).only("pk").get(pk=subject.lawyer.pk)
    waiting = Correction.objects.filter(
        entry=subject.entry, span=subject.span, state=Correction.State.PROPOSED
    ).first()
    if waiting is not None:
        if (waiting.proposed_by_id, waiting.reason) == (by.pk, reason):
            return waiting
        raise UnableToCorrect(_("A correction of this is waiting for a second person already."))
    # What is possible may have changed since the form was opened.
    _subject_now(subject.entry, subject.span)
    correction = Correction.objects.create(
        kind=subject.kind,
        entry=subject.entry,
        span=subject.span,
        lawyer=subject.lawyer,
        reason=reason,
        proposed_by=by,
        proposed_at=at,
    )
    audit.record(
        "proposed correction",
        object_type="correction",
        object_key=str(correction.pk),
        by=by,
        at=at,
        what=subject.kind.value,
    )
    return correction


@transaction.atomic
def carry_out(*, correction: Correction, by: Account, at: datetime) -> Correction:
    """Sign a correction as its second person and post what it says. Doing it again changes nothing.

    Raises UnableToCorrect with a sentence, or PermissionDenied.
    """
    # As where a sheet is confirmed: first the lawyer, then the ledgers. No time begins to count elsewhere meanwhile.
    Lawyer.objects.select_for_update(no_key=True).only("pk").get(pk=correction.lawyer_id)
    correction = _locked(correction, by=by, at=at)
    if correction.state == Correction.State.POSTED:
        return correction
    _require_second_person(correction, by)
    _subject_now(correction.entry, correction.span)
    lock_ledgers([correction.lawyer_id], _lecture_of(correction))
    if correction.span is not None:
        count_refused(span=correction.span, at=at)
    else:
        correction.posted = _post(correction, checker=by, at=at)
    correction.state = Correction.State.POSTED
    correction.decided_by, correction.decided_at = by, at
    correction.save(update_fields=["state", "decided_by", "decided_at", "posted"])
    audit.record(
        "carried out correction", object_type="correction", object_key=str(correction.pk), by=by, at=at
    )
    if correction.span is not None:
        award_if_due(lawyer=correction.lawyer, version=correction.span.playback.lecture_version, at=at)
    elif correction.entry is not None and correction.kind == Correction.Kind.REVERSE:
        _count_watching_again(correction.entry, at=at)
    return correction


def _lecture_of(correction: Correction) -> int:
    of = correction.entry
    if of is None:
        assert correction.span is not None  # noqa: S101 - the database allows a correction of one thing only
        return int(correction.span.playback.lecture_version.lecture.pk)
    return int(of.lecture.pk)


def _count_watching_again(taken_back: CreditEntry, *, at: datetime) -> None:
    """Credit what was watched alone, where attendance that had taken its place was wrong: nobody sends it again."""
    if not taken_back.devices:
        award_if_due(lawyer=taken_back.lawyer, version=taken_back.lecture_version, at=at)


@transaction.atomic
def refuse_correction(*, correction: Correction, answer: str, by: Account, at: datetime) -> Correction:
    """Refuse a correction as its second person, in words. Nothing is posted; doing it again changes nothing.

    Raises UnableToCorrect with a sentence, or PermissionDenied.
    """
    correction = _locked(correction, by=by, at=at)
    if correction.state == Correction.State.REFUSED:
        return correction
    _require_second_person(correction, by)
    answer = answer.strip()
    if not answer:
        raise UnableToCorrect(_("Say why you refuse it. Whoever proposed it reads this."))
    correction.state, correction.answer = Correction.State.REFUSED, answer
    correction.decided_by, correction.decided_at = by, at
    correction.save(update_fields=["state", "answer", "decided_by", "decided_at"])
    audit.record("refused correction", object_type="correction", object_key=str(correction.pk), by=by, at=at)
    return correction


def _locked(correction: Correction, *, by: Account, at: datetime) -> Correction:
    require(by, Act.CORRECT_HOURS, on=localdate(at), association=correction.lawyer.association)
    rows = Correction.objects.select_for_update(of=("self",)).select_related(
        "lawyer__association__jurisdiction",
        "entry__lawyer__association__jurisdiction",
        "entry__lecture_version__lecture",
        "span__playback__lecture_version__lecture",
    )
    return rows.get(pk=correction.pk)


def _require_second_person(correction: Correction, by: Account) -> None:
    if correction.state != Correction.State.PROPOSED:
        raise UnableToCorrect(_("This correction was decided already. Nothing was changed."))
    refusal = why_not_decide(correction, by)
    if refusal:
        raise UnableToCorrect(refusal)


def _subject_now(entry: CreditEntry | None, span: WatchedSpan | None) -> Subject:
    if entry is not None:
        subject = subject_of_entry(
            CreditEntry.objects.select_related("lawyer", "reversed_by").get(pk=entry.pk)
        )
        if subject.kind == Correction.Kind.RESTORE and (refusal := registries.why_not_give_back(entry)):
            raise UnableToCorrect(refusal)
        return subject
    assert span is not None  # noqa: S101 - the database allows a correction of one thing only
    return subject_of_span(span)


def _post(correction: Correction, *, checker: Account, at: datetime) -> CreditEntry:
    original = correction.entry
    assert original is not None  # noqa: S101 - as above
    fields = {name: getattr(original, name) for name in REPEATED}
    is_reversal = correction.kind == Correction.Kind.REVERSE
    entry = CreditEntry(
        **fields,
        hours=-original.hours,
        reverses=original if is_reversal else None,
        renews=None if is_reversal else original,
        reason=correction.reason,
        maker=correction.proposed_by,
        checker=checker,
    )
    ledgers.append(entry, ledger=original.ledger, at=at)
    verb = "reversed" if is_reversal else "gave back"
    audit.record(verb, object_type="credit entry", object_key=str(original), by=checker, at=at)
    if not is_reversal:
        registries.count_again(entry)
        complete_courses(lawyer_id=entry.lawyer_id, lecture_id=entry.lecture_id, at=at)
    return entry


def may_correct(account: Account, lawyer: Lawyer, *, at: datetime) -> bool:
    """Tell whether an officer may propose corrections of a lawyer's hours."""
    return lawyer.account_id != account.pk and may(
        account, Act.CORRECT_HOURS, on=localdate(at), association=lawyer.association
    )
