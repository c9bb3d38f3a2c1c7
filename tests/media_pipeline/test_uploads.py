"""The tus endpoint as a browser's client meets it: resumable, bounded, and the owner's alone."""

import base64
import fcntl
import hashlib
import os

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client, override_settings

from media_pipeline.recordings.events import recording_refused
from media_pipeline.recordings.failures import Failure
from media_pipeline.recordings.models import Recording
from media_pipeline.uploads import operations, parts, receiving, rules
from media_pipeline.uploads.events import upload_begun, upload_completed
from media_pipeline.uploads.models import Upload
from qianchang.groundwork.models import AuditEntry

URL = "/api/v1/uploads/"
MP4 = b"\x00\x00\x00\x20ftypisom" + os.urandom(20_000)
TUS = {"Tus-Resumable": "1.0.0"}
BODY = "application/offset+octet-stream"


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def create(client, length, name="课程.mp4", **more):
    headers = {
        **TUS,
        "Upload-Length": str(length),
        "Upload-Metadata": f"filename {encoded(name)},filetype {encoded('video/mp4')}",
    }
    headers |= more.pop("headers", {})
    return client.post(URL, more.pop("data", b""), headers=headers, content_type=BODY)


def patch(client, address, offset, data, **headers):
    return client.patch(
        address, data, content_type=BODY, headers={**TUS, "Upload-Offset": str(offset), **headers}
    )


@pytest.fixture
def expert(world, client_for):
    return client_for(world.expert)


@pytest.fixture
def opened(expert):
    return create(expert, len(MP4))["Location"]


def upload_at(address):
    return Upload.objects.get(public_id=address.rsplit("/", 1)[-1])


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
    assert list(parts.folder().iterdir()) == []
    verbs = AuditEntry.objects.order_by("pk").values_list("verb", "actor_name")
    assert ("recording received", world.expert.get_username()) in list(verbs)
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
    assert list(parts.folder().iterdir()) == []
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
    assert list(parts.folder().iterdir()) == []


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


def digest_of(content):
    return f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"


def test_a_whole_file_that_is_what_its_sender_has_is_taken(expert, opened):
    patch(expert, opened, 0, MP4[:9000])
    answer = patch(expert, opened, 9000, MP4[9000:], **{"Repr-Digest": digest_of(MP4)})
    assert answer.status_code == 204
    assert Recording.objects.get().state == Recording.State.PROCESSING
    assert list(parts.folder().iterdir()) == []


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
    assert list(parts.folder().iterdir()) == []
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


def test_bytes_that_nobody_owns_are_swept(expert, opened, world):
    stray = parts.path_of(upload_at(opened).public_id)
    patch(expert, opened, 0, MP4[:100])
    left = stray.with_name("0f8fad5b-d9cb-469f-a165-70867728950e.whole")
    left.write_bytes(b"of a process that died")
    foreign = stray.with_name("README")
    foreign.write_bytes(b"an administrator's")
    from django.utils import timezone

    now = timezone.now()
    assert operations.sweep_parts(at=now) == 0
    assert operations.sweep_parts(at=now + operations.SWEPT_AFTER * 2) == 1
    assert sorted(path.name for path in parts.folder().iterdir()) == sorted([stray.name, "README"])


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


@pytest.fixture
def begun():
    heard = []
    upload_begun.connect(
        lambda recording_id, **_: heard.append(recording_id), weak=False, dispatch_uid="begun"
    )
    yield heard
    upload_begun.disconnect(dispatch_uid="begun")


MIB = 1024**2


def test_a_look_is_called_for_once_at_each_mark(expert, begun, django_capture_on_commit_callbacks):
    content = b"\0\0\0\x20ftypisom" + bytes(17 * MIB)
    address = create(expert, 18 * MIB)["Location"]
    counted = []
    for offset, until in ((0, MIB), (MIB, 3 * MIB), (3 * MIB, 4 * MIB), (4 * MIB, 17 * MIB)):
        with django_capture_on_commit_callbacks(execute=True):
            assert patch(expert, address, offset, content[offset:until]).status_code == 204
        counted.append(len(begun))
    assert counted == [0, 1, 1, 2]


def send_header(client, address, box, offset, **more):
    headers = {**TUS, "Upload-Box-Offset": str(offset), **more}
    return client.post(f"{address}/header", box, content_type="application/octet-stream", headers=headers)


BOX = b"\0\0\0\x40moov" + bytes(56)


