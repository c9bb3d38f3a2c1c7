"""Who opens the papers of a session on which people stand by name: the logs of a meeting, and the sign-in sheets.

The region reads who of its lawyers was there. The supporting side opens a paper that it handed in itself, and has the
SHA-256 of every other one. Source: decision 0026, "Names"; product-design.md, section 3.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.utils.timezone import localdate

from courses.schedule import log_import
from courses.schedule.evidence import own_lecturer
from courses.schedule.models import Evidence, TrainingSession
from qianchang.people.models import Account
from qianchang.people.permissions import Act, may

Kind = Evidence.Kind
NAMING = (Kind.MEETING_LOG, Kind.SIGN_IN_SHEET)
_OF_A_PIECE = ("uploaded_by", "session__supporter__parent", "session__mode", "session__lecture_version")


def opened(
    reader: Account, session: TrainingSession, pieces: Iterable[Evidence], *, on: date
) -> frozenset[int]:
    """Return the numbers of those pieces that name people and whose file a reader opens: what the reader handed in, and
    what the roster of its region, or the own side, gives a right to. The queries grow with the people who handed something
    in, not with the pieces.
    """
    named = [piece for piece in pieces if piece.kind in NAMING and piece.sha256]
    found = {piece.pk for piece in named if piece.uploaded_by_id == reader.pk}
    rest = [piece for piece in named if piece.pk not in found]
    if not rest:
        return frozenset(found)
    if log_import.sees_list(reader, session, on=on):
        return frozenset(piece.pk for piece in named)
    sheets = [piece for piece in rest if piece.kind == Kind.SIGN_IN_SHEET]
    if log_import.sees_roster(reader, session.beneficiary, on=on):
        found |= {piece.pk for piece in sheets} - _of_several_regions(session, sheets)
    elif may(reader, Act.HOLD_SESSION, on=on, association=session.supporter):
        found |= _of_supporter(session, sheets)
    return frozenset(found)


def of_several_regions(sessions: Iterable[int], *, before: datetime) -> frozenset[int]:
    """Return the numbers of the papers of these sessions, handed in before a moment, on which lawyers of several regions
    stand or may stand: they are in nobody's pack. The queries grow with the sessions that were held for several regions.
    """
    named = Evidence.objects.filter(session__in=sessions, kind__in=NAMING, uploaded_at__lt=before)
    found: set[int] = set()
    sheets: dict[TrainingSession, list[Evidence]] = {}
    for piece in named.exclude(session__joint_event="").select_related(*_OF_A_PIECE).order_by("pk"):
        if piece.kind == Kind.MEETING_LOG:
            found.add(piece.pk)
        else:
            sheets.setdefault(piece.session, []).append(piece)
    for session, theirs in sheets.items():
        found |= _of_several_regions(session, theirs, before=before)
    return frozenset(found)


def _of_several_regions(
    session: TrainingSession, sheets: list[Evidence], *, before: datetime | None = None
) -> set[int]:
    """The sheets of an event of several regions on which the lawyers of another one stand, or may: the same paper stands
    in the evidence of another region; or the supporting side, which has the papers of all of them, handed it in.
    """
    if not session.joint_event or not sheets:
        return set()
    same = Evidence.objects.filter(
        session__joint_event=session.joint_event,
        sha256__in={piece.sha256 for piece in sheets},
        withdrawn_at=None,
    ).exclude(session__state=TrainingSession.State.CANCELLED)
    if before is not None:
        same = same.filter(uploaded_at__lt=before)
    shared = set(same.exclude(session=session).values_list("sha256", flat=True))
    return _of_supporter(session, sheets) | {piece.pk for piece in sheets if piece.sha256 in shared}


def _of_supporter(session: TrainingSession, sheets: list[Evidence]) -> set[int]:
    """The papers that the supporting side handed in itself: an officer of it on that day, or its lecturer."""
    handed_in: dict[tuple[int, date], list[Evidence]] = {}
    for piece in sheets:
        handed_in.setdefault((piece.uploaded_by_id, localdate(piece.uploaded_at)), []).append(piece)
    found = set()
    for (_who, day), theirs in handed_in.items():
        who = theirs[0].uploaded_by
        if may(who, Act.HOLD_SESSION, on=day, association=session.supporter) or own_lecturer(who, session):
            found |= {piece.pk for piece in theirs}
    return found
