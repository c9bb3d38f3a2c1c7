"""Recordings in object storage: the S3 settings that are shipped, against a real HTTP server that speaks S3 (moto)."""

import runpy
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from django.test import override_settings
from django.utils import timezone
from moto.server import ThreadedMotoServer

from media_pipeline import api
from media_pipeline.conductor import operations, plan, work
from media_pipeline.recordings import files, originals
from media_pipeline.recordings.models import Recording
from qianchang.project.settings import base
from tests.media_pipeline import factories
from tests.media_pipeline.viewing import CONTENT, browser_of

KEY = {"aws_access_key_id": "QCEXAMPLEKEY", "aws_secret_access_key": "example-secret"}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """The address of an S3 of the test's own."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint, tmp_path) -> Iterator[str]:
    """A fresh bucket that the site's settings name, as the environment of a real one would."""
    name = f"qianchang-{uuid.uuid4().hex[:8]}"
    client(endpoint).create_bucket(Bucket=name)
    environment = {
        "QIANCHANG_S3_BUCKET": name,
        "QIANCHANG_S3_ENDPOINT": endpoint,
        "QIANCHANG_S3_KEY": KEY["aws_access_key_id"],
        "QIANCHANG_S3_SECRET": KEY["aws_secret_access_key"],
    }
    with pytest.MonkeyPatch.context() as patch:
        for variable, value in environment.items():
            patch.setenv(variable, value)
        patch.setenv("QIANCHANG_STATE", str(tmp_path))
        shipped = runpy.run_path(str(Path(base.__file__)))
    # After the room's own fixture, which puts recordings on the disk.
    with override_settings(STORAGES=shipped["STORAGES"]):
        yield name


def client(endpoint):
    return boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", **KEY)


def made(folder: Path, content: bytes = CONTENT) -> Path:
    path = folder / f"made-{uuid.uuid4().hex}"
    path.write_bytes(content)
    return path


def fetch(address: str, *, method: str = "GET", **headers: str) -> tuple[int, bytes]:
    """Ask the storage itself, as a browser that was sent there."""
    request = urllib.request.Request(address, method=method, headers=headers)  # noqa: S310 (our own server)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            return answer.status, answer.read()
    except urllib.error.HTTPError as refusal:
        return refusal.code, b""


def test_a_file_is_kept_under_exactly_its_name_and_replaced_and_deleted(bucket, endpoint, tmp_path):
    there = files.storage()
    assert files.keep(made(tmp_path, b"late worker"), "3f0e/1/audio.mp4") == "3f0e/1/audio.mp4"
    assert files.keep(made(tmp_path), "3f0e/1/audio.mp4") == "3f0e/1/audio.mp4"
    assert client(endpoint).get_object(Bucket=bucket, Key="3f0e/1/audio.mp4")["Body"].read() == CONTENT
    assert there.exists("3f0e/1/audio.mp4")
    assert there.size("3f0e/1/audio.mp4") == len(CONTENT)
    there.delete("3f0e/1/audio.mp4")
    there.delete("3f0e/1/audio.mp4")  # twice is no error
    assert not there.exists("3f0e/1/audio.mp4")


def test_an_original_is_fetched_once_for_all_chunks_and_never_into_memory(bucket, tmp_path, monkeypatch):
    # given an original, and a client of S3 whose file objects must not be read: they hold everything in memory
    files.keep(made(tmp_path), "3f0e/original")
    monkeypatch.setattr("storages.backends.s3.S3File._get_file", None)
    fetches = []
    fetch_it = originals.fetch
    monkeypatch.setattr(originals, "fetch", lambda *args: (fetches.append(args[1]), fetch_it(*args)))
    for _chunk in range(2):
        with files.local_copy("3f0e/original", folder=tmp_path) as path:
            assert path.read_bytes() == CONTENT
    assert fetches == ["3f0e/original"]


