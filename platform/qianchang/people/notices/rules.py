"""When a mail is tried again, and when a mail server's answer shuts an address off. Plain values in, plain values out."""

import re
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

# What servers say with the status codes of RFC 3463, and what those without them say of a box that there is not.
_STATUS = re.compile(r"\b5\.(\d{1,3})\.\d{1,3}\b")
_NO_SUCH_BOX = (550, 551, 553)


def rest_after(attempts: int) -> timedelta:
    """Return how long a mail rests after so many attempts (1: the first). It is also the time after which a worker
    that claimed it counts as dead.
    """
    return RESTS[min(max(attempts, 1), len(RESTS)) - 1]


def is_last(attempts: int) -> bool:
    """Tell whether a mail is given up after so many attempts that failed."""
    return attempts >= MAX_ATTEMPTS


def is_no_address(smtp_code: int, words: str) -> bool:
    """Tell whether a mail server's answer means that there is no such address, or nobody behind it any more. A mail that
    it does not like, a full box and a server that trusts this site no more say nothing of the address. RFC 5321, 4.2.3;
    RFC 3463, 3.2 and 3.3.
    """
    if not 500 <= smtp_code < 600:
        return False
    status = _STATUS.search(words)
    if status is not None:
        return status[1] == "1" or status[0] == "5.2.1"
    return smtp_code in _NO_SUCH_BOX
