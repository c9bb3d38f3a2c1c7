"""What the rules of a plan say, in sentences."""

from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from courses import api as courses
from programmes.plans.models import Target
from programmes.plans.planner import Contradiction, Departure, Margin
from programmes.plans.rules import Dimension, Overfull
from programmes.plans.years import Years, YearsBasis
from qianchang.people.models import Association


def overfull(fault: Overfull, *, plan: str) -> str:
    """Say by how much a split is larger than its number, and what to do."""
    split = {
        Dimension.BENEFICIARY: _("regions"),
        Dimension.YEAR: _("years"),
        Dimension.MODE: _("delivery modes"),
    }[fault.dimension]
    return _(
        "%(plan)s: the %(split)s add up to %(parts)s = %(total)d, which is %(by)d more than the %(whole)d "
        "(%(strength)s). Take %(by)d away from one of them."
    ) % {
        "plan": plan,
        "split": split,
        "parts": " + ".join(str(part.quantity) for part in fault.parts),
        "total": fault.total,
        "by": fault.by,
        "whole": fault.whole.quantity,
        "strength": Target.Strength(fault.whole.strength).label,
    }


def region_of(association: Association | None) -> str:
    """Return the short name of an association's region, in the reader's language; "" for no association."""
    if association is None:
        return ""
    place = association.region or association
    return place.name_en if get_language() == "en" and place.name_en else place.name_zh


def mode_labels() -> dict[str, str]:
    """Return what the delivery modes are called, by their codes in their order. One query."""
    return {mode.code: str(mode.label) for mode in courses.delivery_modes()}


def bucket_label(modes: Iterable[str], labels: Mapping[str, str]) -> str:
    """Return what a bucket of delivery modes is called; empty means any mode."""
    named = set(modes)
    return _(", ").join(label for code, label in labels.items() if code in named) or _("any mode")


def margin(each: Margin, *, regions: Mapping[str, str], labels: Mapping[str, str]) -> str:
    """Name a margin by what it says: 100 (assigned number; Guangxi), 10 (intended number; 2013, on site)."""
    said = [
        str(Target.Strength(each.line.strength).label),
        str(each.year) if each.year else "",
        regions.get(each.line.beneficiary or "", each.line.beneficiary or ""),
        bucket_label(each.line.modes, labels) if each.line.modes else "",
    ]
    return _("%(quantity)d (%(what)s)") % {
        "quantity": each.quantity,
        "what": _(", ").join(part for part in said if part),
    }


def contradiction(found: Contradiction, *, regions: Mapping[str, str], labels: Mapping[str, str]) -> str:
    """Say which numbers contradict each other, by how much, and what to do."""
    if found.whole is None:
        return _(
            "These numbers cannot all be met: %(numbers)s. They miss each other by %(by)d. Change one of them."
        ) % {
            "numbers": _(", ").join(margin(each, regions=regions, labels=labels) for each in found.margins),
            "by": found.by,
        }
    sentence = (
        _("%(parts)s = %(total)d: that is %(by)d more than %(whole)s. Take %(by)d away from one of them.")
        if found.over
        else _("%(parts)s = %(total)d: that is %(by)d less than %(whole)s. Add %(by)d to one of them.")
    )
    return sentence % {
        "parts": " + ".join(margin(part, regions=regions, labels=labels) for part in found.parts),
        "total": sum(part.quantity for part in found.parts),
        "by": found.by,
        "whole": margin(found.whole, regions=regions, labels=labels),
    }


def departure(each: Departure, *, regions: Mapping[str, str], labels: Mapping[str, str]) -> str:
    """Say by how much cells miss a number."""
    sentence = (
        ngettext(
            "The cells come to %(total)d, which is %(by)d more than %(margin)s.",
            "The cells come to %(total)d, which is %(by)d more than %(margin)s.",
            each.by,
        )
        if each.by > 0
        else ngettext(
            "The cells come to %(total)d, which is %(by)d less than %(margin)s.",
            "The cells come to %(total)d, which is %(by)d less than %(margin)s.",
            -each.by,
        )
    )
    return sentence % {
        "total": each.total,
        "by": abs(each.by),
        "margin": margin(each.margin, regions=regions, labels=labels),
    }


def years(said: Years) -> str:
    """Say which years a breakdown has, and why."""
    span = (
        str(said.first)
        if said.count == 1
        else _("%(first)d to %(last)d") % {"first": said.first, "last": said.all[-1]}
    )
    reason = {
        YearsBasis.WINDOW: _("the window of the plan"),
        YearsBasis.DIVISION: _("%(whole)s ÷ %(each)s a year = %(count)d years")
        % {"whole": said.dividend, "each": said.divisor, "count": said.count},
        YearsBasis.STATED: _("the years that the documents name"),
        YearsBasis.CHOSEN: _("chosen by the officer"),
    }[said.basis]
    return _("%(span)s (%(reason)s)") % {"span": span, "reason": reason}


def names_of(regions: Iterable[Association]) -> dict[str, str]:
    """Return what regions are called, by the codes of their associations."""
    return {each.code: region_of(each) for each in regions}


def sentences(parts: Sequence[str]) -> str:
    """Return sentences one after another, with what was done about them: nothing."""
    return " ".join([*parts, _("Nothing was changed.")])
