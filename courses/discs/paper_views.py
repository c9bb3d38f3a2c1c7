"""What is printed of discs, and the answer sheets that come back on paper."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from courses.discs import answering, board, printing, queries
from courses.discs.doors import account_of, disc_or_404, scope_or_403, tried
from courses.discs.forms import AnswerForm
from courses.discs.models import AnswerSheet, Disc, MasterLecture
from courses.discs.scope import scope_of
from qianchang.people.models import Account, Lawyer
from qianchang.people.permissions import Act, lawyers_where, may
from qianchang.people.queries import lawyer_of

# Labels of one address: whoever prints more chooses other discs.
MOST_LABELS = 100


def _as_pdf(content: bytes, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"', "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


@login_required
@require_safe
def face(request: HttpRequest, serial: str) -> HttpResponse:
    """盘面: the face of a disc."""
    _scope, found = disc_or_404(request, serial)
    return _as_pdf(printing.face(found), f"{found.serial}-face")


@login_required
@require_safe
def guide(request: HttpRequest, serial: str) -> HttpResponse:
    """The one-page guide that travels with a disc."""
    _scope, found = disc_or_404(request, serial)
    return _as_pdf(printing.guide(found), f"{found.serial}-guide")


@login_required
@never_cache
@require_safe
def labels(request: HttpRequest) -> HttpResponse:
    """地址标签: for the discs that the address names, on the page as a list or as the sheet itself (`?print=1`)."""
    scope = scope_or_403(request, Act.SEND_DISCS)
    serials = request.GET.getlist("serial")[:MOST_LABELS]
    rows = board.discs_seen_by(scope).filter(serial__in=serials).select_related("master__maker")
    found = [disc for disc in rows.order_by("number") if scope.may_send(disc)]
    if request.GET.get("print"):
        return _as_pdf(printing.labels(found), "labels")
    query = urlencode([*(("serial", disc.serial) for disc in found), ("print", 1)])
    return render(request, "courses/discs/labels_page.html", {"discs": found, "query": query})


# --- Answer sheets ------------------------------------------------------------------------------------------


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def my_answer(request: HttpRequest) -> HttpResponse:
    """答题单: a lawyer's own, of a disc watched alone."""
    account = account_of(request)
    lawyer = lawyer_of(account)
    if lawyer is None:
        raise PermissionDenied(Act.OWN_HOURS.value)
    return _answer_page(request, account, lawyer)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def office_answer(request: HttpRequest) -> HttpResponse:
    """The same for a lawyer whose paper came by post."""
    account = account_of(request)
    if not may(account, Act.KEY_IN_SHEET, on=timezone.localdate()):
        raise PermissionDenied(Act.KEY_IN_SHEET.value)
    return _answer_page(request, account, None)


def _answer_page(request: HttpRequest, account: Account, own: Lawyer | None) -> HttpResponse:
    typed = request.GET.get("serial", "").strip()[:20]
    disc = queries.disc_by_serial(typed) if typed else None
    elsewhere = answering.registered_elsewhere(disc) if disc and not _is_theirs(disc, account, own) else ""
    if elsewhere:
        disc = None
    lectures = _lectures(disc) if disc is not None else []
    form = AnswerForm(
        request.POST if request.method == "POST" else None,
        lectures=[(row.version_id, row.version.lecture.localised_title) for row in lectures],
        own=own is not None,
        today=timezone.localdate(),
    )
    sheet: list[AnswerSheet] = []
    if (
        disc is not None
        and request.method == "POST"
        and tried(form, lambda: sheet.append(_key(disc, lectures, form, account, own)))
    ):
        wrong = answering.wrong_sentence(sheet[0])
        if not wrong:
            messages.success(request, _("All codes are right. The hours are credited."))
            return redirect("credits:my_hours" if own else "discs:office_answer")
        form.add_error("codes", wrong)
    context = {
        "form": form,
        "disc": disc,
        "typed": typed,
        "unknown": bool(typed) and disc is None and not elsewhere,
        "elsewhere": elsewhere,
        "own": own is not None,
        "base": "base.html" if own else "desk.html",
    }
    return render(request, "courses/discs/answer.html", context, status=422 if form.errors else 200)


def _is_theirs(disc: Disc, account: Account, own: Lawyer | None) -> bool:
    """Tell whether a disc is, or once was, with the lawyer's place or within the officer's reach: what is on the discs of
    others is nobody's business.
    """
    if own is not None:
        return answering.serves(disc, own)
    scope = scope_of(account, on=timezone.localdate())
    return scope.sees(disc) or scope.saw(disc)


def _lectures(disc: Disc) -> list[MasterLecture]:
    return list(disc.master.lectures.select_related("version__lecture").order_by("position"))


def _key(
    disc: Disc, lectures: list[MasterLecture], form: AnswerForm, account: Account, own: Lawyer | None
) -> AnswerSheet:
    lawyer = own or _lawyer(account, form.cleaned_data["licence_number"])
    version = next(row.version for row in lectures if str(row.version_id) == form.cleaned_data["version"])
    return answering.key_answer_sheet(
        disc=disc,
        version=version,
        lawyer=lawyer,
        watched_on=form.cleaned_data["watched_date"],
        typed=form.typed(),
        agreed=form.cleaned_data["agreed"],
        by=account,
        at=timezone.now(),
    )


def _lawyer(account: Account, licence_number: str) -> Lawyer:
    """Return a lawyer of the officer's rosters by the number on the paper. Raises UnableToAnswer."""
    mine = lawyers_where(account, Act.KEY_IN_SHEET, on=timezone.localdate())
    found = Lawyer.objects.filter(mine, licence_number=licence_number.strip())
    lawyer = found.select_related(
        "association__jurisdiction", "association__parent__parent", "firm__region"
    ).first()
    if lawyer is None:
        raise answering.UnableToAnswer(
            _("Nobody on your roster has this licence number. Compare it with the paper.")
        )
    return lawyer
