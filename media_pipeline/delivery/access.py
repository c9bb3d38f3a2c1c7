"""The access gate: who may play what is decided above, by policies that other rooms register at start.

With no policy nobody plays anything.
"""

from collections.abc import Callable

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
