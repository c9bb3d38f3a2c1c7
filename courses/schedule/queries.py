"""Reads of the sessions: what they are, and what evidence they have."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import BigIntegerField, CharField, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.utils.timezone import localdate

from courses.catalogue.models import LecturePage
from courses.enrolment import reach
from courses.enrolment.models import Release
from courses.schedule import rules
from courses.schedule.checklist import EvidenceItem, evidence_of, pieces_of
from courses.schedule.models import DeliveryMode, Evidence, TrainingSession
from courses.schedule.registries import (
    DiscPapers,
    ReachQuestion,
    RoomFact,
    discs_of,
    reach_of,
    rooms_of,
)
from qianchang.people.models import Association, Region

# Whatever was neither cancelled nor taken back where it counted.
STANDING = ~Q(state=TrainingSession.State.CANCELLED) & Q(reversed_at=None)


class SessionUnknown(Exception):
    """There is no session with this code."""


@dataclass(frozen=True)
class Mode:
    """One delivery mode."""

    code: str
    label: str
    letter: str
    position: int


@dataclass(frozen=True)
class SessionFact:
    """One session (场) as other rooms see it. `reach` is the number of lawyers of the region with hours for
    it.

    `repeat_of_id` is the first session of the same lecture for the same region in the same mode, None for that one
    itself. Sessions of one event for several regions share `joint_event`, which is empty for an event of its own.
    `half_day` is "am" or "pm", and empty while the hour is not said.
    """

    id: int
    code: str
    lecture_id: int
    lecture_title: str
    lecture_url: str
    mode_code: str
    mode_label: str
    supporter_id: int
    beneficiary_id: int
    date: date
    place: str
    state: str
    state_label: str
    length_minutes: int
    length_ms: int
    entered_by_id: int
    held_by_id: int | None
    held_at: datetime | None
    reach: int
    evidence: tuple[EvidenceItem, ...]
    repeat_of_id: int | None = None
    joint_event: str = ""
    lecturer_ids: tuple[int, ...] = ()
    half_day: str = ""
    begins_at: time | None = None
    evidence_complete: bool = False
    tour_id: int | None = None


def delivery_modes() -> list[Mode]:
    """Return the delivery modes in their order."""
    rows = DeliveryMode.objects.order_by("position", "code")
    return [Mode(code=row.code, label=str(row), letter=row.letter, position=row.position) for row in rows]


def session_facts(
    *,
    ids: Iterable[int] | None = None,
    supporters: Iterable[int] | None = None,
    beneficiaries: Iterable[int] | None = None,
    states: Iterable[str] | None = None,
    joint_event: str = "",
) -> list[SessionFact]:
    """Return the sessions that fulfil every condition given (ids of sessions and associations, one event), by date and
    code. Six queries, and two for discs where one is held by DVD, however many there are.
    """
    found = _with_everything(TrainingSession.objects.all())
    for field, wanted in (
        ("pk", ids),
        ("supporter", supporters),
        ("beneficiary", beneficiaries),
        ("state", states),
    ):
        if wanted is not None:
            found = found.filter(**{f"{field}__in": list(wanted)})
    if joint_event:
        found = found.filter(joint_event=joint_event)
    return facts_of(list(found.order_by("date", "code")))


def session_fact(code: str) -> SessionFact:
    """Return one session by its code. Raises SessionUnknown."""
    session = _with_everything(TrainingSession.objects.filter(code=code)).first()
    if session is None:
        raise SessionUnknown(code)
    return facts_of([session])[0]


def facts_of(sessions: Sequence[TrainingSession]) -> list[SessionFact]:
    """Return sessions as other rooms see them, in the same order."""
    releases, parts = _releases(sessions), parts_of(sessions)
    reach = reach_of([question_of(session) for session in sessions])
    discs, rooms = disc_papers_of(sessions), rooms_of([session.pk for session in sessions])
    return [
        _fact(session, releases[session.pk], reach[question_of(session)], parts[session.pk], discs, rooms)
        for session in sessions
    ]


def disc_papers_of(sessions: Sequence[TrainingSession]) -> dict[int, DiscPapers]:
    """Return what is known of the discs of those sessions that are held by DVD; nothing is asked where none is."""
    return discs_of([session.pk for session in sessions if session.mode.code == rules.DVD])


@dataclass(frozen=True)
class Parts:
    """What hangs on one session: who lectures, and the kinds of its standing pieces of evidence, one for each."""

    lecturers: tuple[int, ...]
    evidence: tuple[str, ...]


def parts_of(sessions: Sequence[TrainingSession]) -> dict[int, Parts]:
    """Return what hangs on each session. One query for all of them."""
    if not sessions:
        return {}
    lectures = {session.lecture_version.lecture_id for session in sessions}
    standing = Evidence.objects.filter(session__in=[each.pk for each in sessions], withdrawn_at=None)
    pieces = standing.order_by().values_list(
        "session_id", Cast("kind", CharField(max_length=10)), Value(1, output_field=BigIntegerField())
    )
    through = LecturePage.lecturers.through.objects.filter(lecturepage__in=lectures).order_by()
    given = through.values_list(
        "lecturepage_id", Cast(Value("lecturer"), CharField(max_length=10)), "lecturer_id"
    )
    lecturers: dict[int, list[int]] = {}
    kinds: dict[int, list[str]] = {}
    for number, what, lecturer in pieces.union(given, all=True):
        if what == "lecturer":
            lecturers.setdefault(number, []).append(lecturer)
        else:
            kinds.setdefault(number, []).append(what)
    return {
        session.pk: Parts(
            tuple(sorted(lecturers.get(session.lecture_version.lecture_id, []))),
            tuple(sorted(kinds.get(session.pk, []))),
        )
        for session in sessions
    }


def question_of(session: TrainingSession) -> ReachQuestion:
    """Return the question whom this session has reached."""
    return ReachQuestion(session.lecture_version.lecture_id, session.beneficiary_id, session.mode.code)


def release_before(session: TrainingSession) -> Release | None:
    """Return the release record that a session stands on: open to its region on its date."""
    return _releases([session])[session.pk]


def counties_of(association: Association) -> QuerySet[Region]:
    """Return the counties of an association's region."""
    region = association.region_id
    below = Q(pk=region) | Q(parent=region) | Q(parent__parent=region)
    found = Region.objects.filter(level=Region.Level.COUNTY).order_by("code")
    return found.filter(below) if region is not None else found.none()


