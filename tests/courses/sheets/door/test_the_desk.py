"""The desk of a door: the screen, what an officer says and writes, and the sheet that becomes of it."""

import gzip
from datetime import time
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from courses.credits.models import CreditEntry
from courses.schedule import evidence
from courses.schedule.models import SessionNotice, SignUp
from courses.sheets import deciding, filing
from courses.sheets import queries as sheets
from courses.sheets.door import codes, operations, queries, taking
from courses.sheets.door.models import DoorScan, DoorWord
from courses.sheets.door.operations import Identity, UnableToPass
from courses.sheets.door.rules import Attended, Direction, Share
from courses.sheets.models import Sheet, SheetVersion
from courses.sheets.operations import save_version
from tests.courses.schedule.conftest import paper

pytestmark = pytest.mark.django_db

IN, OUT = Direction.IN, Direction.OUT


@pytest.fixture
def log(room, officer, world):
    def read():
        found = Sheet.objects.select_related("session__notice").get(pk=room.pk)
        return queries.log_of(found, hours=queries.hours_of(room), reader=officer, on=world.day)

    return read


@pytest.fixture
def desk(client_for, officer):
    return client_for(officer)


def at_the_desk(room):
    return reverse("sheets:door_list", args=[room.pk])


class TestTheScreen:
    def test_it_shows_the_code_of_this_half_minute_and_asks_for_the_next(self, desk, room, at):
        address = reverse("sheets:door", args=[room.pk])
        with time_machine.travel(at(9, 0, 10), tick=False):
            page = desk.get(address)
        assert page.headers["Refresh"] == "20"
        assert str(codes.picture(codes.token_now(room.pk, IN, at=at(9, 0, 10)))) in page.content.decode()
        with time_machine.travel(at(9, 0, 30), tick=False):
            later = desk.get(address).content.decode()
        assert str(codes.picture(codes.token_now(room.pk, IN, at=at(9, 0, 10)))) not in later

    def test_towards_the_end_it_shows_the_way_out_or_what_was_asked_for(self, desk, room, at):
        address = reverse("sheets:door", args=[room.pk])
        out = str(codes.picture(codes.token_now(room.pk, OUT, at=at(10, 55))))
        with time_machine.travel(at(10, 55), tick=False):
            assert out in desk.get(address).content.decode()
            assert out not in desk.get(address, {"direction": "in"}).content.decode()

    def test_outside_the_day_it_says_when_it_opens(self, desk, room, at):
        with time_machine.travel(at(7), tick=False):
            page = desk.get(reverse("sheets:door", args=[room.pk]))
        assert page.status_code == 409
        assert "08:00" in page.content.decode()

    def test_the_printed_codes_hold_in_both_directions(self, desk, room, at):
        page = desk.get(reverse("sheets:door_print", args=[room.pk])).content.decode()
        for direction in Direction:
            assert str(codes.picture(codes.token_on_paper(room.pk, direction))) in page

    def test_the_lecturer_runs_the_door_of_the_own_session(self, client_for, room, at, world):
        with time_machine.travel(at(9), tick=False):
            for name in ("sheets:door", "sheets:door_list"):
                assert client_for(world.expert).get(reverse(name, args=[room.pk])).status_code == 200

    def test_nobody_else_sees_a_door(self, client_for, room, world):
        for account in (world.yunnan_officer, world.county_account):
            for name in ("sheets:door", "sheets:door_print", "sheets:door_list"):
                assert client_for(account).get(reverse(name, args=[room.pk])).status_code == 404

    def test_the_list_stays_light_with_a_hundred_people_on_a_page(self, desk, room, at, passes):
        for number in range(120):
            passes(
                at(9),
                name=f"某人{number}",
                licence_number=f"145102009105{number:05}",
                browser=f"{number % 40}",
            )
        with time_machine.travel(at(10), tick=False):
            page = desk.get(at_the_desk(room))
        assert len(gzip.compress(page.content)) < 12 * 1024
        assert "某人99" in page.content.decode()
        assert "某人100" not in page.content.decode()

    def test_it_is_asked_with_the_same_queries_however_many_came(
        self, desk, room, at, passes, django_assert_max_num_queries, world
    ):
        with time_machine.travel(at(10), tick=False):
            for number in range(3):
                passes(at(9), name=f"某人{number}", browser=f"{number}")
            desk.get(at_the_desk(room))
            with django_assert_max_num_queries(40) as few:
                desk.get(at_the_desk(room))
            for number in range(3, 60):
                passes(at(9), name=f"某人{number}", browser=f"{number}")
            with django_assert_max_num_queries(len(few.captured_queries)):
                desk.get(at_the_desk(room))


