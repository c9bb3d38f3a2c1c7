"""What the player on a lecture page is told when the page is made."""

import zlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.attendance import queries, registries
from courses.attendance.queries import WatchRecord
from courses.attendance.rules import Terms
from courses.catalogue.models import LecturePage, LectureVersion
from courses.enrolment.queries import may_play
from media_pipeline import api as media
from qianchang.people.models import Account
from qianchang.people.queries import lawyer_of

RATES = (1, 1.25, 1.5, 2)
# The ways of watching that can be fetched first: what a county's line can carry in an evening.
DOWNLOADED = ("light", "audio")


@dataclass(frozen=True)
class IndexEntry:
    """One line of the slide index beside the player: the picture's number, when it begins, what it is called."""

    number: int
    from_ms: int
    label: str


@dataclass(frozen=True)
class SlideIndex:
    """The slide index and how the sheet of small pictures is laid out. `stamp` changes with either of them."""

    slides: tuple[IndexEntry, ...]
    storyboard: media.StoryboardOut | None

    @property
    def stamp(self) -> str:
        return f"{zlib.crc32(repr((self.slides, self.storyboard)).encode()):x}"


def index_of(version: LectureVersion) -> SlideIndex:
    """Return the slide index of a version as it is now: a player that was opened before may still have another one."""
    slides = media.slides_of(version.recording_id, duration_ms=version.length_ms)
    return _index(version.recording_id, slides)


def player_for(
    lecture: LecturePage, version: LectureVersion, request: HttpRequest
) -> dict[str, object] | None:
    """Return the player's configuration for the reader of a lecture page, with the hours (学时) that the version is
    worth; None where there is nothing to play: no lawyer, not enrolled, not released, or no mode is ready.
    """
    at = timezone.now()
    account = request.user if isinstance(request.user, Account) else None
    lawyer = lawyer_of(account) if account else None
    if account is None or lawyer is None or not may_play(lawyer, lecture, at):
        return None
    slides = media.slides_of(version.recording_id, duration_ms=version.length_ms)
    modes = media.modes_of(version.recording_id, slides=len(slides))
    if not modes:
        return None
    today = timezone.localdate(at)
    terms = registries.terms_of(lawyer, on=today)
    record = queries.watch_record(lawyer, version, terms=terms)
    award = registries.award_of(lawyer, lecture_id=lecture.pk, terms=terms, on=today)
    credited = award is not None and not award.is_part
    index = _index(version.recording_id, slides)
    config = _config(lecture, version, modes, record, terms, slides=slides, index=index, credited=credited)
    # With these the picture comes while the playback is still being opened. The page's answer sets the viewer's cookie.
    config["links"] = media.file_links({mode.mode: mode.file for mode in modes}, viewer_id=account.pk, at=at)
    config["readable"] = media.links_are_ours()
    config["cap_mb"] = account.monthly_cap_mb
    return {
        "config": config,
        "hours": terms.hours(record.creditable_ms),
        # They stand in the page, where they can be read; the script reads them there.
        "slides": index.slides,
        "record": record,
        "download_bytes": downloaded_bytes(modes, slides) if settings.DOWNLOAD_FIRST else {},
        "presence_url": reverse("attendance:presence", args=[lecture.pk]),
    }


def downloaded_bytes(modes: Iterable[media.ModeSummary], slides: Iterable[media.SlideOut]) -> dict[str, int]:
    """Return what can be fetched first, best first, each with its bytes: the slides come with it."""
    pictures = sum(slide.size_bytes for slide in slides)
    sizes = {mode.mode: mode.size_bytes for mode in modes}
    return {name: sizes[name] + pictures for name in DOWNLOADED if name in sizes}


def codes_of(record: WatchRecord) -> list[dict[str, Any]]:
    """Return the presence codes as the player knows them: where they are and whether they were answered."""
    return [
        {
            "index": window.index,
            "from_ms": window.from_ms,
            "until_ms": window.until_ms,
            "answered": window.index in record.answered,
        }
        for window in record.windows
    ]


def _index(recording_id: int, slides: tuple[media.SlideOut, ...]) -> SlideIndex:
    entries = tuple(
        IndexEntry(slide.number, slide.from_ms, slide.label or _("Slide %(number)s") % {"number": place})
        for place, slide in enumerate(slides, start=1)
    )
    return SlideIndex(entries, media.storyboard_of(recording_id))


def _config(
    lecture: LecturePage,
    version: LectureVersion,
    modes: tuple[media.ModeSummary, ...],
    record: WatchRecord,
    terms: Terms,
    *,
    slides: tuple[media.SlideOut, ...],
    index: SlideIndex,
    credited: bool,
) -> dict[str, object]:
    return {
        "lecture": lecture.pk,
        "version": version.pk,
        "title": lecture.localised_title,
        "opens": "/api/v1/playbacks/",
        "modes": [_mode(mode, slides) for mode in modes],
        "captions": [
            {"language": language, "label": label}
            for language, label in media.caption_languages_of(version.recording_id)
        ],
        "storyboard": asdict(index.storyboard) if index.storyboard else None,
        "index": index.stamp,
        # Faster than the rule credits would only waste the lawyer's evening; afterwards any speed will do.
        "rates": [rate for rate in RATES if credited or rate <= terms.max_rate] or [1],
        "duration_ms": version.length_ms,
        "covered_ms": record.covered_ms,
        "creditable_ms": record.creditable_ms,
        "intervals_ms": record.intervals,
        "missing_ms": record.missing,
        "position_ms": record.position_ms,
        "hours": f"{terms.hours(record.creditable_ms):.1f}",
        "threshold": f"{terms.threshold:f}",
        "codes": codes_of(record),
        "credited": credited,
        "hours_url": "/my/hours/",
    }


def _mode(mode: media.ModeSummary, slides: tuple[media.SlideOut, ...]) -> dict[str, object]:
    """One way of watching. The sound alone is called so; with slides, their pictures are part of its price."""
    sound = mode.mode == "audio"
    return {
        "mode": mode.mode,
        "label": _("Audio only") if sound and not slides else str(mode.label),
        "bytes": mode.size_bytes + (sum(slide.size_bytes for slide in slides) if sound else 0),
        "kbits": mode.average_kbits,
        "width": mode.width,
        "codecs": mode.codecs,
    }
