"""Sentences about the rows of a sheet, for whoever keyed them."""

from django.utils.translation import gettext as _

from courses.sheets.rules import RowFault, Wrong


def sentence(fault: RowFault, *, length_minutes: int) -> str:
    """Return what is wrong with a row and what to do, beginning with its number."""
    return _("Row %(row)d: %(what)s") % {
        "row": fault.row,
        "what": words(fault, length_minutes=length_minutes),
    }


def words(fault: RowFault, *, length_minutes: int) -> str:
    """Return the same without the number, for beside the row."""
    sentences = {
        Wrong.NO_NAME: _("write the name beside the licence number."),
        Wrong.BAD_LICENCE: _("a licence number has 17 digits; leave it empty for somebody who is no lawyer."),
        Wrong.TWICE: _("stands on row %(first)d already; take one of them out."),
        Wrong.NO_MINUTES: _("say how many minutes were heard."),
        Wrong.AS_LONG: _("the lecture takes %(length)d minutes; choose Full, or fewer minutes."),
        Wrong.SHORTER: _("%(minutes)d minutes were heard, less than the lecture takes; choose Partial."),
        Wrong.BACKWARDS: _("left before coming; look at the two times."),
        Wrong.UNMARKED: _("choose Full, Partial or Absent."),
    }
    return sentences[fault.wrong] % {
        "first": fault.first,
        "length": length_minutes,
        "minutes": fault.minutes,
    }
