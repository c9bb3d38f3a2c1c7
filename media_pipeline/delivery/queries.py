"""Playlists, from what the database has measured. Only modes that the link names are told of."""

from media_pipeline.delivery.links import MASTER, Link
from media_pipeline.delivery.playlists import Variant, master_playlist
from media_pipeline.recordings.models import Rendition

FIELDS = ("mode", "fence", "average_bps", "peak_bps", "codecs", "width", "height", "frame_rate")


def playlist(link: Link, mode: str) -> str | None:
    """Return the playlist of one mode, or of all of them under the master's name; None when there is none."""
    published = Rendition.objects.filter(recording__public_id=link.public_id)
    if mode != MASTER.removesuffix(".m3u8"):
        if mode not in link.fences:
            return None
        return published.filter(mode=mode, fence=link.fences[mode]).values_list("playlist", flat=True).first()
    variants = [
        Variant(row.mode, row.average_bps, row.peak_bps, row.codecs, row.width, row.height, row.frame_rate)
        for row in published.only(*FIELDS)
        if link.fences.get(row.mode) == row.fence
    ]
    return master_playlist(variants) if variants else None