def same_session(session: TrainingSession, *, begins_at: time | None) -> TrainingSession | None:
    """Return the other standing session that is the same as this one would be at that hour: of one lecture, region, mode,
    day, place and half-day.
    """
    alike = TrainingSession.objects.filter(
        STANDING,
        lecture_version=session.lecture_version_id,
        beneficiary=session.beneficiary_id,
        mode=session.mode_id,
        date=session.date,
        place=session.place,
    ).exclude(pk=session.pk)
    wanted = rules.half_day(begins_at)
    return next((each for each in alike.order_by("pk") if rules.half_day(each.begins_at) == wanted), None)


def _with_everything(sessions: QuerySet[TrainingSession]) -> QuerySet[TrainingSession]:
    return sessions.select_related(
        "lecture_version__lecture", "mode", "beneficiary__parent__parent", "notice", "details"
    )


def _releases(sessions: Sequence[TrainingSession]) -> dict[int, Release | None]:
    lectures = {session.lecture_version.lecture_id for session in sessions}
    rows = Release.objects.filter(lecture_id__in=lectures).select_related("collection")
    coverage = reach.Coverage(rows.order_by("released_at", "pk"))
    found: dict[int, Release | None] = {}
    for session in sessions:
        reader = reach.of_association(session.beneficiary)
        known = [
            each
            for each in coverage.releases
            if each.lecture_id == session.lecture_version.lecture_id and _stands(each, session.date)
        ]
        found[session.pk] = next(
            (each for each in known if coverage.reaches(each, reader, on=session.date)), None
        )
    return found


def _stands(release: Release, on: date) -> bool:
    ended = release.ended_at is not None and localdate(release.ended_at) < on
    return not ended and localdate(release.released_at) <= on


def begins_at(session: TrainingSession) -> time | None:
    """Return the time of the day at which a session begins: its own, or what its notice says."""
    said = getattr(session, "notice", None)
    return session.begins_at or (said.begins_at if said is not None else None)


def _fact(
    session: TrainingSession,
    release: Release | None,
    reach: int,
    parts: Parts,
    discs: dict[int, DiscPapers],
    rooms: dict[int, RoomFact],
) -> SessionFact:
    version, begins = session.lecture_version, begins_at(session)
    evidence = evidence_of(
        session, release, reach, pieces_of(parts.evidence), discs.get(session.pk), rooms.get(session.pk)
    )
    return SessionFact(
        id=session.pk,
        code=session.code,
        lecture_id=version.lecture_id,
        lecture_title=version.lecture.localised_title,
        lecture_url=version.lecture.get_url() or "",
        mode_code=session.mode.code,
        mode_label=str(session.mode),
        supporter_id=session.supporter_id,
        beneficiary_id=session.beneficiary_id,
        date=session.date,
        place=session.place,
        state=session.state,
        state_label=session.get_state_display(),
        length_minutes=version.length_ms // 60_000,
        length_ms=version.length_ms,
        entered_by_id=session.entered_by_id,
        held_by_id=session.held_by_id,
        held_at=session.held_at,
        reach=reach,
        evidence=evidence,
        repeat_of_id=session.repeat_of_id,
        joint_event=session.joint_event,
        lecturer_ids=parts.lecturers,
        half_day=rules.half_day(begins),
        begins_at=begins,
        evidence_complete=all(item.present for item in evidence),
        tour_id=session.tour_id,
    )
