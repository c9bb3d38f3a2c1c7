"""The file vault, in a folder and in object storage (a real HTTP server that speaks S3: moto), by the shipped settings."""

import hashlib
import logging
import runpy
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import boto3
import pytest
from django.conf import settings as in_force
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path
from moto.server import ThreadedMotoServer

from qianchang.groundwork import vault
from qianchang.project import urls
from qianchang.project.settings import base

SCAN = b"%PDF-1.4 \x00 a signed sheet"
DIGEST = hashlib.sha256(SCAN).hexdigest()
KEY = {"aws_access_key_id": "QCEXAMPLEKEY", "aws_secret_access_key": "example-secret"}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """The address of an S3 of the test's own."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def shipped(tmp_path: Path, **environment: str) -> dict[str, object]:
    """The settings as they are with this environment."""
    with pytest.MonkeyPatch.context() as patch:
        for variable, value in {**environment, "STATE": str(tmp_path)}.items():
            patch.setenv(f"QIANCHANG_{variable}", value)
        return runpy.run_path(str(Path(base.__file__)))


def in_bucket(tmp_path: Path, endpoint: str, name: str) -> override_settings:
    found = shipped(
        tmp_path,
        S3_BUCKET=name,
        S3_ENDPOINT=endpoint,
        S3_KEY=KEY["aws_access_key_id"],
        S3_SECRET=KEY["aws_secret_access_key"],
        VAULT_IN_S3="on",
    )
    return override_settings(STORAGES=found["STORAGES"], VAULT_DIR=found["VAULT_DIR"])


@pytest.fixture
def bucket(endpoint: str, tmp_path: Path) -> Iterator[str]:
    """A fresh bucket that the vault keeps its files in."""
    name = f"qianchang-{uuid.uuid4().hex[:8]}"
    client(endpoint).create_bucket(Bucket=name)
    with in_bucket(tmp_path, endpoint, name):
        yield name


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder that the vault keeps its files in, as without any setting."""
    found = shipped(tmp_path)
    assert "vault" not in found["STORAGES"]  # type: ignore[operator]
    with override_settings(VAULT_DIR=found["VAULT_DIR"]):
        yield Path(str(found["VAULT_DIR"]))


def client(endpoint: str):
    return boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", **KEY)


def names(endpoint: str, bucket: str) -> list[str]:
    return [each["Key"] for each in client(endpoint).list_objects_v2(Bucket=bucket).get("Contents", [])]


class TestInAFolder:
    def test_what_is_kept_is_read_under_its_digest_and_stands_there_once(self, folder):
        assert [vault.keep(SCAN), vault.keep(SCAN)] == [DIGEST, DIGEST]
        assert vault.read(DIGEST) == SCAN
        assert [each for each in folder.rglob("*") if each.is_file()] == [folder / DIGEST[:2] / DIGEST]

    def test_what_is_gone_or_was_changed_is_missing(self, folder):
        with pytest.raises(vault.MissingFile, match=DIGEST):
            vault.read(DIGEST)
        vault.keep(SCAN)
        (folder / DIGEST[:2] / DIGEST).write_bytes(SCAN + b"!")
        with pytest.raises(vault.MissingFile, match=DIGEST):
            vault.read(DIGEST)


class TestInObjectStorage:
    def test_it_stands_in_the_bucket_below_its_own_folder_and_nowhere_else(self, bucket, endpoint):
        assert [vault.keep(SCAN), vault.keep(SCAN)] == [DIGEST, DIGEST]
        assert names(endpoint, bucket) == [f"vault/{DIGEST[:2]}/{DIGEST}"]
        assert vault.read(DIGEST) == SCAN
        assert not in_force.VAULT_DIR.exists()

    def test_what_was_kept_in_the_folder_before_is_still_read(self, bucket, endpoint):
        with override_settings(STORAGES=base.STORAGES):
            vault.keep(SCAN)
        assert vault.read(DIGEST) == SCAN
        assert names(endpoint, bucket) == []

    def test_what_is_gone_is_missing_and_what_was_changed_too_until_it_is_handed_in_again(
        self, bucket, endpoint
    ):
        with pytest.raises(vault.MissingFile, match=DIGEST):
            vault.read(DIGEST)
        vault.keep(SCAN)
        client(endpoint).put_object(Bucket=bucket, Key=f"vault/{DIGEST[:2]}/{DIGEST}", Body=b"other")
        with pytest.raises(vault.MissingFile, match=DIGEST):
            vault.read(DIGEST)
        vault.keep(SCAN)
        assert vault.read(DIGEST) == SCAN

    def test_a_storage_that_refuses_us_is_not_a_missing_file(self, endpoint, tmp_path):
        with in_bucket(tmp_path, endpoint, "no-such-bucket"), pytest.raises(vault.StoreUnreachable):
            vault.keep(SCAN)

    def test_the_vault_stays_in_its_folder_beside_recordings_in_a_bucket(self, tmp_path):
        found = shipped(tmp_path, S3_BUCKET="recordings")
        assert "vault" not in found["STORAGES"]  # type: ignore[operator]

    def test_without_a_bucket_the_site_does_not_start(self, tmp_path):
        with pytest.raises(ImproperlyConfigured, match="QIANCHANG_S3_BUCKET"):
            shipped(tmp_path, VAULT_IN_S3="on")


# --- What a reader is told ------------------------------------------------------------------------------------


def gone(_request: HttpRequest) -> HttpResponse:
    """A page that asks for a file which the vault does not have."""
    return HttpResponse(vault.read(DIGEST))


def unreachable(_request: HttpRequest) -> HttpResponse:
    """A page whose storage does not answer."""
    raise vault.StoreUnreachable(DIGEST)


def broken(_request: HttpRequest) -> HttpResponse:
    """A page with a fault of another kind."""
    raise ZeroDivisionError


urlpatterns = [
    path("gone/", gone),
    path("unreachable/", unreachable),
    path("broken/", broken),
    *urls.urlpatterns,
]


@pytest.fixture
def ask(db, folder) -> Iterator[Callable[[str], HttpResponse]]:
    """Return a function that opens a page as a browser does, which gets whatever the site makes of a fault."""
    with override_settings(ROOT_URLCONF=__name__):
        yield Client(raise_request_exception=False).get


def test_a_missing_file_is_a_page_that_says_so_and_a_line_in_the_log(ask, caplog):
    with caplog.at_level(logging.ERROR, logger="qianchang.groundwork.missing_files"):
        answer = ask("/gone/")
    assert answer.status_code == 404
    assert "文件库里没有这个文件" in answer.content.decode()
    assert DIGEST[:12] in answer.content.decode()
    assert [
        DIGEST in line.getMessage() for line in caplog.records if line.name.endswith("missing_files")
    ] == [True]


def test_a_storage_that_does_not_answer_is_a_page_that_says_when_to_try_again(ask):
    answer = ask("/unreachable/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert "暂时读不到文件" in answer.content.decode()


def test_any_other_fault_stays_a_fault(ask):
    assert ask("/broken/").status_code == 500
