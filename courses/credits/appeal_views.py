"""Appeals as a lawyer sees them: the list, the form, the answer."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from courses.credits import appeals, queries, wording
from courses.credits.forms import AppealForm, SubjectForm
from courses.credits.models import Appeal
from qianchang.people.models import Account, Lawyer
from qianchang.people.queries import lawyer_of

PAGE = 20


@login_required
@require_safe
def my_appeals(request: HttpRequest) -> HttpResponse:
    """One's own appeals with their states."""
    lawyer, _account = _lawyer(request)
    page = Paginator(appeals.appeals_of(lawyer), PAGE).get_page(request.GET.get("page"))
    rows = [(each, wording.subject_words(each), wording.APPEAL_TAGS[_state(each)]) for each in page]
    return render(request, "courses/credits/my_appeals.html", {"rows": rows, "page": page})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_appeal(request: HttpRequest) -> HttpResponse:
    """Ask about an entry or a refused stretch."""
    lawyer, account = _lawyer(request)
    at = timezone.now()
    chosen = _chosen(request)
    try:
        window = appeals.open_window(lawyer, **chosen, at=at)
    except queries.NoCreditRule as error:
        raise Http404 from error
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = AppealForm(*sent, initial={"about": _choice(chosen)}, window=window)
    if request.method == "POST" and form.is_valid():
        try:
            entry, span = appeals.subject_of(lawyer, **form.subject())
            appeal = appeals.file_appeal(
                lawyer=lawyer,
                entry=entry,
                span=span,
                words=form.cleaned_data["words"],
                photo=form.cleaned_data["photo"],
                by=account,
                at=at,
            )
        except appeals.UnableToAppeal as refusal:
            form.add_error(None, str(refusal))
        except appeals.AppealUnknown as error:
            raise Http404 from error
        else:
            messages.success(request, _("Your appeal is with your association. The answer will stand here."))
            return redirect("credits:my_appeal", appeal.pk)
    context = {"form": form, "window": window}
    return render(request, "courses/credits/appeal_new.html", context)


@login_required
@require_safe
def my_appeal(request: HttpRequest, pk: int) -> HttpResponse:
    """One appeal and its answer."""
    lawyer, account = _lawyer(request)
    at = timezone.now()
    try:
        appeal = appeals.appeal_for(account, pk, at=at)
    except appeals.AppealUnknown as error:
        raise Http404 from error
    if appeal.lawyer_id != lawyer.pk:
        raise Http404
    if request.method == "GET":
        appeals.note_read(appeal=appeal, by=account, at=at)
    context = {
        "appeal": appeal,
        "has_photo": appeals.has_photo(appeal),
        "about": wording.subject_words(appeal),
        "why_refused": wording.why_refused(appeal),
        "tag": wording.APPEAL_TAGS[_state(appeal)],
    }
    return render(request, "courses/credits/my_appeal.html", context)


@never_cache
@login_required
@require_safe
def photo(request: HttpRequest, pk: int) -> HttpResponse:
    """The photo of an appeal, for its lawyer and the officers who may answer it."""
    if not isinstance(request.user, Account):
        raise Http404
    try:
        found = appeals.photo_for(request.user, pk, at=timezone.now())
    except appeals.AppealUnknown as error:
        raise Http404 from error
    headers = {"Content-Disposition": f'inline; filename="appeal-{pk}.jpg"'}
    return HttpResponse(bytes(found.jpeg), content_type="image/jpeg", headers=headers)


def _lawyer(request: HttpRequest) -> tuple[Lawyer, Account]:
    lawyer = lawyer_of(request.user) if isinstance(request.user, Account) else None
    if lawyer is None or not isinstance(request.user, Account):
        raise PermissionDenied
    return lawyer, request.user


def _chosen(request: HttpRequest) -> dict[str, int]:
    """Return what the address asks about: entry or span, and its number."""
    asked = SubjectForm(request.GET)
    numbers = asked.cleaned_data if asked.is_valid() else {}
    return {kind: numbers[kind] for kind in ("entry", "span") if numbers.get(kind)}


def _choice(chosen: dict[str, int]) -> str:
    return next((f"{kind}-{number}" for kind, number in chosen.items()), "")


def _state(appeal: Appeal) -> Appeal.State:
    return Appeal.State(appeal.state)
