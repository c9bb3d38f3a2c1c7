"""凭证材料 as officers and the lecturer use it: forms without script, files by signed addresses, who sees what."""

import gzip
from datetime import timedelta
from urllib.parse import quote

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from courses import api
from courses.schedule import evidence
from courses.schedule.models import Evidence, SessionDetails
from qianchang.groundwork import vault
from tests.courses.schedule.conftest import PAPER, picture
from tests.courses.schedule.test_log_import import LOG

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(world):
    with time_machine.travel(world.now, tick=False) as clock:
        yield clock


@pytest.fixture
def desk(world, client_for):
    return client_for(world.supporting_officer)


def address(session):
    return f"/office/sessions/{session.code}/evidence/"


def files(*contents, name="文件.jpg"):
    return [SimpleUploadedFile(name, content) for content in contents]


def hand_in(client, session, kind, *contents, **more):
    said = {"action": "add", "kind": kind, "file": files(*contents), **more}
    return client.post(address(session), said, follow=True)


class TestHandingIn:
    def test_several_photos_at_once_without_a_script(self, arranged, desk):
        session = arranged()
        hand_in(desk, session, "photo", picture(), picture(colour="green"))
        assert session.evidence.filter(kind="photo").count() == 2

    def test_one_that_is_none_and_nothing_is_kept(self, arranged, desk):
        session = arranged()
        page = hand_in(desk, session, "photo", picture(), b"MZ")
        assert "照片" in page.content.decode()
        assert not session.evidence.exists()

    def test_more_photos_than_there_is_room_for_and_none_is_kept(self, arranged, desk, monkeypatch):
        monkeypatch.setattr(evidence, "MOST_PIECES", 2)
        session = arranged()
        hand_in(desk, session, "photo", picture(), picture(colour="green"), picture(colour="red"))
        assert not session.evidence.exists()

    def test_a_page_that_somebody_tampered_with_writes_nothing(self, arranged, desk):
        session = arranged()
        said = {"action": "details", "head_count": "40", "seen": "2026-13-45T99:99:99"}
        assert desk.post(address(session), said).status_code == 422
        assert not SessionDetails.objects.exists()

    def test_a_kind_that_the_mode_does_not_have_is_no_address(self, arranged, desk):
        response = hand_in(desk, arranged("network_video"), "log", LOG)
        assert response.status_code == 404

    def test_what_is_missing_stands_first_and_shrinks(self, arranged, desk):
        session = arranged()
        assert desk.get(address(session)).context["missing"] == [
            "议程", "讲师签字", "照片", "签到表", "到场人数",
        ]  # fmt: skip
        hand_in(desk, session, "sign_in", PAPER)
        desk.post(address(session), {"action": "details", "agenda": "讲授", "head_count": "40"})
        assert desk.get(address(session)).context["missing"] == ["讲师签字", "照片"]

    def test_details_of_a_page_that_is_old_are_not_written(self, arranged, desk, world, client_for):
        session = arranged()
        desk.post(address(session), {"action": "details", "head_count": "40"})
        other = client_for(world.second_supporting_officer)
        other.post(address(session), {"action": "details", "head_count": "41", "seen": ""})
        assert SessionDetails.objects.get().head_count == 40
        seen = desk.get(address(session)).context["form"]["seen"].value()
        other.post(address(session), {"action": "details", "head_count": "41", "seen": seen})
        assert SessionDetails.objects.get().head_count == 41

    @pytest.mark.parametrize("heads", ["-1", "0", "viele", "99999999999999999999"])
    def test_a_head_count_is_a_number_of_people(self, arranged, desk, heads):
        session = arranged()
        assert desk.post(address(session), {"action": "details", "head_count": heads}).status_code == 422
        assert not SessionDetails.objects.exists()

    def test_the_same_photo_in_another_session_is_said(self, arranged, desk, world):
        other = arranged(on=world.day - timedelta(days=7))
        session = arranged()
        for each in (other, session):
            hand_in(desk, each, "photo", picture())
        assert other.code in desk.get(address(session)).content.decode()

    def test_a_log_is_taken_in_and_the_other_side_reads_names(self, arranged, desk, world, client_for):
        assert world.county_lawyer
        session = arranged("teleconference")
        page = hand_in(desk, session, "log", LOG)
        assert "会议记录 4 人" in page.content.decode() or "4 人" in page.content.decode()
        assert "韦晓岚" not in page.content.decode()
        theirs = client_for(world.beneficiary_officer).get(address(session)).content.decode()
        assert "韦晓岚" in theirs
        assert "14510201811223344" not in theirs


