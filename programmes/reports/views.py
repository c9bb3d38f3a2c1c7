"""Pages of the monthly return and of the bulletin."""

from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from courses import api as courses
from programmes.plans import queries as plans
from programmes.plans.models import Plan
from programmes.reports import behind, bulletins, desk, files, operations, rules
from programmes.reports.forms import ReturnForm
from programmes.reports.models import BulletinIssue, MonthlyReturn, Side
from programmes.reports.standings import Bulletin
from qianchang.groundwork import vault
from qianchang.people.models import Account
from qianchang.people.permissions import Act, may, require

# What an officer may take away without sending anything.
DRAFT_FORMATS = ("docx", "xlsx", "pdf")


def account_of(request: HttpRequest) -> Account:
    """Return who asks. Raises PermissionDenied for somebody who did not sign in."""
    if not isinstance(request.user, Account):
        raise PermissionDenied
    return request.user


def plan_of(request: HttpRequest) -> Plan:
    """Return the plan of sessions that the page is about. Raises Http404."""
    plan = plans.session_plan_of(request.GET.get("programme") or settings.FIRST_PROGRAMME)
    if plan is None:
        raise Http404
    return plan


def on_plan(plan: Plan, page: str, *args: object, **query: str) -> str:
    """Return the address of a page that is about a plan, so that whoever goes on stays with its programme."""
    return f"{reverse(page, args=args)}?{urlencode({'programme': plan.programme.code, **query}, safe=':')}"


