"""What is said about sticks and their records, in sentences that say what to do."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.attendance.rules import Refusal
from courses.attendance.sentences import refusal_sentence
from courses.offline.models import Bundle
from courses.offline.rules import Doubt

DOUBTS: dict[Doubt, str | Promise] = {
    Doubt.UNREADABLE: gettext_lazy(
        "This is no record of a stick. Choose the file that the stick saved; its name begins with the number of the stick."
    ),
    Doubt.UNKNOWN: gettext_lazy(
        "There is no stick with this number whose records you bring back. Look at the number on the stick, or ask the "
        "lawyer or your association to bring it back."
    ),
    Doubt.ALTERED: gettext_lazy(
        "This record was changed after the stick had saved it. Nothing of it counts. Open the stick and save it anew."
    ),
    Doubt.REVOKED: gettext_lazy(
        "This stick was declared lost, so its records count nothing. Make a new one, or ask your association."
    ),
    Doubt.FOREIGN_LECTURE: gettext_lazy(
        "This record tells of a lecture that is not on the stick. Nothing of it counts. Open the stick and save it anew."
    ),
    Doubt.OUT_OF_BOUNDS: gettext_lazy(
        "This record says what no stick can have played. Nothing of it counts. Open the stick and save it anew."
    ),
    Doubt.EMPTY: gettext_lazy(
        "This record is empty: nothing was watched and nobody was marked. Watch on the stick, then save the record."
    ),
    Doubt.OLDER: gettext_lazy(
        "A newer record of this sheet was brought back before. This one changes nothing; you need not send it again."
    ),
}


def doubt_sentence(doubt: Doubt) -> str:
    """Return why a record is not taken."""
    return str(DOUBTS[doubt])


def bundle_sentence(bundle: Bundle) -> str:
    """Return what became of a record."""
    if bundle.reason in set(Doubt):
        return doubt_sentence(Doubt(bundle.reason))
    if bundle.reason in set(Refusal):
        refused = refusal_sentence(bundle.reason)
        if bundle.verdict == Bundle.Verdict.REFUSED:
            return refused
        return _("Of %(all)d parts %(refused)d do not count. %(why)s") % {
            "all": bundle.spans,
            "refused": bundle.spans_refused,
            "why": refused,
        }
    if bundle.sheet_version_id is not None:
        return _("The sheet was taken over. It is reported and confirmed like any other.")
    return _("Everything in it counts.")
