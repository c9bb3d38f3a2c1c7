"""Which associations ask their officers for a second factor, and how far they are."""

from typing import Any

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from qianchang.people import reauthentication, second_factor
from qianchang.people.forms import ask_kindly
from qianchang.people.models import Account, Association, RoleGrant
from qianchang.people.permissions import Act, require

A_PAGE = 50


class RequirementForm(forms.Form):
    """From which day an association asks for it."""

    association = forms.ModelChoiceField(
        label=_("Association"),
        queryset=Association.objects.order_by("code"),
        empty_label=_("Choose an association"),
        error_messages={"invalid_choice": _("Choose an association from the list.")},
    )
    from_date = forms.DateField(
        label=_("Asked for from"),
        help_text=_("Give officers a week to set it up. Empty: not asked for any more."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": _("Type the day as 2026-11-30.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_kindly({"association": self.fields["association"]})


@login_required
@reauthentication.required
@require_http_methods(["GET", "HEAD", "POST"])
def requirements(request: HttpRequest) -> HttpResponse:
    """Associations with what they ask and how many of their officers have a second factor; the form to change it."""
    account, now = request.user, timezone.now()
    if not isinstance(account, Account):
        raise Http404
    today = timezone.localdate(now)
    require(account, Act.MANAGE_USERS, on=today)
    form = RequirementForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        second_factor.require_of_officers(
            association=form.cleaned_data["association"],
            from_date=form.cleaned_data["from_date"],
            by=account,
            at=now,
        )
        messages.success(request, _now("Saved."))
        return redirect("manage:second_factor")
    has_one = Authenticator.objects.filter(user_id=OuterRef("account_id"), type__in=second_factor.KINDS)
    day = Q(valid_from__lte=today) & (Q(valid_until=None) | Q(valid_until__gt=today))
    officers = (
        RoleGrant.objects.filter(day, association__isnull=False)
        .exclude(role=RoleGrant.Role.EXPERT)
        .values("association__code", "association__name_zh", "association__second_factor_required_from")
        .annotate(officers=Count("account", distinct=True))
        .annotate(ready=Count("account", distinct=True, filter=Exists(has_one)))
        .order_by("association__code")
    )
    page = Paginator(officers, A_PAGE).get_page(request.GET.get("page"))
    status = 422 if form.is_bound else 200
    return render(request, "people/second_factor.html", {"form": form, "page": page}, status=status)
