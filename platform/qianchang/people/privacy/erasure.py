"""Erasing a person: asked for by the person, who has some days to think again, or by two people of the association.

What is erased and what stays under a number stands with each table (personal_data). Decision: docs/decisions/0018.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from qianchang.groundwork import audit, personal_data, sweeping
from qianchang.groundwork.personal_data import Subject
from qianchang.people import walls
from qianchang.people.models import Account, ErasureRequest, Lawyer
from qianchang.people.notices.posting import post
from qianchang.people.permissions import Act, may
from qianchang.people.privacy import search_index
from qianchang.people.privacy.subjects import LAWYER, is_borne_by_others, is_distinctive, subject_of
from qianchang.people.unmasking import plain_reason

log = logging.getLogger(__name__)

# Left over for a person to look at: that many places are named, more would help nobody.
MOST_PLACES = 50


class UnableToErase(Exception):
    """The erasure cannot be asked for or carried out. The message is a sentence for whoever asks."""


class ErasureUnknown(Exception):
    """There is no such request, or it is not this account's to see: from outside both look the same."""


@transaction.atomic
def ask_for_own(*, account: Account, at: datetime) -> ErasureRequest:
    """Enter the wish of a person to be erased, and return it: it is carried out ERASURE_DAYS later. Asking again returns
    the first. Raises UnableToErase for whoever holds an office: it is handed over first.
    """
    Account.objects.select_for_update().get(pk=account.pk)
    lawyer = Lawyer.objects.filter(account=account).first()
    known = _open_request(lawyer, account)
    if known is not None:
        return known
    _refuse_with_office(account, at=at)
    if lawyer is not None:
        # A colleague may propose it at the same moment.
        Lawyer.objects.select_for_update(of=("self",)).get(pk=lawyer.pk)
        known = _open_request(lawyer, account)
        if known is not None:
            return known
    request = ErasureRequest.objects.create(
        lawyer=lawyer,
        account=account,
        own_wish=True,
        requested_by=account,
        requested_at=at,
        due_at=at + timedelta(days=settings.ERASURE_DAYS),
    )
    _record("asked to be erased", request, by=account, at=at)
    return request


@transaction.atomic
def propose(*, lawyer: Lawyer, reason: str, by: Account, at: datetime) -> ErasureRequest:
    """Enter that an officer wants a lawyer of the own roster erased, with the reason; a second one carries it out. A lawyer
    who signs in here is told, and can say no for ERASURE_DAYS.

    Raises UnableToErase (also while a question of the lawyer about hours waits for its answer), unmasking.ReasonMissing, or
    PermissionDenied for whoever may not change the roster.
    """
    _require_officer(lawyer, by, at=at)
    said = plain_reason(reason)
    Lawyer.objects.select_for_update(of=("self",)).get(pk=lawyer.pk)
    if lawyer.erased_at is not None:
        raise UnableToErase(_("This person has been erased already."))
    if _open_request(lawyer, lawyer.account) is not None:
        raise UnableToErase(_("The erasure of this person has been asked for already."))
    if lawyer.account is not None:
        _refuse_with_office(lawyer.account, at=at)
    _refuse_with_pending(lawyer)
    hears = lawyer.account is not None and lawyer.account.is_active
    request = ErasureRequest.objects.create(
        lawyer=lawyer,
        account=lawyer.account,
        own_wish=False,
        reason=said,
        requested_by=by,
        requested_at=at,
        due_at=at + timedelta(days=settings.ERASURE_DAYS if hears else 0),
    )
    if lawyer.account is not None and hears:
        post(
            event="erasure_proposed",
            account=lawyer.account,
            at=at,
            key=str(request.pk),
            link=reverse("privacy:erase_me"),
            association=lawyer.association.name_zh,
            date=str(localdate(request.due_at)),
        )
    _record("proposed erasure", request, by=by, at=at)
    return request


@transaction.atomic
def withdraw(*, request: ErasureRequest, by: Account, at: datetime) -> ErasureRequest:
    """Take a wish back, or the proposal of an officer. Doing it again changes nothing. Raises ErasureUnknown for anybody
    but the person, or the officers of the association, and UnableToErase once it is carried out.
    """
    locked = _locked(request)
    if locked.own_wish and locked.account_id != by.pk:
        raise ErasureUnknown(request.pk)
    if not locked.own_wish and not _is_officer_for(locked, by, at=at):
        raise ErasureUnknown(request.pk)
    if locked.state == ErasureRequest.State.WITHDRAWN:
        return locked
    if not locked.is_open:
        raise UnableToErase(_("It has been carried out already."))
    return _close(locked, ErasureRequest.State.WITHDRAWN, by=by, at=at, verb="took erasure back")


