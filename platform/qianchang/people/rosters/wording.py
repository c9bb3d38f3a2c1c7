"""Sentences about rosters: what is wrong with a row, what a column holds, what somebody's row would change."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from qianchang.people.masks import masked_email, masked_phone
from qianchang.people.models import RosterImport, RosterRow
from qianchang.people.rosters.columns import Field
from qianchang.people.rosters.faults import Group, Kind

FIELDS = {
    Field.LICENCE_NUMBER: gettext_lazy("Licence number"),
    Field.NAME: gettext_lazy("Name"),
    Field.FIRM: gettext_lazy("Law firm"),
    Field.COUNTY: gettext_lazy("County"),
    Field.PHONE: gettext_lazy("Telephone number"),
    Field.EMAIL: gettext_lazy("E-mail address"),
    Field.BIRTH_YEAR: gettext_lazy("Birth year"),
    Field.REGISTERED_ON: gettext_lazy("At the firm since"),
}
GROUPS = {
    Group.LICENCE: gettext_lazy("Licence number"),
    Group.TWICE: gettext_lazy("Twice"),
    Group.NAME: gettext_lazy("Name"),
    Group.FIRM: gettext_lazy("Law firm"),
    Group.PLACE: gettext_lazy("County"),
    Group.PHONE: gettext_lazy("Telephone number"),
    Group.OTHER: gettext_lazy("Other"),
    Group.ROW: gettext_lazy("Whole row"),
}
_SENTENCES = {
    Kind.LICENCE_MISSING: gettext_lazy("The licence number is missing"),
    Kind.LICENCE_SHORT: gettext_lazy("The licence number has only %(digits)s digits, it should have 17"),
    Kind.LICENCE_LONG: gettext_lazy("The licence number has %(digits)s digits, it should have 17"),
    Kind.LICENCE_LETTERS: gettext_lazy(
        "The letter %(letter)s stands in the licence number, it should be a digit"
    ),
    Kind.LICENCE_SCIENTIFIC: gettext_lazy(
        "Excel has shortened the number: copy its 17 digits from the licence"
    ),
    Kind.LICENCE_FIGURE: gettext_lazy(
        "Excel kept the number as a figure, so its last digits are lost: copy them from the licence"
    ),
    Kind.LICENCE_MASKED: gettext_lazy("Part of the licence number is hidden by stars: type it whole"),
    Kind.LICENCE_SIGNS: gettext_lazy("Other signs stand in the licence number: leave its 17 digits alone"),
    Kind.IDENTITY_CARD: gettext_lazy(
        "This is the number of an identity card (it was not kept): type the licence number"
    ),
    Kind.LICENCE_TWICE: gettext_lazy("The same licence number as on row %(row)s"),
    Kind.LICENCE_ELSEWHERE: gettext_lazy(
        "This licence number is on another association's roster: ask that association to transfer it"
    ),
    Kind.NAME_MISSING: gettext_lazy("The name is missing"),
    Kind.NAME_DIGITS: gettext_lazy("There are digits in the name"),
    Kind.NAME_PLACEHOLDER: gettext_lazy("This is no name: type the name as on the licence"),
    Kind.NAME_WITH_NOTE: gettext_lazy("A note stands behind the name"),
    Kind.NAME_LONG: gettext_lazy("The name is too long"),
    Kind.NAME_DIFFERS: gettext_lazy(
        "The roster has another name for this licence number: %(proposal)s. Save to take the one of the file"
    ),
    Kind.FIRM_MISSING: gettext_lazy("The firm is missing"),
    Kind.FIRM_LONG: gettext_lazy("The name of the firm is too long"),
    Kind.FIRM_NEARLY: gettext_lazy("Is it “%(proposal)s”? Save to enter a new firm"),
    Kind.FIRM_ELSEWHERE: gettext_lazy("On the roster this firm is in %(county)s"),
    Kind.FIRM_TWO_COUNTIES: gettext_lazy("Another row has this firm in %(county)s"),
    Kind.REGISTERED_LATER: gettext_lazy("The roster has a later change, of %(day)s: %(firm)s"),
    Kind.COUNTY_MISSING: gettext_lazy("A new firm: type its county"),
    Kind.COUNTY_UNKNOWN: gettext_lazy("There is no region of this name"),
    Kind.COUNTY_SEVERAL: gettext_lazy("It can mean several: %(names)s"),
    Kind.COUNTY_ELSEWHERE: gettext_lazy("This county belongs to another association"),
    Kind.PHONE_LETTERS: gettext_lazy("Other signs stand in the telephone number"),
    Kind.PHONE_SEVERAL: gettext_lazy("Several telephone numbers: keep one"),
    Kind.EMAIL_MALFORMED: gettext_lazy("This is no e-mail address"),
    Kind.BIRTH_ABSURD: gettext_lazy("Nobody of that age practises: check the birth year"),
    Kind.BIRTH_TWO_DIGITS: gettext_lazy("The birth year has two digits"),
    Kind.BIRTH_MALFORMED: gettext_lazy("This is no year"),
    Kind.DATE_MALFORMED: gettext_lazy("This is no date: write it like 2026-10-31"),
    Kind.DATE_FUTURE: gettext_lazy("The date lies in the future"),
    Kind.ROW_SHORT: gettext_lazy("The row has only %(cells)s of %(columns)s columns: mend it in the file"),
    Kind.ROW_LONG: gettext_lazy("The row has %(cells)s cells for %(columns)s columns: mend it in the file"),
    Kind.ROW_TOTAL: gettext_lazy("A total, no lawyer"),
    Kind.ROW_NOTE: gettext_lazy("A note, no lawyer"),
    Kind.ROW_HEADING: gettext_lazy("The heading again"),
}


_MASKS = {Field.PHONE.value: masked_phone, Field.EMAIL.value: masked_email}


def failure(taken: RosterImport) -> str:
    """Return what an import that stands still has left undone, and what to do."""
    if taken.failed_while == RosterImport.State.CHECKING:
        return _("The check could not be finished. Nothing has reached the roster.")
    if taken.failed_while == RosterImport.State.IMPORTING:
        return _("The import stopped before its end. What is in stays in, nothing is in twice.")
    return _("The undo stopped before its end. Some rows are taken back, the others are still in.")


def sentence(row: RosterRow) -> str:
    """Return what is wrong with a row, in one sentence."""
    kind = Kind(row.fault)
    if kind == Kind.PHONE_LENGTH:
        return _phone(int(row.about.get("digits", 0)), int(row.about.get("over", 0)))
    if kind == Kind.COUNTY_UNKNOWN and row.proposal:
        return _("There is no “%(value)s” among the regions. Is it “%(proposal)s”?") % {
            "value": row.value,
            "proposal": row.proposal,
        }
    return str(_SENTENCES[kind]) % {"proposal": row.proposal, **row.about}


def _phone(digits: int, over: int) -> str:
    if over > 0:
        return ngettext(
            "The telephone number has %(count)d digit too many",
            "The telephone number has %(count)d digits too many",
            over,
        ) % {"count": over}
    return _("The telephone number has only %(count)d digits") % {"count": digits}


def changes(row: RosterRow) -> list[tuple[str, str, str]]:
    """Return what a row changes: the field, before, after. What the roster had and lists mask is masked here too: a file
    with a wrong number would otherwise show the right one, without a reason.
    """
    return [
        (str(FIELDS[Field(name)]), _MASKS[name](before) if name in _MASKS else before, after)
        for name, (before, after) in row.changes.items()
    ]


def repairs(row: RosterRow) -> list[tuple[str, str, str]]:
    """Return what was repaired by itself: the field, as it stood, as it is read."""
    return [
        (str(FIELDS[Field(name)]), stood, row.values.get(name, "")) for name, stood in row.repairs.items()
    ]


def file_was(taken: RosterImport) -> str:
    """Return what the file turned out to be, for the line below its name."""
    form = taken.form
    if form.get("kind") == "text":
        signs = {
            ",": _("commas"),
            "\t": _("tabs"),
            ";": _("semicolons"),
            "|": "|",
            "，": _("full-width commas"),
        }
        return _("Text in %(encoding)s, columns by %(sign)s") % {
            "encoding": str(form.get("encoding", "")).upper(),
            "sign": signs.get(form.get("delimiter", ","), ","),
        }
    if form.get("sheets", 1) > 1:
        return _("Spreadsheet; of its %(count)d sheets “%(name)s” was read") % {
            "count": form["sheets"],
            "name": form.get("sheet", ""),
        }
    return _("Spreadsheet, sheet “%(name)s”") % {"name": form.get("sheet", "")}
