"""What the hours hold about a person. Entries stay, as a ledger must; words and photos go."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from courses.credits.models import Appeal, AppealPhoto, Correction, CreditEntry
from qianchang.groundwork import retention, sealing
from qianchang.groundwork.personal_data import ERASED, Subject, declare, declare_none
from qianchang.people.privacy.subjects import LAWYER


def declare_holdings() -> None:
    """Declare every table of hours, and how long what is kept."""
    retention.keep(
        "appeal_photos",
        _("Photos on appeals that were answered"),
        overdue=lambda before: AppealPhoto.objects.filter(appeal__decided_at__lt=before),
    )
    declare(
        "credits.CreditEntry",
        purpose=_("Your hours"),
        of={"lawyer": LAWYER},
        acts=("maker", "checker"),
        harmless=("devices",),
        given=(
            "ledger",
            "sequence",
            "lecture__title",
            "accounting_year",
            "category",
            "mode_code",
            "hours",
            "grade",
            "recorded_at",
            "reason",
        ),
        texts=("reason",),
        kept="a ledger: hours that an association gave, under a number that nobody can read a person out of",
        erase=_seal_reasons,
    )
    declare(
        "credits.Correction",
        purpose=_("Corrections of your hours by two officers"),
        of={"lawyer": LAWYER},
        acts=("proposed_by", "decided_by"),
        given=("kind", "reason", "state", "proposed_at", "decided_at", "answer"),
        blank={"reason": ERASED, "answer": ERASED},
        texts=("reason", "answer"),
        pending=lambda rows: rows.filter(state=Correction.State.PROPOSED),
        kept="that two people corrected an entry belongs to the entry",
    )
    declare(
        "credits.Appeal",
        purpose=_("What you asked about your hours, and the answers"),
        of={"lawyer": LAWYER},
        acts=("filed_by", "taken_by", "decided_by"),
        given=("filed_at", "words", "state", "decided_at", "answer"),
        texts=("words", "answer"),
        blank={"words": ERASED, "answer": ERASED},
        pending=lambda rows: rows.filter(state__in=(Appeal.State.SUBMITTED, Appeal.State.TAKEN_UP)),
        kept="an entry that was corrected must show that somebody had asked",
    )
    declare(
        "credits.AppealPhoto",
        purpose=_("The photo that you put to an appeal"),
        of={"appeal__lawyer": LAWYER},
        given=("appeal_id", "size_bytes"),
        harmless=("jpeg",),
        files=_photos,
    )
    declare_none("rules of hours", "credits.CreditRule", "credits.AccountingWindow")


def _photos(photo: AppealPhoto) -> Iterator[tuple[str, bytes]]:
    yield f"appeal-{photo.appeal_id}.jpg", bytes(photo.jpeg)


def _seal_reasons(rows: "QuerySet[Any]", subject: Subject, at: datetime) -> int:
    return sealing.seal(CreditEntry, list(rows.exclude(reason="").values_list("pk", flat=True)))
