"""Pages of the trainees of the 千人计划: list, nomination, one trainee with days and stipend, places of the hosts."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from programmes.placements import desk, exports, operations, queries, stipends, trainees
from programmes.placements.doors import (
    PAGE,
    account_of,
    as_file,
    carry_out,
    one_of,
    plan_or_404,
    signed_in,
    year_asked,
)
from programmes.placements.forms import (
    DaysForm,
    NominationForm,
    PlacesForm,
    ReasonForm,
    StipendForm,
    StrikeForm,
)
from programmes.placements.models import Trainee
from programmes.placements.refusals import RegisterRefusal
from programmes.placements.scope import scope_of
from qianchang.people import reauthentication
from qianchang.people.models import Association
from qianchang.people.permissions import Act, associations_where, lawyers_where, may, require


def _asked(request: HttpRequest) -> dict[str, Any]:
    return {
        "year": year_asked(request),
        "stage": one_of(request, "stage", Trainee.Stage.values),
        "host": request.GET.get("host", "")[:20],
    }


@login_required
@require_safe
def trainee_list(request: HttpRequest) -> HttpResponse:
    """千人计划 trainees: places by host, and everybody whom the viewer sees."""
    account, today = account_of(request), timezone.localdate()
    plan, scope, asked = plan_or_404(queries.TRAINEES), scope_of(account, on=today), _asked(request)
    page = Paginator(desk.trainees(scope, plan, **asked), PAGE).get_page(request.GET.get("page"))
    sees_hosts = scope.everything or bool(scope.given)
    hosts = queries.host_rows(plan, scope.shares("host"), year=asked["year"]) if sees_hosts else []
    context = {
        "tab": "trainees",
        "plan": plan,
        "page": page,
        "lines": desk.trainee_lines(page.object_list, scope),
        "asked": asked,
        "query": _query(asked),
        "stages": Trainee.Stage.choices,
        "hosts": hosts,
        "figures": queries.figures(plan),
        "totals": _totals(hosts),
        "may_nominate": may(account, Act.NOMINATE_TRAINEE, on=today),
        "may_set_places": may(account, Act.BREAK_DOWN_QUOTA, on=today),
    }
    return render(request, "programmes/placements_trainees.html", context)


def _query(asked: dict[str, Any]) -> str:
    return "&".join(f"{name}={value}" for name, value in asked.items() if value)


def _totals(hosts: list[queries.HostPlaces]) -> dict[str, Any]:
    names = (
        "places",
        "nominated",
        "accepted",
        "in_class",
        "at_firm",
        "finished",
        "stipend_due_cny",
        "stipend_paid_cny",
    )
    return {name: sum(getattr(row, name) for row in hosts) for name in names}


@login_required
@reauthentication.required(reading=True)
@require_safe
def trainee_file(request: HttpRequest) -> HttpResponse:
    """The same list as Excel."""
    account, today = account_of(request), timezone.localdate()
    plan, scope = plan_or_404(queries.TRAINEES), scope_of(account, on=today)
    lines = desk.trainee_lines(desk.trainees(scope, plan, **_asked(request)), scope)
    return as_file(exports.trainees_file(lines), f"trainees-{today}.xlsx")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def trainee_new(request: HttpRequest) -> HttpResponse:
    """推荐学员: nominate a lawyer."""
    account, now = account_of(request, Act.NOMINATE_TRAINEE), timezone.now()
    today, plan = timezone.localdate(now), plan_or_404(queries.TRAINEES)
    form = NominationForm(
        request.POST or None,
        seen=lawyers_where(account, Act.ENROL_LAWYERS, on=today),
        shares=desk.hosts_to_nominate_to(account, plan, on=today),
        initial={"year": today.year},
    )
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            trainee = trainees.nominate_trainee(
                plan=plan,
                lawyer=typed["licence_number"],
                supporter=typed["host"].supporter,
                host=typed["host"].host,
                year=typed["year"],
                by=account,
                at=now,
            )
        except RegisterRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, _("Nominated. %(host)s decides next.") % {"host": typed["host"].host.name}
            )
            return redirect("placements:trainee", pk=trainee.pk)
    context = {"tab": "trainees", "form": form, "figures": queries.figures(plan)}
    return render(
        request, "programmes/placements_trainee_new.html", context, status=422 if form.errors else 200
    )


def _trainee_or_404(request: HttpRequest, pk: int) -> Trainee:
    trainee = desk.trainee_of(signed_in(request), pk, on=timezone.localdate())
    if trainee is None:
        raise Http404
    return trainee


def _page(request: HttpRequest, trainee: Trainee, **forms: Form) -> HttpResponse:
    page = desk.trainee_page(signed_in(request), trainee, on=timezone.localdate())
    context: dict[str, Any] = {
        "tab": "trainees",
        "page": page,
        "days_form": DaysForm(auto_id="days_%s"),
        "refuse_form": ReasonForm(auto_id="refuse_%s"),
        "withdraw_form": ReasonForm(auto_id="withdraw_%s"),
        "stipend_form": StipendForm(auto_id="pay_%s", initial={"paid_date": timezone.localdate()}),
        "back_form": ReasonForm(auto_id="back_%s"),
        "reopen_form": ReasonForm(auto_id="reopen_%s"),
        "sent": next(iter(forms.values()), None),
        **forms,
    }
    return render(request, "programmes/placements_trainee.html", context, status=422 if forms else 200)


@login_required
@require_safe
def trainee(request: HttpRequest, pk: int) -> HttpResponse:
    """One trainee."""
    return _page(request, _trainee_or_404(request, pk))


def _host_or_refuse(request: HttpRequest, pk: int, *, of: str = "host") -> Trainee:
    found = _trainee_or_404(request, pk)
    association: Association = getattr(found, of)
    require(signed_in(request), Act.HOST_TRAINEE, on=timezone.localdate(), association=association)
    return found


@login_required
@require_POST
def trainee_accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a trainee in."""
    found, account, now = _host_or_refuse(request, pk), signed_in(request), timezone.now()
    done = _("Accepted. Log the days of the class next.")
    carry_out(request, done, lambda: trainees.accept_trainee(trainee=found, by=account, at=now))
    return redirect("placements:trainee", pk=pk)


