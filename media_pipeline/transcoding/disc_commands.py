"""Argument lists of DVD-Video: PAL pictures in closed pieces, AC-3, codes, and both in one program stream."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import ffmpeg

from media_pipeline.transcoding.chunks import INDEXED
from media_pipeline.transcoding.commands import (
    LAST_MS,
    SHORT_MS,
    compiled,
    ffprobe,
    limited,
    opened,
    url,
)
from media_pipeline.transcoding.rules import Source, SourcePicture, Timeline

WIDTH, HEIGHT = 720, 576
# How a 16:9 screen shows it: 1024 × 576 square pixels.
SHOWN_WIDTH = 1024
RATE = 25
# The clock of program streams.
TICKS = 90_000
AC3_KBITS = 192
# The buffer of every player, in bits; pictures of a group, as DVD-Video limits them.
BUFFER_BITS, GROUP = 1_835_008, 15
# What pictures may reach for a moment (kbit/s): sound and packs come on top, and a disc turns at 10.08 Mbit/s.
PEAK_KBITS = 8_000
# Nothing is gained below: at this quantiser slides read like the recording.
FINEST = 4
_LOCAL: dict[str, Any] = {"protocol_whitelist": "file,pipe"}


def picture_box(picture: SourcePicture) -> tuple[int, int]:
    """Return the size, in DVD pixels, at which a picture is shown: as large as the screen allows, never bent."""
    scale = min(SHOWN_WIDTH / picture.width, HEIGHT / picture.height)
    width = picture.width * scale * WIDTH / SHOWN_WIDTH
    return min(WIDTH, max(2, round(width / 2) * 2)), min(
        HEIGHT, max(2, round(picture.height * scale / 2) * 2)
    )


def pictures(
    source: Path,
    facts: Source,
    timeline: Timeline,
    *,
    from_ms: int,
    count: int,
    output: Path,
    kbits: int | None,
) -> list[str]:
    """`count` pictures of a recording from a moment on. `kbits`: as a disc plays them; None: almost without loss."""
    assert facts.picture is not None  # noqa: S101 (a lecture without a picture has a card)
    last_ms = max(0, (timeline.picture_end_ms or 0) - LAST_MS)
    # Without an index a seek may land anywhere: then everything before is decoded and thrown away.
    opened_ms = min(from_ms, last_ms) if facts.demuxer in INDEXED else 0
    seek = {"ss": opened_ms / 1000, "noaccurate_seek": None} if opened_ms else {}
    shown = opened(source, facts, **seek)[str(facts.picture.index)]
    if facts.picture.interlaced:
        shown = shown.filter("yadif", mode="send_frame", deint="interlaced")
    shown = shown.filter("fps", fps=RATE, start_time=0)
    missing_ms = from_ms + count * 1000 // RATE - (timeline.picture_end_ms or 0) + SHORT_MS
    if missing_ms > 0:
        shown = shown.filter("tpad", stop_mode="clone", stop_duration=missing_ms / 1000)
    if from_ms > opened_ms:
        shown = shown.filter("trim", start=(from_ms - opened_ms) / 1000).filter("setpts", "PTS-STARTPTS")
    width, height = picture_box(facts.picture)
    shown = shown.filter("scale", width, height, flags="lanczos", out_color_matrix="bt601", out_range="tv")
    shown = shown.filter("pad", WIDTH, HEIGHT, "(ow-iw)/2", "(oh-ih)/2")
    return compiled([_encoded(shown, output, count=count, kbits=kbits)])


def card(picture: Path, *, count: int, output: Path, kbits: int | None) -> list[str]:
    """`count` times one still picture, for a lecture that has only sound. It is read once."""
    still = ffmpeg.input(
        url(picture), format_whitelist="png_pipe,image2", **_LOCAL, framerate=RATE, f="image2"
    )
    shown = still["v"].filter("scale", WIDTH, HEIGHT).filter("loop", loop=-1, size=1)
    return compiled([_encoded(shown, output, count=count, kbits=kbits)])


def coded(clean: Path, code: Path, *, count: int, output: Path, kbits: int) -> list[str]:
    """The pictures of a code's piece with the code's card over them. The card is read once and stays: to read it anew for
    each picture would take most of the time.
    """
    below = ffmpeg.input(url(clean), format_whitelist="mov", **_LOCAL)
    above = ffmpeg.input(url(code), f="image2", framerate=RATE, **_LOCAL)
    shown = below["v:0"].overlay(above["v:0"], eof_action="repeat")
    return compiled([_encoded(shown, output, count=count, kbits=kbits)])


def menu(picture: Path, output: Path) -> list[str]:
    """A second of a still page with silence, in the program stream that menus are made of."""
    page = ffmpeg.input(url(picture), f="image2", loop=1, framerate=RATE, **_LOCAL)
    silence = ffmpeg.input("anullsrc=r=48000:cl=stereo", f="lavfi")
    shown = page["v:0"].filter("scale", WIDTH, HEIGHT, out_color_matrix="bt601").filter("format", "yuv420p")
    options = {
        **_PAL, "aspect": "4:3", "b:v": "6000k", "qmin": 2, "frames:v": RATE, "t": 1, "c:a": "ac3",
        "b:a": f"{AC3_KBITS}k", **_STREAM,
    }  # fmt: skip
    return compiled([ffmpeg.output(shown, silence["a:0"], url(output), **options)])


def sound(levelled: Path, gain_db: Decimal, *, from_ms: int, frames: int, output: Path) -> list[str]:
    """So many AC-3 frames of a levelled recording from a moment on."""
    heard = limited(levelled, gain_db).filter("atrim", start=from_ms / 1000).filter("asetpts", "PTS-STARTPTS")
    return compiled([_ac3(heard.filter("apad"), frames, output)])


def sound_piece(
    levelled: Path, gain_db: Decimal, *, from_ms: int, first: int, samples: int, output: Path
) -> list[str]:
    """So many samples from the sample `first` after a moment on, without loss: what a code will be spoken over."""
    heard = limited(levelled, gain_db).filter("atrim", start=from_ms / 1000).filter("asetpts", "PTS-STARTPTS")
    heard = heard.filter("apad").filter("atrim", start_sample=first, end_sample=first + samples)
    heard = heard.filter("asetpts", "PTS-STARTPTS").filter("aformat", sample_fmts="s16")
    return compiled([ffmpeg.output(heard, url(output), **{"c:a": "flac", "f": "flac", **_BARE})])


def spoken(
    clean: Path,
    words: Sequence[tuple[int, Path]],
    *,
    lowered: Sequence[tuple[int, int]],
    frames: int,
    output: Path,
) -> list[str]:
    """A code's sound: words `(ms, file)` over the lecture, which is lowered meanwhile (ms)."""
    below = ffmpeg.input(url(clean), format_whitelist="flac", **_LOCAL)["a:0"]
    for a, b in lowered:
        # Down and up within a tenth of a second. Words reach 0.7, so that nothing clips.
        depth = f"clip(min(t-{a / 1000},{b / 1000}-t)/0.1,0,1)"
        below = below.filter("volume", f"1-{1 - LOWERED}*{depth}", eval="frame")
    said = []
    for path in sorted({path for _ms, path in words}):
        times = [ms for ms, word in words if word == path]
        word = ffmpeg.input(url(path), format_whitelist="ogg", **_LOCAL)["a:0"]
        word = word.filter("aresample", 48000).filter("aformat", channel_layouts="mono")
        copies = word.filter_multi_output("asplit", len(times))
        said += [copies[number].filter("adelay", f"{ms}") for number, ms in enumerate(times)]
    mixed = ffmpeg.filter([below, *said], "amix", inputs=len(said) + 1, duration="first", normalize=0)
    return compiled([_ac3(mixed.filter("apad"), frames, output)])


