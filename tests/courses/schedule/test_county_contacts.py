"""A county contact hands in the photo, the sheet and the head count of a session that is held in the own county: of that
session, and nothing else of it.
"""

from datetime import timedelta
from urllib.parse import quote

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from courses.schedule import evidence
from courses.schedule.models import Evidence, SessionDetails
from courses.schedule.rules import county_named
from qianchang.groundwork.models import AuditEntry
from qianchang.people.models import RoleGrant
from tests.courses.schedule.conftest import PAPER, paper, photo, picture
from tests.courses.schedule.test_evidence_pages import address, hand_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(world):
    assert world.napo_region
    with time_machine.travel(world.now, tick=False) as clock:
        yield clock


@pytest.fixture
def contact(world, client_for):
    return client_for(world.county_contact)


@pytest.fixture
def pingguo(world):
    """平果县, the county beside."""
    return world.region("451023", "平果县", "county", world.baise_region)


class TestWhichCounty:
    @pytest.mark.parametrize(
        ("place", "named"),
        [
            ("那坡县司法局", 1),
            ("百色市那坡县城厢镇", 1),
            ("百色市会议中心", None),
            ("那坡县、平果县联合会场", None),
            ("", None),
        ],
    )
    def test_it_is_the_only_one_that_the_place_names(self, place, named):
        assert county_named(place, {1: "那坡县", 2: "平果县"}.items()) == named

    def test_a_name_within_a_longer_one_is_not_named(self):
        assert county_named("大新城区", {1: "新城区", 2: "大新城区"}.items()) == 2

    def test_a_session_knows_it_from_its_place(self, arranged, world):
        assert arranged(place="那坡县司法局").county == world.napo_region
        assert arranged(place="百色市会议中心").county is None

    def test_only_counties_of_the_region_are_looked_for(self, arranged, world, a_lecture):
        assert arranged(place="那坡县司法局", beneficiary=world.yunnan).county is None

    def test_an_officer_says_another_one_or_none(self, arranged, world, client_for, pingguo):
        session, desk = arranged(), client_for(world.beneficiary_officer)
        assert 'value="那坡县"' in desk.get(address(session)).content.decode()
        for said, county in (("平果县", pingguo), ("451026", world.napo_region), ("", None)):
            desk.post(address(session), {"action": "county", "county": said})
            session.refresh_from_db()
            assert session.county == county
        assert AuditEntry.objects.filter(verb="county of a session set").count() == 3

    @pytest.mark.parametrize("said", ["广州市", "无此县", "440000"])
    def test_a_county_that_is_none_of_the_region_is_refused(self, arranged, world, client_for, said):
        session, desk = arranged(), client_for(world.beneficiary_officer)
        page = desk.post(address(session), {"action": "county", "county": said}, follow=True)
        assert "受援地区没有这个县" in page.content.decode()
        session.refresh_from_db()
        assert session.county == world.napo_region


