"""Two officers at the same moment at one month: one wins, the other is told or finds it done. Threads of one process only
meet on PostgreSQL (python -m tests.on_postgresql).
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier, Event, Thread

import pytest
from django.db import connection, transaction

from programmes.quotas.models import MonthClose, QuotaEntry
from programmes.reports import operations, rendering
from programmes.reports.models import BulletinIssue, MonthlyReturn, ReturnDraft, Side
from programmes.reports.papers import Paper
from programmes.reports.verifying import faults
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


def test_nobody_waits_for_the_plan_while_a_bulletin_is_made(
    office: Office, world: World, monkeypatch, settings, tmp_path
):
    settings.VAULT_DIR = tmp_path / "vault"
    office.confirmed(mode="onsite")
    assert world.national_officer
    make, closed = rendering.kept, []

    def close() -> None:
        try:
            closed.append(office.close("2026-10", at=at(2026, 11, 4)))
        finally:
            connection.close()

    def made(paper: Paper) -> dict[str, str]:
        if not closed:
            colleague = Thread(target=close)
            colleague.start()
            colleague.join(timeout=20)
            assert closed, "the colleague waits"
        return make(paper)

    monkeypatch.setattr(rendering, "kept", made)
    issued = operations.issue_bulletin(
        plan=office.plan, month="2026-10", by=world.national_officer, at=at(2026, 11, 5)
    )
    assert (len(closed), issued.version.version) == (1, 1)
    assert faults() == (3, [])


def until_somebody_waits_for_a_lock() -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    raise AssertionError("nobody waited")


class TestTheOrderIsThatOfTheLock:
    """A bulletin and a close of the same second: whoever waits for the plan is written after whoever had it, whatever the
    clock said before the wait.
    """

    BEFORE = at(2026, 11, 5)
    MOMENT = BEFORE + timedelta(seconds=1)

    def behind(self, first: Callable[[], object], second: Callable[[], object]) -> list[str]:
        """Do the second thing while the first has the lock and is not committed."""
        has_it = Event()

        def do_first() -> object:
            with transaction.atomic():
                done = first()
                has_it.set()
                until_somebody_waits_for_a_lock()
            return done

        def do_second() -> object:
            assert has_it.wait(20)
            return second()

        return at_once(do_first, do_second)

    def issue(self, office: Office, when: datetime) -> Callable[[], object]:
        by = office.world.national_officer
        return lambda: operations.issue_bulletin(plan=office.plan, month="2026-10", by=by, at=when)

    def test_a_close_that_waited_behind_a_bulletin_is_not_in_it(
        self, office: Office, world: World, settings, tmp_path
    ):
        settings.VAULT_DIR = tmp_path / "vault"
        office.confirmed(mode="onsite")
        done = self.behind(self.issue(office, self.MOMENT), lambda: office.close("2026-10", at=self.BEFORE))
        assert done == ["Closed", "Issued"]
        assert faults() == (3, [])
        assert MonthClose.objects.get().closed_at >= BulletinIssue.objects.get().as_of
        assert QuotaEntry.objects.get().recorded_at >= self.MOMENT

    def test_a_close_that_waited_behind_the_other_sides_return_is_not_in_it(
        self, office: Office, world: World, settings, tmp_path
    ):
        settings.VAULT_DIR = tmp_path / "vault"
        office.confirmed(mode="onsite")
        of_month = {
            "plan": office.plan,
            "association": world.guangxi,
            "side": Side.BENEFICIARY,
            "month": "2026-10",
            "by": world.beneficiary_officer,
            "at": self.MOMENT,
        }
        operations.save_draft(**of_month, remarks="", addressees="省律协秘书处", signatories="", number=0)
        done = self.behind(
            lambda: operations.send_return(**of_month, number=1),
            lambda: office.close("2026-10", at=self.BEFORE),
        )
        assert done == ["Closed", "Sent"]
        assert faults() == (3, [])

    def test_a_bulletin_that_waited_behind_a_close_of_a_later_second_knows_what_it_says(
        self, office: Office, world: World, settings, tmp_path
    ):
        settings.VAULT_DIR = tmp_path / "vault"
        office.confirmed(mode="onsite")
        done = self.behind(lambda: office.close("2026-10", at=self.MOMENT), self.issue(office, self.BEFORE))
        assert done == ["Closed", "Issued"]
        assert faults() == (3, [])
