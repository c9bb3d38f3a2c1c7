"""Taking a counted session back (冲正): one officer proposes it with a reason, another one carries it out or refuses.

What is carried out is a new entry of the ledger, posted in the open month with the month of the day held. Source:
product-design.md, section 3, four eyes: every change after a session is counted is a reversing entry, never an edit.
"""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from programmes.plans import moments
from programmes.quotas import freeing, rules, wording
from programmes.quotas.models import MonthClose, QuotaEntry, Reversal
from qianchang.groundwork import audit, ledgers
from qianchang.people import notices
from qianchang.people.models import Account
from qianchang.people.officers import officers_who
from qianchang.people.permissions import Act, associations_where, may, require

LONGEST_REASON = 500
# Of the original, a reversal repeats everything but the quantity and the month that it is posted in.
REPEATED = (
    "session_id",
    "plan_id",
    "target_id",
    "supporter_id",
    "beneficiary_id",
    "mode_code",
    "held_date",
    "effective_month",
    "reach",
    "rule_id",
)


class UnableToReverse(Exception):
    """The entry cannot be taken back, or not by this person; the message says why. Nothing was changed."""


class ReversalUnknown(Exception):
    """There is no such proposal, or it is none of this officer's: from outside both look the same."""


# --- Reads --------------------------------------------------------------------------------------------------


def reversals_seen_by(account: Account, *, on: date) -> QuerySet[Reversal]:
    """Return the proposals about sessions that an officer may propose to take back or decide on, those waiting first."""
    seen = Reversal.objects.select_related(
        "entry__session__lecture_version__lecture",
        "entry__plan__programme",
        "entry__supporter__parent__parent",
        "entry__supporter__region",
        "entry__beneficiary__parent__parent",
        "entry__beneficiary__region",
        "proposed_by",
        "decided_by",
        "posted",
    )
    mine = associations_where(account, Act.RETURN_SESSION, on=on)
    if mine is not None:
        seen = seen.filter(Q(entry__supporter__in=mine) | Q(entry__beneficiary__in=mine))
    return seen.order_by(F("decided_at").desc(nulls_first=True), "-proposed_at", "-pk")


def reversal_for(account: Account, pk: int, *, on: date) -> Reversal:
    """Return one proposal for an officer of either side. Raises ReversalUnknown."""
    found = reversals_seen_by(account, on=on).filter(pk=pk).first()
    if found is None:
        raise ReversalUnknown(pk)
    return found


def reversals_to_check(account: Account, *, on: date) -> list[Reversal]:
    """Return the proposals that wait for this officer as the second person, the oldest first."""
    mine = associations_where(account, Act.CLOSE_MONTH, on=on)
    if mine == []:
        return []
    waiting = reversals_seen_by(account, on=on).filter(state=Reversal.State.PROPOSED)
    waiting = waiting.exclude(proposed_by=account)
    if mine is not None:
        waiting = waiting.filter(entry__supporter__in=mine)
    closed = set(
        MonthClose.objects.filter(closed_by=account).values_list("plan", "supporter", "month")
        if waiting
        else ()
    )
    return [
        each
        for each in waiting.order_by("proposed_at", "pk")
        if (each.entry.plan_id, each.entry.supporter_id, each.entry.posted_month) not in closed
    ]


def why_not_check(reversal: Reversal, account: Account) -> str:
    """Return the sentence why an officer cannot be the second person of a proposal; empty when they can."""
    entry = reversal.entry
    close = MonthClose.objects.filter(
        plan=entry.plan_id, supporter=entry.supporter_id, month=entry.posted_month
    ).first()
    refusal = rules.refusal_to_check(
        proposed_by=reversal.proposed_by_id, closed_by=close.closed_by_id if close else None, by=account.pk
    )
    return str(wording.CHECK_REFUSALS[refusal]) if refusal else ""


