"""Two officers at the same moment: one wins, the other is told, and nothing stands twice. Threads of one process only
meet on PostgreSQL (python -m tests.on_postgresql).
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from programmes.spot_checks import operations, rectification
from programmes.spot_checks.models import Answer, Drawing, Finding, Sampled, SpotCheck

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="an SQLite in memory has one writer; run on PostgreSQL"
    ),
]


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Do things at the same moment, each on a connection of its own; a refusal is returned."""
    gate = Barrier(len(acts))

    def do(act: Callable[[], Any]) -> Any:
        gate.wait()
        try:
            return act()
        except Exception as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(do, acts))


def test_two_numbers_at_once_draw_one_sample(checks, world):
    check = checks.announce(beneficiary=world.guangxi, by=world.beneficiary_officer)
    officers = [(world.beneficiary_officer, "1111111"), (world.second_beneficiary_officer, "2222222")]

    def draw(officer, number):
        return lambda: operations.draw_sample(
            check=check, public_number=number, by=officer, at=checks.drawn_at
        )

    results = at_once(*(draw(*each) for each in officers))
    assert sorted(type(each).__name__ for each in results) == ["Drawing", "UnableToDraw"]
    assert Drawing.objects.count() == 1
    assert Sampled.objects.count() == 2


def test_the_same_announcement_sent_twice_at_once_is_one(checks, world):
    assert checks.codes
    assert world.national_officer
    results = at_once(*[lambda: checks.announce()] * 3)
    assert {each.pk for each in results} == {SpotCheck.objects.get().pk}


def test_different_announcements_at_once_get_numbers_of_their_own(checks, world):
    assert checks.codes
    assert world.national_officer
    results = at_once(*(lambda size=size: checks.announce(size=size) for size in (1, 2, 3)))
    assert {each.code for each in results} == {"SC-2026-001", "SC-2026-002", "SC-2026-003"}


def test_two_findings_of_one_session_at_once_are_one(checks, world):
    drawing = checks.drawn(
        checks.announce(supporter=world.guangdong, by=world.second_supporting_officer),
        by=world.second_supporting_officer,
    )
    sampled = checks.sampled(drawing)
    third = world.grant(world.account("third", "李秘书"), "supporting_officer", world.guangdong)
    results = at_once(
        lambda: checks.fault(sampled, by=world.second_supporting_officer),
        lambda: checks.fault(sampled, by=third, words="别的问题。"),
    )
    assert sorted(type(each).__name__ for each in results) == ["Finding", "UnableToRecordFinding"]
    assert Finding.objects.count() == 1


def test_two_answers_to_one_reply_at_once_are_one(checks, world):
    drawing = checks.drawn(
        checks.announce(beneficiary=world.guangxi, by=world.second_beneficiary_officer),
        by=world.second_beneficiary_officer,
    )
    reply = checks.replied(checks.fault(checks.sampled(drawing), by=world.second_beneficiary_officer))

    def answer(officer, outcome):
        return lambda: rectification.answer_reply(
            reply=reply, outcome=outcome, by=officer, at=checks.drawn_at_plus(2)
        )

    results = at_once(
        answer(world.beneficiary_officer, "mended"), answer(world.second_beneficiary_officer, "explained")
    )
    assert sorted(type(each).__name__ for each in results) == ["Answer", "UnableToAnswer"]
    assert Answer.objects.count() == 1
