"""The expert's pages, the review desk and my learning: HTTP in, one call, HTTP out."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from courses.catalogue import operations, pages, queries, registries, teaching
from courses.catalogue.forms import DetailsForm, PublishForm, ReasonForm, WithdrawForm
from courses.catalogue.models import CoursePage, LectureIndexPage, LecturePage
from media_pipeline import api as media
from qianchang.people.models import Account
from qianchang.people.permissions import Act, associations_where, require
from qianchang.people.queries import lawyer_of


# --- The expert ------------------------------------------------------------------------------------------------
@login_required
@require_safe
def teach(request: HttpRequest) -> HttpResponse:
    """My lectures."""
    _require_teaching(request)
    return render(request, "courses/catalogue/teach.html", {"rows": teaching.rows_of(_account(request))})


@login_required
def teach_new(request: HttpRequest) -> HttpResponse:
    """Upload a recording and write its details; the form is saved as soon as the upload has begun."""
    _require_teaching(request)
    account, now = _account(request), timezone.now()
    associations = queries.associations_given_for(account, on=timezone.localdate(now))
    if not associations:
        raise PermissionDenied(Act.UPLOAD_RECORDING.value)
    sent = _recording_sent(account, request.GET.get("recording") or request.POST.get("recording"))
    form = DetailsForm(
        request.POST or None,
        associations=associations,
        initial={"recording": sent.public_id, "title": sent.original_name.rsplit(".", 1)[0]}
        if sent
        else None,
    )
    if request.method == "POST" and form.is_valid():
        try:
            lecture = operations.draft_lecture(
                **form.details(),
                association=form.cleaned_data.get("association") or associations[0],
                recording_id=_recording_id(account, form, sent),
                submit="submit" in request.POST,
                by=account,
                at=now,
            )
        except media.UploadUnknown:
            form.add_error(None, _("This upload is not known any more. Choose the file again."))
        except (operations.UnableToDraft, operations.UnableToSubmit) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _saved(lecture))
            return redirect("catalogue:teach_lecture", lecture.pk)
    return render(
        request,
        "courses/catalogue/teach_new.html",
        {
            "form": form,
            "sent": sent,
            "upload_max_bytes": settings.UPLOAD_MAX_BYTES,
            "upload_days": settings.UPLOAD_EXPIRES_DAYS,
        },
        status=_status(form),
    )


@login_required
def teach_lecture(request: HttpRequest, pk: int) -> HttpResponse:
    """Where one lecture of mine stands, and its details as long as they can be changed."""
    account = _account(request)
    lecture = get_object_or_404(queries.lectures_of(account), pk=pk)
    recording = media.recording_summary(lecture.recording_id) if lecture.recording_id else None
    editable = lecture.review in operations.EDITABLE
    form = DetailsForm.of(lecture, request.POST or None) if editable else None
    if request.method == "POST" and form is None:
        messages.error(
            request, _("This lecture is with the association now. It can be changed after it is returned.")
        )
        return redirect("catalogue:teach_lecture", lecture.pk)
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            lecture = operations.edit_lecture(
                lecture=lecture,
                **form.details(),
                recording_id=_recording_id(account, form, None) if form.upload_id else None,
                submit="submit" in request.POST,
                by=account,
                at=timezone.now(),
            )
        except media.UploadUnknown:
            form.add_error(None, _("This upload is not known any more. Choose the file again."))
        except (operations.UnableToDraft, operations.UnableToSubmit) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _saved(lecture))
            return redirect("catalogue:teach_lecture", lecture.pk)
    return render(
        request,
        "courses/catalogue/teach_lecture.html",
        {
            "lecture": lecture,
            "row": teaching.row_of(lecture, recording),
            "recording": recording,
            "form": form,
            "needs_file": _needs_file(recording, editable=editable),
            "upload_max_bytes": settings.UPLOAD_MAX_BYTES,
            "upload_days": settings.UPLOAD_EXPIRES_DAYS,
        },
        status=_status(form),
    )


def _needs_file(recording: media.RecordingSummary | None, *, editable: bool) -> bool:
    """Whether the page offers the upload: a lecture handed in while its file was on the way goes on, too."""
    if recording is not None and recording.state == "uploading":
        return True
    return editable and (recording is None or recording.state in ("refused", "failed", "cancelled"))


# --- The review desk -------------------------------------------------------------------------------------------
@login_required
@require_safe
def review(request: HttpRequest) -> HttpResponse:
    """The lectures that wait for this reviewer's associations."""
    _require_reviewing(request)
    account, today = _account(request), timezone.localdate(timezone.now())
    lectures = list(
        queries.lectures_to_review(account, on=today).select_related("association", "topic", "submitted_by")
    )
    recordings = media.recording_summaries(
        [lecture.recording_id for lecture in lectures if lecture.recording_id]
    )
    rows = [
        (teaching.row_of(lecture, recordings.get(lecture.recording_id or 0)), lecture) for lecture in lectures
    ]
    return render(request, "courses/catalogue/review.html", {"rows": rows})


