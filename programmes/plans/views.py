"""Pages of the officer's plan, under /office/: targets, breakdown, terms, documents."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from programmes.plans import breakdowns, documents, frames, pages, targets, wording
from programmes.plans.forms import CellsForm, DocumentForm, TermsForm, YearsForm, soft_targets
from programmes.plans.frames import UnableToPlan
from programmes.plans.models import BasisDocument, Target
from programmes.plans.pages import PlanPage
from programmes.plans.reach import reach_of
from qianchang.groundwork import vault
from qianchang.people.models import Account
from qianchang.people.permissions import Act, may, require


def account_of(request: HttpRequest) -> Account:
    """Return who asks. Raises PermissionDenied for anybody without an account."""
    if not isinstance(request.user, Account):
        raise PermissionDenied
    return request.user


def _page(request: HttpRequest, programme: str) -> PlanPage:
    account, today = account_of(request), timezone.localdate()
    said = request.POST if request.method == "POST" else request.GET
    version = said.get("version", "")
    found = pages.plan_page(
        account,
        programme=programme,
        plan=said.get("plan", ""),
        association=said.get("association", ""),
        version=int(version) if version.isdecimal() and len(version) < 6 else None,
        reach=reach_of(account, on=today),
        on=today,
    )
    if found is None:
        raise Http404
    return found


def _changing(request: HttpRequest, programme: str) -> PlanPage:
    """Return the page for somebody who may break this part of the plan down; others who see it are refused aloud."""
    page = _page(request, programme)
    require(account_of(request), Act.BREAK_DOWN_QUOTA, on=timezone.localdate(), association=page.supporter)
    return page


def _address(page: PlanPage) -> str:
    query = urlencode({"plan": page.plan.code, "association": page.supporter.code})
    return f"{reverse('plans:plan', args=[page.plan.programme.code])}?{query}"


def _cells_form(page: PlanPage, data: Any = None) -> CellsForm | None:
    """Return the form of the newest version's cells; older versions are only looked at, and what was typed into one
    before a newer one came is refused by the operation.
    """
    if not page.may_change or page.breakdown is None:
        return None
    if data is None and page.breakdown != page.versions[0]:
        return None
    quantities = frames.quantities_of(page.breakdown)
    names = {
        place: f"{place[0]} {page.regions.get(place[1], place[1])} {wording.bucket_label(place[2], page.labels)}"
        for place in quantities
    }
    return CellsForm(
        data,
        places=quantities,
        labels=names,
        soft=soft_targets(page.targets),
        initial={"version": page.breakdown.version},
    )


def _shown(
    request: HttpRequest, page: PlanPage, *, form: CellsForm | None, years: YearsForm, missed: Any = ()
) -> HttpResponse:
    sent = next((each for each in (form, years) if each is not None and each.is_bound), None)
    table, reasons = page.table, page.reasons
    if form is not None and form.is_bound:
        typed = {place: form.typed(place) for place in form.places.values()}
        table = pages.table_of(typed, regions=page.regions, labels=page.labels, faults=form.faults())
        reasons = tuple(
            pages.Reason(
                name=name,
                label=_("Why %(quantity)d (%(strength)s) is departed from")
                % {"quantity": target.quantity, "strength": target.get_strength_display()},
                words=str(form[name].value() or ""),
            )
            for name, target in form.soft.items()
            if target.key in missed or form[name].value()
        )
    context = {
        "page": page,
        "form": form,
        "years": years,
        "sent": sent,
        "table": table,
        "reasons": reasons,
        "programme": page.plan.programme.code,
    }
    return render(request, "programmes/plan.html", context, status=422 if sent else 200)


@login_required
@require_safe
def plan(request: HttpRequest, programme: str) -> HttpResponse:
    """分解任务: what a supporter owes, how it is broken down, and what each year lacks."""
    page = _page(request, programme)
    return _shown(request, page, form=_cells_form(page), years=YearsForm(label_suffix=""))


@login_required
@require_POST
def propose(request: HttpRequest, programme: str) -> HttpResponse:
    """Let the planner propose the cells."""
    page = _changing(request, programme)
    years = YearsForm(request.POST, label_suffix="")
    if years.is_valid():
        try:
            made = breakdowns.propose_plan(
                plan=page.plan,
                supporter=page.supporter,
                first=years.cleaned_data["first"],
                count=years.cleaned_data["count"],
                by=account_of(request),
                at=timezone.now(),
            )
        except UnableToPlan as refusal:
            years.add_error(None, str(refusal))
        else:
            messages.success(
                request,
                _("Version %(version)d is proposed. Look at it and decide.") % {"version": made.version},
            )
            return redirect(_address(page))
    return _shown(request, page, form=_cells_form(page), years=years)


@login_required
@require_POST
def cells(request: HttpRequest, programme: str) -> HttpResponse:
    """Save the cells as the next version."""
    page = _changing(request, programme)
    form, years = _cells_form(page, request.POST), YearsForm(label_suffix="")
    missed: tuple[str, ...] = ()
    if form is None or page.breakdown is None:
        raise Http404
    if form.is_valid():
        try:
            made = breakdowns.change_cells(
                breakdown=page.breakdown,
                quantities=form.quantities(),
                reasons=form.reasons(),
                by=account_of(request),
                at=timezone.now(),
            )
        except breakdowns.UnableToChangeCells as refusal:
            form.add_error(None, str(refusal))
            missed = refusal.missed
        except UnableToPlan as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Version %(version)d is saved.") % {"version": made.version})
            return redirect(_address(page))
    return _shown(request, page, form=form, years=years, missed=missed)


@login_required
@require_POST
def adopt(request: HttpRequest, programme: str) -> HttpResponse:
    """Decide on a version."""
    page = _changing(request, programme)
    seen = request.POST.get("seen", "")
    if page.breakdown is None or not seen.isdecimal():
        raise Http404
    try:
        breakdowns.adopt_plan(
            breakdown=page.breakdown, seen=int(seen), by=account_of(request), at=timezone.now()
        )
    except (breakdowns.UnableToAdopt, UnableToPlan) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            _("Version %(version)d holds from now on.") % {"version": page.breakdown.version},
        )
    return redirect(_address(page))


# --- one target ---------------------------------------------------------------------------------------------


def _target(request: HttpRequest, pk: int) -> Target:
    """Return a target that the viewer sees. Raises Http404."""
    found = (
        Target.objects.filter(pk=pk)
        .select_related("plan__programme", "supporter__region", "beneficiary__region", "source", "owner")
        .first()
    )
    if found is None or not reach_of(account_of(request), on=timezone.localdate()).sees(found):
        raise Http404
    return found


def _target_shown(
    request: HttpRequest, found: Target, *, terms: TermsForm | None = None, file: DocumentForm | None = None
) -> HttpResponse:
    today = timezone.localdate()
    may_change = may(account_of(request), Act.BREAK_DOWN_QUOTA, on=today, association=found.supporter)
    sent = terms or file
    if may_change:
        terms = terms or TermsForm(target=found, owners=targets.possible_owners(found, on=today))
        file = file or DocumentForm(label_suffix="")
    context = {
        "target": found,
        "region": wording.region_of(found.beneficiary),
        "modes": wording.bucket_label([mode.code for mode in found.modes.all()], wording.mode_labels()),
        "documents": documents.documents_of(found),
        "may_change": may_change,
        "terms": terms,
        "file": file,
        "sent": sent,
    }
    return render(request, "programmes/plan_target.html", context, status=422 if sent else 200)


@login_required
@require_safe
def target(request: HttpRequest, pk: int) -> HttpResponse:
    """One target: what the document says, who answers for it, and its documents."""
    return _target_shown(request, _target(request, pk))


def _target_to_change(request: HttpRequest, pk: int) -> Target:
    found = _target(request, pk)
    require(account_of(request), Act.BREAK_DOWN_QUOTA, on=timezone.localdate(), association=found.supporter)
    return found


@login_required
@require_POST
def terms(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the terms of a target."""
    found, now = _target_to_change(request, pk), timezone.now()
    form = TermsForm(
        request.POST, target=found, owners=targets.possible_owners(found, on=timezone.localdate(now))
    )
    if form.is_valid():
        try:
            targets.set_terms(target=found, **form.cleaned_data, by=account_of(request), at=now)
        except targets.UnableToSetTarget as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("plans:target", pk=pk)
    return _target_shown(request, found, terms=form)


