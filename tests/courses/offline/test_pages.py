"""The pages of sticks: making one, fetching its files in parts, bringing records back, declaring one lost."""

import io
import zipfile
from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from courses.credits.models import CreditEntry
from courses.offline import rules
from courses.offline.bringing import bring_back
from courses.offline.making import make_stick, revoke_stick
from courses.offline.models import Bundle, Stick
from courses.offline.todo import groups
from qianchang.groundwork import vault
from qianchang.groundwork.models import AuditEntry
from tests.courses.factories import make_published_lecture
from tests.courses.offline.simulation import OldPc
from tests.world import full_width

pytestmark = pytest.mark.django_db


@pytest.fixture
def later(evening):
    """Everything on the site happens two days after the evening."""
    with time_machine.travel(evening + timedelta(days=2), tick=False):
        yield


@pytest.fixture
def lawyer(later, world, client_for):
    return client_for(world.county_account)


@pytest.fixture
def contact(later, world, client_for):
    return client_for(world.county_contact)


def upload(data, name="U-0001-记录-1.json"):
    return {"record": SimpleUploadedFile(name, data, content_type="application/json")}


def words(answer):
    return answer.content.decode()


class TestMaking:
    def test_a_lawyer_makes_one_without_script(self, lawyer, world, lecture):
        page = lawyer.get("/my/sticks/new/")
        assert f'value="{lecture.pk}"' in words(page)
        answer = lawyer.post("/my/sticks/new/", {"lecture": [lecture.pk], "way": "light"})
        assert answer["Location"] == "/sticks/U-0001/"
        assert Stick.objects.get().lawyer == world.county_lawyer

    def test_a_search_keeps_what_was_ticked(self, lawyer, world, lecture):
        make_published_lecture(world, released_to=None, title="民间借贷")
        page = words(lawyer.post("/my/sticks/new/", {"lecture": [lecture.pk], "q": "借贷", "search": "1"}))
        assert "民间借贷" in page
        assert f'value="{lecture.pk}" checked' in page
        assert not Stick.objects.exists()

    def test_nothing_chosen_is_said_and_the_page_comes_again(self, lawyer, version):
        answer = lawyer.post("/my/sticks/new/", {"way": "light"})
        assert answer.status_code == 422
        assert "有误" in words(answer)

    def test_a_contact_finds_a_lawyer_of_the_county_and_no_other(self, contact, world, lecture):
        page = words(contact.get("/office/sticks/new/", {"q": world.unactivated_lawyer.name}))
        assert f"?lawyer={world.unactivated_lawyer.pk}" in page
        assert f"?lawyer={world.yunnan_lawyer.pk}" not in words(
            contact.get("/office/sticks/new/", {"q": world.yunnan_lawyer.name})
        )
        assert contact.get("/office/sticks/new/", {"lawyer": world.yunnan_lawyer.pk}).status_code == 404
        answer = contact.post(
            "/office/sticks/new/",
            {"lawyer": world.unactivated_lawyer.pk, "lecture": [lecture.pk], "way": "sound"},
        )
        assert answer["Location"] == "/sticks/U-0001/"

    @pytest.mark.parametrize("spoilt", ["x", "9" * 30, "-1", full_width("1")])
    def test_hostile_numbers_are_nothing(self, contact, lawyer, version, spoilt):
        for query in ({"lawyer": spoilt}, {"sheet": spoilt}):
            assert contact.get("/office/sticks/new/", query).status_code in (200, 404)
        assert lawyer.post("/my/sticks/new/", {"lecture": [spoilt], "way": "light"}).status_code == 422
        assert lawyer.get(f"/sticks/{spoilt}/").status_code == 404


