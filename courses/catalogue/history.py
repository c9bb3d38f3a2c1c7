"""What happened to a lecture between its expert and its association, as both see it."""

from dataclasses import dataclass

from courses.catalogue.models import (
    LecturePage,
    LectureVersion,
    Remark,
    RemarkAnswer,
    Replacement,
    ReviewEvent,
)


@dataclass(frozen=True)
class RemarkLine:
    """One remark with its answer, if there is one. `same_recording`: its time still fits what is watched now."""

    remark: Remark
    answer: RemarkAnswer | None
    same_recording: bool


@dataclass(frozen=True)
class Step:
    """One step of the review with the remarks that came with it."""

    event: ReviewEvent
    remarks: tuple[RemarkLine, ...]


@dataclass(frozen=True)
class VersionLine:
    """One version of a lecture; `current`: what everybody gets who begins now."""

    version: LectureVersion
    current: bool

    @property
    def note(self) -> str:
        """What changed, in the expert's words; "" for a first version. No query."""
        return self.version.replacement.note if hasattr(self.version, "replacement") else ""


def steps_of(lecture: LecturePage) -> list[Step]:
    """Every step, newest first, with its remarks in the order of the recording. Two queries."""
    events = ReviewEvent.objects.filter(lecture=lecture).select_related("by").order_by("-pk")
    lines: dict[int, list[RemarkLine]] = {}
    remarks = Remark.objects.filter(event__lecture=lecture).select_related("answer", "event")
    for remark in remarks.order_by("at_ms", "pk"):
        answer = remark.answer if hasattr(remark, "answer") else None
        same = remark.recording_id == lecture.recording_id
        lines.setdefault(remark.event_id, []).append(RemarkLine(remark, answer, same))
    return [Step(event, tuple(lines.get(event.pk, ()))) for event in events]


def versions_of(lecture: LecturePage) -> list[VersionLine]:
    """Every version, newest first. One query."""
    versions = list(
        LectureVersion.objects.filter(lecture=lecture)
        .select_related("approved_by", "replacement")
        .order_by("-number")
    )
    return [VersionLine(version, place == 0) for place, version in enumerate(versions)]


def replacements_of(lecture: LecturePage) -> list[Replacement]:
    """Every recording that was offered as a new version, newest first. One query."""
    return list(
        Replacement.objects.filter(lecture=lecture).select_related("decided_by", "version").order_by("-pk")
    )
