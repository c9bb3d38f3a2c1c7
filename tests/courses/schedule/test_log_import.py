"""The log of a meeting as evidence: kept as it came, matched to the roster, names only for who sees the roster."""

import gzip
import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied

from courses import api
from courses.schedule.evidence import UnableToAddEvidence
from courses.schedule.log_import import import_log, log_page
from courses.schedule.models import MeetingPresence
from qianchang.groundwork import vault

pytestmark = pytest.mark.django_db

LOG = """会议主题,边境贸易合同审查
姓名,入会时间,退会时间
韦晓岚,2026-10-12 09:00:00,2026-10-12 10:30:00
韦晓岚(手机),2026-10-12 10:00:00,2026-10-12 11:00:00
14510200910556677,2026-10-12 09:00:00,2026-10-12 11:00:00
杨丽江,2026-10-12 09:00:00,2026-10-12 11:00:00
路过的人,2026-10-12 09:00:00,2026-10-12 09:05:00
""".encode()


@pytest.fixture
def conference(arranged, world):
    """A telephone conference for Guangxi, whose roster has two of those on the log."""
    assert all([world.county_lawyer, world.second_county_lawyer, world.yunnan_lawyer])
    return arranged("teleconference")


@pytest.fixture
def take(world):
    def taken(session, content=LOG, **said):
        return import_log(
            session=session, content=content, **{"by": world.supporting_officer, "at": world.now, **said}
        )

    return taken


class TestTakingIn:
    def test_everybody_is_kept_and_those_of_the_region_are_known(self, conference, take, world):
        taken = take(conference)
        assert (taken.people, taken.matched, taken.unread) == (4, 2, ())
        assert vault.read(taken.piece.sha256) == LOG
        known = dict(MeetingPresence.objects.exclude(lawyer=None).values_list("lawyer__name", "seconds"))
        assert known == {"韦晓岚": 7200, "农志强": 7200}

    def test_who_stands_on_the_log_twice_counts_once(self, conference, take, world):
        take(conference)
        wei = MeetingPresence.objects.get(lawyer=world.county_lawyer)
        assert (wei.joins, wei.seconds) == (2, 7200)

    def test_the_same_file_again_is_the_same_log(self, conference, take):
        assert take(conference).piece == take(conference).piece
        assert MeetingPresence.objects.count() == 4

    def test_it_is_evidence_of_a_telephone_conference(self, conference, take):
        take(conference)
        fact = api.session_fact(conference.code)
        assert [each.present for each in fact.evidence] == [True, False, False]

    def test_the_log_of_another_day_is_refused(self, arranged, take, world):
        with pytest.raises(UnableToAddEvidence, match="2026-10-12"):
            take(arranged("teleconference", on=world.day - timedelta(days=1)))
        assert MeetingPresence.objects.count() == 0

    def test_of_a_log_of_many_days_those_of_the_day_were_there(self, conference, take):
        earlier = "农志强,2026-10-05 09:00:00,2026-10-05 11:00:00\n".encode()
        taken = take(conference, LOG.replace(b"14510200910556677,2026-10-12", b"x,2026-10-05") + earlier)
        assert (taken.people, taken.matched) == (3, 1)

    def test_a_list_without_times_is_refused_with_the_columns(self, conference, take):
        with pytest.raises(UnableToAddEvidence, match="退会时间"):
            take(conference, "姓名,入会时间\n甲,2026-10-12 09:00\n".encode())

    def test_what_is_no_list_is_refused(self, conference, take):
        bomb = BytesIO()
        with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/workbook.xml", b"\0" * 300_000_000)
        for content in (b"%PDF-1.4 nothing", bomb.getvalue(), b""):
            with pytest.raises(UnableToAddEvidence):
                take(conference, content)

    def test_a_stranger_hands_in_nothing(self, conference, take, world):
        with pytest.raises(PermissionDenied):
            take(conference, by=world.yunnan_officer)


