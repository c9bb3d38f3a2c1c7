"""Signed media addresses. One signature serves a whole playback, and holds everything a byte range needs to be answered
without the database: the viewer, the recording, which file each mode is, and until when.
"""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core import signing
from django.urls import reverse

from media_pipeline.delivery.access import require_access
from media_pipeline.recordings.models import Recording
from media_pipeline.recordings.queries import renditions_of

MASTER = "master.m3u8"
_LINK_SALT = "media_pipeline.delivery.link"
_PAYLOAD = re.compile(r"(\d{1,18})\.(\d{1,12})\.([0-9a-f]{32})\.([a-z]+\d+(?:-[a-z]+\d+)*)")


class LinkRefused(Exception):
    """The signature is not ours, or its time is over."""


@dataclass(frozen=True)
class Link:
    """What a media address says once its signature was checked. `fences` has the fence of each mode's file."""

    viewer_id: int
    expires: int
    public_id: uuid.UUID
    fences: Mapping[str, int]


def playback_links(recording_id: int, *, viewer_id: int, at: datetime) -> dict[str, str]:
    """Return the signed address of each published mode, and of the HLS master under `hls`.

    Raises AccessRefused when no policy lets the viewer play; empty when nothing is published yet.
    """
    require_access(viewer_id=viewer_id, recording_id=recording_id)
    renditions = renditions_of(recording_id)
    if not renditions:
        return {}
    public_id = Recording.objects.values_list("public_id", flat=True).get(pk=recording_id)
    token = sign(
        Link(
            viewer_id=viewer_id,
            expires=expires_at(at),
            public_id=public_id,
            fences={rendition.mode: rendition.fence for rendition in renditions},
        )
    )
    links = {rendition.mode: address(token, f"{rendition.mode}.mp4") for rendition in renditions}
    return links | {"hls": address(token, MASTER)}


def expires_at(at: datetime) -> int:
    """Return until when what is signed at `at` holds, in seconds since 1970."""
    return int(at.timestamp()) + settings.MEDIA_LINK_SECONDS


def address(token: str, file: str) -> str:
    """Return the address of a file under a token."""
    return reverse("delivery:file", args=[token, file])


def sign(link: Link) -> str:
    """Return the token of a link: one path segment."""
    fences = "-".join(f"{mode}{fence}" for mode, fence in link.fences.items())
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
    pairs = (re.fullmatch(r"([a-z]+)(\d+)", pair) for pair in fences.split("-"))
    return Link(
        int(viewer_id), int(expires), uuid.UUID(public_id), {pair[1]: int(pair[2]) for pair in pairs if pair}
    )