class TestWhatAnOfficerSays:
    def test_yes_lets_somebody_stand_on_the_list(self, desk, room, passes, at, log):
        scan = passes(at(9), name="司法局张科长")
        with time_machine.travel(at(9, 10), tick=False):
            desk.post(at_the_desk(room), {"accept": scan.pk})
        assert log().present[0].name == "司法局张科长"
        assert log().waiting == 0

    def test_no_takes_somebody_off_and_yes_brings_them_back(self, room, passes, at, log, officer, world):
        scan = passes(at(9), lawyer=world.county_lawyer)
        for accepted, count in ((False, 0), (True, 1)):
            operations.say(sheet=room, scan=scan.pk, accepted=accepted, by=officer, at=at(10))
            assert len(log().present) == count

    def test_it_is_said_of_a_person_and_not_of_a_scan(self, room, passes, at, log, officer):
        first = passes(at(9), name="张科长")
        passes(at(11), OUT, name="张科长")
        assert operations.say(sheet=room, scan=first.pk, accepted=True, by=officer, at=at(11)) == 2
        assert log().present[0].share == Share(Attended.FULL)

    def test_saying_it_again_changes_nothing(self, room, passes, at, officer):
        scan = passes(at(9), name="张科长")
        for _again in range(2):
            operations.say(sheet=room, scan=scan.pk, accepted=True, by=officer, at=at(10))
        assert DoorWord.objects.count() == 1

    def test_nobody_says_it_of_themselves(self, room, passes, at, world):
        scan = passes(at(9), name="韦晓岚", licence_number=world.county_lawyer.licence_number)
        with pytest.raises(UnableToPass, match="不能自己确认"):
            operations.say(sheet=room, scan=scan.pk, accepted=True, by=world.county_account, at=at(10))

    def test_of_another_room_it_is_refused(self, room, passes, at, officer, desk):
        with pytest.raises(UnableToPass, match="另一张签到表"):
            operations.say(sheet=room, scan=10**9, accepted=True, by=officer, at=at(10))
        assert desk.post(at_the_desk(room), {"accept": "x" * 30}).status_code == 404

    def test_a_claim_beside_the_own_scan_waits_and_changes_nothing(self, passes, at, log, world):
        passes(at(10), lawyer=world.county_lawyer)
        passes(at(9), name="韦晓岚", licence_number=world.county_lawyer.licence_number)
        (passer,) = log().passers
        assert passer.waits
        assert passer.stay.first_in == at(10)


class TestTimesFromPaper:
    def write(self, room, officer, at, **said):
        given = {"who": Identity(name="农志强"), "in_at": time(9), "out_at": time(9, 45), **said}
        return operations.write_times(sheet=room, by=officer, at=at(11, 30), **given)

    def test_they_count_like_the_code_at_the_door(self, room, officer, at, log, world):
        self.write(room, officer, at, who=Identity(world.second_county_lawyer))
        (passer,) = log().present
        assert (passer.on_paper, passer.share) == (True, Share(Attended.PART, 44))

    def test_the_same_times_again_are_the_same(self, room, officer, at):
        for _again in range(2):
            self.write(room, officer, at)
        assert DoorScan.objects.count() == 2

    def test_a_mistake_is_struck_out_and_written_anew(self, room, officer, at, log):
        wrong = self.write(room, officer, at)[0]
        operations.say(sheet=room, scan=wrong.pk, accepted=False, by=officer, at=at(11, 31))
        self.write(room, officer, at, in_at=time(9, 30), out_at=time(11))
        (passer,) = log().present
        assert (passer.stay.first_in, passer.stay.last_out) == (at(9, 30), at(11))

    @pytest.mark.parametrize(
        ("said", "why"),
        [
            ({"who": Identity()}, "姓名"),
            ({"in_at": None, "out_at": None}, "到场或离场时间"),
            ({"in_at": time(10), "out_at": time(9)}, "离场早于到场"),
            ({"out_at": time(12)}, "时间还没到"),
            ({"who": Identity(name="甲", licence_number="123")}, "17 位"),
        ],
    )
    def test_what_cannot_be_is_refused_with_a_sentence(self, room, officer, at, said, why):
        with pytest.raises(UnableToPass, match=why):
            self.write(room, officer, at, **said)
        assert not DoorScan.objects.exists()

    def test_by_the_form(self, desk, room, at, log, world):
        with time_machine.travel(at(11, 30), tick=False):
            answer = desk.post(
                at_the_desk(room),
                {"write": "1", "name": "农志强", "licence_number": "", "in_at": "9:00", "out_at": "11:00"},
            )
        assert answer.status_code == 302
        assert log().present[0].share == Share(Attended.FULL)

    def test_of_those_who_signed_up_one_is_chosen(self, desk, room, at, log, world):
        SignUp.objects.create(
            session=room.session,
            lawyer=world.county_lawyer,
            state=SignUp.State.SIGNED_UP,
            seat=1,
            ticket=1,
            changed_at=world.now,
        )
        assert [each.name for each in log().missing] == ["韦晓岚"]
        said = {"write": "1", "lawyer": world.county_lawyer.pk, "in_at": "9:00"}
        with time_machine.travel(at(11, 30), tick=False):
            desk.post(at_the_desk(room), said)
        (passer,) = log().present
        assert (passer.lawyer_id, passer.signed_up, log().absent) == (world.county_lawyer.pk, True, 0)


