"""The words of spot checks: states and their tags."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programmes.quotas.wording import association_name, month_label
from programmes.spot_checks.models import SpotCheck
from programmes.spot_checks.rules import CheckState, FindingState

CHECK_STATES: dict[CheckState, str | Promise] = {
    CheckState.ANNOUNCED: gettext_lazy("Announced"),
    CheckState.TO_DRAW: gettext_lazy("To be drawn"),
    CheckState.LOOKING: gettext_lazy("Being looked at"),
    CheckState.MENDING: gettext_lazy("Being mended"),
    CheckState.FINISHED: gettext_lazy("All settled"),
    CheckState.CALLED_OFF: gettext_lazy("Called off"),
}
CHECK_TAGS: dict[CheckState, str] = {
    CheckState.ANNOUNCED: "br",
    CheckState.TO_DRAW: "wa",
    CheckState.LOOKING: "wa",
    CheckState.MENDING: "wa",
    CheckState.FINISHED: "ok",
    CheckState.CALLED_OFF: "",
}
FINDING_STATES: dict[FindingState, str | Promise] = {
    FindingState.NOT_LOOKED_AT: gettext_lazy("Not looked at"),
    FindingState.IN_ORDER: gettext_lazy("In order"),
    FindingState.TO_MEND: gettext_lazy("To be mended"),
    FindingState.OVERDUE: gettext_lazy("Overdue"),
    FindingState.TO_ACCEPT: gettext_lazy("Reply to be checked"),
    FindingState.MENDED: gettext_lazy("Mended"),
    FindingState.EXPLAINED: gettext_lazy("No fault"),
}
FINDING_TAGS: dict[FindingState, str] = {
    FindingState.NOT_LOOKED_AT: "",
    FindingState.IN_ORDER: "ok",
    FindingState.TO_MEND: "wa",
    FindingState.OVERDUE: "er",
    FindingState.TO_ACCEPT: "br",
    FindingState.MENDED: "ok",
    FindingState.EXPLAINED: "ok",
}


def subject_of(check: SpotCheck) -> str:
    """Return which sessions a check is about: the sides and the months."""
    sides = [
        _("held by %(association)s") % {"association": association_name(check.supporter)}
        if check.supporter
        else "",
        _("held for %(association)s") % {"association": association_name(check.beneficiary)}
        if check.beneficiary
        else "",
    ]
    return _(", ").join([each for each in sides if each] or [_("of all associations")])


def months_of(check: SpotCheck) -> str:
    """Return the months of a check as text writes them."""
    first, last = month_label(check.first_month), month_label(check.last_month)
    return first if first == last else _("%(first)s to %(last)s") % {"first": first, "last": last}
