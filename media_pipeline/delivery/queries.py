"""Playlists, captions and chapters, from what the database has. Only modes that the link names are told of."""

import html
from dataclasses import replace
from itertools import pairwise

from django.utils.translation import gettext as _

from media_pipeline.delivery.links import MASTER, Link, address, nginx_address, sign
from media_pipeline.delivery.playlists import Variant, master_playlist, pointing
from media_pipeline.recordings.cues import Cue, write
from media_pipeline.recordings.models import CaptionTrack, Recording, Rendition

FIELDS = ("mode", "average_bps", "peak_bps", "codecs", "width", "height", "frame_rate")


def playlist(link: Link, mode: str) -> str | None:
    """Return the playlist of one mode, or of all of them under the master's name; None when there is none."""
    # A mode that was made anew since is the same lecture: who goes to it now is told of the new file.
    published = Rendition.objects.filter(recording__public_id=link.public_id, mode__in=link.fences)
    if mode == MASTER.removesuffix(".m3u8"):
        variants = [
            Variant(
                row.mode, row.average_bps, row.peak_bps, row.codecs, row.width, row.height, row.frame_rate
            )
            for row in published.only(*FIELDS)
        ]
        return master_playlist(variants) if variants else None
    row = published.filter(mode=mode).only("fence", "playlist").first()
    if row is None:
        return None
    file = f"{mode}.mp4"
    newest = replace(link, fences={**link.fences, mode: row.fence})
    elsewhere = nginx_address(newest, mode, file)
    if elsewhere is None and newest != link:
        elsewhere = address(sign(newest), file)
    return pointing(row.playlist, file, elsewhere) if elsewhere else row.playlist


def captions(link: Link, language: str) -> str | None:
    """Return the captions of a recording in a language, or None when it has none."""
    tracks = CaptionTrack.objects.filter(recording__public_id=link.public_id, language=language)
    return tracks.values_list("vtt", flat=True).first()


def chapters(link: Link) -> str | None:
    """Return the slide index as WebVTT chapters, or None without slides. A slide that nobody named is "Slide N"."""
    recording = Recording.objects.filter(public_id=link.public_id).first()
    if recording is None:
        return None
    slides = list(recording.slides.values_list("from_ms", "title"))
    times = [from_ms for from_ms, _title in slides]
    end = max(recording.duration_ms or 0, times[-1] + 1) if times else 0
    cues = [
        Cue(from_ms, until_ms, _chapter(title, number))
        for number, ((from_ms, until_ms), (_from, title)) in enumerate(
            zip(pairwise([*times, end]), slides, strict=True), start=1
        )
    ]
    return write(cues) if cues else None


def _chapter(title: str, number: int) -> str:
    """Return what a chapter is called, in one line, escaped as WebVTT wants it."""
    words = " ".join(title.split()) or _("Slide %(number)s") % {"number": number}
    return html.escape(words, quote=False)
