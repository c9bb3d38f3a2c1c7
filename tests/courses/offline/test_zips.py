"""The ZIP that is written as it is sent: whole or from any byte on, as any other program reads it."""

import io
import zipfile
import zlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.offline import zips
from courses.offline.zips import Archive, Member, TooLarge, bytes_reader

AT = datetime(2026, 10, 12, 9, 30, 2, tzinfo=UTC)
files = st.dictionaries(
    st.from_regex(r"[a-z]{1,12}(/[a-z0-9]{1,8}\.js)?", fullmatch=True), st.binary(max_size=300), max_size=8
)


def member(name, data):
    return Member(name, len(data), zlib.crc32(data), bytes_reader(data))


def archive_of(named):
    return Archive([member(name, data) for name, data in named.items()], at=AT)


def written(archive, first=0, length=None):
    return b"".join(archive.read(first, archive.size - first if length is None else length))


@given(files)
def test_any_other_program_reads_it(named):
    data = written(archive_of(named))
    with zipfile.ZipFile(io.BytesIO(data)) as read:
        assert read.testzip() is None
        assert {name: read.read(name) for name in read.namelist()} == named
        assert all(info.date_time == (2026, 10, 12, 9, 30, 2) for info in read.infolist())


@given(files, st.data())
def test_every_range_is_the_same_range_of_the_whole(named, data):
    archive = archive_of(named)
    whole = written(archive)
    assert len(whole) == archive.size
    first = data.draw(st.integers(0, archive.size - 1))
    length = data.draw(st.integers(1, archive.size - first))
    assert written(archive, first, length) == whole[first : first + length]


def test_what_lies_before_a_range_is_not_read():
    def forbidden(first, length):
        raise AssertionError("read")
        yield b""

    film = Member("film.mp4", 10**9, 7, forbidden)
    archive = Archive([film, member("last.txt", b"end")], at=AT)
    tail = written(archive, archive.size - 22)
    assert tail.startswith(b"PK\x05\x06")


def test_its_tag_changes_with_every_byte_and_only_then():
    assert archive_of({"a": b"1"}).tag == archive_of({"a": b"1"}).tag
    assert len({archive_of(each).tag for each in ({"a": b"1"}, {"a": b"2"}, {"b": b"1"}, {})}) == 4


def test_what_no_stick_can_hold_is_refused_and_says_how_long_it_is():
    def film(size):
        return Member("film.mp4", size, 0, bytes_reader(b""))

    room = zips.MOST_BYTES - Archive([film(0)], at=AT).size
    Archive([film(room)], at=AT)
    with pytest.raises(TooLarge) as error:
        Archive([film(room + 1)], at=AT)
    assert error.value.bytes == zips.MOST_BYTES + 1
