"""Loading the catalogue into an empty, migrated site: pages, recordings without files, captions, releases, the index."""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from django.db import transaction
from django.utils.text import slugify

from benchmarks.catalogue.around import load_around
from benchmarks.catalogue.counted import SUBJECTS, Counted, lecture, sentence
from courses.catalogue.models import (
    CourseIndexPage,
    CourseLecture,
    CoursePage,
    LectureIndexPage,
    LecturePage,
    Lecturer,
    LectureVersion,
    SpeakerConsent,
    Topic,
)
from courses.catalogue.search.indexing import index_all
from courses.catalogue.site import ensure_site
from courses.enrolment.models import Release
from media_pipeline.recordings.cues import Cue, read_time, write
from media_pipeline.recordings.models import CaptionTrack, Slide
from tests.courses.factories import make_recording
from tests.world import World

WRITTEN = Path(__file__).with_name("written.toml")
# Sentences of a paragraph; a pause of so long ends it (transcript.PAUSE_MS).
SENTENCES, PAUSE_MS = 5, 3000
# The last of a hundred lectures, those written by hand aside, are released to one association: no guest may find them.
RESERVED = 5


@dataclass(frozen=True)
class Loaded:
    """What was loaded."""

    lectures: int
    courses: int
    paragraphs: int
    passages_changed: int


@dataclass(frozen=True)
class Written:
    """One lecture with what is said in it at a time (milliseconds)."""

    counted: Counted
    said: tuple[tuple[int, str], ...] = ()
    title_en: str = ""


@transaction.atomic
def load(
    world: World,
    *,
    lectures: int = 400,
    courses: int = 60,
    paragraphs: int = 30_000,
    at: datetime,
) -> Loaded:
    """Load so many of each, the lectures written by hand among them, and index them. The same every time."""
    ensure_site(at=at)
    index = LectureIndexPage.objects.get()
    topics = {topic.code: topic for topic in Topic.objects.all()}
    made: list[LecturePage] = []
    reserved: set[int] = set()
    spoken = 0
    for number, written in enumerate(_all(lectures)):
        share = paragraphs // lectures + (number < paragraphs % lectures)
        page = _page(world, index, written, topics, at=at - timedelta(hours=number * 7))
        _record(world, page, written, share, seed=number, at=at)
        spoken += share
        made.append(page)
        if number % 100 >= 100 - RESERVED and not written.said:
            reserved.add(page.pk)
    Release.objects.bulk_create(
        Release(
            lecture=page,
            association=world.guangxi if page.pk in reserved else None,
            released_by=world.supporting_officer,
            released_at=at,
        )
        for page in made
    )
    for number in range(courses):
        _course(number, made)
    load_around(world, made, at=at)
    return Loaded(len(made), courses, spoken, index_all(at=at))


