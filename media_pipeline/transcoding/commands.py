"""Argument lists for ffprobe and ffmpeg. Files are always `file:/absolute/path`: no name is ever interpreted."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ffmpeg

from media_pipeline.transcoding.ladder import GOP_SECONDS, Picture, Step, fitted, peak_kbits
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
MOVFLAGS = "+empty_moov+default_base_moof+global_sidx+delay_moov+skip_trailer"


@dataclass(frozen=True)
class Output:
    """One rendition to make: which step of the ladder, and into which file."""

    step: Step
    path: Path


def probe(source: Path) -> list[str]:
    """What the container claims, as JSON."""
    entries = (
        "format=format_name,duration"
        ":stream=index,codec_type,codec_name,width,height,r_frame_rate,avg_frame_rate,field_order,sample_aspect_ratio"
        ":stream_disposition=default,attached_pic:stream_side_data=rotation"
    )
    return [*_ffprobe(DEMUXERS), "-show_entries", entries, "-of", "json", "-i", _url(source)]


def packets(source: Path, demuxer: str) -> list[str]:
    """Every packet's times, as lines of `index,pts,dts,duration`."""
    entries = "packet=stream_index,pts_time,dts_time,duration_time"
    return [*_ffprobe((demuxer,)), "-show_entries", entries, "-of", "csv=p=0", "-i", _url(source)]


def audio(source: Path, facts: Source, timeline: Timeline, output: Output) -> list[str]:
    """The sound alone, levelled; standard error then says how loud the loudest sample of the source is."""
    sound = _sound(_input(source, facts), facts).filter("aformat", sample_fmts="s16").filter("volumedetect")
    levelled = _levelled(sound, timeline)
    return _compiled([_output(output, [levelled], timeline)])


def video(source: Path, facts: Source, timeline: Timeline, outputs: list[Output]) -> list[str]:
    """All picture modes from one decode. Every output's step has a picture."""
    assert facts.picture is not None  # noqa: S101 (the conductor skips this stage without a picture)
    opened = _input(source, facts)
    steps = [output.step.picture for output in outputs if output.step.picture]
    sounds = _levelled(_sound(opened, facts), timeline).filter_multi_output("asplit", len(outputs))
    pictures = _pictures(opened, facts.picture, timeline, steps).filter_multi_output("split", len(outputs))
    made = []
    for number, (output, step) in enumerate(zip(outputs, steps, strict=True)):
        picture = pictures[number].filter("fps", fps=str(step.frame_rate))
        made.append(_output(output, [picture, sounds[number]], timeline))
    return _compiled(made)


def decode(path: Path) -> list[str]:
    """Decode a rendition of ours: its whole sound, and the key picture of every segment."""
    return [
        "ffmpeg", "-v", "error", "-hide_banner", "-nostdin", "-protocol_whitelist", "file,pipe", "-format_whitelist", "mov",
        "-skip_frame:v", "nokey", "-i", _url(path), "-fps_mode", "passthrough", "-f", "null", "-progress", "pipe:1", "-",
    ]  # fmt: skip


def _ffprobe(demuxers: tuple[str, ...]) -> list[str]:
    # No allow-list of decoders here: ffprobe gives up on a whole file for one cover picture or subtitle. The rules judge
    # the codecs that it names, and the transcode opens no other.
    return [
        "ffprobe", "-v", "error", "-hide_banner", "-max_alloc", MAX_ALLOC, "-protocol_whitelist", "file,pipe",
        "-format_whitelist", ",".join(demuxers), "-max_streams", str(MAX_STREAMS),
        "-max_pixels", str(MAX_PIXELS), "-probesize", PROBE_BYTES, "-analyzeduration", ANALYSE,
    ]  # fmt: skip


def _url(path: Path) -> str:
    if not path.is_absolute():
        raise ValueError(f"{path} is not absolute")
    return f"file:{path}"


