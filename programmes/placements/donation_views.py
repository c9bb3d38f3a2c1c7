"""Pages of 百所百车 and donated computers: list, a new gift, one gift on its way to being verified."""

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

from programmes.placements import desk, donations, exports, queries
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
from programmes.placements.forms import DeliveryForm, DonationForm, ReasonForm
from programmes.placements.models import Donation
from programmes.placements.refusals import RegisterRefusal
from programmes.placements.scope import scope_of
from qianchang.people.permissions import Act, may, require


def _asked(request: HttpRequest) -> dict[str, Any]:
    return {
        "year": year_asked(request),
        "kind": one_of(request, "kind", Donation.Kind.values),
        "state": one_of(request, "state", Donation.State.values),
    }


@login_required
@require_safe
def donation_list(request: HttpRequest) -> HttpResponse:
    """百所百车: shares by donor and year, and every gift that the viewer sees."""
    account, today = account_of(request), timezone.localdate()
    plan, scope, asked = plan_or_404(queries.DONATIONS), scope_of(account, on=today), _asked(request)
    page = Paginator(desk.donations(scope, **asked), PAGE).get_page(request.GET.get("page"))
    sees_donors = scope.everything or bool(scope.given)
    donors = queries.donor_rows(plan, scope.shares("donor")) if sees_donors else []
    context = {
        "tab": "donations",
        "plan": plan,
        "page": page,
        "lines": [(row, desk.tag_of(row), desk.state_of(row)) for row in page.object_list],
        "asked": asked,
        "query": "&".join(f"{name}={value}" for name, value in asked.items() if value),
        "kinds": Donation.Kind.choices,
        "states": Donation.State.choices,
        "donors": donors,
        "years": _years(donors),
        "whole": _sums(donors),
        "figures": queries.figures(plan),
        "may_record": may(account, Act.RECORD_DONATION, on=today),
    }
    return render(request, "programmes/placements_donations.html", context)


def _sums(donors: list[queries.DonorYear]) -> dict[str, Any]:
    names = ("promised", "given", "verified", "value_cny")
    return {name: sum(getattr(row, name) for row in donors) for name in names}


def _years(donors: list[queries.DonorYear]) -> list[dict[str, Any]]:
    years = sorted({row.year for row in donors})
    return [{"year": year, **_sums([row for row in donors if row.year == year])} for year in years]


@login_required
@require_safe
def donation_file(request: HttpRequest) -> HttpResponse:
    """The same list as Excel."""
    account, today = account_of(request), timezone.localdate()
    rows = desk.donations(scope_of(account, on=today), **_asked(request))
    return as_file(exports.donations_file(rows), f"donations-{today}.xlsx")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def donation_new(request: HttpRequest) -> HttpResponse:
    """登记捐赠: enter a gift."""
    account, now = account_of(request, Act.RECORD_DONATION), timezone.now()
    today = timezone.localdate(now)
    form = DonationForm(
        request.POST or None,
        donors=desk.donors_of(account, on=today),
        beneficiaries=desk.beneficiaries(),
        initial={"year": today.year, "quantity": 1},
    )
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        computers = typed["kind"] == Donation.Kind.COMPUTERS
        try:
            donation = donations.record_donation(
                plan=plan_or_404(queries.COUNTY_TRAINING if computers else queries.DONATIONS),
                supporter=desk.supporter_of(typed["donor"]),
                donor=typed["donor"],
                beneficiary=typed["beneficiary"],
                year=typed["year"],
                gift=donations.Gift(
                    kind=typed["kind"],
                    value_cny=typed["value_cny"],
                    quantity=typed["quantity"],
                    description=typed["description"],
                ),
                firm=typed["firm"],
                by=account,
                at=now,
            )
        except RegisterRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Entered. Record the delivery next."))
            return redirect("placements:donation", pk=donation.pk)
    context = {"tab": "donations", "form": form}
    return render(
        request, "programmes/placements_donation_new.html", context, status=422 if form.errors else 200
    )


