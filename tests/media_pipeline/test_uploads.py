"""The tus endpoint as a browser's client meets it: resumable, bounded, and the owner's alone."""

import base64
import fcntl
import hashlib

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client, override_settings
from django.utils import timezone

from media_pipeline.recordings.events import recording_refused
from media_pipeline.recordings.models import Recording
from media_pipeline.uploads import operations, parts, receiving
from media_pipeline.uploads.events import upload_completed
from media_pipeline.uploads.models import Upload
from qianchang.groundwork.models import AuditEntry
from tests.media_pipeline.tus import BODY, MP4, TUS, URL, create, patch, upload_at


def test_the_server_says_what_it_can_do(client):
    answer = client.options(URL)
    assert answer.status_code == 204
    assert answer["Tus-Version"] == "1.0.0"
    assert set(answer["Tus-Extension"].split(",")) == {
        "creation", "creation-with-upload", "checksum", "expiration", "termination",
    }  # fmt: skip


def test_a_file_in_three_pieces_becomes_a_recording(
    expert, world, opened, django_capture_on_commit_callbacks
):
    heard = []
    upload_completed.connect(
        lambda recording_id, **_: heard.append(recording_id), weak=False, dispatch_uid="heard"
    )
    for offset in (0, 7_000):
        assert patch(expert, opened, offset, MP4[offset : offset + 7_000]).status_code == 204
    assert expert.head(opened, headers=TUS)["Upload-Offset"] == "14000"
    with django_capture_on_commit_callbacks(execute=True):
        answer = patch(expert, opened, 14_000, MP4[14_000:])
    upload_completed.disconnect(dispatch_uid="heard")
    assert (answer.status_code, answer["Upload-Offset"]) == (204, str(len(MP4)))
    recording = Recording.objects.get()
    assert recording.state == Recording.State.PROCESSING
    assert recording.original_name == "课程.mp4"
    assert recording.sha256 == hashlib.sha256(MP4).hexdigest()
    from media_pipeline.recordings import files

    with files.storage().open(recording.original_file) as kept:
        assert kept.read() == MP4
    assert heard == [recording.pk]
    assert list(parts.folder().glob("[!.]*")) == []
    verbs = AuditEntry.objects.order_by("pk").values_list("verb", "actor_id")
    assert ("recording received", world.expert.pk) in list(verbs)
    # and its first job is queued
    assert recording.jobs.get(kind="probe").state == "queued"


def test_creation_may_bring_the_first_bytes(expert):
    answer = create(expert, len(MP4), data=MP4[:9000])
    assert (answer.status_code, answer["Upload-Offset"]) == (201, "9000")
    assert "Upload-Expires" in answer
    assert expert.head(answer["Location"], headers=TUS)["Upload-Offset"] == "9000"


def test_another_offset_is_a_conflict_and_changes_nothing(expert, opened):
    patch(expert, opened, 0, MP4[:5000])
    assert patch(expert, opened, 4000, MP4[4000:]).status_code == 409
    assert upload_at(opened).offset == 5000


def test_two_clients_on_one_upload_do_not_mix(expert, opened):
    path = parts.path_of(upload_at(opened).public_id)
    with path.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        answer = patch(expert, opened, 0, MP4)
    assert answer.status_code == 423
    assert answer.json()["code"] == "busy"
    assert patch(expert, opened, 0, MP4[:10]).status_code == 204


def test_bytes_that_were_never_acknowledged_are_forgotten(expert, opened):
    # given a process that died between writing and acknowledging
    patch(expert, opened, 0, MP4[:5000])
    with parts.path_of(upload_at(opened).public_id).open("ab") as part:
        part.write(b"x" * 3000)
    assert patch(expert, opened, 5000, MP4[5000:]).status_code == 204
    assert Recording.objects.get().sha256 == hashlib.sha256(MP4).hexdigest()


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_block_with_its_checksum(expert, opened, algorithm):
    block = MP4[:6000]
    right = base64.b64encode(hashlib.new(algorithm, block).digest()).decode()
    assert (
        patch(expert, opened, 0, block[:-1] + b"!", **{"Upload-Checksum": f"{algorithm} {right}"}).status_code
        == 460
    )
    assert expert.head(opened, headers=TUS)["Upload-Offset"] == "0"
    assert parts.path_of(upload_at(opened).public_id).stat().st_size == 0
    assert patch(expert, opened, 0, block, **{"Upload-Checksum": f"{algorithm} {right}"}).status_code == 204
    assert patch(expert, opened, 6000, b"x", **{"Upload-Checksum": "md5 abc="}).status_code == 400


