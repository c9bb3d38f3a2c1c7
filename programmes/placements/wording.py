"""What the rules of the registers say, in sentences, and the classes of their tags."""

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from programmes.placements.models import Donation, Trainee
from programmes.placements.rules import DayRefusal, NoDay, SignRefusal

# The class of the tag that shows a state: colour is never alone, the word stands in it.
STAGE_TAGS: dict[str, str] = {
    Trainee.Stage.NOMINATED: "wa",
    Trainee.Stage.ACCEPTED: "br",
    Trainee.Stage.IN_CLASS: "br",
    Trainee.Stage.AT_FIRM: "br",
    Trainee.Stage.FINISHED: "ok",
    Trainee.Stage.REFUSED: "er",
    Trainee.Stage.WITHDRAWN: "",
}
STATE_TAGS: dict[str, str] = {
    Donation.State.OFFERED: "br",
    Donation.State.DELIVERED: "wa",
    Donation.State.VERIFIED: "ok",
    Donation.State.WITHDRAWN: "",
}

TAKEN_BACK = gettext_lazy("verified, then reversed")

SIGNING: dict[SignRefusal, str | Promise] = {
    SignRefusal.NOT_DELIVERED: gettext_lazy(
        "It is not recorded as delivered. The giving side does that first."
    ),
    SignRefusal.VERIFIED_BEFORE: gettext_lazy("It is verified already. Nothing was changed."),
    SignRefusal.ENTERED_BY_SELF: gettext_lazy(
        "You entered it or recorded its delivery yourself, so a colleague has to sign. Nothing was changed."
    ),
    SignRefusal.NOT_VERIFIED: gettext_lazy(
        "It is not verified, so there is nothing to take back. Nothing was changed."
    ),
    SignRefusal.REVERSED_BEFORE: gettext_lazy("It was taken back already. Nothing was changed."),
    SignRefusal.VERIFIED_BY_SELF: gettext_lazy(
        "You verified it yourself, so a colleague has to take it back. Nothing was changed."
    ),
}


def day_refusal(refusal: NoDay) -> str:
    """Say why days are not logged."""
    day = date_format(refusal.day, "DATE_FORMAT") if refusal.day else ""
    if refusal.why is DayRefusal.TOO_MANY:
        if not refusal.left:
            return _("All days of this part are logged already. Nothing was changed.")
        return ngettext(
            "Only %(left)d day is left in this part. Give fewer days.",
            "Only %(left)d days are left in this part. Give fewer days.",
            refusal.left,
        ) % {"left": refusal.left}
    if refusal.why is DayRefusal.CLASS_FIRST:
        return ngettext(
            "The class comes first, and %(left)d day of it is missing. Log that first.",
            "The class comes first, and %(left)d days of it are missing. Log them first.",
            refusal.left,
        ) % {"left": refusal.left}
    sentences = {
        DayRefusal.NONE_GIVEN: _("No day is left between these two. Check both dates."),
        DayRefusal.TOO_LONG: _("That is more than a month. Log shorter stretches."),
        DayRefusal.TO_COME: _("%(day)s is still to come. Log days when they are over."),
        DayRefusal.LOGGED_BEFORE: _("%(day)s is logged already. Nothing was changed."),
        DayRefusal.BEFORE_THE_CLASS_ENDED: _(
            "The class lasted until %(day)s. Days at the firm come after it."
        ),
        DayRefusal.AFTER_THE_FIRM_BEGAN: _(
            "The days at the firm begin on %(day)s. Days of the class lie before them."
        ),
    }
    return sentences[refusal.why] % {"day": day}
