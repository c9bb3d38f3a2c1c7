"""A telephone conference: the codes that the host speaks, the log that becomes a sheet, and dial-in sites on paper."""

from datetime import time
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from courses.attendance import presence
from courses.credits.models import CreditEntry
from courses.schedule.log_import import import_log
from courses.sheets import deciding, queries, rules
from courses.sheets.door import conference
from courses.sheets.door.taking import UnableToTake, take_log
from courses.sheets.models import Sheet, SheetVersion
from courses.sheets.operations import save_version
from courses.sheets.scheduling import open_sheet

pytestmark = pytest.mark.django_db

LOG = """会议主题,边境贸易合同审查
姓名,入会时间,退会时间
韦晓岚,2026-10-12 08:40:00,2026-10-12 11:05:00
14510200910556677,2026-10-12 09:00:00,2026-10-12 09:46:00
杨丽江,2026-10-12 09:00:00,2026-10-12 11:00:00
路过的人,2026-10-12 09:00:00,2026-10-12 09:05:00
""".encode()


@pytest.fixture
def call(held, world):
    """A conference for Guangxi whose roster has two of those on the log."""
    assert all([world.county_lawyer, world.second_county_lawyer, world.yunnan_lawyer])
    return held("teleconference")


@pytest.fixture
def log(call, world, at):
    return import_log(session=call, content=LOG, by=world.supporting_officer, at=at(12)).piece


@pytest.fixture
def taken(call, log, world, at):
    def take(**said):
        given = {
            "log": log,
            "begins_at": time(9),
            "ends_at": time(11),
            "by": world.beneficiary_officer,
            **said,
        }
        return conference.sheet_of_log(session=call, at=at(12, 30), **given)

    return take


class TestTheHost:
    def test_speaks_one_code_for_each_three_quarters_of_an_hour_begun(self, call):
        spoken = conference.codes_to_speak(call)
        assert [each.index for each in spoken] == [1, 2, 3]
        assert all(
            presence.matches_shared(
                each.digits,
                place=f"session:{call.code}",
                version_id=call.lecture_version_id,
                index=each.index,
            )
            for each in spoken
        )

    def test_sees_at_what_time_where_the_hour_is_known(self, call):
        type(call).objects.filter(pk=call.pk).update(begins_at=time(9, 0))
        call.refresh_from_db()
        for each in conference.codes_to_speak(call):
            assert each.clock is not None
            assert each.clock.hour * 60 + each.clock.minute == 9 * 60 + each.from_minute

    def test_is_the_supporting_side_or_the_lecturer_and_never_who_copies_them(self, client_for, call, world):
        address = reverse("sheets:host_codes", args=[call.code])
        digits = conference.codes_to_speak(call)[0].digits
        for account in (world.supporting_officer, world.expert):
            assert digits in client_for(account).get(address).content.decode()
        for account in (world.beneficiary_officer, world.county_contact, world.county_account):
            assert client_for(account).get(address).status_code == 404

    def test_of_one_event_for_two_regions_speaks_once(self, call, held, world):
        other = held("teleconference", beneficiary=world.yunnan)
        both = type(call).objects.filter(pk__in=[call.pk, other.pk])
        both.update(joint_event=call.code)
        first, second = (conference.codes_to_speak(each) for each in both.order_by("pk"))
        assert [each.digits for each in first] == [each.digits for each in second]

    def test_on_site_there_is_nothing_to_speak(self, client_for, held, world):
        session = held()
        answer = client_for(world.supporting_officer).get(reverse("sheets:host_codes", args=[session.code]))
        assert answer.status_code == 404


