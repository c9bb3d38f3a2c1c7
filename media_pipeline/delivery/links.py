"""Signed media addresses. One signature serves a whole playback, and holds everything a byte range needs to be answered
without the database: the viewer, the recording, which file each mode is, and until when.
"""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core import signing
from django.urls import reverse

from media_pipeline.delivery import nginx
from media_pipeline.delivery.access import note_that_it_lets_play, require_access
from media_pipeline.delivery.expiry import expires_at
from media_pipeline.recordings import files
from media_pipeline.recordings.models import Recording
from media_pipeline.recordings.queries import renditions_of

MASTER = "master.m3u8"
CHAPTERS = "chapters.vtt"
# Beside the modes, a link says which set of slide pictures and which storyboard it is for.
SLIDES = "slides"
STORYBOARD = "storyboard"
_LINK_SALT = "media_pipeline.delivery.link"
_PAYLOAD = re.compile(
    r"(\d{1,18})\.(\d{1,12})\.([0-9a-f]{32})\.([a-z]+\d{1,12}(?:-[a-z]+\d{1,12})*)", re.ASCII
)


class LinkRefused(Exception):
    """The signature is not ours, or its time is over."""


@dataclass(frozen=True)
class Link:
    """What a media address says once its signature was checked. `fences` has the fence of each mode's file, of the
    slides and of the storyboard, as far as there are any.
    """

    viewer_id: int
    expires: int
    public_id: uuid.UUID
    fences: Mapping[str, int]


def playback_links(recording_id: int, *, viewer_id: int, at: datetime) -> dict[str, str]:
    """Return the signed address of each published mode by its name, and where there are such: `hls` (the master
    playlist), `slides` (up to the picture's number: `3.webp` completes it), `storyboard`, `chapters`, and
    `captions-<language>`.

    Raises AccessRefused when no policy lets the viewer play; empty when nothing is published yet.
    """
    require_access(viewer_id=viewer_id, recording_id=recording_id)
    renditions = renditions_of(recording_id)
    if not renditions:
        return {}
    recording = Recording.objects.select_related("storyboard").get(pk=recording_id)
    fences = {rendition.mode: rendition.fence for rendition in renditions}
    slide = recording.slides.first()
    if slide is not None:
        fences[SLIDES] = slide.fence
    if hasattr(recording, "storyboard"):
        fences[STORYBOARD] = recording.storyboard.fence
    link = Link(viewer_id, expires_at(at), recording.public_id, fences)
    note_that_it_lets_play(viewer_id=viewer_id, public_id=link.public_id)
    token = sign(link)

    def place(entry: str, file: str) -> str:
        return nginx_address(link, entry, file) or address(token, file)

    links = {rendition.mode: place(rendition.mode, f"{rendition.mode}.mp4") for rendition in renditions}
    links["hls"] = address(token, MASTER)
    if SLIDES in fences:
        links |= {SLIDES: place(SLIDES, "slide-"), "chapters": address(token, CHAPTERS)}
    if STORYBOARD in fences:
        links[STORYBOARD] = place(STORYBOARD, "storyboard.webp")
    for language, revision in recording.captions.values_list("language", "revision"):
        # The revision makes it another address, so that nobody reads captions that the browser kept from before.
        links[f"captions-{language}"] = f"{address(token, f'captions-{language}.vtt')}?revision={revision}"
    return links


def file_links(names: Mapping[str, str], *, viewer_id: int, at: datetime) -> dict[str, str]:
    """Return the signed address of each mode whose stored file is named, without asking the database.

    Only for somebody whom the caller has just let play by the same rule as our policy: nothing is asked here.
    """
    folders = {mode: name.split("/")[:2] for mode, name in names.items()}
    if not folders:
        return {}
    (public_id,) = {folder[0] for folder in folders.values()}
    fences = {mode: int(folder[1]) for mode, folder in folders.items()}
    link = Link(viewer_id, expires_at(at), uuid.UUID(public_id), fences)
    note_that_it_lets_play(viewer_id=viewer_id, public_id=link.public_id)
    token = sign(link)
    return {
        mode: nginx_address(link, mode, f"{mode}.mp4") or address(token, f"{mode}.mp4") for mode in fences
    }


def are_ours() -> bool:
    """Tell whether this site's own address sends the files: elsewhere a script may not read them."""
    return files.local_path(files.storage(), "file") is not None


def address(token: str, file: str) -> str:
    """Return the address of a file under a token."""
    return reverse("delivery:file", args=[token, file])


def nginx_address(link: Link, entry: str, file: str) -> str | None:
    """Return the address of a stored file under nginx's own signature; None where nginx does not check links.

    `entry` says which fence of the link the file belongs to.
    """
    folder = f"{link.public_id}/{link.fences[entry]}"
    if not nginx.secret() or files.local_path(files.storage(), folder) is None:
        return None
    return nginx.signed_address(file, folder=folder, viewer_id=link.viewer_id, expires=link.expires)


def sign(link: Link) -> str:
    """Return the token of a link: one path segment."""
    fences = "-".join(f"{entry}{fence}" for entry, fence in link.fences.items())
    return signing.Signer(salt=_LINK_SALT).sign(
        f"{link.viewer_id}.{link.expires}.{link.public_id.hex}.{fences}"
    )


def read(token: str, *, at: datetime) -> Link:
    """Return what a token says. Raises LinkRefused when it is not ours or too old."""
    try:
        payload = signing.Signer(salt=_LINK_SALT).unsign(token)
    except signing.BadSignature as error:
        raise LinkRefused("signature") from error
    match = _PAYLOAD.fullmatch(payload)
    if match is None:
        raise LinkRefused("payload")
    viewer_id, expires, public_id, fences = match.groups()
    if at.timestamp() >= int(expires):
        raise LinkRefused("expired")
    pairs = re.findall(r"([a-z]+)(\d+)", fences)
    return Link(
        int(viewer_id), int(expires), uuid.UUID(public_id), {entry: int(fence) for entry, fence in pairs}
    )
