"""Reported, confirmed by another person, hours by the evidence; withdrawn and returned; never by itself."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from courses.attendance.models import PresenceCheck
from courses.credits.models import CreditEntry
from courses.credits.operations import award_attendance
from courses.schedule.queries import session_fact
from courses.sheets import deciding, queries, scheduling
from courses.sheets.deciding import InConflict, UnableToDecide
from courses.sheets.models import Sheet, SheetCredit, SheetDecision
from courses.sheets.operations import STATE_AFTER, FaultyRows
from courses.sheets.rules import ABSENT, FULL, PART, UNMARKED, KeyedRow
from tests.courses.sheets.factories import Room
from tests.world import World

pytestmark = pytest.mark.django_db
# Who confirms nothing of 百色市.
NOBODY = ("county_contact", "administrator", "supporting_officer", "yunnan_officer", "national_officer")


class TestConfirmed:
    def test_twelve_lawyers_have_their_hours(self, room: Room):
        decision = room.confirmed()
        assert decision.grade == "A"
        hours = {entry.lawyer: entry.hours for entry in CreditEntry.objects.all()}
        twelve = room.lawyers(12)
        assert [hours.get(each) for each in twelve] == [
            Decimal("2.5") if place not in (6, 11) else Decimal("1.0") if place == 6 else None
            for place in range(12)
        ]
        assert SheetCredit.objects.count() == 11

    def test_what_a_confirmed_entry_says(self, room: Room):
        room.confirmed()
        entry = CreditEntry.objects.get(lawyer=room.lawyers(1)[0])
        assert (entry.mode_code, entry.grade, entry.codes_answered) == ("dvd", "A", 3)
        assert (entry.covered_ms, entry.creditable_ms) == (118 * 60_000, 118 * 60_000)
        assert entry.accounting_year == room.day.year

    def test_who_was_there_throughout_has_answered_the_codes(self, room: Room):
        room.confirmed()
        one, part = room.lawyers(12)[0], room.lawyers(12)[6]
        answered = PresenceCheck.objects.filter(correct=True, channel=PresenceCheck.Channel.PAPER)
        assert answered.filter(lawyer=one).count() == 3
        assert not answered.filter(lawyer=part).exists()

    def test_other_people_get_no_hours(self, room: Room):
        (lawyer,) = room.lawyers(1)
        room.confirmed(room.keyed(room.row(lawyer), KeyedRow(name="村主任", mark=FULL)))
        assert CreditEntry.objects.count() == 1

    def test_confirming_twice_is_once(self, room: Room):
        first = room.confirmed()
        assert room.confirm() == first
        assert CreditEntry.objects.count() == 11

    def test_the_state_is_the_fold_of_the_decisions(self, room: Room, world: World):
        room.save()
        room.report()
        deciding.withdraw(sheet=room.again(), by=world.county_contact, at=world.later(hours=5))
        room.report(at=world.later(hours=6))
        deciding.return_sheet(
            sheet=room.again(), reason="看不清", by=room.city_officer, at=world.later(hours=7)
        )
        room.report(at=world.later(hours=8))
        room.confirm()
        for until in range(1, SheetDecision.objects.count() + 1):
            last = SheetDecision.objects.order_by("pk")[until - 1]
        assert room.again().state == STATE_AFTER[SheetDecision.Kind(last.kind)] == Sheet.State.CONFIRMED


class TestFourEyes:
    def test_nobody_confirms_what_they_keyed(self, room: Room):
        room.save(by=room.city_officer)
        room.scan()
        room.report()
        with pytest.raises(UnableToDecide, match="同事"):
            room.confirm()
        assert not CreditEntry.objects.exists()

    def test_nobody_confirms_what_they_reported(self, room: Room):
        room.save()
        room.report(by=room.city_officer)
        with pytest.raises(UnableToDecide):
            room.confirm()

    def test_a_colleague_above_confirms_it(self, room: Room, world: World):
        room.save(by=room.city_officer)
        room.report(by=room.city_officer)
        assert room.confirm(by=world.beneficiary_officer).kind == "confirmed"

    def test_nobody_confirms_a_sheet_on_which_they_stand(self, room: Room):
        (lawyer,) = room.lawyers(1)
        lawyer.account = room.city_officer
        lawyer.save(update_fields=["account"])
        room.save(room.keyed(room.row(lawyer)))
        room.report()
        with pytest.raises(UnableToDecide):
            room.confirm()

    @pytest.mark.parametrize("who", NOBODY)
    def test_only_the_association_that_checks_it_does(self, room: Room, world: World, who: str):
        room.save()
        room.report()
        with pytest.raises(PermissionDenied):
            room.confirm(by=getattr(world, who))

    def test_the_database_refuses_one_person_for_both(self, room: Room, world: World):
        version = room.save().version
        with pytest.raises(IntegrityError), transaction.atomic():
            SheetDecision.objects.create(
                sheet=room.sheet,
                version=version,
                kind="confirmed",
                grade="A",
                by=world.county_contact,
                reported_by=world.county_contact,
                at=world.now,
            )


class TestNotYet:
    def test_everybody_has_to_be_marked(self, room: Room):
        one, two = room.lawyers(2)
        room.save(room.keyed(room.row(one), room.row(two, UNMARKED)))
        with pytest.raises(FaultyRows, match="第 2 行"):
            room.report()

    def test_an_empty_room_is_not_reported(self, room: Room):
        (one,) = room.lawyers(1)
        room.save(room.keyed(room.row(one, ABSENT)))
        with pytest.raises(UnableToDecide):
            room.report()

    def test_a_sheet_in_conflict_is_not_reported(self, room: Room):
        (one,) = room.lawyers(1)
        room.save(room.keyed(room.row(one)))
        room.save(room.keyed(room.row(one, ABSENT)), by=room.city_officer)
        with pytest.raises(InConflict):
            room.report()

    def test_a_day_to_come_is_not_reported(self, world: World):
        assert world.baise
        room = Room(world, on=world.day + timedelta(days=3))
        room.save()
        with pytest.raises(UnableToDecide):
            room.report()

    def test_a_withdrawn_one_cannot_be_confirmed(self, room: Room, world: World):
        room.save()
        said = room.report()
        deciding.withdraw(sheet=room.again(), by=world.county_contact, at=world.later(hours=5))
        with pytest.raises(UnableToDecide, match="撤回"):
            room.confirm(version=said.version.number if said.version else None)
        assert not CreditEntry.objects.exists()

    def test_one_that_was_changed_since_it_was_looked_at_cannot_be_confirmed(self, room: Room, world: World):
        (one,) = room.lawyers(1)
        first = room.save(room.keyed(room.row(one)))
        room.report()
        deciding.withdraw(sheet=room.again(), by=world.county_contact, at=world.later(hours=5))
        room.save(room.keyed(room.row(one, PART, 45)), base=first.version.number)
        room.report(at=world.later(hours=6))
        with pytest.raises(UnableToDecide, match="新的一份"):
            room.confirm(version=first.version.number)

    def test_it_is_returned_with_a_reason_and_can_be_changed(self, room: Room, world: World):
        first = room.save()
        room.report()
        with pytest.raises(UnableToDecide):
            deciding.return_sheet(
                sheet=room.again(), reason=" ", by=room.city_officer, at=world.later(hours=5)
            )
        deciding.return_sheet(
            sheet=room.again(), reason="看不清", by=room.city_officer, at=world.later(hours=5)
        )
        assert room.save(base=first.version.number).is_clean
        assert room.report(at=world.later(hours=6)).kind == "reported"

    def test_a_confirmed_one_is_neither_withdrawn_nor_cancelled(self, room: Room, world: World):
        room.confirmed()
        for what in (deciding.withdraw, deciding.cancel):
            with pytest.raises(UnableToDecide):
                what(sheet=room.again(), by=world.county_contact, at=world.later(days=2))


class TestGrade:
    def test_without_the_photo_right_codes_are_worth_b(self, room: Room):
        room.save()
        room.report()
        assert room.confirm().grade == "B"
        assert CreditEntry.objects.count() == 11

    def test_the_photo_with_wrong_codes_is_worth_b(self, room: Room):
        room.save(room.keyed(codes=["0000", "", ""]) if "0000" not in room.codes else room.keyed(codes=[]))
        room.scan()
        room.report()
        assert room.confirm().grade == "B"

    def test_a_list_alone_gives_no_hours(self, room: Room):
        room.save(room.keyed(codes=[]))
        room.report()
        assert room.confirm().grade == "C"
        assert not CreditEntry.objects.exists()

    def test_the_codes_of_another_disc_are_worthless(self, room: Room):
        other = room.discs.numbered(room.disc.master)[0]
        from courses.discs.codes import codes_of

        foreign = [each.digits for each in codes_of(other, room.session.lecture_version)]
        room.save(room.keyed(codes=foreign))
        room.report()
        assert room.confirm().grade == "C"

    def test_what_comes_after_seven_days_is_late(self, room: Room, world: World):
        room.save()
        room.scan()
        room.report(at=world.later(days=8))
        assert room.confirm(at=world.later(days=9)).grade == "B"


class TestTheDiscIsNamedLater:
    """Scheduled before anybody knew which disc would come."""

    @pytest.fixture
    def unknown(self, room: Room) -> Room:
        room.__dict__["sheet"] = room.opened(disc=None)
        return room

    def test_its_codes_fit_once_it_is_named(self, unknown: Room, world: World):
        scheduling.name_disc(
            sheet=unknown.again(),
            serial=unknown.disc.serial,
            by=world.county_contact,
            at=world.later(hours=2),
        )
        assert unknown.confirmed().grade == "A"

    def test_until_then_no_code_is_right(self, unknown: Room):
        assert unknown.confirmed().grade == "B"

    def test_a_disc_of_nobody_and_one_of_another_lecture_are_refused(self, unknown: Room, world: World):
        other = unknown.discs.numbered(unknown.discs.master(unknown.discs.lecture("别的讲座")))[0]
        for serial in ("D-9999", "", other.serial):
            with pytest.raises(scheduling.UnableToOpen):
                scheduling.name_disc(
                    sheet=unknown.again(), serial=serial, by=world.county_contact, at=world.later(hours=2)
                )
        assert unknown.again().disc is None

    def test_not_after_it_was_reported(self, unknown: Room, world: World):
        unknown.save()
        unknown.report()
        with pytest.raises(scheduling.UnableToOpen):
            scheduling.name_disc(
                sheet=unknown.again(),
                serial=unknown.disc.serial,
                by=world.county_contact,
                at=world.later(hours=5),
            )


class TestOneAwardForALecture:
    def test_a_longer_one_takes_the_place_of_a_shorter_one(self, room: Room, world: World):
        lawyer = room.lawyers(1)[0]
        room.confirmed(room.keyed(room.row(lawyer, PART, 45)))
        second = Room(world, people=room.people)
        second.__dict__.update(
            session=room.session,
            disc=room.disc,
            discs=room.discs,
            firm=room.firm,
            city_officer=room.city_officer,
        )
        second.__dict__["sheet"] = second.opened(site="那坡县党校", date=world.day)
        second.confirmed(second.keyed(second.row(lawyer)))
        entries = list(CreditEntry.objects.filter(lawyer=lawyer).order_by("pk"))
        assert [entry.hours for entry in entries] == [Decimal("1.0"), Decimal("-1.0"), Decimal("2.5")]
        assert (entries[1].reverses, entries[2].renews) == (entries[0], entries[1])
        assert (entries[1].maker, entries[1].checker) == (world.county_contact, room.city_officer)

    def test_a_shorter_one_changes_nothing(self, room: Room, world: World):
        room.confirmed()
        lawyer = room.lawyers(1)[0]
        again = award_attendance(
            lawyer=lawyer,
            version=room.session.lecture_version,
            mode_code="dvd",
            on=world.day,
            attended_ms=45 * 60_000,
            codes_answered=0,
            grade="A",
            maker=world.county_contact,
            checker=room.city_officer,
            at=world.later(days=2),
        )
        assert again is not None
        assert again.hours == Decimal("2.5")
        assert CreditEntry.objects.filter(lawyer=lawyer).count() == 1

    def test_on_site_takes_the_place_of_as_many_hours_elsewhere(self, room: Room, world: World):
        room.confirmed()
        lawyer = room.lawyers(1)[0]
        said = {
            "lawyer": lawyer,
            "version": room.session.lecture_version,
            "mode_code": "onsite",
            "on": world.day,
            "attended_ms": None,
            "codes_answered": 0,
            "grade": "A",
            "at": world.later(days=2),
        }
        alone = award_attendance(**said)  # type: ignore[arg-type]
        assert alone is not None
        assert alone.mode_code == "dvd"
        two = award_attendance(**said, maker=world.county_contact, checker=room.city_officer)  # type: ignore[arg-type]
        assert two is not None
        assert two.mode_code == "onsite"
        assert sum(entry.hours for entry in CreditEntry.objects.filter(lawyer=lawyer)) == Decimal("2.5")

    def test_less_than_a_step_earns_nothing(self, room: Room):
        lawyer = room.lawyers(1)[0]
        room.confirmed(room.keyed(room.row(lawyer, PART, 20)))
        assert not CreditEntry.objects.exists()


class TestTheSession:
    def test_a_roster_reaches_somebody_even_without_hours(self, room: Room):
        assert session_fact(room.session.code).reach == 0
        room.save(room.keyed(codes=[]))
        room.report()
        room.confirm()
        assert session_fact(room.session.code).reach == 11

    def test_its_checklist_has_the_sheet_once_it_is_confirmed(self, room: Room):
        def sheet_item() -> bool:
            return {item.label: item.present for item in session_fact(room.session.code).evidence}["签到表"]

        room.save()
        room.report()
        assert not sheet_item()
        room.confirm()
        assert sheet_item()

    def test_the_lawyer_sees_it_wait_and_then_credited(self, room: Room, world: World, client):
        from courses.sheets.office import awaited

        lawyer = room.lawyers(1)[0]
        first, end = (
            world.day.replace(month=1, day=1),
            world.day.replace(year=world.day.year + 1, month=1, day=1),
        )
        room.save()
        assert awaited(lawyer, first, end) == []
        room.report()
        (row,) = awaited(lawyer, first, end)
        assert (row.hours, row.lecture) == (Decimal("2.5"), room.lecture)
        room.confirm()
        assert awaited(lawyer, first, end) == []
        assert queries.last_decision(room.sheet)