class TestTheLog:
    def test_the_lawyers_of_the_region_stand_on_a_sheet_with_their_minutes(self, taken, world):
        sheet, saved = taken()
        assert (sheet.kind, sheet.association, sheet.region) == (Sheet.Kind.DIAL_IN, world.guangxi, None)
        assert saved.version.origin == SheetVersion.Origin.LOG
        rows = {row.lawyer_id: (row.mark, row.minutes, row.clock) for row in saved.version.rows.all()}
        assert rows == {
            # Twenty minutes of waiting are no hearing, and 118 minutes of lecture were heard whole.
            world.county_lawyer.pk: ("full", None, "device"),
            world.second_county_lawyer.pk: ("part", 46, "device"),
        }

    def test_twice_is_once(self, taken):
        assert taken()[1].version == taken()[1].version
        assert (Sheet.objects.count(), SheetVersion.objects.count()) == (1, 1)

    def test_the_log_of_another_session_is_refused(self, taken, held, world, at):
        other = held("teleconference", place="别处")
        content = LOG + "某人,2026-10-12 09:00:00,2026-10-12 09:05:00\n".encode()
        foreign = import_log(session=other, content=content, by=world.supporting_officer, at=at(12)).piece
        with pytest.raises(UnableToTake, match="先提交"):
            taken(log=foreign)
        assert not Sheet.objects.exists()

    def test_on_site_there_is_no_log(self, held, log, world, at):
        with pytest.raises(UnableToTake, match="电话会议"):
            conference.sheet_of_log(
                session=held(),
                log=log,
                begins_at=time(9),
                ends_at=time(11),
                by=world.beneficiary_officer,
                at=at(12),
            )

    def test_the_hours_that_were_keyed_later_hold(self, taken, log, world, at):
        sheet, saved = taken()
        keyed = queries.keyed_of(saved.version)
        save_version(
            sheet=sheet,
            keyed=rules.Keyed(rows=keyed.rows, begins_at=time(9, 30), ends_at=time(11, 30)),
            base=saved.version.number,
            origin="typed",
            draft_id=uuid4(),
            by=world.beneficiary_officer,
            at=at(13),
        )
        again = take_log(sheet=sheet, log=log, by=world.beneficiary_officer, at=at(13, 5)).version
        minutes = {row.lawyer_id: row.minutes for row in again.rows.all()}
        assert minutes == {world.county_lawyer.pk: 95, world.second_county_lawyer.pk: 16}

    def test_from_the_log_to_the_hours_with_the_codes_that_were_heard(self, taken, call, world, at):
        sheet, saved = taken()
        keyed = queries.keyed_of(saved.version)
        heard = tuple(each.digits for each in conference.codes_to_speak(call))
        save_version(
            sheet=sheet,
            keyed=rules.Keyed(**{**keyed.__dict__, "codes": heard, "supervisor": "何秘书"}),
            base=saved.version.number,
            origin="typed",
            draft_id=uuid4(),
            by=world.beneficiary_officer,
            at=at(13),
        )
        deciding.report(sheet=sheet, by=world.beneficiary_officer, at=at(13, 10))
        deciding.confirm(sheet=sheet, by=world.second_beneficiary_officer, at=at(15))
        given = {
            each.lawyer_id: (str(each.hours), each.mode_code, each.grade, each.codes_answered)
            for each in CreditEntry.objects.all()
        }
        assert given == {
            world.county_lawyer.pk: ("2.5", "teleconference", "A", 3),
            world.second_county_lawyer.pk: ("1.0", "teleconference", "A", 3),
        }

    def test_a_dial_in_site_has_a_sheet_of_its_own(self, call, taken, world, at):
        site = open_sheet(
            session=call,
            site="那坡县司法局",
            date=world.day,
            region=world.napo_region,
            begins_at=time(9),
            ends_at=time(11),
            by=world.beneficiary_officer,
            at=at(8),
        )
        alone, _saved = taken()
        assert (site.kind, alone.kind) == (Sheet.Kind.DIAL_IN, Sheet.Kind.DIAL_IN)
        assert [each.index for each in queries.codes_asked(site)] == [1, 2, 3]
        heard = [each.digits for each in conference.codes_to_speak(call)]
        assert queries.codes_right(site, heard) == [True, True, True]


class TestThePage:
    def test_a_log_becomes_a_sheet_by_a_button(self, client_for, call, log, world, at):
        officer = client_for(world.beneficiary_officer)
        address = reverse("sheets:rooms", args=[call.code])
        with time_machine.travel(at(13), tick=False):
            assert "会议记录" in officer.get(address).content.decode()
            answer = officer.post(address, {"log": log.pk, "begins_at": "9:00", "ends_at": "11:00"})
        sheet = Sheet.objects.get()
        assert answer["Location"] == reverse("sheets:sheet", args=[sheet.pk])

    @pytest.mark.parametrize("said", [{"begins_at": "25:00"}, {"ends_at": ""}, {"begins_at": "11:30"}])
    def test_what_is_wrong_is_said_and_changes_nothing(self, client_for, call, log, world, at, said):
        officer = client_for(world.beneficiary_officer)
        sent = {"log": log.pk, "begins_at": "9:00", "ends_at": "11:00", **said}
        with time_machine.travel(at(13), tick=False):
            answer = officer.post(reverse("sheets:rooms", args=[call.code]), sent)
        assert answer.status_code == 422
        assert not Sheet.objects.exists()

    def test_of_other_modes_and_to_strangers_there_is_none(self, client_for, call, held, world):
        video = held("network_video")
        assert (
            client_for(world.beneficiary_officer).get(reverse("sheets:rooms", args=[video.code])).status_code
            == 404
        )
        for account in (world.yunnan_officer, world.county_account):
            answer = client_for(account).get(reverse("sheets:rooms", args=[call.code]))
            assert answer.status_code == 404

    def test_the_lecturer_finds_the_door_from_the_own_session_on_site(self, client_for, held, world, at):
        session = held()
        sheet = open_sheet(
            session=session, site="二楼会议室", date=world.day, by=world.beneficiary_officer, at=at(8)
        )
        lecturer, address = client_for(world.expert), reverse("sheets:rooms", args=[session.code])
        evidence_page = lecturer.get(reverse("schedule:evidence", args=[session.code])).content.decode()
        assert address in evidence_page
        page = lecturer.get(address).content.decode()
        assert reverse("sheets:door_list", args=[sheet.pk]) in page
        assert "开一张签到表" not in page
        assert lecturer.post(address, {"log": "1"}).status_code == 403
