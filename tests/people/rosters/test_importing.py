"""A file reaches the roster: counts add up, the same again changes nothing, an undo restores exactly."""

import pytest
from django.db import IntegrityError, transaction

from benchmarks.roster.generated import roster
from qianchang.groundwork.models import AuditEntry
from qianchang.people import operations
from qianchang.people.models import Firm, Lawyer, Notice, Practice, Registration, RosterImport, RosterRow
from qianchang.people.permissions import PermissionDenied
from qianchang.people.rosters import absences, importing, intake, mending, undoing, working
from qianchang.people.rosters.intake import UnableToImport
from tests.people.rosters.conftest import Desk, numbers

State = RosterImport.State


def whole_roster() -> dict[str, list[object]]:
    """Return everything that an import may touch, to be compared before and after."""
    return {
        "lawyers": list(Lawyer.objects.order_by("pk").values()),
        "firms": list(Firm.objects.order_by("pk").values()),
        "registrations": list(Registration.objects.order_by("pk").values()),
        "practices": list(Practice.objects.order_by("pk").values()),
    }


@pytest.fixture
def generated(desk: Desk):
    """1,000 rows with 50 mistakes of 25 kinds, checked."""
    made = roster(1000, faulty=50, counties=["那坡县", "靖西市", "德保县"])
    return desk.check(made.rows)


def test_nothing_reaches_the_roster_before_step_four(desk, row):
    assert desk.world.county_lawyer
    before = whole_roster()
    taken = desk.check([row(), row(name="", licence_number="14510201511100875")])
    assert numbers(taken) == (1, 0, 0, 1)
    assert whole_roster() == before


def test_the_four_numbers_add_up_and_the_database_demands_it(desk, generated):
    assert sum(numbers(generated)) == generated.rows_read == 1000
    assert generated.faulty == 50
    with pytest.raises(IntegrityError), transaction.atomic():
        RosterImport.objects.filter(pk=generated.pk).update(faulty=49)


def test_good_rows_reach_the_roster_and_the_faulty_stay(desk, generated):
    desk.carry_out(generated)

    assert generated.state == State.IMPORTED
    assert Lawyer.objects.count() == 950
    assert generated.rows.filter(outcome="faulty", imported_at=None).count() == 50
    someone = Lawyer.objects.get(
        licence_number=generated.rows.filter(outcome="new").earliest("number").licence_number
    )
    assert someone.association == desk.world.guangxi
    assert someone.firm.region.name_zh == "那坡县"
    stretch = someone.registrations.get()
    assert (stretch.valid_until, stretch.firm, stretch.source) == (None, someone.firm, generated.document)


def test_the_same_file_again_changes_nothing(desk, row):
    rows = [row(), row(licence_number="14510201511100875", firm="广西新月律师事务所", county="靖西市")]
    desk.carry_out(desk.check(rows))
    before = whole_roster()

    again = desk.check(rows)

    assert numbers(again) == (0, 0, 2, 0)
    with pytest.raises(UnableToImport, match="没有等着导入的行"):
        importing.begin(roster_import=again, by=desk.officer, at=desk.world.now)
    assert whole_roster() == before


def test_what_changed_is_shown_and_whoever_moves_keeps_the_stretch_before(desk, row):
    wei = desk.world.county_lawyer
    taken = desk.check(
        [
            row(
                name="韦晓岚",
                licence_number=wei.licence_number,
                firm="广西新月律师事务所",
                county="靖西市",
                phone="13900000000",
                birth_year="1992",
            )
        ]
    )
    assert taken.rows.get().changes == {
        "phone": ["", "13900000000"],
        "email": ["", "qin@example.org"],
        "firm": ["广西边城律师事务所", "广西新月律师事务所"],
    }

    desk.carry_out(taken)

    wei.refresh_from_db()
    assert (wei.phone, wei.firm.name) == ("13900000000", "广西新月律师事务所")
    before, now = wei.registrations.order_by("pk")
    assert (before.firm, before.valid_from, before.valid_until) == (
        desk.world.napo_firm,
        None,
        desk.world.day,
    )
    assert (now.firm, now.valid_from, now.valid_until) == (wei.firm, desk.world.day, None)


