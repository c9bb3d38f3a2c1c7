"""Between times and integer milliseconds since 1970, without floats."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_ms(at: datetime) -> int:
    """Return the milliseconds since 1970 of an aware time."""
    return (at - _EPOCH) // _MILLISECOND


def from_ms(ms: int) -> datetime:
    """Return the aware time of milliseconds since 1970. Raises OverflowError beyond the year 9999."""
    return _EPOCH + ms * _MILLISECOND
