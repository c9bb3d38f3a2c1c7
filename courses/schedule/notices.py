"""Session notices (场次预告): which sessions a reader may know of, and what each tells."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import get_default_timezone, localdate
from django.utils.translation import gettext as _

from courses.catalogue.models import LecturePage
from courses.catalogue.public.registries import SessionLine
from courses.catalogue.queries import visible_lectures
from courses.schedule import queries, signing_up
from courses.schedule.models import SessionNotice, TrainingSession
from qianchang.groundwork import audit
from qianchang.people.models import Account, Association
from qianchang.people.permissions import Act, grants_of, may
from qianchang.people.queries import association_line, lawyer_of

State = TrainingSession.State
# A region without sessions to come is shown those of so many days ago: product design, 5.1, session notices.
LOOK_BACK = timedelta(days=31)
EVERYWHERE = "all"


class UnableToNotify(Exception):
    """The notice cannot be written; the text says why and what to do."""


@dataclass(frozen=True)
class Notice:
    """One session as its readers see it. `lecture_url` is empty where the lecture is not released to the reader;
    `begins_at` and `ends_at` are None where nobody said a time: then it is about the day.
    """

    code: str
    url: str
    title: str
    lecture_url: str
    lecturers: str
    mode: str
    region: str
    supporter: str
    day: date
    begins_at: datetime | None
    ends_at: datetime | None
    place: str
    length_ms: int
    state: str
    seats: int | None
    audience: str
    takes_names: bool
    sign_up: str
    sign_up_last_date: date | None
    text: str
    changed_at: datetime

    @property
    def is_cancelled(self) -> bool:
        return self.state == State.CANCELLED

    @property
    def is_over(self) -> bool:
        return self.state == State.HELD

    def is_open(self, today: date) -> bool:
        """Whether somebody can still sign up, here or otherwise."""
        last = self.sign_up_last_date or self.day
        return self.state == State.SCHEDULED and (self.takes_names or bool(self.sign_up)) and today <= last


# --- Who may know of which ------------------------------------------------------------------------------------


def own_associations(request: HttpRequest) -> list[int]:
    """The associations whose sessions are held for this reader: those of the roster and above, and those of the
    reader's roles with what is above and below them. Empty for guests.
    """
    account = request.user
    if not isinstance(account, Account):
        return []
    found: set[int] = set()
    lawyer = lawyer_of(account)
    if lawyer is not None:
        found |= {each.pk for each in association_line(lawyer.association)}
    grants = [grant.association for grant in grants_of(account, on=localdate()) if grant.association]
    for association in grants:
        found |= {each.pk for each in association_line(association)}
    if grants:
        found |= set(_below([each.pk for each in grants]).values_list("pk", flat=True))
    return sorted(found)


def sessions_for(request: HttpRequest, *, own: Sequence[int]) -> QuerySet[TrainingSession]:
    """The sessions that this reader may know of: those with a public notice, of lectures released to the reader, and
    those held for the associations that are the reader's `own`. Nothing outside of them has a page, a line or an event.
    """
    seen = Q(notice__isnull=False)
    seen |= Q(lecture_version__lecture__in=visible_lectures(request))
    seen |= Q(beneficiary__in=own)
    # What was only planned is known to its two associations, also once it was cancelled.
    known = Q(state=State.HELD) | Q(state__in=[State.SCHEDULED, State.CANCELLED], scheduled_at__isnull=False)
    return TrainingSession.objects.filter(seen & known)


def of_region(sessions: QuerySet[TrainingSession], association: Association) -> QuerySet[TrainingSession]:
    """The sessions for an association: its own, those for the whole of what it belongs to, and those below it."""
    line = [each.pk for each in association_line(association)]
    return sessions.filter(Q(beneficiary__in=line) | Q(beneficiary__in=_below([association.pk])))


def upcoming(sessions: QuerySet[TrainingSession], *, today: date) -> QuerySet[TrainingSession]:
    """Those that are still to be held, soonest first."""
    return sessions.filter(state=State.SCHEDULED, date__gte=today).order_by("date", "code")


def lately(sessions: QuerySet[TrainingSession], *, today: date) -> QuerySet[TrainingSession]:
    """Those of the last month, latest first."""
    past = sessions.filter(
        state__in=[State.SCHEDULED, State.HELD], date__lt=today, date__gte=today - LOOK_BACK
    )
    return past.order_by("-date", "code")


def regions_of(sessions: QuerySet[TrainingSession]) -> list[Association]:
    """The associations for which these sessions are held."""
    held_for = sessions.order_by().values("beneficiary")
    return list(Association.objects.filter(pk__in=held_for).order_by("code"))


def region_of(request: HttpRequest) -> Association | None:
    """The region whose sessions a reader is shown first: that of the roster."""
    lawyer = lawyer_of(request.user)
    return None if lawyer is None else lawyer.association


def _below(associations: Iterable[int]) -> QuerySet[Association]:
    ids = list(associations)
    return Association.objects.filter(Q(pk__in=ids) | Q(parent__in=ids) | Q(parent__parent__in=ids))


# --- What they tell -----------------------------------------------------------------------------------------------


def notices_of(sessions: Iterable[TrainingSession], request: HttpRequest) -> list[Notice]:
    """The sessions as this reader sees them, in the same order. The queries do not grow with their number."""
    found = list(sessions)
    visible = set(
        visible_lectures(request)
        .filter(pk__in={session.lecture_version.lecture_id for session in found})
        .values_list("pk", flat=True)
    )
    return [_notice(session, request, visible) for session in found]


def with_parts(sessions: QuerySet[TrainingSession]) -> QuerySet[TrainingSession]:
    """The sessions with what a notice shows."""
    lectures: QuerySet[LecturePage] = LecturePage.objects.prefetch_related("lecturers")
    return sessions.select_related(
        "lecture_version", "mode", "supporter", "beneficiary", "notice"
    ).prefetch_related(Prefetch("lecture_version__lecture", queryset=lectures))


def next_lines(request: HttpRequest, most: int) -> list[SessionLine]:
    """The next sessions of the reader's region, of all regions for whoever has none, for the first page."""
    sessions, region = sessions_for(request, own=own_associations(request)), region_of(request)
    if region is not None:
        sessions = of_region(sessions, region)
    shown = with_parts(upcoming(sessions, today=localdate()))[:most]
    return [
        SessionLine(
            url=each.url,
            date=each.day,
            begins_at=each.begins_at.time() if each.begins_at else None,
            title=each.title,
            mode=each.mode,
            place=each.place,
        )
        for each in notices_of(shown, request)
    ]


