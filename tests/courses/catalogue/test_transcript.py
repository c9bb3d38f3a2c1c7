"""The transcript: for whom it is, where it comes from, and how it is cut."""

import gzip

import pytest

from courses.catalogue.transcript import LONG, paragraphs, pieces, sections_of
from courses.enrolment.operations import enrol, release_lecture
from media_pipeline import api as media
from tests.courses.factories import make_published_lecture, make_recording, make_slides

MINUTE = 60_000


def cue(from_s, until_s, text):
    return media.Cue(from_s * 1000, until_s * 1000, text)


class TestParagraphs:
    def test_captions_that_follow_each_other_are_one_paragraph(self):
        cues = [cue(0, 2, "先看<b>鉴定</b>材料，"), cue(2, 4, "再看结论。"), cue(4, 6, "病历\n齐不齐")]
        [one] = paragraphs(cues)
        assert (one.from_ms, one.text) == (0, "先看鉴定材料，再看结论。病历 齐不齐")

    def test_a_pause_begins_a_new_one(self):
        assert [each.from_ms for each in paragraphs([cue(0, 2, "一"), cue(5, 6, "二")])] == [0, 5000]

    def test_a_long_one_ends_with_its_sentence(self):
        cues = [cue(0, 2, "字" * LONG), cue(2, 4, "完。"), cue(4, 6, "新")]
        assert [each.text[-1] for each in paragraphs(cues)] == ["。", "新"]

    def test_nothing_said_is_no_paragraph(self):
        assert paragraphs([]) == []

    def test_what_is_said_stands_under_its_slide(self):
        cues = [cue(0, 1, "开"), cue(11, 12, "一"), cue(12, 13, "二"), cue(40, 41, "三")]
        sections = sections_of(cues, [(10_000, "甲"), (20_000, "乙"), (30_000, "丙")])
        assert [(each.title, len(each.paragraphs)) for each in sections] == [("", 1), ("甲", 1), ("丙", 1)]


def test_only_a_long_lecture_is_cut_and_no_crumb_is_left():
    assert pieces(20 * MINUTE) == []
    ends = [(piece.from_ms // MINUTE, piece.until_ms // MINUTE) for piece in pieces(64 * MINUTE)]
    assert ends == [(0, 10), (10, 20), (20, 30), (30, 40), (40, 50), (50, 64)]


@pytest.fixture
def recording(world):
    return make_recording(world.expert, at=world.now, duration_ms=30 * MINUTE)


@pytest.fixture
def lecture(world, recording):
    made = make_published_lecture(world, recording=recording, released_to=[world.guangxi])
    enrol(lawyer=world.county_lawyer, lecture=made, by=world.county_account, at=world.now)
    return made


@pytest.fixture
def captions(world, recording):
    vtt = "WEBVTT\n\n00:00:05.000 --> 00:00:09.000\n先看 <i>鉴定材料</i> & 病历\n\n00:25:00.000 --> 00:25:04.000\n最后\n"
    media.put_captions(
        recording_id=recording.pk, language="zh", vtt=vtt, revision=0, by=world.expert, at=world.now
    )


class TestPage:
    def test_paragraphs_lead_to_the_player_at_their_second(self, world, client_for, lecture, captions):
        page = client_for(world.county_account).get(f"{lecture.url}text/").content.decode()
        assert "先看 鉴定材料 &amp; 病历" in page
        assert f'href="{lecture.url}?t=5#t=5"' in page
        assert "最后" not in page

    def test_the_pieces_and_the_whole(self, world, client_for, lecture, captions):
        client = client_for(world.county_account)
        assert "最后" in client.get(f"{lecture.url}text/?piece=3").content.decode()
        whole = client.get(f"{lecture.url}text/?whole=1").content.decode()
        assert "最后" in whole
        assert "先看" in whole
        for nonsense in ("0", "99", "x"):
            assert client.get(f"{lecture.url}text/?piece={nonsense}").context["piece"].number == 1

    def test_slides_speak_where_there_are_no_captions(self, world, client_for, lecture, recording):
        make_slides(recording, ["开场", "第二页"], text="鉴定主体\n<b>资质</b>")
        page = client_for(world.county_account).get(f"{lecture.url}text/").content.decode()
        assert "鉴定主体<br>&lt;b&gt;资质" in page
        assert "There are no captions" in page

    def test_without_either_it_says_when(self, world, client_for, lecture):
        page = client_for(world.county_account).get(f"{lecture.url}text/").content.decode()
        assert "within two days" in page

    def test_it_is_for_whom_may_play(self, world, client, client_for, lecture, captions):
        address = f"{lecture.url}text/"
        # to whom it is not released it is not there
        for browser in (client, client_for(world.yunnan_lawyer.account)):
            assert browser.get(address).status_code == 404
        assert client_for(world.second_county_lawyer.account).get(address)["Location"] == lecture.url
        release_lecture(lecture=lecture, associations=None, by=world.supporting_officer, at=world.now)
        assert "/account/login/" in client.get(address)["Location"]
        for account in (world.expert, world.supporting_officer):
            assert client_for(account).get(address).status_code == 200

    def test_a_lecture_that_is_not_published_has_none(self, world, client_for, lecture):
        type(lecture).objects.filter(pk=lecture.pk).update(live=False)
        assert client_for(world.county_account).get(f"{lecture.url}text/").status_code == 404

    def test_bytes_and_queries(self, world, client_for, lecture, recording, django_assert_max_num_queries):
        make_slides(recording, [f"第{n}节" for n in range(60)], every_ms=30_000)
        cues = "".join(
            f"00:{n * 4 // 60:02d}:{n * 4 % 60:02d}.000 --> 00:{n * 4 // 60:02d}:{n * 4 % 60 + 3:02d}.000\n"
            f"鉴定意见{n * 7919 % 1009}的审查，看材料{n * 104729 % 997}。\n\n"
            for n in range(450)
        )
        media.put_captions(
            recording_id=recording.pk,
            language="zh",
            vtt=f"WEBVTT\n\n{cues}",
            revision=0,
            by=world.expert,
            at=world.now,
        )
        client = client_for(world.county_account)
        client.get(f"{lecture.url}text/")
        # Nine of them are Wagtail finding the page.
        with django_assert_max_num_queries(26):
            page = client.get(f"{lecture.url}text/")
        assert len(gzip.compress(page.content)) <= 8 * 1024
        assert len(gzip.compress(client.get(f"{lecture.url}text/?whole=1").content)) <= 40 * 1024
