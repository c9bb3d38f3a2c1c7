"""The light player of the desks: one recording with its ways of watching, opened at a time by a plain link."""

from dataclasses import dataclass
from datetime import datetime

from courses.catalogue.places import second_of
from media_pipeline import api as media
from qianchang.people.models import Account


@dataclass(frozen=True)
class Watch:
    """One recording to watch. `links`: the ways of watching with their signed addresses, cheapest first; empty while
    nothing can be watched. `from_s`: where it begins, in seconds.
    """

    links: tuple[tuple[media.ModeSummary, str], ...] = ()
    from_s: int = 0

    @property
    def address(self) -> str:
        """The address of the picture, or of the sound where there is no picture; it begins where it was asked to."""
        if not self.links:
            return ""
        pictures = [url for mode, url in self.links if mode.mode != "audio"]
        url = (pictures or [self.links[0][1]])[0]
        return f"{url}#t={self.from_s}" if self.from_s else url


def watch(recording: media.RecordingSummary | None, *, by: Account, asked: str, at: datetime) -> Watch:
    """Return what an account can watch of a recording; `asked` is the second that the address names, if any."""
    if recording is None or not recording.modes:
        return Watch()
    try:
        links = media.playback_links(recording.id, viewer_id=by.pk, at=at)
    except media.AccessRefused:
        return Watch()
    found = tuple((mode, links[mode.mode]) for mode in recording.modes if mode.mode in links)
    return Watch(found, second_of(asked))
