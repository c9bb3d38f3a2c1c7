"""From what the tools made to rows: every output verified first."""

import uuid
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from media_pipeline.packaging.inspect import Packaged, packaged
from media_pipeline.recordings import files
from media_pipeline.recordings.failures import Failure, StageFailed
from media_pipeline.recordings.models import Rendition, Slide, Storyboard
from media_pipeline.transcoding import encode
from media_pipeline.transcoding.analysis import Analysis
from media_pipeline.transcoding.encode import Cancelled
from media_pipeline.transcoding.ladder import GOP_SECONDS
from media_pipeline.transcoding.rules import Timeline, tolerance_ms


@dataclass(frozen=True)
class Made:
    """One output that holds what it should."""

    mode: str
    path: Path
    facts: Packaged


def verified(mode: str, path: Path, timeline: Timeline, *, pictured: bool, cancelled: Cancelled) -> Made:
    """Return an output with its measured facts. Raises StageFailed when its length, segments or pictures are not right."""
    facts = packaged(
        path,
        file=f"{mode}.mp4",
        expected_ms=timeline.duration_ms,
        tolerance_ms=tolerance_ms(timeline.duration_ms),
        pictured=pictured,
        gop_ms=GOP_SECONDS * 1000,
    )
    pictures = encode.decode(path, cancelled=cancelled)
    if pictured and pictures != len(facts.segments):
        raise StageFailed(Failure.OUTPUT_WRONG, f"{pictures} key pictures in {len(facts.segments)} segments")
    return Made(mode, path, facts)


def rendition_of(made: Made, name: str) -> Rendition:
    """Return the row of an output that stands in the storage under `name`."""
    facts = made.facts
    rate = facts.frame_rate
    return Rendition(
        mode=made.mode,
        file=name,
        playlist=facts.playlist,
        size_bytes=facts.size_bytes,
        duration_ms=facts.duration_ms,
        average_bps=facts.average_bps,
        peak_bps=facts.peak_bps,
        codecs=facts.codecs,
        width=facts.width,
        height=facts.height,
        frame_rate=Decimal(rate.numerator) / rate.denominator if rate else None,
    )


def slides_of(found: Analysis, *, public_id: uuid.UUID, fence: int) -> list[Slide]:
    """Return the rows of a slide index, numbered from 1, with the storage names that their pictures will have."""
    return [
        Slide(
            from_ms=one.from_ms,
            number=number,
            picture=files.slide_name(public_id, fence, number),
            width=one.width,
            height=one.height,
            size_bytes=one.picture.stat().st_size,
        )
        for number, one in enumerate(found.slides, start=1)
    ]


def storyboard_of(found: Analysis, *, public_id: uuid.UUID, fence: int) -> Storyboard:
    """Return the row of a storyboard, with the storage name that it will have."""
    board = found.storyboard
    return Storyboard(
        file=files.storyboard_name(public_id, fence),
        interval_ms=board.interval_ms,
        columns=board.columns,
        tiles=board.tiles,
        tile_width=board.tile_width,
        tile_height=board.tile_height,
        size_bytes=board.file.stat().st_size,
    )
