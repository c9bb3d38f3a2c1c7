"""What sheets hold about a person."""

from django.utils.translation import gettext_lazy as _

from courses.sheets.door import privacy as door
from qianchang.groundwork.personal_data import ERASED, declare
from qianchang.people.privacy.subjects import LAWYER


def declare_holdings() -> None:
    """Declare every table of sheets."""
    declare(
        "sheets.Sheet",
        purpose=_("Who scheduled a sign-in sheet, and who supervised its room"),
        acts=("entered_by",),
        texts=("site", "supervisor"),
        kept="what was counted must stay provable",
    )
    declare(
        "sheets.SheetVersion",
        purpose=_("Who keyed a sign-in sheet, and who supervised its room"),
        acts=("by",),
        texts=("supervisor",),
        kept="what was counted must stay provable",
    )
    declare(
        "sheets.SheetRow",
        purpose=_("Sign-in sheets on which you stand"),
        of={"lawyer": LAWYER},
        given=(
            "version__sheet__session__code",
            "version__sheet__date",
            "name",
            "mark",
            "minutes",
            "in_at",
            "out_at",
        ),
        texts=("name", "licence_number", "firm"),
        blank={"name": ERASED, "licence_number": "", "firm": ""},
        kept="how many people were there is evidence of the session",
    )
    declare(
        "sheets.SheetDecision",
        purpose=_("Who reported, returned or confirmed a sign-in sheet"),
        acts=("by", "reported_by"),
        texts=("reason",),
        kept="four eyes must stay provable",
    )
    declare(
        "sheets.SheetFile",
        purpose=_("Who handed in the photo of a sign-in sheet"),
        acts=("uploaded_by", "withdrawn_by"),
        kept="what was counted must stay provable",
    )
    declare(
        "sheets.SheetCredit",
        purpose=_("For which row of a sign-in sheet you have hours"),
        of={"row__lawyer": LAWYER},
        given=("row__version__sheet__session__code", "entry__hours"),
        kept="hours stand on it",
    )
    declare(
        "sheets.CountedSpan",
        purpose=_("When you were in a room for which you have hours"),
        of={"lawyer": LAWYER},
        given=("from_at", "until_at", "entry__hours"),
        kept="no time counts twice",
    )
    door.declare_holdings()