@login_required
@require_POST
def trainee_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Do not take a trainee in."""
    found, account, now = _host_or_refuse(request, pk), signed_in(request), timezone.now()
    form = ReasonForm(request.POST, auto_id="refuse_%s")
    if not form.is_valid():
        return _page(request, found, refuse_form=form)
    reason = form.cleaned_data["reason"]
    carry_out(
        request,
        _("Refused. The reason stands with the nomination."),
        lambda: trainees.refuse_trainee(trainee=found, reason=reason, by=account, at=now),
    )
    return redirect("placements:trainee", pk=pk)


@login_required
@require_POST
def trainee_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """End a nomination or a stay."""
    found, account, now = _trainee_or_404(request, pk), signed_in(request), timezone.now()
    today = timezone.localdate(now)
    if not may(account, Act.HOST_TRAINEE, on=today, association=found.host):
        require(account, Act.NOMINATE_TRAINEE, on=today, association=found.roster)
    form = ReasonForm(request.POST, auto_id="withdraw_%s")
    if not form.is_valid():
        return _page(request, found, withdraw_form=form)
    reason = form.cleaned_data["reason"]
    carry_out(
        request,
        _("Withdrawn. The place is free again."),
        lambda: trainees.withdraw_trainee(trainee=found, reason=reason, by=account, at=now),
    )
    return redirect("placements:trainee", pk=pk)


@login_required
@require_POST
def trainee_days(request: HttpRequest, pk: int) -> HttpResponse:
    """Log days."""
    found, account, now = _host_or_refuse(request, pk), signed_in(request), timezone.now()
    form = DaysForm(request.POST, auto_id="days_%s")
    if form.is_valid():
        try:
            rows = trainees.log_days(
                trainee=found,
                part=form.cleaned_data["part"],
                days=form.days(),
                place=form.cleaned_data["place"],
                by=account,
                at=now,
            )
        except RegisterRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Days logged: %(count)d.") % {"count": len(rows)})
            return redirect("placements:trainee", pk=pk)
    return _page(request, found, days_form=form)


@login_required
@require_POST
def trainee_strike(request: HttpRequest, pk: int) -> HttpResponse:
    """Strike a day that was logged by mistake."""
    found, account, now = _host_or_refuse(request, pk), signed_in(request), timezone.now()
    form = StrikeForm(request.POST, trainee_id=found.pk)
    if not form.is_valid():
        messages.error(request, " ".join(str(each) for each in form.errors["day"]))
        return redirect("placements:trainee", pk=pk)
    day = form.cleaned_data["day"]
    carry_out(request, _("The day is struck."), lambda: trainees.strike_day(day=day, by=account, at=now))
    return redirect("placements:trainee", pk=pk)


@login_required
@require_POST
def trainee_finish(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a trainee is through."""
    found, account, now = _host_or_refuse(request, pk), signed_in(request), timezone.now()
    done = _("Finished. The stipend is due.")
    carry_out(request, done, lambda: trainees.finish_trainee(trainee=found, by=account, at=now))
    return redirect("placements:trainee", pk=pk)


