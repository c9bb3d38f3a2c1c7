"""Files that play tricks. Each is refused with a sentence, reads nobody else's file, and calls nobody."""

import contextlib
import resource
import socket
import struct
import time
import zlib

import pytest

from media_pipeline.recordings.failures import RecordingRefused
from media_pipeline.transcoding import encode
from media_pipeline.uploads import rules
from tests.media_pipeline import factories

pytestmark = pytest.mark.media


@pytest.fixture
def port():
    """A listening port; the test fails when anybody knocks."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.05)
        yield listening.getsockname()[1]
        with pytest.raises(TimeoutError):
            listening.accept()


@pytest.fixture
def private(tmp_path):
    """Another expert's recording, lying beside the upload."""
    return factories.lecture(tmp_path / "private.mp4", 2)


def judged(path):
    """Probe and measure a file as the pipeline does."""
    facts = encode.probe(path, folder=path.parent, cancelled=lambda: False)
    return encode.measure(path, facts, folder=path.parent, cancelled=lambda: False)


def refused(path):
    """Return the code that a file is refused with, soon enough."""
    started = time.monotonic()
    with pytest.raises(RecordingRefused) as refusal:
        judged(path)
    assert time.monotonic() - started < 20
    return refusal.value.code


TEXTS = {
    "a playlist that names a file": "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile://{private}\n#EXT-X-ENDLIST\n",
    "a playlist that calls out": "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n"
    "http://127.0.0.1:{port}/x.ts\n#EXT-X-ENDLIST\n",
    "a playlist without an end": "#EXTM3U\n#EXT-X-TARGETDURATION:3600\n#EXTINF:3600,\nseg.ts\n",
    "a key that calls out": '#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="http://127.0.0.1:{port}/k"\n#EXTINF:10,\nprivate.mp4\n',
    "a concat script": "ffconcat version 1.0\nfile '{private}'\n",
    "a concat script beside it": "ffconcat version 1.0\nfile private.mp4\n",
    "a DASH manifest": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period>'
    '<AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1"><BaseURL>file://{private}</BaseURL>'
    "</Representation></AdaptationSet></Period></MPD>",
    "a session description": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 19000 RTP/AVP 96\n",
    "a page": "<html><script>alert(1)</script></html>",
    "subtitles": "1\n00:00:00,000 --> 00:00:10,000\nhi\n",
    "terminal art": "\x1b[2J" + "passwd:x:0:0\n" * 50,
    "nothing": "",
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_that_wears_a_recordings_name(name, tmp_path, private, port):
    trick = tmp_path / "original"  # the name of our own that it is stored under
    trick.write_text(TEXTS[name].replace("{private}", str(private)).replace("{port}", str(port)))
    # it does not pass the door, and would not pass the probe either
    assert rules.container_of(trick.read_bytes()) is None
    assert refused(trick) in ("not_a_recording", "damaged")


def test_a_playlist_behind_a_recordings_first_bytes(tmp_path, private):
    trick = tmp_path / "original"  # the name of our own that it is stored under
    trick.write_bytes(
        struct.pack(">I4s", 8, b"free") + TEXTS["a concat script"].replace("{private}", str(private)).encode()
    )
    assert rules.container_of(trick.read_bytes()) == "mp4"
    assert refused(trick) in ("not_a_recording", "damaged", "cut_off", "no_sound")


def test_a_picture_of_134_million_pixels(tmp_path):
    huge = tmp_path / "huge.mp4"
    factories.ffmpeg("-f", "lavfi", "-i", "color=s=16384x8192:r=1:d=1", "-f", "lavfi", "-i", f"{factories.VOICE}:d=1",
                     "-c:v", "libx264", "-preset", "ultrafast", "-crf", 51,
                     "-pix_fmt", "yuv420p", "-c:a", "aac", huge)  # fmt: skip
    assert refused(huge) in ("picture_too_large", "damaged")


def test_two_frames_forty_years_apart(tmp_path):
    long = tmp_path / "long.mkv"
    factories.ffmpeg("-f", "lavfi", "-i", "color=c=blue:s=64x64:r=1:d=2", "-f", "lavfi", "-i", f"{factories.VOICE}:d=2",
                     "-vf", "setpts='if(eq(N,1),1261440000/TB,0)'", "-fps_mode", "passthrough",
                     "-c:v", "mjpeg", "-c:a", "flac", long)  # fmt: skip
    assert refused(long) == "too_long"


def test_a_thousand_million_frames_a_second(tmp_path):
    fast = tmp_path / "fast.avi"
    factories.ffmpeg("-f", "lavfi", "-i", "color=c=red:s=64x64:r=25:d=2", "-f", "lavfi", "-i", f"{factories.VOICE}:d=2",
                     "-c:v", "mjpeg", "-c:a", "pcm_s16le", fast)  # fmt: skip
    content = bytearray(fast.read_bytes())
    struct.pack_into("<II", content, content.find(b"strh") + 28, 1, 1_000_000_000)
    fast.write_bytes(content)
    assert refused(fast) == "too_many_frames"


def ebml(identity, body):
    return bytes.fromhex(identity) + struct.pack(">Q", len(body) | (1 << 56)) + body


def matroska(tracks, blocks):
    head = ebml("1A45DFA3", ebml("4282", b"matroska") + ebml("4287", b"\4") + ebml("4285", b"\2"))
    info = ebml("1549A966", ebml("2AD7B1", (1_000_000).to_bytes(3, "big")))
    return head + ebml(
        "18538067", info + ebml("1654AE6B", tracks) + ebml("1F43B675", ebml("E7", b"\0") + blocks)
    )


def pcm_track(number, more=b""):
    rate = ebml("E1", ebml("B5", struct.pack(">d", 8000.0)) + ebml("9F", b"\1") + ebml("6264", b"\x10"))
    name = number.to_bytes(2, "big")
    return ebml(
        "AE",
        ebml("D7", name)
        + ebml("73C5", name)
        + ebml("83", b"\2")
        + ebml("86", b"A_PCM/INT/LIT")
        + rate
        + more,
    )


def test_four_thousand_tracks(tmp_path):
    many = tmp_path / "many.mkv"
    many.write_bytes(
        matroska(b"".join(pcm_track(n) for n in range(1, 4001)), ebml("A3", b"\x81\0\0\x80" + bytes(320)))
    )
    assert refused(many) in ("too_many_streams", "damaged", "not_a_recording")


def test_blocks_that_swell_a_thousand_times_stay_in_memory_limits(tmp_path):
    bomb = tmp_path / "bomb.mkv"
    packed = zlib.compress(bytes(60_000_000), 9)
    compressed = ebml("6D80", ebml("6240", ebml("5031", b"\0") + ebml("5032", b"\1") + ebml("5033", b"\0")
                                   + ebml("5034", ebml("4254", b"\0"))))  # fmt: skip
    blocks = b"".join(ebml("A3", b"\x81" + struct.pack(">h", at) + b"\x80" + packed) for at in range(8))
    bomb.write_bytes(matroska(pcm_track(1, compressed), blocks))
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    with contextlib.suppress(RecordingRefused):
        judged(bomb)
    assert max(before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) < 2 * 1024**2  # kB


def test_a_table_of_two_thousand_million_samples(tmp_path):
    liar = factories.lecture(tmp_path / "liar.mp4", 1)
    content = bytearray(liar.read_bytes())
    struct.pack_into(">III", content, content.find(b"stts") + 8, 1, 0x7FFFFFFF, 1)
    struct.pack_into(">II", content, content.find(b"stsz") + 8, 1, 0x7FFFFFFF)
    liar.write_bytes(content)
    assert refused(liar)


def test_a_recording_without_its_header(tmp_path):
    headless = tmp_path / "headless.mp4"
    headless.write_bytes(
        struct.pack(">I4s", 16, b"ftyp") + b"isom\0\0\2\0" + struct.pack(">I4s", 5008, b"mdat") + bytes(5000)
    )
    assert refused(headless) == "cut_off"
