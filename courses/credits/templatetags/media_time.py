"""Places in a recording in words."""

from django import template

register = template.Library()


@register.filter
def media_time(ms: int) -> str:
    """Return a place in a recording, milliseconds from its start, as 1:10:22 or 26:00."""
    minutes, seconds = divmod(max(ms, 0) // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
