"""Refuses periods that the law or the walls do not allow (`manage.py check`, and every management command)."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

# Network logs are kept for six months at least: engineering.md, 6. The wall of the log holds the same (walls.py).
LEAST_AUDIT_DAYS = 184


def retention_errors(app_configs: Any, **_how: Any) -> list[CheckMessage]:
    """Return one error for each period that is too short or no number of days."""
    found: list[CheckMessage] = []
    if settings.KEEP_DAYS["audit"] < LEAST_AUDIT_DAYS:
        found.append(
            Error(
                f"QIANCHANG_KEEP_AUDIT_DAYS is less than {LEAST_AUDIT_DAYS}: network logs are kept for six months at least.",
                id="qianchang.E020",
            )
        )
    short = sorted(name for name, days in settings.KEEP_DAYS.items() if days < 1)
    if short or settings.ERASURE_DAYS < 0:
        found.append(
            Error(
                f"Periods are days, one at least: {', '.join(short) or 'ERASURE_DAYS'}.", id="qianchang.E021"
            )
        )
    return found
