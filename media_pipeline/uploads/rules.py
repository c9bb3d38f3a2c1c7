"""Decisions at the door on plain values: what a first block may look like, and what the tus headers say."""

import base64
from collections.abc import Mapping

# Enough of the file to recognise every container below; refused here, it never reaches ffmpeg.
SNIFF_BYTES = 4096
# A movie header (moov) of six hours with two tracks has a few megabytes.
HEADER_BYTES = 16 * 1024**2
SHA256_BYTES = 32
CHECKSUM_ALGORITHMS = ("sha1", "sha256")

_MP4_KINDS = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot")
_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")


class BadHeader(Exception):
    """A tus header that cannot be understood."""


def container_of(head: bytes) -> str | None:
    """Return the container that the first bytes belong to, or None for anything that is not on the allow-list.

    An allow-list on purpose: playlists, concat scripts, pages and pictures are refused because nobody listed them.
    """
    if head[4:8] in _MP4_KINDS:
        return "mp4"
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "matroska"
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] in (b"AVI ", b"WAVE"):
        return "avi" if head[8:12] == b"AVI " else "wav"
    if head[:4] == b"OggS":
        return "ogg"
    if head[:4] == b"fLaC":
        return "flac"
    if head[:16] == _ASF:
        return "asf"
    if head[:4] == b"\x00\x00\x01\xba":
        return "mpeg-ps"
    if _is_transport_stream(head):
        return "mpeg-ts"
    if head[:3] == b"ID3" or _is_mp3_frame(head):
        return "mp3"
    return None


def _is_transport_stream(head: bytes) -> bool:
    """MPEG-TS has its sync byte every 188 bytes; cameras (m2ts) put four bytes of time before each packet."""
    for first, step in ((0, 188), (4, 192)):
        places = range(first, min(len(head), first + 5 * step), step)
        if len(places) >= 3 and all(head[place] == 0x47 for place in places):
            return True
    return False


def _is_mp3_frame(head: bytes) -> bool:
    """An MPEG audio frame header: sync, layer III, no reserved values."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    version, layer = (head[1] >> 3) & 3, (head[1] >> 1) & 3
    bitrate, rate = head[2] >> 4, (head[2] >> 2) & 3
    return version != 1 and layer == 1 and bitrate not in (0, 15) and rate != 3


def parse_metadata(header: str) -> dict[str, str]:
    """Return the pairs of an `Upload-Metadata` header (tus 1.0.0, creation). Raises BadHeader."""
    pairs: dict[str, str] = {}
    for part in filter(None, (piece.strip() for piece in header.split(","))):
        key, _, encoded = part.partition(" ")
        try:
            pairs[key] = base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
        except ValueError as error:  # not base64, not ASCII, or not UTF-8
            raise BadHeader("Upload-Metadata") from error
    return pairs


def parse_checksum(header: str) -> tuple[str, bytes]:
    """Return algorithm and digest of an `Upload-Checksum` header. Raises BadHeader."""
    algorithm, _, encoded = header.strip().partition(" ")
    if algorithm not in CHECKSUM_ALGORITHMS:
        raise BadHeader("Upload-Checksum")
    try:
        return algorithm, base64.b64decode(encoded.strip(), validate=True)
    except ValueError as error:
        raise BadHeader("Upload-Checksum") from error


def parse_digest(header: str) -> str:
    """Return the hex SHA-256 in a `Repr-Digest` header (RFC 9530: `sha-256=:<base64>:`), or an empty string when it only
    holds digests of other kinds. Raises BadHeader.
    """
    for piece in header.split(","):
        name, _, value = piece.strip().partition("=")
        if name.strip().lower() != "sha-256":
            continue
        if len(value) < 2 or value[0] != ":" or value[-1] != ":":
            raise BadHeader("Repr-Digest")
        try:
            digest = base64.b64decode(value[1:-1], validate=True)
        except ValueError as error:
            raise BadHeader("Repr-Digest") from error
        if len(digest) != SHA256_BYTES:
            raise BadHeader("Repr-Digest")
        return digest.hex()
    return ""


def parse_hex_digest(stated: str) -> str:
    """Return a SHA-256 that was written in hexadecimal, in lower case. Raises BadHeader."""
    digest = stated.strip().lower()
    if len(digest) != 2 * SHA256_BYTES or not set(digest) <= set("0123456789abcdef"):
        raise BadHeader("sha256")
    return digest


def is_movie_header(box: bytes) -> bool:
    """Tell whether these bytes are exactly one `moov` box, as MP4 and MOV keep their tables in."""
    return len(box) >= 16 and box[4:8] == b"moov" and int.from_bytes(box[:4], "big") == len(box)


def parse_size(header: str | None, name: str) -> int:
    """Return a non-negative decimal number of bytes from a header. Raises BadHeader."""
    # Twenty digits are more than any disk has, and int() of a long string of digits is slow.
    if header is None or not header.isascii() or not header.isdigit() or len(header) > 19:
        raise BadHeader(name)
    return int(header)


def shown_name(metadata: Mapping[str, str]) -> str:
    """Return the name to show for an upload: the last part of what the client said, printable, at most 200 characters.

    It is only ever shown; files on the disk have names of our own.
    """
    said = metadata.get("filename") or metadata.get("name") or ""
    last = said.replace("\\", "/").rsplit("/", 1)[-1]
    printable = "".join(character for character in last if character.isprintable()).strip()
    return printable[:200] or "recording"
