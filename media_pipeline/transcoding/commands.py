"""Argument lists for ffprobe and ffmpeg. Files are always `file:/absolute/path`: no name is ever interpreted."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg

from media_pipeline.transcoding.chunks import Span, spans
from media_pipeline.transcoding.ladder import AAC, GOP_SECONDS, OPUS, Picture, Sound, Step, fitted, peak_kbits
from media_pipeline.transcoding.rules import (
    DECODERS,
    DEMUXERS,
    MAX_PIXELS,
    MAX_STREAMS,
    Source,
    SourcePicture,
    Timeline,
)

PROBE_BYTES = "20M"
ANALYSE = "10M"
MAX_ALLOC = str(512 * 1024**2)
SAMPLE_RATE = 48000
# Uneven speech made level at a tenth of loudnorm's cost (engineering facts, section 1).
LEVEL = {"f": 500, "g": 15, "p": 0.7, "m": 20}
# What rises above this after the gain is pressed down: -1.5 dB, so that no decoder clips.
CEILING = 0.84
# Up to here a gain hardly touches the ceiling: dynaudnorm leaves peaks at its `p`, or -3 dB.
HEADROOM_DB = 2
# The header waits for the first pictures: its edit list then puts the first one at zero, B-pictures or not. (Negative
# offsets would need no edit list, but libavformat, and so Chromium, reads them late by as much as they reach back.)
MOVFLAGS = "+empty_moov+default_base_moof+global_sidx+delay_moov+skip_trailer"
# Of a picture track that ends before a chunk begins, at least this much is decoded: there is its last picture.
LAST_MS = 1000
# A track may fall short by as much as any two lengths of a recording may differ; then its end is drawn out. Never without
# a bound: a decoder that gave up early must still be seen.
SHORT_MS = 2000


@dataclass(frozen=True)
class Output:
    """One mode of a chunk to make: which step of the ladder, and into which file."""

    step: Step
    path: Path


def probe(source: Path) -> list[str]:
    """What the container claims, as JSON."""
    entries = (
        "format=format_name,duration"
        ":stream=index,codec_type,codec_name,width,height,r_frame_rate,avg_frame_rate,field_order,sample_aspect_ratio"
        ":stream_disposition=default,attached_pic:stream_side_data=rotation"
    )
    return [*ffprobe(DEMUXERS), "-show_entries", entries, "-of", "json", "-i", url(source)]


def packets(source: Path, demuxer: str) -> list[str]:
    """Every packet's times, as lines of `index,pts,dts,duration`."""
    entries = "packet=stream_index,pts_time,dts_time,duration_time"
    return [*ffprobe((demuxer,)), "-show_entries", entries, "-of", "csv=p=0", "-i", url(source)]


def level_sound(source: Path, facts: Source, timeline: Timeline, levelled: Path) -> list[str]:
    """Step one of the sound: measured as it is, made level, measured again, and kept without loss.

    Standard error then tells the loudest sample of the source, and two summaries of loudness: before and after.
    """
    sound = (
        opened(source, facts)[str(facts.sound_index)]
        # From the very start of the recording, with holes filled.
        .filter("aresample", SAMPLE_RATE, **{"async": 1, "first_pts": 0})
        .filter("ebur128", framelog="verbose")
        .filter("aformat", channel_layouts="mono", sample_fmts="s16")
        .filter("volumedetect")
        .filter("highpass", f=80)
        .filter("dynaudnorm", **LEVEL)
    )
    missing_ms = timeline.duration_ms - timeline.sound_end_ms + SHORT_MS
    sound = sound.filter("apad", pad_dur=missing_ms / 1000)
    sound = sound.filter("ebur128", framelog="verbose").filter("aformat", sample_fmts="s16")
    options = {"t": timeline.duration_ms / 1000, "c:a": "flac", "compression_level": 0, "f": "flac", **_BARE}
    return compiled([ffmpeg.output(sound, url(levelled), **options)])


def try_gain(levelled: Path, gain_db: Decimal) -> list[str]:
    """How loud the levelled sound is after a gain and the limiter, which takes some of it back: the last summary."""
    heard = limited(levelled, gain_db).filter("ebur128", framelog="verbose")
    return compiled([ffmpeg.output(heard, "-", f="null")])


def encode_sound(levelled: Path, gain_db: Decimal, timeline: Timeline, *, opus: Path, aac: Path) -> list[str]:
    """Step two: one gain, a limiter, and both tracks from one decode."""
    loud = limited(levelled, gain_db).filter_multi_output("asplit", 2)
    outputs = [
        ffmpeg.output(loud[number], url(path), **_sound_options(sound, timeline))
        for number, (sound, path) in enumerate(((OPUS, opus), (AAC, aac)))
    ]
    return compiled(outputs)