@transaction.atomic
def refuse(*, request: ErasureRequest, by: Account, at: datetime) -> ErasureRequest:
    """Say no to the proposal of a colleague, or as the person whom it is about. Raises ErasureUnknown or UnableToErase."""
    locked = _locked(request)
    if locked.own_wish or (locked.account_id != by.pk and not _is_officer_for(locked, by, at=at)):
        raise ErasureUnknown(request.pk)
    if not locked.is_open:
        raise UnableToErase(_("It has been answered already."))
    return _close(locked, ErasureRequest.State.REFUSED, by=by, at=at, verb="refused erasure")


@transaction.atomic
def carry_out(*, request: ErasureRequest, by: Account | None, at: datetime) -> ErasureRequest:
    """Erase the person of a request from every table and file, and return the request with what was touched. Doing it
    again changes nothing. `by` is None for a wish whose days are over.

    Raises ErasureUnknown for whoever may not, UnableToErase before the days are over, for the one who proposed it, for
    whoever would erase their own row, and where the person holds an office by now.
    """
    locked = _locked(request)
    if locked.state == ErasureRequest.State.DONE and _may_read(locked, by, at=at):
        return locked
    _refuse_to_carry_out(locked, by=by, at=at)
    lawyer = locked.lawyer
    # The account of today: a slip may have opened one since, or an administrator another.
    account = locked.account or (lawyer.account if lawyer else None)
    if account is not None:
        Account.objects.select_for_update().get(pk=account.pk)
        _refuse_with_office(account, at=at)
    if lawyer is not None and not locked.own_wish:
        _refuse_with_pending(lawyer)
    subject = subject_of(lawyer=lawyer, account=account)
    locked.outcome = erase_subject(subject, at=at)
    locked.state = ErasureRequest.State.DONE
    locked.reason = personal_data.ERASED if locked.reason else ""
    locked.decided_by, locked.decided_at = by, at
    locked.save(update_fields=["state", "reason", "outcome", "decided_by", "decided_at"])
    _record("erased a person", locked, by=by, at=at)
    return locked


def erase_subject(subject: Subject, *, at: datetime) -> dict[str, Any]:
    """Erase a subject from every declared table, its words from free text, and return what was touched and where the name
    still stands, because somebody else bears it. Its caller holds the transaction.
    """
    with walls.as_platform(
        "an erasure reaches what only the platform may see: others of the same name, and every table"
    ):
        return _erase_everywhere(subject, at=at)


def _erase_everywhere(subject: Subject, *, at: datetime) -> dict[str, Any]:
    alone = [name for name in subject.names if not is_borne_by_others(name, subject)]
    # Whoever stands on no roster may have an account that is called like an office.
    certain = [name for name in alone if is_distinctive(name) and (LAWYER in subject.rows or "@" in name)]
    doubtful = [name for name in alone if name not in certain]
    touched = personal_data.erase(subject, at=at)
    words = [*subject.identifiers, *certain]
    swept = sweeping.sweep(words)
    for model, count in sweeping.sweep(doubtful, sparing=True).items():
        swept[model] = swept.get(model, 0) + count
    search_index.reindexed_without([*words, *doubtful])
    left = [
        {"model": place.model, "column": place.column, "key": place.key}
        for place in sweeping.places_of(
            [name for name in subject.names if name not in certain], most=MOST_PLACES
        )
    ]
    return {"touched": touched, "swept": swept, "left": left}


@transaction.atomic
def erase_account(subject: Subject, *, at: datetime) -> int:
    """Erase what an account says of a person, where it was closed for as long as the settings say: the row of the roster
    stays. Returns 1, or 0 if nothing was left to erase.
    """
    outcome = erase_subject(subject, at=at)
    if not outcome["touched"]:
        return 0
    audit.record(
        "erased a closed account",
        object_type="account",
        object_key=str(subject.rows["people.account"]),
        by=None,
        at=at,
        rows=sum(outcome["touched"].values()),
    )
    return 1


