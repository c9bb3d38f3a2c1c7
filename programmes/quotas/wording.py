"""What the rules of the quota say, in sentences, and the words of the states."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from courses.api import SessionFact
from programmes.quotas import rules
from programmes.quotas.rules import ConfirmRefusal, Note, ReversalRefusal, State, Why
from qianchang.people.models import Association

STATES: dict[State, str | Promise] = {
    State.PLANNED: gettext_lazy("Planned"),
    State.SCHEDULED: gettext_lazy("Scheduled"),
    State.HELD: gettext_lazy("Held"),
    State.RETURNED: gettext_lazy("Returned"),
    State.CONFIRMED: gettext_lazy("Confirmed"),
    State.COUNTED: gettext_lazy("Counted"),
    State.REVERSED: gettext_lazy("Reversed"),
    State.CANCELLED: gettext_lazy("Cancelled"),
}

# The class of the tag that shows a state: colour is never alone, the word stands in it.
TAGS: dict[State, str] = {
    State.PLANNED: "",
    State.SCHEDULED: "br",
    State.HELD: "wa",
    State.RETURNED: "er",
    State.CONFIRMED: "ok",
    State.COUNTED: "ok",
    State.REVERSED: "er",
    State.CANCELLED: "",
}

CONFIRM_REFUSALS: dict[ConfirmRefusal, str | Promise] = {
    ConfirmRefusal.NOT_HELD: gettext_lazy(
        "This session is not recorded as held yet. The supporting side does that first."
    ),
    ConfirmRefusal.ALREADY_CONFIRMED: gettext_lazy("This session is confirmed already. Nothing was changed."),
    ConfirmRefusal.ENTERED_BY_SELF: gettext_lazy(
        "You entered this session yourself, so a colleague has to confirm it. Nothing was changed."
    ),
    ConfirmRefusal.HELD_BY_SELF: gettext_lazy(
        "You recorded this session as held yourself, so a colleague has to confirm it. Nothing was changed."
    ),
}

REASONS_NOT_TO_COUNT: dict[Why, str | Promise] = {
    Why.NOT_HELD: gettext_lazy("It is not recorded as held."),
    Why.NOT_CONFIRMED: gettext_lazy("The beneficiary association has not confirmed it."),
    Why.RETURNED: gettext_lazy("The beneficiary association returned it."),
    Why.TOO_SHORT: gettext_lazy("It is shorter than a session has to be."),
    Why.NO_REACH: gettext_lazy("No lawyer has finished it or signed in yet."),
}

NOTES: dict[Note, str | Promise] = {
    Note.REPEAT: gettext_lazy("repeat"),
    Note.JOINT: gettext_lazy("joint event"),
    Note.WITHOUT_DISCS: gettext_lazy("disc papers not asked for yet"),
}

CHECK_REFUSALS: dict[ReversalRefusal, str | Promise] = {
    ReversalRefusal.OWN_PROPOSAL: gettext_lazy(
        "You proposed this reversal yourself, so a colleague has to decide it. Nothing was changed."
    ),
    ReversalRefusal.OWN_CLOSE: gettext_lazy(
        "You closed the month in which this was counted, so somebody else has to decide it. Nothing was changed."
    ),
}


UNITS: dict[str, str | Promise] = {
    "场": gettext_lazy("sessions"),
    "人": gettext_lazy("persons"),
    "辆": gettext_lazy("vehicles"),
}


def region_of(association: Association | None) -> str:
    """Return the short name of an association's region, in the reader's language."""
    if association is None:
        return ""
    place = association.region or association
    return place.name_en if get_language() == "en" and place.name_en else place.name_zh


def association_name(association: Association) -> str:
    """Return an association's name in the reader's language."""
    return association.name_en if get_language() == "en" and association.name_en else association.name_zh


def month_label(month: str) -> str:
    """Return a month `yyyy-mm` as text writes it."""
    return date_format(rules.first_day(month), "YEAR_MONTH_FORMAT")


def short_date(day: date) -> str:
    """Return a day as text writes it."""
    return date_format(day, "DATE_FORMAT")


def missing_evidence(fact: SessionFact) -> list[str]:
    """Return the labels of the evidence that a session still lacks."""
    return [str(item.label) for item in fact.evidence if not item.present]


def stood_in(why: Why, rival: str) -> str:
    """Say which session counts in the place of one, and what to do where both were held."""
    if why is Why.COUNTED_BEFORE:
        return _(
            "This lecture counts for this region by %(rival)s already; a recording counts once. If %(rival)s is the wrong "
            "one, propose its reversal."
        ) % {"rival": rival}
    return _(
        "It is the same event as %(rival)s, which counts. If it was held for two regions, mark it as a joint event; "
        "if it was another one, say the half-day."
    ) % {"rival": rival}


def step_of_replaced(rival: str) -> str:
    """Say in a list that another session counts in the place of one."""
    return _("Does not count: %(rival)s stands for it") % {"rival": rival}


def tag_of_replaced(rival: str) -> str:
    """Say in a tag which session counts in the place of one."""
    return _("%(code)s counts instead") % {"code": rival}


def without_papers(missing: Iterable[str]) -> str:
    """Return that a DVD does not count yet, and which of its papers are missing."""
    return _("It counts when its papers are complete. Missing: %(missing)s.") % {
        "missing": "、".join(missing)
    }


def too_short(minutes: int, *, minimum: int) -> str:
    """Say how short a session is, and how long one has to be."""
    return _("It lasts %(length)d minutes; a session has at least %(minimum)d.") % {
        "length": minutes,
        "minimum": minimum,
    }


def step_of_too_short() -> str:
    """Say in a list that a session never counts."""
    return _("Does not count: it is too short")


def tag_of_too_short() -> str:
    """Say in a tag why a session never counts."""
    return _("Too short to count")


def next_step(state: State, *, region: str, missing: Sequence[str], held_back: str = "") -> str:
    """Say what has to happen next, and on whose side."""
    if state is State.RETURNED:
        return _("Mend it: %(reason)s") % {"reason": held_back} if held_back else _("Mend what was returned")
    if state in (State.SCHEDULED, State.PLANNED) and missing:
        return _("Missing: %(evidence)s") % {"evidence": _(", ").join(missing)}
    if state in (State.SCHEDULED, State.PLANNED):
        return _("Record it as held")
    if state is State.HELD:
        return _("%(region)s confirms") % {"region": region}
    if state is State.CONFIRMED:
        return _("Counted when the month closes")
    return ""