def test_a_chunk_is_copied_for_one_job(bucket, tmp_path):
    files.keep(made(tmp_path), "3f0e/parts/1/0/1/light.mp4")
    with files.local_copy("3f0e/parts/1/0/1/light.mp4", folder=tmp_path) as path:
        assert path.read_bytes() == CONTENT
    assert not path.exists()


@pytest.mark.parametrize("name", ["gone/original", "gone/1/light.mp4"])
def test_what_is_not_there_is_missing(bucket, tmp_path, name):
    with pytest.raises(FileNotFoundError), files.local_copy(name, folder=tmp_path):
        pass


class TestDelivery:
    """The view checks the viewer and sends the browser to the storage, with a link that the storage checks."""

    @pytest.fixture
    def stored(self, bucket, released, recording, tmp_path):
        """The recording's files in the bucket, and links of now: the storage has no other clock."""
        for rendition in recording.renditions.all():
            files.keep(made(tmp_path), rendition.file)
        return api.playback_links(recording.pk, viewer_id=released.pk, at=timezone.now())

    @pytest.fixture
    def browser(self, released):
        return browser_of(released, timezone.now())

    def test_ranges_come_from_the_storage(self, stored, browser, endpoint, django_assert_num_queries):
        with django_assert_num_queries(0):
            answer = browser.get(stored["light"], headers={"Range": "bytes=1000-1999"})
        assert (answer.status_code, answer["Cache-Control"]) == (302, "no-store")
        place = answer["Location"]
        assert place.startswith(f"{endpoint}/")
        assert fetch(place, Range="bytes=1000-1999") == (206, CONTENT[1000:2000])
        assert fetch(place, Range="bytes=-7") == (206, CONTENT[-7:])
        assert fetch(place) == (200, CONTENT)

    def test_a_head_is_signed_as_a_head(self, stored, browser):
        answer = browser.head(stored["light"])
        assert answer.status_code == 302
        assert fetch(answer["Location"], method="HEAD")[0] == 200

    def test_nobody_is_sent_anywhere_without_the_right_cookie(self, stored, client, world):
        for stranger in (client, browser_of(world.supporting_officer, timezone.now())):
            answer = stranger.get(stored["light"])
            assert answer.status_code == 403
            assert "Location" not in answer

    def test_the_storages_own_link_says_until_when(self, stored, browser):
        """An hour, signed with version 4: what every region and every other maker's S3 understands."""
        place = browser.get(stored["light"])["Location"]
        assert "X-Amz-Expires=3600" in place
        assert "X-Amz-Signature=" in place

    def test_links_that_nginx_checks_are_not_for_files_elsewhere(self, stored, recording, released, settings):
        settings.MEDIA_SIGNED_SECRET = "shared with nginx"
        links = api.playback_links(recording.pk, viewer_id=released.pk, at=timezone.now())
        assert not [address for address in links.values() if "/signed/" in address]


@pytest.mark.media
def test_a_lecture_goes_through_every_stage_on_object_storage(
    bucket, endpoint, world, arrived, tmp_path, settings
):
    # given an original in the bucket
    recording = arrived(factories.lecture(tmp_path / "lecture.mp4", 14, "480x270"))
    # when workers do everything
    operations.plan_work(recording_id=recording.pk, at=world.now)
    while any(work.work_next(queue) for queue in plan.WORK_QUEUES):
        pass
    # then every mode is there, and each of its files is whole
    summary = api.recording_summary(recording.pk)
    assert (summary.state, [mode.mode for mode in summary.modes]) == (
        "ready",
        ["audio", "light", "standard", "clear"],
    )
    recording = Recording.objects.get(pk=recording.pk)
    there = files.storage()
    for rendition in recording.renditions.all():
        assert there.size(rendition.file) == rendition.size_bytes
    for slide in recording.slides.all():
        assert there.size(slide.picture) == slide.size_bytes
    # and this machine keeps the original for whoever needs it next, and nothing else
    left = {path.name for path in settings.MEDIA_WORK_DIR.glob("*")}
    assert left == {"originals"}
