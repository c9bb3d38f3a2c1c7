"""The pages of a sheet: the plain form, the JSON of the page without a network, review, conflict, paper, Excel and lists."""

import io
import json
from datetime import timedelta
from uuid import uuid4

import openpyxl
import pytest
import time_machine
from django.test import Client
from PIL import Image

from courses.credits.models import CreditEntry
from courses.discs.images import call_off
from courses.sheets import deciding, printing, queries, spreadsheet
from courses.sheets.models import Sheet, SheetFile, SheetRow, SheetVersion
from courses.sheets.rules import ABSENT, FULL, PART
from courses.sheets.scheduling import UnableToOpen
from qianchang.people.models import Account
from tests.courses.schedule.conftest import picture
from tests.courses.sheets.factories import Room
from tests.world import World

pytestmark = pytest.mark.django_db
NO_SHEETS = (b"", b"[]", b"{", b'{"rows": 3}', b'{"draft_id": "x"}', b"[" * 50_000, b'{"rows":[{"mark":7}]}')


@pytest.fixture
def evening(world: World):
    """The evening of the day on which it was shown."""
    with time_machine.travel(world.later(hours=9), tick=False):
        yield


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def address(room: Room, name: str = "") -> str:
    return f"/office/sheets/{room.sheet.pk}/{name}"


def filled(room: Room, *marks: tuple[str, int | None], **more: object) -> dict[str, object]:
    """The plain form of the first lawyers with these marks."""
    people = room.lawyers(len(marks))
    data: dict[str, object] = {
        "rows": len(marks),
        "base": "",
        "draft_id": str(uuid4()),
        "supervisor": "罗联络员",
    }
    for n, (lawyer, (mark, minutes)) in enumerate(zip(people, marks, strict=True), start=1):
        data |= {f"row-{n}-lawyer": lawyer.pk, f"row-{n}-mark": mark, f"row-{n}-minutes": minutes or ""}
    for k, code in enumerate(room.codes, start=1):
        data[f"code-{k}"] = code
    return data | more


@pytest.mark.usefixtures("evening")
class TestThePlainForm:
    def test_it_is_reported_with_its_photos_and_confirmed(self, room: Room, world: World):
        photo = io.BytesIO(picture())
        photo.name = "签到表.png"
        data = filled(room, (FULL, None), (PART, 45), (ABSENT, None), action="report", scan=photo)
        county = signed_in(world.county_contact)
        answer = county.post(address(room), data)
        assert answer.status_code == 302
        assert room.again().state == Sheet.State.REPORTED
        assert SheetFile.objects.get().kind == "scan"
        page = county.get(address(room)).content.decode()
        assert "撤回" in page
        city = signed_in(room.city_officer)
        review = city.get(address(room, "review/"))
        assert "赵一" in review.content.decode()
        version = queries.current_version(room.sheet)
        assert version is not None
        city.post(address(room, "review/"), {"action": "confirm", "version": version.number})
        assert room.again().state == Sheet.State.CONFIRMED
        assert CreditEntry.objects.count() == 2

    def test_what_is_wrong_is_said_beside_the_row_and_nothing_typed_is_lost(self, room: Room, world: World):
        answer = signed_in(world.county_contact).post(
            address(room), filled(room, (FULL, None), (PART, 118), action="report")
        )
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "第 2 行" in page
        assert 'value="118"' in page
        assert not SheetVersion.objects.exists()

    def test_full_marks_everybody_and_keeps_nothing(self, room: Room, world: World):
        answer = signed_in(world.county_contact).post(
            address(room), filled(room, ("", None), ("", None), action="full")
        )
        assert answer.content.decode().count('value="full" checked') >= 2
        assert not SheetVersion.objects.exists()

    def test_somebody_is_added_by_hand(self, room: Room, world: World):
        lawyer = world.yunnan_lawyer
        added = {"action": "save", "new-name": lawyer.name, "new-licence": lawyer.licence_number}
        signed_in(world.county_contact).post(address(room), filled(room, (FULL, None), **added))
        assert SheetRow.objects.filter(lawyer=lawyer).exists()

    def test_who_does_not_see_the_roster_reads_no_name(self, room: Room, world: World):
        room.save()
        page = signed_in(world.supporting_officer).get(address(room)).content.decode()
        assert "赵一" not in page
        assert '<b class="n">10</b>' in page


