"""Passing a door with a phone: with an account, without one, with an old code, twice, and when the door is shut."""

import re

import pytest
import time_machine
from django.urls import reverse

from courses.sheets.door import codes, operations, queries
from courses.sheets.door.models import DoorScan
from courses.sheets.door.rules import Attended, Direction, Share
from courses.sheets.models import Sheet

pytestmark = pytest.mark.django_db

OUT = Direction.OUT


@pytest.fixture
def wei(client_for, world):
    """The phone of 韦晓岚, who is signed in."""
    return client_for(world.county_account)


@pytest.fixture
def log(room, world):
    """Return a function that gives the people at the door as the officer of Guangxi reads them."""

    def read():
        hours = queries.hours_of(room)
        return queries.log_of(room, hours=hours, reader=world.beneficiary_officer, on=world.day)

    return read


def typed(world, **said):
    return {"name": "农志强", "licence_number": world.second_county_lawyer.licence_number, **said}


class TestWithAnAccount:
    def test_one_scan_and_one_press(self, wei, address, at, log, world):
        with time_machine.travel(at(8, 55), tick=False):
            page = wei.get(address(at(8, 55)))
            assert page.status_code == 200
            assert "韦晓岚" in page.content.decode()
            done = wei.post(address(at(8, 55)), follow=True)
        assert "08:55" in done.content.decode()
        (passer,) = log().passers
        assert (passer.lawyer_id, passer.stay.first_in, passer.waits) == (
            world.county_lawyer.pk,
            at(8, 55),
            False,
        )

    def test_in_and_out_say_how_much_was_heard(self, wei, address, at, log):
        for moment, way in ((at(9, 2), Direction.IN), (at(10, 30), OUT)):
            with time_machine.travel(moment, tick=False):
                wei.get(address(moment, way))
                wei.post(address(moment, way))
        (passer,) = log().passers
        # 88 of the 120 minutes that the room sat, of a lecture of 118.
        assert passer.share == Share(Attended.PART, 86)

    def test_the_moment_of_reading_counts_and_not_that_of_the_form(self, wei, address, at, log):
        shown = address(at(9))
        with time_machine.travel(at(9), tick=False):
            wei.get(shown)
        with time_machine.travel(at(9, 14), tick=False):
            assert wei.post(shown).status_code == 302
        assert log().passers[0].stay.first_in == at(9)

    def test_sent_twice_is_once(self, wei, address, at):
        with time_machine.travel(at(9), tick=False):
            wei.get(address(at(9)))
            for _again in range(3):
                assert wei.post(address(at(9))).status_code in (200, 302)
        assert DoorScan.objects.count() == 1

    def test_the_page_says_who_was_recorded_however_often_it_is_opened(self, wei, address, at):
        shown = address(at(9))
        with time_machine.travel(at(9), tick=False):
            wei.post(shown)
        with time_machine.travel(at(10), tick=False):
            assert "韦晓岚" in wei.get(shown).content.decode()


class TestWithoutAnAccount:
    def test_whoever_types_waits_for_an_officer(self, phone, address, at, log, world):
        with time_machine.travel(at(9), tick=False):
            assert phone.get(address(at(9))).status_code == 200
            assert phone.post(address(at(9)), typed(world)).status_code == 302
        (passer,) = log().passers
        assert passer.waits
        assert not passer.holds
        assert passer.lawyer_id == world.second_county_lawyer.pk

    def test_the_answer_does_not_say_whether_the_roster_knows_somebody(
        self, phone, client_for, address, at, world
    ):
        known, unknown = phone, type(phone)()
        with time_machine.travel(at(9), tick=False):
            one = known.post(address(at(9)), typed(world), follow=True)
            other = unknown.post(
                address(at(9)), typed(world, licence_number="14510200000000000"), follow=True
            )
        same = [re.sub(r'value="[A-Za-z0-9]{64}"', "", each.content.decode()) for each in (one, other)]
        assert same[0] == same[1]
        assert DoorScan.objects.filter(lawyer=None).count() == 1

    def test_another_name_beside_a_licence_number_is_nobody_of_the_roster(self, phone, address, at, world):
        with time_machine.travel(at(9), tick=False):
            phone.post(address(at(9)), typed(world, name="路过的人"))
        assert DoorScan.objects.get().lawyer is None

    def test_who_is_no_lawyer_leaves_the_number_empty(self, phone, address, at):
        with time_machine.travel(at(9), tick=False):
            assert phone.post(address(at(9)), {"name": "司法局张科长"}).status_code == 302
        assert DoorScan.objects.get().licence_number == ""

    @pytest.mark.parametrize(
        ("said", "why"),
        [
            ({"licence_number": "1451"}, "执业证号是 17 位数字"),
            ({"name": " "}, "有 1 处要改"),
            ({"name": ""}, "有 1 处要改"),
        ],
    )
    def test_what_is_missing_is_said_beside_the_form(self, phone, address, at, world, said, why):
        with time_machine.travel(at(9), tick=False):
            answer = phone.post(address(at(9)), typed(world, **said))
        assert answer.status_code == 422
        assert why in answer.content.decode()
        assert not DoorScan.objects.exists()

    def test_signing_in_first_keeps_the_moment(self, phone, address, at, log, world):
        shown = address(at(9))
        with time_machine.travel(at(9), tick=False):
            assert reverse("account_login") in phone.get(shown).content.decode()
        with time_machine.travel(at(9, 5), tick=False):
            phone.force_login(world.county_account)
            assert phone.post(shown).status_code == 302
        assert log().passers[0].stay.first_in == at(9)

    def test_one_phone_for_a_whole_room_is_seen_and_has_an_end(self, phone, address, at, log):
        for number in range(operations.MOST_BY_ONE_PHONE + 1):
            moment = at(9, number)
            with time_machine.travel(moment, tick=False):
                answer = phone.post(address(moment), {"name": f"某人{number}"})
        assert answer.status_code == 422
        assert "这部手机登记的人太多了" in answer.content.decode()
        assert {each.phone_shared for each in log().passers} == {operations.MOST_BY_ONE_PHONE}


