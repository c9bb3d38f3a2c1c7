"""Taking in the log of a meeting: the file into the vault, everybody on it beside it, matched to the roster.

Who of a region was there is known to those who see its roster; whoever hands in the log sees numbers. So the platform
matches, and the page shows names to those only who may see them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils.timezone import get_default_timezone, localdate
from django.utils.translation import gettext as _

from courses.schedule import evidence, meeting_logs
from courses.schedule.evidence import Accepted, UnableToAddEvidence
from courses.schedule.meeting_logs import Attendee, Log, UnreadableLog
from courses.schedule.models import Evidence, MeetingPresence, TrainingSession
from qianchang.groundwork import spreadsheets
from qianchang.people.models import Account, Association, Lawyer
from qianchang.people.permissions import Act, lawyers_where, may
from qianchang.people.walls import as_platform

# A conference of a whole country is smaller; the file is read within these limits by a process of its own.
LIMITS = spreadsheets.Limits(bytes=10 * 1024**2, rows=20_000, characters=8_000_000)
# Of those on the roster and of those who are not.
MOST_SHOWN = 100
CSV, SPREADSHEET = "text/csv", "application/octet-stream"


@dataclass(frozen=True)
class Taken:
    """A log that was taken in: its piece of evidence, how many people were on it, and which lines could not be read."""

    piece: Evidence
    people: int
    matched: int
    unread: tuple[int, ...]


@dataclass(frozen=True)
class LogPage:
    """What a reader sees of a log. `known` and `unknown` are empty for who does not see the roster of the region;
    `more` people stand in the file only, so that the page stays light.
    """

    people: int
    matched: int
    sees_names: bool
    known: tuple[MeetingPresence, ...]
    unknown: tuple[MeetingPresence, ...]
    more: int


def import_log(
    *, session: TrainingSession, content: bytes, replaces: int | None = None, by: Account, at: datetime
) -> Taken:
    """Take in the log of a meeting (csv, xlsx, xls, ods). The same file again is the same log.

    Raises PermissionDenied, and UnableToAddEvidence for a file that cannot be read, is no log, or is the log of another
    day.
    """
    if not evidence.may_add(by, session, on=localdate(at)):
        raise PermissionDenied(Act.ENTER_ATTENDANCE.value)
    log = _read(content, on=session.date)
    text = not content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))
    found = _matched(log, session.beneficiary)
    with transaction.atomic():
        piece = evidence.add_file(
            session=session,
            kind=Evidence.Kind.MEETING_LOG,
            file=Accepted(content, CSV if text else SPREADSHEET),
            replaces=replaces,
            by=by,
            at=at,
        )
        if not piece.presences.exists():
            MeetingPresence.objects.bulk_create(
                MeetingPresence(
                    log=piece,
                    name=attendee.name,
                    lawyer_id=lawyer,
                    seconds=attendee.seconds,
                    joins=attendee.joins,
                    joined_at=attendee.joined_at,
                    left_at=attendee.left_at,
                )
                for attendee, lawyer in found
            )
    return Taken(piece, len(found), sum(lawyer is not None for _who, lawyer in found), log.unread)


def log_page(piece: Evidence, *, region: Association, reader: Account, on: date) -> LogPage:
    """Return a log as a reader may see it: names only of the rosters that the reader sees. Three queries."""
    rows = MeetingPresence.objects.filter(log=piece).order_by("joined_at", "pk")
    numbers = list(rows.values_list("lawyer", flat=True))
    if not _sees_roster(reader, region, on=on):
        return LogPage(len(numbers), 0, sees_names=False, known=(), unknown=(), more=0)
    seen = lawyers_where(reader, Act.SEE_ROSTER, on=on, prefix="lawyer__")
    known = rows.filter(seen, lawyer__isnull=False).select_related("lawyer__firm")[:MOST_SHOWN]
    unknown = rows.filter(lawyer=None)[:MOST_SHOWN]
    return LogPage(
        people=len(numbers),
        matched=sum(number is not None for number in numbers),
        sees_names=True,
        known=tuple(known),
        unknown=tuple(unknown),
        more=len(numbers) - len(known) - len(unknown),
    )


def _sees_roster(reader: Account, region: Association, *, on: date) -> bool:
    return may(reader, Act.SEE_ROSTER, on=on, association=region)


def _read(content: bytes, *, on: date) -> Log:
    try:
        sheet = spreadsheets.read(content, LIMITS)
        log = meeting_logs.read_log(sheet.rows, zone=get_default_timezone())
    except spreadsheets.Unreadable as refusal:
        raise UnableToAddEvidence(str(refusal)) from refusal
    except UnreadableLog as refusal:
        names = {"name": _("name"), "joined": _("joining time"), "left": _("leaving time")}
        raise UnableToAddEvidence(
            _(
                "This list has no column for: %(columns)s. Export the attendance list of the meeting with them."
            )
            % {"columns": _(", ").join(names[each] for each in refusal.missing)}
        ) from refusal
    if not log.attendees:
        raise UnableToAddEvidence(_("Nobody stands on this list. Export it again after the meeting."))
    days = {localdate(stay.joined_at) for each in log.attendees for stay in each.stays}
    if on not in days:
        raise UnableToAddEvidence(
            _("This log is of %(day)s, the session of %(date)s. Choose the log of that day.")
            % {"day": min(days).isoformat(), "date": on.isoformat()}
        )
    return log


def _matched(log: Log, region: Association) -> list[tuple[Attendee, int | None]]:
    by_licence, by_name = _roster(log.attendees, region)
    of_lawyer: dict[int, list[Attendee]] = {}
    found: list[tuple[Attendee, int | None]] = []
    for attendee in log.attendees:
        lawyer = meeting_logs.match(attendee, by_licence=by_licence, by_name=by_name)
        if lawyer is None:
            found.append((attendee, None))
        else:
            of_lawyer.setdefault(lawyer, []).append(attendee)
    return [*((meeting_logs.merged(theirs), lawyer) for lawyer, theirs in of_lawyer.items()), *found]


def _roster(
    attendees: Iterable[Attendee], region: Association
) -> tuple[dict[str, int], dict[str, list[int]]]:
    """The lawyers of a region and of what is below it, of those on a log: by licence number and by name."""
    licences = {each.licence for each in attendees if each.licence}
    names = {name for each in attendees if not each.licence for name in meeting_logs.names_in(each.name)}
    below = Q(association=region) | Q(association__parent=region) | Q(association__parent__parent=region)
    by_licence: dict[str, int] = {}
    by_name: dict[str, list[int]] = {}
    with as_platform("a log is matched to the roster of its region, and shown to those only who see it"):
        for some in _portions(sorted(licences)):
            found = Lawyer.objects.filter(below, licence_number__in=some)
            by_licence |= dict(found.values_list("licence_number", "pk"))
        for some in _portions(sorted(names)):
            for name, number in Lawyer.objects.filter(below, name__in=some).values_list("name", "pk"):
                by_name.setdefault(name, []).append(number)
    return by_licence, by_name


def _portions(words: list[str], at_a_time: int = 500) -> Iterable[list[str]]:
    return (words[start : start + at_a_time] for start in range(0, len(words), at_a_time))