@login_required
@require_POST
def attach(request: HttpRequest, pk: int) -> HttpResponse:
    """Attach a document to a target."""
    found = _target_to_change(request, pk)
    form = DocumentForm(request.POST, request.FILES, label_suffix="")
    if form.is_valid():
        name, data = form.cleaned_data["file"]
        try:
            documents.attach_document(
                target=found, name=name, data=data, by=account_of(request), at=timezone.now()
            )
        except documents.UnableToAttachDocument as refusal:
            form.add_error("file", str(refusal))
        else:
            messages.success(request, _("The document is attached."))
            return redirect("plans:target", pk=pk)
    return _target_shown(request, found, file=form)


@login_required
@require_safe
def document(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """A document of a target: whoever may see the target is sent to a signed address that holds for minutes, and
    there the file is.
    """
    found, viewer = _target(request, pk), account_of(request).pk
    row = BasisDocument.objects.filter(target=found, pk=number).first()
    if row is None:
        raise Http404
    if not vault.opens(request.GET.get("key", ""), row.sha256, viewer=viewer):
        key = urlencode({"key": vault.sign(row.sha256, viewer=viewer)})
        return redirect(f"{reverse('plans:document', args=[pk, number])}?{key}")
    answer = HttpResponse(vault.read(row.sha256), content_type=documents.KINDS[BasisDocument.Kind(row.kind)])
    answer["Content-Disposition"] = content_disposition_header(True, row.name) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer
