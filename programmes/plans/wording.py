"""What the rules of a plan say, in sentences."""

from django.utils.translation import gettext as _

from programmes.plans.models import Target
from programmes.plans.rules import Dimension, Overfull


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
