"""A ZIP that is written as it is sent, from any byte on: nothing is compressed, and the length and CRC-32 of each member
are known beforehand. So a cut download goes on where it was, and no film passes through memory or a second disk.

Plain arithmetic on the format (PKWARE APPNOTE, 4.3): one local header and the bytes for each member, then the directory.
"""

import hashlib
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

Reader = Callable[[int, int], Iterator[bytes]]
"""Yields so many bytes from an offset on."""

# What a file of FAT32, the usual file system of sticks, can hold; the format without its 64-bit form ends there as well.
MOST_BYTES = 4 * 1024**3 - 1
_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END = struct.Struct("<4sHHHHIIH")
# Version 2.0 of the format; names are ASCII, so that every old Windows reads them.
_VERSION = 20


class TooLarge(Exception):
    """The archive is longer than a file of a stick may be. `bytes` says how long it would be."""

    def __init__(self, size: int) -> None:
        self.bytes = size
        super().__init__(size)


@dataclass(frozen=True)
class Member:
    """One file in the archive."""

    name: str
    size: int
    crc32: int
    read: Reader


@dataclass(frozen=True)
class _Part:
    size: int
    read: Reader


def bytes_reader(data: bytes) -> Reader:
    """Return a reader of bytes that are here."""

    def read(offset: int, length: int) -> Iterator[bytes]:
        yield data[offset : offset + length]

    return read


class Archive:
    """An archive of members, all of them with one date. Raises TooLarge."""

    def __init__(self, members: Sequence[Member], *, at: datetime) -> None:
        self.members = tuple(members)
        self._stamp = _dos(at)
        if self.size > MOST_BYTES:
            raise TooLarge(self.size)

    @cached_property
    def size(self) -> int:
        """How many bytes it has."""
        names = sum(len(member.name) for member in self.members)
        heads = len(self.members) * (_LOCAL.size + _CENTRAL.size) + 2 * names
        return heads + sum(member.size for member in self.members) + _END.size

    @cached_property
    def tag(self) -> str:
        """What differs wherever a byte of it differs."""
        told = [(member.name, member.size, member.crc32) for member in self.members]
        return hashlib.sha256(repr((self._stamp, told)).encode()).hexdigest()[:32]

    def read(self, first: int, length: int) -> Iterator[bytes]:
        """Yield so many of its bytes from an offset on. Parts before it are not read."""
        for part in self._parts():
            if length <= 0:
                return
            if first >= part.size:
                first -= part.size
                continue
            wanted = min(length, part.size - first)
            yield from part.read(first, wanted)
            length -= wanted
            first = 0

    def _parts(self) -> Iterator[_Part]:
        for member in self.members:
            head = self._local(member)
            yield _Part(len(head), bytes_reader(head))
            yield _Part(member.size, member.read)
        end = self._directory()
        yield _Part(len(end), bytes_reader(end))

    def _local(self, member: Member) -> bytes:
        name = member.name.encode("ascii")
        time, day = self._stamp
        head = _LOCAL.pack(
            b"PK\x03\x04", _VERSION, 0, 0, time, day, member.crc32, member.size, member.size, len(name), 0
        )
        return head + name

    def _directory(self) -> bytes:
        entries, offset = [], 0
        time, day = self._stamp
        for member in self.members:
            name = member.name.encode("ascii")
            entries.append(
                _CENTRAL.pack(
                    b"PK\x01\x02", _VERSION, _VERSION, 0, 0, time, day, member.crc32, member.size, member.size,
                    len(name), 0, 0, 0, 0, 0, offset,
                )
                + name
            )  # fmt: skip
            offset += _LOCAL.size + len(name) + member.size
        directory, count = b"".join(entries), len(entries)
        return directory + _END.pack(b"PK\x05\x06", 0, 0, count, count, len(directory), offset, 0)


def _dos(at: datetime) -> tuple[int, int]:
    """A time and a day as MS-DOS wrote them."""
    return (
        at.hour << 11 | at.minute << 5 | at.second // 2,
        max(at.year - 1980, 0) << 9 | at.month << 5 | at.day,
    )
