"""Lectures with something on their slides and in their captions, and a site whose index is up to date."""

from collections.abc import Callable

import pytest
from django.test import Client

from courses.catalogue.models import LecturePage
from courses.catalogue.search.indexing import index_all
from media_pipeline import api as media
from tests.courses.factories import make_published_lecture, make_slides
from tests.world import World

MINUTE_MS = 60_000


@pytest.fixture
def guest() -> Client:
    """Somebody who is not signed in."""
    return Client()


@pytest.fixture
def lecture_of(world: World) -> Callable[..., LecturePage]:
    """Return a function that publishes a lecture to everybody: `slides` are texts, one every twenty seconds; `said` is
    what stands in its captions, (seconds, text). Nothing is indexed by it.
    """

    def publish(
        title: str, *, slides: list[str] = (), said: list[tuple[int, str]] = (), **of_draft: object
    ) -> LecturePage:
        released_to = of_draft.pop("released_to", None)
        given = {"duration_ms": 60 * MINUTE_MS, "introduction": "没有别的。", "topic": "civil", **of_draft}
        lecture = make_published_lecture(world, title=title, released_to=released_to, **given)
        if slides:
            made = make_slides(lecture.recording, ["" for _text in slides])
            for slide, text in zip(made, slides, strict=True):
                slide.text = text
                slide.save()
        if said:
            say(lecture, said, world)
        return lecture

    return publish


def say(lecture: LecturePage, said: list[tuple[int, str]], world: World, revision: int = 0) -> None:
    """Put captions, each of five seconds."""
    cues = "\n\n".join(f"{clock(at)} --> {clock(at + 5)}\n{text}" for at, text in said)
    media.put_captions(
        recording_id=lecture.recording_id,
        language="zh",
        vtt=f"WEBVTT\n\n{cues}\n",
        revision=revision,
        by=world.expert,
        at=world.now,
    )


def clock(seconds: int) -> str:
    """Seconds as WebVTT writes them."""
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.000"


@pytest.fixture
def find(guest: Client, world: World) -> Callable[..., list[str]]:
    """Return a function that brings the index up to date and gives the titles that a search finds, in their order."""

    def titles(query: str, client: Client | None = None, **filters: object) -> list[str]:
        index_all(at=world.now)
        answer = (client or guest).get("/lectures/", {"q": query, **filters})
        return [row.lecture.title for row in answer.context["catalogue"].page]

    return titles
