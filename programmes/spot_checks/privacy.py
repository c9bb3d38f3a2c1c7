"""What spot checks hold about a person: who did what, by number, and what officers wrote."""

from django.utils.translation import gettext_lazy as _

from qianchang.groundwork.personal_data import declare, declare_none

SIGNED = "four eyes must stay provable"


def declare_holdings() -> None:
    """Declare every table of spot checks."""
    declare(
        "spot_checks.SpotCheck",
        purpose=_("Who announced a spot check"),
        acts=("announced_by",),
        kept=SIGNED,
    )
    declare(
        "spot_checks.Drawing", purpose=_("Who drew a spot check's sample"), acts=("drawn_by",), kept=SIGNED
    )
    declare(
        "spot_checks.CallingOff",
        purpose=_("Who called a spot check off, and why"),
        acts=("called_off_by",),
        texts=("reason",),
        kept=SIGNED,
    )
    declare(
        "spot_checks.Finding",
        purpose=_("Who found what in a spot check"),
        acts=("found_by",),
        texts=("words",),
        kept=SIGNED,
    )
    declare(
        "spot_checks.Reply",
        purpose=_("Who replied to a finding of a spot check, and what"),
        acts=("found_by", "replied_by"),
        texts=("words",),
        kept=SIGNED,
    )
    declare(
        "spot_checks.Answer",
        purpose=_("Who accepted the mending of a finding"),
        acts=("replied_by", "answered_by"),
        texts=("words",),
        kept=SIGNED,
    )
    declare(
        "spot_checks.CheckPhoto",
        purpose=_("Photos of a finding and of its mending: sheets and rooms"),
        harmless=("jpeg",),
        kept="the evidence of a finding",
    )
    declare_none("counted sessions, which are no person's", "spot_checks.FrameLine", "spot_checks.Sampled")
