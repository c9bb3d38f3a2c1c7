"""This machine's copies of originals in object storage: fetched once, whole or not at all, and thrown out in time."""

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import Storage

from media_pipeline.recordings import files, originals
from media_pipeline.recordings.failures import Failure, StageFailed

NAME = "3f0e/original"
CONTENT = b"0123456789" * 1000


class Far(Storage):
    """A storage whose files have no path on this machine."""

    def __init__(self):
        self.stored = {}

    def _save(self, name, content):
        self.stored[name] = content.read()
        return name

    def _open(self, name, mode="rb"):
        return ContentFile(self.stored[name])

    def exists(self, name):
        return name in self.stored

    def size(self, name):
        if name not in self.stored:
            raise FileNotFoundError(name)
        return len(self.stored[name])


@pytest.fixture
def far(settings):
    """A storage that is not on this disk, with one original in it."""
    settings.STORAGES = {**settings.STORAGES, "recordings": {"BACKEND": f"{__name__}.Far"}}
    there = files.storage()
    there.save(NAME, ContentFile(CONTENT))
    return there


@pytest.fixture
def fetches(monkeypatch) -> list[str]:
    """The names that were fetched, in order."""
    names: list[str] = []
    fetch: Callable[..., None] = originals.fetch

    def counted(there, name, path):
        names.append(name)
        time.sleep(0.05)  # long enough for the others to come and wait
        fetch(there, name, path)

    monkeypatch.setattr(originals, "fetch", counted)
    return names


def kept(settings):
    """The copies on this machine, without their locks."""
    return sorted(
        path for path in (settings.MEDIA_WORK_DIR / "originals").glob("*") if path.suffix != ".lock"
    )


def age(path, **units):
    """Let a copy have been used last so long ago."""
    then = time.time() - sum(value * {"hours": 3600, "minutes": 60}[unit] for unit, value in units.items())
    os.utime(path, (then, then))


def test_every_chunk_reads_the_same_copy(far, fetches, tmp_path):
    for _chunk in range(3):
        with files.local_copy(NAME, folder=tmp_path) as path:
            assert path.is_absolute()
            assert path.read_bytes() == CONTENT
    assert fetches == [NAME]


def test_workers_that_come_at_once_fetch_it_once(far, fetches, tmp_path):
    together = threading.Barrier(4)

    def work(_worker):
        together.wait()
        with files.local_copy(NAME, folder=tmp_path) as path:
            return path.read_bytes()

    with ThreadPoolExecutor(4) as workers:
        assert list(workers.map(work, range(4))) == [CONTENT] * 4
    assert fetches == [NAME]


def test_two_originals_do_not_wait_for_each_other_nor_mix(far, fetches, tmp_path):
    far.save("77aa/original", ContentFile(b"other"))
    with (
        files.local_copy(NAME, folder=tmp_path) as one,
        files.local_copy("77aa/original", folder=tmp_path) as two,
    ):
        assert (one.read_bytes(), two.read_bytes()) == (CONTENT, b"other")


def test_a_copy_that_is_not_whole_is_fetched_again(far, fetches, settings, tmp_path):
    with files.local_copy(NAME, folder=tmp_path) as path:
        pass
    path.write_bytes(CONTENT[:-1])
    with files.local_copy(NAME, folder=tmp_path) as path:
        assert path.read_bytes() == CONTENT
    assert fetches == [NAME, NAME]


def test_a_worker_that_died_while_fetching_leaves_nothing_that_counts(far, settings, tmp_path):
    # given a beginning under the name beside the copy's, as kill -9 leaves it
    with files.local_copy(NAME, folder=tmp_path) as path:
        pass
    path.unlink()
    begun = path.with_name(f"{path.name}.part")
    begun.write_bytes(CONTENT[:100])
    # then the next one fetches all of it
    with files.local_copy(NAME, folder=tmp_path) as path:
        assert path.read_bytes() == CONTENT
    assert not begun.exists()


def test_a_line_that_breaks_leaves_no_copy(far, monkeypatch, settings, tmp_path):
    monkeypatch.setattr(originals.shutil, "copyfileobj", lambda stored, target, _block: target.write(b"half"))
    with pytest.raises(StageFailed) as failure, files.local_copy(NAME, folder=tmp_path):
        pass
    assert failure.value.code == Failure.FILE_MISSING
    assert kept(settings) == []