def together(parts: Sequence[Path], heard: Path, output: Path) -> list[str]:
    """Pieces of pictures end to end beside their sound, nothing encoded again, with the packs that players steer by."""
    seen = ffmpeg.input(
        "concat:" + "|".join(map(str, parts)),
        f="mpegvideo",
        framerate=RATE,
        protocol_whitelist="concat,file,pipe",
        format_whitelist="mpegvideo",
    )
    sounds = ffmpeg.input(url(heard), f="ac3", format_whitelist="ac3", **_LOCAL)
    # Bare pictures carry no times; without them no navigation packs are written. None of ours is shown out of its order.
    times = {"bsf:v": f"setts=ts=N*{TICKS // RATE}"}
    options = {"c": "copy", **times, **_STREAM}
    return compiled([ffmpeg.output(seen["v:0"], sounds["a:0"], url(output), **options)])


def count_pictures(path: Path, demuxer: str) -> list[str]:
    """How many pictures a piece of ours holds, and how large they are."""
    entries = "stream=codec_name,width,height,nb_read_packets"
    return [*ffprobe((demuxer,)), "-f", demuxer, "-select_streams", "v:0", "-count_packets", "-show_entries", entries,
            "-of", "json", "-i", url(path)]  # fmt: skip


def decode(path: Path) -> list[str]:
    """Decode a title: its whole sound, and the key picture of every group."""
    return [
        "ffmpeg", "-v", "error", "-hide_banner", "-nostdin", "-protocol_whitelist", "file,pipe", "-format_whitelist", "mpeg",
        "-skip_frame:v", "nokey", "-f", "mpeg", "-i", url(path), "-fps_mode", "passthrough", "-af",
        "asetpts=N/SR/TB", "-f", "null", "-progress", "pipe:1", "-",
    ]  # fmt: skip


LOWERED = 0.15
_BARE: dict[str, Any] = {"map_metadata": -1, "map_chapters": -1, "fflags": "+bitexact"}
_PAL: dict[str, Any] = {
    "c:v": "mpeg2video", "pix_fmt": "yuv420p", "r": RATE, "g": GROUP, "bf": 0, "flags": "+cgop",
    "sc_threshold": 1_000_000_000, "maxrate": f"{PEAK_KBITS}k", "bufsize": BUFFER_BITS,
}  # fmt: skip
_STREAM: dict[str, Any] = {
    "f": "dvd", "muxrate": 10_080_000, "packetsize": 2048, **_BARE,
}  # fmt: skip


def _encoded(shown: Any, output: Path, *, count: int, kbits: int | None) -> Any:
    shown = shown.filter("setsar", "64/45").filter("format", "yuv420p")
    if kbits is None:
        clean = {
            "c:v": "libx264",
            "preset": "ultrafast",
            "crf": 8,
            "g": 2 * RATE,
            "f": "mp4",
            "frames:v": count,
            **_BARE,
        }
        return ffmpeg.output(shown, url(output), **clean)
    options = {
        **_PAL,
        "aspect": "16:9",
        "b:v": f"{kbits}k",
        "qmin": FINEST,
        "f": "mpeg2video",
        "frames:v": count,
        **_BARE,
    }
    return ffmpeg.output(shown, url(output), **options)


def _ac3(heard: Any, frames: int, output: Path) -> Any:
    heard = heard.filter("aformat", channel_layouts="stereo", sample_rates=48000)
    options = {"c:a": "ac3", "b:a": f"{AC3_KBITS}k", "frames:a": frames, "f": "ac3", **_BARE}
    return ffmpeg.output(heard, url(output), **options)