@login_required
def review_lecture(request: HttpRequest, pk: int) -> HttpResponse:
    """Watch one lecture and publish or return it; take a published one out of the catalogue."""
    _require_reviewing(request)
    account, now = _account(request), timezone.now()
    today = timezone.localdate(now)
    lecture = get_object_or_404(
        queries.reviewable_lectures(account, on=today).select_related("association", "topic", "submitted_by"),
        pk=pk,
    )
    posted = request.POST if request.method == "POST" else None
    action = posted.get("action") if posted else None
    publish = PublishForm(
        posted if action == "publish" else None, associations=queries.beneficiary_associations(on=today)
    )
    published = lecture.review == LecturePage.Review.PUBLISHED
    reason = (WithdrawForm if published else ReasonForm)(posted if action in ("return", "withdraw") else None)
    status = 200
    if posted is not None:
        done = _decide(request, lecture, action=action, publish=publish, reason=reason)
        if done:
            return redirect("catalogue:review")
        status = 400
    recording = media.recording_summary(lecture.recording_id) if lecture.recording_id else None
    response = render(
        request,
        "courses/catalogue/review_lecture.html",
        {
            "lecture": lecture,
            "row": teaching.row_of(lecture, recording),
            "recording": recording,
            "lecturers": list(lecture.lecturers.all()),
            "links": _links(lecture, recording, account),
            "own": lecture.submitted_by_id == account.pk,
            "publish": publish,
            "reason": reason,
        },
        status=status,
    )
    media.set_viewer_cookie(response, account.pk, now)
    return response


def _decide(
    request: HttpRequest,
    lecture: LecturePage,
    *,
    action: str | None,
    publish: PublishForm,
    reason: ReasonForm,
) -> bool:
    """Carry out what the reviewer pressed; False when the page has to be shown again with what is missing."""
    account, now = _account(request), timezone.now()
    form: PublishForm | ReasonForm = publish if action == "publish" else reason
    if not form.is_valid():
        return False
    try:
        if action == "publish":
            operations.publish_and_release(
                lecture=lecture, associations=publish.release_to(), by=account, at=now
            )
            messages.success(request, _("“%(title)s” is published.") % {"title": lecture.title})
        elif action == "return":
            operations.return_lecture(
                lecture=lecture, reason=reason.cleaned_data["reason"], by=account, at=now
            )
            messages.success(request, _("“%(title)s” went back to its expert.") % {"title": lecture.title})
        elif action == "withdraw":
            operations.withdraw_lecture(
                lecture=lecture, reason=reason.cleaned_data["reason"], by=account, at=now
            )
            messages.success(request, _("“%(title)s” is withdrawn.") % {"title": lecture.title})
    except (operations.UnableToPublish, operations.UnableToReturn) as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


# --- The lawyer ------------------------------------------------------------------------------------------------
@login_required
@require_safe
def my_learning(request: HttpRequest) -> HttpResponse:
    """What I am learning and what I finished."""
    lawyer, desk = lawyer_of(request.user), registries.enrolment_desk()
    taken = pages.taken_rows(request)
    catalogue = LectureIndexPage.objects.live().first()
    classes = desk.classes_of(lawyer) if lawyer is not None and desk is not None else []
    courses = CoursePage.objects.live().in_bulk([each.course_id for each in classes])
    return render(
        request,
        "courses/catalogue/my_learning.html",
        {
            "is_lawyer": lawyer is not None,
            "unfinished": pages.unfinished(taken),
            "finished": [row for row in taken if row.finished],
            "classes": [
                (courses[each.course_id], courses[each.course_id].get_url(request), each)
                for each in classes
                if each.course_id in courses
            ],
            "catalogue_url": catalogue.get_url(request) if catalogue else "/",
        },
    )


# --- Shared ----------------------------------------------------------------------------------------------------
def _account(request: HttpRequest) -> Account:
    """The signed-in account; `login_required` stands before every use."""
    account: Any = request.user
    found: Account = account
    return found


def _require_teaching(request: HttpRequest) -> None:
    require(_account(request), Act.UPLOAD_RECORDING, on=timezone.localdate(timezone.now()))


def _require_reviewing(request: HttpRequest) -> None:
    if associations_where(_account(request), Act.REVIEW_LECTURE, on=timezone.localdate(timezone.now())) == []:
        raise PermissionDenied(Act.REVIEW_LECTURE.value)


def _recording_sent(account: Account, public_id: str | None) -> media.RecordingSummary | None:
    """The recording of this account that arrived before its details were written."""
    return next((each for each in media.recordings_of(account) if str(each.public_id) == public_id), None)


def _recording_id(account: Account, form: DetailsForm, sent: media.RecordingSummary | None) -> int:
    upload_id: UUID | None = form.upload_id
    if upload_id is not None:
        return media.recording_of_upload(upload_id, owner=account).id
    if sent is None:
        raise media.UploadUnknown
    return sent.id


def _links(
    lecture: LecturePage, recording: media.RecordingSummary | None, account: Account
) -> list[tuple[media.ModeSummary, str]]:
    """The modes that can be watched with their signed addresses, cheapest first."""
    if recording is None or not recording.modes:
        return []
    try:
        links = media.playback_links(recording.id, viewer_id=account.pk, at=timezone.now())
    except media.AccessRefused:
        return []
    return [(mode, links[mode.mode]) for mode in recording.modes if mode.mode in links]


def _saved(lecture: LecturePage) -> str:
    if lecture.review == LecturePage.Review.IN_REVIEW:
        return _("Submitted. The association reviews it as soon as the recording can be watched.")
    return _("The draft is saved.")


def _status(form: DetailsForm | None) -> int:
    """A refused form is not a success, whatever the page looks like."""
    return 400 if form is not None and form.is_bound and form.errors else 200
