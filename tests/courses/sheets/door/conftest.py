"""What the tests of a door share: a room on site this morning, and a phone that reads its codes."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from courses.credits.operations import ensure_default_rules
from courses.schedule.models import TrainingSession
from courses.sheets.door import codes, operations
from courses.sheets.door.operations import Identity, Reading
from courses.sheets.door.rules import Direction
from courses.sheets.models import Sheet
from courses.sheets.scheduling import open_sheet
from tests.courses.schedule.conftest import a_lecture, arranged  # noqa: F401 - fixtures
from tests.world import World

BEGINS, ENDS = time(9, 0), time(11, 0)
LENGTH_MS = 118 * 60_000


@pytest.fixture
def held(arranged: Callable[..., TrainingSession], world: World) -> Callable[..., TrainingSession]:  # noqa: F811
    """Return a function that schedules a session of a lecture of 118 minutes today."""

    def hold(mode: str = "onsite", **said: object) -> TrainingSession:
        ensure_default_rules(world.now)
        session = arranged(mode, **said)
        type(session.lecture_version).objects.filter(pk=session.lecture_version_id).update(
            length_ms=LENGTH_MS
        )
        session.lecture_version.refresh_from_db()
        return session

    return hold


@pytest.fixture
def room(held: Callable[..., TrainingSession], world: World) -> Sheet:
    """The sheet of a room in 那坡县, from nine to eleven."""
    assert world.county_lawyer
    return open_sheet(
        session=held(),
        site="那坡县司法局二楼会议室",
        date=world.day,
        begins_at=BEGINS,
        ends_at=ENDS,
        supervisor="何秘书",
        by=world.beneficiary_officer,
        at=world.now - timedelta(days=1),
    )


@pytest.fixture
def at(world: World) -> Callable[..., datetime]:
    """Return a function that gives a moment of the day of the room."""

    def moment(hour: int, minute: int = 0, second: int = 0) -> datetime:
        return world.now.replace(hour=hour, minute=minute, second=second)

    return moment


@pytest.fixture
def address(room: Sheet) -> Callable[..., str]:
    """Return a function that gives the address in the picture at the door at a moment."""

    def shown(moment: datetime, direction: Direction = Direction.IN) -> str:
        return reverse("sheets:arrive", args=[codes.token_now(room.pk, direction, at=moment)])

    return shown


@pytest.fixture
def phone() -> Client:
    """A phone on which nobody signed in."""
    return Client()


@pytest.fixture
def passes(room):
    """Return a function that lets somebody pass the door: a lawyer with the account, or somebody who types."""

    def pass_by(moment, direction=Direction.IN, *, lawyer=None, printed=False, browser="phone", **typed):
        return operations.arrive(
            reading=Reading(uuid4(), room.pk, direction, moment, printed, browser),
            who=Identity(lawyer, **typed),
            by=lawyer.account if lawyer is not None else None,
            at=moment,
        )

    return pass_by


@pytest.fixture
def officer(world):
    return world.beneficiary_officer
