"""When a mail is tried again, and when a mail server's answer is for good. Plain values in, plain values out."""

from datetime import timedelta

# How long a mail rests after its first, second, … attempt that failed: three days in all, then it is given up.
RESTS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=12),
    timedelta(hours=24),
    timedelta(hours=30),
)
MAX_ATTEMPTS = len(RESTS) + 1


def rest_after(attempts: int) -> timedelta:
    """Return how long a mail rests after so many attempts (1: the first). It is also the time after which a worker
    that claimed it counts as dead.
    """
    return RESTS[min(max(attempts, 1), len(RESTS)) - 1]


def is_last(attempts: int) -> bool:
    """Tell whether a mail is given up after so many attempts that failed."""
    return attempts >= MAX_ATTEMPTS


def is_for_good(smtp_code: int) -> bool:
    """Tell whether a mail server's answer about an address means never (5xx) and not later (4xx). RFC 5321, 4.2.1."""
    return 500 <= smtp_code < 600
