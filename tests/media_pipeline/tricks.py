"""Files that play tricks on ffmpeg and ffprobe, made on the spot: each function writes one into a folder."""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.media_pipeline import factories

SOUND = ("-f", "lavfi", "-i", f"{factories.VOICE}:d=2")
PLAYLIST = "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{}\n#EXT-X-ENDLIST\n"
MANIFEST = (
    '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT3S" '
    'profiles="urn:mpeg:dash:profile:isoff-on-demand:2011"><Period><AdaptationSet mimeType="video/mp4">'
    '<Representation id="1" bandwidth="1" width="320" height="240"><BaseURL>{}</BaseURL></Representation>'
    "</AdaptationSet></Period></MPD>"
)


@dataclass(frozen=True)
class Bait:
    """What a trick is after: another expert's recording, and a service inside the house."""

    canary: Path
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def canary(path: Path) -> Path:
    """Another expert's recording: nothing but lime green, and a voice."""
    factories.ffmpeg("-f", "lavfi", "-i", "color=c=lime:s=320x240:r=10:d=3", "-f", "lavfi", "-i", f"{factories.VOICE}:d=3",
                     "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", "-shortest", path)  # fmt: skip
    return path


# --- texts that wear a recording's name -------------------------------------------------------------------------

TEXTS: dict[str, Callable[[Bait], str]] = {
    "a playlist that names a file": lambda bait: PLAYLIST.format(f"file://{bait.canary}"),
    "a playlist with a bare path": lambda bait: PLAYLIST.format(bait.canary),
    "a playlist that calls out": lambda bait: PLAYLIST.format(f"{bait.url}/hls.ts"),
    "a playlist without an end": lambda _bait: "#EXTM3U\n#EXT-X-TARGETDURATION:3600\n#EXTINF:3600,\nseg.ts\n",
    "a playlist that names itself": lambda _bait: "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\noriginal\n",
    "a playlist that joins protocols": lambda bait: PLAYLIST.format(
        f"concat:{bait.url}/x?|file://{bait.canary}"
    ),
    "a key that calls out": lambda bait: (
        f'#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXT-X-KEY:METHOD=AES-128,URI="{bait.url}/key"\n#EXTINF:10,\nprivate.mp4\n'
        "#EXT-X-ENDLIST\n"
    ),
    "a concat script with a path": lambda bait: f"ffconcat version 1.0\nfile '{bait.canary}'\n",
    "a concat script beside it": lambda _bait: "ffconcat version 1.0\nfile private.mp4\n",
    "a DASH manifest that calls out": lambda bait: MANIFEST.format(f"{bait.url}/dash.mp4"),
    "a DASH manifest that names a file": lambda bait: MANIFEST.format(f"file://{bait.canary}"),
    "a session description that listens": lambda _bait: (
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 19000 RTP/AVP 96\na=rtpmap:96 H264/90000\n"
    ),
    "subtitles": lambda _bait: "1\n00:00:00,000 --> 00:00:10,000\nhi\n",
    "a drawing that swells": lambda _bait: (
        '<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "aaaaaaaaaa">'
        + "".join(f'<!ENTITY a{n} "{("&a" + (str(n - 1) if n else "") + ";") * 10}">' for n in range(9))
        + ']><svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><text>&a8;</text></svg>'
    ),
    "a page with a script": lambda _bait: "<html><script>alert(1)</script></html>",
    "terminal art": lambda _bait: "\x1b[2J" + "passwd:x:0:0\n" * 50,
    "nothing at all": lambda _bait: "",
}


# --- recordings that lie -----------------------------------------------------------------------------------------