class TestSeats:
    def test_who_comes_beyond_the_seats_is_counted_and_let_in(self, room, passes, at, log, world):
        SessionNotice.objects.create(
            session=room.session, seats=1, changed_by=world.supporting_officer, changed_at=world.now
        )
        passes(at(9), lawyer=world.county_lawyer)
        passes(at(9), lawyer=world.yunnan_lawyer)
        assert (log().over, log().walk_ins, log().inside) == (1, 2, 2)


class TestOntoTheSheet:
    def whole_morning(self, passes, at, lawyer):
        passes(at(8, 58), lawyer=lawyer)
        passes(at(11, 2), OUT, lawyer=lawyer)

    def test_nothing_while_somebody_waits_for_a_word(self, room, passes, at, officer):
        passes(at(9), name="张科长")
        with pytest.raises(taking.UnableToTake, match="还有 1 人没有确认"):
            taking.take_door(sheet=room, by=officer, at=at(11, 10))

    def test_an_empty_door_is_no_sheet(self, room, at, officer):
        with pytest.raises(taking.UnableToTake, match="还没有人扫码"):
            taking.take_door(sheet=room, by=officer, at=at(11, 10))

    def test_times_and_minutes_stand_on_it(self, room, passes, at, officer, world):
        self.whole_morning(passes, at, world.county_lawyer)
        passes(at(9), lawyer=world.yunnan_lawyer)
        version = taking.take_door(sheet=room, by=officer, at=at(11, 10)).version
        assert version.origin == SheetVersion.Origin.DOOR
        rows = {row.lawyer_id: row for row in version.rows.all()}
        wei, walk_in = rows[world.county_lawyer.pk], rows[world.yunnan_lawyer.pk]
        assert (wei.mark, wei.in_at, wei.out_at, wei.clock) == ("full", at(8, 58), at(11, 2), "server")
        # Never signed out: nobody is there by default, the officer says how much of it.
        assert (walk_in.mark, walk_in.in_at, walk_in.out_at) == ("", at(9), None)

    def test_taking_it_again_changes_nothing(self, room, passes, at, officer, world):
        self.whole_morning(passes, at, world.county_lawyer)
        for _again in range(2):
            taking.take_door(sheet=room, by=officer, at=at(11, 10))
        assert SheetVersion.objects.count() == 1

    def test_what_the_officer_keyed_of_half_a_stay_remains(self, room, passes, at, officer, world):
        passes(at(9), lawyer=world.county_lawyer)
        first = taking.take_door(sheet=room, by=officer, at=at(11, 10)).version
        keyed = sheets.keyed_of(first)
        row = keyed.rows[0].__class__(**{**keyed.rows[0].__dict__, "mark": "part", "minutes": 45})
        save_version(
            sheet=room,
            keyed=keyed.__class__(**{**keyed.__dict__, "rows": (row,)}),
            base=first.number,
            origin="typed",
            draft_id=uuid4(),
            by=officer,
            at=at(11, 12),
        )
        self.whole_morning(passes, at, world.yunnan_lawyer)
        again = taking.take_door(sheet=room, by=officer, at=at(11, 15)).version
        marks = {row.lawyer_id: (row.mark, row.minutes) for row in again.rows.all()}
        assert marks == {world.county_lawyer.pk: ("part", 45), world.yunnan_lawyer.pk: ("full", None)}

    def test_the_button_leads_to_the_sheet(self, desk, room, passes, at, world):
        self.whole_morning(passes, at, world.county_lawyer)
        with time_machine.travel(at(11, 10), tick=False):
            answer = desk.post(at_the_desk(room), {"take": "1"})
        assert answer["Location"] == reverse("sheets:sheet", args=[room.pk])

    def test_from_the_door_to_the_hours(self, room, passes, at, officer, world):
        """Reported by one officer of the region and confirmed by another: hours on site, of the best grade."""
        self.whole_morning(passes, at, world.county_lawyer)
        passes(at(9), lawyer=world.yunnan_lawyer)
        passes(at(10), OUT, lawyer=world.yunnan_lawyer)
        taking.take_door(sheet=room, by=officer, at=at(11, 10))
        deciding.report(sheet=room, by=officer, at=at(11, 20))
        deciding.confirm(sheet=room, by=world.second_beneficiary_officer, at=at(15))
        hours = {each.lawyer_id: each for each in CreditEntry.objects.all()}
        wei, walk_in = hours[world.county_lawyer.pk], hours[world.yunnan_lawyer.pk]
        # 118 minutes are 2.5 hours; 60 of the 120 that the room sat are 59 of the lecture: 1.0.
        assert (str(wei.hours), wei.mode_code, wei.grade) == ("2.5", "onsite", "A")
        assert (str(walk_in.hours), walk_in.mode_code) == ("1.0", "onsite")

    def test_the_door_is_shut_once_the_sheet_is_reported(self, room, passes, at, officer, world):
        self.whole_morning(passes, at, world.county_lawyer)
        taking.take_door(sheet=room, by=officer, at=at(11, 10))
        filing.add_file(sheet=room, kind="scan", file=paper("sign_in"), by=officer, at=at(11, 15))
        deciding.report(sheet=room, by=officer, at=at(11, 20))
        with pytest.raises(UnableToPass, match="已上报"):
            passes(at(11, 30), lawyer=world.yunnan_lawyer)
        with pytest.raises(UnableToPass, match="先撤回"):
            operations.write_times(
                sheet=room, who=Identity(name="甲"), in_at=time(9), out_at=None, by=officer, at=at(11, 30)
            )


