"""The budgets of public pages as data. Source: product-design.md, section 9. Bytes as sent, times in milliseconds."""

from dataclasses import dataclass

HTML_BYTES = 8 * 1024
STYLE_BYTES = 6 * 1024
FONTS = 0
PICTURES, PICTURE_BYTES = 8, 6 * 1024
REQUESTS_COLD, REQUESTS_WARM = 4, 1
PAGE_MS, SEARCH_MS = 200, 500


@dataclass(frozen=True)
class Link:
    """A line as the design names it: its rate, of which three quarters are usable, its round trip, and until when a
    page must be readable on it (B9). Loss is in the usable rate.
    """

    name: str
    kbits: int
    round_trip_ms: int
    readable_ms: int

    @property
    def usable_bytes_a_second(self) -> float:
        """What gets through."""
        return self.kbits * 1000 * 0.75 / 8


LINKS = (Link("150", 150, 400, 3000), Link("256", 256, 300, 2000), Link("512", 512, 150, 1200))
