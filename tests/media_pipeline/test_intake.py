"""Recordings that came by post: the same door, limits and verification as over the line, and the disk stays as it was."""

import hashlib
import os
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from media_pipeline.recordings import files
from media_pipeline.recordings.models import Recording
from media_pipeline.uploads import intake, operations, parts, receiving
from media_pipeline.uploads.models import Upload


@pytest.fixture
def disk(tmp_path):
    """What lies in the envelope: two lectures in a folder, and the list of their checksums."""
    disk = tmp_path / "disk"
    (disk / "第二讲").mkdir(parents=True)
    (disk / "01.mp4").write_bytes(b"\0\0\0\x20ftypisom" + os.urandom(300_000))
    (disk / "第二讲" / "02.mkv").write_bytes(b"\x1a\x45\xdf\xa3" + os.urandom(200_000))
    return disk


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_sums(disk):
    lines = [f"{digest(disk / '01.mp4')}  01.mp4", f"{digest(disk / '第二讲' / '02.mkv')} *./第二讲/02.mkv"]
    (disk / "SHA256SUMS").write_text("\n".join(lines) + "\n", encoding="utf-8")


def run(*arguments, owner):
    """Return what the command printed, and its error or an empty string."""
    said = StringIO()
    try:
        call_command("intake", *map(str, arguments), "--owner", owner.get_username(), stdout=said)
    except CommandError as error:
        return said.getvalue(), str(error)
    return said.getvalue(), ""


def contents(disk):
    return {
        path.relative_to(disk).as_posix(): path.read_bytes() for path in disk.rglob("*") if path.is_file()
    }


def test_a_folder_becomes_recordings_and_stays_as_it_was(world, disk, django_capture_on_commit_callbacks):
    write_sums(disk)
    before = contents(disk)
    with django_capture_on_commit_callbacks(execute=True):
        said, error = run(disk, owner=world.expert)
    assert error == ""
    assert said.count("✓") == 2
    assert said.count("与校验清单一致") == 2
    first, second = Recording.objects.order_by("original_name")
    assert (first.original_name, first.sha256) == ("01.mp4", digest(disk / "01.mp4"))
    assert (second.original_name, second.owner, second.state) == ("02.mkv", world.expert, "processing")
    with files.storage().open(second.original_file) as kept:
        assert kept.read() == before["第二讲/02.mkv"]
    assert second.jobs.filter(kind="probe").exists()
    assert contents(disk) == before
    assert list(parts.folder().glob("[!.]*")) == []


def test_the_same_disk_again_copies_nothing(world, disk):
    run(disk, owner=world.expert)
    said, error = run(disk, owner=world.expert)
    assert error == ""
    assert said.count("没有重复拷贝") == 2
    assert Recording.objects.count() == Upload.objects.count() == 2


def test_a_copy_that_was_killed_goes_on(world, disk):
    # given a copy that was killed after its first acknowledgement
    film = disk / "01.mp4"
    upload = operations.create_upload(
        length=film.stat().st_size, name="01.mp4", by=world.expert, at=world.now
    )
    blocks = [film.read_bytes()[:100_000], b""]
    with pytest.raises(receiving.ConnectionCut):
        receiving.receive(upload=upload, offset=0, at=world.now,
                          body=receiving.Body(lambda _count: blocks.pop(0), film.stat().st_size))  # fmt: skip
    said, error = run(film, owner=world.expert)
    assert (said.count("✓"), error) == (1, "")
    upload.refresh_from_db()
    assert upload.state == Upload.State.COMPLETE
    assert Recording.objects.get().sha256 == digest(film)