class TestFetching:
    def test_the_whole_and_any_part_of_it_are_the_same_bytes(self, lawyer, stick, stored):
        whole = lawyer.get(f"/sticks/{stick.number}/files.zip")
        data = b"".join(whole.streaming_content)
        assert int(whole["Content-Length"]) == len(data)
        assert zipfile.ZipFile(io.BytesIO(data)).testzip() is None
        part = lawyer.get(
            f"/sticks/{stick.number}/files.zip",
            headers={"Range": "bytes=100000-", "If-Range": whole["ETag"]},
        )
        assert (part.status_code, part["Content-Range"]) == (206, f"bytes 100000-{len(data) - 1}/{len(data)}")
        assert b"".join(part.streaming_content) == data[100_000:]
        beyond = lawyer.get(f"/sticks/{stick.number}/files.zip", headers={"Range": f"bytes={len(data)}-"})
        assert beyond.status_code == 416
        head = lawyer.head(f"/sticks/{stick.number}/files.zip")
        assert (head["Content-Length"], head.content) == (str(len(data)), b"")

    def test_another_content_begins_anew(self, lawyer, stick, stored):
        answer = lawyer.get(
            f"/sticks/{stick.number}/files.zip", headers={"Range": "bytes=100-", "If-Range": '"other"'}
        )
        assert answer.status_code == 200

    def test_who_fetched_it_stands_in_the_audit_log_once(self, lawyer, stick, stored):
        for first in (0, 500):
            lawyer.get(f"/sticks/{stick.number}/files.zip", headers={"Range": f"bytes={first}-"})
        assert AuditEntry.objects.filter(verb="stick fetched").count() == 1

    def test_a_lost_one_and_a_strangers_are_not_there(self, lawyer, stick, world, client_for, stored):
        address = f"/sticks/{stick.number}/files.zip"
        for stranger in (world.second_county_lawyer.account, world.yunnan_officer, world.national_officer):
            assert client_for(stranger).get(address).status_code == 404
        revoke_stick(stick=stick, reason="丢了", by=world.county_account, at=world.now)
        assert lawyer.get(address).status_code == 404


class TestBringing:
    def test_the_record_gives_hours_and_the_page_says_so(self, lawyer, pc):
        data = pc().play(0, 120, at=0).type_codes().save()
        page = words(lawyer.post("/my/records/", upload(data), follow=True))
        assert "已记入 2.5 学时" in page
        again = words(lawyer.post("/my/records/", upload(data), follow=True))
        assert "没有变化" in again
        assert CreditEntry.objects.count() == 1

    def test_a_contact_brings_it_for_a_lawyer(self, contact, pc, world):
        answer = contact.post("/office/bundles/", upload(pc().play(0, 60, at=0).save()), follow=True)
        assert "共看了 50%" in words(answer)
        assert Bundle.objects.get().by == world.county_contact

    @pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"\x00" * 5000, b" " * (rules.MOST_BYTES + 1)])
    def test_another_file_is_refused_with_a_sentence(self, lawyer, version, data):
        answer = lawyer.post("/my/records/", upload(data, "照片.jpg"))
        assert answer.status_code == 422
        assert "U 盘" in words(answer)

    def test_no_file_is_said(self, lawyer, version):
        assert lawyer.post("/my/records/", {}).status_code == 422

    def test_a_record_of_somebody_else_is_refused_as_one_of_no_stick(self, later, pc, world, client_for):
        data = pc().play(0, 60, at=0).save()
        stranger = client_for(world.second_county_lawyer.account)
        answer = stranger.post("/my/records/", upload(data))
        assert answer.status_code == 422
        assert "没有这个编号的 U 盘" in words(answer)


class TestLostOnThePage:
    def test_it_is_declared_and_its_records_are_refused(self, lawyer, stick, pc):
        data = pc().play(0, 60, at=0).save()
        assert lawyer.post(f"/sticks/{stick.number}/revoke/", {"reason": ""}).status_code == 422
        page = words(lawyer.post(f"/sticks/{stick.number}/revoke/", {"reason": "丢在车上"}, follow=True))
        assert "已挂失" in page
        answer = lawyer.post("/my/records/", upload(data))
        assert answer.status_code == 422
        assert "已挂失" in words(answer)