def carry_out_due(*, at: datetime) -> int:
    """Carry out every wish whose days are over, and return how many that were. One transaction each: one that cannot be
    carried out, because the person was given an office meanwhile, waits and holds no other up.
    """
    due = ErasureRequest.objects.filter(
        state=ErasureRequest.State.WAITING, own_wish=True, due_at__lte=at
    ).order_by("due_at")
    done = 0
    for request in due:
        try:
            carry_out(request=request, by=None, at=at)
        except UnableToErase as refusal:
            log.warning("erasure %s is due and waits: %s", request.pk, refusal)
        except Exception:
            log.exception("erasure %s is due and failed", request.pk)
        else:
            done += 1
    return done


def may_decide(request: ErasureRequest, account: Account, *, at: datetime) -> bool:
    """Tell whether an account may carry a proposal out: another officer of the association, never the person."""
    return (
        request.is_open
        and not request.own_wish
        and request.requested_by_id != account.pk
        and request.account_id != account.pk
        and _is_officer_for(request, account, at=at)
    )


def _refuse_to_carry_out(request: ErasureRequest, *, by: Account | None, at: datetime) -> None:
    if not request.is_open:
        raise UnableToErase(_("It has been answered already."))
    if request.own_wish:
        if by is not None:
            raise ErasureUnknown(request.pk)
        if at < request.due_at:
            raise UnableToErase(_("The days in which it can be taken back are not over."))
        return
    if by is None or not _is_officer_for(request, by, at=at):
        raise ErasureUnknown(request.pk)
    if at < request.due_at:
        raise UnableToErase(
            _("The person was told and can still say no. Carry it out when the days are over.")
        )
    if by.pk == request.requested_by_id:
        raise UnableToErase(_("You proposed it, so a colleague has to carry it out."))
    if request.lawyer is not None and by.pk in (request.account_id, request.lawyer.account_id):
        raise UnableToErase(_("This is you. Ask for it under Settings, My data."))


def _refuse_with_office(account: Account, *, at: datetime) -> None:
    today = localdate(at)
    held = account.role_grants.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=today))
    if held.exclude(role="expert").exists():
        raise UnableToErase(_("An office is held under this account. End its roles first, then erase."))


def _refuse_with_pending(lawyer: Lawyer) -> None:
    """What was asked is answered first: nobody gets rid of a question by erasing whoever asked."""
    with walls.as_platform("an erasure asks what waits in every table"):
        waiting = personal_data.pending(subject_of(lawyer=lawyer, account=lawyer.account))
    if waiting:
        raise UnableToErase(
            _("A question of this person about hours, or a correction, is not answered yet. Answer it first.")
        )


def _may_read(request: ErasureRequest, account: Account | None, *, at: datetime) -> bool:
    return account is None or _is_officer_for(request, account, at=at)


def _require_officer(lawyer: Lawyer, account: Account, *, at: datetime) -> None:
    if lawyer.account_id == account.pk or not may(
        account, Act.IMPORT_ROSTER, on=localdate(at), lawyer=lawyer
    ):
        raise PermissionDenied(Act.IMPORT_ROSTER.value)


def _is_officer_for(request: ErasureRequest, account: Account, *, at: datetime) -> bool:
    return request.lawyer is not None and may(
        account, Act.IMPORT_ROSTER, on=localdate(at), lawyer=request.lawyer
    )


def _open_request(lawyer: Lawyer | None, account: Account | None) -> ErasureRequest | None:
    about = Q()
    if lawyer is not None:
        about |= Q(lawyer=lawyer)
    if account is not None:
        about |= Q(account=account)
    return ErasureRequest.objects.filter(about, state=ErasureRequest.State.WAITING).first()


def _locked(request: ErasureRequest) -> ErasureRequest:
    rows = ErasureRequest.objects.select_for_update(of=("self",)).select_related(
        "lawyer__association", "lawyer__firm", "account"
    )
    return rows.get(pk=request.pk)


def _close(
    request: ErasureRequest, state: ErasureRequest.State, *, by: Account, at: datetime, verb: str
) -> ErasureRequest:
    request.state, request.decided_by, request.decided_at = state, by, at
    request.save(update_fields=["state", "decided_by", "decided_at"])
    _record(verb, request, by=by, at=at)
    return request


def _record(verb: str, request: ErasureRequest, *, by: Account | None, at: datetime) -> None:
    audit.record(
        verb,
        object_type="erasure",
        object_key=str(request.pk),
        by=by,
        at=at,
        rows=sum(request.outcome.get("touched", {}).values()) if request.outcome else None,
    )
