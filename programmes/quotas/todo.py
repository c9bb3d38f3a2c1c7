"""What of the sessions and months waits for an officer today, and until when. people/todo.py puts it in order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses import api as courses
from courses.api import SessionFact
from programmes.plans import queries as plans
from programmes.quotas import queries, reversals, rules, wording
from programmes.quotas.left_out import left_out
from programmes.quotas.models import MonthClose, Reversal
from programmes.quotas.queries import Row
from programmes.quotas.rules import WAITING, State
from programmes.quotas.scope import Scope, scope_of
from qianchang.people.models import Account, Association
from qianchang.people.permissions import Act, associations_where
from qianchang.people.todo import LONGEST_GROUP, Deadline, Group, Task


@dataclass(frozen=True)
class _Waiting:
    """The sessions that wait for one officer, by what has to be done with each, the oldest first."""

    to_confirm: Sequence[Row]
    to_mend: Sequence[Row]
    to_hold: Sequence[Row]
    to_close: Sequence[Row]


def groups(account: Account, on: date) -> Iterable[Group]:
    """Return the sessions, months and reversals that wait for an officer. Fifteen queries at most."""
    scope = scope_of(account, on=on)
    if scope.is_empty:
        return ()
    to_check = _to_check(reversals.reversals_to_check(account, on=on))
    if scope.sees_everything:
        return (to_check,)
    waiting = _waiting(scope, on)
    shown = [*waiting.to_confirm, *waiting.to_mend, *waiting.to_hold]
    facts = (
        {fact.id: fact for fact in courses.session_facts(ids=[row.session for row in shown])} if shown else {}
    )
    rows = [*shown, *waiting.to_close]
    sides = queries.associations({row.supporter for row in rows} | {row.beneficiary for row in rows})
    return (
        _to_confirm(waiting.to_confirm, facts, sides, on),
        _to_mend(waiting.to_mend, facts, sides, on),
        _to_hold(waiting.to_hold, facts, sides, on),
        _to_close(waiting.to_close, sides),
        to_check,
    )


def deadlines(account: Account, on: date) -> Iterable[Deadline]:
    """Return the days that lie ahead of an officer although nothing waits: the end of the month, when its return is due."""
    if not associations_where(account, Act.MAKE_RETURN, on=on):
        return ()
    month = rules.month_of(on)
    what = _("monthly return of %(month)s") % {"month": wording.month_label(month)}
    return (Deadline(rules.last_day(month), what),)


def _waiting(scope: Scope, on: date) -> _Waiting:
    every = queries.rows(scope.sessions() & ~Q(session__state="cancelled"))
    rows = [row for row in every if row.state in WAITING]
    given = [row for row in rows if scope.gives(row.supporter)]
    out = left_out(given)
    return _Waiting(
        to_confirm=[row for row in rows if row.state is State.HELD and scope.receives(row.beneficiary)],
        to_mend=[row for row in given if row.state is State.RETURNED],
        to_hold=[row for row in given if row.state in (State.SCHEDULED, State.PLANNED) and row.date <= on],
        to_close=[
            row for row in given if row.state is State.CONFIRMED and (row.session, row.plan) not in out
        ],
    )


def _to_confirm(
    rows: Sequence[Row], facts: dict[int, SessionFact], sides: dict[int, Association], on: date
) -> Group:
    tasks = []
    for row in rows:
        held_at = facts[row.session].held_at
        held = localdate(held_at) if held_at else row.date
        days = (on - held).days
        waits = ngettext("waits for %(days)d day", "waits for %(days)d days", days) % {"days": days}
        tasks.append(
            Task(
                what=facts[row.session].lecture_title,
                whom=wording.association_name(sides[row.supporter]),
                note=f"{row.code} · {waits}",
                button=_("Look and confirm"),
                url=_session_url(row),
                due=held + timedelta(days=rules.REMIND_AFTER_DAYS),
            )
        )
    return _group(_("Sessions to confirm"), tasks)


def _to_mend(
    rows: Sequence[Row], facts: dict[int, SessionFact], sides: dict[int, Association], on: date
) -> Group:
    said = queries.last_decisions(row.session for row in rows) if rows else {}
    tasks = [
        Task(
            what=facts[row.session].lecture_title,
            whom=wording.association_name(sides[row.beneficiary]),
            note=said[row.session].reason,
            button=_("Open the session"),
            url=_session_url(row),
            # What is confirmed by the end of the month counts in it.
            due=rules.last_day(rules.month_of(on)),
            urgent=True,
        )
        for row in rows
    ]
    return _group(_("Returned sessions to mend"), tasks)


def _to_hold(
    rows: Sequence[Row], facts: dict[int, SessionFact], sides: dict[int, Association], on: date
) -> Group:
    tasks = []
    for row in rows:
        missing = wording.missing_evidence(facts[row.session])
        tasks.append(
            Task(
                what=facts[row.session].lecture_title,
                whom=wording.region_of(sides[row.beneficiary]),
                note=_("Missing: %(evidence)s") % {"evidence": _(", ").join(missing)}
                if missing
                else wording.short_date(row.date),
                button=_("Open the session"),
                url=_session_url(row),
                due=rules.last_day(rules.month_of(on)),
            )
        )
    return _group(_("Sessions to record as held"), tasks)


def _to_close(rows: Sequence[Row], sides: dict[int, Association]) -> Group:
    """One task for each supporter and plan with confirmed sessions: the month that is open now."""
    confirmed: dict[tuple[int, int], list[Row]] = {}
    for row in rows:
        confirmed.setdefault((row.supporter, row.plan), []).append(row)
    named = {plan.pk: plan for plan in plans.session_plans()} if rows else {}
    closed: dict[tuple[int, int], list[str]] = {}
    for plan, supporter, month in MonthClose.objects.filter(
        plan__in=named, supporter__in={supporter for supporter, _plan in confirmed}
    ).values_list("plan", "supporter", "month"):
        closed.setdefault((supporter, plan), []).append(month)
    tasks = []
    for (supporter, plan), theirs in confirmed.items():
        earliest = min(rules.month_of(row.date) for row in theirs)
        month = rules.open_month(earliest, closed=closed.get((supporter, plan), []))
        url = reverse("quotas:close_month", args=[named[plan].programme.code, month])
        tasks.append(
            Task(
                what=_("%(plan)s, %(month)s") % {"plan": named[plan], "month": wording.month_label(month)},
                whom=wording.association_name(sides[supporter]),
                note=ngettext("%(count)d session confirmed", "%(count)d sessions confirmed", len(theirs))
                % {"count": len(theirs)},
                button=_("Preview the close"),
                url=f"{url}?association={sides[supporter].code}",
                due=rules.last_day(month),
            )
        )
    return _group(_("Months to close"), tasks)


def _to_check(waiting: Sequence[Reversal]) -> Group:
    tasks = [
        Task(
            what=_("Session %(code)s") % {"code": each.entry.session.code},
            whom=wording.association_name(each.entry.supporter),
            note=each.reason,
            button=_("Look and decide"),
            url=reverse("quotas:reversal", args=[each.pk]),
            due=localdate(each.proposed_at) + timedelta(days=rules.REMIND_AFTER_DAYS),
        )
        for each in waiting
    ]
    return _group(_("Reversals to decide"), tasks)


def _group(title: str, tasks: list[Task]) -> Group:
    first = sorted(tasks, key=lambda task: task.due or date.max)
    return Group(title, len(tasks), tuple(first[:LONGEST_GROUP]))


def _session_url(row: Row) -> str:
    return reverse("quotas:session", args=[row.code])