@pytest.mark.usefixtures("evening")
class TestJson:
    def send(self, room: Room, by: Account, draft: str = "", **said: object):
        rows = [{"lawyer": each.pk, "mark": FULL, "minutes": None} for each in room.lawyers(2)]
        body = {
            "draft_id": draft or str(uuid4()),
            "base": None,
            "rows": rows,
            "codes": list(room.codes),
            **said,
        }
        return signed_in(by).post(address(room, "keyed/"), json.dumps(body), content_type="application/json")

    def test_it_is_kept_and_reported_once_however_often_it_is_sent(self, room: Room, world: World):
        draft = str(uuid4())
        for _time in range(3):
            answer = self.send(room, world.county_contact, draft, report=True, origin="offline")
            assert (answer.status_code, answer.json()["state"]) == (200, "reported")
        assert SheetVersion.objects.get().origin == "offline"
        assert room.sheet.decisions.count() == 1

    def test_a_contradiction_is_shown_row_by_row_and_chosen(self, room: Room, world: World):
        self.send(room, room.city_officer)
        rows = [{"lawyer": room.lawyers(1)[0].pk, "mark": "part", "minutes": 45}]
        answer = self.send(room, world.county_contact, rows=rows)
        told = answer.json()
        assert answer.status_code == 409
        assert [(each["ours"]["minutes"], each["theirs"]["mark"]) for each in told["clashes"]] == [
            (45, "full")
        ]
        chosen = self.send(
            room, world.county_contact, base=told["version"], merges=told["other"], report=True
        )
        assert chosen.json()["state"] == "reported"

    def test_a_draft_changed_since_is_told_so(self, room: Room, world: World):
        draft = str(uuid4())
        self.send(room, world.county_contact, draft)
        answer = self.send(room, world.county_contact, draft, rows=[])
        assert (answer.status_code, answer.json()["changed"]) == (409, True)

    def test_unmarked_people_keep_it_a_draft(self, room: Room, world: World):
        rows = [{"lawyer": room.lawyers(1)[0].pk, "mark": ""}]
        answer = self.send(room, world.county_contact, rows=rows, report=True)
        assert (answer.status_code, answer.json()["version"]) == (422, 1)
        assert answer.json()["faults"][0]["row"] == 1

    @pytest.mark.parametrize("body", NO_SHEETS)
    def test_what_is_no_sheet_is_refused_in_a_sentence(self, room: Room, world: World, body: bytes):
        answer = signed_in(world.county_contact).post(
            address(room, "keyed/"), body, content_type="application/json"
        )
        assert answer.status_code == 422
        assert answer.json()["error"].endswith("。")
        assert not SheetVersion.objects.exists()

    def test_a_confirmed_one_is_closed(self, room: Room, world: World):
        room.confirmed()
        assert self.send(room, world.county_contact).status_code == 410


@pytest.mark.usefixtures("evening")
def test_two_keyings_are_shown_side_by_side_and_chosen_row_by_row(room: Room, world: World):
    one, two = room.lawyers(2)
    room.save(room.keyed(room.row(one), room.row(two)))
    room.save(room.keyed(room.row(one, ABSENT), room.row(two, PART, 45)), by=room.city_officer)
    county = signed_in(world.county_contact)
    page = county.get(address(room, "conflict/")).content.decode()
    assert page.count('type="radio"') == 4
    ours, theirs = queries.heads(room.sheet)[::-1]
    data = {"ours": ours.number, "theirs": theirs.number, "choice-1": "theirs"}
    assert county.post(address(room, "conflict/"), data).status_code == 422
    county.post(address(room, "conflict/"), {**data, "choice-2": "ours", "action": "report"})
    assert room.again().state == Sheet.State.REPORTED
    (head,) = queries.heads(room.sheet)
    assert {row.lawyer: row.mark for row in head.rows.all()} == {one: FULL, two: PART}


class TestPaper:
    def test_twenty_rows_a_page_and_the_header_on_each(self, room: Room, world: World):
        room.lawyers(21)
        page = signed_in(world.county_contact).get(address(room, "print/")).content.decode()
        assert page.count("<h1>") == 2
        assert page.count("<tr>") == 2 + 40
        assert room.disc.serial in page
        assert "<svg" in page
        assert "14510****" in page

    def test_as_a_pdf(self, room: Room):
        made = printing.blank_sheet(room.sheet, lawyers=room.lawyers(3))
        assert made.startswith(b"%PDF-")
        assert printing.blank_sheet(session=room.session, disc=room.disc).startswith(b"%PDF-")

    def test_who_reads_no_names_prints_lines_to_write_on(self, room: Room, world: World):
        room.lawyers(3)
        page = signed_in(world.supporting_officer).get(address(room, "print/")).content.decode()
        # A sheet that nobody keyed shows its roster to those only who see it.
        assert "赵一" not in page


