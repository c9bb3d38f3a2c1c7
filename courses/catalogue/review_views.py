"""The review desk: what waits, watching one lecture with remarks, and deciding. HTTP in, one call, HTTP out."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from courses.catalogue import consents, history, queries, registries, reviewing, teaching, watching
from courses.catalogue.models import LecturePage, RemarkDraft, SpeakerConsent
from courses.catalogue.review_forms import PaperConsentForm, ReasonForm, RemarkForm, WhenForm, WithdrawForm
from media_pipeline import api as media
from qianchang.people.models import Account
from qianchang.people.permissions import Act, associations_where

Refusal = (
    reviewing.UnableToPublish,
    reviewing.UnableToReturn,
    reviewing.UnableToRemark,
    registries.UnableToRelease,
    consents.UnableToConsent,
)


@login_required
@require_safe
def review(request: HttpRequest) -> HttpResponse:
    """The lectures, and the new recordings of published ones, that wait for this reviewer's associations."""
    require_reviewing(request)
    account, today = account_of(request), timezone.localdate(timezone.now())
    lectures = list(
        queries.lectures_to_review(account, on=today).select_related("association", "topic", "submitted_by")
    )
    recordings = media.recording_summaries(
        [lecture.recording_id for lecture in lectures if lecture.recording_id]
    )
    rows = [
        (teaching.row_of(lecture, recordings.get(lecture.recording_id or 0)), lecture) for lecture in lectures
    ]
    replacements = list(queries.replacements_to_review(account, on=today))
    return render(request, "courses/catalogue/review.html", {"rows": rows, "replacements": replacements})


@login_required
def review_lecture(request: HttpRequest, pk: int) -> HttpResponse:
    """Watch one lecture, note remarks, publish or return it; take a published one out of the catalogue."""
    require_reviewing(request)
    now = timezone.now()
    lecture = _reviewable(request, pk)
    desk = _Desk(request, lecture)
    status = 200
    if request.method == "POST":
        there = desk.carry_out()
        if there:
            return redirect(there)
        status = 400
    account = account_of(request)
    recording = media.recording_summary(lecture.recording_id) if lecture.recording_id else None
    response = render(
        request,
        "courses/catalogue/review_lecture.html",
        {
            "lecture": lecture,
            "row": teaching.row_of(lecture, recording),
            "recording": recording,
            "lecturers": list(lecture.lecturers.all()),
            "watch": watching.watch(recording, by=account, asked=request.GET.get("t", ""), at=now),
            "own": lecture.submitted_by_id == account.pk,
            "consents": consents.consents_of(lecture),
            "steps": history.steps_of(lecture),
            **desk.context(),
        },
        status=status,
    )
    media.set_viewer_cookie(response, account.pk, now)
    return response


@login_required
@require_safe
def consent_scan(request: HttpRequest, pk: int, consent: int) -> HttpResponse:
    """The sheet that a speaker signed, for reviewers of the lecture."""
    require_reviewing(request)
    lecture = _reviewable(request, pk)
    found = get_object_or_404(SpeakerConsent, pk=consent, lecture=lecture)
    if found.scan is None:
        raise Http404
    answer = HttpResponse(bytes(found.scan), content_type="image/jpeg")
    answer["Cache-Control"] = "private, no-store"
    return answer


