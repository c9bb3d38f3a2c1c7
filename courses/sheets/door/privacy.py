"""What a door holds about a person."""

from django.utils.translation import gettext_lazy as _

from qianchang.groundwork.personal_data import ERASED, declare
from qianchang.people.privacy.subjects import LAWYER


def declare_holdings() -> None:
    """Declare the tables of the door."""
    declare(
        "sheets.DoorScan",
        purpose=_("When you passed the door of a session on site"),
        of={"lawyer": LAWYER},
        acts=("by",),
        given=("sheet__session__code", "direction", "at"),
        texts=("name", "licence_number"),
        blank={"name": ERASED, "licence_number": ""},
        kept="how many people were there is evidence of the session",
    )
    declare(
        "sheets.DoorWord",
        purpose=_("Who said that somebody was in a room"),
        acts=("by",),
        kept="four eyes must stay provable",
    )
