"""转码队列: the processing queue for administrators. HTTP in, one call, HTTP out."""

import uuid
from collections.abc import Callable
from functools import partial
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from media_pipeline.conductor import operations, queries
from media_pipeline.conductor.capacity import minutes_of_work
from media_pipeline.conductor.models import MediaJob
from media_pipeline.conductor.overview import STATES, Filter, JobUnknown, job_detail, queue_overview
from media_pipeline.recordings.models import Recording
from qianchang.people.models import Account
from qianchang.people.permissions import Act, require


def _administrator(request: HttpRequest) -> Account:
    """Return the account. Raises PermissionDenied unless it may see, and so steer, the queue."""
    require(request.user, Act.SEE_QUEUE, on=timezone.localdate())
    return cast(Account, request.user)


@login_required
@require_safe
@never_cache
def queue(request: HttpRequest) -> HttpResponse:
    """The jobs by age, state and machine, with what the machines can still take."""
    _administrator(request)
    overview = queue_overview(which=_filter(request), at=timezone.now())
    machines = set(overview.capacity.machines) | ({overview.which.machine} - {""})
    context = {
        "overview": overview,
        "which": overview.which,
        "states": [
            ("", _("waiting, running and failed")),
            ("queued", _("waiting")),
            ("running", _("running")),
            ("failed", _("failed")),
            ("refused", _("refused for what the file is")),
            ("cancelled", _("cancelled")),
            ("done", _("done")),
        ],
        "kinds": MediaJob.Kind.choices,
        "machines": sorted(machines),
    }
    return render(request, "media_pipeline/queue.html", context)


def _filter(request: HttpRequest) -> Filter:
    said = request.GET
    page, kind, state = said.get("page", "1"), said.get("kind", ""), said.get("state", "")
    try:
        recording = uuid.UUID(said["recording"])
    except (KeyError, ValueError):
        recording = None
    return Filter(
        state=state if state in STATES else "",
        kind=kind if kind in MediaJob.Kind.values else "",
        machine=said.get("machine", "")[:60],
        recording=recording,
        page=int(page) if page.isascii() and page.isdecimal() and len(page) < 6 else 1,
    )


@login_required
@require_safe
@never_cache
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """看日志: one job with its attempts, its machine, the reason in words, and what its tools said."""
    _administrator(request)
    try:
        detail = job_detail(pk, at=timezone.now())
    except JobUnknown as unknown:
        raise Http404 from unknown
    return render(request, "media_pipeline/queue_job.html", {"detail": detail, "row": detail.row})


@login_required
@require_POST
def sooner(request: HttpRequest, pk: int) -> HttpResponse:
    """提前: put a recording before everything else that waits."""
    account = _administrator(request)
    found = get_object_or_404(MediaJob.objects.select_related("recording"), pk=pk)
    said = _("“%(name)s” goes next.") % {"name": found.recording.original_name}
    return _done(request, partial(operations.sooner, job_id=found.pk, by=account), said)


@login_required
@require_POST
def retry(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """再试: begin again what failed or was cancelled."""
    account = _administrator(request)
    recording = get_object_or_404(Recording, public_id=public_id)
    said = _("“%(name)s” is tried again. What was done stays done.")
    act = partial(operations.retry, recording_id=recording.pk, by=account)
    return _done(request, act, said % {"name": recording.original_name})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def cancel(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """取消: ask first, then stop the work on a recording."""
    said = _("The work on “%(name)s” is stopped. It can be tried again.")
    return _asked_first(request, "cancel", public_id, operations.cancel, said)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def again(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """重新转码: ask first, because it costs hours of a machine; then make every mode anew with today's ladder."""
    said = _("“%(name)s” is transcoded again. What can be watched stays until the new modes are there.")
    return _asked_first(request, "again", public_id, operations.transcode_again, said)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def drop(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """删除原始文件: ask first, because nothing can be made of it afterwards; then delete the original."""
    said = _("The original of “%(name)s” is deleted. What can be watched stays.")
    return _asked_first(request, "drop", public_id, operations.drop_original, said)


def _asked_first(
    request: HttpRequest, name: str, public_id: uuid.UUID, act: Callable[..., object], said: str
) -> HttpResponse:
    """Show what an act on a recording would do; do it when that page is confirmed. `said` names the recording."""
    account = _administrator(request)
    recording = get_object_or_404(Recording, public_id=public_id)
    if request.method != "POST":
        return _ask(request, name, recording)
    doing = partial(act, recording_id=recording.pk, by=account)
    return _done(request, doing, said % {"name": recording.original_name})


def _ask(request: HttpRequest, act: str, recording: Recording) -> HttpResponse:
    """Show what would happen, with one button that does it and one that goes back."""
    context = {
        "act": act,
        "minutes": minutes_of_work(recording.duration_ms) if act == "again" else None,
        "recording": queries.recording_summary(recording.pk),
        "owner": recording.owner,
        "back": _address(request.GET.get("next", "")),
    }
    return render(request, "media_pipeline/queue_ask.html", context)


def _done(request: HttpRequest, act: Callable[..., object], said: str) -> HttpResponse:
    """Do it and say so, or say why not; and back to where one came from."""
    try:
        act(at=timezone.now())
    except operations.UnableToConduct as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect(_address(request.POST.get("next", "")))


def _address(said: str) -> str:
    """The page of the queue that one came from; never an address elsewhere."""
    home = reverse("queue:queue")
    ours = said.startswith(home) and url_has_allowed_host_and_scheme(said, allowed_hosts=None)
    return said if ours else home
