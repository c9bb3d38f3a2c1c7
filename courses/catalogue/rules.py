"""Decisions of the catalogue on plain values: the one word for a lecture's state, times, lengths."""

from enum import StrEnum

MINUTE_MS = 60_000


class State(StrEnum):
    """The one word that an expert sees for a lecture (product-design.md, section 2, lecture states)."""

    DRAFT = "draft"
    UPLOADING = "uploading"
    PROCESSING = "processing"
    TROUBLED = "troubled"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


def state_of(review: str, recording_state: str | None, *, watchable: bool, live: bool = True) -> State:
    """Return the one word for where a lecture stands.

    What the association decided comes first; before that the recording decides. A lecture is in review as soon as one
    mode can be watched: the reviewer need not wait for the video (product-design.md, section 7, journey a). One that is
    published and not `live` waits for the time that was set.
    """
    if review == State.PUBLISHED and not live:
        return State.SCHEDULED
    if review in (State.RETURNED, State.PUBLISHED, State.WITHDRAWN):
        return State(review)
    if recording_state in ("refused", "failed", "cancelled"):
        return State.TROUBLED
    if recording_state == "uploading":
        return State.UPLOADING
    if recording_state == "processing" and not (watchable and review == State.IN_REVIEW):
        return State.PROCESSING
    return State.IN_REVIEW if review == State.IN_REVIEW else State.DRAFT


def moment(ms: int) -> str:
    """A time in a recording as the player writes it: 4:05, 1:10:22."""
    minutes, seconds = divmod(ms // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


# Up to 45 minutes, up to 90, more (mock-up 02).
SHORT_MS = 45 * MINUTE_MS
MIDDLE_MS = 90 * MINUTE_MS


class Length(StrEnum):
    """The three lengths that the catalogue filters by (mock-up 02)."""

    SHORT = "short"
    MIDDLE = "middle"
    LONG = "long"
