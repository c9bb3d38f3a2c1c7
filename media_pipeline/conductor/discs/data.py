"""The data part of a disc: slides, transcript, blank sheets. Who knows them registers here at start."""

import uuid
from collections.abc import Callable
from pathlib import Path

# Called on the worker with the image's public id and an empty folder; whatever it writes there is on the disc.
Source = Callable[[uuid.UUID, Path], None]

_sources: list[Source] = []


def register_disc_data(source: Source) -> None:
    """Add a source: called when an image is put together, it writes files into the folder. Names in any script."""
    if source not in _sources:
        _sources.append(source)


def write_data(public_id: uuid.UUID, folder: Path) -> None:
    """Have every source write its files."""
    for source in _sources:
        source(public_id, folder)