def test_what_the_storage_has_not_is_missing(far, settings, tmp_path):
    with pytest.raises(FileNotFoundError), files.local_copy("gone/original", folder=tmp_path):
        pass
    assert kept(settings) == []


def test_what_was_not_used_for_a_day_goes_when_another_comes(far, settings, tmp_path):
    for number, hours in enumerate((25, 23)):
        far.save(f"{number}/original", ContentFile(b"x"))
        with files.local_copy(f"{number}/original", folder=tmp_path) as path:
            pass
        age(path, hours=hours)
    with files.local_copy(NAME, folder=tmp_path) as fresh:
        assert kept(settings) == sorted([path, fresh])


def test_using_a_copy_keeps_it_for_another_day(far, fetches, settings, tmp_path):
    with files.local_copy(NAME, folder=tmp_path) as path:
        pass
    age(path, hours=23)
    with files.local_copy(NAME, folder=tmp_path):
        pass
    assert time.time() - path.stat().st_mtime < 60
    assert fetches == [NAME]


@pytest.fixture
def small_disk(monkeypatch, settings):
    """A disk that has room for one copy beside what work needs."""
    room = originals.ROOM_BYTES + 1500

    def free():
        return room - sum(path.stat().st_size for path in kept(settings))

    monkeypatch.setattr(originals, "_free", free)


def test_a_short_disk_throws_out_the_longest_unused_first(far, small_disk, settings, tmp_path):
    for number, minutes in enumerate((10, 30, 20)):
        far.save(f"{number}/original", ContentFile(b"x" * 500))
        with files.local_copy(f"{number}/original", folder=tmp_path) as path:
            pass
        age(path, minutes=minutes)
    oldest = min(kept(settings), key=lambda path: path.stat().st_mtime)
    far.save("new/original", ContentFile(b"x" * 500))
    with files.local_copy("new/original", folder=tmp_path) as fresh:
        assert len(kept(settings)) == 3
        assert fresh in kept(settings)
        assert oldest not in kept(settings)


def test_what_is_in_use_stays_and_the_newcomer_has_to_wait(far, small_disk, settings, tmp_path):
    far.save("mine/original", ContentFile(b"x" * 1000))
    far.save("yours/original", ContentFile(b"x" * 1000))
    with files.local_copy("mine/original", folder=tmp_path) as mine:
        age(mine, hours=48)
        with pytest.raises(StageFailed) as failure, files.local_copy("yours/original", folder=tmp_path):
            pass
        assert failure.value.code == Failure.NO_SPACE
        assert mine.exists()
    # afterwards there is room
    age(mine, hours=48)
    with files.local_copy("yours/original", folder=tmp_path) as yours:
        assert kept(settings) == [yours]


def test_workers_that_throw_out_while_others_fetch_break_nothing(far, monkeypatch, tmp_path):
    """Many at once on a disk where every newcomer throws the last one out: each reads exactly its own file."""
    monkeypatch.setattr(originals, "KEPT_UNUSED_SECONDS", -1)
    for number in range(3):
        far.save(f"{number}/original", ContentFile(bytes([number]) * 50_000))

    def work(turn):
        number = turn % 3
        with files.local_copy(f"{number}/original", folder=tmp_path) as path:
            first = path.read_bytes()
            time.sleep(0.002)
            return first == path.read_bytes() == bytes([number]) * 50_000

    with ThreadPoolExecutor(6) as workers:
        assert all(workers.map(work, range(60)))


def test_other_files_are_copied_for_one_job_and_removed(far, settings, tmp_path):
    far.save("3f0e/parts/1/0/1/light.mp4", ContentFile(b"chunk 0"))
    far.save("3f0e/parts/1/1/1/light.mp4", ContentFile(b"chunk 1"))
    with (
        files.local_copy("3f0e/parts/1/0/1/light.mp4", folder=tmp_path) as one,
        files.local_copy("3f0e/parts/1/1/1/light.mp4", folder=tmp_path) as two,
    ):
        assert (one.read_bytes(), two.read_bytes()) == (b"chunk 0", b"chunk 1")
        assert one.parent == two.parent == tmp_path
    assert not one.exists()
    assert not two.exists()


def test_on_a_local_disk_nothing_is_copied(settings, tmp_path):
    made = tmp_path / "made"
    made.write_bytes(CONTENT)
    files.keep(made, NAME)
    with files.local_copy(NAME, folder=tmp_path) as path:
        assert path == files.local_path(files.storage(), NAME)
    assert kept(settings) == []
