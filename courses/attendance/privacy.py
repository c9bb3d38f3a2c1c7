"""What the evidence of watching holds about a person: on what it was watched goes, that it was watched stays."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from courses.attendance.models import Playback
from qianchang.groundwork import retention
from qianchang.groundwork.personal_data import declare
from qianchang.people.privacy.subjects import LAWYER

EVIDENCE = "evidence of hours that stay: a number watched"


def declare_holdings() -> None:
    """Declare every table of attendance, and how long what is kept."""
    retention.keep(
        "devices",
        _("The names of the browsers in which lectures were watched"),
        overdue=lambda before: Playback.objects.filter(opened_at__lt=before).exclude(device=""),
        drop=_forget_devices,
    )
    declare(
        "attendance.Playback",
        purpose=_("Where and when you opened a lecture, and the name of the browser"),
        of={"lawyer": LAWYER},
        given=("public_id", "lecture_version__lecture__title", "opened_at", "download_until", "device"),
        blank={"device": ""},
        kept=EVIDENCE,
    )
    declare(
        "attendance.WatchedSpan",
        purpose=_("Which parts you watched, when"),
        of={"lawyer": LAWYER},
        given=(
            "playback__public_id",
            "media_from_ms",
            "media_until_ms",
            "wall_from",
            "wall_until",
            "refusal",
            "received_at",
        ),
        kept=EVIDENCE,
    )
    declare(
        "attendance.Coverage",
        purpose=_("How much of each lecture you have watched"),
        of={"lawyer": LAWYER},
        given=("lecture_version__lecture__title", "covered_ms", "updated_at"),
        kept=EVIDENCE,
    )
    declare(
        "attendance.PresenceCheck",
        purpose=_("Which presence codes you answered"),
        of={"lawyer": LAWYER},
        given=("lecture_version__lecture__title", "code_index", "correct", "channel", "answered_at"),
        kept=EVIDENCE,
    )


def _forget_devices(rows: "QuerySet[Any]", at: datetime) -> int:
    return rows.update(device="")