def _donation_or_404(request: HttpRequest, pk: int) -> Donation:
    donation = desk.donation_of(signed_in(request), pk, on=timezone.localdate())
    if donation is None:
        raise Http404
    return donation


def _page(request: HttpRequest, donation: Donation, **forms: Form) -> HttpResponse:
    today = timezone.localdate()
    firm = donation.firm.name if donation.firm else ""
    context: dict[str, Any] = {
        "tab": "donations",
        "page": desk.donation_page(signed_in(request), donation, on=today),
        "delivery_form": DeliveryForm(auto_id="deliver_%s", initial={"firm": firm, "delivered_date": today}),
        "withdraw_form": ReasonForm(auto_id="withdraw_%s"),
        "reverse_form": ReasonForm(auto_id="reverse_%s"),
        "sent": next(iter(forms.values()), None),
        **forms,
    }
    return render(request, "programmes/placements_donation.html", context, status=422 if forms else 200)


@login_required
@require_safe
def donation(request: HttpRequest, pk: int) -> HttpResponse:
    """One gift."""
    return _page(request, _donation_or_404(request, pk))


def _giver_or_refuse(request: HttpRequest, pk: int) -> Donation:
    found = _donation_or_404(request, pk)
    require(signed_in(request), Act.RECORD_DONATION, on=timezone.localdate(), association=found.donor)
    return found


def _receiver_or_refuse(request: HttpRequest, pk: int) -> Donation:
    found = _donation_or_404(request, pk)
    require(signed_in(request), Act.VERIFY_DONATION, on=timezone.localdate(), association=found.beneficiary)
    return found


@login_required
@require_POST
def donation_deliver(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that a gift was handed over."""
    found, account, now = _giver_or_refuse(request, pk), signed_in(request), timezone.now()
    form = DeliveryForm(request.POST, auto_id="deliver_%s", among=[found.beneficiary_id])
    if not form.is_valid():
        return _page(request, found, delivery_form=form)
    typed = form.cleaned_data
    carry_out(
        request,
        _("Recorded as delivered. %(association)s verifies next.") % {"association": found.beneficiary.name},
        lambda: donations.deliver_donation(
            donation=found,
            firm=typed["firm"],
            delivered_date=typed["delivered_date"],
            by=account,
            at=now,
        ),
    )
    return redirect("placements:donation", pk=pk)


@login_required
@require_POST
def donation_verify(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a gift arrived."""
    found, account, now = _receiver_or_refuse(request, pk), signed_in(request), timezone.now()
    done = _("Verified. It counts from now on.")
    carry_out(request, done, lambda: donations.verify_donation(donation=found, by=account, at=now))
    return redirect("placements:donation", pk=pk)


@login_required
@require_POST
def donation_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw a gift that is not verified."""
    found, account, now = _giver_or_refuse(request, pk), signed_in(request), timezone.now()
    form = ReasonForm(request.POST, auto_id="withdraw_%s")
    if not form.is_valid():
        return _page(request, found, withdraw_form=form)
    reason = form.cleaned_data["reason"]
    carry_out(
        request,
        _("Withdrawn. It stays in the register and counts for nothing."),
        lambda: donations.withdraw_donation(donation=found, reason=reason, by=account, at=now),
    )
    return redirect("placements:donation", pk=pk)


@login_required
@require_POST
def donation_reverse(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a verified gift back."""
    found, account, now = _receiver_or_refuse(request, pk), signed_in(request), timezone.now()
    form = ReasonForm(request.POST, auto_id="reverse_%s")
    if not form.is_valid():
        return _page(request, found, reverse_form=form)
    reason = form.cleaned_data["reason"]
    carry_out(
        request,
        _("Taken back. It counts no more."),
        lambda: donations.reverse_donation(donation=found, reason=reason, by=account, at=now),
    )
    return redirect("placements:donation", pk=pk)
