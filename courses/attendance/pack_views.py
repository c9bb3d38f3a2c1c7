"""The pages of downloads: the list, the player, and the service worker that opens both without a network.

What is kept on a device has nobody's name in it: it is the same for every account, and what it shows stands on the device.
"""

import hashlib
import json
import re
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from courses.attendance import packs
from courses.attendance.player import RATES
from courses.catalogue.models import LecturePage
from courses.catalogue.queries import version_for
from courses.enrolment.queries import may_play
from qianchang.people.queries import lawyer_of
from qianchang.people.viewer import Viewer

LIST = "courses/attendance/downloads.html"
PLAYER = "courses/attendance/pack.html"
_SOUNDS = re.compile(r'data-sounds="([^"]+)"')
# In the form that every browser of downloads plays (static/sound/README.md).
_SPOKEN = tuple(f"code-{name}.ogg" for name in (*"0123456789", "listen"))
_FILE = re.compile(r'(?:src|href)="([^"?#]+\.(?:css|js|svg))"')


@require_safe
@never_cache
def downloads(request: HttpRequest) -> HttpResponse:
    """The downloads on this device, and with `?lecture=` a lecture to fetch. Nobody has to be signed in to send what was
    watched.
    """
    account_id = request.user.pk if request.user.is_authenticated else None
    context = {"account_id": account_id, "offer": _offer(request), "off": not settings.DOWNLOAD_FIRST}
    return render(request, LIST, _list_context() | context)


@require_safe
@never_cache
def kept_list(request: HttpRequest) -> HttpResponse:
    """The same list as it opens without a network."""
    return HttpResponse(_kept_list(request))


@require_safe
@never_cache
def player(request: HttpRequest) -> HttpResponse:
    """The player of whichever download the address names; the device knows it."""
    return HttpResponse(_player(request))


@require_safe
@never_cache
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker: which pages it keeps and the files that these need, or that it is to go."""
    kept = {"version": "off", "off": True, "pages": {}, "files": [], "sounds": []}
    if settings.DOWNLOAD_FIRST:
        pages = [_kept_list(request), _player(request)]
        files = sorted({name for page in pages for name in _FILE.findall(page)})
        kept = {
            "version": hashlib.sha256("".join(pages).encode()).hexdigest()[:16],
            "off": False,
            "pages": {
                reverse("attendance:downloads"): reverse("attendance:kept_list"),
                reverse("attendance:pack_player"): reverse("attendance:pack_player"),
            },
            "files": files,
            "sounds": [folder + name for folder in _SOUNDS.findall(pages[1]) for name in _SPOKEN],
        }
    script = f"self.qianchang = {json.dumps(kept)};\nimportScripts({json.dumps(static('dist/worker.js'))});\n"
    return HttpResponse(script, content_type="text/javascript; charset=utf-8")


def _offer(request: HttpRequest) -> dict[str, Any] | None:
    """Return the lecture that the address names with what can be fetched of it; None where that is nothing."""
    number = request.GET.get("lecture", "")
    lawyer = lawyer_of(request.user) if request.user.is_authenticated else None
    if lawyer is None or not re.fullmatch(r"\d{1,9}", number, re.ASCII):
        return None
    lecture = LecturePage.objects.filter(pk=int(number)).first()
    version = version_for(lecture, lawyer) if lecture else None
    if lecture is None or version is None or not may_play(lawyer, lecture, timezone.now()):
        return None
    sizes = packs.sizes_of(version)
    return (
        {"lecture": lecture, "version": version, "sizes": sizes, "url": lecture.get_url(request)}
        if sizes
        else None
    )


def _list_context() -> dict[str, object]:
    return {"days": packs.PACK_DAYS, "worker_url": reverse("attendance:pack_worker")}


def _kept_list(request: HttpRequest) -> str:
    return render_to_string(LIST, _list_context() | {"kept": True, "viewer": _look(request)})


def _player(request: HttpRequest) -> str:
    """Return the lecture page's player around nothing: the script puts the download in."""
    modes = [{"mode": "audio", "label": _("Audio + slides")}, {"mode": "light", "label": _("Light video")}]
    config = {
        "title": "",
        "modes": modes,
        "rates": RATES,
        "duration_ms": 1,
        "position_ms": 0,
        "intervals_ms": [],
        "codes": [{}],
        "credited": False,
        "hours": "",
        "hours_url": "/my/hours/",
    }
    record = {"percent": 0, "codes_missing": [{"index": 1}]}
    return render_to_string(
        PLAYER, {"player": {"config": config, "record": record, "slides": ()}, "viewer": _look(request)}
    )


def _look(request: HttpRequest) -> dict[str, bool]:
    """Return how this reader wants pages to look, and nothing else of them."""
    viewer = Viewer(request)
    return {name: getattr(viewer, name) for name in ("large_text", "largest_text", "data_saver")}
