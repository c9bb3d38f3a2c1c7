"""A stick whose films stand in object storage: a download that was cut goes on and asks for nothing that lies before it."""

import pytest
from botocore.client import BaseClient

from courses.offline import contents
from courses.offline.models import FileSum
from tests.media_pipeline.test_s3 import bucket, endpoint  # noqa: F401 (fixtures)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bucket")]
URL = "https://qianchang.example/my/records/"


@pytest.fixture
def asked(monkeypatch):
    """What the storage is asked, as (operation, name, range)."""
    seen = []
    real = BaseClient._make_api_call

    def call(self, operation, options):
        seen.append((operation, options.get("Key", ""), options.get("Range")))
        return real(self, operation, options)

    monkeypatch.setattr(BaseClient, "_make_api_call", call)
    # Its file objects first bring all of a file into memory.
    monkeypatch.setattr("storages.backends.s3.S3File._get_file", None)
    return seen


@pytest.fixture
def archive(world, stick, bucket, stored):  # noqa: F811 (files go into the bucket)
    def of():
        return contents.archive_of(stick, records_url=URL, by=world.county_account)

    of()
    return of


def placed(archive):
    """Where in the archive each member begins."""
    found, at = {}, 0
    parts = list(archive._parts())
    for member, (head, body) in zip(
        archive.members, zip(parts[::2], parts[1::2], strict=False), strict=False
    ):
        found[member.name] = (at + head.size, body.size)
        at += head.size + body.size
    return found


def test_a_download_that_goes_on_reads_only_what_lies_in_its_range(archive, asked):
    whole = archive()
    data = b"".join(whole.read(0, whole.size))
    begins, size = placed(whole)["1/film.mp4"]
    asked.clear()
    again = archive()
    assert asked == []
    assert (
        b"".join(again.read(begins + size - 1_000, 900)) == data[begins + size - 1_000 : begins + size - 100]
    )
    film = FileSum.objects.get(name__endswith="light.mp4")
    assert [(name, part) for operation, name, part in asked if operation == "GetObject"] == [
        (film.name, f"bytes={size - 1_000}-{size - 101}")
    ]
    assert {name for _operation, name, _part in asked} == {film.name}


def test_the_end_of_it_asks_the_storage_for_nothing(archive, asked):
    again = archive()
    assert b"".join(again.read(again.size - 22, 22)).startswith(b"PK\x05\x06")
    assert asked == []
