"""Reads of spot checks. Whose checks somebody sees: those of the own association, and those with a session in their list
that was held by or for it. Findings are read only by the checking side and by both sides of their session.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Prefetch, Q, QuerySet

from programmes.plans.models import Plan
from programmes.quotas.models import QuotaEntry
from programmes.quotas.scope import Scope, scope_of
from programmes.spot_checks import rules
from programmes.spot_checks.models import CheckPhoto, Finding, FrameLine, Reply, Sampled, SpotCheck
from programmes.spot_checks.rules import CheckState, FindingState, Found
from qianchang.people.models import Account, Association
from qianchang.people.permissions import Act, associations_where


@dataclass(frozen=True)
class Viewer:
    """Somebody who looks at spot checks: the associations whose they are, by number; None = all of them."""

    account: Account
    mine: frozenset[int] | None
    on: date

    @cached_property
    def scope(self) -> Scope:
        """The sides apart. Hubei gives and is given to: its beneficiary officer does not read of its gifts."""
        return scope_of(self.account, on=self.on)

    @property
    def has_none(self) -> bool:
        return self.mine is not None and not self.mine

    def is_of(self, *associations: int | None) -> bool:
        """Tell whether somebody is an officer of one of these associations, or reaches all of them."""
        return self.mine is None or not self.mine.isdisjoint(each for each in associations if each)

    def speaks_for(self, association: int | None) -> bool:
        """Tell whether somebody is an officer of this very association; reaching all of them is not enough."""
        return self.mine is not None and association in self.mine

    def sees(self, sampled: Sampled) -> bool:
        """Tell whether somebody reads what was found of a drawn session."""
        entry = sampled.line.entry
        return (
            self.is_of(sampled.drawing.spot_check.association_id)
            or (self.is_of(entry.supporter_id) and self.scope.gives(entry.supporter_id))
            or (self.is_of(entry.beneficiary_id) and self.scope.receives(entry.beneficiary_id))
        )


def viewer_of(account: Account, *, on: date) -> Viewer:
    """Return what an account sees of spot checks on a day."""
    found = associations_where(account, Act.SPOT_CHECK, on=on)
    mine = None if found is None else frozenset(each.pk for each in found)
    return Viewer(account, mine, on)


def counted_entries(
    plan: Plan,
    *,
    supporter: Association | None,
    beneficiary: Association | None,
    first_month: str,
    last_month: str,
) -> list[QuotaEntry]:
    """Return the entries of the sessions that count now and were posted in these months, by the session's code."""
    entries = QuotaEntry.objects.filter(
        plan=plan,
        reverses__isnull=True,
        reversed_by__isnull=True,
        posted_month__gte=first_month,
        posted_month__lte=last_month,
    )
    if supporter is not None:
        entries = entries.filter(supporter=supporter)
    if beneficiary is not None:
        entries = entries.filter(beneficiary=beneficiary)
    return list(entries.select_related("session").order_by("session__code", "pk"))


def seen_by(viewer: Viewer) -> QuerySet[SpotCheck]:
    """Return the checks that somebody sees, the newest first."""
    checks = SpotCheck.objects.select_related(
        "association",
        "plan__programme",
        "supporter__region",
        "beneficiary__region",
        "drawing__drawn_by",
        "calling_off__called_off_by",
        "announced_by",
    )
    if viewer.mine is not None:
        held = FrameLine.objects.filter(
            Q(entry__supporter__in=[each for each in viewer.mine if viewer.scope.gives(each)])
            | Q(entry__beneficiary__in=[each for each in viewer.mine if viewer.scope.receives(each)])
        )
        checks = checks.filter(Q(association__in=viewer.mine) | Q(pk__in=held.values("spot_check")))
    return checks.order_by("-announced_at", "-pk")


def check_of(viewer: Viewer, code: str) -> SpotCheck | None:
    """Return one check, or None when there is none or it is none of theirs."""
    return seen_by(viewer).filter(code=code).first()


def frame_of(check: SpotCheck) -> list[FrameLine]:
    """Return the list of a check in its order, with the entries: one query."""
    return list(check.frame.select_related("entry").order_by("position"))


