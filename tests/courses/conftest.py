"""What the tests of schedule, attendance and hours share: a lecture of 120 minutes and an evening to watch it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from courses.catalogue.models import LectureVersion
from courses.credits.operations import ensure_default_rules
from courses.enrolment.operations import enrol
from tests.courses.attendance.simulation import Device
from tests.courses.factories import make_published_lecture
from tests.world import World

LENGTH_MS = 120 * 60_000


@pytest.fixture
def evening(world: World) -> datetime:
    """When watching starts: some time after the lecture was released."""
    return world.now + timedelta(hours=9)


@pytest.fixture
def version(world: World) -> LectureVersion:
    """A lecture of 120 minutes, open to Guangxi, taken by the county lawyer, under the default rule."""
    ensure_default_rules(world.now)
    lecture = make_published_lecture(world, released_to=[world.guangxi], duration_ms=LENGTH_MS)
    enrol(lawyer=world.county_lawyer, lecture=lecture, by=world.county_account, at=world.now)
    return LectureVersion.objects.select_related("lecture").get(lecture=lecture)


@pytest.fixture
def device(world: World, version: LectureVersion, evening: datetime) -> Callable[..., Device]:
    """Return a function that sets up a device of the county lawyer, or of another one."""

    def set_up(name: str = "old PC", **options: object) -> Device:
        given = {"lawyer": world.county_lawyer, "version": version, "evening": evening, **options}
        return Device(name=name, **given)  # type: ignore[arg-type]

    return set_up


@pytest.fixture
def watched(device: Callable[..., Device]) -> Callable[..., Device]:
    """Return a function that lets a lawyer watch the lecture whole and answer its codes."""

    def watch(**options: object) -> Device:
        player = device(**options).open()
        player.answer_codes(player.watch(0, 120, at=0))
        return player

    return watch
