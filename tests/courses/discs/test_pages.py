"""The pages of discs: what stands on them, what their forms do, and how much they ask the database."""

import hashlib
import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from courses.discs import asking, board, codes
from courses.discs.models import Disc, DiscMaster, DiscRequest
from courses.discs.scope import scope_of
from media_pipeline.conductor.models import DiscImage
from qianchang.people import todo as todo_list

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today(world):
    with time_machine.travel(world.now, tick=False):
        yield


@pytest.fixture
def desk(discs, client_for):
    return client_for(discs.world.supporting_officer)


def text_of(response):
    return response.content.decode()


class TestBoard:
    def test_it_shows_serial_holder_and_parcel(self, discs, desk):
        discs.sent()
        page = text_of(desk.get(reverse("discs:board")))
        for word in ("D-0001", "那坡县", "罗联络员", "EMS EA123456789CN", "广东律师讲座第一辑"):
            assert word in page

    def test_filters_by_state_search_and_overdue(self, discs, desk):
        master = discs.master()
        discs.made(master)
        discs.sent(discs.made(master))

        def serials(query):
            return set(re.findall(r"D-\d{4}", text_of(desk.get(reverse("discs:board") + query))))

        assert serials("?state=made") == {"D-0001"}
        assert serials("?q=d2") == {"D-0002"}
        assert serials("?q=那坡") == {"D-0001", "D-0002"}
        assert serials("?q=靖西") == set()
        assert serials("?overdue=1") == set()
        assert serials("?state=nonsense") == {"D-0001", "D-0002"}

    def test_a_disc_is_overdue_on_the_day_after_sixty(self, discs):
        disc = discs.sent()
        scope = scope_of(discs.world.supporting_officer, on=discs.world.day)
        for days, found in ((60, []), (61, [disc])):
            on = discs.world.day + timedelta(days=days)
            assert list(board.discs_seen_by(scope, overdue_on=on)) == found
            assert [line.overdue for line in board.lines([disc], scope, on=on)] == [bool(found)]

    def test_nothing_out_is_said(self, desk):
        assert "empty" in text_of(desk.get(reverse("discs:board")))

    def test_thirty_discs_cost_as_much_as_one(self, discs, desk, django_assert_max_num_queries):
        master = discs.master()
        first = discs.numbered(master)[0]
        desk.get(reverse("discs:board"))
        with CaptureQueriesContext(connection) as one:
            desk.get(reverse("discs:board"))
        discs.sent(discs.finish(first))
        for disc in discs.numbered(master, count=12):
            discs.finish(disc)
        discs.numbered(master, count=10)
        with django_assert_max_num_queries(len(one)):
            page = desk.get(reverse("discs:board"))
        assert "D-0023" in text_of(page)

    def test_the_other_region_sees_nothing(self, discs, client_for):
        discs.sent()
        page = client_for(discs.world.yunnan_officer).get(reverse("discs:board"))
        assert "D-0001" not in text_of(page)

    def test_the_list_of_checksums_is_what_sha256sum_reads(self, discs, desk):
        disc = discs.made()
        page = desk.get(reverse("discs:sums"))
        assert text_of(page) == f"{disc.iso_sha256}  D-0001.iso\n"


