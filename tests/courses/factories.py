"""Recordings and lectures for the tests of this room: rows as the pipeline would have left them, no media files."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from courses.catalogue import operations
from courses.catalogue.models import Category, CourseIndexPage, CourseLecture, CoursePage, LecturePage, Topic
from courses.catalogue.site import ensure_site
from courses.enrolment.operations import release_lecture
from media_pipeline.conductor.models import MediaJob
from media_pipeline.recordings.models import Recording, Rendition, Slide
from qianchang.people.models import Account, Association
from tests.world import World

# bit/s, width, height: what the ladder makes of a slide lecture.
MODES = {"audio": (24_000, None, None), "light": (60_000, 1280, 720), "standard": (180_000, 1280, 720)}


def make_recording(
    owner: Account,
    *,
    duration_ms: int = 90_000,
    modes: Sequence[str] = ("audio", "light", "standard"),
    state: str = Recording.State.READY,
    at: datetime,
    failure_code: str = "",
    name: str = "医疗损害鉴定.mp4",
) -> Recording:
    """Return a recording with these renditions and the jobs that made them."""
    ready = state == Recording.State.READY
    recording = Recording.objects.create(
        owner=owner,
        original_name=name,
        state=state,
        failure_code=failure_code,
        size_bytes=1_800_000,
        sha256=uuid4().hex * 2,
        content=Recording.Content.VIDEO,
        duration_ms=duration_ms,
        width=1280,
        height=720,
        created_at=at,
        received_at=None if state == Recording.State.UPLOADING else at,
        first_watchable_at=at if modes else None,
        ready_at=at if ready else None,
    )
    for mode in modes:
        rate, width, height = MODES[mode]
        Rendition.objects.create(
            recording=recording,
            mode=mode,
            file=f"{recording.public_id}/1/{mode}.mp4",
            playlist="#EXTM3U\n",
            size_bytes=rate * duration_ms // 8000,
            duration_ms=duration_ms,
            average_bps=rate,
            peak_bps=rate,
            codecs="mp4a.40.2",
            width=width,
            height=height,
            published_at=at,
        )
    if state != Recording.State.UPLOADING:
        for kind in MediaJob.Kind:
            done = ready or kind == MediaJob.Kind.PROBE
            MediaJob.objects.create(
                recording=recording,
                kind=kind,
                state=MediaJob.State.DONE if done else MediaJob.State.RUNNING,
                progress_percent=100 if done else 37,
                queued_at=at,
                started_at=at,
                finished_at=at if done else None,
            )
    return recording


def make_draft(
    world: World,
    *,
    title: str = "医疗损害责任纠纷：鉴定意见的审查与质证",
    introduction: str = "结合三个县级医院的案件，讲解鉴定意见质证的步骤。",
    topic: str = "medical-disputes",
    category: str = Category.BUSINESS,
    recording: Recording | None = None,
    by: Account | None = None,
    association: Association | None = None,
    at: datetime | None = None,
    **of_recording: object,
) -> LecturePage:
    """Return a draft by the expert of Guangdong, around a recording that is ready."""
    at, by = at or world.now, by or world.expert
    ensure_site(at=at)
    recording = recording or make_recording(by, at=at, **of_recording)  # type: ignore[arg-type]
    return operations.draft_lecture(
        title=title,
        topic=Topic.objects.get(code=topic),
        category=category,
        introduction=introduction,
        dvd_consent=True,
        recording_id=recording.pk,
        association=association or world.guangdong,
        by=by,
        at=at,
    )


def make_lecture_in_review(world: World, **of_draft: object) -> LecturePage:
    """Return a lecture that the expert submitted."""
    lecture = make_draft(world, **of_draft)  # type: ignore[arg-type]
    assert lecture.submitted_by is not None
    return operations.submit_lecture(lecture=lecture, by=lecture.submitted_by, at=world.now)


def make_published_lecture(
    world: World, *, released_to: Sequence[Association] | None = (), **of_draft: object
) -> LecturePage:
    """Return a lecture that Guangdong's officer published and opened to these associations (None: to everybody)."""
    lecture = make_lecture_in_review(world, **of_draft)
    operations.publish_lecture(lecture=lecture, by=world.supporting_officer, at=world.now)
    lecture.refresh_from_db()
    if released_to is None or released_to:
        release_lecture(lecture=lecture, associations=released_to, by=world.supporting_officer, at=world.now)
    return lecture


def make_course(
    world: World, lectures: Sequence[LecturePage], *, title: str = "县域律师执业基础"
) -> CoursePage:
    """Return a published course of these lectures in this order."""
    ensure_site(at=world.now)
    course = CoursePage(title=title, introduction="从立案到执行。")
    course.course_lectures = [
        CourseLecture(lecture=lecture, sort_order=number) for number, lecture in enumerate(lectures)
    ]
    index = CourseIndexPage.objects.get()
    index.add_child(instance=course)
    return course


def make_slides(
    recording: Recording,
    titles: Sequence[str],
    *,
    every_ms: int = 20_000,
    text: str = "",
    size_bytes: int = 14_000,
) -> list[Slide]:
    """Return slides that begin every so often from 0 on, as detection would have left them."""
    return Slide.objects.bulk_create(
        Slide(
            recording=recording,
            from_ms=place * every_ms,
            number=place + 1,
            title=title,
            text=text,
            picture=f"{recording.public_id}/1/slide-{place + 1}.webp",
            fence=1,
            width=1280,
            height=720,
            size_bytes=size_bytes,
        )
        for place, title in enumerate(titles)
    )
