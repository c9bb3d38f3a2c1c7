"""Making a stick, and declaring one lost."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.timezone import localdate, make_aware
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.attendance import registries
from courses.catalogue.models import LecturePage, LectureVersion
from courses.catalogue.queries import version_for
from courses.enrolment.operations import enrol
from courses.enrolment.queries import released_lectures
from courses.offline import contents, rules, scope, zips
from courses.offline.models import Stick, StickLecture
from courses.sheets.models import Sheet
from courses.sheets.queries import terms_of as terms_of_sheet
from qianchang.groundwork import audit
from qianchang.people.models import Account, Lawyer
from qianchang.people.permissions import Act

_ATTEMPTS = 5
# Room for everything that is no film: slides, transcripts, the page.
_BESIDE_BYTES = 128 * 1024**2


class UnableToMake(Exception):
    """The stick cannot be made like this. The text says why and what to do; nothing was changed."""


class UnableToRevoke(Exception):
    """The stick cannot be declared lost like this. The text says why; nothing was changed."""


def make_stick(
    *, lawyer: Lawyer, lectures: Sequence[LecturePage], way: str, by: Account, at: datetime
) -> Stick:
    """Make a stick with these lectures for one lawyer, in the versions that the lawyer watches. A lawyer who makes one
    takes the lectures with it. Raises PermissionDenied, UnableToMake.
    """
    today = localdate(at)
    if not scope.may_make(by, lawyer, on=today):
        raise PermissionDenied(Act.REQUEST_DISC.value)
    chosen = list(dict.fromkeys(lecture.pk for lecture in lectures))
    if not chosen:
        raise UnableToMake(_("Choose at least one lecture."))
    if len(chosen) > rules.MOST_LECTURES:
        raise UnableToMake(
            ngettext(
                "A stick takes %(most)d lecture. Make a second one for the others.",
                "A stick takes %(most)d lectures. Make a second one for the others.",
                rules.MOST_LECTURES,
            )
            % {"most": rules.MOST_LECTURES}
        )
    found = {lecture.pk: lecture for lecture in released_lectures(lawyer, at=at).filter(pk__in=chosen)}
    if len(found) < len(chosen):
        raise UnableToMake(_("One of these lectures is not open to this lawyer. Choose another one."))
    versions = [_version(found[pk], lawyer) for pk in chosen]
    minutes = registries.terms_of(lawyer, on=today).presence_minutes
    with transaction.atomic():
        if lawyer.account_id == by.pk:
            for pk in chosen:
                enrol(lawyer=lawyer, lecture=found[pk], by=by, at=at)
        return _made(versions, way=way, minutes=minutes, by=by, at=at, lawyer=lawyer)


def make_room_stick(*, sheet: Sheet, way: str, by: Account, at: datetime) -> Stick:
    """Make a stick with the lecture of a room, its roster and its codes. Raises PermissionDenied, UnableToMake."""
    if not scope.may_make_for_room(by, sheet, on=localdate(at)):
        raise PermissionDenied(Act.ENTER_ATTENDANCE.value)
    if sheet.kind != Sheet.Kind.SCREENING:
        raise UnableToMake(
            _("Only a group screening is shown from a stick. Schedule one, then make the stick for it.")
        )
    if sheet.state in (Sheet.State.CONFIRMED, Sheet.State.CANCELLED):
        raise UnableToMake(_("This sheet is closed: a stick would bring nothing back. Schedule another one."))
    minutes = terms_of_sheet(sheet).presence_minutes
    with transaction.atomic():
        return _made([sheet.session.lecture_version], way=way, minutes=minutes, by=by, at=at, sheet=sheet)


def revoke_stick(*, stick: Stick, reason: str, by: Account, at: datetime) -> Stick:
    """Declare a stick lost: from now on nothing that comes from it counts. What was brought back before stays. Doing it
    again changes nothing. Raises PermissionDenied, UnableToRevoke.
    """
    if not scope.reaches(by, stick, on=localdate(at)):
        raise PermissionDenied(Act.ENTER_ATTENDANCE.value)
    reason = " ".join(reason.replace("\x00", "").split())
    if not reason:
        raise UnableToRevoke(_("Say how the stick was lost."))
    with transaction.atomic():
        locked = Stick.objects.select_for_update().get(pk=stick.pk)
        if locked.revoked_at is None:
            locked.revoked_at, locked.revoked_by, locked.revoke_reason = at, by, reason[:200]
            locked.save(update_fields=["revoked_at", "revoked_by", "revoke_reason"])
            audit.record(
                "stick revoked",
                object_type="stick",
                object_key=stick.number,
                by=by,
                at=at,
                reason=reason[:200],
            )
    return locked


def last_moment(at: datetime) -> datetime:
    """Return the end of the last day on which a stick that is made now is watched."""
    return make_aware(datetime.combine(localdate(at) + timedelta(days=rules.DAYS + 1), time.min))


def _version(lecture: LecturePage, lawyer: Lawyer) -> LectureVersion:
    version = version_for(lecture, lawyer)
    if version is None:
        raise UnableToMake(_("One of these lectures is not open to this lawyer. Choose another one."))
    return version


def _made(
    versions: Sequence[LectureVersion],
    *,
    way: str,
    minutes: int,
    by: Account,
    at: datetime,
    lawyer: Lawyer | None = None,
    sheet: Sheet | None = None,
) -> Stick:
    missing = [each for each in versions if not contents.plays(each, way)]
    if missing:
        raise UnableToMake(
            _("“%(title)s” is still being prepared and cannot be put on a stick yet. Try again in an hour.")
            % {"title": missing[0].lecture.localised_title}
        )
    stick = _numbered(
        Stick(
            kind=Stick.Kind.PERSON if lawyer else Stick.Kind.ROOM,
            way=Stick.Way(way),
            lawyer=lawyer,
            sheet=sheet,
            presence_minutes=minutes,
            made_by=by,
            made_at=at,
            expires_at=last_moment(at),
        )
    )
    StickLecture.objects.bulk_create(
        StickLecture(stick=stick, version=version, position=position)
        for position, version in enumerate(versions, start=1)
    )
    size = sum(contents.film_bytes(version, way) for version in versions)
    if size > zips.MOST_BYTES - _BESIDE_BYTES:
        raise UnableToMake(
            _("These lectures are too long for one stick. Choose fewer of them, or the small film.")
        )
    audit.record(
        "stick made", object_type="stick", object_key=stick.number, by=by, at=at,
        lectures=len(versions), stick_kind=stick.kind,
    )  # fmt: skip
    return stick


def _numbered(stick: Stick) -> Stick:
    """Give a stick the next number. Two at one moment: the slower one takes the next but one."""
    for attempt in range(_ATTEMPTS):
        stick.serial = (Stick.objects.aggregate(last=Max("serial"))["last"] or 0) + 1
        try:
            with transaction.atomic():
                stick.save(force_insert=True)
        except IntegrityError:
            if attempt == _ATTEMPTS - 1:
                raise
        else:
            break
    return stick
