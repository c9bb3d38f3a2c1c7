"""Two officers at the same moment, on one session, one month and one reversal: one wins, the other is told. On
PostgreSQL, where two transactions really run beside each other.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections, transaction

from programmes.plans import targets
from programmes.plans.moving import Dimensions, move_target
from programmes.quotas import operations, reversals
from programmes.quotas.models import Decision, MonthClose, QuotaEntry, Reversal, SessionTarget
from qianchang.groundwork import ledgers
from qianchang.people.models import Association
from tests.programmes.factories import Office
from tests.programmes.quotas.test_counting import END_OF_NOVEMBER, END_OF_OCTOBER
from tests.world import World

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer at a time"),
]


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Do all of it at the same moment, and return what each gave or how it was refused."""
    assert connection.vendor == "postgresql"
    line = threading.Barrier(len(acts))
    told: list[Any] = [None] * len(acts)

    def do(place: int, act: Callable[[], Any]) -> None:
        try:
            line.wait(timeout=30)
            told[place] = act()
        except Exception as refusal:
            told[place] = refusal
        finally:
            connections.close_all()

    threads = [threading.Thread(target=do, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return told


def kinds(told: list[Any]) -> list[str]:
    return sorted(type(each).__name__ for each in told)


@pytest.fixture
def office(world: World) -> Office:
    made = Office(world)
    assert world.second_supporting_officer
    assert world.second_beneficiary_officer
    assert world.national_officer
    return made


def test_two_officers_confirm_one_session(office: Office, world: World):
    fact = office.held(mode="onsite")
    told = together(
        *(
            lambda by=by: operations.confirm_session(session=fact, by=by, at=world.now)
            for by in (world.beneficiary_officer, world.second_beneficiary_officer)
        )
    )
    assert kinds(told) == ["Decision", "UnableToConfirm"]
    assert Decision.objects.count() == 1


def test_one_confirms_what_another_returns(office: Office, world: World):
    fact = office.held(mode="onsite")
    told = together(
        lambda: operations.confirm_session(session=fact, by=world.beneficiary_officer, at=world.now),
        lambda: operations.return_session(
            session=fact, reason="缺签到表", by=world.second_beneficiary_officer, at=world.now
        ),
    )
    # Returned and then confirmed is in order; confirmed and then returned is not.
    assert kinds(told) in (["Decision", "Decision"], ["Decision", "UnableToReturn"])
    assert Decision.objects.order_by("-pk").first().outcome == "confirmed"


def test_two_officers_close_one_month(office: Office, world: World):
    office.confirmed(mode="onsite")
    told = together(
        *(
            lambda by=by: office.close("2026-10", at=END_OF_OCTOBER, by=by)
            for by in (world.supporting_officer, world.second_supporting_officer)
        )
    )
    assert kinds(told) == ["Closed", "Closed"]
    assert sorted((each.again, len(each.entries)) for each in told) == [(False, 1), (True, 0)]
    assert (MonthClose.objects.count(), QuotaEntry.objects.count()) == (1, 1)
    assert ledgers.verify(QuotaEntry, "CN-GD") == []


def test_two_officers_decide_one_reversal(office: Office, world: World):
    office.confirmed(mode="onsite")
    (entry,) = office.close("2026-10", at=END_OF_OCTOBER).entries
    made = reversals.propose_reversal(
        entry=entry, reason="重复", by=world.beneficiary_officer, at=END_OF_NOVEMBER
    )
    told = together(
        lambda: reversals.approve_reversal(
            reversal=made, by=world.second_supporting_officer, at=END_OF_NOVEMBER
        ),
        lambda: reversals.refuse_reversal(
            reversal=made, answer="不是", by=world.national_officer, at=END_OF_NOVEMBER
        ),
    )
    assert kinds(told) in (["QuotaEntry", "UnableToReverse"], ["Reversal", "UnableToReverse"])
    state = Reversal.objects.get().state
    assert QuotaEntry.objects.count() == (2 if state == "posted" else 1)
    assert ledgers.verify(QuotaEntry, "CN-GD") == []


def test_two_officers_propose_one_reversal(office: Office, world: World):
    office.confirmed(mode="onsite")
    (entry,) = office.close("2026-10", at=END_OF_OCTOBER).entries
    told = together(
        *(
            lambda by=by: reversals.propose_reversal(entry=entry, reason="重复", by=by, at=END_OF_NOVEMBER)
            for by in (world.beneficiary_officer, world.second_supporting_officer)
        )
    )
    assert kinds(told) == ["Reversal", "UnableToReverse"]
    assert Reversal.objects.count() == 1


def until_somebody_waits_for_a_lock() -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    raise AssertionError("nobody waited")


def test_a_target_gets_no_other_meaning_while_a_session_is_put_on_it(office: Office, world: World):
    source = office.plan.targets.first().source
    assigned = targets.Said(world.guangdong, 2, "assigned", "2 场", beneficiary=world.guangxi, year=2026)
    target = targets.enter_target(
        plan=office.plan, said=assigned, source=source, by=world.national_officer, at=world.now
    )
    lecture = office.lecture()
    put = threading.Event()

    def enter() -> object:
        with transaction.atomic():
            office.scheduled(lecture)
            put.set()
            until_somebody_waits_for_a_lock()

    def move() -> object:
        assert put.wait(30)
        to = Dimensions(Association.objects.get(code="CN-YN"), 2027, False, frozenset())
        return move_target(target=target, to=to, seen=0, by=world.national_officer, at=world.now)

    entered, moved = together(enter, move)
    assert entered is None
    assert isinstance(moved, targets.UnableToSetTarget)
    line = SessionTarget.objects.select_related("target").get()
    assert (line.target_id, line.target.beneficiary, line.target.year) == (target.pk, world.guangxi, 2026)
