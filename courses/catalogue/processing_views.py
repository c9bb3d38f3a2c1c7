"""The buttons beside the expert's processing list: stop the work on a recording, and begin it again."""

from datetime import datetime
from typing import Any, Protocol

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from courses.catalogue import queries
from media_pipeline import api as media
from qianchang.people.models import Account


class Act(Protocol):
    """What can be done with the processing of a recording."""

    def __call__(self, *, recording_id: int, by: Account, at: datetime) -> None: ...


@login_required
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop the processing of my lecture's recording."""
    return _conduct(
        request, pk, media.cancel_processing, _("The processing is stopped. You can begin again below.")
    )


@login_required
@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin again what failed or was cancelled."""
    return _conduct(request, pk, media.retry_processing, _("The processing goes on. You need not wait here."))


def _conduct(request: HttpRequest, pk: int, act: Act, done: str) -> HttpResponse:
    user: Any = request.user
    account: Account = user
    lecture = get_object_or_404(queries.lectures_of(account), pk=pk)
    recording = media.recording_summary(lecture.recording_id) if lecture.recording_id else None
    # The buttons belong to whoever sent the file; what a button would not offer is not done through its address.
    if recording is None or recording.owner_id != account.pk:
        raise Http404
    if recording.state == "refused":
        messages.error(request, recording.failure_sentence)
        return redirect("catalogue:teach_lecture", pk)
    try:
        act(recording_id=recording.id, by=account, at=timezone.now())
    except media.UnableToConduct as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("catalogue:teach_lecture", pk)
