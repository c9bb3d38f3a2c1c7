"""A stick for a room: its record is a keying of the sign-in sheet, confirmed like any other, grade B."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from courses.attendance.clock import to_ms
from courses.credits.models import CreditEntry
from courses.offline import bringing, contents
from courses.offline.bringing import UnableToTake, bring_back
from courses.offline.making import UnableToMake, make_room_stick, revoke_stick
from courses.offline.models import Bundle
from courses.offline.rules import Doubt
from courses.sheets.models import SheetVersion
from qianchang.groundwork import audit
from tests.courses.offline.simulation import OldPc
from tests.courses.schedule.test_two_officers import together
from tests.courses.sheets.factories import Room

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(world):
    """A DVD screening in 那坡县, which 百色市 checks, with twelve lawyers expected."""
    assert world.baise
    made = Room(world)
    made.lawyers(12)
    return made


@pytest.fixture
def stick(room, world):
    return make_room_stick(sheet=room.sheet, way="light", by=world.county_contact, at=world.now)


@pytest.fixture
def computer(stick, room, world):
    """The room's PC on the morning of the screening, its sheet filled in: ten throughout, one in part, one absent."""
    pc = OldPc(stick, room.world.now)
    pc.play(0, 118, at=1)
    marks = [("full", None)] * 10 + [("part", 45), ("absent", None)]
    pc.sheet = {
        "rows": [
            {"lawyer": each.pk, "name": each.name, "mark": mark, "minutes": minutes}
            for each, (mark, minutes) in zip(room.people, marks, strict=True)
        ],
        "codes": list(room.codes),
        "begins_at": "09:00",
        "ends_at": "11:10",
        "supervisor": "罗联络员",
    }
    return pc


def bring(computer, by, *, hours=6):
    return bring_back(data=computer.save(), by=by, at=computer.time(hours * 60))


def test_the_record_becomes_a_version_of_the_sheet_and_hours_when_the_city_confirms(computer, room, world):
    taken = bring(computer, world.county_contact)
    version = SheetVersion.objects.get()
    assert taken.bundle.sheet_version == version
    assert (version.origin, version.keyed_at) == ("stick", computer.time(120))
    assert [row.mark for row in version.rows.order_by("position")] == ["full"] * 10 + ["part", "absent"]
    assert tuple(version.codes) == room.codes
    assert not CreditEntry.objects.exists()
    room.report(at=computer.time(7 * 60))
    decision = room.confirm()
    assert decision.grade == "B"
    assert CreditEntry.objects.count() == 11
    assert set(CreditEntry.objects.values_list("grade", flat=True)) == {"B"}


def test_the_same_record_again_changes_nothing(computer, world):
    data = computer.save()
    first = bring_back(data=data, by=world.county_contact, at=computer.time(300))
    again = bring_back(data=data, by=world.county_contact, at=computer.time(900))
    assert (again.repeated, again.bundle) == (True, first.bundle)
    assert (SheetVersion.objects.count(), Bundle.objects.count()) == (1, 1)


def test_a_later_record_follows_the_earlier_one_without_a_conflict(computer, world):
    bring(computer, world.county_contact)
    computer.sheet["rows"][11] |= {"mark": "full"}
    bring(computer, world.county_contact, hours=8)
    first, second = SheetVersion.objects.order_by("number")
    assert second.base == first
    assert second.rows.get(position=12).mark == "full"


def test_a_colleague_who_keyed_the_paper_meanwhile_loses_nothing(computer, room, world):
    room.save(room.keyed(*[room.row(each) for each in room.people]), at=computer.time(200))
    bring(computer, world.county_contact)
    assert SheetVersion.objects.filter(origin="typed").exists()
    assert SheetVersion.objects.filter(origin="stick").exists()


def test_whoever_does_not_see_the_roster_brings_it_all_the_same(computer, room, world):
    bring(computer, world.supporting_officer)
    rows = SheetVersion.objects.get().rows.order_by("position")
    assert [row.lawyer for row in rows] == room.people


def test_no_licence_number_lies_on_it_in_full(stick, room, world):
    facts = contents.room_of(stick, by=world.county_contact)
    told = {each["licence"] for each in facts["roster"]}
    assert told.isdisjoint({each.licence_number for each in room.people})


def test_rows_that_cannot_be_are_refused_with_a_sentence_and_change_nothing(computer, world):
    computer.sheet["rows"][10] |= {"minutes": 118}
    with pytest.raises(UnableToTake, match="第 11 行"):
        bring(computer, world.county_contact)
    assert not Bundle.objects.exists()
    assert not SheetVersion.objects.exists()


def test_a_closed_sheet_takes_no_record(computer, room, world):
    room.confirmed()
    many = SheetVersion.objects.count()
    with pytest.raises(UnableToTake):
        bring(computer, world.county_contact, hours=60)
    assert SheetVersion.objects.count() == many


def test_a_lost_one_is_refused(computer, stick, world):
    revoke_stick(stick=stick, reason="丢了", by=world.county_contact, at=world.now)
    with pytest.raises(UnableToTake, match="已挂失"):
        bring(computer, world.county_contact)
    assert not SheetVersion.objects.exists()


def test_a_record_without_a_sheet_is_empty(computer, world):
    computer.sheet = None
    with pytest.raises(UnableToTake, match="空的"):
        bring(computer, world.county_contact)


