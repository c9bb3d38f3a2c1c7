"""Writes about breakdowns: proposing one, changing its cells, and deciding on it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from programmes.plans import exact, frames, moments, planner, wording
from programmes.plans.frames import Frame, UnableToPlan
from programmes.plans.models import Adoption, Breakdown, MarginOverride, Plan, PlanCell, Target
from programmes.plans.planner import Departure, Place, Quantities
from programmes.plans.rules import INEXACT
from programmes.plans.years import Years
from qianchang.groundwork import audit
from qianchang.people.models import Account, Association
from qianchang.people.permissions import Act, require


class UnableToChangeCells(Exception):
    """The cells cannot be changed like that; the message says which numbers they miss and by how much. Nothing was
    changed. `missed` are the keys of the targets for which a reason would be taken; none while an assigned one is missed.
    """

    def __init__(self, message: str, *, missed: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.missed = tuple(missed)


class UnableToAdopt(Exception):
    """The breakdown cannot be decided on now; the message says why. Nothing was changed."""


@dataclass(frozen=True)
class _Content:
    """What one version says."""

    years: Years
    quantities: Quantities
    reasons: Mapping[int, str]


@transaction.atomic
def propose_plan(
    *,
    plan: Plan,
    supporter: Association,
    first: int | None = None,
    count: int | None = None,
    by: Account,
    at: datetime,
) -> Breakdown:
    """Let the planner break a supporter's part of a plan down; it becomes the next version. The same again is no new
    version. `first` and `count` are the officer's choice of years. Where the numbers that are not assigned contradict the
    others, it departs from them by as little as it can (see `departures_of`): the officer gives the reason, or other cells.

    Raises UnableToPlan when the assigned numbers contradict each other, or PermissionDenied.
    """
    require(by, Act.BREAK_DOWN_QUOTA, on=localdate(at), association=supporter)
    newest = _locked_newest(plan, supporter, at=at)
    frame = frames.frame_of(plan, supporter=supporter, first=first, count=count)
    content = _Content(frame.years, proposal(frame).quantities, {})
    if newest is not None and _content_of(newest) == content:
        return newest
    made = _write(plan, supporter, content, base=None, after=newest, by=by, at=at)
    _record("proposed breakdown", made, by=by, at=at)
    return made


def proposal(frame: Frame) -> planner.Proposal:
    """Return what the planner proposes: every number met, or where that cannot be, every assigned one. Raises UnableToPlan
    with the assigned numbers that contradict each other.
    """
    try:
        try:
            return planner.propose(frame.margins, frame.grid)
        except planner.Contradiction:
            return planner.depart(frame.margins, frame.grid)
    except planner.Contradiction as found:
        words = wording.contradiction(
            found, regions=wording.names_of(frame.regions.values()), labels=wording.mode_labels()
        )
        raise UnableToPlan(wording.sentences([words])) from found
    except exact.Undecided as error:
        raise UnableToPlan(
            _(
                "These numbers are too entangled to break down. Take out one that splits another, and try again."
            )
        ) from error


def departures_of(proposed: planner.Proposal, frame: Frame) -> list[str]:
    """Say which numbers a proposal departs from, and by how much; nothing of approximate ones, which ask for no reason."""
    return _sentences(frame, [each for each in proposed.loosened if each.margin.line.strength not in INEXACT])


@transaction.atomic
def change_cells(
    *,
    breakdown: Breakdown,
    quantities: Mapping[Place, int],
    reasons: Mapping[str, str] | None = None,
    by: Account,
    at: datetime,
) -> Breakdown:
    """Write the cells of a breakdown anew, as the next version; the same cells again are no new version. A number that
    is not assigned may be missed with a reason (by the key of its target), an assigned one never.

    Raises UnableToChangeCells, UnableToPlan or PermissionDenied.
    """
    require(by, Act.BREAK_DOWN_QUOTA, on=localdate(at), association=breakdown.supporter)
    newest = _locked_newest(breakdown.plan, breakdown.supporter, at=at)
    frame = frames.frame_behind(breakdown)
    if set(quantities) != set(frame.grid.places) or any(value < 0 for value in quantities.values()):
        raise UnableToChangeCells(
            _("The cells of this plan are others by now. Open the page again. Nothing was changed.")
        )
    missed = _missed(frame, quantities, reasons or {})
    content = _Content(frame.years, dict(quantities), missed)
    if newest is not None and _content_of(newest) == content:
        return newest
    if newest is None or newest.pk != breakdown.pk:
        raise UnableToChangeCells(_overtaken(newest))
    made = _write(breakdown.plan, breakdown.supporter, content, base=breakdown, after=newest, by=by, at=at)
    _record("changed cells", made, by=by, at=at, overrides=len(content.reasons))
    return made


@transaction.atomic
def adopt_plan(*, breakdown: Breakdown, seen: int, by: Account, at: datetime) -> Adoption:
    """Decide on a breakdown: from now on it holds. `seen` is the number of the adoption that the officer saw (0: none);
    when another one came in between, the officer is told. Deciding on what holds already changes nothing.

    Raises UnableToAdopt, UnableToPlan or PermissionDenied.
    """
    require(by, Act.BREAK_DOWN_QUOTA, on=localdate(at), association=breakdown.supporter)
    at = moments.in_turn(breakdown.plan_id, at=at)
    newest = (
        Adoption.objects.filter(plan=breakdown.plan, supporter=breakdown.supporter)
        .select_related("breakdown", "adopted_by")
        .order_by("-number")
        .first()
    )
    if newest is not None and newest.breakdown_id == breakdown.pk:
        return newest
    if (newest.number if newest else 0) != seen:
        raise UnableToAdopt(_adopted_meanwhile(newest))
    frame = frames.frame_behind(breakdown)
    content = _content_of(breakdown)
    if set(content.quantities) != set(frame.grid.places):
        raise UnableToAdopt(
            _("The targets have changed since this version was made. Propose it anew. Nothing was changed.")
        )
    words = _sentences(frame, _unexplained(frame, content.quantities, content.reasons.keys()))
    if words:
        raise UnableToAdopt(wording.sentences(words))
    try:
        with transaction.atomic():
            adoption = Adoption.objects.create(
                plan=breakdown.plan,
                supporter=breakdown.supporter,
                number=seen + 1,
                breakdown=breakdown,
                adopted_by=by,
                adopted_at=at,
            )
    except IntegrityError as error:
        raise UnableToAdopt(_adopted_meanwhile(None)) from error
    _record("adopted breakdown", breakdown, by=by, at=at, adoption=adoption.number)
    return adoption


# --- what a version says ------------------------------------------------------------------------------------


def _content_of(breakdown: Breakdown) -> _Content:
    reasons = dict(breakdown.overrides.order_by("pk").values_list("target_id", "reason"))
    return _Content(frames.years_behind(breakdown), frames.quantities_of(breakdown), reasons)


def _missed(frame: Frame, quantities: Mapping[Place, int], reasons: Mapping[str, str]) -> dict[int, str]:
    """Return the reasons for the numbers that cells miss, by target. Raises UnableToChangeCells."""
    said = {key: words.strip() for key, words in reasons.items() if words.strip()}
    given = {frame.target_by_key[key].pk for key in said if key in frame.target_by_key}
    unexplained = _unexplained(frame, quantities, given)
    if unexplained:
        binding = any(each.margin.binds for each in unexplained)
        soft = [] if binding else [each.margin.line.key for each in unexplained]
        raise UnableToChangeCells(
            wording.sentences(_sentences(frame, unexplained)), missed=list(dict.fromkeys(soft))
        )
    keys = {each.margin.line.key for each in planner.departures(frame.margins, quantities)}
    return {frame.target_by_key[key].pk: said[key] for key in said if key in keys}


def _unexplained(
    frame: Frame, quantities: Mapping[Place, int], explained: Collection[int]
) -> list[Departure]:
    """The numbers that cells miss without a reason that may be taken. An approximate number says itself that it is not
    exact, and asks for none.
    """
    return [
        each
        for each in planner.departures(frame.margins, quantities)
        if each.margin.line.strength not in INEXACT
        and (each.margin.binds or frame.target_by_key[each.margin.line.key].pk not in explained)
    ]


def _sentences(frame: Frame, found: Sequence[Departure]) -> list[str]:
    regions, labels = wording.names_of(frame.regions.values()), wording.mode_labels() if found else {}
    return [wording.departure(each, regions=regions, labels=labels) for each in found]


# --- writing ------------------------------------------------------------------------------------------------


def _locked_newest(plan: Plan, supporter: Association, *, at: datetime) -> Breakdown | None:
    """Let one officer at a time write about a plan, and return the newest version."""
    moments.in_turn(plan.pk, at=at)
    return (
        Breakdown.objects.filter(plan=plan, supporter=supporter)
        .select_related("made_by", "plan", "supporter")
        .order_by("-version")
        .first()
    )


def _write(
    plan: Plan,
    supporter: Association,
    content: _Content,
    *,
    base: Breakdown | None,
    after: Breakdown | None,
    by: Account,
    at: datetime,
) -> Breakdown:
    breakdown = Breakdown.objects.create(
        plan=plan,
        supporter=supporter,
        version=after.version + 1 if after else 1,
        base=base,
        first_year=content.years.first,
        year_count=content.years.count,
        years_basis=Breakdown.YearsBasis(content.years.basis.value),
        years_dividend=content.years.dividend,
        years_divisor=content.years.divisor,
        made_by=by,
        made_at=at,
    )
    codes = {beneficiary for _year, beneficiary, _modes in content.quantities}
    regions = dict(Association.objects.filter(code__in=codes).order_by("code").values_list("code", "pk"))
    PlanCell.objects.bulk_create(
        PlanCell(
            breakdown=breakdown,
            year=year,
            beneficiary_id=regions[beneficiary],
            modes=",".join(modes),
            quantity=quantity,
        )
        for (year, beneficiary, modes), quantity in content.quantities.items()
    )
    for target_id, reason in content.reasons.items():
        MarginOverride.objects.create(breakdown=breakdown, target=Target(pk=target_id), reason=reason)
    return breakdown


def _record(verb: str, breakdown: Breakdown, *, by: Account, at: datetime, **details: int) -> None:
    audit.record(
        verb,
        object_type="breakdown",
        object_key=f"{breakdown.plan.code}/{breakdown.supporter.code}/{breakdown.version}",
        by=by,
        at=at,
        **details,
    )


def _overtaken(newest: Breakdown | None) -> str:
    if newest is None:
        return _("This version is gone. Open the page again. Nothing was changed.")
    return _(
        "%(name)s made version %(version)d in the meantime. Open the page again and look at it. "
        "Nothing was changed."
    ) % {"name": newest.made_by or _("The platform"), "version": newest.version}


def _adopted_meanwhile(newest: Adoption | None) -> str:
    if newest is None:
        return _(
            "Somebody decided on another version in the meantime. Open the page again. Nothing was changed."
        )
    return _(
        "%(name)s decided on version %(version)d in the meantime. Open the page again and look at it. "
        "Nothing was changed."
    ) % {"name": newest.adopted_by, "version": newest.breakdown.version}
