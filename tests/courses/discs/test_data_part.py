"""What a computer finds on a disc beside the film, and the papers that are printed of it."""

import hashlib
import io
import subprocess

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from courses.discs import data_part, printing
from courses.discs.data_part import clock, safe_name
from courses.discs.making import Recipient
from media_pipeline.conductor.discs.data import write_data
from media_pipeline.recordings import files
from media_pipeline.recordings.captions import put_captions
from qianchang.groundwork import qr
from tests.courses.discs.test_making import a_session
from tests.courses.factories import make_slides

pytestmark = pytest.mark.django_db


def with_slides(discs, lecture, count=3):
    """Slides of a lecture whose pictures are in the storage."""
    recording = lecture.versions.get().recording
    for slide in make_slides(recording, [f"第{number}页" for number in range(1, count + 1)], text="质证"):
        out = io.BytesIO()
        Image.new("RGB", (640, 360), (200, 220, 240)).save(out, "WEBP")
        files.storage().save(slide.picture, ContentFile(out.getvalue()))
    return recording


def words_of(pdf):
    done = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True)
    return done.stdout.decode()


@pytest.fixture(autouse=True)
def _own_storage(settings, tmp_path):
    options = {"location": str(tmp_path.parent / f"{tmp_path.name}-recordings"), "base_url": None}
    backend = "django.core.files.storage.FileSystemStorage"
    settings.STORAGES = {**settings.STORAGES, "recordings": {"BACKEND": backend, "OPTIONS": options}}


@pytest.fixture
def on_disc(discs, tmp_path):
    lecture = discs.lecture("农村土地: 承包/流转")
    recording = with_slides(discs, lecture)
    put_captions(
        recording_id=recording.pk,
        language="zh",
        vtt="WEBVTT\n\n00:00:01.000 --> 00:00:04.000\n各位律师，今天讲土地流转。\n",
        revision=0,
        by=discs.world.expert,
        at=discs.world.now,
    )
    session = a_session(discs, lecture)
    disc = discs.numbered(discs.master(lecture))[0]
    write_data(disc.image, tmp_path)
    return disc, session, tmp_path


class TestDataPart:
    def test_slides_transcript_sheet_and_guide_stand_there(self, on_disc):
        _disc, session, folder = on_disc
        found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
        assert found == {
            "课件/01 农村土地 承包 流转.pdf",
            "文字稿/01 农村土地 承包 流转.html",
            "文字稿/01 农村土地 承包 流转.txt",
            f"签到表/{session.code}.pdf",
            "使用说明.pdf",
            "SHA256SUMS.txt",
        }

    def test_every_slide_is_a_page(self, on_disc):
        content = (on_disc[2] / "课件/01 农村土地 承包 流转.pdf").read_bytes()
        done = subprocess.run(["pdfinfo", "-"], input=content, capture_output=True, check=True)
        assert b"Pages:           3" in done.stdout

    def test_the_transcript_can_be_read_anywhere(self, on_disc):
        text = (on_disc[2] / "文字稿/01 农村土地 承包 流转.txt").read_bytes()
        assert text.startswith(b"\xef\xbb\xbf")
        assert "各位律师，今天讲土地流转。" in text.decode("utf-8-sig")
        html = (on_disc[2] / "文字稿/01 农村土地 承包 流转.html").read_text()
        assert "各位律师" in html
        assert "<script" not in html
        assert "http" not in html.lower()

    def test_the_sheet_has_the_number_of_this_disc(self, on_disc):
        disc, session, folder = on_disc
        words = words_of((folder / f"签到表/{session.code}.pdf").read_bytes())
        assert disc.serial in words
        assert session.code in words

    def test_the_checksums_are_those_of_the_files(self, on_disc):
        folder = on_disc[2]
        for line in (folder / "SHA256SUMS.txt").read_text().splitlines():
            digest, name = line.split("  ", 1)
            assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest

    def test_an_image_that_is_no_discs_gets_nothing(self, discs, tmp_path):
        from uuid import uuid4

        data_part.write(uuid4(), tmp_path)
        assert list(tmp_path.iterdir()) == []

    def test_a_lecture_without_words_and_slides_leaves_its_folders_out(self, discs, tmp_path):
        write_data(discs.numbered()[0].image, tmp_path)
        assert {path.name for path in tmp_path.iterdir()} == {"使用说明.pdf", "SHA256SUMS.txt"}


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("a/b\\c:d", "a b c d"),
        ("  ", "-"),
        ("名" * 90, "名" * 40),
        ("第一讲…", "第一讲…"),
        ("a\x00b. ", "a b"),
    ],
)
def test_a_title_becomes_a_name_that_windows_takes(title, name):
    assert safe_name(title) == name


def test_times_are_read_as_people_say_them():
    assert [clock(ms) for ms in (0, 61_000, 3_723_000)] == ["0:00:00", "0:01:01", "1:02:03"]


class TestPapers:
    def test_the_face_names_serial_title_lectures_and_minutes_on_one_page(self, discs):
        disc = discs.made(discs.master(discs.lecture(minutes=118), discs.lecture("第二讲", minutes=40)))
        words = words_of(printing.face(disc))
        for word in ("D-0001", "广东律师讲座第一辑", "第二讲", "118", disc.iso_sha256[:20]):
            assert word in words
        assert words.count("\f") == 1

    def test_the_code_on_the_face_leads_to_the_page_of_the_disc(self, discs):
        disc = discs.made()
        assert printing.address_of(disc).endswith("/office/discs/D-0001/")
        assert "<svg" in qr.picture(printing.address_of(disc))

    def test_discs_for_one_address_share_a_label_and_a_sheet_has_sixteen(self, discs):
        master = discs.master()
        for disc in discs.numbered(master, count=2):
            discs.sent(discs.finish(disc))
        for number in range(16):
            to = Recipient(discs.world.guangxi, discs.world.napo_region, f"收件人{number}", f"地址{number}号")
            discs.numbered(master, to=to)
        every = list(master.discs.select_related("master__maker", "region", "beneficiary").order_by("number"))
        words = words_of(printing.labels(every))
        assert "D-0001 D-0002" in " ".join(words.split())
        assert words.count("\f") == 2

    def test_without_addresses_the_sheet_says_so(self, discs):
        disc = discs.made(to=Recipient(discs.world.guangxi))
        assert "地址" in words_of(printing.labels([disc]))

    def test_the_guide_is_one_page(self, discs):
        words = words_of(printing.guide(discs.made()))
        assert words.count("\f") == 1
        assert "60" in words