class TestTheLecturer:
    def confirmed(self, room, passes, at, officer, world):
        passes(at(9), lawyer=world.county_lawyer)
        passes(at(11), OUT, lawyer=world.county_lawyer)
        taking.take_door(sheet=room, by=officer, at=at(11, 10))
        deciding.report(sheet=room, by=officer, at=at(11, 20))
        deciding.confirm(sheet=room, by=world.second_beneficiary_officer, at=at(15))

    def lecturer(self, room, world):
        lecturer = room.session.lecture_version.lecture.lecturers.get()
        lecturer.account = world.expert_lawyer.account
        lecturer.save()
        return world.expert_lawyer

    def test_a_lecturer_of_a_roster_earns_the_lecture_once(self, room, passes, at, officer, world):
        lecturer = self.lecturer(room, world)
        self.confirmed(room, passes, at, officer, world)
        entry = CreditEntry.objects.get(lawyer=lecturer)
        assert (str(entry.hours), entry.mode_code, entry.ledger) == ("2.5", "onsite", "CN-GD")

    def test_nothing_where_the_rule_gives_nothing_for_teaching(self, room, passes, at, officer, world):
        lecturer = self.lecturer(room, world)
        CreditEntry._meta.get_field("rule").related_model.objects.update(teaching_counts=False)
        self.confirmed(room, passes, at, officer, world)
        assert not CreditEntry.objects.filter(lawyer=lecturer).exists()
        assert CreditEntry.objects.filter(lawyer=world.county_lawyer).exists()

    @pytest.mark.parametrize("signed", [False, True])
    def test_of_several_lecturers_those_who_signed_there(self, room, passes, at, officer, world, signed):
        lecturer = self.lecturer(room, world)
        lecture = room.session.lecture_version.lecture
        other = lecture.lecturers.model.objects.create(
            slug="second", name="第二讲师", association=world.guangdong
        )
        lecture.lecturers.add(other)
        lecture.save()
        if signed:
            evidence.sign(session=room.session, by=world.expert, at=at(11))
        self.confirmed(room, passes, at, officer, world)
        assert CreditEntry.objects.filter(lawyer=lecturer).exists() is signed

    def test_a_lecturer_without_a_licence_earns_nothing_and_hinders_nothing(
        self, room, passes, at, officer, world
    ):
        room.session.lecture_version.lecture.lecturers.update(account=None)
        self.confirmed(room, passes, at, officer, world)
        assert set(CreditEntry.objects.values_list("lawyer", flat=True)) == {world.county_lawyer.pk}