class TestTheFile:
    @pytest.fixture
    def piece(self, arranged, desk):
        hand_in(desk, arranged(), "photo", picture())
        return Evidence.objects.get()

    def link(self, client, piece):
        line = client.get(address(piece.session)).context["sections"]
        return next(each.url for section in line for each in section.lines if each.piece == piece)

    def test_it_opens_by_the_address_of_the_page(self, desk, piece):
        answer = desk.get(self.link(desk, piece))
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")
        assert answer.content == vault.read(piece.sha256)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]

    def test_one_that_is_gone_from_the_store_is_a_page_that_says_so(self, desk, piece, settings, tmp_path):
        link = self.link(desk, piece)
        settings.VAULT_DIR = tmp_path / "empty"
        answer = desk.get(link)
        assert (answer.status_code, "文件库里没有这个文件" in answer.content.decode()) == (404, True)

    def test_the_address_is_one_readers(self, desk, piece, world, client_for):
        link = self.link(desk, piece)
        colleague = client_for(world.beneficiary_officer)
        assert colleague.get(link).status_code == 302
        assert colleague.get(self.link(colleague, piece)).status_code == 200
        assert client_for(world.yunnan_officer).get(link).status_code == 404

    def test_it_holds_some_minutes(self, desk, piece, today, world):
        link = self.link(desk, piece)
        today.move_to(world.later(seconds=vault.LINK_SECONDS + 1))
        assert desk.get(link).status_code == 302

    def test_it_belongs_to_its_session(self, arranged, desk, piece, world):
        other = arranged(on=world.day - timedelta(days=3))
        link = self.link(desk, piece).replace(quote(piece.session.code), quote(other.code))
        assert desk.get(link).status_code == 404

    def test_a_paper_is_saved_and_not_shown(self, arranged, desk):
        session = arranged()
        hand_in(desk, session, "agenda", PAPER)
        piece = session.evidence.get()
        assert desk.get(self.link(desk, piece)).headers["Content-Disposition"].startswith("attachment")


class TestTheLecturer:
    def test_signs_on_the_page_and_sees_no_log(self, arranged, world, client_for):
        session = arranged()
        lecturer = client_for(world.expert)
        assert 'id="sign"' in lecturer.get(address(session)).content.decode()
        lecturer.post(address(session), {"action": "sign"})
        assert session.evidence.get(kind="signature").lecturer.account == world.expert
        assert 'id="sign"' not in lecturer.get(address(session)).content.decode()

    def test_is_not_asked_to_sign_for_what_was_cancelled(self, arranged, world, client_for):
        session = arranged()
        api.cancel_session(session=session, by=world.supporting_officer, at=world.now)
        assert 'id="sign"' not in client_for(world.expert).get(address(session)).content.decode()

    def test_of_a_recording_there_is_no_page(self, arranged, world, client_for):
        assert client_for(world.expert).get(address(arranged("dvd"))).status_code == 404


def test_queries_do_not_grow_with_the_pieces(arranged, desk, django_assert_max_num_queries):
    session = arranged()
    hand_in(desk, session, "photo", picture())
    with django_assert_max_num_queries(22) as few:
        desk.get(address(session))
    most = len(few.captured_queries)
    hand_in(desk, session, "photo", *(picture(colour=name) for name in ("red", "green", "gold", "pink")))
    with django_assert_max_num_queries(most):
        desk.get(address(session))


def test_the_page_is_light(arranged, desk):
    session = arranged()
    for start in (0, 10):
        hand_in(desk, session, "photo", *(picture(colour=(start, number, 0)) for number in range(10)))

    assert len(gzip.compress(desk.get(address(session)).content)) <= 12 * 1024
