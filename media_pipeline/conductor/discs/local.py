"""A disc made of files without rows: pieces in a folder. For `manage.py make_disc` and the benchmark."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from media_pipeline.conductor.discs.making import Tell, Work, build, checked, lacking, make_pieces
from media_pipeline.packaging.discs import titles
from media_pipeline.packaging.discs.spec import DiscSpec
from media_pipeline.transcoding import encode
from media_pipeline.transcoding.disc_encode import Footage


class FolderShelf:
    """The pieces of one title in a folder, each under its final name as soon as it is whole."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def has(self, kind: str, number: int) -> bool:
        return self._path(kind, number).exists()

    def put(self, kind: str, number: int, path: Path, *, units: int) -> None:
        path.replace(self._path(kind, number))

    @contextmanager
    def take(self, kind: str, number: int) -> Iterator[Path]:
        yield self._path(kind, number)

    def _path(self, kind: str, number: int) -> Path:
        return self._folder / f"{kind}-{number}"


def make_disc(
    disc: DiscSpec,
    originals: Mapping[int, Footage],
    *,
    pieces: Path,
    folder: Path,
    tell: Tell,
    write_data: Callable[[Path], None] = lambda folder: None,
) -> tuple[Path, dict[str, Any]]:
    """Make a disc of originals by recording id, with its pieces kept in `pieces` and everything else in `folder`; return the
    image and what it was found to hold. Raises RecordingRefused and StageFailed.
    """
    work = Work(disc, folder, tell, lambda: False)
    plans = titles.plans_of(disc)
    shelves = [FolderShelf(pieces / plan.key[:20]) for plan in plans]
    whole = any(lacking(plan, shelf) for plan, shelf in zip(plans, shelves, strict=True))
    for number, (plan, shelf) in enumerate(zip(plans, shelves, strict=True)):
        if lacking(plan, shelf):
            footage = originals[plan.lecture.recording_id]
            make_pieces(plan, shelf, footage, work, share=(number, len(plans)))
    image = build(work, shelves, write_data=write_data, whole=whole)
    return image, checked(disc, image)


def look_at(path: Path, folder: Path) -> Footage:
    """Return an original with what is in it. Raises RecordingRefused and StageFailed."""
    link = folder / f"original-{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:16]}"
    if not link.exists():
        # Under a name that says nothing, as on the server: ffmpeg would believe an ending.
        link.symlink_to(path.resolve())
    facts = encode.probe(link, folder=folder, cancelled=lambda: False)
    return Footage(link, facts, encode.measure(link, facts, folder=folder, cancelled=lambda: False))
