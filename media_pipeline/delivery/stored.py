"""Which stored file a media address means. All of it stands in the link, so that nobody has to ask the database."""

import re
from dataclasses import dataclass

from media_pipeline.delivery.links import SLIDES, STORYBOARD, Link
from media_pipeline.recordings import files
from media_pipeline.recordings.queries import MODE_ORDER

_FILE = re.compile(r"([a-z]+)\.mp4|slide-(\d{1,6})\.webp|(storyboard)\.webp", re.ASCII)
_SOUND = ("audio", "aac")


@dataclass(frozen=True)
class StoredFile:
    """A file in the storage of recordings. It never changes under its name, so the name is its tag too."""

    name: str
    content_type: str

    @property
    def etag(self) -> str:
        return f'"{self.name.replace("/", "-")}"'


def stored_file(link: Link, name: str) -> StoredFile | None:
    """Return the file that is called `name` under a link, or None when the link has no such file."""
    match = _FILE.fullmatch(name)
    if match is None:
        return None
    mode, slide, storyboard = match.groups()
    if slide and SLIDES in link.fences:
        return StoredFile(files.slide_name(link.public_id, link.fences[SLIDES], int(slide)), "image/webp")
    if storyboard and STORYBOARD in link.fences:
        return StoredFile(files.storyboard_name(link.public_id, link.fences[STORYBOARD]), "image/webp")
    if mode in MODE_ORDER and mode in link.fences:
        kind = "audio/mp4" if mode in _SOUND else "video/mp4"
        return StoredFile(files.rendition_name(link.public_id, link.fences[mode], mode), kind)
    return None