def _input(source: Path, facts: Source) -> Any:
    return ffmpeg.input(
        _url(source),
        protocol_whitelist="file,pipe",
        format_whitelist=facts.demuxer,
        codec_whitelist=",".join(DECODERS),
        max_streams=MAX_STREAMS,
        max_pixels=MAX_PIXELS,
        probesize=PROBE_BYTES,
        analyzeduration=ANALYSE,
    )


def _sound(opened: Any, facts: Source) -> Any:
    """The sound track from the very start of the recording, with holes filled, as one channel."""
    return (
        opened[str(facts.sound_index)]
        .filter("aresample", SAMPLE_RATE, **{"async": 1, "first_pts": 0})
        .filter("aformat", channel_layouts="mono")
    )


def _levelled(sound: Any, timeline: Timeline) -> Any:
    level = sound.filter("highpass", f=80).filter("dynaudnorm", **LEVEL)
    missing_ms = timeline.duration_ms - timeline.sound_end_ms
    # A fixed length of silence, not "up to the end": a decoder that gave up early must still be seen.
    return level.filter("apad", pad_dur=missing_ms / 1000) if missing_ms > 50 else level


def _pictures(opened: Any, picture: SourcePicture, timeline: Timeline, steps: list[Picture]) -> Any:
    """Decoded pictures at the highest rate and size that any step wants; ffmpeg turns them by the display matrix."""
    shown = opened[str(picture.index)]
    if picture.interlaced:
        shown = shown.filter("yadif", mode="send_frame", deint="interlaced")
    largest = max(steps, key=lambda step: step.long_side)
    width, height = fitted(picture.width, picture.height, largest)
    shown = shown.filter("fps", fps=str(max(step.frame_rate for step in steps)), start_time=0)
    missing_ms = timeline.duration_ms - (timeline.picture_end_ms or 0)
    if missing_ms > 50:
        shown = shown.filter("tpad", stop_mode="clone", stop_duration=missing_ms / 1000)
    return (
        shown.filter("scale", width, height, flags="lanczos").filter("setsar", 1).filter("format", "yuv420p")
    )


def _output(output: Output, streams: list[Any], timeline: Timeline) -> Any:
    step = output.step
    options: dict[str, Any] = {
        "t": timeline.duration_ms / 1000,
        "map_metadata": -1,
        "map_chapters": -1,
        "c:a": step.sound.encoder,
        "b:a": f"{step.sound.kbits}k",
        "f": "mp4",
        "frag_interleave": step.interleave,
    }
    if step.sound.packet_ms:
        options |= {"frame_duration": step.sound.packet_ms, "application": "audio"}
    if step.picture:
        options |= _picture_options(step.picture, timeline) | {"movflags": f"{MOVFLAGS}+frag_keyframe"}
    else:
        options |= {"movflags": MOVFLAGS, "frag_duration": GOP_SECONDS * 1_000_000}
    return ffmpeg.output(*streams, _url(output.path), **options)


def _picture_options(picture: Picture, timeline: Timeline) -> dict[str, Any]:
    peak = peak_kbits(picture, timeline.duration_ms)
    return {
        "c:v": "libx264",
        "preset": picture.preset,
        "crf": picture.crf,
        "maxrate": f"{peak}k",
        # As long as a segment: a shorter buffer made new, dense slides unreadable.
        "bufsize": f"{peak * GOP_SECONDS}k",
        "g": picture.gop,
        "keyint_min": picture.gop,
        "sc_threshold": 0,
        # Without B-pictures the first picture stands at zero and an old computer decodes with less; it costs 1.5 %.
        "bf": 0,
        "profile:v": "high",
    }


def _compiled(outputs: list[Any]) -> list[str]:
    merged = ffmpeg.merge_outputs(*outputs) if len(outputs) > 1 else outputs[0]
    watched = merged.global_args(
        "-hide_banner", "-nostdin", "-nostats", "-v", "info", "-max_alloc", MAX_ALLOC, "-progress", "pipe:1"
    )
    return list(watched.overwrite_output().compile())
