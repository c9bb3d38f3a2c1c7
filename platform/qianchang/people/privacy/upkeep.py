"""What happens by itself every day: periods are applied, wishes whose days are over are carried out, files expire."""

from datetime import datetime

from qianchang.groundwork import audit, retention
from qianchang.groundwork.retention import Applied
from qianchang.people.privacy import erasure, own_data


def apply_retention(*, at: datetime, dry_run: bool = False) -> list[Applied]:
    """Let go what has been kept for longer than the settings say, and return how much of each kind. One audit entry for
    each kind of which something went.
    """
    done = retention.apply(at=at, dry_run=dry_run)
    for applied in done:
        if applied.count and not dry_run:
            audit.record(
                "let go after its period",
                object_type="retention",
                object_key=applied.period.name,
                by=None,
                at=at,
                rows=applied.count,
                days=applied.period.days,
            )
    return done


def every_day(*, at: datetime) -> None:
    """Do all of it. Doing it twice a day does no harm. What people asked for comes first: a period that cannot be applied
    does not hold it up.
    """
    erasure.carry_out_due(at=at)
    own_data.expire(at=at)
    apply_retention(at=at)
