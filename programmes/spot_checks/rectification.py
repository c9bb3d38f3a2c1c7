"""Writes about findings (抽查结果) and their mending (整改): found, replied to, accepted by another person."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from courses import api as courses
from programmes.quotas import queries as quotas
from programmes.quotas import reversals
from programmes.quotas.models import Reversal
from programmes.quotas.reversals import UnableToReverse
from programmes.spot_checks import queries, rules
from programmes.spot_checks.models import Answer, CallingOff, CheckPhoto, Finding, Reply, Sampled, SpotCheck
from qianchang.groundwork import audit
from qianchang.people import notices
from qianchang.people.models import Account, Association
from qianchang.people.officers import officers_who
from qianchang.people.permissions import Act, require


class UnableToRecordFinding(Exception):
    """The finding cannot be recorded by this person now; the message says why. Nothing was changed."""


class UnableToReply(Exception):
    """The reply cannot be sent by this person now; the message says why. Nothing was changed."""


class UnableToAnswer(Exception):
    """The reply cannot be answered by this person now; the message says why. Nothing was changed."""


@transaction.atomic
def record_finding(
    *,
    sampled: Sampled,
    outcome: str,
    kind: str = "",
    words: str = "",
    addressee: Association | None = None,
    deadline_date: date | None = None,
    photo: bytes = b"",
    by: Account,
    at: datetime,
) -> Finding:
    """Record what was found of a drawn session, once. A fault says what is wrong, which side mends it, and by when.
    `photo` is a JPEG of our own making (photos.repainted). The same finding by the same person again returns the first.

    Raises UnableToRecordFinding, or PermissionDenied for anybody but an officer of the checking side.
    """
    today, check = localdate(at), sampled.drawing.spot_check
    require(by, Act.SPOT_CHECK, on=today, association=check.association)
    SpotCheck.objects.select_for_update().get(pk=check.pk)
    words = words.replace("\x00", "").strip()
    faulty = outcome == Finding.Outcome.FAULTY
    said = {
        "outcome": outcome,
        "kind": kind if faulty else "",
        "words": words,
        "addressee": addressee if faulty else None,
        "deadline_date": deadline_date if faulty else None,
    }
    before = _same_as_before(sampled, said, by=by)
    if before is not None:
        return before
    if CallingOff.objects.filter(spot_check=check).exists():
        raise UnableToRecordFinding(_("This check was called off. Nothing was changed."))
    if by.pk in _hands_of(sampled):
        raise UnableToRecordFinding(
            _("You entered, held or confirmed this session yourself, so a colleague has to check it.")
        )
    if faulty:
        _refuse_half_a_fault(sampled, kind, words, addressee, deadline_date, today=today)
    elif outcome != Finding.Outcome.IN_ORDER:
        raise UnableToRecordFinding(_("Say whether the session is in order or faulty."))
    finding = Finding.objects.create(sampled=sampled, found_by=by, found_at=at, **said)
    _keep_photo(photo, finding=finding)
    audit.record(
        "recorded finding",
        object_type="spot check",
        object_key=f"{check.code}/{sampled.rank}",
        by=by,
        at=at,
        state=outcome,
        fault=kind if faulty else None,
        until=deadline_date.isoformat() if faulty and deadline_date else None,
    )
    if faulty and addressee is not None and deadline_date is not None:
        officers = officers_who(Act.SPOT_CHECK, [addressee], on=today)
        _tell("finding_made", f"{finding.pk}", officers, sampled, at=at, date=deadline_date.isoformat())
    return finding


@transaction.atomic
def reply_to_finding(*, finding: Finding, words: str, photo: bytes = b"", by: Account, at: datetime) -> Reply:
    """Say what was mended, or why nothing had to be, for the side that the finding names; not by whoever found it. The
    same reply again returns the one that waits.

    Raises UnableToReply, or PermissionDenied.
    """
    today, sampled = localdate(at), finding.sampled
    check = sampled.drawing.spot_check
    if finding.addressee is None:
        raise UnableToReply(_("This session is in order: there is nothing to mend."))
    require(by, Act.SPOT_CHECK, on=today, association=finding.addressee)
    if not queries.viewer_of(by, on=today).speaks_for(finding.addressee_id):
        raise UnableToReply(_("The association that the finding names replies to it. Nothing was changed."))
    SpotCheck.objects.select_for_update().get(pk=check.pk)
    if finding.found_by_id == by.pk:
        raise UnableToReply(_("You recorded this finding yourself, so a colleague has to reply to it."))
    words = words.replace("\x00", "").strip()
    if not words:
        raise UnableToReply(_("Say what was mended, or why there is nothing to mend."))
    replies = list(finding.replies.select_related("answer").order_by("number"))
    if replies:
        last = replies[-1]
        answer = getattr(last, "answer", None)
        if answer is None and (last.words, last.replied_by_id) == (words, by.pk):
            return last
        if answer is None:
            raise UnableToReply(
                _("%(name)s has replied already; the checking side looks at it first. Nothing was changed.")
                % {"name": last.replied_by}
            )
        if answer.outcome != Answer.Outcome.NOT_ENOUGH:
            raise UnableToReply(_("This finding is settled. Nothing was changed."))
    reply = Reply.objects.create(
        finding=finding,
        number=len(replies) + 1,
        words=words,
        found_by_id=finding.found_by_id,
        replied_by=by,
        replied_at=at,
    )
    _keep_photo(photo, reply=reply)
    audit.record(
        "replied to finding",
        object_type="spot check",
        object_key=f"{check.code}/{sampled.rank}",
        by=by,
        at=at,
    )
    names = {"association": finding.addressee.name_zh, "association_en": finding.addressee.name_en}
    _tell("rectification_answered", f"{reply.pk}", [finding.found_by_id], sampled, at=at, **names)
    return reply


@transaction.atomic
def answer_reply(
    *,
    reply: Reply,
    outcome: str,
    words: str = "",
    new_deadline_date: date | None = None,
    by: Account,
    at: datetime,
) -> Answer:
    """Accept a reply, or send it back with a new day, for the checking side; never by whoever replied. The same answer by
    the same person again returns the first.

    Raises UnableToAnswer, or PermissionDenied.
    """
    today, finding = localdate(at), reply.finding
    sampled, check = finding.sampled, finding.sampled.drawing.spot_check
    require(by, Act.SPOT_CHECK, on=today, association=check.association)
    SpotCheck.objects.select_for_update().get(pk=check.pk)
    if reply.replied_by_id == by.pk:
        raise UnableToAnswer(_("You wrote this reply yourself, so a colleague has to look at it."))
    words = words.replace("\x00", "").strip()
    not_enough = outcome == Answer.Outcome.NOT_ENOUGH
    new_deadline_date = new_deadline_date if not_enough else None
    before = Answer.objects.filter(reply=reply).first()
    if before is not None:
        if (before.answered_by_id, before.outcome, before.words) == (by.pk, outcome, words):
            return before
        raise UnableToAnswer(
            _("%(name)s has answered this reply already. Nothing was changed.") % {"name": before.answered_by}
        )
    if outcome not in Answer.Outcome.values:
        raise UnableToAnswer(_("Say whether it is mended, explained or not enough."))
    if not_enough:
        _refuse_half_an_answer(words, new_deadline_date, today=today)
    answer = Answer.objects.create(
        reply=reply,
        outcome=outcome,
        words=words,
        new_deadline_date=new_deadline_date,
        replied_by_id=reply.replied_by_id,
        answered_by=by,
        answered_at=at,
    )
    audit.record(
        "answered rectification",
        object_type="spot check",
        object_key=f"{check.code}/{sampled.rank}",
        by=by,
        at=at,
        state=outcome,
        until=new_deadline_date.isoformat() if new_deadline_date else None,
    )
    if new_deadline_date is not None and finding.addressee is not None:
        officers = officers_who(Act.SPOT_CHECK, [finding.addressee], on=today)
        key = f"{finding.pk}:{reply.number}"
        _tell("finding_made", key, officers, sampled, at=at, date=new_deadline_date.isoformat())
    return answer


def propose_reversal(*, sampled: Sampled, by: Account, at: datetime) -> Reversal:
    """Propose to take a session back in which a fault was found, with the finding as the reason; somebody else decides.

    Raises reversals.UnableToReverse, or PermissionDenied.
    """
    finding = queries.finding_of(sampled)
    if finding is None or finding.outcome != Finding.Outcome.FAULTY:
        raise UnableToReverse(_("Only a session in which a fault was found is taken back from here."))
    reason = _("Spot check %(code)s: %(words)s") % {
        "code": sampled.drawing.spot_check.code,
        "words": finding.words,
    }
    return reversals.propose_reversal(entry=sampled.line.entry, reason=reason, by=by, at=at)


def _same_as_before(sampled: Sampled, said: Mapping[str, object], *, by: Account) -> Finding | None:
    """Return the finding that somebody recorded in the same words; raise where there is another one."""
    before = Finding.objects.filter(sampled=sampled).first()
    if before is None:
        return None
    if before.found_by_id == by.pk and all(getattr(before, name) == value for name, value in said.items()):
        return before
    raise UnableToRecordFinding(
        _("%(name)s has recorded a finding for this session already. Nothing was changed.")
        % {"name": before.found_by}
    )


def _hands_of(sampled: Sampled) -> set[int]:
    """Return who had a hand in a session: nobody checks what they entered, held or confirmed."""
    fact = courses.session_fact(sampled.line.code)
    decided = quotas.last_decisions([fact.id]).get(fact.id)
    hands = {fact.entered_by_id, fact.held_by_id, decided.decided_by_id if decided else None}
    return {each for each in hands if each is not None}


def _refuse_half_a_fault(
    sampled: Sampled,
    kind: str,
    words: str,
    addressee: Association | None,
    deadline_date: date | None,
    *,
    today: date,
) -> None:
    entry = sampled.line.entry
    if kind not in Finding.Kind.values or not kind:
        raise UnableToRecordFinding(_("Choose the kind of fault."))
    if not words:
        raise UnableToRecordFinding(_("Say what is wrong, so that the other side can mend it."))
    if addressee is None or addressee.pk not in (entry.supporter_id, entry.beneficiary_id):
        raise UnableToRecordFinding(_("Choose which side of the session mends it."))
    if not _within(deadline_date, today):
        raise UnableToRecordFinding(_day_sentence())


def _refuse_half_an_answer(words: str, day: date | None, *, today: date) -> None:
    if not words:
        raise UnableToAnswer(_("Say what is still to be mended."))
    if not _within(day, today):
        raise UnableToAnswer(_day_sentence())


def _within(day: date | None, today: date) -> bool:
    first, last = rules.days_to_mend(today)
    return day is not None and first <= day <= last


def _day_sentence() -> str:
    return _("Set a day from tomorrow on, at most %(days)d days from now.") % {
        "days": rules.LATEST_DEADLINE_DAYS
    }


def _keep_photo(jpeg: bytes, *, finding: Finding | None = None, reply: Reply | None = None) -> None:
    if jpeg:
        CheckPhoto.objects.create(
            finding=finding,
            reply=reply,
            jpeg=jpeg,
            size_bytes=len(jpeg),
            sha256=hashlib.sha256(jpeg).hexdigest(),
        )


def _tell(
    event: str, key: str, officers: Iterable[int], sampled: Sampled, *, at: datetime, **words: str | int
) -> None:
    accounts = list(officers)
    told: dict[str, str | int] = {"number": sampled.line.code, **words}
    url = reverse("spot_checks:sampled", args=[sampled.drawing.spot_check.code, sampled.rank])
    notices.post_many(event=event, key=key, told=dict.fromkeys(accounts, told), at=at, link=url)
