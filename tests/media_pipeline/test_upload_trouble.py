"""What goes wrong around an upload: full lines, slow lines, a lying disk, a folder that is elsewhere."""

import base64
import contextlib
import hashlib
import os
import socket
import threading
import time

import pytest
from django.db import OperationalError
from django.test import override_settings

from media_pipeline.recordings import files
from media_pipeline.recordings.models import Recording
from media_pipeline.uploads import lines, operations, parts, receiving, views
from media_pipeline.uploads.models import Upload
from tests.media_pipeline.tus import MP4, TUS, URL, create, encoded, patch, upload_at

LONG = b"\0\0\0\x20ftypisom" + os.urandom(400_000)


# --- what has arrived, told without sending it ------------------------------------------------------------------


def sampled(content: bytes) -> str:
    """As the page computes it."""
    span = max(0, len(content) - 65_536)
    whole = hashlib.sha256()
    for number in range(16):
        whole.update(content[span * number // 15 :][:65_536])
    return whole.hexdigest()


@pytest.mark.parametrize("until", [1, 5_000, 65_536, 65_537, 300_001])
def test_the_digest_of_what_has_arrived_is_that_of_the_beginning_of_the_file(expert, until):
    address = create(expert, len(LONG))["Location"]
    patch(expert, address, 0, LONG[:until])
    assert expert.get(f"{address}/digest").json() == {"offset": until, "sha256": sampled(LONG[:until])}


def test_the_digest_is_its_owners_alone_and_ends_with_the_upload(expert, opened, world, client_for, client):
    patch(expert, opened, 0, MP4[:9000])
    assert client_for(world.supporting_officer).get(f"{opened}/digest").status_code == 404
    assert client.get(f"{opened}/digest").status_code == 401
    assert expert.post(f"{opened}/digest", b"", content_type="text/plain").status_code == 405
    parts.path_of(upload_at(opened).public_id).unlink()
    assert expert.get(f"{opened}/digest").status_code == 410
    expert.delete(opened, headers=TUS)
    assert expert.get(f"{opened}/digest").status_code == 410


# --- threads ----------------------------------------------------------------------------------------------------


def test_one_account_has_two_lines_and_then_waits(expert, opened, world, client_for):
    # given an account that is sending two blocks at this moment
    with lines.line_of(world.expert.pk), lines.line_of(world.expert.pk):
        waits = patch(expert, opened, 0, MP4)
        # then a third, a header and a creation that brings bytes wait; nothing was taken, and nothing was opened
        assert (waits.status_code, waits.json()["code"], waits["Retry-After"]) == (423, "lines", "5")
        assert create(expert, len(MP4), data=MP4[:100]).status_code == 423
        box = {**TUS, "Upload-Box-Offset": "0"}
        assert expert.post(f"{opened}/header", b"moov", content_type="x/y", headers=box).status_code == 423
        assert upload_at(opened).offset == 0
        assert Upload.objects.count() == 1
        # while its state and other accounts go on as ever
        assert expert.head(opened, headers=TUS).status_code == 200
        assert create(client_for(world.supporting_officer), len(MP4), data=MP4[:100]).status_code == 201
    assert patch(expert, opened, 0, MP4).status_code == 204


def test_some_threads_are_always_left_for_the_pages(expert, opened):
    with contextlib.ExitStack() as others:
        for account in range(3):
            others.enter_context(lines.line_of(1000 + account))
            others.enter_context(lines.line_of(1000 + account))
        waits = patch(expert, opened, 0, MP4)
    assert (waits.status_code, waits.json()["code"], waits["Retry-After"]) == (503, "all_lines", "5")
    assert patch(expert, opened, 0, MP4).status_code == 204


def test_lines_are_counted_between_threads_and_given_back():
    taken, refused = [], []
    here = threading.Barrier(8)

    def send():
        here.wait()
        try:
            with lines.line_of(7):
                taken.append(1)
                here.wait()
        except lines.AccountLinesTaken:
            refused.append(1)
            here.wait()

    senders = [threading.Thread(target=send) for _ in range(8)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert (len(taken), len(refused)) == (2, 6)
    with lines.line_of(7), lines.line_of(7):
        pass


@pytest.mark.parametrize(("pace", "kept"), [(1_000, True), (10_000, False)])
def test_a_body_that_only_holds_a_thread_is_cut_and_kept(expert, opened, world, monkeypatch, pace, kept):
    # given a line of `pace` bytes a second
    passed = [0.0]
    monkeypatch.setattr(receiving.time, "monotonic", lambda: passed[0])
    sent = [0]

    def read(_count):
        passed[0] += 1
        block = MP4[sent[0] : sent[0] + pace // 10]
        passed[0] += len(block) / pace - 1
        sent[0] += len(block)
        return block

    upload = upload_at(opened)
    monkeypatch.setattr(lines, "SLOW_FOR", 5)
    if not kept:
        receiving.receive(upload=upload, offset=0, body=receiving.Body(read, len(MP4)), at=world.now)
        assert upload_at(opened).state == Upload.State.COMPLETE
        return
    with pytest.raises(receiving.ConnectionCut):
        receiving.receive(upload=upload, offset=0, body=receiving.Body(read, len(MP4)), at=world.now)
    assert 5_000 <= upload_at(opened).offset <= 5_200


def test_a_byte_now_and_then_does_not_hold_a_thread(monkeypatch):
    """A web server's read waits for all that was asked for, however slowly it comes."""
    monkeypatch.setattr(lines, "SLOW_FOR", 0.3)
    theirs, ours = socket.socketpair()
    stop = threading.Event()

    def drip():
        with contextlib.suppress(OSError):
            while not stop.wait(0.1):
                theirs.send(b".")

    def read(count):
        got = b""
        while len(got) < count and (piece := ours.recv(count - len(got))):
            got += piece
        return got

    sender = threading.Thread(target=drip)
    sender.start()
    began = time.monotonic()
    got = lines.never_dripping(read, ours)(1000)
    lasted = time.monotonic() - began
    stop.set()
    sender.join()
    assert 0 < len(got) < 100
    assert lasted < 20
    # and what comes in time comes whole
    theirs, ours = socket.socketpair()
    theirs.send(b"x" * 1000)
    assert lines.never_dripping(read, ours)(1000) == b"x" * 1000


# --- disks ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("checked", [False, True])
def test_a_disk_that_cannot_say_that_it_has_the_bytes_is_told_so_and_nothing_counts(
    expert, opened, monkeypatch, checked
):
    # given a disk whose fsync fails once, and says yes the next time, as Linux does
    faults = [OSError(5, "Input/output error")]
    real = parts.Part.sync

    def sync(self):
        if faults:
            raise faults.pop()
        real(self)

    monkeypatch.setattr(parts.Part, "sync", sync)
    monkeypatch.setattr(receiving, "COMMIT_BYTES", 4096)
    monkeypatch.setattr(receiving, "BLOCK_BYTES", 5000)
    sums = {"Upload-Checksum": "sha256 " + digest64(MP4)} if checked else {}
    answer = patch(expert, opened, 0, MP4, **sums)
    # then the sender is told, no byte is acknowledged, and the next try goes through
    assert (answer.status_code, answer.json()["code"]) == (507, "no_space")
    assert upload_at(opened).offset == 0
    assert patch(expert, opened, 0, MP4, **sums).status_code == 204
    assert Recording.objects.get().sha256 == hashlib.sha256(MP4).hexdigest()


def digest64(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def test_a_part_that_is_gone_when_it_is_to_be_read_whole_is_no_fault_of_the_server(
    expert, opened, monkeypatch
):
    whole = parts.sha256_of

    def gone(path):
        path.unlink()
        return whole(path)

    monkeypatch.setattr(parts, "sha256_of", gone)
    assert patch(expert, opened, 0, MP4).status_code == 410


def test_a_storage_that_fails_costs_nothing_that_was_acknowledged(expert, opened, world, monkeypatch):
    keep = files.keep

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "keep", full)
    # when the last byte is here and the storage is full, the sender is done
    assert patch(expert, opened, 0, MP4).status_code == 204
    assert upload_at(opened).state == Upload.State.OPEN
    # then it is stored as soon as there is room
    monkeypatch.setattr(files, "keep", keep)
    assert operations.finish_upload(upload_id=upload_at(opened).pk, at=world.now)
    assert upload_at(opened).state == Upload.State.COMPLETE


# --- folders ----------------------------------------------------------------------------------------------------


@override_settings(UPLOAD_INLINE_BYTES=10_000)
def test_a_worker_without_the_folder_destroys_nothing(expert, opened, world, tmp_path):
    patch(expert, opened, 0, MP4)
    upload = upload_at(opened)
    # given a worker on another machine, with an upload folder of its own
    with override_settings(UPLOAD_DIR=tmp_path / "elsewhere"):
        assert not operations.finish_upload(upload_id=upload.pk, at=world.now)
        assert not operations.finish_upload(upload_id=upload.pk, at=world.now)
    assert upload_at(opened).state == Upload.State.OPEN
    # then a worker that has it finishes it
    assert operations.finish_upload(upload_id=upload.pk, at=world.now)
    assert upload_at(opened).state == Upload.State.COMPLETE


@override_settings(UPLOAD_INLINE_BYTES=10_000)
def test_where_the_bytes_should_be_and_are_not_the_upload_is_refused(expert, opened, world):
    patch(expert, opened, 0, MP4)
    parts.path_of(upload_at(opened).public_id).unlink()
    assert operations.finish_upload(upload_id=upload_at(opened).pk, at=world.now)
    upload = upload_at(opened)
    assert (upload.state, upload.refusal_code) == (Upload.State.REFUSED, "file_missing")


def test_a_folder_names_itself_once_for_everybody(tmp_path):
    named = set()
    here = threading.Barrier(8)

    def ask():
        here.wait()
        named.add(parts.folder_id())

    asking = [threading.Thread(target=ask) for _ in range(8)]
    for each in asking:
        each.start()
    for each in asking:
        each.join()
    assert len(named) == 1
    assert named == {(tmp_path / "uploads" / ".folder").read_text()}


# --- room -------------------------------------------------------------------------------------------------------


def test_room_is_promised_to_one_sender_at_a_time_on_postgresql(expert, monkeypatch):
    """The lock is over the whole site: one over the owner's row let two owners have the same room."""
    asked = []

    class Cursor:
        def execute(self, statement, _parameters):
            asked.append(statement)

    class Connection:
        vendor = "postgresql"

        @staticmethod
        @contextlib.contextmanager
        def cursor():
            yield Cursor()

    monkeypatch.setattr(operations, "connection", Connection)
    free = parts.free_bytes
    monkeypatch.setattr(parts, "free_bytes", lambda: asked.append("counted") or free())
    assert create(expert, 100).status_code == 201
    assert "pg_advisory_xact_lock" in asked[0]
    assert asked[1] == "counted"


def test_what_was_refused_takes_nothing_of_the_quota(expert, opened):
    patch(expert, opened, 0, MP4)
    with override_settings(UPLOAD_QUOTA_BYTES=len(MP4)):
        assert create(expert, 1).status_code == 413
        Recording.objects.update(state=Recording.State.REFUSED)
        assert create(expert, 1).status_code == 201


# --- headers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        {"Upload-Checksum": "sha1 \xe9\xe9\xe9\xe9"},
        {"Repr-Digest": "sha-256=:\xe9\xe9:"},
        {"Upload-Checksum": "sha1 é讲="},
    ],
)
def test_a_header_in_no_ascii_is_misunderstood_and_not_a_fault(expert, opened, header):
    assert patch(expert, opened, 0, MP4, **header).status_code == 400
    assert upload_at(opened).offset == 0


def test_metadata_in_no_ascii_is_misunderstood_and_not_a_fault(expert):
    for said in ("filename \xe9\xe9\xe9\xe9", "filename 讲座", f"filename {encoded('a.mp4')},sha256 é"):
        answer = create(expert, 100, headers={"Upload-Metadata": said})
        assert answer.status_code == 400
    assert expert.get(URL).json() == {"uploads": []}


def test_a_database_that_is_away_for_a_moment_costs_no_upload(expert, opened, monkeypatch):
    def away(*_arguments):
        raise OperationalError("database is locked")

    with monkeypatch.context() as trouble:
        trouble.setattr(views.queries, "upload_of", away)
        answer = expert.head(opened, headers=TUS)
        # the one answer after which a tus client asks for the same upload again
        assert (answer.status_code, "Retry-After" in answer.headers) == (423, True)
        with pytest.raises(OperationalError):
            expert.get(opened)
    assert expert.head(opened, headers=TUS).status_code == 200