def _notice(session: TrainingSession, request: HttpRequest, visible: set[int]) -> Notice:
    version, said = session.lecture_version, getattr(session, "notice", None)
    lecture = version.lecture
    hour = queries.begins_at(session)
    begins = _moment(session.date, hour) if hour else None
    return Notice(
        code=session.code,
        url=reverse("sessions:session", args=[session.code]),
        title=lecture.localised_title,
        lecture_url=(lecture.get_url(request) or "") if lecture.pk in visible else "",
        lecturers="、".join(lecturer.name for lecturer in lecture.lecturers.all()),
        mode=str(session.mode),
        region=session.beneficiary.name,
        supporter=session.supporter.name,
        day=session.date,
        begins_at=begins,
        ends_at=begins + timedelta(milliseconds=version.length_ms) if begins else None,
        place=session.place,
        length_ms=version.length_ms,
        state=session.state,
        seats=said.seats if said else None,
        audience=said.audience if said else "",
        takes_names=bool(said and said.takes_names),
        sign_up=said.sign_up if said else "",
        sign_up_last_date=said.sign_up_last_date if said else None,
        text=said.text if said else "",
        changed_at=said.changed_at if said else session.entered_at,
    )


def _moment(day: date, at: time) -> datetime:
    return datetime.combine(day, at, tzinfo=get_default_timezone())


# --- Writing one --------------------------------------------------------------------------------------------------


def may_write(account: Account, session: TrainingSession, *, on: date) -> bool:
    """Whether this account writes the notice of a session: officers of either side, as for scheduling it."""
    sides = (session.supporter, session.beneficiary)
    return any(may(account, Act.SCHEDULE_SESSION, on=on, association=side) for side in sides)


@transaction.atomic
def write_notice(
    *,
    session: TrainingSession,
    begins_at: time | None,
    seats: int | None,
    audience: str,
    takes_names: bool,
    sign_up: str,
    sign_up_last_date: date | None,
    text: str,
    by: Account,
    at: datetime,
) -> SessionNotice:
    """Put a session before the public, or change what is said of it. Saying the same again changes nothing.

    More seats go to those who wait; with fewer nobody loses one. Raises PermissionDenied for somebody of neither side,
    UnableToNotify for a session that is not to come and for a last day after it.
    """
    _require(session, by=by, at=at)
    standing = TrainingSession.objects.select_for_update().get(pk=session.pk)
    if standing.state != State.SCHEDULED:
        raise UnableToNotify(
            _("This session is not to come any more. A notice is written before it is held.")
        )
    if sign_up_last_date is not None and sign_up_last_date > session.date:
        raise UnableToNotify(_("The last day to sign up lies after the session. Choose an earlier one."))
    said = {
        "begins_at": begins_at,
        "seats": seats,
        "audience": audience.strip(),
        "takes_names": takes_names,
        "sign_up": sign_up.strip(),
        "sign_up_last_date": sign_up_last_date,
        "text": text.strip(),
    }
    notice = SessionNotice.objects.select_for_update().filter(session=session).first()
    if notice is not None and all(getattr(notice, name) == value for name, value in said.items()):
        return notice
    notice, _made = SessionNotice.objects.update_or_create(
        session=session, defaults={**said, "changed_by": by, "changed_at": at}
    )
    if standing.begins_at != begins_at:
        _move(standing, begins_at)
    audit.record("notice written", object_type="session", object_key=session.code, by=by, at=at)
    signing_up.promote(session=signing_up.locked(session), at=at)
    return notice


def _move(session: TrainingSession, begins_at: time | None) -> None:
    """Give a session its hour: it is one and the same, wherever it is said or taken back."""
    try:
        with transaction.atomic():
            TrainingSession.objects.filter(pk=session.pk).update(begins_at=begins_at)
    except IntegrityError as error:
        same = queries.same_session(session, begins_at=begins_at)
        raise UnableToNotify(
            _("The same session stands on this half-day already: %(code)s. Choose another hour.")
            % {"code": same.code if same else ""}
        ) from error


@transaction.atomic
def withdraw_notice(*, session: TrainingSession, by: Account, at: datetime) -> None:
    """Take a session away from the public, also after it was held or cancelled: its words may name somebody. Doing it
    again changes nothing. Raises PermissionDenied for somebody of neither side.
    """
    _require(session, by=by, at=at)
    taken, _rows = SessionNotice.objects.filter(session=session).delete()
    if taken:
        audit.record("notice withdrawn", object_type="session", object_key=session.code, by=by, at=at)


def _require(session: TrainingSession, *, by: Account, at: datetime) -> None:
    if not may_write(by, session, on=localdate(at)):
        raise PermissionDenied(Act.SCHEDULE_SESSION.value)
