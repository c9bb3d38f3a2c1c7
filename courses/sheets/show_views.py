"""The page on the screen of a room: the film, and the codes in its picture."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from courses.catalogue import watching
from courses.sheets import access, showing
from courses.sheets.models import Sheet
from courses.sheets.views import account_of, sheet_for
from media_pipeline import api as media
from qianchang.people.models import Account


@login_required
@never_cache
@require_safe
def show(request: HttpRequest, sheet: int) -> HttpResponse:
    """Play the lecture for a room."""
    account, found = _shown(request, sheet)
    now = timezone.now()
    why, watch = showing.why_not_now(found, at=now), watching.Watch()
    number = found.session.lecture_version.recording_id
    if not why:
        recording = media.recording_summaries([number]).get(number)
        watch = watching.watch(recording, by=account, asked="", at=now)
    asked = request.GET.get("mode", "")
    pictures = [(mode, url) for mode, url in watch.links if mode.mode != "audio"] or list(watch.links)
    chosen = next((each for each in pictures if each[0].mode == asked), pictures[0] if pictures else None)
    context = {
        "sheet": found,
        "lecture": found.session.lecture_version.lecture,
        "why": why,
        "chosen": chosen,
        "others": [mode for mode, _url in pictures if chosen and mode.mode != chosen[0].mode],
    }
    answer = render(request, "courses/sheets/show.html", context)
    if chosen:
        media.set_viewer_cookie(answer, viewer_id=account.pk, at=now)
    return answer


@login_required
@never_cache
@require_safe
def codes(request: HttpRequest, sheet: int) -> HttpResponse:
    """The codes of a room as captions of its film, while it is shown."""
    _account, found = _shown(request, sheet)
    if showing.why_not_now(found, at=timezone.now()):
        raise Http404
    return HttpResponse(showing.captions_with_codes(found), content_type="text/vtt; charset=utf-8")


def _shown(request: HttpRequest, sheet: int) -> tuple[Account, Sheet]:
    """Return who asks, and a room that they show a lecture over the network; to everybody else there is none."""
    account = account_of(request)
    found = sheet_for(account, sheet)
    if not showing.is_shown_here(found) or not access.may_key(account, found, on=timezone.localdate()):
        raise Http404
    return account, found
