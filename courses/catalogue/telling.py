"""What experts are told of their lectures (product-design.md, section 8): by messages, and mails as those say."""

from datetime import datetime

from django.db.models import Q
from django.urls import reverse

from courses.catalogue.models import LecturePage, Replacement
from media_pipeline import api as media
from qianchang.people import notices
from qianchang.people.models import Account


def tell_published(lecture: LecturePage, *, version: int, at: datetime) -> None:
    """Tell the expert that a version of the lecture stands in the catalogue."""
    _tell("lecture_published", lecture, key=f"{lecture.pk}:{version}", at=at)


def tell_returned(lecture: LecturePage, *, at: datetime) -> None:
    """Tell the expert what to change: one thing a line, as the reviewer wrote it."""
    remarks = [line for line in lecture.return_reason.splitlines() if line.strip()]
    key = f"{lecture.pk}:{at.isoformat()}"
    _tell(
        "lecture_returned", lecture, key=key, at=at, count=max(len(remarks), 1), reason=lecture.return_reason
    )


def tell_replacement_returned(replacement: Replacement, *, at: datetime) -> None:
    """Tell the expert why a new recording did not become the lecture's next version."""
    key = f"{replacement.lecture_id}:{at.isoformat()}"
    # The page of versions has the answer, and the form for another recording.
    link = reverse("catalogue:versions", args=[replacement.lecture_id])
    _tell(
        "lecture_returned",
        replacement.lecture,
        key=key,
        at=at,
        link=link,
        count=1,
        reason=replacement.answer,
    )


def tell_received(*, recording_id: int, at: datetime) -> None:
    """Tell the expert that the lecture of a recording arrived and can be tried."""
    _tell_of_recording("lecture_received", recording_id, at=at)


def tell_processed(*, recording_id: int, at: datetime) -> None:
    """Tell the expert that every way of watching the lecture of a recording is done."""
    _tell_of_recording("processing_done", recording_id, at=at)


def remind_of_uploads(*, at: datetime) -> int:
    """Tell everybody whose upload has rested for a day that it can be resumed, once for each place where it stopped.
    Returns how many were told now.
    """
    told = 0
    for upload in media.resting_uploads(at=at):
        words: dict[str, str | int] = {
            "name": upload.name,
            "percent": upload.percent,
            "days": upload.days_left,
        }
        told += notices.post_many(
            event="upload_resting",
            key=f"{upload.public_id}:{upload.offset}",
            told={upload.owner_id: words},
            at=at,
            link=reverse("catalogue:teach"),
        )
    return told


def _tell_of_recording(event: str, recording_id: int, *, at: datetime) -> None:
    waits = Replacement.objects.filter(recording=recording_id, state=Replacement.State.WAITING)
    lectures = LecturePage.objects.filter(Q(recording=recording_id) | Q(pk__in=waits.values("lecture")))
    lecture = lectures.select_related("submitted_by").first()
    if lecture is not None:
        _tell(event, lecture, key=str(recording_id), at=at)


def _tell(
    event: str, lecture: LecturePage, *, key: str, at: datetime, link: str = "", **words: str | int
) -> None:
    expert: Account | None = lecture.submitted_by
    if expert is not None:
        link = link or reverse("catalogue:teach_lecture", args=[lecture.pk])
        notices.post(
            event=event,
            account=expert,
            at=at,
            key=key,
            link=link,
            title=lecture.title,
            title_en=lecture.title_en,
            **words,
        )
