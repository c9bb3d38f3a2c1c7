"""The expert's pages and my learning: HTTP in, one call, HTTP out."""

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
from django.views.decorators.http import require_POST, require_safe

from courses.catalogue import (
    consents,
    history,
    operations,
    pages,
    queries,
    registries,
    reviewing,
    teaching,
    watching,
)
from courses.catalogue.forms import DetailsForm
from courses.catalogue.models import CoursePage, LectureIndexPage, LecturePage, Remark
from courses.catalogue.public.registries import signed_up_by
from media_pipeline import api as media
from qianchang.people.models import Account
from qianchang.people.permissions import Act, require
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
            "consent_text": consents.current_text(),
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
    now, steps = timezone.now(), history.steps_of(lecture)
    own_consent = consents.own_consent(lecture, account)
    returned = lecture.review == LecturePage.Review.RETURNED
    watch = (
        watching.watch(recording, by=account, asked=request.GET.get("t", ""), at=now)
        if returned
        else watching.Watch()
    )
    response = render(
        request,
        "courses/catalogue/teach_lecture.html",
        {
            "lecture": lecture,
            "row": teaching.row_of(lecture, recording),
            "recording": recording,
            "form": form,
            "consent_text": consents.current_text(),
            "own_consent": own_consent,
            # In its own words: a later text is not what was agreed to.
            "agreed_text": consents.text_of(own_consent) if own_consent else None,
            "steps": steps,
            # What is to be changed now: the remarks of the last return.
            "to_change": steps[0].remarks if returned and steps else (),
            "watch": watch,
            "needs_file": _needs_file(recording, editable=editable),
            "upload_max_bytes": settings.UPLOAD_MAX_BYTES,
            "upload_days": settings.UPLOAD_EXPIRES_DAYS,
        },
        status=_status(form),
    )
    if watch.links:
        media.set_viewer_cookie(response, account.pk, now)
    return response


@login_required
@require_POST
def teach_step(request: HttpRequest, pk: int) -> HttpResponse:
    """The buttons of one's own lecture: take it back from review, answer a remark, withdraw the consent."""
    account, now = _account(request), timezone.now()
    lecture = get_object_or_404(queries.lectures_of(account), pk=pk)
    action = request.POST.get("action", "")
    back = redirect("catalogue:teach_lecture", pk)
    try:
        if action == "take-back":
            reviewing.take_back_lecture(lecture=lecture, by=account, at=now)
            messages.success(request, _("The lecture is a draft again. Submit it when it is ready."))
        elif action == "withdraw-consent":
            reviewing.withdraw_consent(lecture=lecture, by=account, at=now)
            messages.success(request, _("The consent is withdrawn. Hours that were earned stay."))
        elif action.startswith("answer-") and action[7:17].isdecimal():
            remark = get_object_or_404(Remark, pk=int(action[7:17]), event__lecture=lecture)
            # PostgreSQL takes no null character in a text.
            words = request.POST.get("words", "").replace("\x00", "")[:500]
            reviewing.answer_remark(remark=remark, words=words, by=account, at=now)
            back["Location"] += "#to-change"
        else:
            messages.error(request, _("This button is not known any more. Reload the page."))
    except (reviewing.UnableToSubmit, reviewing.UnableToRemark, consents.UnableToConsent) as refusal:
        messages.error(request, str(refusal))
    return back


def _needs_file(recording: media.RecordingSummary | None, *, editable: bool) -> bool:
    """Whether the page offers the upload: a lecture handed in while its file was on the way goes on, too."""
    if recording is not None and recording.state == "uploading":
        return True
    return editable and (recording is None or recording.state in ("refused", "failed", "cancelled"))


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
            "signed_up": signed_up_by(lawyer),
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


def _saved(lecture: LecturePage) -> str:
    if lecture.review == LecturePage.Review.IN_REVIEW:
        return _("Submitted. The association reviews it as soon as the recording can be watched.")
    return _("The draft is saved.")


def _status(form: DetailsForm | None) -> int:
    """A refused form is not a success, whatever the page looks like."""
    return 400 if form is not None and form.is_bound and form.errors else 200
