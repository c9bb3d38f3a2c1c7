"""What officers are told without asking: sessions that wait for their word, a pace that is lost, a month that ends.

Source: product-design.md, section 8. Every reminder has a key of the day that it is about, so that a day may be done
again, and a day that was missed is made up for within CATCH_UP_DAYS.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import localdate

from courses import api as courses
from programmes.plans import queries as plans
from programmes.plans.models import Plan, Target
from programmes.quotas import queries, rules
from programmes.quotas.board import board
from programmes.quotas.left_out import left_out
from programmes.quotas.models import MonthClose
from programmes.quotas.queries import Row
from programmes.quotas.rules import State
from qianchang.groundwork import audit
from qianchang.people import notices
from qianchang.people.models import Account, Association
from qianchang.people.officers import officers_who
from qianchang.people.permissions import Act

WAITED_DAYS = (3, 10)
DUE_IN_DAYS = (5, 0)
CATCH_UP_DAYS = 3


def remind(*, at: datetime) -> int:
    """Post every reminder that is due, each once. Returns how many were posted now."""
    return remind_to_confirm(at=at) + remind_of_pace(at=at) + remind_of_return(at=at)


# --- Sessions that wait for confirmation --------------------------------------------------------------------


def remind_to_confirm(*, at: datetime) -> int:
    """Tell the officers of beneficiary associations of sessions that have waited for 3 days, and again for 10.
    Nobody is ever confirmed for.
    """
    today = localdate(at)
    waiting = [row for row in queries.rows(Q(session__state="held")) if row.state is State.HELD]
    facts = {fact.id: fact for fact in courses.session_facts(ids=[row.session for row in waiting])}
    since = {row.session: localdate(facts[row.session].held_at) for row in waiting}
    told = 0
    for account, reached in _reaching(
        Act.CONFIRM_SESSION, (row.beneficiary for row in waiting), today
    ).items():
        theirs = [since[row.session] for row in waiting if row.beneficiary in reached]
        words = {"count": len(theirs), "days": max((today - day).days for day in theirs)}
        for threshold, day in sorted({each for held in theirs for each in _reached(held, today)}):
            told += notices.post_many(
                event="confirm_waiting",
                key=f"{threshold}:{day.isoformat()}",
                told={account: words},
                at=at,
                link=reverse("quotas:todo"),
            )
    return told


def _reached(held: date, today: date) -> Iterable[tuple[int, date]]:
    """Yield the reminders that a session has come to lately: after how many days, and on which day that was."""
    for threshold in WAITED_DAYS:
        day = held + timedelta(days=threshold)
        if 0 <= (today - day).days < CATCH_UP_DAYS:
            yield threshold, day


# --- The pace of the year -----------------------------------------------------------------------------------


def remind_of_pace(*, at: datetime) -> int:
    """Tell the officers of a supporting association on the first of a month how many sessions they are behind an even
    pace. Nobody who keeps it is told anything.
    """
    today = localdate(at)
    first = today.replace(day=1)
    if today.day > CATCH_UP_DAYS:
        return 0
    told = 0
    for plan in plans.session_plans():
        key = f"{plan.code}:{rules.month_of(first)}"
        if notices.is_told("behind_pace", key):
            continue
        many = sum(_tell_of_pace(plan, each, key=key, first=first, at=at) for each in _supporters(plan))
        notices.finish_round(event="behind_pace", key=key, told=many, at=at)
        told += many
    return told


def _tell_of_pace(plan: Plan, supporter: Association, *, key: str, first: date, at: datetime) -> int:
    seen = board(plan, supporter=supporter, year=first.year, as_of=first)
    if seen.lag <= 0:
        return 0
    words: dict[str, str | int] = {
        "counted": seen.this_year.counted,
        "behind": seen.lag,
        "programme": plan.programme.name_zh,
        "programme_en": plan.programme.name_en,
    }
    officers = officers_who(Act.HOLD_SESSION, [supporter], on=localdate(at))
    url = reverse("quotas:board", args=[plan.programme.code, first.year])
    return notices.post_many(
        event="behind_pace",
        key=f"{key}:{supporter.code}",
        told=dict.fromkeys(officers, words),
        at=at,
        link=f"{url}?association={supporter.code}",
    )


# --- The month's end ----------------------------------------------------------------------------------------


def remind_of_return(*, at: datetime) -> int:
    """Tell both sides of the month's end, 5 days before, on the day, and once when it is over: the supporting one while
    sessions of the month are not posted, the beneficiary one while some wait for its confirmation.
    """
    today = localdate(at)
    this_month = rules.month_of(today)
    last_month = rules.month_of(today.replace(day=1) - timedelta(days=1))
    told = 0
    left = (rules.last_day(this_month) - today).days
    for days in DUE_IN_DAYS:
        if days - CATCH_UP_DAYS < left <= days:
            told += _tell_of_return(this_month, f"{this_month}:{days}", days=left, at=at)
    if today.day <= CATCH_UP_DAYS:
        told += _tell_of_return(last_month, f"{last_month}:late", days=-today.day, at=at)
    return told


def _tell_of_return(month: str, key: str, *, days: int, at: datetime) -> int:
    if notices.is_told("return_due", key):
        return 0
    until = rules.last_day(month)
    held = queries.rows(Q(session__state="held", session__date__lte=until))
    out = left_out(held)
    open_rows = [
        row
        for row in held
        if row.state in (State.HELD, State.RETURNED, State.CONFIRMED) and (row.session, row.plan) not in out
    ]
    told = _tell_supporters(open_rows, month, key, days=days, at=at)
    told += _tell_beneficiaries(open_rows, month, key, days=days, at=at)
    notices.finish_round(event="return_due", key=key, told=told, at=at)
    return told


def _tell_supporters(rows: Iterable[Row], month: str, key: str, *, days: int, at: datetime) -> int:
    closed = set(MonthClose.objects.filter(month__gte=month).values_list("plan", "supporter"))
    waiting = {(row.plan, row.supporter) for row in rows} - closed
    places = queries.associations(supporter for _plan, supporter in waiting)
    of_plan = {plan.pk: plan for plan in plans.session_plans()}
    told = 0
    for plan, number in sorted(waiting):
        supporter = places[number]
        url = reverse("quotas:close_month", args=[of_plan[plan].programme.code, month])
        told += notices.post_many(
            event="return_due",
            key=f"{key}:{of_plan[plan].code}:{supporter.code}",
            told=dict.fromkeys(
                officers_who(Act.CLOSE_MONTH, [supporter], on=localdate(at)), _words(supporter, month, days)
            ),
            at=at,
            link=f"{url}?association={supporter.code}",
        )
    return told


def _tell_beneficiaries(rows: Iterable[Row], month: str, key: str, *, days: int, at: datetime) -> int:
    waiting = {row.beneficiary for row in rows if row.state is State.HELD}
    told = 0
    for beneficiary in queries.associations(waiting).values():
        told += notices.post_many(
            event="return_due",
            key=f"{key}:{beneficiary.code}",
            told=dict.fromkeys(
                officers_who(Act.CONFIRM_SESSION, [beneficiary], on=localdate(at)),
                _words(beneficiary, month, days),
            ),
            at=at,
            link=reverse("quotas:todo"),
        )
    return told


def officers_of_return(association: Association, *, on: date) -> int:
    """Return how many officers of an association make its returns, and would be asked for one."""
    return len(officers_who(Act.MAKE_RETURN, [association], on=on))


def ask_for_return(
    *, plan: Plan, association: Association, month: str, is_closed: bool, by: Account, at: datetime
) -> int:
    """Ask the officers of a supporting association for the return of a month (催报), once a day: they are led to its close,
    or where the month is closed, to the return itself. Returns how many were told now.
    """
    today = localdate(at)
    to_return = f"{reverse('reports:month', args=[month])}?programme={plan.programme.code}&of={association.code}:supporter"
    words: dict[str, str | int] = {
        "month": month,
        "association": association.name_zh,
        "association_en": association.name_en,
    }
    url = reverse("quotas:close_month", args=[plan.programme.code, month])
    told = notices.post_many(
        event="return_asked",
        key=f"{plan.code}:{association.code}:{month}:{today.isoformat()}",
        told=dict.fromkeys(officers_who(Act.MAKE_RETURN, [association], on=today), words),
        at=at,
        link=to_return if is_closed else f"{url}?association={association.code}",
    )
    if told:
        audit.record(
            "asked for return",
            object_type="plan",
            object_key=plan.code,
            by=by,
            at=at,
            supporter=association.code,
            month=month,
        )
    return told


def _words(association: Association, month: str, days: int) -> dict[str, str | int]:
    return {
        "month": month,
        "date": rules.last_day(month).isoformat(),
        "days": days,
        "association": association.name_zh,
        "association_en": association.name_en,
    }


def _supporters(plan: Plan) -> list[Association]:
    giving = Target.objects.filter(plan=plan).values("supporter")
    return list(Association.objects.filter(pk__in=giving).order_by("code"))


def _reaching(act: Act, numbers: Iterable[int], on: date) -> dict[int, set[int]]:
    wanted: Collection[int] = set(numbers)
    if not wanted:
        return {}
    found: dict[int, set[int]] = defaultdict(set)
    found.update(officers_who(act, list(queries.associations(wanted).values()), on=on))
    return found