def standing_entry(session: int, *, plan: int) -> QuotaEntry | None:
    """Return the entry by which a session counts under a plan, None where it does not."""
    return next((each for each in _standing(Q(session=session)) if each.plan_id == plan), None)


def entry_to_reverse(code: str) -> QuotaEntry | None:
    """Return the entry by which a session counts: of several plans, that of the first by its code in which no reversal
    waits, else of the first. None where it counts in none.
    """
    standing = list(_standing(Q(session__code=code)))
    waiting = Reversal.objects.filter(entry__in=standing, state=Reversal.State.PROPOSED)
    taken = set(waiting.values_list("entry", flat=True)) if len(standing) > 1 else set()
    return next((each for each in standing if each.pk not in taken), next(iter(standing), None))


def _standing(condition: Q) -> QuerySet[QuotaEntry]:
    standing = QuotaEntry.objects.filter(condition, reverses__isnull=True, reversed_by__isnull=True)
    sides = ("supporter__parent__parent", "beneficiary__parent__parent")
    return standing.select_related("plan", "session", *sides).order_by("plan__code")


# --- Writes -------------------------------------------------------------------------------------------------


@transaction.atomic
def propose_reversal(*, entry: QuotaEntry, reason: str, by: Account, at: datetime) -> Reversal:
    """Propose to take a counted session back, as the first person. The same again by the same person changes nothing
    and returns the proposal that waits.

    Raises UnableToReverse, or PermissionDenied for whoever is no officer of either side.
    """
    today = localdate(at)
    if not may(by, Act.RETURN_SESSION, on=today, association=entry.supporter):
        require(by, Act.RETURN_SESSION, on=today, association=entry.beneficiary)
    reason = _words(reason)
    if not reason:
        raise UnableToReverse(_("Say why the session does not count."))
    _refuse_reversed(entry)
    before = _open(entry)
    if before is not None and before.proposed_by_id == by.pk:
        return before
    try:
        with transaction.atomic():
            proposed = Reversal.objects.create(
                entry=entry, reason=reason, proposed_by=by, proposed_at=at, state=Reversal.State.PROPOSED
            )
    except IntegrityError as error:
        _refuse_reversed(entry)
        raise UnableToReverse(_("A reversal of this session waits already. Nothing was changed.")) from error
    audit.record(
        "proposed reversal",
        object_type="session",
        object_key=entry.session.code,
        by=by,
        at=at,
        reason=reason,
    )
    _tell_checkers(proposed, at=at)
    return proposed


@transaction.atomic
def approve_reversal(*, reversal: Reversal, by: Account, at: datetime) -> QuotaEntry:
    """Take a counted session back, as the second person: post the entry of -1 in the open month. Again by the same
    person changes nothing and returns the entry.

    Raises UnableToReverse, or PermissionDenied for whoever may not post a month of the supporting association.
    """
    locked, at = _locked(reversal, by=by, at=at)
    if locked.state == Reversal.State.POSTED and locked.decided_by_id == by.pk and locked.posted is not None:
        return locked.posted
    _refuse_to_check(locked, by)
    entry = locked.entry
    _refuse_reversed(entry)
    posted_month = _open_month(entry, at=at)
    posted = QuotaEntry(
        **{name: getattr(entry, name) for name in REPEATED},
        posted_month=posted_month,
        quantity=-1,
        reverses=entry,
        reason=locked.reason,
    )
    ledgers.append(posted, ledger=entry.ledger, at=at)
    _decide(locked, Reversal.State.POSTED, by=by, at=at, posted=posted)
    freeing.free(entry.session_id, by=by, at=at)
    audit.record(
        "reversed",
        object_type="quota entry",
        object_key=str(entry),
        by=by,
        at=at,
        reason=locked.reason,
        month=posted_month,
    )
    return posted