class TestMaking:
    def test_from_search_to_numbers(self, discs, desk):
        lecture = discs.lecture("边境贸易合同")
        found = desk.get(reverse("discs:compose"), {"q": "边境"})
        assert f"?lecture={lecture.pk}" in text_of(found)
        page = desk.post(
            reverse("discs:compose"),
            {"lecture": [lecture.pk], "title": "边贸", "maker": discs.world.guangdong.pk},
        )
        master = DiscMaster.objects.get()
        assert page.headers["Location"] == reverse("discs:master", args=[master.pk])
        made = desk.post(
            reverse("discs:master", args=[master.pk]),
            {"count": 3, "beneficiary": discs.world.guangxi.pk, "county": "那坡县"},
        )
        assert made.status_code == 302
        assert [disc.region for disc in Disc.objects.all()] == [discs.world.napo_region] * 3

    def test_what_is_too_long_says_by_how_much_before_and_after_the_button(self, discs, desk):
        lectures = [discs.lecture(f"第{number}讲", minutes=250) for number in range(2)]
        numbers = [lecture.pk for lecture in lectures]
        assert 'class="er-t"' in text_of(desk.get(reverse("discs:compose"), {"lecture": numbers}))
        page = desk.post(
            reverse("discs:compose"), {"lecture": numbers, "title": "太长", "maker": discs.world.guangdong.pk}
        )
        assert page.status_code == 422
        assert not DiscMaster.objects.exists()

    def test_a_county_that_is_none_is_an_error_beside_its_field(self, discs, desk):
        master = discs.master()
        page = desk.post(
            reverse("discs:master", args=[master.pk]),
            {"count": 1, "beneficiary": discs.world.guangxi.pk, "county": "没有县"},
        )
        assert page.status_code == 422
        assert "没有县" in text_of(page)
        assert not Disc.objects.exists()

    def test_a_request_goes_with_its_address_into_the_disc(self, discs, desk):
        world, lecture = discs.world, discs.lecture()
        request = asking.ask_for_disc(
            lectures=[lecture], to=discs.to_napo(), reason="慢", by=world.county_account, at=world.now
        )
        page = desk.get(reverse("discs:request", args=[request.pk]))
        assert f"request={request.pk}" in text_of(page)
        composed = desk.post(
            reverse("discs:compose"),
            {"lecture": [lecture.pk], "title": "申请", "maker": world.guangdong.pk, "request": request.pk},
        )
        form = text_of(desk.get(composed.headers["Location"]))
        assert request.address in form
        desk.post(
            composed.headers["Location"],
            {
                "count": 1,
                "beneficiary": world.guangxi.pk,
                "county": "那坡县",
                "recipient": request.recipient,
                "address": request.address,
                "request": request.pk,
            },
        )
        assert Disc.objects.get().request == request


class TestOneDisc:
    def test_the_image_is_taken_away_by_a_signed_address(self, discs, desk):
        disc = discs.made()
        answer = desk.get(reverse("discs:image", args=[disc.serial]))
        assert answer.status_code == 302
        assert "/media/" in answer.headers["Location"]
        assert "qc_viewer" in answer.cookies

    def test_an_image_that_is_kept_no_longer_is_offered_anew(self, discs, desk):
        disc = discs.made()
        DiscImage.objects.update(dropped_at=discs.world.now)
        assert desk.get(reverse("discs:image", args=[disc.serial])).headers["Location"] == reverse(
            "discs:disc", args=[disc.serial]
        )
        page = text_of(desk.get(reverse("discs:disc", args=[disc.serial])))
        assert reverse("discs:again", args=[disc.serial]) in page
        desk.post(reverse("discs:again", args=[disc.serial]))
        assert DiscImage.objects.filter(state="queued").count() == 1
        page = text_of(desk.get(reverse("discs:disc", args=[disc.serial])))
        assert 'id="call-off"' in page
        assert "不会寄出" not in page, "it was burned already, perhaps"

    def test_what_is_made_can_be_called_off_with_one_button(self, discs, desk, client_for):
        disc = discs.numbered()[0]
        address = reverse("discs:call_off", args=[disc.serial])
        page = text_of(desk.get(reverse("discs:disc", args=[disc.serial])))
        assert address in page
        assert "不会寄出" in page
        queue = client_for(discs.world.administrator)
        assert "D-0001" in text_of(queue.get(reverse("queue:queue")))
        assert desk.post(address).status_code == 302
        page = text_of(desk.get(reverse("discs:disc", args=[disc.serial])))
        assert address not in page
        assert reverse("discs:again", args=[disc.serial]) in page
        assert "不再制作" in page
        assert "D-0001" not in text_of(queue.get(reverse("queue:queue")))
        assert desk.get(reverse("discs:board") + "?state=called_off").context["lines"][0].disc == disc

    def test_a_county_calls_nothing_off(self, discs, client_for):
        disc = discs.numbered()[0]
        address = reverse("discs:call_off", args=[disc.serial])
        county = client_for(discs.world.county_contact)
        assert address not in text_of(county.get(reverse("discs:disc", args=[disc.serial])))
        assert county.post(address).status_code == 403

    def test_a_county_notes_receipt_and_sees_no_image(self, discs, client_for):
        disc = discs.sent()
        county = client_for(discs.world.county_contact)
        page = text_of(county.get(reverse("discs:disc", args=[disc.serial])))
        assert 'id="to-receive"' in page
        assert reverse("discs:image", args=[disc.serial]) not in page
        county.post(
            reverse("discs:step", args=[disc.serial, "receive"]),
            {"day": discs.world.day.isoformat(), "words": "罗联络员"},
        )
        disc.refresh_from_db()
        assert disc.state == "received"
        assert county.get(reverse("discs:image", args=[disc.serial])).status_code == 403

    def test_a_step_that_cannot_be_is_an_error_of_its_form(self, discs, desk):
        disc = discs.made()
        page = desk.post(
            reverse("discs:step", args=[disc.serial, "back"]), {"day": discs.world.day.isoformat()}
        )
        assert page.status_code == 422
        assert "D-0001" in text_of(page)

    def test_a_step_without_its_day_is_an_error_and_changes_nothing(self, discs, desk):
        disc = discs.sent()
        assert desk.post(reverse("discs:step", args=[disc.serial, "lost"]), {}).status_code == 422
        assert desk.post(reverse("discs:step", args=[disc.serial, "eaten"]), {}).status_code == 404
        assert disc.events.count() == 2

    def test_a_strangers_disc_is_none(self, discs, client_for):
        disc = discs.sent()
        for account in (discs.world.yunnan_officer, discs.world.county_account):
            assert client_for(account).get(reverse("discs:disc", args=[disc.serial])).status_code == 404


