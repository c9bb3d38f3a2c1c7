"""What discs hold about a person: who asked for one, for whom and where to, who moved it, and answer sheets."""

from django.utils.translation import gettext_lazy as _

from qianchang.groundwork.personal_data import ERASED, declare, declare_none
from qianchang.people.privacy.subjects import LAWYER


def declare_holdings() -> None:
    """Declare every table of discs."""
    declare(
        "discs.DiscMaster",
        purpose=_("Who composed a disc"),
        acts=("entered_by",),
        texts=("title",),
        kept="discs were made of it",
    )
    declare(
        "discs.Disc",
        purpose=_("To whom and where a disc was sent"),
        acts=("entered_by",),
        texts=("recipient", "address"),
        kept="where a disc went is evidence of its sessions",
    )
    declare(
        "discs.DiscEvent",
        purpose=_("Who noted a step of a disc, and whom its words name"),
        acts=("by",),
        texts=("holder", "note"),
        kept="where a disc went is evidence of its sessions",
    )
    declare(
        "discs.DiscUse",
        purpose=_("Who let a disc belong to a session"),
        acts=("entered_by",),
        kept="where a disc went is evidence of its sessions",
    )
    declare(
        "discs.DiscRequest",
        purpose=_("Discs that you asked for"),
        of={"lawyer": LAWYER},
        acts=("asked_by", "declined_by"),
        given=("recipient", "address", "reason", "asked_at", "answer"),
        texts=("recipient", "address", "reason", "answer"),
        blank={"recipient": ERASED, "address": ERASED, "reason": ERASED},
        kept="a disc was made for it",
    )
    declare(
        "discs.AnswerSheet",
        purpose=_("Your answer sheets of discs"),
        of={"lawyer": LAWYER},
        acts=("by",),
        given=("disc__serial", "watched_on_date", "codes", "right", "accepted", "statement", "at"),
        kept="hours stand on it",
    )
    declare_none("which lectures are on a disc", "discs.MasterLecture")
    declare_none("which lectures were asked for", "discs.RequestedLecture")
