"""Who makes a stick, of what, and what lies on it."""

import io
import json
import threading
import zipfile
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.storage import storages
from django.db import connection
from PIL import Image

from courses.attendance import presence
from courses.enrolment.queries import may_play
from courses.offline import contents, rules
from courses.offline.making import UnableToMake, UnableToRevoke, make_stick, revoke_stick
from courses.offline.models import FileSum, Stick
from media_pipeline.conductor.operations import delete_outdated_files
from media_pipeline.recordings.models import OutdatedFile, Rendition
from qianchang.groundwork.models import AuditEntry
from tests.courses.factories import make_published_lecture

pytestmark = pytest.mark.django_db

URL = "https://qianchang.example/my/records/"


def unpacked(stick, by):
    archive = contents.archive_of(stick, records_url=URL, by=by)
    data = b"".join(archive.read(0, archive.size))
    with zipfile.ZipFile(io.BytesIO(data)) as read:
        assert read.testzip() is None
        return {name: read.read(name) for name in read.namelist()}


def config_of(files):
    script = files["config.js"].decode()
    assert script.startswith("window.qianchangStick = ")
    return json.loads(script.removeprefix("window.qianchangStick = ").removesuffix(";\n"))


class Wanted(HTMLParser):
    """What a page loads and links to beside itself, and the script that stands in it."""

    def __init__(self):
        super().__init__()
        self.names, self.inline, self._script = set(), [], False

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self._script = tag == "script"
        for name in ("src", "href"):
            if given.get(name, "#") != "#":
                self.names.add(given[name])

    def handle_data(self, data):
        if self._script and data.strip():
            self.inline.append(data)

    def handle_endtag(self, tag):
        self._script = False


class TestWhoAndWhat:
    def test_a_lawyer_who_makes_one_takes_the_lecture_with_it(self, world):
        lecture = make_published_lecture(world, released_to=[world.guangxi], duration_ms=3_600_000)
        lawyer = world.county_lawyer
        assert not may_play(lawyer, lecture, world.now)
        stick = make_stick(
            lawyer=lawyer, lectures=[lecture], way="light", by=world.county_account, at=world.now
        )
        assert may_play(lawyer, lecture, world.now)
        assert (stick.number, stick.kind, stick.presence_minutes) == ("U-0001", "person", 45)
        assert AuditEntry.objects.filter(verb="stick made", object_key="U-0001").exists()

    @pytest.mark.parametrize("who", ["county_contact", "beneficiary_officer"])
    def test_contact_and_officer_make_one_for_their_lawyer(self, world, lecture, who):
        lawyer = world.unactivated_lawyer
        stick = make_stick(
            lawyer=lawyer, lectures=[lecture], way="sound", by=getattr(world, who), at=world.now
        )
        assert stick.lawyer == lawyer

    @pytest.mark.parametrize(
        "who", ["supporting_officer", "yunnan_officer", "national_officer", "administrator"]
    )
    def test_nobody_else_does(self, world, lecture, who):
        with pytest.raises(PermissionDenied):
            make_stick(
                lawyer=world.county_lawyer,
                lectures=[lecture],
                way="light",
                by=getattr(world, who),
                at=world.now,
            )
        assert not Stick.objects.exists()

    def test_a_lecture_that_is_not_open_to_the_lawyer_is_refused(self, world, version):
        other = make_published_lecture(world, released_to=[world.yunnan], title="云南的讲座")
        with pytest.raises(UnableToMake, match="没有对这位律师开放"):
            make_stick(
                lawyer=world.county_lawyer,
                lectures=[other],
                way="light",
                by=world.county_account,
                at=world.now,
            )

    def test_none_and_more_than_four_are_refused(self, world, lecture):
        many = [
            make_published_lecture(world, released_to=None, title=f"第 {n} 讲")
            for n in range(rules.MOST_LECTURES)
        ]
        for lectures, words in (([], "至少选择一个讲座"), ([lecture, *many], "最多放 4 讲")):
            with pytest.raises(UnableToMake) as error:
                make_stick(
                    lawyer=world.county_lawyer,
                    lectures=lectures,
                    way="light",
                    by=world.county_account,
                    at=world.now,
                )
            assert words in str(error.value)

    def test_the_same_lecture_twice_is_once(self, world, lecture):
        stick = make_stick(
            lawyer=world.county_lawyer,
            lectures=[lecture, lecture],
            way="light",
            by=world.county_account,
            at=world.now,
        )
        assert stick.lectures.count() == 1

    def test_a_lecture_whose_film_is_not_made_yet_is_refused(self, world, lecture, version):
        Rendition.objects.filter(recording=version.recording_id).exclude(mode="audio").delete()
        with pytest.raises(UnableToMake, match="还在处理"):
            make_stick(
                lawyer=world.county_lawyer,
                lectures=[lecture],
                way="film",
                by=world.county_account,
                at=world.now,
            )
        assert not Stick.objects.exists()
        make_stick(
            lawyer=world.county_lawyer, lectures=[lecture], way="sound", by=world.county_account, at=world.now
        )

    def test_what_is_too_long_for_a_stick_is_refused_and_nothing_is_made(self, world, lecture, version):
        Rendition.objects.filter(recording=version.recording_id, mode="standard").update(
            size_bytes=5 * 1024**3
        )
        with pytest.raises(UnableToMake, match="放不下"):
            make_stick(
                lawyer=world.county_lawyer,
                lectures=[lecture],
                way="film",
                by=world.county_account,
                at=world.now,
            )
        assert not Stick.objects.exists()

    def test_every_stick_has_a_number_and_a_key_of_its_own(self, world, lecture):
        sticks = [
            make_stick(
                lawyer=world.county_lawyer,
                lectures=[lecture],
                way="light",
                by=world.county_account,
                at=world.now,
            )
            for _ in range(3)
        ]
        assert [each.number for each in sticks] == ["U-0001", "U-0002", "U-0003"]
        assert len({each.secret for each in sticks}) == 3


