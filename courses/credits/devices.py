"""On which device somebody watched, in words that a lawyer knows. Plain values in, plain values out."""

from django.utils.translation import gettext as _

from courses.attendance.decisions import BY_DECISION
from qianchang.people.browsers import browser_words


def device_words(user_agent: str) -> str:
    """Return a device as "Chrome · Windows 7", or what stands in its place where officers decided."""
    if user_agent == BY_DECISION:
        return _("Counted by decision of two officers")
    return browser_words(user_agent)
