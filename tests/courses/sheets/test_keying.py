"""Keying a sheet: nobody is present by default, nothing is lost, and two people who key the same sheet both keep theirs."""

from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from courses.sheets import entry, queries
from courses.sheets.models import Sheet, SheetVersion
from courses.sheets.operations import DraftChanged, FaultyRows, SheetClosed, UnableToKey
from courses.sheets.rules import ABSENT, FULL, PART, KeyedRow
from qianchang.groundwork.models import AppendOnlyError
from tests.courses.sheets.factories import Room
from tests.world import World, full_width

pytestmark = pytest.mark.django_db


def test_the_roster_of_the_county_is_expected_and_nobody_is_present(room: Room, world: World):
    twelve = room.lawyers(12)
    world.lawyer("14510202610099999", "外县人", world.baise_firm, account=False)
    page = entry.entry_page(room.sheet, world.county_contact, at=world.now)
    assert {row.lawyer for row in page.rows} == {each.pk for each in twelve}
    assert {row.mark for row in page.rows} == {""}
    assert (page.totals.there, page.totals.unmarked) == (0, 12)


def test_a_keyed_sheet_says_who_was_there_and_how_long(room: Room):
    saved = room.save()
    keyed = queries.keyed_of(saved.version)
    assert [row.mark for row in keyed.rows] == [FULL] * 6 + [PART] + [FULL] * 4 + [ABSENT]
    assert keyed.rows[6].minutes == 45
    assert all(row.name and row.licence_number for row in keyed.rows)


def test_the_same_draft_twice_is_one_version(room: Room):
    draft = uuid4()
    first = room.save(draft=draft)
    assert room.save(draft=draft).version == first.version
    assert SheetVersion.objects.count() == 1


def test_a_draft_that_was_changed_since_it_was_received_is_not_swallowed(room: Room):
    draft, twelve = uuid4(), room.lawyers(12)
    first = room.save(draft=draft)
    with pytest.raises(DraftChanged) as told:
        room.save(room.keyed(room.row(twelve[0], ABSENT)), draft=draft)
    assert told.value.version == first.version
    assert SheetVersion.objects.count() == 1


def test_a_draft_of_somebody_else_is_refused(room: Room, world: World):
    draft = uuid4()
    room.save(draft=draft)
    with pytest.raises(UnableToKey, match=r"."):
        room.save(draft=draft, by=room.city_officer)


@pytest.mark.parametrize(
    ("mark", "minutes", "words"),
    [
        (PART, None, "第 1 行"),
        (PART, 118, "118 分钟"),
        (PART, 200, "118 分钟"),
        (FULL, 45, "45 分钟"),
    ],
)
def test_what_cannot_be_is_refused_with_its_row(room: Room, mark: str, minutes: int | None, words: str):
    (lawyer,) = room.lawyers(1)
    with pytest.raises(FaultyRows) as refused:
        room.save(room.keyed(KeyedRow(lawyer_id=lawyer.pk, mark=mark, minutes=minutes)))
    assert words in str(refused.value)
    assert not SheetVersion.objects.exists()


def test_somebody_who_stands_on_the_sheet_twice_is_found(room: Room):
    (lawyer,) = room.lawyers(1)
    typed = KeyedRow(name=lawyer.name, licence_number=lawyer.licence_number, mark=FULL)
    with pytest.raises(FaultyRows, match="第 2 行"):
        room.save(room.keyed(room.row(lawyer), typed))


class TestSomebodyWhoIsNotOnTheRoster:
    def test_a_lawyer_of_another_place_is_known_by_number_and_name(self, room: Room, world: World):
        other = world.yunnan_lawyer
        row = KeyedRow(name="杨 丽江", licence_number=full_width(other.licence_number), mark=FULL)
        kept = room.save(room.keyed(row)).version.rows.get()
        assert kept.lawyer == other

    def test_a_number_under_another_name_is_nobody(self, room: Room, world: World):
        row = KeyedRow(name="张三", licence_number=world.yunnan_lawyer.licence_number, mark=FULL)
        kept = room.save(room.keyed(row)).version.rows.get()
        assert (kept.lawyer, kept.name) == (None, "张三")

    def test_a_name_alone_is_a_lawyer_of_the_own_roster_or_another_person(self, room: Room):
        (lawyer,) = room.lawyers(1)
        rows = [KeyedRow(name=lawyer.name, mark=FULL), KeyedRow(name="村主任", mark=FULL)]
        kept = room.save(room.keyed(*rows)).version
        assert [row.lawyer for row in kept.rows.order_by("position")] == [lawyer, None]
        page = entry.entry_page(room.again(), room.world.county_contact, at=room.world.now)
        assert (page.totals.full, page.totals.others) == (1, 1)

    def test_nobody_reads_a_name_by_sending_a_number(self, room: Room, world: World):
        forged = KeyedRow(lawyer_id=world.yunnan_lawyer.pk, name="谁", mark=FULL)
        kept = room.save(room.keyed(forged)).version.rows.get()
        assert (kept.lawyer, kept.name, kept.licence_number) == (None, "谁", "")


