"""Byte ranges (RFC 9110, section 14): Django's own file response ignores them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

BLOCK_BYTES = 64 * 1024
_SINGLE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


class RangeNotSatisfiable(Exception):
    """The range begins behind the end of the file."""


@dataclass(frozen=True)
class ByteRange:
    """Bytes `first` to `last`, both included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1


def parse_range(header: str | None, size: int) -> ByteRange | None:
    """Return the range that is asked for, or None for the whole file.

    A header that is not one single byte range is passed over, as the RFC allows. Raises RangeNotSatisfiable.
    """
    match = _SINGLE.fullmatch((header or "").replace(" ", ""))
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        wanted = min(int(last), size)
        if wanted == 0:
            raise RangeNotSatisfiable
        return ByteRange(size - wanted, size - 1)
    start = int(first)
    end = min(int(last), size - 1) if last else size - 1
    if last and int(last) < start:
        return None
    if start >= size:
        raise RangeNotSatisfiable
    return ByteRange(start, end)


def blocks(source: BinaryIO, chosen: ByteRange) -> Iterator[bytes]:
    """Yield the bytes of a range in blocks, and close the file at the end or when the client leaves."""
    with source:
        source.seek(chosen.first)
        left = chosen.length
        while left > 0 and (block := source.read(min(BLOCK_BYTES, left))):
            left -= len(block)
            yield block