class TestLists:
    def seed(self, world, lecture, evening, many):
        for _ in range(many):
            stick = make_stick(
                lawyer=world.county_lawyer,
                lectures=[lecture],
                way="light",
                by=world.county_contact,
                at=world.now,
            )
            record = OldPc(stick, evening).play(0, 1, at=0).save()
            bring_back(data=record, by=world.county_contact, at=evening + timedelta(days=1))

    @pytest.mark.parametrize("who", ["county_contact", "beneficiary_officer", "administrator"])
    @pytest.mark.parametrize("address", ["/office/sticks/", "/office/bundles/"])
    def test_a_list_asks_the_database_as_often_for_many_as_for_one(
        self, later, world, lecture, evening, client_for, who, address, django_assert_num_queries
    ):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        self.seed(world, lecture, evening, 1)
        client = client_for(getattr(world, who))
        client.get(address)
        with CaptureQueriesContext(connection) as one:
            client.get(address)
        self.seed(world, lecture, evening, 5)
        with CaptureQueriesContext(connection) as many:
            page = words(client.get(address))
        assert page.count("U-000") >= 6
        assert len(many) == len(one)

    def test_a_desk_sees_its_own_lawyers_only(self, later, world, lecture, client_for, stick):
        assert stick.number in words(client_for(world.beneficiary_officer).get("/office/sticks/"))
        assert stick.number not in words(client_for(world.yunnan_officer).get("/office/sticks/"))

    def test_a_number_is_searched(self, contact, stick):
        assert stick.number in words(contact.get("/office/sticks/", {"number": "u-0001"}))
        assert "没有这个编号" in words(contact.get("/office/sticks/", {"number": "U-0777"}))

    def test_a_lawyer_has_no_desk(self, lawyer, version):
        assert lawyer.get("/office/sticks/").status_code == 403
        assert lawyer.get("/office/bundles/").status_code == 403


class TestTheFileItself:
    def test_the_record_that_came_back_opens_from_the_sticks_page_for_who_reaches_it(
        self, lawyer, contact, stick, pc, world, client_for
    ):
        data = pc().play(0, 60, at=0).save()
        lawyer.post("/my/records/", upload(data))
        address = f"/sticks/{stick.number}/records/{Bundle.objects.get().pk}/"
        for reader in (lawyer, contact):
            assert address in words(reader.get(f"/sticks/{stick.number}/"))
            answer = reader.get(address)
            assert answer.content == data
            assert answer["Content-Disposition"].startswith("attachment")
            assert answer["Cache-Control"] == "private, no-store"
        for stranger in (world.second_county_lawyer.account, world.yunnan_officer, world.editor):
            assert client_for(stranger).get(address).status_code == 404

    def test_the_record_of_another_stick_is_not_there(self, lawyer, stick, pc, world, lecture):
        lawyer.post("/my/records/", upload(pc().play(0, 60, at=0).save()))
        other = make_stick(
            lawyer=world.county_lawyer, lectures=[lecture], way="light", by=world.county_account, at=world.now
        )
        assert lawyer.get(f"/sticks/{other.number}/records/{Bundle.objects.get().pk}/").status_code == 404

    def test_what_was_refused_because_the_stick_was_lost_is_kept_too(self, lawyer, stick, pc, world):
        data = pc().play(0, 60, at=0).save()
        revoke_stick(stick=stick, reason="丢了", by=world.county_account, at=world.now)
        lawyer.post("/my/records/", upload(data))
        assert vault.read(Bundle.objects.get().sha256) == data


class TestToDo:
    def waiting(self, account, on):
        return [task.what for group in groups(account, on) for task in group.tasks]

    def test_a_desk_is_told_of_sticks_that_end_and_brought_nothing(self, world, stick, pc, evening):
        last = stick.last_date
        for desk in (world.county_contact, world.beneficiary_officer):
            assert self.waiting(desk, last - timedelta(days=8)) == []
            for day in (-7, 0, 29):
                assert self.waiting(desk, last + timedelta(days=day)) == [f"U 盘 {stick.number}"]
            assert self.waiting(desk, last + timedelta(days=31)) == []
        for other in (world.yunnan_officer, world.county_account, world.national_officer):
            assert self.waiting(other, last) == []
        bring_back(data=pc().play(0, 60, at=0).save(), by=world.county_account, at=evening)
        assert self.waiting(world.county_contact, last) == []

    def test_a_lost_one_is_nobodys_task(self, world, stick):
        revoke_stick(stick=stick, reason="丢了", by=world.county_account, at=world.now)
        assert self.waiting(world.county_contact, stick.last_date) == []


def test_the_page_for_old_browsers_names_the_stick(lawyer, client):
    assert "/my/sticks/" in words(lawyer.get("/compat/"))
    page = words(client.get("/compat/"))
    assert "U 盘" in page
    assert "/my/sticks/" not in page
