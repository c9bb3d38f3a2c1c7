"""What reports hold about a person: who wrote and sent them, by number, and what officers wrote."""

from django.utils.translation import gettext_lazy as _

from qianchang.groundwork.personal_data import declare

SENT = "what was sent to others must stay provable"


def declare_holdings() -> None:
    """Declare every table of reports."""
    declare(
        "reports.ReturnDraft",
        purpose=_("Who wrote a monthly return, and what"),
        acts=("saved_by",),
        texts=("remarks", "addressees", "signatories"),
        kept=SENT,
    )
    declare(
        "reports.MonthlyReturn",
        purpose=_("Who made and sent a monthly return"),
        acts=("made_by", "sent_by"),
        texts=("remarks", "signatories"),
        kept=SENT,
    )
    declare("reports.BulletinIssue", purpose=_("Who issued a bulletin"), acts=("issued_by",), kept=SENT)
