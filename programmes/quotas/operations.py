"""Writes about counting: a session's way from its plan to the ledger."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from courses import api as courses
from courses.api import SessionFact
from programmes.plans import moments
from programmes.plans import operations as plan_operations
from programmes.plans import queries as plans
from programmes.plans import rules as plan_rules
from programmes.plans.models import Plan
from programmes.plans.operations import Loaded
from programmes.quotas import freeing, months, queries, rules, wording
from programmes.quotas.models import Decision, MonthClose, QuotaEntry, QuotaRule, SessionTarget
from qianchang.groundwork import audit, ledgers
from qianchang.people import operations as people
from qianchang.people.models import Account, Association, Jurisdiction
from qianchang.people.permissions import Act, may, require

# In force before anything that the platform counts.
DEFAULT_RULE_DATE = date(2012, 1, 1)


class UnableToAttach(Exception):
    """The plan owes nothing that this session could stand on; the message says so."""


class UnableToConfirm(Exception):
    """The session cannot be confirmed by this person now; the message says why. Nothing was changed."""


class UnableToReturn(Exception):
    """The session cannot be sent back now; the message says why. Nothing was changed."""


class UnableToCloseMonth(Exception):
    """The month cannot be closed now; the message says why. Nothing was changed."""


@dataclass(frozen=True)
class Closed:
    """A closed month, and what this call posted: nothing, where it was closed before (`again`)."""

    close: MonthClose
    entries: tuple[QuotaEntry, ...]
    again: bool = False


@transaction.atomic
def ensure_default_rule(*, at: datetime, by: Account | None = None) -> QuotaRule:
    """Make sure that the national rule stands: 45 minutes at least, closed on the last day (domain.md); and its second
    version, under which a DVD counts only with the papers of its discs. That begins with the month after the one in which
    it was first loaded, so that no month that was begun is judged by two rules.
    """
    national = people.ensure_jurisdiction(
        code=Jurisdiction.DEFAULT_CODE, name_zh="全国", name_en="National", by=by, at=at
    )
    rule, entered = QuotaRule.objects.get_or_create(
        jurisdiction=national, version=1, defaults={"effective_date": DEFAULT_RULE_DATE}
    )
    if entered:
        audit.record("entered", object_type="quota rule", object_key=str(rule), by=by, at=at)
    with_discs = rules.first_day(rules.next_month(rules.month_of(localdate(at))))
    second, entered = QuotaRule.objects.get_or_create(
        jurisdiction=national,
        version=2,
        defaults={
            "effective_date": with_discs,
            "minimum_minutes": rule.minimum_minutes,
            "close_days_before_month_end": rule.close_days_before_month_end,
            "dvd_needs_evidence": True,
        },
    )
    if entered:
        audit.record("entered", object_type="quota rule", object_key=str(second), by=by, at=at)
    return rule


@transaction.atomic
def load_programmes(*, at: datetime, by: Account | None = None) -> Loaded:
    """Load what the documents say, and the national rule under which sessions count. Doing it again changes
    nothing.

    Raises programmes.plans.operations.UnableToLoadFacts when the facts contradict themselves.
    """
    loaded = plan_operations.load_facts(by=by, at=at)
    ensure_default_rule(by=by, at=at)
    return loaded


@transaction.atomic
def schedule_session(
    *,
    plan: Plan,
    lecture_id: int,
    mode_code: str,
    supporter: Association,
    beneficiary: Association,
    date: date,
    place: str = "",
    by: Account,
    at: datetime,
) -> SessionFact:
    """Schedule a session and put it on its line of a plan. Either side may: whoever enters it cannot confirm
    it.

    Raises UnableToAttach, courses.api.UnableToSchedule, or PermissionDenied.
    """
    # Before the session, so that whoever enters sessions on a plan takes the locks in one order.
    moments.in_turn(plan.pk, at=at)
    session = courses.schedule_session(
        lecture=lecture_id,
        mode_code=mode_code,
        supporter=supporter,
        beneficiary=beneficiary,
        date=date,
        place=place,
        by=by,
        at=at,
    )
    fact = courses.session_fact(session.code)
    attach_session(session=fact, plan=plan, by=by, at=at)
    return fact


@transaction.atomic
def attach_session(*, session: SessionFact, plan: Plan, by: Account | None, at: datetime) -> SessionTarget:
    """Put a session on the one line of a plan that it stands on: the most specific assigned target. Meanwhile nobody gives
    that one another meaning.

    Raises UnableToAttach when the plan assigns nothing there.
    """
    moments.in_turn(plan.pk, at=at)
    sides = queries.associations([session.supporter_id, session.beneficiary_id])
    supporter, beneficiary = sides[session.supporter_id], sides[session.beneficiary_id]
    targets = plans.targets([plan], supporter_id=supporter.pk)
    line = plan_rules.line_for(
        [plans.line_of(target) for target in targets],
        supporter=supporter.code,
        beneficiary=beneficiary.code,
        year=session.date.year,
        mode=session.mode_code,
    )
    if line is None:
        raise UnableToAttach(
            _("%(plan)s assigns no sessions of %(supporter)s to %(region)s. Choose another region.")
            % {
                "plan": plan,
                "supporter": wording.association_name(supporter),
                "region": wording.region_of(beneficiary),
            }
        )
    target = next(target for target in targets if target.key == line.key)
    row, entered = SessionTarget.objects.get_or_create(
        session_id=session.id, plan=plan, defaults={"target": target}
    )
    if entered:
        audit.record(
            "attached",
            object_type="session",
            object_key=session.code,
            by=by,
            at=at,
            plan=plan.code,
            target=target.key,
        )
    return row


@transaction.atomic
def hold_session(*, session: SessionFact, by: Account, at: datetime) -> None:
    """Record a session as held, for the supporting side.

    Raises courses.api.UnableToHold when evidence is missing, or PermissionDenied.
    """
    row = SessionTarget.objects.select_related("session").filter(session=session.id).first()
    if row is None:
        raise courses.UnableToHold(_("This session stands on no plan."))
    courses.record_held(session=row.session, by=by, at=_in_turn(session, at=at))


@transaction.atomic
def confirm_session(*, session: SessionFact, by: Account, at: datetime) -> Decision:
    """Confirm for the beneficiary side that a session was held. Never done automatically, never by who
    entered or held it.

    Raises UnableToConfirm, or PermissionDenied for anybody but an officer of the beneficiary.
    """
    require(by, Act.CONFIRM_SESSION, on=localdate(at), association=_association(session.beneficiary_id))
    at = _in_turn(session, at=at)
    row, fact = _locked(session)
    if row is None:
        raise UnableToConfirm(_("This session stands on no plan."))
    refusal = rules.refusal_to_confirm(
        row.state, entered_by=fact.entered_by_id, held_by=fact.held_by_id, by=by.pk
    )
    if refusal is not None:
        raise UnableToConfirm(str(wording.CONFIRM_REFUSALS[refusal]))
    try:
        with transaction.atomic():
            decision = Decision.objects.create(
                session_id=fact.id, outcome=Decision.Outcome.CONFIRMED, decided_by=by, decided_at=at
            )
    except IntegrityError as error:
        raise UnableToConfirm(
            str(wording.CONFIRM_REFUSALS[rules.ConfirmRefusal.ALREADY_CONFIRMED])
        ) from error
    audit.record("confirmed", object_type="session", object_key=fact.code, by=by, at=at)
    return decision


@transaction.atomic
def return_session(*, session: SessionFact, reason: str, by: Account, at: datetime) -> Decision:
    """Send a held session back with a reason, for either side. It can be confirmed once it is mended.

    Raises UnableToReturn, or PermissionDenied.
    """
    sides = queries.associations([session.supporter_id, session.beneficiary_id])
    if not may(by, Act.RETURN_SESSION, on=localdate(at), association=sides[session.supporter_id]):
        require(by, Act.RETURN_SESSION, on=localdate(at), association=sides[session.beneficiary_id])
    # PostgreSQL takes no null character in a text.
    reason = reason.replace("\x00", "").strip()
    if not reason:
        raise UnableToReturn(_("Say what has to be mended, so that the other side can do it."))
    at = _in_turn(session, at=at)
    row, fact = _locked(session)
    if row is None or not rules.may_return(row.state):
        raise UnableToReturn(
            _("Only a session that is held and waits for confirmation can be returned. Nothing was changed.")
        )
    decision = Decision.objects.create(
        session_id=fact.id, outcome=Decision.Outcome.RETURNED, reason=reason, decided_by=by, decided_at=at
    )
    audit.record("returned", object_type="session", object_key=fact.code, by=by, at=at, reason=reason)
    return decision


@transaction.atomic
def close_month(*, plan: Plan, supporter: Association, month: str, by: Account, at: datetime) -> Closed:
    """Close a supporter's month: post one entry for every confirmed session held up to its end that is not
    posted yet. A late one keeps its own month as `effective_month`. Closing again posts nothing and returns
    the first close. The moment of the close is that of its turn: never before a report that was kept meanwhile.

    Raises UnableToCloseMonth, ValueError for a month not like 2026-10, or PermissionDenied.
    """
    require(by, Act.CLOSE_MONTH, on=localdate(at), association=supporter)
    ensure_default_rule(at=at)
    locked = {plan.pk} | freeing.plans_to_wait_for(plan.pk)
    at = moments.in_turn(*locked, at=at)
    as_it_stands = months.month(plan, supporter=supporter, month=month, on=localdate(at))
    if as_it_stands.closed is not None:
        return Closed(as_it_stands.closed, (), again=True)
    if as_it_stands.refusal:
        raise UnableToCloseMonth(as_it_stands.refusal)
    close = MonthClose.objects.create(plan=plan, supporter=supporter, month=month, closed_by=by, closed_at=at)
    entries = tuple(_post(line, plan, supporter, month, at=at) for line in as_it_stands.counted)
    freeing.free_after_close(plan.pk, locked=locked, by=by, at=at)
    audit.record(
        "closed month",
        object_type="plan",
        object_key=plan.code,
        by=by,
        at=at,
        supporter=supporter.code,
        month=month,
        posted=len(entries),
    )
    return Closed(close, entries)


def _post(line: months.Line, plan: Plan, supporter: Association, month: str, *, at: datetime) -> QuotaEntry:
    entry = QuotaEntry(
        session_id=line.fact.id,
        plan=plan,
        target_id=line.target,
        supporter=supporter,
        beneficiary_id=line.fact.beneficiary_id,
        mode_code=line.fact.mode_code,
        held_date=line.fact.date,
        effective_month=line.effective_month,
        posted_month=month,
        quantity=1,
        reach=line.fact.reach,
        rule=line.rule,
    )
    return ledgers.append(entry, ledger=supporter.code, at=at)


def _association(number: int) -> Association:
    return Association.objects.select_related("parent__parent").get(pk=number)


def _in_turn(session: SessionFact, *, at: datetime) -> datetime:
    """Return the moment of what is said of a session now: after every report that was kept of its plans."""
    plans = SessionTarget.objects.filter(session=session.id).values_list("plan", flat=True)
    return moments.in_turn(*plans, at=at)


def _locked(session: SessionFact) -> tuple[queries.Row | None, SessionFact]:
    """Return a session as it stands now, while nobody else decides on it."""
    list(SessionTarget.objects.select_for_update().filter(session=session.id))
    return queries.row_of(session.code), courses.session_fact(session.code)
