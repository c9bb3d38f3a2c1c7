"""What the tests of public pages share."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from courses.catalogue.models import NewsIndexPage, NewsPage
from courses.catalogue.public.first_pages import ensure_first_pages
from tests.world import World


@pytest.fixture
def guest() -> Client:
    return Client()


@pytest.fixture
def first_pages(world: World) -> int:
    """Notices, help and about as a new site has them; how many pages were made."""
    return ensure_first_pages(at=world.now)


@pytest.fixture
def news(world: World, first_pages: int) -> Callable[..., NewsPage]:
    """Return a function that publishes a notice; its body is given in blocks as they are stored."""

    def publish(title: str = "关于做好2026年度集中放映的通知", **more: Any) -> NewsPage:
        page = NewsPage(title=title, **{"date": world.day, **more})
        NewsIndexPage.objects.get().add_child(instance=page)
        return page

    return publish


@pytest.fixture
def on_the_day(world: World) -> Iterator[None]:
    """Today is the day on which the cast acts."""
    with time_machine.travel(world.now, tick=False):
        yield


@pytest.fixture(autouse=True)
def _english() -> None:
    """Public pages are read in the site's own language, not in the English of the folder above."""
