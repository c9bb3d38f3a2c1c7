"""Reading fragmented MP4, as far as playlists and checks need it. Pure: bytes in, plain values out (ISO/IEC 14496-12).

Sizes and offsets are bytes, times are ticks of a track's own clock.
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_CONTAINERS = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"moof", b"traf", b"mvex")
# No box that we look inside is larger; a bigger one is a lie or not ours.
_MAX_READ = 64 * 1024**2
# A sample's flags: `sample_is_non_sync_sample`.
_NOT_A_KEY = 0x10000


class Malformed(Exception):
    """The bytes are not the boxes they claim to be."""


@dataclass(frozen=True)
class Box:
    """One box: its kind, where it begins, and its whole size with the header of `header` bytes."""

    kind: bytes
    offset: int
    size: int
    header: int

    @property
    def end(self) -> int:
        return self.offset + self.size


@dataclass(frozen=True)
class Reference:
    """One entry of an index: how many bytes, how long, and whether it begins with a key picture."""

    size: int
    duration: int
    starts_with_key: bool


@dataclass(frozen=True)
class SegmentIndex:
    """A `sidx` box. `first_offset` counts from the end of the box."""

    reference_id: int
    timescale: int
    earliest: int
    first_offset: int
    references: tuple[Reference, ...]

    def ranges(self, end_of_box: int) -> list[tuple[int, int]]:
        """Return (offset, size) of each referenced piece in the file."""
        place, found = end_of_box + self.first_offset, []
        for reference in self.references:
            found.append((place, reference.size))
            place += reference.size
        return found


@dataclass(frozen=True)
class Track:
    """One track of the header: `handler` is `vide` or `soun`, `codec` as HLS names it, size zero for sound."""

    track_id: int
    timescale: int
    handler: str
    codec: str
    width: int
    height: int


@dataclass(frozen=True)
class Fragment:
    """One `moof` with its `mdat`: bytes from `offset`, samples and ticks of each track, and when each track begins.

    `starts` are by the order of decoding, as `tfdt` tells; `keys` are the tracks whose first sample is a key picture.
    """

    offset: int
    size: int
    samples: dict[int, int]
    ticks: dict[int, int]
    starts: dict[int, int]
    keys: frozenset[int]


def boxes(source: BinaryIO, start: int, end: int) -> Iterator[Box]:
    """Yield the boxes that stand between two offsets. Raises Malformed when one is cut off or impossible."""
    place = start
    while place < end:
        source.seek(place)
        head = source.read(16)
        if len(head) < 8:
            raise Malformed(f"cut off at {place}")
        size, kind = struct.unpack(">I4s", head[:8])
        header = 8
        if size == 1:
            if len(head) < 16:
                raise Malformed(f"cut off at {place}")
            size, header = struct.unpack(">Q", head[8:16])[0], 16
        elif size == 0:
            size = end - place
        if size < header or place + size > end:
            raise Malformed(f"{kind!r} at {place} claims {size} bytes")
        yield Box(kind, place, size, header)
        place += size


def top_level(source: BinaryIO) -> list[Box]:
    """Return the boxes of a whole file in order. Raises Malformed."""
    return list(boxes(source, 0, source.seek(0, io.SEEK_END)))


def content(source: BinaryIO, box: Box) -> bytes:
    """Return what stands inside a box. Raises Malformed when it is cut off or absurdly large."""
    length = box.size - box.header
    if length > _MAX_READ:
        raise Malformed(f"{box.kind!r} holds {length} bytes")
    source.seek(box.offset + box.header)
    found = source.read(length)
    if len(found) != length:
        raise Malformed(f"{box.kind!r} is cut off")
    return found


def parse_sidx(body: bytes) -> SegmentIndex:
    """Return the index that the body of a `sidx` box holds. Raises Malformed."""
    try:
        version = body[0]
        reference_id, timescale = struct.unpack_from(">II", body, 4)
        times = ">QQ" if version else ">II"
        earliest, first_offset = struct.unpack_from(times, body, 12)
        place = 12 + struct.calcsize(times)
        (count,) = struct.unpack_from(">H", body, place + 2)
        references = []
        for number in range(count):
            size, duration, access = struct.unpack_from(">III", body, place + 4 + 12 * number)
            if size >> 31:
                raise Malformed("an index of indexes")
            references.append(Reference(size, duration, bool(access >> 31)))
    except (struct.error, IndexError) as error:
        raise Malformed("sidx is cut off") from error
    if timescale == 0:
        raise Malformed("sidx without a clock")
    return SegmentIndex(reference_id, timescale, earliest, first_offset, tuple(references))


def tracks(moov: bytes) -> list[Track]:
    """Return the tracks that the body of a `moov` box describes. Raises Malformed."""
    source = io.BytesIO(moov)
    found = []
    for box in boxes(source, 0, len(moov)):
        if box.kind == b"trak":
            try:
                found.append(_track(content(source, box)))
            except (struct.error, IndexError, KeyError) as error:
                raise Malformed("a track is cut off") from error
    return found


def fragments(source: BinaryIO, layout: list[Box]) -> list[Fragment]:
    """Return every fragment of a file whose top-level boxes are `layout`. Raises Malformed."""
    found = []
    for number, box in enumerate(layout):
        if box.kind != b"moof":
            continue
        if number + 1 >= len(layout) or layout[number + 1].kind != b"mdat":
            raise Malformed(f"moof at {box.offset} without its data")
        try:
            found.append(_fragment(box, layout[number + 1], content(source, box)))
        except (struct.error, IndexError) as error:
            raise Malformed(f"moof at {box.offset} is cut off") from error
    return found


def _leaves(body: bytes) -> dict[bytes, bytes]:
    """Return the leaf boxes inside a body, by kind; of several of one kind the first."""
    found: dict[bytes, bytes] = {}
    source = io.BytesIO(body)
    for box in boxes(source, 0, len(body)):
        inner = content(source, box)
        if box.kind in _CONTAINERS:
            for kind, leaf in _leaves(inner).items():
                found.setdefault(kind, leaf)
        else:
            found.setdefault(box.kind, inner)
    return found


def _track(trak: bytes) -> Track:
    leaves = _leaves(trak)
    header, media = leaves[b"tkhd"], leaves[b"mdhd"]
    (track_id,) = struct.unpack_from(">I", header, 20 if header[0] else 12)
    (timescale,) = struct.unpack_from(">I", media, 20 if media[0] else 12)
    width, height = struct.unpack(">II", header[-8:])
    handler = leaves[b"hdlr"][8:12].decode("ascii", "replace")
    return Track(track_id, timescale, handler, _codec(leaves[b"stsd"]), width >> 16, height >> 16)


def _codec(stsd: bytes) -> str:
    """Return the codec of the first sample entry as RFC 6381 writes it."""
    kind = stsd[12:16]
    if kind == b"avc1":
        place = stsd.find(b"avcC")
        if place < 0:
            raise Malformed("avc1 without avcC")
        profile, compatible, level = stsd[place + 5], stsd[place + 6], stsd[place + 7]
        return f"avc1.{profile:02x}{compatible:02x}{level:02x}"
    if kind == b"mp4a":
        return "mp4a.40.2"
    if kind == b"Opus":
        return "opus"
    raise Malformed(f"codec {kind!r}")


def _fragment(moof: Box, data: Box, body: bytes) -> Fragment:
    samples: dict[int, int] = {}
    ticks: dict[int, int] = {}
    starts: dict[int, int] = {}
    keys = set()
    source = io.BytesIO(body)
    for box in boxes(source, 0, len(body)):
        if box.kind != b"traf":
            continue
        inner = io.BytesIO(content(source, box))
        track_id = default = flags = 0
        for leaf in boxes(inner, 0, box.size - box.header):
            leaf_body = content(inner, leaf)
            if leaf.kind == b"tfhd":
                track_id, default, flags = _fragment_header(leaf_body)
            elif leaf.kind == b"tfdt":
                (starts[track_id],) = struct.unpack_from(">Q" if leaf_body[0] else ">I", leaf_body, 4)
            elif leaf.kind == b"trun":
                count, duration, first = _run(leaf_body, default, flags)
                if count and track_id not in samples and not first & _NOT_A_KEY:
                    keys.add(track_id)
                samples[track_id] = samples.get(track_id, 0) + count
                ticks[track_id] = ticks.get(track_id, 0) + duration
    return Fragment(moof.offset, moof.size + data.size, samples, ticks, starts, frozenset(keys))


def _fragment_header(body: bytes) -> tuple[int, int, int]:
    """Return the track of a `tfhd`, and its default sample duration and flags (0 when it has none)."""
    present = int.from_bytes(body[1:4], "big")
    (track_id,) = struct.unpack_from(">I", body, 4)
    place = 8 + (8 if present & 0x1 else 0) + (4 if present & 0x2 else 0)
    values = []
    for bit in (0x8, 0x10, 0x20):
        values.append(struct.unpack_from(">I", body, place)[0] if present & bit else 0)
        place += 4 if present & bit else 0
    return track_id, values[0], values[2]


def _run(body: bytes, default_duration: int, default_flags: int) -> tuple[int, int, int]:
    """Return how many samples a `trun` has, how many ticks they last, and the flags of the first one."""
    present = int.from_bytes(body[1:4], "big")
    (count,) = struct.unpack_from(">I", body, 4)
    place = 8 + (4 if present & 0x1 else 0)
    first = default_flags
    if present & 0x4:
        (first,) = struct.unpack_from(">I", body, place)
        place += 4
    step = 4 * sum(bool(present & bit) for bit in (0x100, 0x200, 0x400, 0x800))
    if count and present & 0x400:
        before = 4 * sum(bool(present & bit) for bit in (0x100, 0x200))
        (first,) = struct.unpack_from(">I", body, place + before)
    if not present & 0x100:
        return count, count * default_duration, first
    ticks = sum(struct.unpack_from(">I", body, place + step * number)[0] for number in range(count))
    return count, ticks, first