@pytest.mark.usefixtures("evening")
class TestExcel:
    def made(self, room: Room, world: World) -> openpyxl.Workbook:
        answer = signed_in(world.county_contact).get(address(room, "template.xlsx"))
        return openpyxl.load_workbook(io.BytesIO(answer.content))

    def sent(self, room: Room, world: World, content: bytes, name: str = "签到.xlsx"):
        file = io.BytesIO(content)
        file.name = name
        return signed_in(world.county_contact).post(address(room, "excel/"), {"file": file})

    def saved(self, book: openpyxl.Workbook) -> bytes:
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    def test_the_template_has_the_roster_and_comes_back_filled_in(self, room: Room, world: World):
        room.lawyers(3)
        book = self.made(room, world)
        page = book.active
        top = next(row[0].row for row in page.iter_rows() if row[0].value == "姓名")
        assert [page.cell(top + n, 1).value for n in (1, 2, 3)] == ["赵一", "钱一", "孙一"]
        assert page.data_validations.dataValidation[0].formula1 == '"全程,部分,缺席"'
        for n, (mark, minutes) in enumerate((("全程", None), ("部分", 45), ("缺席", None)), start=1):
            page.cell(top + n, 4).value, page.cell(top + n, 5).value = mark, minutes
        for k, code in enumerate(room.codes):
            page.cell(3 + k, 2).value = code
        self.sent(room, world, self.saved(book))
        version = SheetVersion.objects.get()
        assert version.origin == "excel"
        assert tuple(version.codes) == room.codes
        assert [row.mark for row in version.rows.order_by("position")] == [FULL, PART, ABSENT]
        assert all(row.lawyer for row in version.rows.all())

    def test_a_cell_that_says_nothing_is_named_with_its_row_in_the_file(self, room: Room, world: World):
        room.lawyers(1)
        book = self.made(room, world)
        top = next(row[0].row for row in book.active.iter_rows() if row[0].value == "姓名")
        book.active.cell(top + 1, 4).value = "来过"
        answer = self.sent(room, world, self.saved(book))
        assert answer.status_code == 422
        assert f"文件第 {top + 1} 行" in answer.content.decode()
        assert not SheetVersion.objects.exists()

    def test_the_file_of_another_sheet_is_refused(self, room: Room, world: World):
        room.lawyers(1)
        book = self.made(room, world)
        book.active["B1"].value = "桂26-D-9999-1"
        self.sent(room, world, self.saved(book))
        assert not SheetVersion.objects.exists()

    @pytest.mark.parametrize(
        "content",
        [b"", b"%PDF-1.4", b"PK\x03\x04broken", b"\x00" * 100, "姓名,电话\n甲,1".encode(), b"\xff\xd8\xff"],
    )
    def test_what_is_no_list_is_refused_in_a_sentence(self, room: Room, world: World, content: bytes):
        answer = self.sent(room, world, content)
        assert answer.status_code == 302
        assert not SheetVersion.objects.exists()

    def test_a_formula_in_a_name_stays_text(self, room: Room):
        (lawyer,) = room.lawyers(1)
        lawyer.name = "=HYPERLINK(1)"
        rows = [room.row(lawyer)]
        from dataclasses import replace

        made = spreadsheet.template(room.sheet, [replace(rows[0], name="=1+1")], codes=0)
        cells = [
            cell.value for row in openpyxl.load_workbook(io.BytesIO(made)).active.iter_rows() for cell in row
        ]
        assert "'=1+1" in cells


@pytest.mark.usefixtures("evening")
class TestFiles:
    def test_a_photo_is_painted_anew_and_opens_by_a_signed_address_only(self, room: Room, world: World):
        photo = io.BytesIO(picture(exif=b""))
        photo.name = "现场.png"
        county = signed_in(world.county_contact)
        answer = county.post(
            address(room, "files/"), {"kind": "photo", "file": photo}, headers={"Accept": "application/json"}
        )
        (line,) = answer.json()["files"]
        opened = county.get(line["url"])
        assert (
            Image.open(io.BytesIO(b"".join(opened) if opened.streaming else opened.content)).format == "JPEG"
        )
        assert signed_in(room.city_officer).get(line["url"]).status_code == 302
        assert county.get(line["url"].partition("?")[0]).status_code == 302

    def test_a_program_is_no_photo(self, room: Room, world: World):
        file = io.BytesIO(b"MZ" + b"\x00" * 100)
        file.name = "photo.jpg"
        answer = signed_in(world.county_contact).post(
            address(room, "files/"), {"kind": "photo", "file": file}, headers={"Accept": "application/json"}
        )
        assert answer.status_code == 422
        assert not SheetFile.objects.exists()


