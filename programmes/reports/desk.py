"""What one officer finds among the reports: whose returns they see, and one month with its buttons."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from programmes.plans.models import Plan
from programmes.quotas import rules as counting
from programmes.quotas.scope import Scope, scope_of
from programmes.quotas.wording import STATES, TAGS, month_label
from programmes.reports import operations, returns, rules
from programmes.reports.bulletins import LANGUAGE
from programmes.reports.models import MonthlyReturn, ReturnDraft, Side
from programmes.reports.papers import Paper
from programmes.reports.return_figures import ReturnFigures
from qianchang.people.models import Account, Association, AssociationRole
from qianchang.people.permissions import Act, may

# Whose word decides what an officer of a side may do for it.
SIDE_ACTS = {Side.SUPPORTER: Act.HOLD_SESSION, Side.BENEFICIARY: Act.CONFIRM_SESSION}


@dataclass(frozen=True)
class Whose:
    """One association on one of its sides."""

    association: Association
    side: Side

    @property
    def key(self) -> str:
        """How the address of a page names it."""
        return f"{self.association.code}:{self.side.value}"

    @property
    def label(self) -> str:
        """How a list of choices names it."""
        side = _("gives") if self.side is Side.SUPPORTER else _("is given")
        return f"{self.association.name} · {side}"


@dataclass(frozen=True)
class MonthPage:
    """One association's month as an officer sees it, with what they may do now."""

    plan: Plan
    whose: Whose
    month: str
    label: str
    before: str
    after: str
    figures: ReturnFigures
    paper: Paper
    draft: ReturnDraft | None
    remarks: str
    addressees: str
    signatories: str
    number: int
    next_version: int
    versions: tuple[MonthlyReturn, ...]
    is_posted: bool
    may_make: bool
    may_post: bool

    @property
    def provisional(self) -> bool:
        """Whether the figures may still change."""
        return self.whose.side is Side.SUPPORTER and not self.is_posted


def choices(account: Account, plan: Plan, *, on: date) -> list[Whose]:
    """Return whose returns of a plan somebody may see: what their associations give first, then what they are given."""
    scope = scope_of(account, on=on)
    if not may(account, Act.SEE_RETURN, on=on):
        return []
    found: list[Whose] = []
    for side, role in (
        (Side.SUPPORTER, AssociationRole.Role.SUPPORTER),
        (Side.BENEFICIARY, AssociationRole.Role.BENEFICIARY),
    ):
        named = AssociationRole.objects.filter(programme_code=plan.programme.code, role=role)
        stated = plan.targets.values("supporter" if side is Side.SUPPORTER else "beneficiary")
        either = Association.objects.filter(pk__in=named.values("association")) | Association.objects.filter(
            pk__in=stated
        )
        found += [
            Whose(association, side)
            for association in either.select_related("parent__parent", "region").distinct().order_by("code")
            if _sees(scope, association, side)
            and may(account, Act.SEE_RETURN, on=on, association=association)
        ]
    return found


def whose_of(account: Account, plan: Plan, key: str, *, on: date) -> tuple[Whose, list[Whose]] | None:
    """Return whose month is meant (the first that they may make, when nothing is said) and all choices; None when it is
    none of theirs: absent and forbidden look the same.
    """
    found = choices(account, plan, on=on)
    if key:
        chosen = next((each for each in found if each.key == key), None)
    else:
        own = [each for each in found if may_make(account, each, on=on)]
        chosen = next(iter([*own, *found]), None)
    return (chosen, found) if chosen else None


def may_make(account: Account, whose: Whose, *, on: date) -> bool:
    """Tell whether somebody writes and sends an association's returns of that side."""
    return may(account, Act.MAKE_RETURN, on=on, association=whose.association) and may(
        account, SIDE_ACTS[whose.side], on=on, association=whose.association
    )


def month_page(
    account: Account, plan: Plan, whose: Whose, *, month: str, at: datetime, on: date
) -> MonthPage:
    """Return one month as it stands now. Raises ValueError when `month` is not like 2026-10."""
    rules.month_bounds(month)
    stands = returns.stands_for(plan, whose.association, whose.side, month)
    figures = returns.figures(
        plan, association=whose.association, side=whose.side, month=month, as_of=stands or at
    )
    draft = ReturnDraft.objects.filter(
        plan=plan, association=whose.association, side=whose.side, month=month
    ).first()
    versions = tuple(returns.sent(plan, association=whose.association, side=whose.side, month=month))
    text = _text(account, draft, plan, whose, month)
    return MonthPage(
        plan=plan,
        whose=whose,
        month=month,
        label=month_label(month),
        before=rules.month_before(month),
        after=counting.next_month(month),
        figures=figures,
        paper=draft_paper(figures, draft, versions, text),
        draft=draft,
        remarks=text["remarks"],
        addressees=text["addressees"],
        signatories=text["signatories"],
        number=draft.number if draft else 0,
        next_version=len(versions) + 1,
        versions=versions,
        is_posted=stands is not None,
        may_make=may_make(account, whose, on=on),
        may_post=whose.side is Side.SUPPORTER
        and may(account, Act.CLOSE_MONTH, on=on, association=whose.association),
    )


def draft_paper(
    figures: ReturnFigures,
    draft: ReturnDraft | None,
    versions: tuple[MonthlyReturn, ...],
    text: dict[str, str],
) -> Paper:
    """Return the paper of the version to come."""
    shown = draft or ReturnDraft(**text)
    provisional = (
        figures.side is Side.SUPPORTER
        and returns.stands_for(figures.plan, figures.association, figures.side, figures.month) is None
    )
    words = operations.words_of_draft(shown, version=len(versions) + 1, provisional=provisional)
    return returns.as_paper(figures, words)


def pending(page: MonthPage) -> list[dict[str, Any]]:
    """Return the sessions that are not counted, with their states in words."""
    return [
        {**vars(each), "state": STATES[each.state], "tag": TAGS[each.state]} for each in page.figures.pending
    ]


def _text(
    account: Account, draft: ReturnDraft | None, plan: Plan, whose: Whose, month: str
) -> dict[str, str]:
    """What the form shows: the draft, else last month's text, else what every return begins with."""
    if draft is not None:
        return {
            "remarks": draft.remarks,
            "addressees": draft.addressees,
            "signatories": draft.signatories,
        }
    last = returns.sent(plan, association=whose.association, side=whose.side).filter(month__lt=month).first()
    with translation.override(LANGUAGE):
        return {
            "remarks": last.remarks if last else "",
            "addressees": last.addressees
            if last
            else "\n".join(
                [
                    _("Lawyers division of the provincial department of justice"),
                    _("Secretariat of the provincial lawyers association"),
                ]
            ),
            "signatories": "\n".join(
                [_("Made by: %(name)s") % {"name": account}, _("Checked by:"), _("In charge:")]
            ),
        }


def _sees(scope: Scope, association: Association, side: Side) -> bool:
    return scope.gives(association.pk) if side is Side.SUPPORTER else scope.receives(association.pk)
