"""Taking in the log of a meeting: the file into the vault, everybody on it beside it, matched to the roster.

Who of a region was there is known to those who see its roster; whoever hands in the log sees numbers. So the platform
matches, and the page shows names to those only who may see them: of one event for several regions each reads its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Q
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
    """A log that was taken in: its piece of evidence, how many people were on it, how many of them the region knows,
    and which lines could not be read.
    """

    piece: Evidence
    people: int
    matched: int
    unread: tuple[int, ...]


@dataclass(frozen=True)
class LogPage:
    """What a reader sees of a log. `known` and `unknown` are empty for who does not see the roster of the region;
    `elsewhere` people are lawyers of other associations, whom nobody names here; `more` stand in the file only, so that
    the page stays light.
    """

    people: int
    matched: int
    sees_names: bool
    known: tuple[MeetingPresence, ...]
    unknown: tuple[MeetingPresence, ...]
    more: int
    elsewhere: int = 0


def import_log(
    *, session: TrainingSession, content: bytes, replaces: int | None = None, by: Account, at: datetime
) -> Taken:
    """Take in the log of a meeting (csv, xlsx, xls, ods). The same file again is the same log.

    Raises PermissionDenied, and UnableToAddEvidence for a file that cannot be read, is no log, or is the log of another
    day.
    """
    if not evidence.adds_all(by, session, on=localdate(at)):
        raise PermissionDenied(Act.ENTER_ATTENDANCE.value)
    log = _read(content, on=session.date)
    text = not content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))
    found, of_region = _matched(log, session)
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
    return Taken(piece, len(found), sum(lawyer in of_region for _who, lawyer in found), log.unread)


def log_page(piece: Evidence, *, region: Association, reader: Account, on: date) -> LogPage:
    """Return a log as a reader may see it: names only of the rosters that the reader sees. Three queries."""
    rows = MeetingPresence.objects.filter(log=piece).order_by("joined_at", "pk")
    if not sees_roster(reader, region, on=on):
        return LogPage(rows.count(), 0, sees_names=False, known=(), unknown=(), more=0)
    count = rows.order_by().aggregate(
        people=Count("pk"),
        nobody=Count("pk", filter=Q(lawyer=None)),
        matched=Count("pk", filter=_below(region.pk, prefix="lawyer__")),
    )
    seen = lawyers_where(reader, Act.SEE_ROSTER, on=on, prefix="lawyer__")
    known = rows.filter(seen, lawyer__isnull=False).select_related("lawyer__firm")[:MOST_SHOWN]
    unknown = rows.filter(lawyer=None)[:MOST_SHOWN]
    elsewhere = count["people"] - count["nobody"] - count["matched"]
    return LogPage(
        people=count["people"],
        matched=count["matched"],
        sees_names=True,
        known=tuple(known),
        unknown=tuple(unknown),
        more=count["people"] - elsewhere - len(known) - len(unknown),
        elsewhere=elsewhere,
    )


def sees_list(reader: Account, session: TrainingSession, *, on: date) -> bool:
    """Tell whether a reader may open the lists of a session as they came: they name people of every region that heard
    the event together.
    """
    regions = [session.beneficiary]
    if session.joint_event:
        together = TrainingSession.objects.filter(joint_event=session.joint_event).exclude(pk=session.pk)
        others = together.select_related("beneficiary__parent__parent").order_by("pk")
        regions += [each.beneficiary for each in others]
    return all(sees_roster(reader, region, on=on) for region in regions)


def sees_roster(reader: Account, region: Association, *, on: date) -> bool:
    """Tell whether a reader sees the names on the roster of a region."""
    return may(reader, Act.SEE_ROSTER, on=on, association=region)


def _read(content: bytes, *, on: date) -> Log:
    try:
        sheet = spreadsheets.read(content, LIMITS)
        log = meeting_logs.read_log(sheet.rows, zone=get_default_timezone(), day=on)
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
    if not log.days:
        raise UnableToAddEvidence(_("Nobody stands on this list. Export it again after the meeting."))
    if on not in log.days:
        raise UnableToAddEvidence(
            _("This log is of %(day)s, the session of %(date)s. Choose the log of that day.")
            % {"day": min(log.days).isoformat(), "date": on.isoformat()}
        )
    return log


def _matched(log: Log, session: TrainingSession) -> tuple[list[tuple[Attendee, int | None]], set[int]]:
    """Everybody with their number as a lawyer, and which of those numbers are of the region."""
    by_licence, by_name, of_region = _rosters(log.attendees, session)
    of_lawyer: dict[int, list[Attendee]] = {}
    found: list[tuple[Attendee, int | None]] = []
    for attendee in log.attendees:
        lawyer = meeting_logs.match(attendee, by_licence=by_licence, by_name=by_name)
        if lawyer is None:
            found.append((attendee, None))
        else:
            of_lawyer.setdefault(lawyer, []).append(attendee)
    known = [(meeting_logs.merged(theirs), lawyer) for lawyer, theirs in of_lawyer.items()]
    return [*known, *found], of_region


def _rosters(
    attendees: Iterable[Attendee], session: TrainingSession
) -> tuple[dict[str, int], dict[str, list[int]], set[int]]:
    """The lawyers of those on a log: by licence number, whosever they are; by name those of the regions that heard the
    event and of what is below them; and which of all these are of the region of this session.
    """
    region, regions = session.beneficiary_id, {session.beneficiary_id}
    if session.joint_event:
        together = TrainingSession.objects.filter(joint_event=session.joint_event).order_by()
        regions |= set(together.values_list("beneficiary", flat=True))
    licences = {each.licence for each in attendees if each.licence}
    names = {name for each in attendees if not each.licence for name in meeting_logs.names_in(each.name)}
    line = ("association", "association__parent", "association__parent__parent")
    by_licence: dict[str, int] = {}
    by_name: dict[str, list[int]] = {}
    of_region: set[int] = set()
    with as_platform("a log is matched to the roster of its region, and shown to those only who see it"):
        for some in _portions(sorted(licences)):
            rows = Lawyer.objects.filter(licence_number__in=some)
            for licence, number, *places in rows.values_list("licence_number", "pk", *line):
                by_licence[licence] = number
                of_region |= {number} if region in places else set()
        for some in _portions(sorted(names)):
            rows = Lawyer.objects.filter(_below(*regions), name__in=some)
            for name, number, *places in rows.values_list("name", "pk", *line):
                by_name.setdefault(name, []).append(number)
                of_region |= {number} if region in places else set()
    return by_licence, by_name, of_region


def _below(*regions: int, prefix: str = "") -> Q:
    """The condition on lawyers of these associations and of what is below them."""
    line = ("association", "association__parent", "association__parent__parent")
    found = Q()
    for each in line:
        found |= Q(**{f"{prefix}{each}__in": regions})
    return found


def _portions(words: list[str], at_a_time: int = 500) -> Iterable[list[str]]:
    return (words[start : start + at_a_time] for start in range(0, len(words), at_a_time))
