"""The whole file's SHA-256: stated by the sender, verified before the file is accepted; large files off the request."""

import base64
import hashlib

import pytest
from django.test import override_settings

from media_pipeline.recordings.models import Recording
from media_pipeline.uploads import operations, parts
from media_pipeline.uploads.models import Upload
from tests.media_pipeline.tus import MP4, TUS, create, digest_of, encoded, patch, upload_at


def test_a_whole_file_that_is_what_its_sender_has_is_taken(expert, opened):
    patch(expert, opened, 0, MP4[:9000])
    answer = patch(expert, opened, 9000, MP4[9000:], **{"Repr-Digest": digest_of(MP4)})
    assert answer.status_code == 204
    assert Recording.objects.get().state == Recording.State.PROCESSING
    assert list(parts.folder().glob("[!.]*")) == []


@pytest.mark.parametrize(
    "stated", ["with the last block", "with the first block", "at the creation", "in the metadata"]
)
def test_a_whole_file_that_differs_is_refused_and_dropped(expert, stated):
    other = MP4[:-1] + b"?"
    headers = {}
    if stated == "at the creation":
        headers = {"Repr-Digest": digest_of(other)}
    if stated == "in the metadata":
        hexadecimal = encoded(hashlib.sha256(other).hexdigest().upper())
        headers = {"Upload-Metadata": f"filename {encoded('a.mp4')},sha256 {hexadecimal}"}
    address = create(expert, len(MP4), headers=headers)["Location"]
    first = {"Repr-Digest": digest_of(other)} if stated == "with the first block" else {}
    last = {"Repr-Digest": digest_of(other)} if stated == "with the last block" else {}
    assert patch(expert, address, 0, MP4[:9000], **first).status_code == 204
    refused = patch(expert, address, 9000, MP4[9000:], **last)
    assert (refused.status_code, refused.json()["code"]) == (422, "digest_wrong")
    assert "电脑上的文件" in refused.json()["detail"]
    recording = Recording.objects.get()
    assert (recording.state, recording.failure_code, recording.original_file) == (
        "refused",
        "digest_wrong",
        "",
    )
    assert list(parts.folder().glob("[!.]*")) == []
    # and it says so to whoever asks again
    assert patch(expert, address, 9000, MP4[9000:]).json()["code"] == "digest_wrong"
    assert expert.get(address).json()["sentence"] == refused.json()["detail"]


@pytest.mark.parametrize(
    "header",
    ["sha-256=abc", "sha-256=:abc:", "sha-256=:" + base64.b64encode(b"short").decode() + ":", "sha-256=::"],
)
def test_a_digest_that_nobody_understands_stops_nothing_in_silence(expert, opened, header):
    assert patch(expert, opened, 0, MP4, **{"Repr-Digest": header}).status_code == 400
    assert upload_at(opened).offset == 0


def test_a_digest_of_another_kind_is_passed_over(expert, opened):
    assert patch(expert, opened, 0, MP4, **{"Repr-Digest": "md5=:abc:, unixsum=1"}).status_code == 204


@override_settings(UPLOAD_INLINE_BYTES=10_000)
def test_a_large_file_is_finished_off_the_request(expert, opened, world):
    # when the last byte of a large file arrives, the request reads nothing again
    assert patch(expert, opened, 0, MP4, **{"Repr-Digest": digest_of(MP4)}).status_code == 204
    assert upload_at(opened).state == Upload.State.OPEN
    assert expert.head(opened, headers=TUS)["Upload-Offset"] == str(len(MP4))
    # then however late the worker comes, nothing takes the whole file away, and it is taken in the end
    late = world.later(days=400)
    assert operations.expire_uploads(at=late) == 0
    assert operations.sweep_parts(at=late) == 0
    operations.finish_upload(upload_id=upload_at(opened).pk, at=late)
    assert expert.get(opened).json()["state"] == "complete"


@override_settings(UPLOAD_INLINE_BYTES=10_000)
def test_a_large_file_that_differs_is_refused_by_the_worker(expert, opened, world):
    patch(expert, opened, 0, MP4, **{"Repr-Digest": digest_of(MP4 + b"?")})
    assert operations.finish_upload(upload_id=upload_at(opened).pk, at=world.now)
    said = expert.get(opened).json()
    assert (said["state"], "电脑上的文件" in said["sentence"]) == ("refused", True)
    assert expert.head(opened, headers=TUS).status_code == 410


@override_settings(UPLOAD_INLINE_BYTES=0)
def test_two_workers_do_not_finish_one_upload(expert, opened, world):
    patch(expert, opened, 0, MP4)
    upload = upload_at(opened)
    with parts.locked(upload.public_id):
        assert not operations.finish_upload(upload_id=upload.pk, at=world.now)
    assert operations.finish_upload(upload_id=upload.pk, at=world.now)


@override_settings(UPLOAD_INLINE_BYTES=0)
def test_a_whole_file_that_vanished_from_the_disk_is_told(expert, opened, world):
    patch(expert, opened, 0, MP4)
    upload = upload_at(opened)
    parts.remove(upload.public_id)
    assert operations.finish_upload(upload_id=upload.pk, at=world.now)
    assert Recording.objects.get().failure_code == "file_missing"
    # and an upload whose bytes vanished while it was open can still be removed
    other = create(expert, 100)["Location"]
    parts.remove(upload_at(other).public_id)
    assert expert.delete(other, headers=TUS).status_code == 204