class TestParcel:
    def said(self, discs, **more):
        world = discs.world
        return {
            "serials": "d1 D-0002",
            "beneficiary": world.guangxi.pk,
            "county": "那坡县",
            "recipient": "罗联络员",
            "address": "那坡县司法局",
            "how": "parcel",
            "carrier": "EMS",
            "tracking_number": "EA1",
            "sent_date": world.day.isoformat(),
            **more,
        }

    def test_two_discs_in_one_parcel_and_then_their_label(self, discs, desk):
        for disc in discs.numbered(count=2):
            discs.finish(disc)
        page = desk.post(reverse("discs:dispatch"), self.said(discs))
        assert page.headers["Location"].startswith(reverse("discs:labels"))
        assert set(Disc.objects.values_list("state", flat=True)) == {"dispatched"}
        labels = text_of(desk.get(page.headers["Location"]))
        assert "那坡县司法局" in labels

    def test_another_countys_disc_is_refused_with_the_sentence(self, discs, desk):
        world = discs.world
        jingxi = world.region("451081", "靖西市", "county", world.baise_region)
        discs.made(to=discs.to_napo(jingxi))
        page = desk.post(reverse("discs:dispatch"), self.said(discs, serials="D-0001"))
        assert page.status_code == 422
        assert "靖西市" in text_of(page)

    @pytest.mark.parametrize("serials", ["", "盘", "D-0999"])
    def test_numbers_that_are_none_are_refused(self, discs, desk, serials):
        discs.made()
        assert desk.post(reverse("discs:dispatch"), self.said(discs, serials=serials)).status_code == 422

    def test_the_form_knows_the_disc_that_it_was_opened_for(self, discs, desk):
        disc = discs.made()
        page = text_of(desk.get(reverse("discs:dispatch"), {"serials": disc.serial}))
        assert "那坡县" in page
        assert escape(disc.address) in page


