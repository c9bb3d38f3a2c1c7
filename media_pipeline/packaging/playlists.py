"""The HLS playlist of one rendition: byte ranges of the one file (RFC 8216)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Segment:
    """One piece of a rendition that can be fetched and decoded by itself."""

    offset: int
    size: int
    duration_ms: float


def media_playlist(file: str, init_size: int, segments: Sequence[Segment]) -> str:
    """Return the playlist of one rendition: byte ranges of the one file beside it."""
    target = max(math.ceil(segment.duration_ms / 1000) for segment in segments)
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{target}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        f'#EXT-X-MAP:URI="{file}",BYTERANGE="{init_size}@0"',
    ]
    for segment in segments:
        lines += [
            f"#EXTINF:{segment.duration_ms / 1000:.6f},",
            f"#EXT-X-BYTERANGE:{segment.size}@{segment.offset}",
            file,
        ]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])
