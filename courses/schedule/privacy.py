"""What training sessions hold about a person: who entered and held them, by number."""

from django.utils.translation import gettext_lazy as _

from qianchang.groundwork.personal_data import declare, declare_none
from qianchang.people.privacy.subjects import LAWYER


def declare_holdings() -> None:
    """Declare every table of sessions."""
    declare(
        "schedule.TrainingSession",
        purpose=_("Who entered a session, and who recorded it as held"),
        acts=("entered_by", "held_by"),
        texts=("place",),
        published=True,
        kept="four eyes must stay provable",
    )
    declare(
        "schedule.SessionNotice",
        purpose=_("Who wrote the public notice of a session"),
        acts=("changed_by",),
        texts=("audience", "sign_up", "text"),
        published=True,
        kept="a notice belongs to its association",
    )
    declare(
        "schedule.SignUp",
        purpose=_("Sessions for which you signed up"),
        of={"lawyer": LAWYER},
        given=("session__code", "state", "changed_at"),
        kept="a seat was taken: a number sat there",
    )
    declare_none("a list of ways to hold a session", "schedule.DeliveryMode")
