"""任务分配, under /manage/programmes/: the numbers that the documents state, for the national office."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from programmes.plans import breakdowns, documents, frames, moving, pages, targets, wording
from programmes.plans.frames import UnableToPlan
from programmes.plans.manage_forms import ChangeForm, DimensionsForm, TargetForm
from programmes.plans.models import Plan, Target
from programmes.plans.pages import Table
from programmes.plans.views import account_of
from qianchang.people.models import Association
from qianchang.people.permissions import Act, require

PAGE = 50


def _require(request: HttpRequest) -> None:
    require(account_of(request), Act.SET_QUOTAS, on=timezone.localdate())


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def programmes(request: HttpRequest) -> HttpResponse:
    """任务分配: every target, cut by ?plan= and ?supporter=, a form to enter one, and what it comes to."""
    _require(request)
    plan, supporter = request.GET.get("plan", ""), request.GET.get("supporter", "")
    form = TargetForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        initial={"plan": plan, "supporter": supporter},
    )
    if form.is_bound and form.is_valid():
        try:
            entered = _enter(request, form)
        except (targets.UnableToSetTarget, documents.UnableToAttachDocument) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The target is saved."))
            query = urlencode({"plan": entered.plan.code, "supporter": entered.supporter.code})
            return redirect(f"{reverse('targets:programmes')}?{query}")
    rows = Target.objects.select_related(
        "plan__programme", "supporter__region", "beneficiary__region", "source"
    )
    rows = rows.prefetch_related("modes").order_by("plan__code", "supporter__code", "pk")
    rows = rows.filter(plan__code=plan) if plan else rows
    rows = rows.filter(supporter__code=supporter) if supporter else rows
    page, labels = Paginator(rows, PAGE).get_page(request.GET.get("page")), wording.mode_labels()
    proposed = _proposed(form, plan, supporter) if plan and supporter else (None, "", "")
    context = {
        "page": page,
        "lines": [
            {
                "target": row,
                "region": wording.region_of(row.beneficiary),
                "modes": wording.bucket_label([mode.code for mode in row.modes.all()], labels),
            }
            for row in page
        ],
        "form": form,
        "sent": form if form.is_bound else None,
        "plan": plan,
        "supporter": supporter,
        "query": urlencode({"plan": plan, "supporter": supporter}) if plan or supporter else "",
        "supporters": Association.objects.filter(pk__in=Target.objects.values("supporter")).order_by("code"),
        "table": proposed[0],
        "years": proposed[1],
        "refusal": proposed[2],
        "programme": form.plans[plan].programme.code if plan in form.plans else "",
    }
    return render(request, "programmes/plan_targets.html", context, status=422 if form.is_bound else 200)


@transaction.atomic
def _enter(request: HttpRequest, form: TargetForm) -> Target:
    by, now = account_of(request), timezone.now()
    new = form.new_document
    source = targets.record_source(**new, by=by, at=now) if new else form.chosen_source
    entered = targets.enter_target(plan=form.chosen_plan, said=form.said(), source=source, by=by, at=now)
    if new:
        documents.attach_document(
            target=entered, name=form.cleaned_data["file"].name, data=new["data"], by=by, at=now
        )
    return entered


def _proposed(form: TargetForm, plan: str, supporter: str) -> tuple[Table | None, str, str]:
    """Return what the planner would propose of one supporter's part, its years, and a sentence where it cannot, or where
    it has to depart from a number.
    """
    chosen: Plan | None = form.plans.get(plan)
    owner = form.associations.get(supporter)
    if chosen is None or owner is None:
        raise Http404
    try:
        frame = frames.frame_of(chosen, supporter=owner)
        proposed = breakdowns.proposal(frame)
    except UnableToPlan as refusal:
        return None, "", str(refusal)
    regions = wording.names_of(frame.regions.values())
    table = pages.table_of(proposed.quantities, regions=regions, labels=wording.mode_labels())
    return table, wording.years(frame.years), " ".join(breakdowns.departures_of(proposed, frame))


def _target(pk: int) -> Target:
    found = (
        Target.objects.filter(pk=pk)
        .select_related("plan__programme", "supporter__region", "beneficiary__region", "source")
        .first()
    )
    if found is None:
        raise Http404
    return found


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def target(request: HttpRequest, pk: int) -> HttpResponse:
    """One target with its number to change."""
    _require(request)
    found = _target(pk)
    form = _change_form(found, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            targets.change_target(
                target=found, **form.cleaned_data, by=account_of(request), at=timezone.now()
            )
        except targets.UnableToSetTarget as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The target is saved."))
            return redirect(_list_of(found))
    return _target_shown(request, found, form, DimensionsForm(target=found))


@login_required
@require_POST
def dimensions(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a target another region, year or delivery modes."""
    _require(request)
    found = _target(pk)
    form = DimensionsForm(request.POST, target=found)
    if form.is_valid():
        try:
            moving.move_target(
                target=found,
                to=form.dimensions(),
                seen=form.cleaned_data["seen"],
                by=account_of(request),
                at=timezone.now(),
            )
        except targets.UnableToSetTarget as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The target is saved."))
            return redirect(_list_of(found))
    return _target_shown(request, found, _change_form(found, None), form)


def _change_form(found: Target, data: QueryDict | None) -> ChangeForm:
    return ChangeForm(
        data,
        label_suffix="",
        initial={
            "seen": found.revision,
            "quantity": found.quantity,
            "strength": found.strength,
            "quote": found.quote,
        },
    )


def _target_shown(
    request: HttpRequest, found: Target, form: ChangeForm, other: DimensionsForm
) -> HttpResponse:
    sent = next((each for each in (form, other) if each.is_bound), None)
    context = {
        "target": found,
        "region": wording.region_of(found.beneficiary),
        "modes": wording.bucket_label([mode.code for mode in found.modes.all()], wording.mode_labels()),
        "form": form,
        "dimensions": other,
        "sent": sent,
    }
    return render(request, "programmes/plan_target_set.html", context, status=422 if sent else 200)


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a target out that was entered by mistake."""
    _require(request)
    found, seen = _target(pk), request.POST.get("seen", "")
    if not seen.isdecimal():
        raise Http404
    back = _list_of(found)
    try:
        targets.withdraw_target(target=found, seen=int(seen), by=account_of(request), at=timezone.now())
    except targets.UnableToSetTarget as refusal:
        messages.error(request, str(refusal))
        return redirect("targets:target", pk=pk)
    messages.success(request, _("The target is taken out."))
    return redirect(back)


def _list_of(found: Target) -> str:
    query = urlencode({"plan": found.plan.code, "supporter": found.supporter.code})
    return f"{reverse('targets:programmes')}?{query}"
