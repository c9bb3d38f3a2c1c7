"""Work that does not get further is given up after a few tries: the officer reads why, and begins it again."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from qianchang.groundwork.models import AuditEntry
from qianchang.people.models import Lawyer, Notice, RosterImport
from qianchang.people.permissions import PermissionDenied
from qianchang.people.rosters import checking, importing, intake, undoing, working
from tests.people.rosters.conftest import numbers

State = RosterImport.State


class Broken(Exception):
    """A fault that does not pass by itself."""


@pytest.fixture
def broken(monkeypatch):
    """Return a function that breaks a piece of the work, and one that heals everything."""

    def breaks(module, name, *, after=0):
        whole, calls = getattr(module, name), []

        def fails(*given, **named):
            calls.append(1)
            if len(calls) > after:
                raise Broken
            return whole(*given, **named)

        monkeypatch.setattr(module, name, fails)

    return breaks, monkeypatch.undo


def tried(desk, taken, times):
    """Let workers try, a minute apart, as beat does; return how many there were."""
    begun = 0
    for minute in range(times):
        at = desk.world.later(minutes=minute)
        if taken.pk in working.left_lying(at):
            begun += 1
            with pytest.raises(Broken):
                working.work(taken.pk, clock=lambda at=at: at)
    taken.refresh_from_db()
    return begun


def test_an_import_that_always_fails_is_given_up_after_five_tries(desk, row, broken, client_for):
    """Given a fault in the import, when workers have tried five times, then it stands still, the log and the officer
    know, and it goes on where it stopped once somebody begins it again.
    """
    breaks, heal = broken
    taken = desk.check([row(), row(licence_number="1")])
    importing.begin(roster_import=taken, by=desk.officer, at=desk.world.now)
    breaks(importing, "_import_some")

    assert tried(desk, taken, 9) == working.MOST_TRIES
    assert (taken.state, taken.failed_while, taken.imported_at) == (State.FAILED, State.IMPORTING, None)
    entry = AuditEntry.objects.get(verb="gave up on a roster import")
    assert (entry.object_key, entry.actor_id, entry.details["at_work"]) == (str(taken.pk), None, "importing")
    assert Notice.objects.get(event="import_failed").account == desk.officer
    page = client_for(desk.officer).get(reverse("roster:import", args=[taken.pk])).content.decode()
    assert "导入中途停下了" in page
    assert "再试一次" in page

    heal()
    intake.try_again(roster_import=taken, by=desk.officer, at=desk.world.now)
    intake.try_again(roster_import=taken, by=desk.officer, at=desk.world.now)
    desk.work(taken)
    assert (taken.state, taken.failed_while, numbers(taken)) == (State.IMPORTED, "", (1, 0, 0, 1))
    assert AuditEntry.objects.filter(verb="took up a roster import again").count() == 1


def test_a_check_that_always_fails_can_be_matched_again_or_cancelled(desk, row, broken):
    """The check begins anew each time, so that rows which it did answer are no progress."""
    breaks, heal = broken
    taken = desk.check([row()])
    breaks(checking, "_list_absences")
    chosen = {checking.Field(name): index for name, index in taken.columns.items()}

    def confirm():
        intake.confirm_columns(
            roster_import=taken,
            heading_row=taken.heading_row,
            chosen=chosen,
            stands_on=desk.world.day,
            by=desk.officer,
            at=desk.world.now,
        )

    confirm()
    assert tried(desk, taken, 9) == working.MOST_TRIES
    assert (taken.state, taken.failed_while) == (State.FAILED, State.CHECKING)

    heal()
    confirm()
    assert numbers(desk.work(taken)) == (1, 0, 0, 0)
    breaks(checking, "_list_absences")
    confirm()
    tried(desk, taken, 9)
    intake.cancel(roster_import=taken, by=desk.officer, at=desk.world.now)
    taken.refresh_from_db()
    assert (taken.state, taken.failed_while) == (State.CANCELLED, "")


def test_what_a_stopped_import_has_entered_can_be_undone(desk, row, broken, monkeypatch):
    breaks, heal = broken
    rows = [row(licence_number=f"1451020151110087{n}", name="覃小红") for n in range(4)]
    taken = desk.check(rows)
    monkeypatch.setattr(importing, "AT_A_TIME", 2)
    importing.begin(roster_import=taken, by=desk.officer, at=desk.world.now)
    breaks(importing, "_import_some", after=1)
    tried(desk, taken, 9)
    assert (taken.failed_while, Lawyer.objects.count()) == (State.IMPORTING, 2)

    heal()
    desk.undo(taken)

    assert (taken.state, Lawyer.objects.count()) == (State.UNDONE, 0)


def test_a_worker_that_is_killed_each_time_is_given_up_too(desk, row):
    """Given workers that are killed without a word, when the sixth takes the work up, then it is given up instead."""
    taken = desk.check([row()])
    importing.begin(roster_import=taken, by=desk.officer, at=desk.world.now)
    RosterImport.objects.filter(pk=taken.pk).update(
        tries=working.MOST_TRIES, worked_until=desk.world.later(minutes=1)
    )
    assert working.work(taken.pk, clock=lambda: desk.world.later(minutes=2)) is False
    taken.refresh_from_db()
    assert (taken.state, Lawyer.objects.count()) == (State.FAILED, 0)


def test_getting_further_is_no_try(desk, row, monkeypatch):
    taken = desk.check([row()])
    importing.begin(roster_import=taken, by=desk.officer, at=desk.world.now)
    RosterImport.objects.filter(pk=taken.pk).update(tries=working.MOST_TRIES - 1)
    desk.work(taken)
    assert (taken.state, taken.tries) == (State.IMPORTED, 0)


def test_nobody_else_begins_it_again(desk, row, broken, client_for):
    taken = desk.check([row()])
    RosterImport.objects.filter(pk=taken.pk).update(state=State.FAILED, failed_while=State.IMPORTING)
    taken.refresh_from_db()
    with pytest.raises(PermissionDenied):
        intake.try_again(roster_import=taken, by=desk.world.yunnan_officer, at=desk.world.now)
    stranger = client_for(desk.world.yunnan_officer)
    assert stranger.post(reverse("roster:act", args=[taken.pk]), {"do": "again"}).status_code == 404
    with pytest.raises(IntegrityError), transaction.atomic():
        RosterImport.objects.filter(pk=taken.pk).update(failed_while="")


def test_the_queries_of_an_undo_do_not_grow_with_who_moved(
    desk, row, django_assert_max_num_queries, monkeypatch
):
    """One question to each table for a chunk, however many of it moved."""
    monkeypatch.setattr(undoing, "AT_A_TIME", 100)
    rows = [row(licence_number=f"145102015111008{n}", name="覃小红") for n in range(10, 40)]
    desk.carry_out(desk.check(rows))
    moved = [[*each[:3], "广西新月律师事务所", "靖西市", *each[5:]] for each in rows]
    taken = desk.carry_out(desk.check(moved))
    assert numbers(taken) == (0, 30, 0, 0)
    undoing.begin(roster_import=taken, by=desk.officer, at=desk.world.later(hours=1))
    with django_assert_max_num_queries(60):
        desk.work(taken)
    assert set(Lawyer.objects.values_list("firm__name", flat=True)) == {"广西边城律师事务所"}


def test_two_files_that_name_the_same_new_firm_enter_it_once(desk, row):
    """The association's row is held while a chunk is written, and with it those above: the second one looks after."""
    one = desk.check([row(firm="广西新月律师事务所", county="靖西市")])
    other = desk.check([row(firm="广西新月律师事务所", county="靖西市", licence_number="14510201511100899")])
    desk.carry_out(one)
    desk.carry_out(other)
    assert desk.world.guangxi.firms.filter(name="广西新月律师事务所").count() == 1


def test_the_lease_is_longer_than_a_chunk_takes(desk):
    assert timedelta(seconds=60) <= working.LEASE
