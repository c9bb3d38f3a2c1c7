"""Argument lists for looking at a recording: how evenly its pictures come, and two of them a second as raw pixels."""

from pathlib import Path

import ffmpeg

from media_pipeline.transcoding.commands import ANALYSE, MAX_ALLOC, PROBE_BYTES, ffprobe, url
from media_pipeline.transcoding.detection import PICTURES_PER_SECOND
from media_pipeline.transcoding.rules import DECODERS, MAX_PIXELS, MAX_STREAMS, Source, SourcePicture

# As light video shows it at most; also how large a slide's picture is.
LONG_SIDE, SHORT_SIDE = 1280, 720


def size(picture: SourcePicture) -> tuple[int, int]:
    """Return the even width and height at which a recording is looked at: as shown, never enlarged."""
    long_side, short_side = max(picture.width, picture.height), min(picture.width, picture.height)
    scale = min(LONG_SIDE / long_side, SHORT_SIDE / short_side, 1)
    return max(2, int(picture.width * scale / 2) * 2), max(2, int(picture.height * scale / 2) * 2)


def times(source: Path, facts: Source, picture: SourcePicture, *, at_seconds: int, seconds: int) -> list[str]:
    """The time of every picture in one stretch of a recording, one a line as decoded; then the name of its colours."""
    return [
        *ffprobe((facts.demuxer,)), "-select_streams", str(picture.index),
        "-read_intervals", f"{at_seconds}%+{seconds}",
        "-show_entries", "packet=pts_time:stream=color_space", "-of", "csv=p=0",
        "-i", url(source),
    ]  # fmt: skip


def pictures(source: Path, facts: Source, picture: SourcePicture, *, sparing: bool) -> list[str]:
    """Two pictures a second on standard output: planes Y, U, V of `size`, video range, colours as the source names them.

    Picture n is the last one before (n + 1/2) / 2 s. `sparing`: leave out pictures that no other one is made from. Here
    the colours stay as they are: converting every picture would cost eight times the scaling.
    """
    options = {"skip_frame": "noref"} if sparing else {}
    shown = ffmpeg.input(
        url(source),
        protocol_whitelist="file,pipe",
        format_whitelist=facts.demuxer,
        codec_whitelist=",".join(DECODERS),
        max_streams=MAX_STREAMS,
        max_pixels=MAX_PIXELS,
        probesize=PROBE_BYTES,
        analyzeduration=ANALYSE,
        **options,
    )[str(picture.index)]
    if picture.interlaced:
        shown = shown.filter("yadif", mode="send_frame", deint="interlaced")
    width, height = size(picture)
    shown = (
        shown.filter("fps", fps=PICTURES_PER_SECOND, start_time=0)
        .filter("scale", width, height, flags="bicubic", out_range="tv")
        .filter("format", "yuv420p")
    )
    made = ffmpeg.output(shown, "pipe:1", f="rawvideo")
    return list(
        made.global_args("-hide_banner", "-nostdin", "-v", "error", "-max_alloc", MAX_ALLOC).compile()
    )