def samples(checks: Collection[SpotCheck]) -> dict[int, list[Sampled]]:
    """Return the drawn sessions of checks in the order of their drawing, with all that was found and said: two queries."""
    found: dict[int, list[Sampled]] = {check.pk: [] for check in checks}
    for each in with_everything(Sampled.objects.filter(drawing__spot_check__in=found)):
        found[each.drawing.spot_check_id].append(each)
    return found


def sampled_of(viewer: Viewer, code: str, rank: int) -> Sampled | None:
    """Return one drawn session whose finding somebody may read, or None."""
    rows = with_everything(Sampled.objects.filter(drawing__spot_check__code=code, rank=rank))
    return next((each for each in rows if viewer.sees(each)), None)


def with_everything(rows: QuerySet[Sampled]) -> QuerySet[Sampled]:
    """Return drawn sessions together with what was found, replied and answered."""
    replies = Reply.objects.select_related("answer__answered_by", "replied_by").order_by("number")
    return (
        rows.select_related(
            "drawing__spot_check__association",
            "line__session",
            "line__entry__supporter__region",
            "line__entry__beneficiary__region",
            "finding__addressee",
            "finding__found_by",
        )
        .prefetch_related(Prefetch("finding__replies", queryset=replies))
        .order_by("drawing", "rank")
    )


def finding_of(sampled: Sampled) -> Finding | None:
    """Return what was found of a drawn session, or None while nobody looked at it."""
    return getattr(sampled, "finding", None)


def last_reply(finding: Finding) -> Reply | None:
    """Return the newest reply to a finding, or None."""
    return max(finding.replies.all(), key=lambda reply: reply.number, default=None)


def found(sampled: Sampled) -> Found:
    """Return a drawn session as the rules see it."""
    finding = finding_of(sampled)
    if finding is None:
        return Found(looked_at=False)
    reply = last_reply(finding)
    answers = [answer for each in finding.replies.all() if (answer := getattr(each, "answer", None))]
    deadlines = [answer.new_deadline_date for answer in answers if answer.new_deadline_date]
    return Found(
        looked_at=True,
        faulty=finding.outcome == Finding.Outcome.FAULTY,
        deadline=(deadlines or [finding.deadline_date])[-1],
        reply_waits=reply is not None and getattr(reply, "answer", None) is None,
        last_answer=answers[-1].outcome if answers else "",
    )


def state_of(check: SpotCheck, sample: Sequence[Sampled], *, on: date) -> CheckState:
    """Return where a check stands on a day."""
    return rules.check_state(
        seed_date=check.seed_date,
        on=on,
        called_off=getattr(check, "calling_off", None) is not None,
        drawn=getattr(check, "drawing", None) is not None,
        findings=states(sample, on=on),
    )


def states(sample: Iterable[Sampled], *, on: date) -> list[FindingState]:
    """Return where the findings of drawn sessions stand on a day."""
    return [rules.finding_state(found(each), on=on) for each in sample]


def handed_in_since_announced(sampled: Sampled) -> int:
    """Return how many pieces of a session's evidence that stand were handed in after its check was announced."""
    since = sampled.drawing.spot_check.announced_at
    return sampled.line.session.evidence.filter(uploaded_at__gt=since, withdrawn_at=None).count()


def photos_of(finding: Finding) -> dict[str, int]:
    """Return the photos of a finding and its replies by what they belong to, without reading them: "finding", or the
    number of the reply.
    """
    rows = CheckPhoto.objects.filter(Q(finding=finding) | Q(reply__finding=finding))
    return {
        "finding" if reply is None else str(reply): pk
        for pk, reply in rows.order_by("pk").values_list("pk", "reply__number")
    }


def photo_of(viewer: Viewer, code: str, rank: int, pk: int) -> CheckPhoto | None:
    """Return a photo of a drawn session whose finding somebody may read, or None."""
    sampled = sampled_of(viewer, code, rank)
    finding = finding_of(sampled) if sampled else None
    if finding is None:
        return None
    return CheckPhoto.objects.filter(Q(finding=finding) | Q(reply__finding=finding), pk=pk).first()
