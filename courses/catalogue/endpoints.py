"""`/api/v1/lectures/`: the published lectures that a reader may know of. Playing one asks the enrolment, not this list."""

from datetime import datetime
from typing import Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema

from courses.catalogue import rows
from courses.catalogue.search.finding import Hit
from courses.catalogue.search.listing import listing, read

router = Router(tags=["lectures"])

PER_PAGE = 50


class HitOut(Schema):
    """One place where the words were found. `kind`: slide, transcript, or introduction, which has no time.

    `from_ms` in milliseconds of the recording; `text` is what stands around, `marks` where in it the words stand, as
    [first character, character after the last].
    """

    kind: str
    from_ms: int | None
    text: str
    marks: list[tuple[int, int]]


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
    hits: list[HitOut]


class LecturesOut(Schema):
    """One page of the list, `count` lectures in all. `search_failed`: the words were left out, everything is listed."""

    count: int
    search_failed: bool
    lectures: list[LectureOut]


@router.get("/", response=LecturesOut, auth=None, summary="Published lectures: searched, filtered, sorted")
def lectures(
    request: HttpRequest,
    q: str = "",
    topic: list[str] = Query([]),  # noqa: B008 - how ninja is told
    category: list[str] = Query([]),  # noqa: B008
    ways: list[Literal["audio", "transcript", "dvd"]] = Query([]),  # noqa: B008
    length: list[Literal["short", "middle", "long"]] = Query([]),  # noqa: B008
    sort: Literal["", "relevance", "newest", "learners", "data"] = "",
    page: int = Query(1, ge=1, le=10_000),
) -> LecturesOut:
    """Search title, lecturers, field, introduction, slides and transcript for every word of `q`, as the catalogue does.

    `topic` is a field's code. Without `sort`, what fits best comes first, or the newest where nothing is searched.
    """
    found = listing(read(request.GET), request, number=page, per_page=PER_PAGE)
    # A page beyond the last one is empty here; people are shown the last one.
    shown = list(found.page) if found.page.number == page else []
    return LecturesOut(
        count=found.number,
        search_failed=found.failed,
        lectures=[_out(row, found.hits.get(row.lecture.pk, [])) for row in rows.lecture_rows(shown, request)],
    )


def _out(row: rows.LectureRow, hits: list[Hit]) -> LectureOut:
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
        hits=[_hit(hit) for hit in hits],
    )


def _hit(hit: Hit) -> HitOut:
    marks, at = [], 0
    for piece, is_hit in hit.pieces:
        if is_hit:
            marks.append((at, at + len(piece)))
        at += len(piece)
    return HitOut(kind=hit.kind.name.lower(), from_ms=hit.from_ms, text=hit.text, marks=marks)
