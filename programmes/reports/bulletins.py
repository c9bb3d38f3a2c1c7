"""The monthly bulletin (通报): every supporting association beside the others, and who has not reported.

It is read from the ledger alone, as it stood when the bulletin's days ended (or when a version was issued), so that
January's bulletin made again in June is the same file, byte for byte.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q
from django.utils import translation
from django.utils.timezone import get_default_timezone

from programmes.plans.models import Plan
from programmes.quotas import rules as counting
from programmes.quotas.wording import month_label
from programmes.reports import files, papers, rules
from programmes.reports.bulletin_paper import paper_of
from programmes.reports.goals import Goals, Owed, goals_of
from programmes.reports.models import BulletinIssue, MonthlyReturn
from programmes.reports.papers import Paper
from programmes.reports.posted import ONSITE, Entry, closes, counted, counted_in, entries
from programmes.reports.standings import Bulletin, Line, Region
from qianchang.people.models import Association, AssociationRole

# The paper of a Chinese association is Chinese, whoever asks for it in which language.
LANGUAGE = "zh-hans"


def figures(plan: Plan, *, month: str, as_of: datetime | None = None, version: int = 1) -> Bulletin:
    """Return the bulletin of a month as it stood at a moment: at the end of its ten days, when none is given. The number
    of queries does not grow with what is counted. Raises ValueError when `month` is not like 2026-10.
    """
    before = as_of or rules.bulletin_until(month, zone=get_default_timezone())
    with translation.override(LANGUAGE):
        found = entries(plan, until_month=month, before=before)
        goals = goals_of(plan, before=before)
        supporters = _supporters(plan, goals, {entry.supporter for entry in found})
        closed = closes(plan, month=month, before=before)
        reported = _reported(plan, month, before)
        of_supporter: dict[int, list[Entry]] = {each.pk: [] for each in supporters}
        for entry in found:
            of_supporter[entry.supporter].append(entry)
        lines = tuple(
            _line(
                each,
                of_supporter[each.pk],
                goals,
                month=month,
                closed_at=closed.get(each.pk),
                reported_at=reported.get(each.pk),
            )
            for each in supporters
        )
        return Bulletin(
            plan_code=plan.code,
            plan_name=plan.name_zh,
            unit=plan.unit,
            month=month,
            version=version,
            as_of=before,
            lines=lines,
            regions=_regions(found, month),
            total=_total(lines, found, month=month),
            rows=papers.digest_of_rows([(entry.ledger, entry.sequence, entry.digest) for entry in found]),
            ledgers=_heads(found),
        )


def draft(plan: Plan, *, month: str, at: datetime) -> Bulletin:
    """Return the bulletin that would be issued next: as the ledger stands now. Raises ValueError."""
    rules.month_bounds(month)
    last = BulletinIssue.objects.filter(plan=plan, month=month).order_by("-version").first()
    return figures(plan, month=month, as_of=at, version=last.version + 1 if last else 1)


def again(kept: BulletinIssue) -> Paper:
    """Make the paper of an issued version again, from the ledger."""
    made = figures(kept.plan, month=kept.month, as_of=kept.as_of, version=kept.version)
    return as_paper(made)


def label_of(month: str) -> str:
    """Return a month as text writes it. Raises ValueError when it is not like 2026-10."""
    rules.month_bounds(month)
    return month_label(month)


def month_after(month: str) -> str:
    """Return the month after a month."""
    return counting.next_month(month)


def content_digest(made: Bulletin) -> str:
    """Return the digest of what a bulletin says, whatever its version and its moment: with it a version that would say
    the same as the last is known.
    """
    return papers.digest_of_rows([made.rows, *made.lines, *made.regions, made.total])


def render(made: Bulletin, *, format: str) -> bytes:
    """Return a bulletin as a file: docx, xlsx, pdf, csv or json. The same figures are the same bytes."""
    return files.render(as_paper(made), format=format)


def as_paper(made: Bulletin) -> Paper:
    """Return a bulletin in words and tables, in Chinese."""
    with translation.override(LANGUAGE):
        return paper_of(made)


def _supporters(plan: Plan, goals: Goals, with_entries: Iterable[int]) -> list[Association]:
    """Those whom the programme names as supporters, who owe a number, and who have a session all the same."""
    named = AssociationRole.objects.filter(
        programme_code=plan.programme.code, role=AssociationRole.Role.SUPPORTER
    )
    found = Association.objects.filter(
        Q(pk__in=goals.supporters() | set(with_entries)) | Q(pk__in=named.values("association"))
    )
    return list(found.order_by("code"))


def _reported(plan: Plan, month: str, before: datetime) -> dict[int, datetime]:
    sent = MonthlyReturn.objects.filter(
        plan=plan, month=month, side=MonthlyReturn.Side.SUPPORTER, sent_at__lt=before
    )
    return dict(sent.order_by("-version").values_list("association", "sent_at"))


def _line(
    association: Association,
    found: list[Entry],
    goals: Goals,
    *,
    month: str,
    closed_at: datetime | None,
    reported_at: datetime | None,
) -> Line:
    year = int(month[:4])
    goal = goals.of_year(association.pk, year)
    last = rules.month_bounds(month)[1]
    this_year = [entry for entry in found if entry.year == year]
    onsite = counted(entry for entry in this_year if entry.mode == ONSITE).sessions
    so_far = counted(this_year)
    return Line(
        code=association.code,
        name=association.name_zh,
        goal=goal,
        whole=goals.whole(association.pk),
        month=counted_in(found, month),
        year=so_far,
        over_the_years=counted(found),
        onsite=onsite,
        other=so_far.sessions - onsite,
        reversed=sum(entry.quantity < 0 and entry.posted_month == month for entry in found),
        due=counting.due_by(goal.quantity, year=year, on=last) if goal else None,
        closed_at=closed_at,
        reported_at=reported_at,
    )


def _total(lines: tuple[Line, ...], found: list[Entry], *, month: str) -> Line:
    year = int(month[:4])
    return Line(
        code="",
        name="",
        goal=_sum([line.goal for line in lines]),
        whole=_sum([line.whole for line in lines]),
        month=counted_in(found, month),
        year=counted(entry for entry in found if entry.year == year),
        over_the_years=counted(found),
        onsite=sum(line.onsite for line in lines),
        other=sum(line.other for line in lines),
        reversed=sum(line.reversed for line in lines),
        due=sum(line.due or 0 for line in lines) if any(line.due is not None for line in lines) else None,
        closed_at=None,
        reported_at=None,
    )


def _sum(stated: list[Owed | None]) -> Owed | None:
    numbers = [each for each in stated if each is not None]
    if not numbers:
        return None
    labels = list(dict.fromkeys(each.label for each in numbers))
    return Owed(sum(each.quantity for each in numbers), numbers[0].strength, "、".join(labels), "", "")


def _regions(found: list[Entry], month: str) -> tuple[Region, ...]:
    year = int(month[:4])
    of_region: dict[int, list[Entry]] = {}
    for entry in found:
        of_region.setdefault(entry.beneficiary, []).append(entry)
    places = Association.objects.filter(pk__in=of_region).select_related("region").order_by("code")
    return tuple(
        Region(
            code=place.code,
            name=place.region.name_zh if place.region else place.name_zh,
            month=counted_in(of_region[place.pk], month),
            year=counted(entry for entry in of_region[place.pk] if entry.year == year),
            over_the_years=counted(of_region[place.pk]),
        )
        for place in places
    )


def _heads(found: list[Entry]) -> tuple[tuple[str, int, str], ...]:
    """The last entry of each ledger that the bulletin looked at: with it anybody can find the others."""
    last = {entry.ledger: (entry.sequence, entry.digest) for entry in found}
    return tuple((ledger, *last[ledger]) for ledger in sorted(last))
