"""The first blocks of an upload: when a look is called for, the header sent ahead, and what the look may stop."""

import pytest
from django.test import Client

from media_pipeline.recordings.failures import Failure
from media_pipeline.recordings.models import Recording
from media_pipeline.uploads import operations, parts, receiving, rules
from media_pipeline.uploads.events import upload_begun
from media_pipeline.uploads.models import Upload
from tests.media_pipeline.tus import MP4, TUS, create, patch, upload_at


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
    # there is nothing to look at yet; the first look finds it there
    assert begun == []
    with django_capture_on_commit_callbacks(execute=True):
        patch(expert, address, 0, b"\0\0\0\x20ftypisom" + bytes(3 * MIB))
    assert len(begun) == 1
    expert.delete(address, headers=TUS)
    assert list(parts.folder().glob("[!.]*")) == []


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


def test_a_header_that_comes_late_calls_for_one_look_however_often_it_is_sent(
    expert, begun, django_capture_on_commit_callbacks
):
    address = create(expert, 18 * MIB)["Location"]
    patch(expert, address, 0, b"\0\0\0\x20ftypisom" + bytes(3 * MIB))
    # when it is sent again and again, each time another one
    with django_capture_on_commit_callbacks(execute=True):
        for place in range(5):
            assert send_header(expert, address, BOX, 4 * MIB + place).status_code == 204
    # then the first one stays, and calls for a look once
    kept = parts.header_of(parts.path_of(upload_at(address).public_id))
    assert (kept.offset, len(begun)) == (4 * MIB, 1)


def test_an_upload_that_nobody_is_sending_is_refused_with_its_bytes(expert, opened, world):
    patch(expert, opened, 0, MP4[:5000])
    upload = upload_at(opened)
    assert operations.refuse_early(recording_id=upload.recording_id, code=Failure.NO_SOUND, at=world.now)
    assert list(parts.folder().glob("[!.]*")) == []


def test_a_refusal_takes_no_bytes_from_under_their_writer(expert, opened, world):
    patch(expert, opened, 0, MP4[:5000])
    upload = upload_at(opened)
    # given that somebody is writing, or reading the whole file for its digest
    with parts.locked(upload.public_id) as part:
        assert operations.refuse_early(recording_id=upload.recording_id, code=Failure.NO_SOUND, at=world.now)
        assert part.path.exists()
    assert upload_at(opened).state == Upload.State.REFUSED


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
    assert list(parts.folder().glob("[!.]*")) == []
    assert not operations.refuse_early(recording_id=upload.recording_id, code=Failure.NO_SOUND, at=world.now)


def test_what_a_look_found_is_told_to_the_page(expert, opened):
    Recording.objects.update(
        warnings=["too_quiet", "of_tomorrow"], duration_ms=6_780_000, width=1280, height=720
    )
    said = expert.get(opened).json()
    assert [said[name] for name in ("duration_ms", "width", "height")] == [6_780_000, 1280, 720]
    assert len(said["warnings"]) == 1
    assert "声音" in said["warnings"][0]
