"""Pages of the other registers: the pool of young lawyers, pairs, classes for county lawyers."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet, Sum
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from programmes.placements import county_classes, exports, pairs, pool, queries
from programmes.placements.doors import PAGE, account_of, as_file, carry_out, one_of, plan_or_404, signed_in
from programmes.placements.forms import (
    CountForm,
    CountyClassForm,
    EndPairForm,
    LawyerPairForm,
    LeaveForm,
    OfALawyer,
)
from programmes.placements.models import CountyClass, PoolMember, Topic
from programmes.placements.refusals import RegisterRefusal
from programmes.placements.scope import Scope, scope_of
from qianchang.people import masks, reauthentication
from qianchang.people.models import Account, Association
from qianchang.people.permissions import Act, associations_where, lawyers_where, may, require
from qianchang.people.walls import as_platform


def _members(scope: Scope, *, standing: bool) -> QuerySet[PoolMember]:
    rows = PoolMember.objects.filter(
        Q() if scope.everything else Q(association__in=scope.received), valid_until__isnull=standing
    )
    return rows.select_related("association").order_by("association__code", "valid_from", "pk")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def pool_list(request: HttpRequest) -> HttpResponse:
    """青年律师后备人才库: who is in it, and entering somebody."""
    now = timezone.now()
    today = timezone.localdate(now)
    account = account_of(request, Act.NOMINATE_TRAINEE if request.method == "POST" else Act.SEE_QUOTA_BOARD)
    plan, scope = plan_or_404(queries.PAIRS), scope_of(account, on=today)
    seen = lawyers_where(account, Act.ENROL_LAWYERS, on=today)
    form = OfALawyer(request.POST or None, seen=seen)
    if request.method == "POST" and form.is_valid():
        try:
            pool.enter_pool(plan=plan, lawyer=form.cleaned_data["licence_number"], by=account, at=now)
        except RegisterRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Entered into the pool."))
            return redirect("placements:pool")
    left = "left" in request.GET
    page = Paginator(_members(scope, standing=not left), PAGE).get_page(request.GET.get("page"))
    context = {
        "tab": "pool",
        "left": left,
        "query": "left=1" if left else "",
        # Why somebody left is for the own association, as the name is.
        "reasons_of": scope.received,
        "form": form,
        "page": page,
        "lines": [(row, _shown(row, scope)) for row in page.object_list],
        "figures": queries.figures(plan),
        "may_enter": not left and may(account, Act.NOMINATE_TRAINEE, on=today),
    }
    return render(request, "programmes/placements_pool.html", context, status=422 if form.errors else 200)


def _shown(row: PoolMember, scope: Scope) -> str:
    return row.name if row.association_id in scope.received else masks.masked_name(row.name)


@login_required
@reauthentication.required(reading=True)
@require_safe
def pool_file(request: HttpRequest) -> HttpResponse:
    """The same as Excel."""
    scope, today = scope_of(account_of(request), on=timezone.localdate()), timezone.localdate()
    left = "left" in request.GET
    name = f"young-lawyers-{'left-' if left else ''}{today}.xlsx"
    return as_file(exports.pool_file(_members(scope, standing=not left)), name)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def pool_leave(request: HttpRequest, pk: int) -> HttpResponse:
    """End somebody's time in the pool."""
    account, now = signed_in(request), timezone.now()
    today = timezone.localdate(now)
    scope = scope_of(account, on=today)
    rows = PoolMember.objects.select_related("association__parent__parent")
    reach = Q() if scope.everything else Q(association__in=scope.received)
    member = get_object_or_404(rows.filter(reach), pk=pk)
    require(account, Act.NOMINATE_TRAINEE, on=today, association=member.association)
    form = LeaveForm(request.POST or None, initial={"until": today})
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            pool.leave_pool(member=member, until=typed["until"], reason=typed["reason"], by=account, at=now)
        except RegisterRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Recorded. The entry stays in the register."))
            return redirect("placements:pool")
    context = {"tab": "pool", "form": form, "member": member}
    return render(
        request, "programmes/placements_pool_leave.html", context, status=422 if form.errors else 200
    )


