"""Two officers on one session in the same moment, on PostgreSQL: one wins, and the other is told."""

import threading

import pytest
from django.db import connection, connections

from courses import api
from courses.schedule import evidence
from courses.schedule.evidence import UnableToAddEvidence
from courses.schedule.models import Evidence, TrainingSession
from tests.courses.schedule.conftest import photo

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]


def together(*acts):
    """Do all at the same moment, each on a connection of its own; return what each came to."""
    ready = threading.Barrier(len(acts))
    told: list[object] = [None] * len(acts)

    def run(place, act):
        try:
            ready.wait(timeout=10)
            told[place] = act()
        except Exception as refusal:
            told[place] = refusal
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(timeout=30)
    assert not any(each.is_alive() for each in threads)
    return told


def test_one_piece_is_replaced_once(arranged, world):
    session = arranged()
    old = evidence.add_file(
        session=session, kind="photo", file=photo(), by=world.supporting_officer, at=world.now
    )
    officers = (world.supporting_officer, world.beneficiary_officer)

    def replace(by, colour):
        return lambda: evidence.add_file(
            session=session, kind="photo", file=photo(colour), replaces=old.pk, by=by, at=world.now
        )

    told = together(*(replace(by, colour) for by, colour in zip(officers, ("red", "gold"), strict=True)))
    assert sorted(type(each) for each in told if isinstance(each, Exception)) == [UnableToAddEvidence]
    assert Evidence.objects.filter(withdrawn_at=None).count() == 1


def test_the_same_file_twice_is_one_piece(arranged, world):
    session = arranged()

    def add():
        return evidence.add_file(
            session=session, kind="photo", file=photo(), by=world.supporting_officer, at=world.now
        )

    told = together(add, add)
    assert told[0] == told[1] == Evidence.objects.get()


def test_a_session_is_held_or_cancelled_never_both(arranged, world):
    session = arranged()
    officers = (world.supporting_officer, world.second_supporting_officer)
    told = together(
        lambda: api.record_held(session=session, by=officers[0], at=world.now),
        lambda: api.cancel_session(session=session, by=officers[1], at=world.now),
    )
    refused = [each for each in told if isinstance(each, Exception)]
    assert [type(each) for each in refused] in ([api.UnableToHold], [api.UnableToCancel])
    session.refresh_from_db()
    assert session.state in ("held", "cancelled")


def test_of_two_that_are_entered_together_one_repeats_the_other(arranged, world, a_lecture):
    assert arranged("dvd")

    def enter(place):
        return lambda: api.schedule_session(
            lecture=a_lecture, mode_code="onsite", supporter=world.guangdong, beneficiary=world.guangxi,
            date=world.day, place=place, by=officer, at=world.now,
        )  # fmt: skip

    officer = world.supporting_officer
    told = together(enter("百色"), enter("靖西"))
    assert not any(isinstance(each, Exception) for each in told), told
    firsts = set(TrainingSession.objects.filter(mode__code="onsite").values_list("repeat_of", flat=True))
    assert firsts == {None, min(each.pk for each in told)}