class _Desk:
    """The forms of one lecture's page, and what its buttons do."""

    def __init__(self, request: HttpRequest, lecture: LecturePage) -> None:
        self.request, self.lecture, self.now = request, lecture, timezone.now()
        self.account = account_of(request)
        self.action = request.POST.get("action", "")
        self.noted = list(
            RemarkDraft.objects.filter(lecture=lecture, by=self.account).order_by("at_ms", "pk")
        )
        self.silent = consents.speakers_without_consent(lecture)
        enrolment = registries.enrolment_desk()
        self.when = WhenForm(self._posted("publish"))
        self.release = (
            enrolment.release_form(self._posted("publish"), lecture=lecture, by=self.account, at=self.now)
            if enrolment is not None
            else None
        )
        self.reason = ReasonForm(self._posted("return"), remarks=len(self.noted))
        self.withdraw = WithdrawForm(self._posted("withdraw"))
        self.remark = RemarkForm(self._posted("note"))
        self.paper = PaperConsentForm(
            self._posted("consent"), request.FILES if self.action == "consent" else None, speakers=self.silent
        )

    def context(self) -> dict[str, Any]:
        """What the template needs of them."""
        names = ("noted", "silent", "when", "release", "reason", "withdraw", "remark", "paper")
        return {name: getattr(self, name) for name in names}

    def carry_out(self) -> str:
        """Do what was pressed; return where to go then, "" when the page has to be shown again with what is missing."""
        steps: dict[str, Callable[[], str]] = {
            "publish": self._publish,
            "return": self._return,
            "withdraw": self._withdraw,
            "note": self._note,
            "consent": self._consent,
        }
        if self.action.startswith("drop-") and self.action[5:15].isdecimal():
            reviewing.drop_remark(lecture=self.lecture, remark_id=int(self.action[5:15]), by=self.account)
            return self._here()
        over = self._is_over()
        if over:
            # The form that was sent is not on the page any more, so what it says would be seen by nobody.
            messages.error(self.request, over)
            return self.request.path
        step = steps.get(self.action)
        return step() if step else ""

    def _is_over(self) -> str:
        """Why the form that was sent is out of time: another reviewer was faster. "" where it is not."""
        in_review = self.lecture.review == LecturePage.Review.IN_REVIEW
        if self.action in ("publish", "return", "note") and not in_review:
            return _("This lecture is not waiting for review any more. Open the list again.")
        if self.action == "withdraw" and self.lecture.review != LecturePage.Review.PUBLISHED:
            return _("This lecture is not published, so it cannot be withdrawn.")
        if self.action == "consent" and not self.silent:
            return _("This speaker agreed already. Nothing more is needed.")
        return ""

    def _publish(self) -> str:
        valid = self.when.is_valid()
        if self.release is None or not self.release.is_valid() or not valid:
            return ""
        publish_at = self.when.time()
        try:
            reviewing.publish_and_release(
                lecture=self.lecture,
                terms=self.release.terms(),
                publish_at=publish_at,
                by=self.account,
                at=self.now,
            )
        except Refusal as refusal:
            self.release.add_error(None, str(refusal))
            return ""
        said = (
            _("“%(title)s” is published at the set time.") if publish_at else _("“%(title)s” is published.")
        )
        return self._done(said)

    def _return(self) -> str:
        return self._try(
            self.reason,
            lambda given: reviewing.return_lecture(
                lecture=self.lecture, reason=given["reason"], by=self.account, at=self.now
            ),
            then=lambda: self._done(_("“%(title)s” went back to its expert.")),
        )

    def _withdraw(self) -> str:
        return self._try(
            self.withdraw,
            lambda given: reviewing.withdraw_lecture(
                lecture=self.lecture, reason=given["reason"], by=self.account, at=self.now
            ),
            then=lambda: self._done(_("“%(title)s” is withdrawn.")),
        )

    def _note(self) -> str:
        def note(given: dict[str, Any]) -> object:
            return reviewing.note_remark(
                lecture=self.lecture, at_ms=given["time"], words=given["words"], by=self.account, at=self.now
            )

        return self._try(self.remark, note, then=self._here)

    def _consent(self) -> str:
        return self._try(
            self.paper,
            lambda given: consents.consent_on_paper(
                lecture=self.lecture, **given, by=self.account, at=self.now
            ),
            then=self._here,
        )

    def _try(self, form: Any, step: Callable[[dict[str, Any]], object], *, then: Callable[[], str]) -> str:
        if not form.is_valid():
            return ""
        try:
            step(form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            return ""
        return then()

    def _done(self, said: str) -> str:
        messages.success(self.request, said % {"title": self.lecture.title})
        return "catalogue:review"

    def _here(self) -> str:
        """The page itself, at the same second of the recording and at the remarks."""
        second = self.request.GET.get("t", "")
        asked = f"?t={second}" if second.isascii() and second.isdecimal() else ""
        return f"{self.request.path}{asked}#remarks"

    def _posted(self, action: str) -> Any:
        return self.request.POST if self.action == action else None


def account_of(request: HttpRequest) -> Account:
    """The signed-in account; `login_required` stands before every use."""
    account: Any = request.user
    found: Account = account
    return found


def require_reviewing(request: HttpRequest) -> None:
    """Raise PermissionDenied for whoever reviews for no association."""
    if associations_where(account_of(request), Act.REVIEW_LECTURE, on=timezone.localdate()) == []:
        raise PermissionDenied(Act.REVIEW_LECTURE.value)


def _reviewable(request: HttpRequest, pk: int) -> LecturePage:
    lectures = queries.reviewable_lectures(account_of(request), on=timezone.localdate())
    found: LecturePage = get_object_or_404(
        lectures.select_related("association", "topic", "submitted_by"), pk=pk
    )
    return found
