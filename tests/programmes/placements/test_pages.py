"""Pages of the registers: real forms, refusals in sentences, nobody sees another association's people."""

import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zipfile import ZipFile

import pytest
from django.test import Client
from django.urls import reverse

from programmes.placements import trainees
from programmes.placements.models import CountyClass, Donation, PoolMember, StipendPayment, Topic, Trainee
from programmes.placements.rules import Part
from programmes.placements.todo import groups
from qianchang.people.models import Account
from tests.programmes.placements.factories import CLASS_BEGINS, FIRM_BEGINS, Registers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

TRAINEES, DONATIONS = "/office/registers/trainees/", "/office/registers/donations/"
POOL, PAIRS, CLASSES = "/office/registers/pool/", "/office/registers/pairs/", "/office/registers/classes/"

Desk = Callable[[Account], Client]


@pytest.fixture
def desk(registers: Registers) -> Desk:
    """Signs somebody in, who typed the password a moment ago."""

    def of(account: Account) -> Client:
        client = Client()
        client.force_login(account)
        session = client.session
        session["account_authentication_methods"] = [{"method": "password", "at": registers.now.timestamp()}]
        session["account_authentication_methods_user"] = str(account.pk)
        session.save()
        return client

    return of


def text(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined]


def cells(content: bytes) -> str:
    return ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml").decode() + "".join(
        ZipFile(io.BytesIO(content)).read(name).decode()
        for name in ZipFile(io.BytesIO(content)).namelist()
        if "sharedStrings" in name
    )


