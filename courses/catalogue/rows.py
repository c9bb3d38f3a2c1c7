"""Lectures as lists show them: one row with its price in megabytes, its hours, and the reader's own progress."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from courses.catalogue import registries
from courses.catalogue.models import LecturePage, LectureVersion
from courses.catalogue.registries import EnrolmentState, Progress
from courses.catalogue.search.finding import Hit
from courses.catalogue.search.words import Word
from media_pipeline import api as media
from qianchang.people import queries as people

START, CONTINUE, AGAIN = _("Start"), _("Continue"), _("Watch again")
INTRODUCTION = _("See introduction")


@dataclass(frozen=True)
class LectureRow:
    """One lecture in a list. Length in milliseconds, sizes in bytes (None: there is no such mode)."""

    lecture: LecturePage
    url: str
    lecturers: str
    published_at: datetime | None
    length_ms: int
    hours: Decimal | None
    audio_bytes: int | None
    video_bytes: int | None
    state: EnrolmentState
    progress: Progress | None
    has_transcript: bool = False
    on_dvd: bool = False
    words: Sequence[Word] = ()  # of the search, to be marked
    hits: Sequence[Hit] = ()  # where in the lecture they stand, best first

    @property
    def least_bytes(self) -> int:
        """What the cheapest way to watch costs; lectures without any stand last."""
        return min((size for size in (self.audio_bytes, self.video_bytes) if size is not None), default=2**63)

    @property
    def finished(self) -> bool:
        """Whether hours were credited."""
        return self.progress is not None and self.progress.credited_hours is not None

    @property
    def minutes_left(self) -> int:
        """Minutes of the lecture that were not watched."""
        watched = self.progress.percent if self.progress else 0
        return round(self.length_ms * (100 - watched) / 100 / 60_000)

    @property
    def button(self) -> str:
        """The word on the row's button: what comes next for this reader."""
        if self.finished:
            return str(AGAIN)
        if self.progress is not None:
            return str(CONTINUE)
        return str(
            INTRODUCTION
            if self.state in (EnrolmentState.NOT_A_LAWYER, EnrolmentState.NOT_RELEASED)
            else START
        )


def version_of(lecture: LecturePage) -> LectureVersion | None:
    """The newest version of a lecture that came through `queries.with_row_parts`."""
    versions: list[LectureVersion] = lecture.versions_newest_first
    return versions[0] if versions else None


def length_of(lecture: LecturePage) -> int:
    """The length in milliseconds of a lecture that came through `queries.with_row_parts`; 0 before it is published."""
    version = version_of(lecture)
    return version.length_ms if version else 0


def lecture_rows(
    lectures: Sequence[LecturePage], request: HttpRequest, *, words: Sequence[Word] = ()
) -> list[LectureRow]:
    """Return the rows of lectures that came through `queries.with_row_parts`, in the order given.

    The queries do not grow with the number of lectures.
    """
    versions = {lecture.pk: version_of(lecture) for lecture in lectures}
    recordings = media.recording_summaries([version.recording_id for version in versions.values() if version])
    states = registries.enrolment_states(lectures, request)
    hours = registries.hours_of((version.length_ms for version in versions.values() if version), request)
    progress = registries.progress_of(people.lawyer_of(request.user), [lecture.pk for lecture in lectures])
    rows = []
    for lecture in lectures:
        version = versions[lecture.pk]
        recording = recordings.get(version.recording_id) if version else None
        sizes = {mode.mode: mode.size_bytes for mode in recording.modes} if recording else {}
        videos = [size for mode, size in sizes.items() if mode != "audio"]
        rows.append(
            LectureRow(
                lecture=lecture,
                url=lecture.get_url(request) or "",
                lecturers="、".join(lecturer.name for lecturer in lecture.lecturers.all()),
                published_at=lecture.first_published_at,
                length_ms=version.length_ms if version else 0,
                hours=hours.get(version.length_ms) if version else None,
                audio_bytes=sizes.get("audio"),
                video_bytes=min(videos) if videos else None,
                state=states[lecture.pk],
                progress=progress.get(lecture.pk),
                words=words,
            )
        )
    return rows
