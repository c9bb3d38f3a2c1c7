"""Who opens the papers of a session on which people stand by name: the logs of a meeting, and the sign-in sheets.

The region reads who of its lawyers was there. The supporting side opens a paper that it handed in itself, and has the
SHA-256 of every other one. Source: decision 0026, "Names"; product-design.md, section 3.
"""

from collections.abc import Iterable
from datetime import date

from django.utils.timezone import localdate

from courses.schedule import log_import
from courses.schedule.evidence import own_lecturer
from courses.schedule.models import Evidence, TrainingSession
from qianchang.people.models import Account
from qianchang.people.permissions import Act, may

Kind = Evidence.Kind
NAMING = (Kind.MEETING_LOG, Kind.SIGN_IN_SHEET)


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
        shared = _of_several_regions(session, sheets)
        found |= {piece.pk for piece in sheets if piece.sha256 not in shared}
    elif may(reader, Act.HOLD_SESSION, on=on, association=session.supporter):
        found |= _of_supporter(session, sheets)
    return frozenset(found)


def _of_several_regions(session: TrainingSession, sheets: list[Evidence]) -> set[str]:
    """The digests of papers that stand in the evidence of another region of the same event too: its lawyers are on them."""
    if not session.joint_event or not sheets:
        return set()
    same = Evidence.objects.filter(
        session__joint_event=session.joint_event, sha256__in={piece.sha256 for piece in sheets}
    )
    return set(same.exclude(session=session).values_list("sha256", flat=True))


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
