"""What sticks hold about a person."""

from django.utils.translation import gettext_lazy as _

from qianchang.groundwork.personal_data import declare, declare_none
from qianchang.people.privacy.subjects import LAWYER


def declare_holdings() -> None:
    """Declare every table of offline."""
    declare(
        "offline.Stick",
        purpose=_("The sticks that were made for you"),
        of={"lawyer": LAWYER},
        acts=("made_by", "revoked_by"),
        texts=("revoke_reason",),
        given=("serial", "made_at", "expires_at", "revoked_at"),
        kept="hours stand on the records of a stick",
    )
    declare(
        "offline.Bundle",
        purpose=_("The records that were brought back from your sticks"),
        of={"stick__lawyer": LAWYER},
        acts=("by",),
        given=("stick__serial", "number", "verdict", "received_at"),
        # Codes of ours, never words.
        harmless=("reason", "copy"),
        kept="hours stand on the records of a stick",
    )
    declare_none("which lectures, lengths and sums of files", "offline.StickLecture", "offline.FileSum")
