"""Until when a media address holds."""

from datetime import datetime

from django.conf import settings

# Addresses made within the same quarter of an hour are the same: a page that is loaded again finds what the browser
# has kept, which on a bad line is most of it.
STEP_SECONDS = 900


def expires_at(at: datetime) -> int:
    """Return until when what is signed at `at` holds, in seconds since 1970: at most MEDIA_LINK_SECONDS from `at`."""
    return (int(at.timestamp()) + settings.MEDIA_LINK_SECONDS) // STEP_SECONDS * STEP_SECONDS
