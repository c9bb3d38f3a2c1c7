"""Reads of recordings and renditions that the stages share."""

from media_pipeline.recordings.models import Recording, Rendition

# Lowest first: the order in which modes are made, listed and offered. The AAC sound is a stand-in, not a mode on offer.
MODE_ORDER: tuple[str, ...] = (
    Rendition.Mode.AUDIO,
    Rendition.Mode.AAC,
    Rendition.Mode.LIGHT,
    Rendition.Mode.STANDARD,
    Rendition.Mode.CLEAR,
    Rendition.Mode.FULL,
)
OFFERED: tuple[str, ...] = tuple(mode for mode in MODE_ORDER if mode != Rendition.Mode.AAC)


def renditions_of(recording_id: int) -> list[Rendition]:
    """Return the published renditions of a recording, lowest mode first."""
    found = Rendition.objects.filter(recording_id=recording_id)
    return sorted(found, key=lambda rendition: MODE_ORDER.index(rendition.mode))


def same_file(*, owner_id: int, sha256: str) -> Recording | None:
    """Return the recording that this owner already has of exactly these bytes, unless it was refused or failed."""
    states = [Recording.State.PROCESSING, Recording.State.READY]
    return Recording.objects.filter(owner_id=owner_id, sha256=sha256, state__in=states).first()
