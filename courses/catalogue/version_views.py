"""The versions of a lecture: what changed, a new recording by its expert, and its review. HTTP in, one call, HTTP out."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.catalogue import history, operations, queries, reviewing, versions, watching
from courses.catalogue.models import LecturePage, Replacement
from courses.catalogue.review_forms import AcceptForm, ReasonForm, ReplacementForm
from courses.catalogue.review_views import account_of, require_reviewing
from media_pipeline import api as media
from qianchang.people.models import Account

State = Replacement.State


@login_required
def versions_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Every version with what changed, for the expert and for reviewers; the expert hands in a new recording here."""
    account = account_of(request)
    lecture = get_object_or_404(queries.correctable_lectures(account, on=timezone.localdate()), pk=pk)
    own = lecture.submitted_by_id == account.pk
    offered = history.replacements_of(lecture)
    waiting = next((each for each in offered if each.state == State.WAITING), None)
    form = ReplacementForm(request.POST if request.POST.get("upload") is not None else None)
    status = 200
    if request.method == "POST":
        if not own:
            raise PermissionDenied
        there = _expert_step(request, lecture, form, offered, account)
        if there:
            return redirect(there)
        status = 400
    recording = media.recording_summary(waiting.recording_id) if waiting else None
    offers = own and waiting is None and lecture.review == LecturePage.Review.PUBLISHED
    if form.is_bound and not offers:
        # The form is not on the page any more, so what it says would be seen by nobody.
        for sentence in form.non_field_errors():
            messages.error(request, str(sentence))
    return render(
        request,
        "courses/catalogue/versions.html",
        {
            "lecture": lecture,
            "own": own,
            "versions": history.versions_of(lecture),
            "decided": [each for each in offered if each != waiting],
            "waiting": waiting,
            "recording": recording,
            "measure": versions.measure_of(waiting) if waiting else None,
            "form": form if offers else None,
            "needs_file": offers or (own and recording is not None and recording.state == "uploading"),
            "upload_max_bytes": settings.UPLOAD_MAX_BYTES,
            "upload_days": settings.UPLOAD_EXPIRES_DAYS,
        },
        status=status,
    )


def _expert_step(
    request: HttpRequest,
    lecture: LecturePage,
    form: ReplacementForm,
    offered: list[Replacement],
    account: Account,
) -> str:
    """Carry out what the expert pressed; return where to go then, "" when the form has to be shown again."""
    action, now, here = request.POST.get("action", ""), timezone.now(), request.path
    name, _dash, number = action.rpartition("-")
    chosen = next((each for each in offered if str(each.pk) == number), None)
    try:
        if name == "take-back" and chosen:
            versions.take_back_replacement(replacement=chosen, by=account, at=now)
            messages.success(request, _("The new recording is taken back. The lecture stays as it is."))
            return here
        if name == "new-lecture" and chosen:
            draft = versions.give_as_new_lecture(replacement=chosen, by=account, at=now)
            messages.success(
                request, _("A new draft with the same words is made. Look it through and submit it.")
            )
            return reverse("catalogue:teach_lecture", args=[draft.pk])
    except (versions.UnableToReplace, operations.UnableToDraft) as refusal:
        messages.error(request, str(refusal))
        return here
    if not form.is_valid():
        return ""
    try:
        recording_id = media.recording_of_upload(form.cleaned_data["upload"], owner=account).id
        versions.offer_replacement(
            lecture=lecture, recording_id=recording_id, note=form.cleaned_data["note"], by=account, at=now
        )
    except media.UploadUnknown:
        form.add_error(None, _("This upload is not known any more. Choose the file again."))
        return ""
    except (versions.UnableToReplace, operations.UnableToDraft) as refusal:
        form.add_error(None, str(refusal))
        return ""
    messages.success(
        request, _("Handed in. The association reviews the new recording as soon as it can be watched.")
    )
    return here


@login_required
def review_version(request: HttpRequest, pk: int) -> HttpResponse:
    """Watch the new recording of a published lecture, see how much of it is new, and take or return it."""
    require_reviewing(request)
    account, now = account_of(request), timezone.now()
    waiting = queries.replacements_to_review(account, on=timezone.localdate(now)).filter(lecture=pk).first()
    if waiting is None:
        get_object_or_404(queries.reviewable_lectures(account, on=timezone.localdate(now)), pk=pk)
        if request.method == "POST":
            messages.error(request, _("This recording was decided already. Reload the page."))
        return redirect("catalogue:versions", pk)
    lecture, measure = waiting.lecture, versions.measure_of(waiting)
    action = request.POST.get("action") if request.method == "POST" else None
    accept = AcceptForm(request.POST if action == "accept" else None, least=measure.percent if measure else 0)
    reason = ReasonForm(request.POST if action == "return" else None)
    status = 200
    if request.method == "POST":
        if _decided(waiting, accept=accept, reason=reason, action=action, by=account):
            messages.success(request, _("“%(title)s”: decided.") % {"title": lecture.title})
            return redirect("catalogue:review")
        status = 400
    recording = media.recording_summary(waiting.recording_id)
    response = render(
        request,
        "courses/catalogue/review_version.html",
        {
            "lecture": lecture,
            "waiting": waiting,
            "recording": recording,
            "current": queries.current_version(lecture),
            "measure": measure,
            "another": versions.another_lecture(measure.percent) if measure else "",
            "watch": watching.watch(recording, by=account, asked=request.GET.get("t", ""), at=now),
            "own": waiting.submitted_by_id == account.pk,
            "accept": accept,
            "reason": reason,
        },
        status=status,
    )
    media.set_viewer_cookie(response, account.pk, now)
    return response


def _decided(
    waiting: Replacement, *, accept: AcceptForm, reason: ReasonForm, action: str | None, by: Account
) -> bool:
    """Carry out what the reviewer pressed; False when the page has to be shown again with what is missing."""
    form: Any = accept if action == "accept" else reason
    if not form.is_valid():
        return False
    given, now = form.cleaned_data, timezone.now()
    try:
        if action == "accept":
            versions.accept_replacement(replacement=waiting, percent=given["percent"], by=by, at=now)
        elif action == "return":
            versions.return_replacement(replacement=waiting, reason=given["reason"], by=by, at=now)
        else:
            raise Http404
    except (versions.UnableToReplace, reviewing.UnableToPublish) as refusal:
        form.add_error(None, str(refusal))
        return False
    return True
