"""A telephone conference: the codes that its host speaks, and the sheet of everybody who dialled in alone."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from courses.attendance import presence, registries
from courses.attendance.rules import code_windows
from courses.catalogue.models import Lecturer
from courses.schedule import queries as schedule
from courses.schedule.models import Evidence, TrainingSession
from courses.schedule.rules import TELECONFERENCE
from courses.sheets.door.taking import UnableToTake, take_log
from courses.sheets.models import Sheet, SheetVersion
from courses.sheets.operations import Saved
from courses.sheets.queries import place_of
from courses.sheets.scheduling import open_sheet
from qianchang.people.models import Account
from qianchang.people.permissions import Act, may

ANY_DAY = date(2000, 1, 1)


@dataclass(frozen=True)
class Spoken:
    """One code: which, from which to which minute of the lecture it is said, and at what time of the day if the hour of
    the session is known.
    """

    index: int
    from_minute: int
    until_minute: int
    clock: time | None
    digits: str


def may_speak(account: Account, session: TrainingSession, *, on: date) -> bool:
    """Whether an account reads the codes of a conference before it is held: who holds it and who lectures, never those who
    copy them.
    """
    if session.mode.code != TELECONFERENCE:
        return False
    if may(account, Act.HOLD_SESSION, on=on, association=session.supporter):
        return True
    lectures = Lecturer.objects.filter(lectures=session.lecture_version.lecture_id, account=account)
    return may(account, Act.ENTER_ATTENDANCE_ON_SITE, on=on, owner=account) and lectures.exists()


def codes_to_speak(session: TrainingSession) -> list[Spoken]:
    """Return the codes of a conference in their order."""
    version = session.lecture_version
    terms = registries.terms_in(session.beneficiary.jurisdiction, on=session.date)
    begins = schedule.begins_at(session)
    return [
        Spoken(
            index=each.index,
            from_minute=each.from_ms // 60_000,
            until_minute=-(-each.until_ms // 60_000),
            clock=_later(begins, each.from_ms),
            digits=presence.shared_code(place=place_of(session), version_id=version.pk, index=each.index),
        )
        for each in code_windows(version.length_ms, version.excluded_ms, terms.presence_minutes)
    ]


# --- Everybody who dialled in alone ---------------------------------------------------------------------------------


def logs_of(session: TrainingSession) -> list[Evidence]:
    """Return the logs that stand in the evidence of a session, oldest first."""
    rows = session.evidence.filter(kind=Evidence.Kind.MEETING_LOG, withdrawn_at=None)
    return list(rows.order_by("uploaded_at", "pk"))


def hours_said(session: TrainingSession) -> tuple[time | None, time | None]:
    """Return from when until when a conference was held as far as the session says it, its lecture taken whole."""
    begins = schedule.begins_at(session)
    length_ms = -(-session.lecture_version.length_ms // 60_000) * 60_000
    return begins, _later(begins, length_ms)


@transaction.atomic
def sheet_of_log(
    *, session: TrainingSession, log: Evidence, begins_at: time, ends_at: time, by: Account, at: datetime
) -> tuple[Sheet, Saved]:
    """Open the sheet of everybody who dialled in alone, or take the one that stands, and put the lawyers of the log on it.
    Twice is once.

    Raises UnableToTake, and what open_sheet and save_version raise.
    """
    if session.mode.code != TELECONFERENCE:
        raise UnableToTake(_("Only a telephone conference has a log. Choose another session."))
    details = getattr(session, "details", None)
    alone = Sheet.objects.filter(session=session, versions__origin=SheetVersion.Origin.LOG)
    standing = alone.exclude(state=Sheet.State.CANCELLED).order_by("pk").first()
    sheet = standing or open_sheet(
        session=session,
        kind=Sheet.Kind.DIAL_IN,
        site=_("Telephone conference, each on a line of their own"),
        date=session.date,
        begins_at=begins_at,
        ends_at=ends_at,
        supervisor=(details.host if details is not None else "")[:60],
        by=by,
        at=at,
    )
    return sheet, take_log(sheet=sheet, log=log, by=by, at=at)


def _later(begins: time | None, ms: int) -> time | None:
    if begins is None:
        return None
    return (datetime.combine(ANY_DAY, begins) + timedelta(milliseconds=ms)).time()