@transaction.atomic
def refuse_reversal(*, reversal: Reversal, answer: str, by: Account, at: datetime) -> Reversal:
    """Let a counted session stand, as the second person, with an answer. It can be proposed once more.

    Raises UnableToReverse, or PermissionDenied.
    """
    answer = _words(answer)
    if not answer:
        raise UnableToReverse(_("Say why the session counts all the same."))
    locked, at = _locked(reversal, by=by, at=at)
    if locked.state == Reversal.State.REFUSED and locked.decided_by_id == by.pk and locked.answer == answer:
        return locked
    _refuse_to_check(locked, by)
    _decide(locked, Reversal.State.REFUSED, by=by, at=at, answer=answer)
    audit.record(
        "refused reversal",
        object_type="session",
        object_key=locked.entry.session.code,
        by=by,
        at=at,
        reason=answer,
    )
    return locked


def _words(text: str) -> str:
    # PostgreSQL takes no null character in a text.
    return text.replace("\x00", "").strip()[:LONGEST_REASON]


def _open(entry: QuotaEntry) -> Reversal | None:
    return Reversal.objects.filter(entry=entry, state=Reversal.State.PROPOSED).first()


def _refuse_reversed(entry: QuotaEntry) -> None:
    if entry.reverses_id is not None or QuotaEntry.objects.filter(reverses=entry).exists():
        raise UnableToReverse(_("This entry is reversed already. Nothing was changed."))


def _locked(reversal: Reversal, *, by: Account, at: datetime) -> tuple[Reversal, datetime]:
    """Return a proposal as it stands now, while nobody else decides on it or closes a month of a plan of its session, and
    the moment of its turn.
    """
    entry = reversal.entry
    require(by, Act.CLOSE_MONTH, on=localdate(at), association=entry.supporter)
    at = moments.in_turn(entry.plan_id, *freeing.plans_of(entry.session_id), at=at)
    found = Reversal.objects.select_for_update(of=("self",)).select_related(
        "entry__session", "entry__plan__programme", "entry__supporter", "entry__beneficiary", "posted"
    )
    return found.get(pk=reversal.pk), at


def _refuse_to_check(reversal: Reversal, by: Account) -> None:
    if reversal.state != Reversal.State.PROPOSED:
        raise UnableToReverse(
            _("%(name)s decided on this already. Nothing was changed.") % {"name": reversal.decided_by}
        )
    refusal = why_not_check(reversal, by)
    if refusal:
        raise UnableToReverse(refusal)


def _open_month(entry: QuotaEntry, *, at: datetime) -> str:
    closes = MonthClose.objects.filter(plan=entry.plan_id, supporter=entry.supporter_id)
    return rules.open_month(
        rules.month_of(localdate(at)), closed=list(closes.values_list("month", flat=True))
    )


def _decide(
    reversal: Reversal,
    state: Reversal.State,
    *,
    by: Account,
    at: datetime,
    answer: str = "",
    posted: QuotaEntry | None = None,
) -> None:
    reversal.state, reversal.decided_by, reversal.decided_at = state, by, at
    reversal.answer, reversal.posted = answer, posted
    reversal.save(update_fields=["state", "decided_by", "decided_at", "answer", "posted"])
    notices.post(
        event="reversal_decided",
        account=reversal.proposed_by,
        at=at,
        key=str(reversal.pk),
        link=reverse("quotas:reversal", args=[reversal.pk]),
        code=reversal.entry.session.code,
        taken_back=int(posted is not None),
        answer=answer,
    )


def _tell_checkers(reversal: Reversal, *, at: datetime) -> None:
    entry = reversal.entry
    told = officers_who(Act.CLOSE_MONTH, [entry.supporter], on=localdate(at))
    notices.post_many(
        event="reversal_proposed",
        key=str(reversal.pk),
        told={
            account: {"code": entry.session.code, "reason": reversal.reason}
            for account in told
            if account != reversal.proposed_by_id
        },
        at=at,
        link=reverse("quotas:reversal", args=[reversal.pk]),
    )
