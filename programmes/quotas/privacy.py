"""What the counting of sessions holds about a person: who decided, by number, and what officers wrote."""

from django.utils.translation import gettext_lazy as _

from qianchang.groundwork.personal_data import declare, declare_none

SIGNED = "four eyes must stay provable"


def declare_holdings() -> None:
    """Declare every table of quotas."""
    declare(
        "quotas.Decision",
        purpose=_("Who confirmed or returned a session, and why"),
        acts=("decided_by",),
        texts=("reason",),
        kept=SIGNED,
    )
    declare("quotas.MonthClose", purpose=_("Who posted a month"), acts=("closed_by",), kept=SIGNED)
    declare(
        "quotas.QuotaEntry",
        purpose=_("Why a counted session was reversed"),
        texts=("reason",),
        kept="a ledger of sessions, which are no person's",
    )
    declare(
        "quotas.Reversal",
        purpose=_("Who proposed to take a counted session back, who decided, and why"),
        acts=("proposed_by", "decided_by"),
        texts=("reason", "answer"),
        kept=SIGNED,
    )
    declare_none("sessions and targets", "quotas.QuotaRule", "quotas.SessionTarget")
