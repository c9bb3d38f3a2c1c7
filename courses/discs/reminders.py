"""Asking for discs back: whoever has one for more than 60 days is asked, and again every 30 days.

Every reminder has a key of the stretch that it is about, so that a day may be done again.
"""

from datetime import datetime

from django.urls import reverse
from django.utils.timezone import localdate

from courses.discs import moving, rules
from courses.discs.models import Disc
from qianchang.people import notices

OVERDUE = "disc_overdue"
AGAIN_AFTER_DAYS = 30


def remind(*, at: datetime) -> int:
    """Ask for every disc that has been with somebody for too long. Returns how many people were asked now."""
    today, told = localdate(at), 0
    away = Disc.objects.filter(state__in=rules.AWAY).select_related(
        "region__parent", "beneficiary__parent__parent"
    )
    for disc in away.order_by("pk"):
        # Since it arrived; a disc whose arrival nobody noted, since it was sent.
        since = localdate(disc.state_at)
        if not rules.is_overdue(since, on=today):
            continue
        days = rules.days_away(since, on=today)
        turn = (days - rules.OVERDUE_AFTER_DAYS - 1) // AGAIN_AFTER_DAYS
        words: dict[str, str | int] = {"number": disc.serial, "days": days}
        told += notices.post_many(
            event=OVERDUE,
            key=f"{disc.serial}:{since.isoformat()}:{turn}",
            told=dict.fromkeys(moving.receivers_of(disc, on=today), words),
            at=at,
            link=reverse("discs:disc", args=[disc.serial]),
        )
    return told