class TestLists:
    def test_the_list_takes_the_same_queries_however_long(
        self, room: Room, world: World, django_assert_max_num_queries
    ):
        client = signed_in(room.city_officer)
        room.save()
        client.get("/office/screenings/")
        with django_assert_max_num_queries(20) as first:
            assert client.get("/office/screenings/").status_code == 200
        for place in range(5):
            room.save(sheet=room.opened(site=f"会议室{place}"))
        with django_assert_max_num_queries(len(first.captured_queries)):
            page = client.get("/office/screenings/").content.decode()
        assert page.count("/office/sheets/") >= 6

    def test_a_room_is_scheduled_in_four_clicks(self, room: Room, world: World):
        county = signed_in(world.county_contact)
        assert room.session.code in county.get("/office/screenings/new/").content.decode()
        data = {
            "session": room.session.code,
            "region": world.napo_region.pk,
            "site": "司法局",
            "date": "2026-10-18",
            "begins_at": "09:00",
            "serial": "d 1",
        }
        assert room.disc.serial == "D-0001"
        with time_machine.travel(world.now, tick=False):
            answer = county.post("/office/screenings/new/", data)
        assert answer.status_code == 302
        made = Sheet.objects.get()
        assert (made.region, made.disc, made.association) == (world.napo_region, room.disc, world.baise)

    def test_a_disc_of_another_county_is_refused_with_its_number(self, room: Room, world: World):
        jingxi = world.region("451081", "靖西市", "county", world.baise_region)
        data = {
            "session": room.session.code,
            "region": jingxi.pk,
            "site": "党校",
            "date": "2026-10-18",
            "serial": room.disc.serial,
        }
        answer = signed_in(room.world.beneficiary_officer).post("/office/screenings/new/", data)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert room.disc.serial in page
        assert "那坡县" in page
        assert not Sheet.objects.exists()

    def test_a_disc_that_was_called_off_was_shown_nowhere(self, room: Room, world: World):
        call_off(disc=room.disc, by=world.supporting_officer, at=world.later(hours=1))
        room.disc.refresh_from_db()
        with pytest.raises(UnableToOpen, match="没有制作出来"):
            room.opened(at=world.later(hours=2))
        assert not Sheet.objects.exists()

    def test_a_disc_that_went_on_was_shown_where_it_was(self, room: Room, world: World):
        """The paper of 那坡县 comes back when the disc lies in 靖西市 already."""
        jingxi = world.region("451081", "靖西市", "county", world.baise_region)
        disc = room.discs.received(room.discs.sent(room.discs.finish(room.disc)))
        gone = world.later(days=10)
        room.discs.sent(disc, to=room.discs.to_napo(jingxi), on=gone.date(), at=gone)
        disc.refresh_from_db()
        late = {"disc": disc, "at": world.later(days=20)}
        with pytest.raises(UnableToOpen, match="靖西市"):
            room.opened(**late, date=world.later(days=12).date())
        with pytest.raises(UnableToOpen, match="那坡县"):
            room.opened(**late, region=jingxi, date=world.later(days=5).date())
        shown = room.opened(**late, date=world.later(days=5).date())
        assert shown.disc == disc

    def test_the_to_do_list_has_what_waits_for_each(self, room: Room, world: World):
        from courses.sheets.todo import groups

        def waits(account: Account, days: int = 1) -> dict[str, int]:
            fresh = Account.objects.get(pk=account.pk)
            found = groups(fresh, world.day + timedelta(days=days))
            return {group.title: group.count for group in found if group.count}

        assert room.sheet
        assert waits(world.county_contact) == {"要录入的签到表": 1}
        room.save()
        room.report()
        assert (waits(world.county_contact), waits(room.city_officer)) == ({}, {"要确认的签到表": 1})
        deciding.return_sheet(
            sheet=room.again(), reason="看不清", by=room.city_officer, at=world.later(hours=5)
        )
        assert waits(world.county_contact) == {"退回的签到表": 1}
        assert waits(world.yunnan_officer) == {}