def test_an_undo_restores_exactly(desk, row):
    wei, nong = desk.world.county_lawyer, desk.world.second_county_lawyer
    absent = desk.world.unactivated_lawyer
    before = whole_roster()
    taken = desk.check(
        [
            row(name="韦晓岚", licence_number=wei.licence_number, firm="广西新月律师事务所", county="靖西市"),
            row(name="农志强", licence_number=nong.licence_number),
            row(),
        ]
    )
    assert numbers(taken) == (1, 2, 0, 0)
    desk.carry_out(taken)
    absences.decide(
        absence=taken.absences.get(lawyer=absent), decision="moved", by=desk.officer, at=desk.world.now
    )
    assert whole_roster() != before

    desk.undo(taken)

    assert taken.state == State.UNDONE
    assert whole_roster() == before
    assert not taken.rows.exclude(kept="").exists()


def test_an_undo_restores_a_thousand_rows(desk, generated):
    before = whole_roster()
    desk.carry_out(generated)
    desk.undo(generated)
    assert whole_roster() == before


def test_who_did_something_since_stays_and_is_listed(desk, row):
    wei = desk.world.county_lawyer
    rows = [
        row(licence_number="14510201511100871"),
        row(licence_number="14510201511100872", name="有账号"),
        row(licence_number="14510201511100873", name="改过"),
        row(licence_number="14510201511100874", name="调走"),
        row(name="韦晓岚", licence_number=wei.licence_number, phone="13900000000"),
    ]
    taken = desk.carry_out(desk.check(rows))
    with_account = Lawyer.objects.get(name="有账号")
    with_account.account = desk.world.account("someone", "有账号")
    with_account.save()
    Lawyer.objects.filter(name="改过").update(phone="13700000000")
    Registration.objects.filter(lawyer__name="调走").update(source="another document")
    Lawyer.objects.filter(pk=wei.pk).update(phone="13600000000")

    desk.undo(taken)

    kept = dict(taken.rows.exclude(kept="").values_list("values__name", "kept"))
    assert kept == {"有账号": "account", "改过": "changed", "调走": "used", "韦晓岚": "changed"}
    assert not Lawyer.objects.filter(licence_number="14510201511100871").exists()
    wei.refresh_from_db()
    assert wei.phone == "13600000000"


def test_after_24_hours_nothing_is_undone(desk, row):
    taken = desk.carry_out(desk.check([row()]))
    with pytest.raises(UnableToImport):
        undoing.begin(roster_import=taken, by=desk.officer, at=desk.world.later(hours=24))
    assert Lawyer.objects.count() == 1


