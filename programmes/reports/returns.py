"""The monthly return (月报): one association's month-end account and statement, as it stood when its month was posted."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import translation

from courses import api as courses
from programmes.plans.models import Plan
from programmes.quotas.models import Decision, MonthClose, QuotaEntry, SessionTarget
from programmes.quotas.rules import State
from programmes.reports import rules
from programmes.reports.bulletins import LANGUAGE
from programmes.reports.goals import goals_of
from programmes.reports.matrix import matrix, of_sides
from programmes.reports.models import MonthlyReturn, Side
from programmes.reports.papers import Paper, digest_of_rows
from programmes.reports.posted import Entry, counted, entries
from programmes.reports.return_figures import Pending, Posted, ReturnFigures, ReturnWords
from programmes.reports.return_paper import paper_of
from qianchang.people.models import Association


def stands_for(plan: Plan, association: Association, side: Side, month: str) -> datetime | None:
    """Return the moment for which a return stands: the one in which the association posted the month, so that every
    version and every copy of it has the same figures. None while the month is open, and for a beneficiary, which
    posts nothing.
    """
    if side is not Side.SUPPORTER:
        return None
    # Nothing is posted behind a close, so a later month closes this one as well.
    close = MonthClose.objects.filter(plan=plan, supporter=association, month__gte=month)
    return close.order_by("month").values_list("closed_at", flat=True).first()


def figures(
    plan: Plan, *, association: Association, side: Side, month: str, as_of: datetime
) -> ReturnFigures:
    """Return an association's month as it stood at a moment, that moment included. The number of queries does not grow
    with what is counted. Raises ValueError when `month` is not like 2026-10.
    """
    _first, last = rules.month_bounds(month)
    before = _just_after(as_of)
    supporter = association.pk if side is Side.SUPPORTER else None
    beneficiaries = None if side is Side.SUPPORTER else [association.pk]
    with translation.override(LANGUAGE):
        found = entries(
            plan, until_month=month, before=before, supporter=supporter, beneficiaries=beneficiaries
        )
        goals = goals_of(plan, before=before)
        labels = {mode.code: mode.label for mode in courses.delivery_modes()}
        names = _names(found, side)
        posted = tuple(
            Posted(entry, names[_other(entry, side)], labels.get(entry.mode, entry.mode))
            for entry in found
            if entry.posted_month == month
        )
        pending = tuple(_pending(plan, association, side, until=last, before=before))
        return ReturnFigures(
            plan=plan,
            association=association,
            side=side,
            month=month,
            as_of=as_of,
            matrix=matrix(
                found,
                goals,
                plan_code=plan.code,
                association=association,
                side=side,
                year=int(month[:4]),
                month=month,
                before=before,
            ),
            whole=goals.whole(association.pk) if side is Side.SUPPORTER else None,
            over_the_years=counted(found),
            behind_over_the_years=replace(
                of_sides(plan.code, association, None, side), posted_until=month, before=before
            ).query,
            posted=posted,
            pending=pending,
            rows=digest_of_rows(
                [
                    *((entry.ledger, entry.sequence, entry.digest) for entry in found),
                    *((each.code, str(each.state)) for each in pending),
                ]
            ),
        )


def as_paper(made: ReturnFigures, words: ReturnWords) -> Paper:
    """Return a monthly return in words and tables, in Chinese."""
    with translation.override(LANGUAGE):
        return paper_of(made, words)


def sent(
    plan: Plan, *, association: Association, side: Side, month: str | None = None
) -> QuerySet[MonthlyReturn]:
    """Return the versions that were sent, the newest first."""
    found = MonthlyReturn.objects.filter(plan=plan, association=association, side=side)
    if month is not None:
        found = found.filter(month=month)
    return found.select_related("sent_by").order_by("-month", "-version")


def again(kept: MonthlyReturn) -> Paper:
    """Make the paper of a sent version again, from the ledger and from what was written for it."""
    made = figures(
        kept.plan,
        association=kept.association,
        side=Side(kept.side),
        month=kept.month,
        as_of=kept.as_of,
    )
    return as_paper(made, words_of(kept))


def words_of(kept: MonthlyReturn) -> ReturnWords:
    """Return what was written for a sent version."""
    return ReturnWords(
        version=kept.version,
        remarks=kept.remarks,
        addressees=lines_of(kept.addressees),
        signatories=lines_of(kept.signatories),
    )


def lines_of(text: str) -> tuple[str, ...]:
    """Return the lines of a text that say something."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _just_after(moment: datetime) -> datetime:
    return moment + timedelta(microseconds=1)


def _other(entry: Entry, side: Side) -> int:
    return entry.beneficiary if side is Side.SUPPORTER else entry.supporter


def _names(found: Sequence[Entry], side: Side) -> dict[int, str]:
    places = Association.objects.filter(pk__in={_other(entry, side) for entry in found})
    return {
        place.pk: place.region.name_zh if side is Side.SUPPORTER and place.region else place.name_zh
        for place in places.select_related("region").order_by("code")
    }


def _pending(
    plan: Plan, association: Association, side: Side, *, until: date, before: datetime
) -> list[Pending]:
    """The sessions that were held by then and not in the ledger by then, with the last word on them by then."""
    decided = Decision.objects.filter(session=OuterRef("session"), decided_at__lt=before).order_by("-pk")
    in_ledger = QuotaEntry.objects.filter(
        session=OuterRef("session"), plan=OuterRef("plan"), recorded_at__lt=before
    )
    standing = SessionTarget.objects.filter(
        ~Exists(in_ledger),
        # What was taken back elsewhere and may be entered again waits for nothing.
        Q(session__reversed_at=None) | Q(session__reversed_at__gte=before),
        plan=plan,
        session__date__lte=until,
        session__held_at__lt=before,
    )
    if side is Side.SUPPORTER:
        standing = standing.filter(session__supporter=association)
        place, name = "session__beneficiary__region__name_zh", "session__beneficiary__name_zh"
    else:
        standing = standing.filter(session__beneficiary=association)
        place = name = "session__supporter__name_zh"
    rows = standing.annotate(outcome=Subquery(decided.values("outcome")[:1])).order_by(
        "session__date", "session__code"
    )
    states = {
        Decision.Outcome.CONFIRMED.value: State.CONFIRMED,
        Decision.Outcome.RETURNED.value: State.RETURNED,
    }
    return [
        Pending(code, title, day, region or other, states.get(outcome or "", State.HELD))
        for code, title, day, region, other, outcome in rows.values_list(
            "session__code",
            "session__lecture_version__lecture__title",
            "session__date",
            place,
            name,
            "outcome",
        )
    ]
