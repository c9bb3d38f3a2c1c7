"""Pages of spot checks: the list, a new one, one check, one drawn session."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from programmes.quotas import reversals
from programmes.spot_checks import desk, files, operations, queries, rectification
from programmes.spot_checks.forms import (
    AnnounceForm,
    AnswerForm,
    CallOffForm,
    DrawForm,
    FindingForm,
    ReplyForm,
    choices_for,
)
from programmes.spot_checks.models import Sampled, SpotCheck
from programmes.spot_checks.queries import Viewer
from qianchang.groundwork import tables
from qianchang.groundwork.buttons import tried
from qianchang.people.models import Account
from qianchang.people.permissions import Act

PAGE = 30
FRAME_PAGE = 120

REFUSALS = (
    operations.UnableToAnnounce,
    operations.UnableToDraw,
    operations.UnableToCallOff,
    rectification.UnableToRecordFinding,
    rectification.UnableToReply,
    rectification.UnableToAnswer,
)


def _viewer(request: HttpRequest) -> Viewer:
    """Return whose checks the reader sees. Raises PermissionDenied for somebody who has nothing to do with any."""
    if not isinstance(request.user, Account):
        raise PermissionDenied
    viewer = queries.viewer_of(request.user, on=timezone.localdate())
    if viewer.has_none:
        raise PermissionDenied(Act.SPOT_CHECK.value)
    return viewer


def _check_or_404(request: HttpRequest, code: str) -> tuple[Viewer, SpotCheck]:
    try:
        viewer = _viewer(request)
    except PermissionDenied as stranger:
        raise Http404 from stranger
    check = queries.check_of(viewer, code)
    if check is None:
        raise Http404
    return viewer, check


def _sampled_or_404(request: HttpRequest, code: str, rank: int) -> tuple[Viewer, Sampled]:
    viewer, _check = _check_or_404(request, code)
    sampled = queries.sampled_of(viewer, code, rank)
    if sampled is None:
        raise Http404
    return viewer, sampled


def _tried(form: Form, act: Callable[[], object]) -> bool:
    """Do what a valid form asks for; what a spot check refuses becomes its error."""
    return tried(form, act, refusals=REFUSALS)


@login_required
@require_safe
def checks(request: HttpRequest) -> HttpResponse:
    """抽查: the checks that somebody sees, the newest first."""
    viewer = _viewer(request)
    page = Paginator(queries.seen_by(viewer), PAGE).get_page(request.GET.get("page"))
    context = {"lines": desk.listed(list(page.object_list), on=timezone.localdate()), "page": page}
    return render(request, "programmes/spot_checks.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """发起抽查."""
    viewer, now = _viewer(request), timezone.now()
    choices = choices_for(viewer)
    form = AnnounceForm(
        request.POST if request.method == "POST" else None,
        choices=choices,
        viewer=viewer,
        today=timezone.localdate(now),
    )
    made: list[SpotCheck] = []
    if (
        request.method == "POST"
        and choices.plans
        and _tried(
            form,
            lambda: made.append(operations.announce_check(**form.said(), by=viewer.account, at=now)),
        )
    ):
        messages.success(
            request, _("%(code)s is announced. Both sides can read the list.") % {"code": made[0].code}
        )
        return redirect("spot_checks:check", made[0].code)
    context = {"form": form, "choices": choices}
    return render(request, "programmes/spot_check_new.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def check(request: HttpRequest, code: str) -> HttpResponse:
    """One check: its list, its rule, its sample, and what was found."""
    viewer, found = _check_or_404(request, code)
    return _check_page(request, viewer, found)


def _check_page(
    request: HttpRequest,
    viewer: Viewer,
    found: SpotCheck,
    *,
    draw_form: DrawForm | None = None,
    off_form: CallOffForm | None = None,
) -> HttpResponse:
    today = timezone.localdate()
    frame = Paginator(found.frame.order_by("position"), FRAME_PAGE).get_page(request.GET.get("page"))
    context = {
        "shown": desk.check_page(found, viewer, on=today),
        "draw_form": draw_form or DrawForm(),
        "off_form": off_form or CallOffForm(auto_id="id_off_%s"),
        "frame": frame,
        "page": frame,
        "form": draw_form or off_form,
    }
    refused = any(each is not None and each.errors for each in (draw_form, off_form))
    return render(request, "programmes/spot_check.html", context, status=422 if refused else 200)


@login_required
@require_POST
def draw(request: HttpRequest, code: str) -> HttpResponse:
    """Enter the public number and draw."""
    viewer, found = _check_or_404(request, code)
    _require_checking(viewer, found)
    form = DrawForm(request.POST)
    if not _tried(
        form,
        lambda: operations.draw_sample(
            check=found,
            public_number=form.cleaned_data["public_number"],
            by=viewer.account,
            at=timezone.now(),
        ),
    ):
        return _check_page(request, viewer, found, draw_form=form)
    messages.success(request, _("The sample is drawn. Anybody can draw it again from the list and the seed."))
    return redirect("spot_checks:check", code)


@login_required
@require_POST
def call_off(request: HttpRequest, code: str) -> HttpResponse:
    """Call a check off."""
    viewer, found = _check_or_404(request, code)
    _require_checking(viewer, found)
    form = CallOffForm(request.POST, auto_id="id_off_%s")
    if not _tried(
        form,
        lambda: operations.call_off(
            check=found, reason=form.cleaned_data["reason"], by=viewer.account, at=timezone.now()
        ),
    ):
        return _check_page(request, viewer, found, off_form=form)
    messages.success(request, _("The check is called off. It stays in the list, with the reason."))
    return redirect("spot_checks:check", code)


def _require_checking(viewer: Viewer, found: SpotCheck) -> None:
    if not viewer.is_of(found.association_id):
        raise PermissionDenied(Act.SPOT_CHECK.value)


@login_required
@require_safe
def frame(request: HttpRequest, code: str) -> HttpResponse:
    """The list of a check as the file whose digest was published."""
    found = _check_or_404(request, code)[1]
    return _download(files.frame_file(queries.frame_of(found)), f"{found.code}.csv", tables.CSV)


@login_required
@require_safe
def rule(request: HttpRequest) -> HttpResponse:
    """The rule of the drawing as a program that needs nothing but Python."""
    _viewer(request)
    return _download(files.rule_file(), "draw.py", "text/x-python; charset=utf-8")


@login_required
@require_safe
def findings(request: HttpRequest, code: str) -> HttpResponse:
    """What was found, for Excel."""
    viewer, found = _check_or_404(request, code)
    content = files.findings_xlsx(queries.samples([found])[found.pk], viewer, on=timezone.localdate())
    return _download(content, f"{found.code}.xlsx", tables.XLSX)


def _download(content: bytes, name: str, kind: str) -> HttpResponse:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(content, content_type=kind, headers=headers)


@login_required
@require_safe
def sampled(request: HttpRequest, code: str, rank: int) -> HttpResponse:
    """One drawn session: its evidence, what was found, and how it was mended."""
    viewer, found = _sampled_or_404(request, code, rank)
    return _sampled_page(request, viewer, found)


def _sampled_page(request: HttpRequest, viewer: Viewer, found: Sampled, **forms: Form) -> HttpResponse:
    today = timezone.localdate()
    context: dict[str, Any] = {
        "shown": desk.sampled_page(found, viewer, on=today),
        "finding_form": FindingForm(sampled=found, today=today),
        "reply_form": ReplyForm(),
        "answer_form": AnswerForm(today=today),
        "form": next(iter(forms.values()), None),
    } | forms
    status = 422 if any(form.errors for form in forms.values()) else 200
    return render(request, "programmes/spot_check_session.html", context, status=status)


@login_required
@require_POST
def finding(request: HttpRequest, code: str, rank: int) -> HttpResponse:
    """Record what was found."""
    viewer, found = _sampled_or_404(request, code, rank)
    _require_checking(viewer, found.drawing.spot_check)
    now = timezone.now()
    form = FindingForm(request.POST, request.FILES, sampled=found, today=timezone.localdate(now))
    if not _tried(
        form,
        lambda: rectification.record_finding(sampled=found, **form.said(), by=viewer.account, at=now),
    ):
        return _sampled_page(request, viewer, found, finding_form=form)
    messages.success(request, _("Recorded."))
    return redirect("spot_checks:sampled", code, rank)


@login_required
@require_POST
def reply(request: HttpRequest, code: str, rank: int) -> HttpResponse:
    """Say what was mended."""
    viewer, found = _sampled_or_404(request, code, rank)
    recorded = queries.finding_of(found)
    addressee = recorded.addressee_id if recorded else found.line.entry.supporter_id
    if not viewer.is_of(addressee):
        raise PermissionDenied(Act.SPOT_CHECK.value)
    form = ReplyForm(request.POST, request.FILES)
    if recorded is None:
        messages.error(request, _("Nothing was found of this session yet."))
    elif not _tried(
        form,
        lambda: rectification.reply_to_finding(
            finding=recorded,
            words=form.cleaned_data["words"],
            photo=form.cleaned_data["photo"],
            by=viewer.account,
            at=timezone.now(),
        ),
    ):
        return _sampled_page(request, viewer, found, reply_form=form)
    else:
        messages.success(request, _("Sent. Another person of the checking side looks at it."))
    return redirect("spot_checks:sampled", code, rank)


@login_required
@require_POST
def answer(request: HttpRequest, code: str, rank: int) -> HttpResponse:
    """Accept a reply or send it back."""
    viewer, found = _sampled_or_404(request, code, rank)
    _require_checking(viewer, found.drawing.spot_check)
    recorded, now = queries.finding_of(found), timezone.now()
    last = queries.last_reply(recorded) if recorded else None
    form = AnswerForm(request.POST, today=timezone.localdate(now))
    if last is None:
        messages.error(request, _("There is no reply yet."))
    elif not _tried(
        form,
        lambda: rectification.answer_reply(reply=last, **form.cleaned_data, by=viewer.account, at=now),
    ):
        return _sampled_page(request, viewer, found, answer_form=form)
    else:
        messages.success(request, _("Recorded."))
    return redirect("spot_checks:sampled", code, rank)


@login_required
@require_POST
def reverse(request: HttpRequest, code: str, rank: int) -> HttpResponse:
    """Propose to take a faulty session back."""
    viewer, found = _sampled_or_404(request, code, rank)
    try:
        proposed = rectification.propose_reversal(sampled=found, by=viewer.account, at=timezone.now())
    except reversals.UnableToReverse as refusal:
        messages.error(request, str(refusal))
        return redirect("spot_checks:sampled", code, rank)
    messages.success(
        request, _("Proposed. Another officer of the supporting side or the national one decides.")
    )
    return redirect("quotas:reversal", proposed.pk)


@never_cache
@login_required
@require_safe
def photo(request: HttpRequest, code: str, rank: int, pk: int) -> HttpResponse:
    """A photo of a finding or of a reply, for those who may read the finding."""
    viewer, _found = _sampled_or_404(request, code, rank)
    found = queries.photo_of(viewer, code, rank, pk)
    if found is None:
        raise Http404
    headers = {"Content-Disposition": f'inline; filename="{code}-{rank}.jpg"'}
    return HttpResponse(bytes(found.jpeg), content_type="image/jpeg", headers=headers)