def test_a_worker_that_dies_is_followed_by_one_that_goes_on(desk, generated, monkeypatch):
    """Given an import whose worker dies after the first chunk, when the lease is over, then the next one finishes it."""
    importing.begin(roster_import=generated, by=desk.officer, at=desk.world.now)
    some, calls = importing._import_some, []

    def dies_at_the_second(*given, **named):
        calls.append(1)
        if len(calls) == 2:
            some(*given, **named)
            raise KeyboardInterrupt  # inside the transaction: this chunk is rolled back
        return some(*given, **named)

    monkeypatch.setattr(importing, "_import_some", dies_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        working.work(generated.pk, clock=lambda: desk.world.now)
    monkeypatch.undo()
    assert Lawyer.objects.count() == 500

    assert working.left_lying(desk.world.later(minutes=5)) == [generated.pk]
    working.work(generated.pk, clock=lambda: desk.world.later(minutes=5))

    generated.refresh_from_db()
    assert generated.state == State.IMPORTED
    assert Lawyer.objects.count() == 950


def test_nobody_works_beside_whoever_holds_the_lease(desk, row):
    taken = desk.check([row()])
    importing.begin(roster_import=taken, by=desk.officer, at=desk.world.now)
    RosterImport.objects.filter(pk=taken.pk).update(worked_until=desk.world.later(seconds=30))

    assert working.work(taken.pk, clock=lambda: desk.world.now) is False
    assert working.left_lying(desk.world.now) == []
    assert Lawyer.objects.count() == 0


def test_a_chunk_of_a_worker_that_lost_the_lease_is_not_kept(desk, row, monkeypatch):
    taken = desk.check([row()])
    importing.begin(roster_import=taken, by=desk.officer, at=desk.world.now)
    went_on = working.went_on

    def too_late(found, **named):
        RosterImport.objects.filter(pk=found.pk).update(worked_until=desk.world.later(hours=1))
        went_on(found, **named)

    monkeypatch.setattr(importing, "went_on", too_late)
    assert working.work(taken.pk, clock=lambda: desk.world.now) is False
    assert Lawyer.objects.count() == 0


def test_what_the_roster_learned_since_the_check_is_heard(desk, row):
    """Given a row that was new, when another association enters that number meanwhile, then the row is faulty."""
    taken = desk.check([row(), row(licence_number="14510201511100875", name="农家兴")])
    world = desk.world
    operations.register_lawyer(
        licence_number="14510201511100875", name="农家兴", firm=world.yunnan_firm, at=world.now
    )

    desk.carry_out(taken)

    assert numbers(taken) == (1, 0, 0, 1)
    assert taken.rows.get(outcome="faulty").fault == "licence_elsewhere"
    assert Lawyer.objects.get(licence_number="14510201511100875").association == world.yunnan


def test_people_missing_from_the_file_are_listed_and_nobody_is_removed(desk, row):
    wei, nong, huang = (
        desk.world.county_lawyer,
        desk.world.second_county_lawyer,
        desk.world.unactivated_lawyer,
    )
    here = [
        row(name="韦晓岚", licence_number=wei.licence_number),
        row(name="农志强", licence_number=nong.licence_number),
    ]
    taken = desk.carry_out(desk.check(here))
    (absence,) = taken.absences.all()
    assert absence.lawyer == huang

    absences.decide(absence=absence, decision="stopped", by=desk.officer, at=desk.world.now)
    absences.decide(absence=absence, decision="stopped", by=desk.officer, at=desk.world.now)

    stretch = Practice.objects.get(lawyer=huang)
    assert (stretch.kind, stretch.valid_from, stretch.source) == ("suspended", desk.world.day, taken.document)
    with pytest.raises(UnableToImport):
        absences.decide(absence=absence, decision="moved", by=desk.officer, at=desk.world.now)
    assert Lawyer.objects.filter(pk=huang.pk).exists()


def test_whoever_stands_on_a_faulty_row_is_not_called_missing(desk, row):
    wei = desk.world.county_lawyer
    assert desk.check([row(name="韦晓岚", licence_number=wei.licence_number[:-1])]).absences.count() == 0


def test_a_part_of_a_roster_calls_nobody_missing(desk, row):
    assert desk.world.county_lawyer
    assert desk.world.second_county_lawyer
    assert desk.world.unactivated_lawyer
    taken = desk.check([row()])
    assert taken.form["partial"] is True
    assert taken.absences.count() == 0


def test_equal_mistakes_are_mended_together(desk, row):
    wrong = [
        row(county="那波县", licence_number=f"1451020151110087{n}", name=f"人{'甲乙丙'[n]}") for n in range(3)
    ]
    taken = desk.check(
        [*wrong, row(county="靖西", firm="广西新月律师事务所", licence_number="14510201511100879")]
    )
    first = taken.rows.filter(fault="county_unknown").earliest("number")

    done = mending.mend(row=first, value="那坡县", together=True, by=desk.officer, at=desk.world.now)

    taken.refresh_from_db()
    assert len(done) == 3
    assert numbers(taken) == (4, 0, 0, 0)


def test_a_mended_number_sets_the_row_free_that_waited_for_it(desk, row):
    taken = desk.check([row(name="覃小红"), row(name="覃小明")])
    twice = taken.rows.get(fault="licence_twice")
    assert twice.about == {"row": 3}
    mending.leave_out(row=twice, together=False, by=desk.officer, at=desk.world.now)
    taken.refresh_from_db()
    assert numbers(taken) == (1, 0, 1, 0)
    assert taken.rows.get(left_out=True).number == 4


def test_a_typed_number_is_checked_like_any_other(desk, row):
    taken = desk.check([row(), row(licence_number="1451020151110087", name="农家兴")])
    short = taken.rows.get(fault="licence_short")
    mending.mend(row=short, value="14510201511100874", together=False, by=desk.officer, at=desk.world.now)
    short.refresh_from_db()
    assert short.fault == "licence_twice"
    with pytest.raises(UnableToImport):
        mending.mend(
            row=short, value="45102619920304123X", together=False, by=desk.officer, at=desk.world.now
        )
    mending.mend(row=short, value="14510201511100899", together=False, by=desk.officer, at=desk.world.now)
    short.refresh_from_db()
    assert short.outcome == "new"
    desk.carry_out(taken)
    assert Lawyer.objects.filter(name="农家兴", licence_number="14510201511100899").exists()


def test_rows_mended_later_are_imported_without_sending_the_file_again(desk, row):
    taken = desk.carry_out(desk.check([row(), row(licence_number="145102O1511100875", name="农家兴")]))
    assert mending.take_all_proposals(roster_import=taken, by=desk.officer, at=desk.world.now) == 1
    desk.carry_out(taken)
    assert numbers(taken) == (2, 0, 0, 0)
    assert Lawyer.objects.count() == 2
    assert Notice.objects.filter(event="import_finished").count() == 2


def test_no_number_of_an_identity_card_is_kept_anywhere(desk, row):
    card = "45102619920304123X"
    taken = desk.check([row(licence_number=card), row(name=card, licence_number="14510201511100875")])
    assert taken.rows.filter(fault="identity_card").count() == 1
    from qianchang.people.rosters.sheets import unpack

    assert card not in str(unpack(taken.sheet))
    assert card not in str(list(taken.rows.values()))


def test_nobody_imports_the_roster_of_another_association(desk, row):
    taken = desk.check([row()])
    for call in (importing.begin, undoing.begin, intake.cancel):
        with pytest.raises(PermissionDenied):
            call(roster_import=taken, by=desk.world.yunnan_officer, at=desk.world.now)
    with pytest.raises(PermissionDenied):
        desk.send([row()], association=desk.world.yunnan)


def test_a_cancelled_import_keeps_no_row(desk, row):
    taken = desk.check([row()])
    intake.cancel(roster_import=taken, by=desk.officer, at=desk.world.now)
    taken.refresh_from_db()
    assert (taken.state, taken.sheet, taken.rows.count()) == (State.CANCELLED, None, 0)


def test_the_log_names_no_lawyer(desk, row):
    desk.undo(desk.carry_out(desk.check([row()])))
    logged = str(list(AuditEntry.objects.filter(object_type="roster import").values()))
    assert AuditEntry.objects.filter(object_type="roster import").count() == 3
    for word in ("覃小红", "14510201511100874", "13812345678", "qin@example.org"):
        assert word not in logged


def test_one_lawyer_cannot_stand_on_two_good_rows(desk, row):
    taken = desk.check([row()])
    with pytest.raises(IntegrityError), transaction.atomic():
        RosterRow.objects.create(
            roster_import=taken, number=99, outcome="new", licence_number="14510201511100874"
        )