class TestTrainees:
    def test_the_whole_way_by_forms(self, desk: Desk, registers: Registers) -> None:
        world = registers.world
        b, s = desk(world.beneficiary_officer), desk(world.supporting_officer)
        # When Guangxi nominates 韦晓岚,
        sent = {
            "licence_number": world.county_lawyer.licence_number,
            "host": registers.guangzhou.pk,
            "year": 2026,
        }
        assert b.post(f"{TRAINEES}new/", sent).status_code == 302
        here = f"{TRAINEES}{Trainee.objects.get().pk}/"
        # Guangdong takes her in,
        assert 'id="accept"' in text(s.get(here))
        assert 'id="accept"' not in text(b.get(here))
        assert s.post(f"{here}accept/").status_code == 302
        # logs a week of class and four weeks at a firm by stretches,
        assert (
            s.post(
                f"{here}days/",
                {
                    "part": "class",
                    "first": CLASS_BEGINS,
                    "last": CLASS_BEGINS + timedelta(days=6),
                    "place": "广州",
                },
            ).status_code
            == 302
        )
        assert 'id="finish"' not in text(s.get(here))
        last = FIRM_BEGINS + timedelta(days=27)
        assert (
            s.post(
                f"{here}days/", {"part": "firm", "first": FIRM_BEGINS, "last": last, "place": "岭南所"}
            ).status_code
            == 302
        )
        assert 'id="finish"' in text(s.get(here))
        assert s.post(f"{here}finish/").status_code == 302
        # and pays.
        assert s.post(f"{here}stipend/", {"paid_date": world.day, "reference": "记-117"}).status_code == 302
        assert Trainee.objects.get().stage == "finished"
        assert StipendPayment.objects.get().amount_cny == 2000
        # Another officer takes the payment back.
        other = desk(world.second_supporting_officer)
        assert other.post(f"{here}stipend/back/", {"reason": "写错"}).status_code == 302
        assert StipendPayment.objects.count() == 2

    def test_what_is_faulty_is_said_beside_the_field(self, desk: Desk, registers: Registers) -> None:
        world = registers.world
        b, s = desk(world.beneficiary_officer), desk(world.supporting_officer)
        said = b.post(f"{TRAINEES}new/", {"licence_number": "1", "host": "99999", "year": "26"})
        assert said.status_code == 422
        assert text(said).count('class="bad"') == 3
        # A lawyer of Yunnan's roster does not answer to Guangxi's officer.
        number = world.yunnan_lawyer.licence_number
        foreign = {"licence_number": number, "host": registers.guangzhou.pk, "year": 2026}
        assert b.post(f"{TRAINEES}new/", foreign).status_code == 422
        here = f"{TRAINEES}{registers.accepted().pk}/"
        early = {"part": "firm", "first": FIRM_BEGINS, "place": "岭南所"}
        assert s.post(f"{here}days/", early).status_code == 422
        assert s.post(f"{here}withdraw/", {"reason": ""}).status_code == 422
        assert s.post(f"{here}stipend/", {"paid_date": "", "reference": ""}).status_code == 422
        assert Trainee.objects.get().stage == "accepted"

    def test_two_officers_accept_at_once_and_the_second_is_told(
        self, desk: Desk, registers: Registers
    ) -> None:
        world, trainee = registers.world, registers.nominated()
        first, second = desk(world.supporting_officer), desk(world.second_supporting_officer)
        assert first.post(f"{TRAINEES}{trainee.pk}/accept/").status_code == 302
        told = second.post(f"{TRAINEES}{trainee.pk}/refuse/", {"reason": "名额已满"}, follow=True)
        assert 'class="note er"' in text(told)
        assert Trainee.objects.get().stage == "accepted"

    def test_a_day_is_struck(self, desk: Desk, registers: Registers) -> None:
        s, trainee = desk(registers.world.supporting_officer), registers.accepted()
        registers.log(trainee, Part.CLASS, CLASS_BEGINS, 1)
        day, url = trainee.days.get(), f"{TRAINEES}{trainee.pk}/days/strike/"
        assert s.post(url, {"day": day.pk}).status_code == 302
        assert trainee.days.filter(struck_at__isnull=True).count() == 0
        assert "note er" in text(s.post(url, {"day": day.pk}, follow=True))

    def test_who_sees_whom(self, desk: Desk, registers: Registers) -> None:
        world = registers.world
        trainee = registers.nominated(world.county_lawyer)
        elsewhere = world.grant(world.account("sz", "深圳"), "supporting_officer", registers.shenzhen)
        for account in (world.beneficiary_officer, world.supporting_officer, registers.host_officer):
            assert "韦晓岚" in text(desk(account).get(TRAINEES))
        for account in (world.yunnan_officer, elsewhere):
            assert "韦" not in text(desk(account).get(TRAINEES))
            assert desk(account).get(f"{TRAINEES}{trainee.pk}/").status_code == 404
        for account in (world.national_officer, world.administrator):
            page = text(desk(account).get(TRAINEES))
            assert "韦晓岚" not in page
            assert "韦*岚" in page
            one = text(desk(account).get(f"{TRAINEES}{trainee.pk}/"))
            assert "韦晓岚" not in one

    def test_the_list_is_filtered_and_exported_with_hidden_names(
        self, desk: Desk, registers: Registers
    ) -> None:
        registers.nominated(registers.world.county_lawyer)
        registers.accepted(registers.lawyer(name="=HYPERLINK(1)"))
        s = desk(registers.world.supporting_officer)
        assert "韦晓岚" not in text(s.get(TRAINEES, {"stage": "accepted"}))
        assert "韦晓岚" in text(s.get(TRAINEES, {"stage": "nominated", "year": "2026"}))
        assert "韦晓岚" not in text(s.get(TRAINEES, {"host": "CN-GD-440300"}))
        file = s.get(f"{TRAINEES}file/")
        assert file["Content-Disposition"].endswith('.xlsx"')
        said = cells(file.content)
        assert "韦*岚" in said
        assert "韦晓岚" not in said
        assert "<f>" not in said

    def test_the_list_asks_no_more_for_more_trainees(
        self, desk: Desk, registers: Registers, django_assert_num_queries
    ) -> None:
        s = desk(registers.world.supporting_officer)
        registers.accepted()
        s.get(TRAINEES)
        with django_assert_num_queries(QUERIES["trainees"]):
            s.get(TRAINEES)
        for _each in range(6):
            registers.accepted()
        registers.paid(registers.finished())
        with django_assert_num_queries(QUERIES["trainees"]):
            s.get(TRAINEES)

    def test_places_of_a_year_are_set(self, desk: Desk, registers: Registers) -> None:
        s, url = desk(registers.world.supporting_officer), f"{TRAINEES}places/"
        sent = {"host": registers.shenzhen.pk, "year": 2026, "places": 25, "basis": "粤律发2026年1号"}
        assert s.post(url, sent).status_code == 302
        assert "25" in text(s.get(url))
        assert s.post(url, {**sent, "basis": ""}).status_code == 422


