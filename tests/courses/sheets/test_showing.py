"""A room that is shown the lecture over the network: the codes of the session stand in the picture, and make its sheet A."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from courses.enrolment.models import Release
from courses.sheets import showing
from courses.sheets.models import SheetFile
from qianchang.people.models import Account
from tests.courses.sheets.factories import Room
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(world: World) -> Room:
    """A room in 那坡县 that is shown a lecture over the network."""
    assert world.baise
    found = Room(world, mode="network_video")
    found.__dict__["sheet"] = found.opened(streamed=True)
    return found


@pytest.fixture
def evening(world: World):
    with time_machine.travel(world.later(hours=9), tick=False):
        yield


def shown(account: Account, room: Room, name: str = "show/"):
    client = Client()
    client.force_login(account)
    return client.get(f"/office/sheets/{room.sheet.pk}/{name}")


def digits_in(captions: str) -> list[str]:
    return [found.replace(" ", "") for found in re.findall(r"：((?:\d ){3}\d)", captions)]


@pytest.mark.usefixtures("evening")
class TestTheCodes:
    def test_whoever_copies_them_from_the_picture_has_a_sheet_worth_a(self, room: Room, world: World):
        captions = shown(world.county_contact, room, "show/codes.vtt").content.decode()
        room.save(room.keyed(codes=digits_in(captions)))
        room.scan()
        room.report()
        assert room.confirm().grade == "A"

    def test_each_stands_there_for_its_window(self, room: Room):
        captions = showing.captions_with_codes(room.again())
        assert captions.startswith("WEBVTT\n\n")
        assert len(digits_in(captions)) == captions.count(" --> ") == 3

    def test_those_of_another_session_do_not_fit(self, room: Room, world: World):
        other = Room(world, mode="network_video", on=world.day + timedelta(days=1))
        other.__dict__["lecture"] = room.lecture
        other.__dict__["sheet"] = other.opened(streamed=True)
        assert showing.captions_with_codes(room.again()) != showing.captions_with_codes(other.again())


@pytest.mark.usefixtures("evening")
class TestTheFilm:
    def test_it_plays_for_the_contact_of_the_county_with_the_codes_in_it(self, room: Room, world: World):
        page = shown(world.county_contact, room).content.decode()
        assert "<video" in page
        assert f"/office/sheets/{room.sheet.pk}/show/codes.vtt" in page
        assert "light.mp4" in page

    def test_the_policy_lets_only_those_of_the_room_play(self, room: Room, world: World):
        recording = room.session.lecture_version.recording_id
        assert showing.may_play_recording(world.county_contact.pk, recording)
        assert showing.may_play_recording(world.beneficiary_officer.pk, recording)
        assert not showing.may_play_recording(world.yunnan_officer.pk, recording)
        assert not showing.may_play_recording(world.county_account.pk, recording)

    @pytest.mark.parametrize("who", ["yunnan_officer", "county_account"])
    def test_for_everybody_else_there_is_none(self, room: Room, world: World, who: str):
        assert shown(getattr(world, who), room).status_code == 404
        assert shown(getattr(world, who), room, "show/codes.vtt").status_code == 404

    def test_a_room_with_a_disc_plays_its_disc(self, world: World):
        assert world.baise
        disc = Room(world)
        assert shown(world.county_contact, disc).status_code == 404

    def test_not_before_the_day(self, room: Room, world: World):
        with time_machine.travel(world.now - timedelta(days=1), tick=False):
            page = shown(world.county_contact, room).content.decode()
            assert "<video" not in page
            assert room.sheet.date.isoformat() in page
            assert shown(world.county_contact, room, "show/codes.vtt").status_code == 404
            assert not showing.may_play_recording(
                world.county_contact.pk, room.session.lecture_version.recording_id
            )

    def test_not_once_the_sheet_was_reported(self, room: Room, world: World):
        room.save(room.keyed(codes=[]))
        room.report()
        assert "<video" not in shown(world.county_contact, room).content.decode()
        assert shown(world.county_contact, room, "show/codes.vtt").status_code == 404

    def test_not_while_the_lecture_is_not_open_to_the_region(self, room: Room, world: World):
        Release.objects.update(ended_at=world.later(hours=1), ended_by=world.supporting_officer)
        page = shown(world.county_contact, room).content.decode()
        assert "<video" not in page
        assert "开放" in page


@pytest.mark.usefixtures("evening")
class TestTheSupportingSide:
    def test_it_sees_photos_of_the_room_and_not_the_paper_on_which_names_stand(
        self, room: Room, world: World
    ):
        room.save(room.keyed(codes=[]))
        paper, people = room.scan(), room.scan(SheetFile.Kind.PHOTO)
        address = f"/office/sheets/{room.sheet.pk}/files/"
        page = shown(world.supporting_officer, room, "").content.decode()
        assert f"{address}{people.pk}/" in page
        assert f"{address}{paper.pk}/" not in page
        assert f"{address}{paper.pk}/" in shown(room.city_officer, room, "").content.decode()