def test_half_of_another_file_does_not_become_part_of_this_one(world, disk):
    film = disk / "01.mp4"
    upload = operations.create_upload(
        length=film.stat().st_size, name="01.mp4", by=world.expert, at=world.now
    )
    body = receiving.Body(iter([b"\0\0\0\x20ftypisom" + bytes(90_000)]).__next__, 90_012)
    receiving.receive(
        upload=upload, offset=0, body=receiving.Body(lambda _n: body.read(), 90_012), at=world.now
    )
    # when the file of that name and size comes, it is told by its bytes, and the other one is left to its sender
    assert run(film, owner=world.expert)[1] == ""
    upload.refresh_from_db()
    assert (upload.state, upload.offset) == (Upload.State.OPEN, 90_012)
    assert Recording.objects.get(state=Recording.State.PROCESSING).sha256 == digest(film)


def test_a_file_that_is_not_what_the_list_says_is_not_taken(world, disk):
    write_sums(disk)
    film = disk / "01.mp4"
    film.write_bytes(film.read_bytes()[:-1] + b"?")
    said, error = run(disk, owner=world.expert)
    lines = {line.split(":")[0]: line for line in said.splitlines()}
    assert "与校验清单不符" in lines[f"✗ {film}"]
    assert f"✓ {disk / '第二讲' / '02.mkv'}" in lines
    assert error == "有 1 个文件没有收下。"
    assert [recording.original_name for recording in Recording.objects.all()] == ["02.mkv"]


def test_what_is_not_a_recording_and_what_is_too_much_is_refused_with_its_sentence(world, disk):
    (disk / "课件.pdf").write_bytes(b"%PDF-1.7" + bytes(5000))
    (disk / "空.mp4").write_bytes(b"")
    with override_settings(UPLOAD_MAX_BYTES=250_000):
        said, error = run(disk, owner=world.expert)
    refused = [line for line in said.splitlines() if line.startswith("✗")]
    assert len(refused) == 3
    assert error
    assert all("。" in line for line in refused)
    with override_settings(UPLOAD_QUOTA_BYTES=400_000):
        said, _error = run(disk / "01.mp4", owner=world.expert)
    assert "上限" in said
    assert contents(disk).keys() == {"01.mp4", "第二讲/02.mkv", "课件.pdf", "空.mp4"}


def test_a_disk_that_points_elsewhere_is_not_followed(world, disk, tmp_path):
    private = tmp_path / "private.mp4"
    private.write_bytes(b"\0\0\0\x20ftypisom" + os.urandom(5000))
    (disk / "link.mp4").symlink_to(private)
    (disk / "folder").symlink_to(tmp_path)
    os.mkfifo(disk / "pipe.mp4")
    said, error = run(disk, owner=world.expert)
    assert digest(private) not in Recording.objects.values_list("sha256", flat=True)
    assert "private" not in said
    assert f"✗ {disk / 'pipe.mp4'}" in said
    assert error
    with pytest.raises(intake.NotTaken):
        intake.take_in(path=disk / "link.mp4", owner=world.expert, at=world.now)


def test_who_may_not_upload_may_not_send_a_disk_either(world, disk):
    said, error = run(disk, owner=world.county_account)
    assert said == ""
    assert "讲师" in error
    assert not Recording.objects.exists()


@pytest.mark.parametrize("line", ["not a digest  01.mp4", "abc123  01.mp4"])
def test_a_list_that_nobody_understands_stops_the_intake(world, disk, line):
    (disk / "SHA256SUMS").write_text(f"# by post\n\n{line}\n")
    said, error = run(disk, owner=world.expert)
    assert said == ""
    assert "第 3 行" in error


def test_a_file_that_is_not_on_the_list_is_taken_and_said_so(world, disk, tmp_path):
    sums = tmp_path / "list.txt"
    sums.write_text(f"{digest(disk / '01.mp4')}  01.mp4\n")
    said, error = run(disk, "--sha256-file", sums, owner=world.expert)
    assert error == ""
    assert (said.count("与校验清单一致"), said.count("校验清单里没有这个文件")) == (1, 1)


@pytest.mark.parametrize("arguments", [["/nowhere/at/all"]])
def test_a_path_that_is_not_there(world, arguments):
    assert "不存在" in run(*arguments, owner=world.expert)[1]