def chunk(
    source: Path, facts: Source, timeline: Timeline, span: Span, outputs: Sequence[Output]
) -> list[str]:
    """All picture modes of a span from one decode, without sound. Outputs stand lowest step first."""
    assert facts.picture is not None  # noqa: S101 (the conductor has no chunks without a picture)
    shown = opened(source, facts, **_seek(timeline, span))[str(facts.picture.index)]
    if facts.picture.interlaced:
        shown = shown.filter("yadif", mode="send_frame", deint="interlaced")
    *lower, highest = outputs
    shown = _even_pictures(shown, timeline, span, highest.step.picture.frame_rate)
    shown = _sized(shown, facts.picture, highest.step.picture, flags="lanczos")
    made = []
    above = highest
    for output in reversed(lower):
        # Each step from the pictures of the step above it: they are smaller already, and a first thinning costs nothing.
        both = shown.filter_multi_output("split", 2)
        made.append(_picture_output(both[0], above, facts, timeline, span))
        shown = both[1].filter("fps", fps=str(output.step.picture.frame_rate))
        shown = _sized(shown, facts.picture, output.step.picture, flags="bicubic")
        above = output
    made.append(_picture_output(shown, above, facts, timeline, span))
    return compiled(made)


def parameters(part: Path) -> list[str]:
    """What a chunk of ours holds: how many pictures, and the digest of what a decoder is set up with."""
    entries = "stream=codec_name,width,height,nb_read_packets,extradata_hash"
    return [*ffprobe(("mov",)), "-count_packets", "-show_data_hash", "md5", "-show_entries", entries, "-of", "json",
            "-i", url(part)]  # fmt: skip


def listing(parts: Sequence[tuple[Path, Fraction]]) -> str:
    """The script that lays chunks end to end: each file, and how many seconds it lasts."""
    lines = ["ffconcat version 1.0"]
    for path, seconds in parts:
        quoted = url(path).replace("'", "'\\''")
        lines += [f"file '{quoted}'", f"duration {float(seconds):.6f}"]
    return "\n".join([*lines, ""])


def join(script: Path, sound: Path, output: Path, step: Step) -> list[str]:
    """Chunks and sound in one file, nothing encoded again."""
    pictures = ffmpeg.input(
        url(script), f="concat", safe=0, protocol_whitelist="file,pipe", format_whitelist="concat,mov"
    )
    heard = ffmpeg.input(url(sound), protocol_whitelist="file,pipe", format_whitelist="mov")
    options = {
        "c": "copy",
        "f": "mp4",
        "movflags": f"{MOVFLAGS}+frag_keyframe",
        "frag_interleave": step.interleave,
        **_BARE,
    }
    # Times as they are: what an encoder of sound puts before zero, to be decoded and not heard, must stay there.
    return compiled(
        [ffmpeg.output(pictures["v:0"], heard["a:0"], url(output), **options).global_args("-copyts")]
    )


def decode(path: Path) -> list[str]:
    """Decode a rendition of ours: its whole sound, and the key picture of every segment."""
    return [
        "ffmpeg", "-v", "error", "-hide_banner", "-nostdin", "-protocol_whitelist", "file,pipe", "-format_whitelist", "mov",
        "-skip_frame:v", "nokey", "-i", url(path), "-fps_mode", "passthrough", "-f", "null", "-progress", "pipe:1", "-",
    ]  # fmt: skip


def ffprobe(demuxers: tuple[str, ...]) -> list[str]:
    # No allow-list of decoders here: ffprobe gives up on a whole file for one cover picture or subtitle. The rules judge
    # the codecs that it names, and the transcode opens no other.
    return [
        "ffprobe", "-v", "error", "-hide_banner", "-max_alloc", MAX_ALLOC, "-protocol_whitelist", "file,pipe",
        "-format_whitelist", ",".join(demuxers), "-max_streams", str(MAX_STREAMS),
        "-max_pixels", str(MAX_PIXELS), "-probesize", PROBE_BYTES, "-analyzeduration", ANALYSE,
    ]  # fmt: skip


def url(path: Path) -> str:
    """Return a path as ffmpeg and ffprobe take it: as a file's, whatever its name looks like."""
    if not path.is_absolute():
        raise ValueError(f"{path} is not absolute")
    return f"file:{path}"