class TestMyDiscs:
    def test_a_lawyer_asks_sees_it_and_takes_it_back(self, discs, client_for):
        lecture, mine = discs.lecture(), client_for(discs.world.county_account)
        form = mine.get(reverse("discs:ask"), {"lecture": lecture.pk})
        assert lecture.title in text_of(form)
        sent = mine.post(
            reverse("discs:ask"),
            {
                "lecture": [lecture.pk],
                "beneficiary": discs.world.guangxi.pk,
                "county": "那坡县",
                "recipient": "罗联络员",
                "address": "司法局",
                "reason": "视频打不开",
            },
        )
        assert sent.status_code == 302
        request = DiscRequest.objects.get()
        assert lecture.title in text_of(mine.get(reverse("discs:my")))
        mine.post(reverse("discs:withdraw", args=[request.pk]))
        request.refresh_from_db()
        assert request.withdrawn_at is not None

    def test_nobody_takes_back_what_another_asked_for(self, discs, client_for):
        world = discs.world
        request = asking.ask_for_disc(
            lectures=[discs.lecture()], to=discs.to_napo(), reason="慢", by=world.county_account, at=world.now
        )
        stranger = client_for(world.second_county_lawyer.account)
        assert stranger.post(reverse("discs:withdraw", args=[request.pk])).status_code == 404

    def test_an_answer_sheet_is_typed_in_two_steps(self, discs, client_for):
        world, disc = discs.world, discs.received()
        mine = client_for(world.county_account)
        assert "D-0001" in text_of(mine.get(reverse("discs:my")))
        version = disc.master.lectures.get().version
        typed = " ".join(code.digits for code in codes.codes_of(disc, version))
        said = {"version": version.pk, "watched_date": world.day.isoformat(), "agreed": "on"}
        address = reverse("discs:my_answer") + "?serial=d1"
        with time_machine.travel(world.later(hours=4), tick=False):
            wrong = mine.post(address, {**said, "codes": "1 2 3"})
            assert wrong.status_code == 422
            assert mine.post(address, {**said, "codes": typed}).status_code == 302
        assert world.county_lawyer.credit_entries.count() == 1

    def test_an_officer_types_it_by_licence_number(self, discs, client_for):
        world, disc = discs.world, discs.received()
        version = disc.master.lectures.get().version
        typed = " ".join(code.digits for code in codes.codes_of(disc, version))
        said = {"version": version.pk, "watched_date": world.day.isoformat(), "agreed": "on", "codes": typed}
        address = reverse("discs:office_answer") + "?serial=D-0001"
        with time_machine.travel(world.later(hours=4), tick=False):
            stranger = client_for(world.yunnan_officer).post(
                address, {**said, "licence_number": world.county_lawyer.licence_number}
            )
            assert stranger.status_code == 422
            done = client_for(world.beneficiary_officer).post(
                address, {**said, "licence_number": world.county_lawyer.licence_number}
            )
        assert done.status_code == 302
        assert world.county_lawyer.credit_entries.count() == 1


class TestToDo:
    def groups(self, account, on):
        return {group.title: [task.what for task in group.tasks] for group in todo_list.todo(account, on=on)}

    def test_what_was_asked_for_and_what_was_made_waits_to_be_sent(self, discs):
        world = discs.world
        asking.ask_for_disc(
            lectures=[discs.lecture()], to=discs.to_napo(), reason="慢", by=world.county_account, at=world.now
        )
        discs.made()
        found = self.groups(world.supporting_officer, world.day)
        (sending,) = [tasks for tasks in found.values() if "D-0001" in tasks]
        assert len(sending) == 2
        assert not any("D-0001" in tasks for tasks in self.groups(world.yunnan_officer, world.day).values())

    def test_a_disc_whose_image_was_given_up_waits_for_whoever_makes_it(self, discs):
        world = discs.world
        discs.numbered()
        found = self.groups(world.supporting_officer, world.day)
        assert not any("D-0001" in tasks for tasks in found.values())
        DiscImage.objects.update(state="failed", error_code="disc_too_full", finished_at=world.now)
        (group,) = [each for each in todo_list.todo(world.supporting_officer, on=world.day) if each.tasks]
        assert [(task.what, "少几讲" in task.note) for task in group.tasks] == [("D-0001", True)]
        found = self.groups(world.county_contact, world.day)
        assert not any("D-0001" in tasks for tasks in found.values())

    def test_the_county_is_reminded_of_what_comes_and_of_what_it_keeps(self, discs):
        world = discs.world
        disc = discs.sent()
        assert ["D-0001"] in self.groups(world.county_contact, world.day).values()
        discs.received(disc)
        assert ["D-0001"] not in self.groups(world.county_contact, world.day).values()
        late = world.day + timedelta(days=61)
        assert ["D-0001"] in self.groups(world.county_contact, late).values()


def test_a_checksum_of_a_page_is_the_checksum_of_the_master(discs, desk):
    master = discs.master()
    page = text_of(desk.get(reverse("discs:master", args=[master.pk])))
    assert master.sha256 in page.replace("<wbr>", "")
    assert len(master.sha256) == len(hashlib.sha256().hexdigest())
