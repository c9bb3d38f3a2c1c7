"""Writes of the sessions: schedule one, record that it was held, cancel it; and the delivery modes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import IntegerField, Max
from django.db.models.functions import Cast, Substr
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from courses.catalogue.models import LecturePage, LectureVersion
from courses.schedule import queries, rules
from courses.schedule.checklist import evidence_of, pieces_of
from courses.schedule.models import DeliveryMode, Tour, TrainingSession
from courses.schedule.queries import SessionFact
from courses.schedule.registries import reach_of, rooms_of, tell_scheduled
from qianchang.groundwork import audit
from qianchang.people.models import Account, Association
from qianchang.people.permissions import Act, may, require
from qianchang.people.queries import association_line

State = TrainingSession.State
# Others may number a session in the same moment; then the next number is tried.
NUMBERING_ATTEMPTS = 20


class UnableToSchedule(Exception):
    """The session cannot be scheduled; the text says why and what to do."""


class UnableToHold(Exception):
    """The session cannot be recorded as held; the text says what is missing."""


class UnableToCancel(Exception):
    """The session cannot be cancelled any more; the text says why."""


@transaction.atomic
def ensure_delivery_modes(rows: Iterable[Mapping[str, object]]) -> list[DeliveryMode]:
    """Make the delivery modes be as said (code, name_zh, name_en, letter, position, source, quote), and
    return them. Doing it again changes nothing.
    """
    fields = ("name_zh", "name_en", "letter", "position", "source", "quote")
    return [
        DeliveryMode.objects.update_or_create(
            code=row["code"], defaults={field: row[field] for field in fields if field in row}
        )[0]
        for row in rows
    ]


def schedule_session(
    *,
    lecture: LecturePage | int,
    mode_code: str,
    supporter: Association,
    beneficiary: Association,
    date: date,
    place: str = "",
    begins_at: time | None = None,
    planned: bool = False,
    joint_event: str = "",
    tour: Tour | int | None = None,
    by: Account,
    at: datetime,
) -> TrainingSession:
    """Schedule one session (场) of the newest version of a lecture and give it its code. A `planned` one is known to
    its two associations only, until it is bound (bind_session).

    Officers of the supporting and of the beneficiary association may. Raises PermissionDenied for anybody
    else, UnableToSchedule when the lecture is not published, the place is missing or the same session
    exists.
    """
    _require_either(by, supporter, beneficiary, at)
    mode = DeliveryMode.objects.filter(code=mode_code).first()
    if mode is None:
        raise UnableToSchedule(_("There is no such way of holding a session. Choose one from the list."))
    place = " ".join(place.split())
    lecture_id = lecture if isinstance(lecture, int) else lecture.pk
    versions = LectureVersion.objects.filter(lecture=lecture_id, lecture__review=LecturePage.Review.PUBLISHED)
    version = versions.order_by("-number").first()
    _refuse_to_schedule(version, mode, supporter, beneficiary, place)
    prefix = rules.code_prefix([each.code for each in association_line(beneficiary)], mode.letter, date)
    counties = queries.counties_of(beneficiary).values_list("pk", "name_zh") if place else []
    county = rules.county_named(place, counties)
    for _attempt in range(NUMBERING_ATTEMPTS):
        session = TrainingSession(
            code=rules.session_code(prefix, _last_number(prefix) + 1),
            lecture_version=version,
            mode=mode,
            supporter=supporter,
            beneficiary=beneficiary,
            date=date,
            place=place,
            county_id=county,
            state=State.PLANNED if planned else State.SCHEDULED,
            entered_by=by,
            entered_at=at,
            scheduled_at=None if planned else at,
            begins_at=begins_at,
            joint_event=joint_event,
            tour_id=tour.pk if isinstance(tour, Tour) else tour,
        )
        try:
            with transaction.atomic():
                session.save(force_insert=True)
                verb = "planned" if planned else "scheduled"
                _record(verb, session, by=by, at=at, mode=mode.code, date=date.isoformat())
                _mark_repeats(session)
                tell_scheduled(session, by, at)
        except IntegrityError:
            _refuse_the_same(session)
            continue
        return session
    raise UnableToSchedule(_("Many sessions are being entered at this moment. Try again in a minute."))


@transaction.atomic
def schedule_event(
    *,
    lecture: LecturePage | int,
    mode_code: str,
    supporter: Association,
    beneficiaries: Sequence[Association],
    date: date,
    place: str = "",
    begins_at: time | None = None,
    planned: bool = False,
    tour: Tour | int | None = None,
    by: Account,
    at: datetime,
) -> list[TrainingSession]:
    """Schedule one event for one or several regions: a session for each, which its own region confirms. The sessions of
    several share `joint_event`, the code of the first. All of them or none.

    Raises as schedule_session does, and UnableToSchedule without a region.
    """
    if not beneficiaries:
        raise UnableToSchedule(_("A session is held for another region. Choose the beneficiary association."))
    made: list[TrainingSession] = []
    event = ""
    for beneficiary in dict.fromkeys(beneficiaries):
        session = schedule_session(
            lecture=lecture,
            mode_code=mode_code,
            supporter=supporter,
            beneficiary=beneficiary,
            date=date,
            place=place,
            begins_at=begins_at,
            planned=planned,
            joint_event=event,
            tour=tour,
            by=by,
            at=at,
        )
        made.append(session)
        event = made[0].code
    if len(made) > 1:
        made[0].joint_event = event
        made[0].save(update_fields=["joint_event"])
    return made


@transaction.atomic
def bind_session(*, session: TrainingSession | SessionFact, by: Account, at: datetime) -> TrainingSession:
    """Make a planned session a scheduled one: from now on its region is told of it. Twice is the same as once.

    Raises PermissionDenied for officers of neither side, UnableToSchedule for a session that was held or cancelled.
    """
    session = _locked(session.code)
    _require_either(by, session.supporter, session.beneficiary, at)
    if session.state == State.SCHEDULED:
        return session
    if session.state != State.PLANNED:
        raise UnableToSchedule(_("This session was held or cancelled. Schedule a new one."))
    session.state, session.scheduled_at = State.SCHEDULED, at
    session.save(update_fields=["state", "scheduled_at"])
    _record("scheduled", session, by=by, at=at, mode=session.mode.code, date=session.date.isoformat())
    return session


@transaction.atomic
def record_held(*, session: TrainingSession | SessionFact, by: Account, at: datetime) -> TrainingSession:
    """Record that a session was held; the officer of the supporting association signs with it.

    A network video is held when it was released to the region by its date and reached somebody there:
    without that there is no fact to record, and it is refused. Any other mode is an event that happened: it
    is recorded with whatever evidence there is, and what is missing is written into the audit log. Source:
    domain.md, "From holding to 场" 2 and "Evidence".

    Raises PermissionDenied for others, UnableToHold for a date to come, a session that is not scheduled,
    and the above.
    """
    session = _locked(session.code)
    require(by, Act.HOLD_SESSION, on=localdate(at), association=session.supporter)
    if session.state == State.HELD:
        raise UnableToHold(_("This session is recorded as held already."))
    if session.state == State.CANCELLED:
        raise UnableToHold(_("This session was cancelled. Schedule a new one."))
    if session.date > localdate(at):
        raise UnableToHold(_("This session lies in the future. Record it when it was held."))
    release = queries.release_before(session)
    question = queries.question_of(session)
    reach = reach_of([question])[question]
    if rules.is_shown_by_reach(session.mode.code):
        if release is None:
            raise UnableToHold(
                _("The lecture was not released to this region by the date of the session. Release it first.")
            )
        if reach < 1:
            raise UnableToHold(
                _(
                    "No lawyer of this region has hours for this lecture yet. A video is held when it reached somebody."
                )
            )
    session.state, session.held_by, session.held_at = State.HELD, by, at
    session.save(update_fields=["state", "held_by", "held_at"])
    pieces = pieces_of(queries.parts_of([session])[session.pk].evidence)
    discs = queries.disc_papers_of([session]).get(session.pk)
    rooms = rooms_of([session.pk]).get(session.pk)
    evidence = evidence_of(session, release, reach, pieces, discs, rooms)
    missing = [item.label for item in evidence if not item.present]
    _record("held", session, by=by, at=at, reach=reach, missing=", ".join(missing))
    return session


@transaction.atomic
def cancel_session(*, session: TrainingSession | SessionFact, by: Account, at: datetime) -> TrainingSession:
    """Cancel a session that was not held. Raises PermissionDenied for others, UnableToCancel once it was
    held.
    """
    session = _locked(session.code)
    _require_either(by, session.supporter, session.beneficiary, at)
    if session.state == State.HELD:
        raise UnableToCancel(_("This session was held. It can only be returned or reversed."))
    if session.state != State.CANCELLED:
        session.state = State.CANCELLED
        session.save(update_fields=["state"])
        _record("cancelled", session, by=by, at=at)
        _mark_repeats(session)
    return session


@transaction.atomic
def record_reversed(*, session: int, by: Account, at: datetime) -> None:
    """Say of a held session that it counts nowhere any more, because two people took it back: it can be entered again.
    The room that counts says so, and has asked who may. Of a session that was not held, and again, it changes nothing.
    """
    found = TrainingSession.objects.select_for_update(of=("self",)).select_related("lecture_version")
    standing = found.filter(pk=session, state=State.HELD, reversed_at=None).first()
    if standing is None:
        return
    standing.reversed_at = at
    standing.save(update_fields=["reversed_at"])
    _record("freed to enter again", standing, by=by, at=at)
    _mark_repeats(standing)


def _require_either(by: Account, supporter: Association, beneficiary: Association, at: datetime) -> None:
    today = localdate(at)
    if not any(
        may(by, Act.SCHEDULE_SESSION, on=today, association=each) for each in (supporter, beneficiary)
    ):
        raise PermissionDenied(Act.SCHEDULE_SESSION.value)


def _refuse_to_schedule(
    version: LectureVersion | None,
    mode: DeliveryMode,
    supporter: Association,
    beneficiary: Association,
    place: str,
) -> None:
    if version is None:
        raise UnableToSchedule(_("This lecture is not published yet. Publish it first."))
    if supporter.pk == beneficiary.pk:
        raise UnableToSchedule(_("A session is held for another region. Choose the beneficiary association."))
    if rules.needs_place(mode.code) and not place:
        raise UnableToSchedule(_("Give the place where the session is held."))


def _refuse_the_same(session: TrainingSession) -> None:
    same = queries.same_session(session, begins_at=session.begins_at)
    if same is not None:
        raise UnableToSchedule(
            _(
                "The same session exists already: %(code)s. Open it, or change the date, the place or the half-day "
                "(the hour)."
            )
            % {"code": same.code}
        )


def _mark_repeats(session: TrainingSession) -> None:
    """Say which sessions of one lecture for one region in one mode repeat the first of them."""
    # One at a time: two that are entered in the same moment must not both be the first.
    list(
        LectureVersion.objects.select_for_update()
        .filter(lecture=session.lecture_version.lecture_id)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    alike = TrainingSession.objects.filter(
        lecture_version__lecture=session.lecture_version.lecture_id,
        beneficiary=session.beneficiary_id,
        mode=session.mode_id,
    )
    standing = alike.filter(queries.STANDING).values_list("date", "pk", "repeat_of")
    known = {number: first for _day, number, first in standing}
    marked = rules.repeats((day, number) for day, number, _first in standing)
    for number, first in marked.items():
        if known[number] != first:
            TrainingSession.objects.filter(pk=number).update(repeat_of=first)
    alike.exclude(queries.STANDING).exclude(repeat_of=None).update(repeat_of=None)
    session.repeat_of_id = marked.get(session.pk)


def _last_number(prefix: str) -> int:
    numbered = TrainingSession.objects.filter(code__startswith=prefix)
    last = numbered.aggregate(last=Max(Cast(Substr("code", len(prefix) + 1), IntegerField())))["last"]
    return int(last or 0)


def _locked(code: str) -> TrainingSession:
    found = TrainingSession.objects.select_for_update(of=("self",)).select_related(
        "lecture_version", "mode", "supporter", "beneficiary__parent__parent"
    )
    return found.get(code=code)


def _record(
    verb: str, session: TrainingSession, *, by: Account, at: datetime, **details: str | int | None
) -> None:
    audit.record(verb, object_type="session", object_key=session.code, by=by, at=at, **details)