def _all(lectures: int) -> Iterator[Written]:
    """Those written by hand, spread among the counted ones."""
    by_hand = _by_hand()
    every = max(1, lectures // max(1, len(by_hand)))
    for number in range(lectures):
        if number % every == 0 and number // every < len(by_hand):
            yield by_hand[number // every]
        else:
            yield Written(lecture(number))


def _by_hand() -> list[Written]:
    facts = tomllib.loads(WRITTEN.read_text(encoding="utf-8"))["lecture"]
    return [
        Written(
            Counted(
                title=each["title"],
                lecturer=each["lecturer"],
                topic=each["topic"],
                category=each.get("category", "business"),
                introduction=each["introduction"],
                slides=tuple((_time(at), title, text) for at, title, text in each["slides"]),
                length_ms=each["minutes"] * 60_000,
            ),
            tuple((_time(at), said) for at, said in each["said"]),
            each.get("title_en", ""),
        )
        for each in facts
    ]


def _time(written: str) -> int:
    time = read_time(written)
    assert time is not None, written
    return time


def _page(
    world: World, index: LectureIndexPage, written: Written, topics: dict[str, Topic], *, at: datetime
) -> LecturePage:
    counted = written.counted
    page = LecturePage(
        title=counted.title,
        draft_title=counted.title,
        title_en=written.title_en,
        slug=slugify(f"{counted.title}-{at:%y%m%d%H}", allow_unicode=True),
        introduction=counted.introduction,
        topic=topics[counted.topic],
        category=counted.category,
        association=world.guangdong,
        submitted_by=world.expert,
        owner=world.expert,
        review=LecturePage.Review.PUBLISHED,
        submitted_at=at,
        live=True,
        first_published_at=at,
        last_published_at=at,
        dvd_consent=True,
    )
    index.add_child(instance=page)
    lecturer, _made = Lecturer.objects.get_or_create(
        name=counted.lecturer,
        defaults={"slug": slugify(counted.lecturer, allow_unicode=True), "association": world.guangdong},
    )
    page.lecturers = [lecturer]
    page.save()
    SpeakerConsent.objects.create(
        lecture=page,
        lecturer=lecturer,
        public=True,
        streaming=True,
        dvd=page.pk % 3 > 0,
        text_version=1,
        method=SpeakerConsent.Method.ONLINE,
        given_at=at,
        recorded_by=world.expert,
    )
    return page


def _record(
    world: World, page: LecturePage, written: Written, paragraphs: int, *, seed: int, at: datetime
) -> None:
    counted = written.counted
    recording = make_recording(
        world.expert, duration_ms=counted.length_ms, at=at, name=f"{counted.title}.mp4"
    )
    LecturePage.objects.filter(pk=page.pk).update(recording=recording)
    LectureVersion.objects.create(
        lecture=page, number=1, recording=recording, length_ms=counted.length_ms, created_at=at
    )
    Slide.objects.bulk_create(
        Slide(
            recording=recording,
            from_ms=from_ms,
            number=number,
            title=title,
            text=text,
            text_read_at=at,
            picture=f"{recording.public_id}/1/slide-{number}.webp",
            fence=1,
            width=1280,
            height=720,
            size_bytes=14_000,
        )
        for number, (from_ms, title, text) in enumerate(counted.slides, start=1)
    )
    cues = _cues(counted, paragraphs, Random(seed), written.said)  # noqa: S311 - the same every time
    CaptionTrack.objects.create(recording=recording, vtt=write(cues), updated_at=at)


def _cues(counted: Counted, paragraphs: int, random: Random, said: Sequence[tuple[int, str]]) -> list[Cue]:
    """Sentences spread over the whole length, a pause after each paragraph; what was written by hand at its own time."""
    subject = next((name for names in SUBJECTS.values() for name in names if name in counted.title), "本讲")
    step = counted.length_ms // paragraphs
    each = (step - PAUSE_MS) // SENTENCES
    cues = [
        Cue(start := number * step + place * each, start + each, sentence(random, subject))
        for number in range(paragraphs)
        for place in range(SENTENCES)
    ]
    for from_ms, text in said:
        cues = [cue for cue in cues if cue.until_ms <= from_ms or cue.from_ms >= from_ms + each]
        cues.append(Cue(from_ms, from_ms + each, text))
    return sorted(
        (replace(cue, until_ms=max(cue.until_ms, cue.from_ms + 1)) for cue in cues),
        key=lambda cue: cue.from_ms,
    )


def _course(number: int, lectures: Sequence[LecturePage]) -> None:
    kinds = CoursePage.Kind.values
    course = CoursePage(
        title=f"{['县域律师执业基础', '远程培训', '法制讲座', '示范培训班', '轮训'][number % 5]}第{number // 5 + 1}期",
        introduction="八讲，按顺序看，看完发结业证明。",
        kind=kinds[number % len(kinds)],
    )
    course.course_lectures = [
        CourseLecture(lecture=lectures[(number * 6 + place) % len(lectures)], sort_order=place)
        for place in range(8)
    ]
    CourseIndexPage.objects.get().add_child(instance=course)