@login_required
@require_POST
def trainee_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a trainee was not through."""
    found, account, now = _host_or_refuse(request, pk), signed_in(request), timezone.now()
    form = ReasonForm(request.POST, auto_id="reopen_%s")
    if not form.is_valid():
        return _page(request, found, reopen_form=form)
    reason = form.cleaned_data["reason"]
    carry_out(
        request,
        _("Reopened. The reason stands in the history."),
        lambda: trainees.reopen_trainee(trainee=found, reason=reason, by=account, at=now),
    )
    return redirect("placements:trainee", pk=pk)


@login_required
@require_POST
def trainee_pay(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that the stipend was paid."""
    found, account, now = _host_or_refuse(request, pk, of="supporter"), signed_in(request), timezone.now()
    form = StipendForm(request.POST, auto_id="pay_%s")
    if not form.is_valid():
        return _page(request, found, stipend_form=form)
    typed = form.cleaned_data
    carry_out(
        request,
        _("Recorded as paid."),
        lambda: stipends.pay_stipend(
            trainee=found, paid_date=typed["paid_date"], reference=typed["reference"], by=account, at=now
        ),
    )
    return redirect("placements:trainee", pk=pk)


@login_required
@require_POST
def trainee_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a recorded payment back."""
    found, account, now = _host_or_refuse(request, pk, of="supporter"), signed_in(request), timezone.now()
    form, payment = ReasonForm(request.POST, auto_id="back_%s"), stipends.standing_payment(found)
    if not form.is_valid():
        return _page(request, found, back_form=form)
    if payment is None:
        messages.error(request, _("No payment stands, so there is nothing to take back."))
        return redirect("placements:trainee", pk=pk)
    reason = form.cleaned_data["reason"]
    carry_out(
        request,
        _("The payment is taken back. Record the right one."),
        lambda: stipends.reverse_stipend(payment=payment, reason=reason, by=account, at=now),
    )
    return redirect("placements:trainee", pk=pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def places(request: HttpRequest) -> HttpResponse:
    """承接名额: how many trainees a host takes in a year."""
    account, now = account_of(request, Act.BREAK_DOWN_QUOTA), timezone.now()
    today, plan = timezone.localdate(now), plan_or_404(queries.TRAINEES)
    reach = associations_where(account, Act.BREAK_DOWN_QUOTA, on=today)
    hosts = queries.hosts(plan.programme.code, reach)
    form = PlacesForm(request.POST or None, hosts=list(hosts), initial={"year": today.year})
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            operations.set_places(
                plan=plan,
                supporter=desk.supporter_of(typed["host"]),
                host=typed["host"],
                year=typed["year"],
                places=typed["places"],
                basis=typed["basis"],
                by=account,
                at=now,
            )
        except RegisterRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The places are set."))
            return redirect("placements:places")
    shares = queries.shares(plan, hosts)
    context = {"tab": "trainees", "form": form, "shares": shares}
    return render(request, "programmes/placements_places.html", context, status=422 if form.errors else 200)
