"""Corrections and appeals at the association's desk: the list, one, and what can be done with it."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from courses.attendance.models import WatchedSpan
from courses.credits import appeals, corrections, queries, wording
from courses.credits.forms import AnswerForm, ReasonForm, RefusalForm, SubjectForm
from courses.credits.models import Appeal, Correction
from qianchang.people.models import Account
from qianchang.people.permissions import Act, require

PAGE = 30


@login_required
@require_safe
def corrections_list(request: HttpRequest) -> HttpResponse:
    """The corrections of one's association, those waiting for a second person first."""
    account = _officer(request)
    rows = corrections.corrections_seen_by(account, at=timezone.now())
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    lines = [
        (each, wording.subject_words(each), wording.CORRECTION_TAGS[Correction.State(each.state)])
        for each in page
    ]
    return render(request, "courses/credits/corrections.html", {"lines": lines, "page": page})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def correction_new(request: HttpRequest) -> HttpResponse:
    """Propose a correction of an entry or of a refused stretch (?entry= or ?span=)."""
    account, at = _officer(request), timezone.now()
    try:
        subject = _subject(request, account)
    except corrections.UnableToCorrect as refusal:
        messages.error(request, str(refusal))
        return redirect("credits:corrections")
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            correction = corrections.propose_correction(
                subject=subject, reason=form.cleaned_data["reason"], by=account, at=at
            )
        except corrections.UnableToCorrect as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Proposed. A colleague of your association has to carry it out."))
            return redirect("credits:correction", correction.pk)
    unsaved = Correction(kind=subject.kind, entry=subject.entry, span=subject.span, lawyer=subject.lawyer)
    context = {
        "form": form,
        "correction": unsaved,
        "about": wording.subject_words(unsaved),
        "why_refused": wording.why_refused(unsaved),
    }
    return render(request, "courses/credits/correction_new.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def correction(request: HttpRequest, pk: int) -> HttpResponse:
    """One correction; its second person carries it out or refuses it in words."""
    account, at = _officer(request), timezone.now()
    try:
        found = corrections.correction_for(account, pk, at=at)
    except corrections.CorrectionUnknown as error:
        raise Http404 from error
    refusing = request.POST.get("do") == "refuse"
    form = RefusalForm(request.POST if refusing else None)
    if request.method == "POST":
        if not refusing:
            _try(
                request,
                lambda: corrections.carry_out(correction=found, by=account, at=at),
                _("Carried out. The lawyer sees it in the ledger of hours."),
            )
            return redirect("credits:correction", pk)
        if form.is_valid():
            answer = form.cleaned_data["answer"]
            _try(
                request,
                lambda: corrections.refuse_correction(correction=found, answer=answer, by=account, at=at),
                _("Refused. Nothing was changed."),
            )
            return redirect("credits:correction", pk)
    context = {
        "correction": found,
        "about": wording.subject_words(found),
        "why_refused": wording.why_refused(found),
        "tag": wording.CORRECTION_TAGS[Correction.State(found.state)],
        "why_not": corrections.why_not_decide(found, account),
        "form": form,
    }
    return render(request, "courses/credits/correction.html", context)


@login_required
@require_safe
def appeals_list(request: HttpRequest) -> HttpResponse:
    """The appeals of one's association, the oldest open one on top."""
    account = _officer(request)
    rows = appeals.appeals_seen_by(account, at=timezone.now())
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    lines = [
        (each, wording.subject_words(each), wording.APPEAL_TAGS[Appeal.State(each.state)]) for each in page
    ]
    return render(request, "courses/credits/appeals.html", {"lines": lines, "page": page})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def appeal(request: HttpRequest, pk: int) -> HttpResponse:
    """One appeal; an officer takes it up, corrects what is wrong, and answers."""
    account, at = _officer(request), timezone.now()
    found = appeals.appeals_seen_by(account, at=at).filter(pk=pk).first()
    if found is None:
        raise Http404
    answering = request.POST.get("do") == "answer"
    form = AnswerForm(request.POST if answering else None)
    if request.method == "POST":
        if not answering:
            _try(request, lambda: appeals.take_up(appeal=found, by=account, at=at), _("You look at it now."))
            return redirect("credits:appeal", pk)
        if form.is_valid():
            typed = form.cleaned_data
            try:
                appeals.answer_appeal(
                    appeal=found,
                    corrected=typed["outcome"] == "corrected",
                    words=typed["words"],
                    by=account,
                    at=at,
                )
            except appeals.UnableToAppeal as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("Answered. The lawyer reads it under “My appeals”."))
                return redirect("credits:appeal", pk)
    proposed = list(appeals.corrections_about(found))
    context = {
        "appeal": found,
        "has_photo": appeals.has_photo(found),
        "about": wording.subject_words(found),
        "why_refused": wording.why_refused(found),
        "tag": wording.APPEAL_TAGS[Appeal.State(found.state)],
        "corrections": proposed,
        "waiting": any(each.state == Correction.State.PROPOSED for each in proposed),
        "why_not": appeals.why_not_answer(found, account),
        "form": form,
    }
    return render(request, "courses/credits/appeal.html", context)


def _officer(request: HttpRequest) -> Account:
    if not isinstance(request.user, Account):
        raise PermissionDenied
    require(request.user, Act.CORRECT_HOURS, on=timezone.localdate())
    return request.user


def _subject(request: HttpRequest, account: Account) -> corrections.Subject:
    """Return what the address asks to correct; 404 for what is not there or not this officer's."""
    at = timezone.now()
    asked = SubjectForm(request.GET)
    if not asked.is_valid() or bool(asked.cleaned_data["entry"]) == bool(asked.cleaned_data["span"]):
        raise Http404
    if asked.cleaned_data["entry"]:
        try:
            entry = queries.entry_for(account, asked.cleaned_data["entry"], at=at)
        except queries.EntryUnknown as error:
            raise Http404 from error
        if not corrections.may_correct(account, entry.lawyer, at=at):
            raise Http404
        return corrections.subject_of_entry(entry)
    spans = WatchedSpan.objects.select_related(
        "lawyer__association__parent__parent", "playback__lecture_version__lecture"
    )
    span = spans.filter(pk=asked.cleaned_data["span"]).first()
    if span is None or not corrections.may_correct(account, span.lawyer, at=at):
        raise Http404
    return corrections.subject_of_span(span)


def _try(request: HttpRequest, act: Callable[[], object], done: str) -> None:
    """Do one thing and say so, or say why not."""
    try:
        act()
    except (corrections.UnableToCorrect, appeals.UnableToAppeal) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
