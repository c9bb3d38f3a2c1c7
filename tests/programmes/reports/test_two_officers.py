"""Two officers at the same moment at one month: one wins, the other is told or finds it done. Threads of one process only
meet on PostgreSQL (python -m tests.on_postgresql).
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from programmes.reports import operations
from programmes.reports.models import BulletinIssue, MonthlyReturn, ReturnDraft, Side
from qianchang.people.models import Account
from tests.programmes.factories import Office
from tests.programmes.reports.months import at, october
from tests.world import World

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="an SQLite in memory has one writer; run on PostgreSQL"
    ),
]


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Do things at the same moment, each on a connection of its own; return what came of each, by its kind."""
    gate = Barrier(len(acts))

    def do(act: Callable[[], object]) -> str:
        gate.wait()
        try:
            return type(act()).__name__
        except Exception as refusal:
            return type(refusal).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(do, acts))


def saves(office: Office, words: str, by: Account) -> Callable[[], ReturnDraft]:
    return lambda: operations.save_draft(
        plan=office.plan,
        association=office.world.guangdong,
        side=Side.SUPPORTER,
        month="2026-10",
        remarks=words,
        addressees="省律协秘书处",
        signatories="",
        number=0,
        by=by,
        at=at(2026, 11, 2),
    )


def sends(office: Office, by: Account) -> Callable[[], operations.Sent]:
    return lambda: operations.send_return(
        plan=office.plan,
        association=office.world.guangdong,
        side=Side.SUPPORTER,
        month="2026-10",
        number=1,
        by=by,
        at=at(2026, 11, 2),
    )


def test_two_texts_are_one_and_a_sentence(office: Office, world: World):
    october(office, "一")
    assert world.second_supporting_officer
    results = at_once(
        saves(office, "甲", world.supporting_officer), saves(office, "乙", world.second_supporting_officer)
    )
    assert results == ["ReturnDraft", "UnableToSave"]
    assert ReturnDraft.objects.get().number == 1


def test_two_sendings_are_one_version(office: Office, world: World):
    october(office, "一")
    saves(office, "甲", world.supporting_officer)()
    results = at_once(sends(office, world.supporting_officer), sends(office, world.second_supporting_officer))
    assert results == ["Sent", "Sent"]
    assert MonthlyReturn.objects.count() == 1


def test_a_text_changed_at_the_moment_of_sending_is_either_sent_or_told(office: Office, world: World):
    october(office, "一")
    saves(office, "甲", world.supporting_officer)()

    def change() -> ReturnDraft:
        return operations.save_draft(
            plan=office.plan,
            association=world.guangdong,
            side=Side.SUPPORTER,
            month="2026-10",
            remarks="乙",
            addressees="省律协秘书处",
            signatories="",
            number=1,
            by=world.second_supporting_officer,
            at=at(2026, 11, 2),
        )

    assert world.second_supporting_officer
    results = at_once(sends(office, world.supporting_officer), change)
    assert results in (["ReturnDraft", "Sent"], ["ReturnDraft", "UnableToSend"])
    assert [each.remarks for each in MonthlyReturn.objects.all()] in ([], ["甲"])


def test_two_issues_of_a_bulletin_are_one_version(office: Office, world: World):
    october(office, "一")

    def issue() -> operations.Issued:
        return operations.issue_bulletin(
            plan=office.plan, month="2026-10", by=world.national_officer, at=at(2026, 11, 5)
        )

    assert world.national_officer
    assert at_once(issue, issue) == ["Issued", "Issued"]
    assert BulletinIssue.objects.count() == 1