def box(kind: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I4s", 8 + len(body), kind) + body


def ebml(identity: str, body: bytes) -> bytes:
    return bytes.fromhex(identity) + struct.pack(">Q", len(body) | (1 << 56)) + body


def matroska(tracks: bytes, blocks: bytes) -> bytes:
    head = ebml("1A45DFA3", ebml("4282", b"matroska") + ebml("4287", b"\4") + ebml("4285", b"\2"))
    facts = ebml("1549A966", ebml("2AD7B1", (1_000_000).to_bytes(3, "big")))
    return head + ebml(
        "18538067", facts + ebml("1654AE6B", tracks) + ebml("1F43B675", ebml("E7", b"\0") + blocks)
    )


def pcm_track(number: int, more: bytes = b"") -> bytes:
    rate = ebml("E1", ebml("B5", struct.pack(">d", 8000.0)) + ebml("9F", b"\1") + ebml("6264", b"\x10"))
    name = number.to_bytes(2, "big")
    kind = ebml("D7", name) + ebml("73C5", name) + ebml("83", b"\2") + ebml("86", b"A_PCM/INT/LIT")
    return ebml("AE", kind + rate + more)


def script_behind_first_bytes(path: Path, bait: Bait) -> None:
    path.write_bytes(box(b"free") + f"ffconcat version 1.0\nfile '{bait.canary}'\n".encode())


def data_elsewhere(path: Path, bait: Bait) -> None:
    """The data reference of the picture no longer says "in this file", and names another one."""
    factories.ffmpeg("-f", "lavfi", "-i", "color=c=gray:s=320x240:r=5:d=2", *SOUND, "-c:v", "mpeg4", "-c:a", "aac",
                     "-f", "mov", "-movflags", "+faststart", path)  # fmt: skip
    content = path.read_bytes()
    own = b"\0\0\0\x0curl \0\0\0\1"
    assert own in content
    there = box(b"url ", b"\0\0\0\0" + f"file://{bait.canary}".encode() + b"\0")
    # Both the bare flag and a whole reference: the first keeps every size, the second is what a writer would make.
    path.write_bytes(content.replace(own, own[:-1] + b"\0") + box(b"free", there))


def giant_still(path: Path, _bait: Bait) -> None:
    """900 million pixels of PNG in a hundred kilobytes."""
    width = height = 30_000

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    packer = zlib.compressobj(9)
    row = b"\0" * (width // 8 + 1)
    pixels = b"".join(packer.compress(row * 500) for _n in range(height // 500)) + packer.flush()
    size = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def giant_picture(path: Path, _bait: Bait) -> None:
    factories.ffmpeg("-f", "lavfi", "-i", "color=s=16384x8192:r=1:d=1", *SOUND, "-c:v", "libx264", "-preset", "ultrafast",
                     "-crf", 51, "-pix_fmt", "yuv420p", "-c:a", "aac", "-f", "mp4", path)  # fmt: skip


def forty_years(path: Path, _bait: Bait) -> None:
    factories.ffmpeg("-f", "lavfi", "-i", "color=c=blue:s=64x64:r=1:d=2", *SOUND,
                     "-vf", "setpts='if(eq(N,1),1261440000/TB,0)'", "-fps_mode", "passthrough",
                     "-c:v", "mjpeg", "-c:a", "flac", "-f", "matroska", path)  # fmt: skip


def thousand_million_frames(path: Path, _bait: Bait) -> None:
    factories.ffmpeg("-f", "lavfi", "-i", "color=c=red:s=64x64:r=25:d=2", *SOUND, "-c:v", "mjpeg", "-c:a", "pcm_s16le",
                     "-f", "avi", path)  # fmt: skip
    content = bytearray(path.read_bytes())
    struct.pack_into("<II", content, content.find(b"strh") + 28, 1, 1_000_000_000)
    path.write_bytes(content)


def four_thousand_tracks(path: Path, _bait: Bait) -> None:
    tracks = b"".join(pcm_track(number) for number in range(1, 4001))
    path.write_bytes(matroska(tracks, ebml("A3", b"\x81\0\0\x80" + bytes(320))))


def swelling_blocks(path: Path, _bait: Bait) -> None:
    """Eight blocks of sixty kilobytes, each of which unpacks to sixty megabytes of silence."""
    packed = zlib.compress(bytes(60_000_000), 9)
    deflate = (
        ebml("5031", b"\0") + ebml("5032", b"\1") + ebml("5033", b"\0") + ebml("5034", ebml("4254", b"\0"))
    )
    blocks = b"".join(ebml("A3", b"\x81" + struct.pack(">h", at) + b"\x80" + packed) for at in range(8))
    path.write_bytes(matroska(pcm_track(1, ebml("6D80", ebml("6240", deflate))), blocks))


def endless_tables(path: Path, _bait: Bait) -> None:
    factories.lecture(path.with_suffix(".mp4"), 1).replace(path)
    content = bytearray(path.read_bytes())
    struct.pack_into(">III", content, content.find(b"stts") + 8, 1, 0x7FFFFFFF, 1)
    struct.pack_into(">II", content, content.find(b"stsz") + 8, 1, 0x7FFFFFFF)
    path.write_bytes(content)


def no_header(path: Path, _bait: Bait) -> None:
    path.write_bytes(box(b"ftyp", b"isom\0\0\2\0isom") + box(b"mdat", bytes(5000)))


def cut_short(path: Path, _bait: Bait) -> None:
    whole = factories.lecture(path.with_suffix(".mp4"), 3).read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])


def cut_short_with_header(path: Path, _bait: Bait) -> None:
    """Its header at the front still claims the whole length."""
    whole = factories.lecture(path.with_suffix(".mp4"), 12)
    factories.ffmpeg("-i", whole, "-c", "copy", "-movflags", "+faststart", "-f", "mp4", path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 6 // 10])


LIARS: dict[str, tuple[Callable[[Path, Bait], None], set[str]]] = {
    "a script behind a recording's first bytes": (
        script_behind_first_bytes,
        {"not_a_recording", "damaged", "cut_off"},
    ),
    "data that lies in another file": (
        data_elsewhere,
        {"ready", "damaged", "cut_off", "not_a_recording", "no_sound"},
    ),
    "a still of 900 million pixels": (giant_still, {"not_a_recording"}),
    "a picture of 134 million pixels": (giant_picture, {"picture_too_large"}),
    "two frames forty years apart": (forty_years, {"too_long"}),
    "a thousand million frames a second": (thousand_million_frames, {"too_many_frames", "ready"}),
    "four thousand tracks": (four_thousand_tracks, {"too_many_streams"}),
    "blocks that swell a thousand times": (
        swelling_blocks,
        {"silent", "damaged", "too_long", "cut_off", "too_short"},
    ),
    "a table of two thousand million samples": (
        endless_tables,
        {"too_many_frames", "damaged", "not_a_recording", "too_long"},
    ),
    "a recording without its header": (no_header, {"cut_off"}),
    "a recording cut at two thirds": (cut_short, {"cut_off"}),
    "a recording cut behind its header": (cut_short_with_header, {"cut_off"}),
}

NAMES = (
    "-i", "-report.mp4", "concat:a|b.mp4", "http:__127.0.0.1.mp4", "pipe:0", "lecture%03d.mp4", "课 程\n1.mp4",
    "../../x.mp4", "data:text.mp4", "subfile,,start,0,end,9,,:x.mp4",
)  # fmt: skip
