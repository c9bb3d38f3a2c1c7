"""The access gate: who may play what is decided above, by policies that other rooms register at start.

With no policy nobody plays anything.
"""

import uuid
from collections.abc import Callable

from django.core.cache import caches

from media_pipeline.recordings.models import Recording

# A link outlives what it was made for: each process of ours asks the policies again after this long (seconds).
ASK_AGAIN_SECONDS = 60
Policy = Callable[[int, int], bool]

_policies: list[Policy] = []


class AccessRefused(Exception):
    """No policy lets this viewer play this recording."""


def register_access_policy(policy: Policy) -> None:
    """Add a policy: called with viewer id and recording id, it says whether it lets this viewer play. One yes is enough."""
    if policy not in _policies:
        _policies.append(policy)


def may_play(*, viewer_id: int, recording_id: int) -> bool:
    """Tell whether a registered policy lets the viewer play the recording."""
    return any(policy(viewer_id, recording_id) for policy in _policies)


def require_access(*, viewer_id: int, recording_id: int) -> None:
    """Raise AccessRefused unless a registered policy lets the viewer play the recording."""
    if not may_play(viewer_id=viewer_id, recording_id=recording_id):
        raise AccessRefused(f"viewer {viewer_id}, recording {recording_id}")


def still_lets_play(*, viewer_id: int, public_id: uuid.UUID) -> bool:
    """Tell whether the viewer of a link may go on playing its recording. What was found is kept in this process for a
    minute, so that the ranges of a film ask the database nothing.
    """
    key = _key(viewer_id, public_id)
    lets: bool | None = caches["own"].get(key)
    if lets is None:
        pk = Recording.objects.filter(public_id=public_id).values_list("pk", flat=True).first()
        lets = pk is not None and may_play(viewer_id=viewer_id, recording_id=pk)
        caches["own"].set(key, lets, ASK_AGAIN_SECONDS)
    return lets


def note_that_it_lets_play(*, viewer_id: int, public_id: uuid.UUID) -> None:
    """Keep for a minute that the viewer may play the recording, as was just found for a new link."""
    caches["own"].set(_key(viewer_id, public_id), True, ASK_AGAIN_SECONDS)


def _key(viewer_id: int, public_id: uuid.UUID) -> str:
    return f"media-lets-play:{viewer_id}:{public_id}"