class TestWhoReadsNames:
    def page(self, conference, take, world, reader):
        taken = take(conference)
        return log_page(taken.piece, region=world.guangxi, reader=reader, on=world.day)

    def test_the_officer_of_the_region_reads_them(self, conference, take, world):
        page = self.page(conference, take, world, world.beneficiary_officer)
        assert {each.lawyer.name for each in page.known} == {"韦晓岚", "农志强"}
        assert {each.name for each in page.unknown} == {"杨丽江", "路过的人"}

    def test_the_other_side_reads_a_number_even_though_it_handed_the_log_in(self, conference, take, world):
        page = self.page(conference, take, world, world.supporting_officer)
        assert (page.people, page.sees_names) == (4, False)
        assert (page.matched, page.known, page.unknown) == (0, (), ())

    def test_who_is_known_elsewhere_is_not_named_here(self, conference, take, world):
        """A licence number tells whose lawyer somebody is: those of Yunnan are no matter of Guangxi's officer."""
        line = f"{world.yunnan_lawyer.licence_number} 杨丽江,2026-10-12 09:00,2026-10-12 10:00\n"
        taken = take(
            conference, f"姓名,入会时间,退会时间\n{line}韦晓岚,2026-10-12 09:00,2026-10-12 10:00\n".encode()
        )
        page = log_page(taken.piece, region=world.guangxi, reader=world.beneficiary_officer, on=world.day)
        assert (page.people, page.matched, page.elsewhere, page.more) == (2, 1, 1, 0)
        assert [each.lawyer.name for each in page.known] == ["韦晓岚"]
        assert page.unknown == ()

    def test_of_one_event_each_region_reads_its_own_people(
        self, arranged, a_lecture, take, world, client_for
    ):
        assert all([world.county_lawyer, world.second_county_lawyer, world.yunnan_lawyer])
        arranged("dvd")
        guangxi, _yunnan = api.schedule_event(
            lecture=a_lecture, mode_code="teleconference", supporter=world.guangdong,
            beneficiaries=[world.guangxi, world.yunnan], date=world.day, by=world.supporting_officer, at=world.now,
        )  # fmt: skip
        taken = take(guangxi)
        page = log_page(taken.piece, region=world.guangxi, reader=world.beneficiary_officer, on=world.day)
        assert (page.people, page.matched, page.elsewhere) == (4, 2, 1)
        assert [each.name for each in page.unknown] == ["路过的人"]
        shown = client_for(world.beneficiary_officer).get(f"/office/sessions/{guangxi.code}/evidence/")
        # The list itself names both regions.
        assert "杨丽江" not in shown.content.decode()
        assert [line.url for part in shown.context["sections"] for line in part.lines] == [""]

    def test_a_licence_number_on_the_log_is_not_shown_whole(self, conference, take, world, client_for):
        take(
            conference,
            "姓名,入会时间,退会时间\n14510200999999999 谁,2026-10-12 09:00,2026-10-12 10:00\n".encode(),
        )
        shown = client_for(world.beneficiary_officer).get(f"/office/sessions/{conference.code}/evidence/")
        assert "14510200999999999" not in shown.content.decode()
        assert "谁" in shown.content.decode()

    def test_a_long_log_stays_light_on_the_page(self, conference, take, world, client_for):
        people = "".join(f"路人{number},2026-10-12 09:00,2026-10-12 09:30\n" for number in range(1_500))
        taken = take(conference, f"姓名,入会时间,退会时间\n{people}".encode())
        page = log_page(taken.piece, region=world.guangxi, reader=world.beneficiary_officer, on=world.day)
        assert (page.people, len(page.unknown), page.more) == (1_500, 100, 1_400)
        shown = client_for(world.beneficiary_officer).get(f"/office/sessions/{conference.code}/evidence/")
        assert len(gzip.compress(shown.content)) <= 12 * 1024
