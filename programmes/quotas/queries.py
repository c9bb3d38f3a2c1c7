"""Reads of sessions on their way to being counted. Every function takes the scope of whoever looks, or says
whose sessions it reads. Whether a session is counted is told by the ledger alone.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum

from programmes.plans.models import Plan
from programmes.quotas import rules
from programmes.quotas.models import Decision, QuotaEntry, QuotaRule, SessionTarget
from programmes.quotas.rules import State
from programmes.quotas.scope import Scope
from qianchang.people.models import Association, Jurisdiction


@dataclass(frozen=True)
class Row:
    """One session on a plan, with all that is counted of it."""

    session: int
    code: str
    plan: int
    target: int
    supporter: int
    beneficiary: int
    mode: str
    date: date
    state: State
    joint_event: str = ""


@dataclass(frozen=True)
class Filter:
    """Which sessions a list shows. Empty = any. `states` and `modes` are alternatives.

    With `posted_in` or `posted_until` (months) they are those behind a number of a report: of which entries were posted in
    that month, or which counted by what was posted up to it, as the ledger stood before a moment (`before`).
    """

    plan: str = ""
    supporter: str = ""
    beneficiary: str = ""
    year: int | None = None
    modes: tuple[str, ...] = ()
    states: tuple[State, ...] = ()
    posted_in: str = ""
    posted_until: str = ""
    before: datetime | None = None

    @property
    def of_entries(self) -> bool:
        """Whether the ledger says which sessions are meant."""
        return bool(self.posted_in or self.posted_until)

    @property
    def query(self) -> str:
        """The filter as the address of the list writes it."""
        parts = {
            "plan": self.plan,
            "supporter": self.supporter,
            "beneficiary": self.beneficiary,
            "year": str(self.year) if self.year else "",
            "mode": ",".join(self.modes),
            "state": ",".join(self.states),
            "posted": self.posted_in,
            "until": self.posted_until,
            "before": self.before.isoformat() if self.before and self.of_entries else "",
        }
        return urlencode({name: value for name, value in parts.items() if value}, safe=",")


def rows(condition: Q) -> list[Row]:
    """Return the sessions on plans that fulfil a condition on SessionTarget, by date: one query."""
    return [
        _row(values)
        for values in _with_state(SessionTarget.objects.filter(condition)).order_by("session__date", "pk")
    ]


def rows_of(plan: Plan, *, supporter: Association, beneficiaries: Collection[int] | None = None) -> list[Row]:
    """Return what a supporter gives under a plan (to some regions), in every state but cancelled."""
    condition = Q(plan=plan, session__supporter=supporter) & ~Q(session__state="cancelled")
    if beneficiaries is not None:
        condition &= Q(session__beneficiary__in=beneficiaries)
    return rows(condition)


def listed(scope: Scope, which: Filter) -> list[Row]:
    """Return the sessions that somebody sees and that pass a filter, newest first: one query."""
    condition = scope.sessions()
    if which.plan:
        condition &= Q(plan__code=which.plan)
    if which.supporter:
        condition &= Q(session__supporter__code=which.supporter)
    if which.beneficiary:
        condition &= Q(session__beneficiary__code=which.beneficiary)
    if which.year:
        condition &= Q(session__date__year=which.year)
    if which.modes:
        condition &= Q(session__mode__code__in=which.modes)
    if which.of_entries:
        sums = _sums(which)
        # Up to a month only what is left of a session counts; in a month each entry is a line of its own.
        sums = sums.exclude(net=0) if which.posted_until else sums
        condition &= Q(session__in=sums.values("session"))
    found = [row for row in rows(condition) if not which.states or row.state in which.states]
    return found[::-1]


def posted(which: Filter, *, sessions: Collection[int] | None = None) -> dict[int, int]:
    """Return what the entries behind a list of `Filter.of_entries` add up to, by session: one query."""
    sums = _sums(which)
    if sessions is not None:
        sums = sums.filter(session__in=sessions)
    return dict(sums.values_list("session", "net"))


def _sums(which: Filter) -> QuerySet[Any, Any]:
    entries = QuotaEntry.objects.filter(plan__code=which.plan)
    entries = (
        entries.filter(posted_month=which.posted_in)
        if which.posted_in
        else entries.filter(posted_month__lte=which.posted_until)
    )
    if which.before is not None:
        entries = entries.filter(recorded_at__lt=which.before)
    return entries.order_by().values("session").annotate(net=Sum("quantity"))


def row_of(code: str) -> Row | None:
    """Return one session by its code, on the first plan that it stands on, or None. No scope: the caller asks
    it.
    """
    return next(iter(rows_on_plans(code)), None)


def rows_on_plans(code: str) -> list[Row]:
    """Return one session by its code, once for each plan that it stands on. No scope: the caller asks it."""
    return rows(Q(session__code=code))


def associations(ids: Iterable[int]) -> dict[int, Association]:
    """Return associations with their regions and rules by number: one query."""
    found = Association.objects.select_related("region", "jurisdiction", "parent").in_bulk(set(ids))
    return dict(found)


def last_decisions(sessions: Iterable[int]) -> dict[int, Decision]:
    """Return the last word of the beneficiary side on each session: one query."""
    found: dict[int, Decision] = {}
    for decision in (
        Decision.objects.filter(session__in=set(sessions)).select_related("decided_by").order_by("pk")
    ):
        found[decision.session_id] = decision
    return found


def rules_of(beneficiaries: Mapping[int, Association], *, on: date) -> dict[int, QuotaRule]:
    """Return the rule of each beneficiary on a day: of its jurisdiction, else the national one, else the
    defaults of domain.md (45 minutes, closed on the last day), unsaved. One query.
    """
    versions = rule_versions()
    return {number: rule_in_force(versions, each, on=on) for number, each in beneficiaries.items()}


def rule_versions() -> list[QuotaRule]:
    """Return every version of every rule, in the order in which they come into force: one query."""
    versions = list(QuotaRule.objects.select_related("jurisdiction").order_by("effective_date", "version"))
    before: dict[int, QuotaRule] = {}
    for rule in versions:
        if rule.dvd_needs_evidence:
            earlier = before.get(rule.jurisdiction_id)
            rule.discs_from = (earlier.discs_from if earlier else None) or rule.effective_date
        before[rule.jurisdiction_id] = rule
    return versions


def rule_in_force(versions: Iterable[QuotaRule], beneficiary: Association, *, on: date) -> QuotaRule:
    """Return the rule of one beneficiary on a day, as `rules_of` does, of all versions; without a query."""
    newest = {rule.jurisdiction.code: rule for rule in versions if rule.effective_date <= on}
    national = newest.get(Jurisdiction.DEFAULT_CODE) or QuotaRule(version=0, effective_date=on)
    return newest.get(beneficiary.jurisdiction.code, national)


def recordings_counted(
    plan: int, *, beneficiaries: Collection[int], lectures: Collection[int | None] | None = None
) -> dict[tuple[int, int], int]:
    """Return the sessions by which recordings (of some lectures) count already by video or DVD, by (lecture,
    beneficiary): one query.
    """
    entries = QuotaEntry.objects.filter(
        plan=plan, beneficiary__in=beneficiaries, mode_code__in=rules.ONCE_PER_REGION
    )
    if lectures is not None:
        entries = entries.filter(session__lecture_version__lecture__in=lectures)
    sums = (
        entries.order_by()
        .values_list("session__lecture_version__lecture", "beneficiary", "session")
        .annotate(net=Sum("quantity"))
    )
    return {(lecture, beneficiary): session for lecture, beneficiary, session, net in sums if net > 0}


def counted_on(plan: int, *, days: Collection[date]) -> frozenset[int]:
    """Return the sessions of some days that count already under a plan, whoever gave them: one query, none without days."""
    if not days:
        return frozenset()
    entries = QuotaEntry.objects.filter(plan=plan, held_date__in=days)
    sums = entries.order_by().values_list("session").annotate(net=Sum("quantity"))
    return frozenset(session for session, net in sums if net > 0)


def _with_state(session_targets: QuerySet[SessionTarget]) -> QuerySet[SessionTarget, tuple[Any, ...]]:
    decisions = Decision.objects.filter(session=OuterRef("session")).order_by("-pk")
    entries = QuotaEntry.objects.filter(session=OuterRef("session"), plan=OuterRef("plan")).order_by()
    return session_targets.annotate(
        outcome=Subquery(decisions.values("outcome")[:1]),
        balance=Subquery(entries.values("session").annotate(net=Sum("quantity")).values("net")),
    ).values_list(
        "session",
        "session__code",
        "plan",
        "target",
        "session__supporter",
        "session__beneficiary",
        "session__mode__code",
        "session__date",
        "session__state",
        "session__joint_event",
        "session__reversed_at",
        "outcome",
        "balance",
    )


def _row(values: tuple[Any, ...]) -> Row:
    *said, freed, outcome, balance = values
    session, code, plan, target, supporter, beneficiary, mode, day, schedule, joint = said
    return Row(
        session=session,
        code=code,
        plan=plan,
        target=target,
        supporter=supporter,
        beneficiary=beneficiary,
        mode=mode,
        date=day,
        state=rules.state_of(
            schedule,
            outcome=outcome,
            posted=balance is not None,
            balance=balance or 0,
            freed=freed is not None,
        ),
        joint_event=joint,
    )