def test_only_those_who_key_the_sheet_make_it_and_bring_it(computer, room, world):
    for stranger in (world.yunnan_officer, world.county_account, world.national_officer):
        with pytest.raises(PermissionDenied):
            make_room_stick(sheet=room.sheet, way="light", by=stranger, at=world.now)
        with pytest.raises(UnableToTake, match="没有这个编号"):
            bring(computer, stranger)
    assert not Bundle.objects.exists()


def test_only_a_screening_that_is_not_over_gets_one(room, world):
    room.confirmed()
    with pytest.raises(UnableToMake):
        make_room_stick(sheet=room.again(), way="light", by=world.county_contact, at=world.now)


def test_it_shows_the_codes_that_the_sheet_asks_for_and_the_roster_of_the_county(stick, room, world):
    version = room.session.lecture_version
    assert tuple(code["digits"] for code in contents.codes_on(stick, version)) == room.codes
    facts = contents.room_of(stick, by=world.county_contact)
    assert [each["name"] for each in facts["roster"]] == [
        each.name for each in sorted(room.people, key=lambda each: each.licence_number)
    ]
    assert (facts["length_minutes"], facts["begins_at"], facts["supervisor"]) == (118, "09:00", "罗联络员")


def test_how_long_it_was_shown_is_kept_beside_the_record(computer, world):
    taken = bring(computer, world.county_contact)
    assert taken.bundle.covered_ms == 118 * 60_000
    assert taken.bundle.received_at - timedelta(hours=6) == computer.time(0)
    assert to_ms(computer.time(0)) == computer.spans[0][4] - 60_000


def test_the_blank_sheet_lies_on_it_too(stick, room, world, monkeypatch):
    monkeypatch.setattr(contents, "_stored", lambda files, make: [])
    monkeypatch.setattr(contents.media, "slide_files_of", lambda recording: {})
    archive = contents.archive_of(stick, records_url="https://qianchang.example/", by=world.county_contact)
    with zipfile.ZipFile(io.BytesIO(b"".join(archive.read(0, archive.size)))) as read:
        paper = read.read("sheet.html").decode()
        config = read.read("config.js").decode()
    assert room.people[0].name in paper
    assert room.sheet.number in paper
    assert (
        json.loads(config.removeprefix("window.qianchangStick = ").removesuffix(";\n"))["room"]["codes"] == 3
    )


def test_an_older_record_after_the_newer_one_changes_nothing(computer, room, world):
    early = computer.save()
    computer.sheet["rows"][11] |= {"mark": "full"}
    late = computer.save(saved_at=130)
    bring_back(data=late, by=world.county_contact, at=computer.time(300))
    taken = bring_back(data=early, by=world.county_contact, at=computer.time(310))
    assert SheetVersion.objects.get().rows.get(position=12).mark == "full"
    assert (taken.bundle.verdict, taken.bundle.reason) == ("refused", Doubt.OLDER)
    assert (Bundle.objects.count(), taken.repeated) == (2, False)
    room.report(at=computer.time(7 * 60))
    room.confirm()
    assert CreditEntry.objects.count() == 12


def test_what_two_computers_marked_in_one_room_is_taken_together(computer, stick, room, world):
    """The stick was copied to a second PC at the other door."""
    other = OldPc(stick, world.now)
    rows = computer.sheet["rows"]
    other.sheet = computer.sheet | {"id": "b" * 16, "rows": [{**row, "mark": ""} for row in rows]}
    other.sheet["rows"][11] |= {"mark": "full", "minutes": None}
    computer.sheet |= {"id": "a" * 16, "rows": [*rows[:11], {**rows[11], "mark": ""}]}
    bring(computer, world.county_contact)
    bring_back(data=other.save(saved_at=150), by=world.county_contact, at=computer.time(400))
    held = SheetVersion.objects.order_by("number").last()
    assert [row.mark for row in held.rows.order_by("position")] == ["full"] * 10 + ["part", "full"]


def test_a_colleague_who_brings_the_same_file_changes_nothing(computer, world):
    data = computer.save()
    bring_back(data=data, by=world.county_contact, at=computer.time(300))
    again = bring_back(data=data, by=world.supporting_officer, at=computer.time(301))
    assert again.repeated
    assert SheetVersion.objects.count() == 1


def test_a_record_that_could_not_be_written_down_leaves_no_half_of_it(computer, world, monkeypatch):
    data = computer.save()
    monkeypatch.setattr(bringing.audit, "record", fails_at("record brought back"))
    with pytest.raises(ZeroDivisionError):
        bring_back(data=data, by=world.county_contact, at=computer.time(300))
    assert not SheetVersion.objects.exists()
    monkeypatch.undo()
    assert not bring_back(data=data, by=world.supporting_officer, at=computer.time(301)).repeated


def fails_at(verb):
    """The audit log, whose disk is full when this is to be written."""
    written = audit.record

    def record(told, **more):
        return 1 / 0 if told == verb else written(told, **more)

    return record


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
@pytest.mark.django_db(transaction=True)
def test_two_people_who_bring_the_same_file_in_one_moment_bring_it_once(computer, world):
    data, at = computer.save(), computer.time(300)
    people = [world.county_contact, world.supporting_officer, world.county_contact]
    told = together(*[lambda by=by: bring_back(data=data, by=by, at=at) for by in people])
    assert sorted(each.repeated for each in told) == [False, True, True]
    assert (SheetVersion.objects.count(), Bundle.objects.count()) == (1, 1)