class TestDonations:
    def test_the_whole_way_by_forms(self, desk: Desk, registers: Registers) -> None:
        world = registers.world
        s, b = desk(world.supporting_officer), desk(world.beneficiary_officer)
        sent = {
            "donor": registers.guangzhou.pk,
            "beneficiary": world.guangxi.pk,
            "year": 2026,
            "kind": "vehicle",
            "quantity": 1,
            "value_cny": "68000.50",
            "description": "=粤A12345",
        }
        cheap = s.post(f"{DONATIONS}new/", {**sent, "value_cny": "49999"})
        assert cheap.status_code == 422
        assert "50,000" in text(cheap)
        assert s.post(f"{DONATIONS}new/", sent).status_code == 302
        here = f"{DONATIONS}{Donation.objects.get().pk}/"
        assert 'id="verify"' not in text(b.get(here))
        delivery = {"firm": world.napo_firm.name, "delivered_date": world.day}
        assert s.post(f"{here}deliver/", {**delivery, "firm": "没有的所"}).status_code == 422
        assert s.post(f"{here}deliver/", delivery).status_code == 302
        assert 'id="verify"' in text(b.get(here))
        assert b.post(f"{here}verify/").status_code == 302
        assert Donation.objects.get().state == "verified"
        # It was never registered in the firm's name: a colleague takes it back.
        other = desk(world.second_beneficiary_officer)
        assert other.post(f"{here}reverse/", {"reason": ""}).status_code == 422
        assert other.post(f"{here}reverse/", {"reason": "没有过户"}).status_code == 302
        assert "没有过户" in text(s.get(here))
        said = cells(s.get(f"{DONATIONS}file/").content)
        assert "68000.50" in said
        assert "<f>" not in said

    def test_computers_of_the_national_association(self, desk: Desk, registers: Registers) -> None:
        world = registers.world
        sent = {
            "donor": world.national.pk,
            "beneficiary": world.yunnan.pk,
            "year": 2026,
            "kind": "computers",
            "quantity": 10,
            "value_cny": "40000",
            "firm": world.yunnan_firm.name,
        }
        assert desk(world.national_officer).post(f"{DONATIONS}new/", sent).status_code == 302
        row = Donation.objects.get()
        assert (row.plan.code, row.supporter, row.firm) == ("XY-QR", world.national, world.yunnan_firm)

    def test_who_sees_what(self, desk: Desk, registers: Registers) -> None:
        world, gift = registers.world, registers.delivered()
        assert desk(world.yunnan_officer).get(f"{DONATIONS}{gift.pk}/").status_code == 404
        assert 'id="why-not-verify"' not in text(
            desk(world.beneficiary_officer).get(f"{DONATIONS}{gift.pk}/")
        )
        page = text(desk(world.supporting_officer).get(DONATIONS, {"year": "2026", "kind": "vehicle"}))
        assert f'href="{DONATIONS}{gift.pk}/"' in page
        assert "珠海捐赠1辆" in page

    def test_the_list_asks_no_more_for_more_gifts(
        self, desk: Desk, registers: Registers, django_assert_num_queries
    ) -> None:
        s = desk(registers.world.supporting_officer)
        registers.verified()
        s.get(DONATIONS)
        with django_assert_num_queries(QUERIES["donations"]):
            s.get(DONATIONS)
        for _each in range(5):
            registers.delivered()
        with django_assert_num_queries(QUERIES["donations"]):
            s.get(DONATIONS)


