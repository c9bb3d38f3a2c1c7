"""A room that is shown the lecture over the network: who plays it there, and the presence codes in the picture.

Everybody in the room copies the same codes, those of the session, as from a disc. They come as captions of the film, each
at its moment: any browser shows them, full screen too, without script. Source: domain.md, "From watching to 学时", 5;
docs/decisions/0026.
"""

from datetime import datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from courses.attendance import presence
from courses.attendance.rules import code_windows
from courses.catalogue.models import LecturePage
from courses.enrolment.queries import release_for
from courses.sheets import access, queries
from courses.sheets.models import Sheet
from courses.sheets.operations import KEYABLE
from qianchang.people.models import Account
from qianchang.people.permissions import Act, associations_where
from qianchang.people.walls import as_platform


def is_shown_here(sheet: Sheet) -> bool:
    """Whether a room is shown the lecture by this platform: neither from a disc nor on site nor by telephone."""
    return sheet.streamed and sheet.disc_id is None and sheet.kind == Sheet.Kind.SCREENING


def why_not_now(sheet: Sheet, *, at: datetime) -> str:
    """Return why a room is not shown its lecture now; empty when it is: from its day on until the sheet is reported, as
    long as the lecture is open to the region.
    """
    lecture = sheet.session.lecture_version.lecture
    if sheet.state not in KEYABLE:
        return _("The sheet of this room was handed in. What was shown is shown.")
    if sheet.date > localdate(at):
        return _("This room is on %(date)s. Open this page again on that day.") % {
            "date": sheet.date.isoformat()
        }
    published = lecture.live and lecture.review == LecturePage.Review.PUBLISHED
    if not published or release_for(lecture, sheet.session.beneficiary, at) is None:
        return _("This lecture is not open to %(association)s now. Ask the supporting side to open it.") % {
            "association": sheet.session.beneficiary.name
        }
    return ""


@as_platform("asked for the account that a link was given to, not for whoever is signed in")
def may_play_recording(viewer_id: int, recording_id: int) -> bool:
    """Whether somebody plays a recording for a room of theirs that is shown it now."""
    viewer = Account.objects.filter(pk=viewer_id, is_active=True).first()
    if viewer is None:
        return False
    now = timezone.now()
    on = localdate(now)
    held = associations_where(viewer, Act.KEY_IN_SHEET, on=on) or []
    rooms = Sheet.objects.filter(
        access.keyable(viewer, on=on) | Q(session__supporter__in=held),
        session__lecture_version__recording=recording_id,
        streamed=True,
        kind=Sheet.Kind.SCREENING,
        state__in=KEYABLE,
        date__lte=on,
    ).select_related(
        "session__lecture_version__lecture",
        "session__supporter__parent__parent",
        "session__beneficiary__parent__parent",
        "association__parent__parent",
        "region__parent__parent",
    )
    return any(
        access.may_key(viewer, sheet, on=on) and not why_not_now(sheet, at=now)
        for sheet in rooms.order_by("pk")
    )


def captions_with_codes(sheet: Sheet) -> str:
    """Return the codes of a room as WebVTT, each for as long as its window lasts."""
    version = sheet.session.lecture_version
    place = queries.place_of(sheet.session)
    windows = code_windows(version.length_ms, version.excluded_ms, queries.terms_of(sheet).presence_minutes)
    cues = []
    for window in windows:
        digits = presence.shared_code(place=place, version_id=version.pk, index=window.index)
        words = _("Code %(number)d: %(digits)s") % {"number": window.index, "digits": " ".join(digits)}
        # On top, where no slide has its text.
        cues.append(
            f"{_moment(window.from_ms)} --> {_moment(window.until_ms)} line:5% align:center\n{words}\n"
        )
    return "\n".join(["WEBVTT\n", *cues])


def _moment(ms: int) -> str:
    seconds, rest = divmod(ms, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:03d}"