def as_file(content: bytes, *, name: str, format: str) -> HttpResponse:
    """Return a file to be kept by whoever asked, and by nobody on the way."""
    return HttpResponse(
        content,
        content_type=files.TYPES[format],
        headers={
            "Content-Disposition": f'attachment; filename="{name}.{format}"',
            "Cache-Control": "private, no-store",
        },
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def month(request: HttpRequest, month: str) -> HttpResponse:
    """月报."""
    plan, at = plan_of(request), timezone.now()
    account, today = account_of(request), timezone.localdate()
    require(account, Act.SEE_RETURN, on=today)
    found = desk.whose_of(account, plan, request.GET.get("of", ""), on=today)
    if found is None:
        raise Http404
    whose, choices = found
    if request.method == "POST":
        if not desk.may_make(account, whose, on=today):
            raise PermissionDenied(Act.MAKE_RETURN.value)
        form = ReturnForm(request.POST)
        if form.is_valid():
            return _written(request, plan, whose, month, form, at=at)
    page = _page(account, plan, whose, month, at=at)
    if request.method != "POST":
        form = ReturnForm(
            initial={
                "remarks": page.remarks,
                "addressees": page.addressees,
                "signatories": page.signatories,
                "number": page.number,
            }
        )
    context = {
        "page": page,
        "form": form,
        "choices": choices,
        "programme": plan.programme.code,
        "year": month[:4],
        "lines": behind.lines(page.figures.matrix),
        "pending": desk.pending(page),
        "all": _("All"),
        "sum": _("Total"),
    }
    return render(request, "programmes/reports/month.html", context)


def _page(account: Account, plan: Plan, whose: desk.Whose, month: str, *, at: datetime) -> desk.MonthPage:
    try:
        return desk.month_page(account, plan, whose, month=month, at=at, on=timezone.localdate(at))
    except ValueError as malformed:
        raise Http404 from malformed


def _written(
    request: HttpRequest, plan: Plan, whose: desk.Whose, month: str, form: ReturnForm, *, at: datetime
) -> HttpResponse:
    """Save the text, and go on to what was asked for: a file, or sending."""
    account, said = account_of(request), form.cleaned_data
    here = on_plan(plan, "reports:month", month, of=whose.key)
    try:
        draft = operations.save_draft(
            plan=plan,
            association=whose.association,
            side=whose.side,
            month=month,
            remarks=said["remarks"],
            addressees=said["addressees"],
            signatories=said["signatories"],
            number=said["number"] or 0,
            by=account,
            at=at,
        )
        wanted = request.POST.get("do", "")
        if wanted in DRAFT_FORMATS:
            return redirect(on_plan(plan, "reports:draft", month, whose.key, wanted))
        if wanted == "send":
            sent = operations.send_return(
                plan=plan,
                association=whose.association,
                side=whose.side,
                month=month,
                number=draft.number,
                by=account,
                at=at,
            )
            words = (
                _("Version %(version)d was sent before with the same content. Nothing was sent again.")
                if sent.again
                else _("Version %(version)d is sent and locked.")
            )
            messages.success(request, words % {"version": sent.version.version})
        else:
            messages.success(request, _("Saved."))
    except (operations.UnableToSave, operations.UnableToSend) as refusal:
        messages.error(request, str(refusal))
    except ValueError as malformed:
        raise Http404 from malformed
    return redirect(here)


@login_required
@require_safe
def draft(request: HttpRequest, month: str, of: str, format: str) -> HttpResponse:
    """The file of a return before it is sent."""
    account, plan = account_of(request), plan_of(request)
    today = timezone.localdate()
    require(account, Act.MAKE_RETURN, on=today)
    found = desk.whose_of(account, plan, of, on=today)
    if found is None or format not in DRAFT_FORMATS or not desk.may_make(account, found[0], on=today):
        raise Http404
    page = _page(account, plan, found[0], month, at=timezone.now())
    return as_file(files.render(page.paper, format=format), name=page.paper.name, format=format)


@login_required
@require_safe
def sent(request: HttpRequest, pk: int, format: str) -> HttpResponse:
    """One file of a version that was sent, as it was kept."""
    account, today = account_of(request), timezone.localdate()
    kept = MonthlyReturn.objects.filter(pk=pk).select_related("plan__programme", "association").first()
    if kept is None or format not in kept.files:
        raise Http404
    whose = desk.Whose(kept.association, Side(kept.side))
    if whose.key not in {each.key for each in desk.choices(account, kept.plan, on=today)}:
        raise Http404
    name = f"return-{kept.plan.code}-{kept.association.code}-{kept.month}-v{kept.version}"
    return as_file(vault.read(kept.files[format]), name=name, format=format)


# --- The bulletin -------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def bulletin(request: HttpRequest, month: str) -> HttpResponse:
    """通报."""
    account, plan, today = account_of(request), plan_of(request), timezone.localdate()
    require(account, Act.SEE_BULLETIN, on=today)
    makes = may(account, Act.MAKE_BULLETIN, on=today)
    if request.method == "POST":
        require(account, Act.MAKE_BULLETIN, on=today)
        return _issue(request, plan, month)
    try:
        label = bulletins.label_of(month)
        made = bulletins.draft(plan, month=month, at=timezone.now()) if makes else None
    except ValueError as malformed:
        raise Http404 from malformed
    context = {
        "month": month,
        "label": label,
        "made": made,
        "sections": behind.shown(bulletins.as_paper(made), _behind(made)) if made else [],
        "issues": list(
            BulletinIssue.objects.filter(plan=plan, month=month)
            .select_related("issued_by")
            .order_by("-version")
        ),
        "is_over": rules.is_over(month, on=today),
        "before": rules.month_before(month),
        "after": bulletins.month_after(month),
        "programme": plan.programme.code,
        "formats": DRAFT_FORMATS,
        "year": int(month[:4]),
    }
    return render(request, "programmes/reports/bulletin.html", context)


def _behind(made: Bulletin) -> behind.Links:
    return behind.of_bulletin(made, modes=[mode.code for mode in courses.delivery_modes()])


def _issue(request: HttpRequest, plan: Plan, month: str) -> HttpResponse:
    try:
        issued = operations.issue_bulletin(plan=plan, month=month, by=account_of(request), at=timezone.now())
    except operations.UnableToIssue as refusal:
        messages.error(request, str(refusal))
    except ValueError as malformed:
        raise Http404 from malformed
    else:
        words = (
            _("Nothing has changed since version %(version)d. Nothing was issued again.")
            if issued.again
            else _("Version %(version)d is issued. The associations are told of it.")
        )
        messages.success(request, words % {"version": issued.version.version})
    return redirect(on_plan(plan, "reports:bulletin", month))


@login_required
@require_safe
def bulletin_draft(request: HttpRequest, month: str, format: str) -> HttpResponse:
    """The file of a bulletin that is not issued."""
    account, plan = account_of(request), plan_of(request)
    require(account, Act.MAKE_BULLETIN, on=timezone.localdate())
    if format not in DRAFT_FORMATS:
        raise Http404
    try:
        made = bulletins.draft(plan, month=month, at=timezone.now())
    except ValueError as malformed:
        raise Http404 from malformed
    paper = bulletins.as_paper(made)
    return as_file(files.render(paper, format=format), name=paper.name, format=format)


@login_required
@require_safe
def bulletin_issue(request: HttpRequest, pk: int, format: str) -> HttpResponse:
    """One file of an issued version, as it was kept."""
    require(account_of(request), Act.SEE_BULLETIN, on=timezone.localdate())
    kept = BulletinIssue.objects.filter(pk=pk).select_related("plan").first()
    if kept is None or format not in kept.files:
        raise Http404
    name = f"bulletin-{kept.plan.code}-{kept.month}-v{kept.version}"
    return as_file(vault.read(kept.files[format]), name=name, format=format)