def test_the_header_of_a_file_may_come_ahead(expert, begun, django_capture_on_commit_callbacks):
    address = create(expert, 18 * MIB)["Location"]
    path = parts.path_of(upload_at(address).public_id)
    with django_capture_on_commit_callbacks(execute=True):
        assert send_header(expert, address, BOX, 18 * MIB - len(BOX)).status_code == 204
    assert parts.header_of(path) == parts.Header(18 * MIB - len(BOX), BOX)
    # there is nothing to look at yet; once there is, a header that comes late calls for a look of its own
    assert begun == []
    with django_capture_on_commit_callbacks(execute=True):
        patch(expert, address, 0, b"\0\0\0\x20ftypisom" + bytes(3 * MIB))
        send_header(expert, address, BOX, 18 * MIB - len(BOX))
    assert len(begun) == 2
    expert.delete(address, headers=TUS)
    assert list(parts.folder().iterdir()) == []


def test_a_header_is_bounded_and_the_owners_alone(expert, world, client_for, client):
    address = create(expert, 18 * MIB)["Location"]
    assert send_header(expert, address, b"\0\0\0\x40mdat" + bytes(56), 0).status_code == 400
    assert send_header(expert, address, BOX + b"x", 0).status_code == 400
    assert send_header(expert, address, BOX, 18 * MIB).status_code == 400
    assert send_header(expert, address, BOX, -1).status_code == 400
    assert send_header(expert, address, bytes(rules.HEADER_BYTES + 1), 0).status_code == 413
    assert send_header(client_for(world.supporting_officer), address, BOX, 0).status_code == 404
    assert send_header(client, address, BOX, 0).status_code == 401
    guarded = Client(enforce_csrf_checks=True)
    guarded.force_login(world.expert)
    assert send_header(guarded, address, BOX, 0).status_code == 403
    assert parts.header_of(parts.path_of(upload_at(address).public_id)) is None


def test_an_upload_that_a_look_refuses_takes_no_further_byte(expert, opened, world):
    patch(expert, opened, 0, MP4[:5000])
    upload = upload_at(opened)
    # given a request in the middle of its body when the look ends
    blocks = [MP4[5000:6000], MP4[6000:7000]]

    def read(_count):
        if len(blocks) == 1:
            assert operations.refuse_early(
                recording_id=upload.recording_id, code=Failure.NO_SOUND, at=world.now
            )
        return blocks.pop(0)

    with pytest.raises(receiving.RefusedAtDoor) as refusal:
        receiving.receive(upload=upload, offset=5000, body=receiving.Body(read, 2000), at=world.now)
    assert refusal.value.code == Failure.NO_SOUND
    answer = patch(expert, opened, 7000, MP4[7000:])
    assert (answer.status_code, answer.json()["code"]) == (415, "no_sound")
    assert list(parts.folder().iterdir()) == []
    assert not operations.refuse_early(recording_id=upload.recording_id, code=Failure.NO_SOUND, at=world.now)


def test_what_a_look_found_is_told_to_the_page(expert, opened):
    Recording.objects.update(
        warnings=["too_quiet", "of_tomorrow"], duration_ms=6_780_000, width=1280, height=720
    )
    said = expert.get(opened).json()
    assert [said[name] for name in ("duration_ms", "width", "height")] == [6_780_000, 1280, 720]
    assert len(said["warnings"]) == 1
    assert "声音" in said["warnings"][0]


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


@pytest.mark.parametrize(
    ("head", "container"),
    [
        (b"\0\0\0\x18ftypmp42", "mp4"),
        (b"\0\0\0\x08wide", "mp4"),
        (b"\x1a\x45\xdf\xa3", "matroska"),
        (b"RIFF\0\0\0\0AVI LIST", "avi"),
        (b"RIFF\0\0\0\0WAVEfmt ", "wav"),
        (b"RIFF\0\0\0\0WEBPVP8 ", None),
        (b"OggS", "ogg"),
        (b"fLaC", "flac"),
        (b"ID3\x04", "mp3"),
        (b"\xff\xfb\x90\x00", "mp3"),
        (b"\xff\xff\xff\xff", None),
        (b"\xff\xd8\xff\xe0", None),  # a JPEG
        ((b"G" + b"\xff" * 187) * 5, "mpeg-ts"),
        ((b"\0\0\0\0G" + b"\xff" * 187) * 5, "mpeg-ts"),
        (b"G" * 3 + b"IF89a" * 100, None),
        (b"\0\0\1\xba", "mpeg-ps"),
        (bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"), "asf"),
        (b"", None),
    ],
)
def test_containers_are_known_by_their_first_bytes(head, container):
    assert rules.container_of(head) == container


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("医疗损害鉴定.mp4", "医疗损害鉴定.mp4"),
        ("C:\\Users\\chen\\课.mp4", "课.mp4"),
        ("../../etc/passwd", "passwd"),
        ("a\x00b\u202egpm.mp4\n", "abgpm.mp4"),
        ("", "recording"),
        ("x" * 500, "x" * 200),
    ],
)
def test_a_name_is_only_ever_shown(said, shown):
    assert rules.shown_name({"filename": said}) == shown
