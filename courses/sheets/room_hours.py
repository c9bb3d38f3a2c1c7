"""From when until when a room sat: what is said of it before its sheet is reported, and what forbids that.

See docs/decisions/0026.
"""

from datetime import datetime, time, timedelta

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from courses.attendance.clock import from_ms, to_ms
from courses.attendance.rules import MINUTE_MS
from courses.sheets import elsewhere, queries
from courses.sheets.models import Sheet
from courses.sheets.rules import Keyed

# No lecture of a room takes longer; what does is a slip of the hand, as an end past midnight of a room by day is.
LONGEST = timedelta(hours=8)
EVENING = time(18)


def missing(sheet: Sheet, keyed: Keyed) -> list[str]:
    """Return what to look at in the hours of a room. Nothing of it forbids reporting."""
    room = elsewhere.room_of(sheet, keyed)
    if room is None:
        return [_("The hours of the room are missing. Without them nobody sees who was elsewhere then.")]
    minutes, length = (room[1] - room[0]) // MINUTE_MS, queries.length_minutes(sheet)
    if minutes >= length:
        return []
    return [
        _("The room sat for %(minutes)d minutes, and the lecture takes %(length)d. Look at the two times.")
        % {"minutes": minutes, "length": length}
    ]


def refusal(sheet: Sheet, keyed: Keyed, *, at: datetime) -> str:
    """Return the sentence why a sheet cannot be reported with these hours, or not yet; empty where it can."""
    room = elsewhere.room_of(sheet, keyed)
    if room is None:
        return ""
    begins, ends = (localtime(from_ms(each)) for each in room)
    longest = max(LONGEST, timedelta(minutes=queries.length_minutes(sheet)))
    if ends - begins > longest or (ends.date() > begins.date() and begins.time() < EVENING):
        return _(
            "The room would have sat from %(begins)s until %(ends)s. Look at the two times, and put them right."
        ) % {"begins": f"{begins:%H:%M}", "ends": f"{ends:%H:%M}"}
    if to_ms(at) < room[1]:
        return _(
            "This room sits until %(ends)s. Report the sheet then; if it ended earlier, put its end right first."
        ) % {"ends": f"{ends:%H:%M}"}
    return ""