class TestTwoPeopleKeyTheSameSheet:
    def test_who_say_the_same_have_one_sheet(self, room: Room):
        room.save()
        again = room.save(by=room.city_officer)
        assert again.is_clean
        assert queries.heads(room.sheet) == [again.version]

    def test_who_key_one_half_each_lose_nothing(self, room: Room):
        twelve = room.lawyers(12)
        room.save(room.keyed(*(room.row(each) for each in twelve[:6])))
        second = room.save(room.keyed(*(room.row(each) for each in twelve[6:])), by=room.city_officer)
        assert second.is_clean
        (head,) = queries.heads(room.sheet)
        assert head.rows.filter(mark=FULL).count() == 12
        assert SheetVersion.objects.count() == 3

    def test_who_contradict_each_other_are_kept_beside_each_other_until_somebody_chooses(self, room: Room):
        (one, two) = room.lawyers(2)
        first = room.save(room.keyed(room.row(one), room.row(two)))
        second = room.save(room.keyed(room.row(one), room.row(two, PART, 45)), by=room.city_officer)
        assert not second.is_clean
        assert second.other == first.version
        assert [
            (clash.ours.mark, clash.theirs.mark) for clash in second.clashes if clash.ours and clash.theirs
        ] == [(PART, FULL)]
        chosen = room.save(
            room.keyed(room.row(one), room.row(two)),
            base=second.mine.number,
            merges=first.version.number,
        )
        assert queries.heads(room.sheet) == [chosen.version]

    def test_codes_that_contradict_each_other_are_a_question_too(self, room: Room):
        (one,) = room.lawyers(1)
        room.save(room.keyed(room.row(one), codes=["1111", "2222", "3333"]))
        second = room.save(room.keyed(room.row(one), codes=["1111", "2222", "4444"]), by=room.city_officer)
        assert second.codes_clash
        assert len(queries.heads(room.sheet)) == 2

    def test_who_had_the_other_one_before_the_eyes_changes_it(self, room: Room):
        (one,) = room.lawyers(1)
        first = room.save(room.keyed(room.row(one)))
        second = room.save(room.keyed(room.row(one, ABSENT)), base=first.version.number, by=room.city_officer)
        assert second.is_clean
        assert second.version.rows.get().mark == ABSENT


class TestWho:
    @pytest.mark.parametrize("who", ["yunnan_officer", "national_officer", "expert", "county_account"])
    def test_nobody_else_keys_the_sheet_of_a_county(self, room: Room, world: World, who: str):
        assert room.sheet
        with pytest.raises(PermissionDenied):
            room.save(by=getattr(world, who))
        assert not SheetVersion.objects.exists()

    def test_the_contact_of_another_county_neither_sees_nor_keys_it(self, room: Room, world: World, client):
        jingxi = world.region("451081", "靖西市", "county", world.baise_region)
        other = world.grant(world.account("jx", "凌联络员"), "county_contact", world.guangxi, region=jingxi)
        with pytest.raises(PermissionDenied):
            room.save(by=other)
        client.force_login(other)
        assert client.get(f"/office/sheets/{room.sheet.pk}/").status_code == 404

    def test_who_held_it_keys_the_paper_that_came_by_post_and_reads_no_names_that_others_keyed(
        self, room: Room, world: World
    ):
        (lawyer,) = room.lawyers(1)
        row = KeyedRow(name=lawyer.name, licence_number=lawyer.licence_number, mark=FULL)
        kept = room.save(room.keyed(row), by=world.supporting_officer)
        assert kept.version.rows.get().lawyer == lawyer
        page = entry.entry_page(room.again(), world.supporting_officer, at=world.later(hours=4))
        assert [each.name for each in page.rows] == [lawyer.name]
        room.save(room.keyed(room.row(lawyer, ABSENT)), base=kept.version.number)
        page = entry.entry_page(room.again(), world.supporting_officer, at=world.later(hours=5))
        assert (page.rows, page.totals.absent) == ((), 1)
        assert not page.may_report
        with pytest.raises(PermissionDenied):
            room.report(by=world.supporting_officer)

    def test_the_city_keys_it_for_the_county(self, room: Room):
        assert room.save(by=room.city_officer).is_clean


def test_what_was_keyed_is_never_overwritten(room: Room):
    version = room.save().version
    row = version.rows.first()
    assert row is not None
    row.mark = ABSENT
    with pytest.raises(AppendOnlyError):
        row.save()


def test_a_reported_sheet_takes_no_keying(room: Room):
    room.save()
    room.report()
    with pytest.raises(SheetClosed):
        room.save()
    assert room.again().state == Sheet.State.REPORTED
