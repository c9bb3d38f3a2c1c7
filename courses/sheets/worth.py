"""What each row of a sheet is worth to its reader: as it would count now while it waits, as it was decided afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from courses.attendance.rules import Terms
from courses.sheets.elsewhere import Weighed
from courses.sheets.models import Sheet, SheetCredit, SheetDecision
from courses.sheets.rules import Keyed


@dataclass(frozen=True)
class Worth:
    """The hours of one row; None where there are none. `note` says why, where that is not plain."""

    hours: Decimal | None
    note: str = ""


NOTHING = Worth(None)


def of_rows(
    sheet: Sheet, keyed: Keyed, weighed: Mapping[int, Weighed], decided: SheetDecision | None, terms: Terms
) -> dict[int, Worth] | None:
    """Return what each row is worth, by its place from 1; None for a sheet that is still keyed. One query once it was
    confirmed, none before.
    """
    if decided is not None and decided.kind == SheetDecision.Kind.CONFIRMED:
        given = _given(decided)
        return {place: given.get(place, NOTHING) for place in range(1, len(keyed.rows) + 1)}
    if sheet.state != Sheet.State.REPORTED:
        return None
    found = {}
    for place, row in enumerate(keyed.rows, start=1):
        each = weighed.get(row.lawyer_id or 0) if row.was_there else None
        # Who is on no roster gets none.
        found[place] = Worth(terms.hours(each.heard_ms)) if each is not None else NOTHING
    return found


def _given(decided: SheetDecision) -> dict[int, Worth]:
    """What was credited when a sheet was confirmed. Who had as many hours of the lecture already has them from there."""
    rows = SheetCredit.objects.filter(row__version=decided.version_id).values_list(
        "row__position", "entry__hours", "entry__recorded_at"
    )
    return {
        place: Worth(hours) if at == decided.at else Worth(None, _("has its hours already"))
        for place, hours, at in rows
    }


def together(worth: Mapping[int, Worth]) -> Decimal:
    """Return the hours of all rows."""
    return sum((each.hours for each in worth.values() if each.hours), Decimal(0))
