"""Whoever writes hours locks first the lawyers, then the ledgers, in one order for all: nobody waits in a circle."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from courses.catalogue.models import Lecturer
from courses.credits import corrections
from courses.credits.models import CreditEntry
from courses.sheets import elsewhere
from qianchang.groundwork import ledgers
from qianchang.people.models import Lawyer
from tests.courses.sheets.factories import Room
from tests.courses.sheets.test_elsewhere import by_number
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def locked(monkeypatch) -> list[str]:
    """The ledgers in the order in which they were locked first."""
    found: list[str] = []
    lock = ledgers.lock

    def note(model, ledger):
        if model is CreditEntry and ledger not in found:
            found.append(ledger)
        lock(model, ledger)

    monkeypatch.setattr(ledgers, "lock", note)
    return found


@pytest.fixture
def lecturer(world: World) -> Lawyer:
    return world.expert_lawyer


@pytest.fixture
def room(world: World, lecturer: Lawyer) -> Room:
    """On site: lawyers of three associations, one of them teaches. Of whoever stands first the ledger is the last."""
    room = Room(world, mode="onsite")
    assert room.city_officer.pk
    teacher = Lecturer.objects.create(
        slug="t", name="讲师", association=world.guangdong, account=lecturer.account
    )
    room.lecture.lecturers.set([teacher])
    room.lecture.save()
    return room


def reported(room: Room) -> None:
    here, stranger = room.lawyers(1)[0], room.world.yunnan_lawyer
    room.save(room.keyed(by_number(stranger), room.row(here)))
    room.scan()
    room.report()


def test_the_ledgers_of_a_sheet_are_locked_in_their_order(room: Room, locked: list[str]):
    reported(room)
    room.confirm()
    written = set(CreditEntry.objects.values_list("ledger", flat=True))
    assert len(written) == 3
    assert locked == sorted(written)


def test_the_ledger_where_hours_stand_is_one_of_them(room: Room, locked: list[str], world: World):
    # Given a lawyer whose hours were credited in the ledger of an association that the lawyer has left since
    room.confirmed(room.keyed(room.row(room.lawyers(1)[0])))
    lawyer = room.lawyers(1)[0]
    Lawyer.objects.filter(pk=lawyer.pk).update(association=world.guangdong)
    lawyer.refresh_from_db()
    entry = CreditEntry.objects.select_related("lawyer__association").get(lawyer=lawyer)
    assert entry.ledger != "CN-GD"
    boss = world.grant(world.account("cao.gd", "曹专员"), "beneficiary_officer", world.guangdong)
    colleague = world.grant(world.account("jin.gd", "金专员"), "beneficiary_officer", world.guangdong)
    waits = corrections.propose_correction(
        subject=corrections.subject_of_entry(entry), reason="不在场", by=boss, at=world.later(days=2)
    )
    locked.clear()
    corrections.carry_out(correction=waits, by=colleague, at=world.later(days=2) + timedelta(hours=1))
    assert locked == sorted({entry.ledger, "CN-GD"})


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_whoever_teaches_is_locked_with_those_who_listen(room: Room, lecturer: Lawyer, monkeypatch):
    reported(room)
    weigh, asked = elsewhere.weigh, []

    def note(*said):
        if not asked:
            asked.extend(each["sql"] for each in seen.captured_queries if "FOR NO KEY UPDATE" in each["sql"])
        return weigh(*said)

    monkeypatch.setattr(elsewhere, "weigh", note)
    with CaptureQueriesContext(connection) as seen:
        room.confirm()
    (lawyers,) = [sql for sql in asked if '"people_lawyer"."id" IN' in sql]
    assert f"{lecturer.pk}" in lawyers.split(" IN ")[1]
