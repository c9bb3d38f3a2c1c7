"""The page for browsers that are too old for the player (旧浏览器页): plain HTML, no script, direct links."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from courses.catalogue.models import LectureVersion
from courses.catalogue.queries import version_for, visible_lectures
from media_pipeline import api as media
from qianchang.people.models import Account
from qianchang.people.queries import lawyer_of

# The sound that every old player plays is AAC at 40 kbit/s and its packaging.
AAC_BITS = 43_000


@dataclass(frozen=True)
class FileLink:
    """A file to open or save: its name, address, and about how many bytes (None: hardly any)."""

    label: str
    url: str
    size_bytes: int | None


@require_safe
@never_cache
def compat(request: HttpRequest) -> HttpResponse:
    """How to get a better browser mode, and what can be had without. `?lecture=` names the lecture that led here."""
    asked = request.GET.get("lecture", "")
    # No number of ours is longer, and the database refuses what no column can hold.
    named = asked.isascii() and asked.isdecimal() and len(asked) < 10
    lecture = visible_lectures(request).filter(pk=asked).first() if named else None
    account = request.user if isinstance(request.user, Account) else None
    lawyer = lawyer_of(account) if account else None
    version = version_for(lecture, lawyer) if lecture else None
    at = timezone.now()
    files: list[FileLink] = []
    if account and lawyer and version:
        files = _files(version, account)
    # A guest who names any lecture is asked to sign in, whether or not there is one.
    context = {"lecture": lecture, "named": named, "files": files, "account": account}
    answer = render(request, "courses/attendance/compat.html", context)
    if files and account:
        media.set_viewer_cookie(answer, viewer_id=account.pk, at=at)
    return answer


def _files(version: LectureVersion, account: Account) -> list[FileLink]:
    """What old players play and old browsers show, for an account that may play the lecture; else nothing."""
    try:
        links = media.playback_links(version.recording_id, viewer_id=account.pk, at=timezone.now())
    except media.AccessRefused:
        return []
    found = []
    if "aac" in links:
        found.append(FileLink(_("The sound"), links["aac"], version.length_ms * AAC_BITS // 8000))
    slides = media.slides_of(version.recording_id, duration_ms=version.length_ms)
    for mode in media.modes_of(version.recording_id, slides=len(slides)):
        # Light video and audio have Opus sound, which old players do not know.
        if "mp4a" in mode.codecs and mode.mode in links:
            found.append(FileLink(mode.label, links[mode.mode], mode.size_bytes))
    for place, slide in enumerate(slides, start=1):
        if "slides" in links:
            label = slide.label or _("Slide %(number)s") % {"number": place}
            found.append(FileLink(label, f"{links['slides']}{slide.number}.webp", slide.size_bytes))
    return found