def _pairs(account: Account, on: date) -> bool:
    """Whether an account records pairs of lawyers, for one side or the other."""
    return any(may(account, act, on=on) for act in (Act.HOST_TRAINEE, Act.NOMINATE_TRAINEE))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def pair_list(request: HttpRequest) -> HttpResponse:
    """结对: pairs of associations, of law firms and of lawyers; and pairing two lawyers."""
    account, now = account_of(request), timezone.now()
    today = timezone.localdate(now)
    plan, scope = plan_or_404(queries.PAIRS), scope_of(account, on=today)
    form = LawyerPairForm(request.POST or None, initial={"valid_from": today})
    if request.method == "POST" and not _pairs(account, today):
        raise PermissionDenied(Act.NOMINATE_TRAINEE.value)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        said = {name: typed[name] for name in ("kind", "supporting", "beneficiary", "valid_from", "source")}
        try:
            pairs.pair_lawyers(**said, programme_code=plan.programme.code, by=account, at=now)
        except RegisterRefusal as refusal:
            form.add_error(None, str(refusal))
        except PermissionDenied:
            # Who knows both may read that one of the two has to be their own.
            form.add_error(
                None, _("Neither of the two is of your association on that side. Nothing was changed.")
            )
        else:
            messages.success(request, _("The pair is recorded."))
            return redirect(f"{reverse('placements:pairs')}?of=lawyers")
    of = one_of(request, "of", pairs.SORTS)
    with as_platform("both sides of a pair are read; names of other rosters are hidden"):
        page = Paginator(pairs.pairs_seen(scope, of=of), PAGE).get_page(request.GET.get("page"))
        lines = pairs.lines(page.object_list, scope)
    context = {
        "tab": "pairs",
        "page": page,
        "lines": lines,
        "sorts": pairs.SORTS.items(),
        "of": of,
        "query": f"of={of}" if of else "",
        "form": form,
        "today": today,
        "figures": queries.figures(plan),
        "standing": pairs.association_pairs(plan.programme.code, on=today),
        "may_set": may(account, Act.SET_QUOTAS, on=today),
        "may_pair": _pairs(account, today),
    }
    return render(request, "programmes/placements_pairs.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def pair_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a pair of lawyers."""
    account, now = signed_in(request), timezone.now()
    scope, form = scope_of(account, on=timezone.localdate(now)), EndPairForm(request.POST)
    with as_platform("both sides of a pair are read; the operation asks who may end it"):
        pair = get_object_or_404(pairs.pairs_seen(scope, of="lawyers"), pk=pk)
    back = f"{reverse('placements:pairs')}?of=lawyers"
    if not form.is_valid():
        messages.error(request, " ".join(str(each) for each in form.errors["until"]))
        return redirect(back)
    until = form.cleaned_data["until"]
    carry_out(
        request,
        _("Recorded. The entry stays in the register."),
        lambda: pairs.end_lawyer_pair(pair=pair, until=until, by=account, at=now),
    )
    return redirect(back)


def _classes() -> QuerySet[CountyClass]:
    rows = CountyClass.objects.select_related("organiser__parent__parent").prefetch_related("topics")
    return rows.order_by("-held_from", "-pk")


@login_required
@require_safe
def class_list(request: HttpRequest) -> HttpResponse:
    """县域律师培训: the topics of the notice, and the classes. Classes are no secret among the desks."""
    account, today = account_of(request), timezone.localdate()
    plan = plan_or_404(queries.COUNTY_TRAINING)
    page = Paginator(_classes().filter(plan=plan), PAGE).get_page(request.GET.get("page"))
    came = CountyClass.objects.filter(plan=plan).aggregate(lawyers=Sum("lawyers"), others=Sum("others"))
    context = {
        "tab": "classes",
        "page": page,
        "topics": Topic.objects.filter(plan=plan).annotate(held=Count("classes")).order_by("position"),
        "came": came,
        "may_record": may(account, Act.ARRANGE_CLASSES, on=today),
    }
    return render(request, "programmes/placements_classes.html", context)


@login_required
@require_safe
def class_file(request: HttpRequest) -> HttpResponse:
    """The same as Excel."""
    account_of(request)
    plan, today = plan_or_404(queries.COUNTY_TRAINING), timezone.localdate()
    return as_file(exports.classes_file(_classes().filter(plan=plan)), f"county-classes-{today}.xlsx")


def _organisers(account: Account, on: date) -> list[Association]:
    reach = associations_where(account, Act.ARRANGE_CLASSES, on=on)
    return list(Association.objects.order_by("code")) if reach is None else reach


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def class_new(request: HttpRequest) -> HttpResponse:
    """登记培训班: record a class."""
    account, now = account_of(request, Act.ARRANGE_CLASSES), timezone.now()
    today, plan = timezone.localdate(now), plan_or_404(queries.COUNTY_TRAINING)
    form = CountyClassForm(
        request.POST or None,
        organisers=_organisers(account, today),
        plan_id=plan.pk,
        initial={"first": today},
    )
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            row = county_classes.record_county_class(
                plan=plan,
                organiser=typed["organiser"],
                terms=county_classes.ClassTerms(
                    kind=typed["kind"],
                    title=typed["title"],
                    held_from=typed["first"],
                    held_until=form.held_until(),
                    place=typed["place"],
                ),
                topics=list(typed["topics"]),
                by=account,
                at=now,
            )
        except RegisterRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The class is recorded."))
            return redirect("placements:class", pk=row.pk)
    context = {"tab": "classes", "form": form}
    return render(
        request, "programmes/placements_class_new.html", context, status=422 if form.errors else 200
    )


def _class_page(request: HttpRequest, row: CountyClass, form: Form | None = None) -> HttpResponse:
    today = timezone.localdate()
    context: dict[str, Any] = {
        "tab": "classes",
        "row": row,
        "form": form or CountForm(initial={"lawyers": row.lawyers, "others": row.others}),
        "may_count": row.held_from <= today
        and may(signed_in(request), Act.ARRANGE_CLASSES, on=today, association=row.organiser),
    }
    return render(request, "programmes/placements_class.html", context, status=422 if form else 200)


@login_required
@require_safe
def county_class(request: HttpRequest, pk: int) -> HttpResponse:
    """One class."""
    account_of(request)
    return _class_page(request, get_object_or_404(_classes(), pk=pk))


@login_required
@require_POST
def class_count(request: HttpRequest, pk: int) -> HttpResponse:
    """Say how many came."""
    account, now = account_of(request), timezone.now()
    row = get_object_or_404(_classes(), pk=pk)
    require(account, Act.ARRANGE_CLASSES, on=timezone.localdate(now), association=row.organiser)
    form = CountForm(request.POST)
    if not form.is_valid():
        return _class_page(request, row, form)
    typed = form.cleaned_data
    carry_out(
        request,
        _("Counted."),
        lambda: county_classes.count_county_class(
            county_class=row, lawyers=typed["lawyers"], others=typed["others"], by=account, at=now
        ),
    )
    return redirect("placements:class", pk=pk)