class TestLost:
    def test_it_takes_a_reason_and_is_done_once(self, world, stick):
        with pytest.raises(UnableToRevoke):
            revoke_stick(stick=stick, reason="  ", by=world.county_account, at=world.now)
        revoke_stick(stick=stick, reason="丢在车上", by=world.county_account, at=world.now)
        again = revoke_stick(
            stick=stick, reason="又丢了", by=world.county_contact, at=world.now + timedelta(days=1)
        )
        assert (again.revoke_reason, again.revoked_by) == ("丢在车上", world.county_account)
        assert AuditEntry.objects.filter(verb="stick revoked").count() == 1

    def test_a_stranger_cannot_declare_it_lost(self, world, stick):
        with pytest.raises(PermissionDenied):
            revoke_stick(stick=stick, reason="x", by=world.yunnan_officer, at=world.now)


class TestWhatLiesOnIt:
    def test_everything_that_the_page_needs_and_nothing_from_elsewhere(self, world, stick, stored):
        files = unpacked(stick, world.county_account)
        for name in ("index.html", "1/transcript.html"):
            page = Wanted()
            page.feed(files[name].decode())
            assert page.inline == []
            for wanted in page.names:
                there = wanted.removeprefix("../") if name.startswith("1/") else wanted
                assert there in files, wanted
        assert not any("http://" in text or "//cdn" in text for text in (files["index.html"].decode(),))
        config = config_of(files)
        lecture = config["lectures"][0]
        for name in (
            lecture["film"],
            lecture["sound"],
            lecture["transcript"],
            *(s["file"] for s in lecture["slides"]),
        ):
            assert name in files
        assert files["1/film.mp4"] == b"light" * 50_000
        assert files["1/sound.m4a"] == b"audio" * 50_000
        assert files["README.txt"].startswith(b"\xef\xbb\xbf")
        assert b"\r\n" in files["README.txt"]

    def test_the_slides_are_pictures_that_every_browser_shows(self, world, stick, stored):
        files = unpacked(stick, world.county_account)
        assert Image.open(io.BytesIO(files["1/slide-1.jpg"])).format == "JPEG"

    def test_captions_are_text_without_markup(self, world, stick, stored):
        cues = config_of(unpacked(stick, world.county_account))["lectures"][0]["cues"]
        assert cues == [[1000, 3000, "先看 鉴定 材料 <1>。"]]

    def test_nothing_in_it_ends_the_script(self, world, version, stick, stored):
        world.county_lawyer.__class__.objects.filter(pk=world.county_lawyer.pk).update(name="</script><b>")
        files = unpacked(Stick.objects.get(pk=stick.pk), world.county_account)
        assert b"</script><b>" not in files["config.js"] + files["index.html"]

    def test_its_codes_are_its_own(self, world, stick, stored, lecture, version):
        config = config_of(unpacked(stick, world.county_account))
        codes = config["lectures"][0]["codes"]
        assert len(codes) == 3
        for code in codes:
            assert code["digits"] == presence.shared_code(
                place=f"stick:{stick.number}", version_id=version.pk, index=code["index"]
            )
        other = make_stick(
            lawyer=world.county_lawyer, lectures=[lecture], way="light", by=world.county_account, at=world.now
        )
        others = config_of(unpacked(other, world.county_account))["lectures"][0]["codes"]
        assert [each["digits"] for each in others] != [each["digits"] for each in codes]

    def test_a_stored_file_is_read_for_its_sum_once(
        self, world, stick, stored, django_assert_max_num_queries
    ):
        first = contents.archive_of(stick, records_url=URL, by=world.county_account)
        assert FileSum.objects.count() == 6
        for name in FileSum.objects.filter(name__endswith=".mp4").values_list("name", flat=True):
            storages["recordings"].delete(name)
        with django_assert_max_num_queries(30):
            again = contents.archive_of(stick, records_url=URL, by=world.county_account)
        assert (again.tag, again.size) == (first.tag, first.size)

    def test_a_picture_that_goes_takes_its_jpeg_with_it(self, world, stick, stored):
        contents.archive_of(stick, records_url=URL, by=world.county_account)
        slide = stored.slides.order_by("from_ms").last()
        OutdatedFile.objects.create(name=slide.picture, delete_after=world.now)
        there = storages["recordings"]
        assert there.exists(slide.picture.replace(".webp", ".jpg"))
        delete_outdated_files(at=world.now)
        assert not there.exists(slide.picture.replace(".webp", ".jpg"))


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
@pytest.mark.django_db(transaction=True)
def test_two_sticks_in_one_moment_have_two_numbers(world, lecture):
    made, start = [], threading.Barrier(4)
    lawyer, by, at = world.county_lawyer, world.county_account, world.now

    def work():
        start.wait()
        made.append(make_stick(lawyer=lawyer, lectures=[lecture], way="light", by=by, at=at).serial)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [1, 2, 3, 4]