class TestOfTheOwnCounty:
    def test_photo_sheet_and_head_count_are_handed_in(self, arranged, contact, world):
        session = arranged()
        hand_in(contact, session, "photo", picture())
        hand_in(contact, session, "sign_in", PAPER)
        contact.post(address(session), {"action": "details", "head_count": "23"})
        assert sorted(session.evidence.values_list("kind", flat=True)) == ["photo", "sign_in"]
        assert SessionDetails.objects.get().head_count == 23

    def test_the_page_asks_for_these_and_shows_nothing_else(self, arranged, contact, world, client_for):
        session = arranged()
        officer = world.supporting_officer
        evidence.add_file(session=session, kind="agenda", file=paper(), by=officer, at=world.now)
        evidence.add_file(session=session, kind="photo", file=photo(), by=officer, at=world.now)
        desk = client_for(officer)
        desk.post(address(session), {"action": "details", "agenda": "保密议程", "head_count": "40"})
        page = contact.get(address(session))
        assert [each.kind for each in page.context["sections"]] == ["photo", "sign_in"]
        assert list(page.context["form"].fields) == ["head_count", "seen"]
        assert "保密议程" not in page.content.decode()
        links = [line.url for section in page.context["sections"] for line in section.lines]
        assert links == [""]
        assert 'id="county"' not in page.content.decode()

    def test_what_they_handed_in_themselves_is_opened_replaced_and_taken_out(self, arranged, contact):
        session = arranged()
        hand_in(contact, session, "photo", picture())
        (line,) = contact.get(address(session)).context["sections"][0].lines
        assert contact.get(line.url).status_code == 200
        hand_in(contact, session, "photo", picture(colour="red"), replaces=line.piece.pk)
        assert Evidence.objects.filter(withdrawn_at=None).count() == 1
        latest = Evidence.objects.get(withdrawn_at=None)
        contact.post(address(session), {"action": "withdraw", "piece": latest.pk})
        assert not Evidence.objects.filter(withdrawn_at=None).exists()

    def test_files_of_others_are_neither_opened_nor_replaced(self, arranged, contact, world, client_for):
        session = arranged()
        made = evidence.add_file(
            session=session, kind="photo", file=photo(), by=world.beneficiary_officer, at=world.now
        )
        assert contact.get(f"{address(session)}{made.pk}/").status_code == 404
        hand_in(contact, session, "photo", picture(colour="red"), replaces=made.pk)
        assert list(Evidence.objects.values_list("pk", flat=True)) == [made.pk]

    @pytest.mark.parametrize("kind", ["agenda", "sign_off"])
    def test_no_other_kind(self, arranged, contact, world, kind):
        session = arranged()
        assert hand_in(contact, session, kind, PAPER).status_code == 404
        with pytest.raises(PermissionDenied):
            evidence.add_file(
                session=session, kind=kind, file=paper(kind), by=world.county_contact, at=world.now
            )

    def test_neither_the_agenda_nor_the_county_nor_a_signature(self, arranged, contact, world):
        session = arranged()
        contact.post(address(session), {"action": "details", "agenda": "改写", "head_count": "3"})
        assert SessionDetails.objects.get().agenda == ""
        with pytest.raises(PermissionDenied):
            evidence.write_details(
                session=session, said={"agenda": "改写"}, seen_at=None, by=world.county_contact, at=world.now
            )
        assert contact.post(address(session), {"action": "county", "county": ""}).status_code == 403
        assert contact.post(address(session), {"action": "sign"}).status_code == 403

    def test_a_meeting_log_is_none_of_theirs(self, arranged, contact, world):
        session = arranged("teleconference", place="那坡县司法局")
        assert session.county == world.napo_region
        assert hand_in(contact, session, "log", b"x").status_code == 404

    def test_the_page_of_the_session_leads_there(self, arranged, contact, world, client_for):
        session = arranged(on=world.day + timedelta(days=3))
        link = f'href="{quote(address(session))}"'
        assert link in contact.get(f"/sessions/{session.code}/").content.decode()
        other = client_for(world.county_account).get(f"/sessions/{session.code}/")
        assert link not in other.content.decode()


class TestNothingElse:
    def test_a_session_of_another_county_is_not_there(self, arranged, contact, pingguo):
        session = arranged(place="平果县司法局")
        assert contact.get(address(session)).status_code == 404
        assert hand_in(contact, session, "photo", picture()).status_code == 404

    def test_a_session_of_no_county_is_not_there(self, arranged, contact):
        assert contact.get(address(arranged(place="百色市会议中心"))).status_code == 404

    def test_a_session_for_another_association_is_not_there(self, arranged, contact, world):
        session = arranged(beneficiary=world.yunnan)
        type(session).objects.filter(pk=session.pk).update(county=world.napo_region)
        assert contact.get(address(session)).status_code == 404

    def test_a_session_of_the_citys_association_is_theirs_too(self, arranged, contact, world):
        assert contact.get(address(arranged(beneficiary=world.baise))).status_code == 200

    def test_a_grant_that_ended_opens_nothing(self, arranged, contact, world):
        session = arranged()
        ended = world.day - timedelta(days=1)
        RoleGrant.objects.filter(account=world.county_contact).update(
            valid_from=ended - timedelta(days=9), valid_until=ended
        )
        assert contact.get(address(session)).status_code == 404
