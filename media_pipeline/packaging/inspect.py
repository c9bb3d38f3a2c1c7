"""Checking a finished rendition before anybody sees it, and measuring what its playlist will say."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

from media_pipeline.packaging import boxes
from media_pipeline.packaging.playlists import Segment, media_playlist
from media_pipeline.recordings.failures import Failure, StageFailed


@dataclass(frozen=True)
class Packaged:
    """A rendition that holds what it should: bytes, milliseconds, bit/s as measured with everything around them."""

    size_bytes: int
    duration_ms: int
    average_bps: int
    peak_bps: int
    codecs: str
    width: int | None
    height: int | None
    frame_rate: Fraction | None
    segments: tuple[Segment, ...]
    playlist: str


def packaged(
    path: Path, *, file: str, expected_ms: int, tolerance_ms: int, pictured: bool, gop_ms: int | None = None
) -> Packaged:
    """Return the facts of a rendition. Raises StageFailed when anything is missing, empty or of another length.

    With `gop_ms` every segment with a picture must last exactly that long (but for the last one), and begin with a key
    picture where the one before ended: then the segments of any two modes cover the same seconds.

    An exit code of zero proves nothing (engineering facts, section 1): a full disk leaves a hole, or an empty end.
    """
    try:
        with path.open("rb") as source:
            found = _read(source, path.stat().st_size, file, expected_ms, tolerance_ms, pictured, gop_ms)
    except boxes.Malformed as error:
        raise StageFailed(Failure.OUTPUT_WRONG, str(error)) from error
    return found


def _read(
    source: BinaryIO,
    size: int,
    file: str,
    expected_ms: int,
    tolerance_ms: int,
    pictured: bool,
    gop_ms: int | None,
) -> Packaged:
    layout = boxes.top_level(source)
    headers = {box.kind: box for box in layout if box.kind in (b"moov", b"sidx")}
    if b"moov" not in headers or b"sidx" not in headers:
        raise StageFailed(Failure.OUTPUT_WRONG, "no header or no index")
    moov = headers[b"moov"]
    tracks = boxes.tracks(boxes.content(source, moov))
    fragments = boxes.fragments(source, layout)
    wanted = {"soun", "vide"} if pictured else {"soun"}
    if {track.handler for track in tracks} != wanted or not fragments:
        raise StageFailed(Failure.OUTPUT_WRONG, f"tracks {[track.handler for track in tracks]}")
    for track in tracks:
        _check_track(track, fragments, expected_ms, tolerance_ms)
    _check_index(source, layout, fragments)
    lead = next((track for track in tracks if track.handler == "vide"), tracks[0])
    if gop_ms and pictured:
        _check_grid(lead, fragments, gop_ms)
    segments = tuple(
        Segment(fragment.offset, fragment.size, fragment.ticks[lead.track_id] * 1000 / lead.timescale)
        for fragment in fragments
    )
    duration_ms = round(sum(segment.duration_ms for segment in segments))
    samples = sum(fragment.samples[lead.track_id] for fragment in fragments)
    return Packaged(
        size_bytes=size,
        duration_ms=duration_ms,
        average_bps=round(size * 8000 / duration_ms),
        peak_bps=_peak(segments),
        codecs=",".join(track.codec for track in tracks),
        width=lead.width or None,
        height=lead.height or None,
        frame_rate=Fraction(samples * 1000, duration_ms) if lead.handler == "vide" else None,
        segments=segments,
        playlist=media_playlist(file, moov.end, segments),
    )


def _check_track(
    track: boxes.Track, fragments: list[boxes.Fragment], expected_ms: int, tolerance_ms: int
) -> None:
    """Every fragment has something of the track, and together they are as long as the source."""
    for fragment in fragments[:-1]:  # sound may end a moment before the last picture
        if not fragment.samples.get(track.track_id):
            raise StageFailed(
                Failure.OUTPUT_WRONG, f"{track.handler}: nothing in the fragment at {fragment.offset}"
            )
    length_ms = sum(fragment.ticks.get(track.track_id, 0) for fragment in fragments) * 1000 / track.timescale
    if abs(length_ms - expected_ms) > tolerance_ms:
        raise StageFailed(
            Failure.OUTPUT_WRONG, f"{track.handler}: {length_ms:.0f} ms instead of {expected_ms} ms"
        )


def _check_grid(track: boxes.Track, fragments: list[boxes.Fragment], gop_ms: int) -> None:
    """Segments stand at whole multiples of the GOP, each with a key picture first and no gap before it."""
    for number, fragment in enumerate(fragments):
        begins, lasts = fragment.starts.get(track.track_id), fragment.ticks[track.track_id]
        whole = Fraction(gop_ms * track.timescale, 1000)
        last = number == len(fragments) - 1
        if begins != number * whole or (lasts > whole if last else lasts != whole):
            raise StageFailed(
                Failure.OUTPUT_WRONG,
                f"segment {number} begins at {begins} and lasts {lasts} of {whole} ticks",
            )
        if track.track_id not in fragment.keys:
            raise StageFailed(Failure.OUTPUT_WRONG, f"segment {number} begins without a key picture")


def _check_index(source: BinaryIO, layout: list[boxes.Box], fragments: list[boxes.Fragment]) -> None:
    """The index at the front, which native players seek by, names exactly the fragments that are there."""
    there = [(fragment.offset, fragment.size) for fragment in fragments]
    for box in layout:
        if box.kind == b"sidx":
            index = boxes.parse_sidx(boxes.content(source, box))
            if index.ranges(box.end) != there:
                raise StageFailed(Failure.OUTPUT_WRONG, f"the index at {box.offset} does not tie")


def _peak(segments: tuple[Segment, ...]) -> int:
    """The rate of the costliest segment; a last crumb of a segment says nothing about a rate."""
    longest = max(segment.duration_ms for segment in segments)
    return max(
        round(segment.size * 8000 / segment.duration_ms)
        for segment in segments
        if segment.duration_ms * 2 >= longest
    )