class TestOthers:
    def test_a_young_lawyer_enters_and_leaves(self, desk: Desk, registers: Registers) -> None:
        world, b = registers.world, desk(registers.world.beneficiary_officer)
        too_old = b.post(POOL, {"licence_number": world.second_county_lawyer.licence_number})
        assert too_old.status_code == 422
        assert b.post(POOL, {"licence_number": world.county_lawyer.licence_number}).status_code == 302
        assert "韦晓岚" in text(b.get(POOL))
        assert "韦*岚" in text(desk(world.national_officer).get(POOL))
        assert "韦" not in text(desk(world.supporting_officer).get(POOL))
        url = f"{POOL}{PoolMember.objects.get().pk}/leave/"
        assert desk(world.yunnan_officer).get(url).status_code == 404
        assert b.post(url, {"until": world.day, "reason": "转出"}).status_code == 422
        tomorrow = world.day + timedelta(days=1)
        assert b.post(url, {"until": tomorrow, "reason": "转出"}).status_code == 302
        assert "韦晓岚" not in text(b.get(POOL))

    def test_pairs_say_what_the_document_says(self, desk: Desk, registers: Registers) -> None:
        page = text(desk(registers.world.national_officer).get(PAIRS))
        assert re.search(r"13.*0", page[page.index('id="stated"') :][:200], re.S)
        assert reverse("manage:pairings") in page
        assert reverse("manage:pairings") not in text(desk(registers.world.supporting_officer).get(PAIRS))

    def test_a_class_is_recorded_and_counted(self, desk: Desk, registers: Registers) -> None:
        world, b = registers.world, desk(registers.world.beneficiary_officer)
        topics = [topic.pk for topic in Topic.objects.order_by("position")[:2]]
        first = world.day - timedelta(days=3)
        sent = {
            "organiser": world.guangxi.pk,
            "kind": "rotation",
            "title": "县域律师轮训",
            "first": first,
            "last": first,
            "topics": topics,
        }
        assert b.post(f"{CLASSES}new/", {**sent, "topics": []}).status_code == 422
        assert b.post(f"{CLASSES}new/", {**sent, "last": first - timedelta(days=1)}).status_code == 422
        assert b.post(f"{CLASSES}new/", sent).status_code == 302
        row = CountyClass.objects.get()
        here = f"{CLASSES}{row.pk}/"
        assert b.post(f"{here}count/", {"lawyers": "-1", "others": ""}).status_code == 422
        assert b.post(f"{here}count/", {"lawyers": 61, "others": 4}).status_code == 302
        assert "61" in text(desk(world.supporting_officer).get(CLASSES))
        assert desk(world.supporting_officer).post(f"{here}count/", {"lawyers": 1}).status_code == 403
        assert "县域律师轮训" in cells(b.get(f"{CLASSES}file/").content)

    @pytest.mark.parametrize("name", ["pool", "pairs", "classes"])
    def test_the_lists_ask_as_much_as_is_pinned(
        self, desk: Desk, registers: Registers, django_assert_num_queries, name: str
    ) -> None:
        b, url = desk(registers.world.beneficiary_officer), reverse(f"placements:{name}")
        registers.member()
        registers.county_class()
        b.get(url)
        with django_assert_num_queries(QUERIES[name]):
            b.get(url)
        registers.member()
        registers.county_class(title="第二期")
        with django_assert_num_queries(QUERIES[name]):
            b.get(url)


class TestToDo:
    def test_the_day_of_a_nomination_is_that_of_the_place(self, registers: Registers) -> None:
        # One in the morning in Beijing is still the day before by universal time.
        registers.nominated()
        Trainee.objects.update(nominated_at=datetime(2026, 10, 30, 17, tzinfo=UTC))

        (task,) = next(iter(groups(registers.world.supporting_officer, registers.world.day))).tasks

        assert "31" in task.note

    def test_each_side_is_told_what_waits(self, registers: Registers) -> None:
        world = registers.world
        registers.nominated()
        trainee = registers.finished()
        registers.delivered()

        def waiting(account: Account) -> list[int]:
            return [group.count for group in groups(account, world.day)]

        assert waiting(world.supporting_officer) == [1, 1]
        assert waiting(registers.host_officer) == [1, 0]
        assert waiting(world.beneficiary_officer) == [1]
        assert waiting(world.national_officer) == waiting(world.county_account) == []
        # Once everything is done nothing waits; what was taken back waits again.
        registers.paid(trainee)
        trainees.refuse_trainee(
            trainee=Trainee.objects.get(stage="nominated"),
            reason="满。",
            by=world.supporting_officer,
            at=registers.now,
        )
        assert waiting(world.supporting_officer) == [0, 0]


# How many questions a list asks, the session and the account among them.
QUERIES = {"trainees": 15, "donations": 12, "pool": 9, "pairs": 9, "classes": 10}