@pytest.mark.parametrize(
    "content",
    [
        b"<html><script>alert(1)</script></html>" + b" " * 5000,
        b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile private.mp4\n",
        b"\x89PNG\r\n\x1a\n" + b"0" * 6000,
        b"passwd:x:0:0\n" * 500,
        b"v=0\no=- 0 0 IN IP4 127.0.0.1\n",
        b"\x00",
    ],
)
def test_what_is_not_a_recording_is_refused_at_the_first_block(
    expert, content, django_capture_on_commit_callbacks
):
    heard = []
    recording_refused.connect(
        lambda recording_id, **_: heard.append(recording_id), weak=False, dispatch_uid="heard"
    )
    address = create(expert, len(content), name="lecture.mp4")["Location"]
    with django_capture_on_commit_callbacks(execute=True):
        answer = patch(expert, address, 0, content)
    recording_refused.disconnect(dispatch_uid="heard")
    assert answer.status_code == 415
    assert answer.json()["code"] == "not_a_recording"
    assert answer.json()["detail"]
    recording = Recording.objects.get()
    assert (recording.state, recording.failure_code) == ("refused", "not_a_recording")
    assert heard == [recording.pk]
    assert list(parts.folder().glob("[!.]*")) == []
    assert patch(expert, address, 0, content).status_code == 415
    assert expert.get(address).json()["sentence"] == answer.json()["detail"]


def test_limits_hold_before_a_byte_is_taken(expert):
    assert create(expert, 0).json()["code"] == "empty"
    with override_settings(UPLOAD_MAX_BYTES=100):
        assert create(expert, 101).status_code == 413
    assert create(expert, parts.free_bytes()).status_code == (
        507 if parts.free_bytes() < 20 * 1024**3 else 413
    )
    assert create(expert, "12x").status_code == 400
    assert create(expert, 100, headers={"Upload-Metadata": "filename *"}).status_code == 400
    assert not Upload.objects.exists()
    assert not Recording.objects.exists()


def test_one_sender_cannot_have_the_whole_disk_kept_free(expert, world, client_for, monkeypatch):
    monkeypatch.setattr(parts, "free_bytes", lambda: operations.RESERVE_BYTES + 10_000)

    assert create(expert, 6_000).status_code == 201
    refused = create(expert, 1_000)

    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_uploads")
    assert create(client_for(world.supporting_officer), 3_000).status_code == 201


def test_open_uploads_are_counted_while_nobody_else_opens_one(expert, world, monkeypatch):
    """Counted outside the transaction, forty requests at once opened forty."""
    counted_in = []
    free = parts.free_bytes
    monkeypatch.setattr(
        parts, "free_bytes", lambda: counted_in.append(len(connection.savepoint_ids)) or free()
    )
    before = len(connection.savepoint_ids)

    create(expert, 100)

    assert counted_in[0] > before


def test_more_bytes_than_announced_are_refused(expert):
    address = create(expert, 100)["Location"]
    assert patch(expert, address, 0, b"x" * 101).status_code == 413


def test_an_uploader_of_another_version_is_told(expert, opened):
    answer = expert.patch(
        opened, b"x", content_type=BODY, headers={"Upload-Offset": "0", "Tus-Resumable": "0.2.2"}
    )
    assert (answer.status_code, answer["Tus-Version"]) == (412, "1.0.0")


def test_nobody_else_sees_an_upload(expert, opened, world, client_for, client):
    officer = client_for(world.supporting_officer)
    assert officer.head(opened, headers=TUS).status_code == 404
    assert officer.get(opened).status_code == 404
    assert patch(officer, opened, 0, MP4).status_code == 404
    assert officer.delete(opened, headers=TUS).status_code == 404
    assert client.get(opened).status_code == 401
    assert officer.get(URL).json() == {"uploads": []}


def test_a_lawyer_may_not_send_recordings(world, client_for):
    answer = create(client_for(world.county_account), 100)
    assert answer.status_code == 403
    assert not Recording.objects.exists()


def test_another_site_cannot_make_a_browser_upload(world):
    guarded = Client(enforce_csrf_checks=True)
    guarded.force_login(world.expert)
    assert create(guarded, 100).status_code == 403


def test_an_upload_goes_on_at_another_computer(expert, opened, world, client_for):
    patch(expert, opened, 0, MP4[:8000])
    elsewhere = client_for(world.expert)
    (found,) = elsewhere.get(URL).json()["uploads"]
    assert (found["offset"], found["length"], found["name"], found["state"]) == (
        8000,
        len(MP4),
        "课程.mp4",
        "open",
    )
    assert patch(elsewhere, opened, 8000, MP4[8000:]).status_code == 204


def test_the_same_file_again_is_recognised_and_not_stored_twice(expert, opened):
    patch(expert, opened, 0, MP4)
    again = create(expert, len(MP4), name="again.mp4")["Location"]
    assert patch(expert, again, 0, MP4).status_code == 204
    recording = Recording.objects.get()
    assert expert.get(again).json()["recording"] == str(recording.public_id)
    assert expert.get(again).json()["state"] == "complete"


