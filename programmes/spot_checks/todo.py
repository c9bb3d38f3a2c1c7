"""What of the spot checks waits for an officer today, and until when. people/todo.py puts it in order."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programmes.quotas.wording import association_name
from programmes.spot_checks import queries, rules
from programmes.spot_checks.models import Answer, Finding, Sampled, SpotCheck
from programmes.spot_checks.queries import Viewer
from programmes.spot_checks.rules import FindingState
from qianchang.people.models import Account, Association
from qianchang.people.todo import LONGEST_GROUP, Group, Task


def groups(account: Account, on: date) -> Iterable[Group]:
    """Return the checks and findings that wait for an officer: three queries at most, however many there are."""
    viewer = queries.viewer_of(account, on=on)
    if viewer.has_none:
        return ()
    checking = _checking(viewer)
    to_draw = list(
        checking.filter(drawing=None, seed_date__lte=on)
        .select_related("association")
        .order_by("seed_date", "pk")
    )
    open_rows = _open(viewer, checking)
    return (
        _to_draw(to_draw),
        _to_look_at([each for each in open_rows if queries.finding_of(each) is None], viewer),
        _to_mend(open_rows, viewer, on),
        _to_accept(open_rows, viewer, on),
    )


def _checking(viewer: Viewer) -> QuerySet[SpotCheck]:
    """The live checks of one's own association; whoever reaches all of them is asked about the national ones only."""
    live = SpotCheck.objects.filter(calling_off=None)
    if viewer.mine is None:
        return live.filter(association__level=Association.Level.NATIONAL)
    return live.filter(association__in=viewer.mine)


def _open(viewer: Viewer, checking: QuerySet[SpotCheck]) -> list[Sampled]:
    """The drawn sessions that nobody looked at, and the findings that are not settled, of somebody's on either side."""
    settled = Answer.objects.exclude(outcome=Answer.Outcome.NOT_ENOUGH).values("reply__finding")
    mine = Q(drawing__spot_check__in=checking)
    if viewer.mine is not None:
        mine |= Q(finding__addressee__in=viewer.mine)
    rows = Sampled.objects.filter(mine, drawing__spot_check__calling_off=None)
    waiting = Q(finding=None) | (Q(finding__outcome=Finding.Outcome.FAULTY) & ~Q(finding__in=settled))
    return list(queries.with_everything(rows.filter(waiting)))


def _to_draw(checks: Sequence[SpotCheck]) -> Group:
    tasks = [
        Task(
            what=check.code,
            whom=association_name(check.association),
            note=check.seed_source,
            button=_("Enter the number"),
            url=reverse("spot_checks:check", args=[check.code]),
            due=check.seed_date,
        )
        for check in checks
    ]
    return _group(_("Spot checks to draw"), tasks)


def _to_look_at(rows: Sequence[Sampled], viewer: Viewer) -> Group:
    """One task for each check: its sessions are looked at in one go."""
    by_check: dict[SpotCheck, list[Sampled]] = {}
    for each in rows:
        if viewer.is_of(each.drawing.spot_check.association_id):
            by_check.setdefault(each.drawing.spot_check, []).append(each)
    tasks = [
        Task(
            what=check.code,
            whom=association_name(check.association),
            note=ngettext(
                "%(count)d drawn session not looked at", "%(count)d drawn sessions not looked at", len(theirs)
            )
            % {"count": len(theirs)},
            button=_("Open the check"),
            url=reverse("spot_checks:check", args=[check.code]),
        )
        for check, theirs in by_check.items()
    ]
    return _group(_("Drawn sessions to look at"), tasks)


def _to_mend(rows: Sequence[Sampled], viewer: Viewer, on: date) -> Group:
    tasks = []
    for each in rows:
        finding = queries.finding_of(each)
        if finding is None or not viewer.speaks_for(finding.addressee_id):
            continue
        known = queries.found(each)
        state = rules.finding_state(known, on=on)
        if state in (FindingState.TO_MEND, FindingState.OVERDUE):
            tasks.append(
                Task(
                    what=each.line.code,
                    whom=association_name(each.drawing.spot_check.association),
                    note=finding.words,
                    button=_("Reply"),
                    url=_url(each),
                    due=known.deadline,
                    urgent=state is FindingState.OVERDUE,
                )
            )
    return _group(_("Findings to mend"), tasks)


def _to_accept(rows: Sequence[Sampled], viewer: Viewer, on: date) -> Group:
    tasks = []
    for each in rows:
        finding, known = queries.finding_of(each), queries.found(each)
        last = queries.last_reply(finding) if finding else None
        checks_it = viewer.is_of(each.drawing.spot_check.association_id)
        if last is None or finding is None or finding.addressee is None or not known.reply_waits:
            continue
        if checks_it and last.replied_by_id != viewer.account.pk:
            tasks.append(
                Task(
                    what=each.line.code,
                    whom=association_name(finding.addressee),
                    note=last.words,
                    button=_("Check the reply"),
                    url=_url(each),
                    due=known.deadline,
                )
            )
    return _group(_("Replies to findings"), tasks)


def _group(title: str, tasks: list[Task]) -> Group:
    first = sorted(tasks, key=lambda task: (task.due or date.max, task.what))
    return Group(title, len(tasks), tuple(first[:LONGEST_GROUP]))


def _url(sampled: Sampled) -> str:
    return reverse("spot_checks:sampled", args=[sampled.drawing.spot_check.code, sampled.rank])