class TestRefusedCodes:
    def test_a_code_that_is_not_on_the_screen_any_more(self, wei, address, at):
        with time_machine.travel(at(9, 2), tick=False):
            answer = wei.post(address(at(9)))
        assert answer.status_code == 410
        assert "这个码已过期，请重新扫" in answer.content.decode()
        assert not DoorScan.objects.exists()

    def test_a_code_of_the_future_was_never_there(self, wei, address, at):
        with time_machine.travel(at(9), tick=False):
            assert wei.get(address(at(9, 1))).status_code == 410

    def test_an_old_code_is_worth_nothing_on_another_phone(self, wei, phone, address, at, world):
        shown = address(at(9))
        with time_machine.travel(at(9), tick=False):
            wei.get(shown)
        with time_machine.travel(at(9, 3), tick=False):
            assert phone.post(shown, typed(world)).status_code == 410
            assert wei.post(shown).status_code == 302

    def test_after_a_quarter_of_an_hour_the_code_is_read_again(self, wei, address, at):
        shown = address(at(9))
        with time_machine.travel(at(9), tick=False):
            wei.get(shown)
        with time_machine.travel(at(9, 16), tick=False):
            assert wei.post(shown).status_code == 410

    def test_a_forged_code(self, wei, room):
        assert wei.get(reverse("sheets:arrive", args=[f"{room.pk}i1-{'a' * 16}"])).status_code == 404

    def test_a_code_under_the_old_secret_still_opens(self, wei, address, at, settings):
        shown = address(at(9))
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another one", [settings.SECRET_KEY]
        with time_machine.travel(at(9), tick=False):
            assert codes.code_of(shown.strip("/").split("/")[-1]) is not None

    def test_the_door_is_shut_before_and_after_and_once_the_sheet_is_in(self, wei, address, at, room):
        for moment in (at(7, 59), at(12)):
            with time_machine.travel(moment, tick=False):
                answer = wei.post(address(moment))
                assert answer.status_code == 409
                assert "08:00" in answer.content.decode()
        Sheet.objects.filter(pk=room.pk).update(state=Sheet.State.REPORTED)
        with time_machine.travel(at(9), tick=False):
            assert wei.post(address(at(9))).status_code == 409
        assert not DoorScan.objects.exists()

    def test_without_hours_there_is_no_door(self, wei, address, at, room):
        Sheet.objects.filter(pk=room.pk).update(ends_at=None)
        with time_machine.travel(at(9), tick=False):
            assert wei.get(address(at(9))).status_code == 409


class TestThePrintedCode:
    def test_it_holds_all_day_and_everybody_waits_for_an_officer(self, wei, room, at, log):
        shown = reverse("sheets:arrive", args=[codes.token_on_paper(room.pk, Direction.IN)])
        with time_machine.travel(at(9, 30), tick=False):
            assert wei.post(shown).status_code == 302
        (passer,) = log().passers
        assert passer.printed
        assert passer.waits
        assert not passer.holds

    def test_it_serves_one_phone_after_another_and_one_person_after_another(self, phone, room, at, log):
        shown = reverse("sheets:arrive", args=[codes.token_on_paper(room.pk, Direction.IN)])
        with time_machine.travel(at(9, 5), tick=False):
            phone.get(shown)
        # Looked at, put away, and read once more at the door: that moment counts.
        with time_machine.travel(at(9, 25), tick=False):
            phone.get(shown)
            phone.post(shown, {"name": "张科长"})
            assert "张科长" in phone.get(shown).content.decode()
            phone.get(shown, {"again": "1"})
            phone.post(shown, {"name": "李科员"})
        assert [(each.name, each.seen.first_in) for each in log().passers] == [
            ("张科长", at(9, 25)),
            ("李科员", at(9, 25)),
        ]