def opened(source: Path, facts: Source, **options: Any) -> Any:
    """Return a recording as an input with every limit that a stranger's file gets."""
    return ffmpeg.input(
        url(source),
        protocol_whitelist="file,pipe",
        format_whitelist=facts.demuxer,
        codec_whitelist=",".join(DECODERS),
        max_streams=MAX_STREAMS,
        max_pixels=MAX_PIXELS,
        probesize=PROBE_BYTES,
        analyzeduration=ANALYSE,
        **options,
    )


def limited(levelled: Path, gain_db: Decimal) -> Any:
    """Return a levelled sound after its gain and the limiter."""
    heard = ffmpeg.input(url(levelled), protocol_whitelist="file,pipe", format_whitelist="flac")
    return (
        heard["0"]
        .filter("volume", f"{gain_db}dB", precision="float")
        .filter("alimiter", limit=CEILING, level="disabled", attack=5, release=50)
    )


def _opened_ms(timeline: Timeline, span: Span) -> int:
    """Where a span's decoding begins: at its start, but never behind the last picture. Always where a GOP begins."""
    gop_ms = GOP_SECONDS * 1000
    last_ms = max(0, (timeline.picture_end_ms or 0) - LAST_MS)
    return min(span.from_ms, last_ms // gop_ms * gop_ms)


def _seek(timeline: Timeline, span: Span) -> dict[str, Any]:
    """Begin at the key picture before. What lies between is decoded and not shown, but for the very last of it: the
    picture that stands when the span begins, however long ago it came.
    """
    opened_ms = _opened_ms(timeline, span)
    return {"ss": opened_ms // 1000, "noaccurate_seek": None} if opened_ms else {}


def _even_pictures(shown: Any, timeline: Timeline, span: Span, rate: Fraction) -> Any:
    """The decoded pictures of a span at even times, from its first moment to its last."""
    shown = shown.filter("fps", fps=str(rate), start_time=0)
    missing_ms = span.until_ms - (timeline.picture_end_ms or 0) + SHORT_MS
    if missing_ms > 0:
        shown = shown.filter("tpad", stop_mode="clone", stop_duration=missing_ms / 1000)
    early_ms = span.from_ms - _opened_ms(timeline, span)
    if early_ms:
        shown = shown.filter("trim", start=early_ms // 1000).filter("setpts", "PTS-STARTPTS")
    return shown


def _sized(shown: Any, source: SourcePicture, picture: Picture, *, flags: str) -> Any:
    """A step's pictures as it wants them; ffmpeg has turned them by the display matrix."""
    width, height = fitted(source.width, source.height, picture)
    return shown.filter("scale", width, height, flags=flags).filter("setsar", 1).filter("format", "yuv420p")


_BARE: dict[str, Any] = {"map_metadata": -1, "map_chapters": -1}


def _sound_options(sound: Sound, timeline: Timeline) -> dict[str, Any]:
    options: dict[str, Any] = {
        "t": timeline.duration_ms / 1000,
        "c:a": sound.encoder,
        "b:a": f"{sound.kbits}k",
        "f": "mp4",
        "movflags": MOVFLAGS,
        "frag_duration": GOP_SECONDS * 1_000_000,
        **_BARE,
    }
    if sound.packet_ms:
        options |= {
            "frame_duration": sound.packet_ms,
            "application": "audio",
            "compression_level": sound.effort,
        }
    return options


def _picture_output(shown: Any, output: Output, facts: Source, timeline: Timeline, span: Span) -> Any:
    picture = output.step.picture
    # By the whole recording, not by the chunk: the header that every chunk begins with holds this rate.
    peak = peak_kbits(picture, timeline.duration_ms, len(spans(timeline.duration_ms, facts.demuxer)))
    options: dict[str, Any] = {
        "t": span.duration_ms / 1000,
        "c:v": "libx264",
        "preset": picture.preset,
        "crf": picture.crf,
        "maxrate": f"{peak}k",
        # As long as a segment: a shorter buffer made new, dense slides unreadable.
        "bufsize": f"{peak * GOP_SECONDS}k",
        "g": picture.gop,
        "keyint_min": picture.gop,
        "sc_threshold": 0,
        "flags": "+cgop",
        "bf": picture.b_pictures,
        "profile:v": "high",
        "f": "mp4",
        **_BARE,
    }
    if picture.params:
        options["x264-params"] = picture.params
    return ffmpeg.output(shown, url(output.path), **options)


def compiled(outputs: list[Any]) -> list[str]:
    """Return the argument list of one ffmpeg with these outputs."""
    merged = ffmpeg.merge_outputs(*outputs) if len(outputs) > 1 else outputs[0]
    watched = merged.global_args(
        "-hide_banner", "-nostdin", "-nostats", "-v", "info", "-max_alloc", MAX_ALLOC, "-progress", "pipe:1"
    )
    return list(watched.overwrite_output().compile())
