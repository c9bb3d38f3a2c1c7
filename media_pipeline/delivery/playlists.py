"""The HLS master playlist, written by us from measured values: ffmpeg's own states wrong bandwidths (RFC 8216)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Variant:
    """One line of the master playlist; rates in bit/s as measured."""

    mode: str
    average_bps: int
    peak_bps: int
    codecs: str
    width: int | None = None
    height: int | None = None
    frame_rate: Decimal | None = None


def master_playlist(variants: Iterable[Variant]) -> str:
    """Return the playlist of all modes, lowest first: a player starts with the first line whose codecs it knows.

    So a player without Opus begins with the AAC sound and goes on to the modes whose sound is AAC.
    """
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    for variant in sorted(variants, key=lambda one: one.peak_bps):
        attributes = [
            f"BANDWIDTH={variant.peak_bps}",
            f"AVERAGE-BANDWIDTH={variant.average_bps}",
            f'CODECS="{variant.codecs}"',
        ]
        if variant.width and variant.height:
            attributes.append(f"RESOLUTION={variant.width}x{variant.height}")
        if variant.frame_rate:
            attributes.append(f"FRAME-RATE={variant.frame_rate:.3f}")
        lines += [f"#EXT-X-STREAM-INF:{','.join(attributes)}", f"{variant.mode}.m3u8"]
    return "\n".join([*lines, ""])


def pointing(playlist: str, file: str, address: str) -> str:
    """Return a mode's playlist with its file at another address than beside it."""
    return re.sub(rf'(?m)^{re.escape(file)}$|(?<=URI="){re.escape(file)}(?=")', address, playlist)
