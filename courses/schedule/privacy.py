"""What training sessions hold about a person: who entered and held them, by number."""

from django.utils.translation import gettext_lazy as _

from qianchang.groundwork.personal_data import ERASED, declare, declare_none
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
    declare(
        "schedule.Tour",
        purpose=_("Who entered a touring lecture series"),
        acts=("entered_by",),
        texts=("title",),
        kept="the sessions of an association stand on it",
    )
    declare(
        "schedule.SessionDetails",
        purpose=_("Who keyed in how a session went"),
        acts=("changed_by",),
        texts=("agenda", "host", "bridge", "sites"),
        kept="what was counted must stay provable",
    )
    declare(
        "schedule.Evidence",
        purpose=_("Who handed in the evidence of a session, and which lecturer signed"),
        acts=("uploaded_by", "withdrawn_by"),
        kept="what was counted must stay provable",
    )
    declare(
        "schedule.MeetingPresence",
        purpose=_("Meetings on whose log you stand"),
        of={"lawyer": LAWYER},
        given=("log__session__code", "name", "seconds", "joined_at", "left_at"),
        texts=("name",),
        blank={"name": ERASED},
        kept="how many people were there is evidence of the session",
    )
    declare_none("a list of ways to hold a session", "schedule.DeliveryMode")
