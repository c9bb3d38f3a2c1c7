"""Reads of the sessions: what they are, and what evidence they have."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from courses.enrolment import reach
from courses.enrolment.models import Release
from courses.schedule import rules
from courses.schedule.models import DeliveryMode, TrainingSession
from courses.schedule.registries import ReachQuestion, reach_of


class SessionUnknown(Exception):
    """There is no session with this code."""


@dataclass(frozen=True)
class EvidenceItem:
    """One piece of evidence (凭证材料) that a session of this mode has or lacks."""

    label: str
    present: bool
    detail: str = ""
    url: str = ""


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
) -> list[SessionFact]:
    """Return the sessions that fulfil every condition given (ids of sessions and associations), by date and
    code. Three queries, however many there are.
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
    return facts_of(list(found.order_by("date", "code")))


def session_fact(code: str) -> SessionFact:
    """Return one session by its code. Raises SessionUnknown."""
    session = _with_everything(TrainingSession.objects.filter(code=code)).first()
    if session is None:
        raise SessionUnknown(code)
    return facts_of([session])[0]


def facts_of(sessions: Sequence[TrainingSession]) -> list[SessionFact]:
    """Return sessions as other rooms see them, in the same order."""
    releases = _releases(sessions)
    reach = reach_of([question_of(session) for session in sessions])
    return [_fact(session, releases[session.pk], reach[question_of(session)]) for session in sessions]


def question_of(session: TrainingSession) -> ReachQuestion:
    """Return the question whom this session has reached."""
    return ReachQuestion(session.lecture_version.lecture_id, session.beneficiary_id, session.mode.code)


def release_before(session: TrainingSession) -> Release | None:
    """Return the release record that a session stands on: open to its region on its date."""
    return _releases([session])[session.pk]


def _with_everything(sessions: QuerySet[TrainingSession]) -> QuerySet[TrainingSession]:
    return sessions.select_related("lecture_version__lecture", "mode", "beneficiary__parent__parent")


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


def _fact(session: TrainingSession, release: Release | None, reach: int) -> SessionFact:
    version = session.lecture_version
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
        evidence=evidence_of(session, release, reach),
    )


def evidence_of(session: TrainingSession, release: Release | None, reach: int) -> tuple[EvidenceItem, ...]:
    """Return what the mode asks for and whether it is there. Source: domain.md, "Evidence".

    Whatever this platform cannot hold yet (photos, sheets, disc receipts, meeting logs) is stated as missing.
    """
    reached = EvidenceItem(
        label=_("Lawyers of the region with hours"), present=reach > 0, detail=str(reach) if reach else ""
    )
    released = EvidenceItem(
        label=_("Release record"),
        present=release is not None,
        detail=localdate(release.released_at).isoformat() if release else "",
    )
    place = EvidenceItem(label=_("Place"), present=bool(session.place), detail=session.place)
    by_mode: dict[str, tuple[EvidenceItem, ...]] = {
        rules.ONSITE: (
            place,
            *_absent(_("Agenda"), _("Lecturer's sign-off"), _("Photo"), _("Sign-in sheet")),
        ),
        rules.NETWORK_VIDEO: (released, reached),
        rules.DVD: (*_absent(_("Disc serial number"), _("Receipt of the disc"), _("Sign-in sheet")), reached),
        rules.TELECONFERENCE: (*_absent(_("Meeting log"), _("Host"), _("Sites")), reached),
    }
    return by_mode.get(session.mode.code, (reached,))


def _absent(*labels: str) -> tuple[EvidenceItem, ...]:
    return tuple(EvidenceItem(label=label, present=False) for label in labels)