def test_a_file_that_failed_may_be_sent_again(expert, opened):
    patch(expert, opened, 0, MP4)
    Recording.objects.update(state=Recording.State.FAILED)
    again = create(expert, len(MP4))["Location"]
    assert patch(expert, again, 0, MP4).status_code == 204
    assert Recording.objects.filter(state=Recording.State.PROCESSING).count() == 1


def test_an_upload_can_be_removed(expert, opened):
    patch(expert, opened, 0, MP4[:5000])
    assert expert.delete(opened, headers=TUS).status_code == 204
    assert expert.head(opened, headers=TUS).status_code == 410
    assert patch(expert, opened, 5000, b"x").status_code == 410
    assert list(parts.folder().glob("[!.]*")) == []


def test_an_abandoned_upload_expires_and_a_moving_one_does_not(expert, world):
    from datetime import timedelta

    from django.utils import timezone

    resting, moving = (create(expert, len(MP4))["Location"] for _ in range(2))
    late = timezone.now() + timedelta(days=7, seconds=5)
    Upload.objects.filter(pk=upload_at(moving).pk).update(expires_at=late + timedelta(days=1))
    assert operations.expire_uploads(at=late) == 1
    assert upload_at(resting).state == Upload.State.EXPIRED
    assert upload_at(moving).state == Upload.State.OPEN
    assert patch(expert, resting, 0, MP4).status_code == 410


def test_a_server_that_died_after_the_last_byte_finishes_later(expert, opened, world):
    # given that the last byte was acknowledged, and the process was killed before it could go on
    upload = upload_at(opened)
    parts.path_of(upload.public_id).write_bytes(MP4)
    Upload.objects.filter(pk=upload.pk).update(offset=len(MP4))
    # when the reconciler comes by, it reads no gigabytes itself: it asks a worker, and not again at once
    assert operations.complete_stragglers() == 1
    assert operations.complete_stragglers() == 0
    assert operations.finish_upload(upload_id=upload.pk, at=world.now)
    # then the file is stored, and a second message finds nothing to do
    assert Recording.objects.get().sha256 == hashlib.sha256(MP4).hexdigest()
    assert upload_at(opened).state == Upload.State.COMPLETE
    assert not operations.finish_upload(upload_id=upload.pk, at=world.now)
    cache.clear()
    assert operations.complete_stragglers() == 0


def test_bytes_that_nobody_owns_are_swept(expert, opened, world):
    stray = parts.path_of(upload_at(opened).public_id)
    patch(expert, opened, 0, MP4[:100])
    left = stray.with_name("0f8fad5b-d9cb-469f-a165-70867728950e.whole")
    left.write_bytes(b"of a process that died")
    foreign = stray.with_name("README")
    foreign.write_bytes(b"an administrator's")
    now = timezone.now()
    assert operations.sweep_parts(at=now) == 0
    assert operations.sweep_parts(at=now + operations.SWEPT_AFTER * 2) == 1
    assert sorted(path.name for path in parts.folder().glob("[!.]*")) == sorted([stray.name, "README"])


def test_the_quota_counts_what_is_kept_and_what_is_open(expert, world, client_for):
    with override_settings(UPLOAD_QUOTA_BYTES=3 * len(MP4)):
        address = create(expert, len(MP4))["Location"]
        patch(expert, address, 0, MP4)
        create(expert, len(MP4))
        refused = create(expert, len(MP4) + 1)
        assert (refused.status_code, refused.json()["code"]) == (413, "over_quota")
        # the sentence says how much is used, of how much, and what to do
        assert "39.1\xa0KB" in refused.json()["detail"]
        assert "58.6\xa0KB" in refused.json()["detail"]
        assert "管理员" in refused.json()["detail"]
        assert create(client_for(world.supporting_officer), len(MP4)).status_code == 201
        # an original that was dropped by policy takes no room any more
        Recording.objects.filter(owner=world.expert).exclude(original_file="").update(
            original_dropped_at=world.now
        )
        assert create(expert, len(MP4) + 1).status_code == 201


def test_a_cut_connection_keeps_what_came(expert, opened, world):
    blocks = [MP4[:3000], MP4[3000:9000]]

    def read(count):
        if not blocks:
            raise OSError("connection reset")
        return blocks.pop(0)

    with pytest.raises(receiving.ConnectionCut):
        receiving.receive(
            upload=upload_at(opened), offset=0, body=receiving.Body(read, len(MP4)), at=world.now
        )
    assert expert.head(opened, headers=TUS)["Upload-Offset"] == "9000"


def test_a_cut_block_with_a_checksum_is_forgotten(opened, world):
    blocks = [MP4[:3000], b""]
    body = receiving.Body(lambda _: blocks.pop(0), 6000, ("sha1", b"x" * 20))
    with pytest.raises(receiving.ConnectionCut):
        receiving.receive(upload=upload_at(opened), offset=0, body=body, at=world.now)
    assert upload_at(opened).offset == 0
