"""`/api/v1/lectures/`: the published lectures, for everybody. Playing one asks the enrolment, not this list."""

from datetime import datetime

from django.http import HttpRequest
from ninja import Query, Router, Schema

from courses.catalogue import queries, rows, rules

router = Router(tags=["lectures"])

PER_PAGE = 50


class LectureOut(Schema):
    """One published lecture. `length_ms` in milliseconds, `bytes` of the whole lecture, `hours` as a decimal string."""

    id: int
    title: str
    url: str
    lecturers: str
    association: str
    topic: str
    category: str
    published_at: datetime | None
    length_ms: int
    hours: str | None
    audio_bytes: int | None
    video_bytes: int | None


class LecturesOut(Schema):
    """One page of the list, `count` lectures in all."""

    count: int
    lectures: list[LectureOut]


@router.get("/", response=LecturesOut, auth=None, summary="Published lectures, newest first")
def lectures(
    request: HttpRequest, q: str = "", topic: str = "", page: int = Query(1, ge=1, le=10_000)
) -> LecturesOut:
    """Search the published lectures: every word of `q` in title, lecturers or introduction; `topic` is a topic's code."""
    found = queries.search(rules.words_of(q[:100]))
    if topic:
        found = found.filter(topic__code=topic)
    ordered = queries.with_row_parts(found).order_by("-first_published_at", "-pk")
    shown = ordered[(page - 1) * PER_PAGE : page * PER_PAGE]
    return LecturesOut(
        count=found.count(), lectures=[_out(row) for row in rows.lecture_rows(list(shown), request)]
    )


def _out(row: rows.LectureRow) -> LectureOut:
    lecture = row.lecture
    return LectureOut(
        id=lecture.pk,
        title=lecture.localised_title,
        url=row.url,
        lecturers=row.lecturers,
        association=lecture.association.name_zh,
        topic=lecture.topic.code if lecture.topic else "",
        category=lecture.category,
        published_at=row.published_at,
        length_ms=row.length_ms,
        hours=None if row.hours is None else str(row.hours),
        audio_bytes=row.audio_bytes,
        video_bytes=row.video_bytes,
    )
