"""My hours (我的学时) and the watch record behind each entry."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from courses.credits import queries, records
from courses.credits.forms import YearForm
from qianchang.people.models import Account
from qianchang.people.queries import lawyer_of


@login_required
@require_safe
def my_hours(request: HttpRequest) -> HttpResponse:
    """One's own accounting year: what is credited, what is required, and every entry."""
    at = timezone.now()
    lawyer = lawyer_of(request.user) if isinstance(request.user, Account) else None
    if lawyer is None:
        return render(request, "courses/credits/no_hours.html", status=403)
    form = YearForm(request.GET)
    wanted = form.cleaned_data["year"] if form.is_valid() else None
    try:
        year = queries.year_of(lawyer, year=wanted, at=at)
    except queries.NoCreditRule as error:
        raise Http404 from error
    context = {"page": records.year_page(lawyer, year, at=at)}
    return render(request, "courses/credits/my_hours.html", context)


@login_required
@require_safe
def rules_page(request: HttpRequest) -> HttpResponse:
    """The whole rule by which one's own hours are reckoned, in words."""
    lawyer = lawyer_of(request.user) if isinstance(request.user, Account) else None
    if lawyer is None:
        return render(request, "courses/credits/no_hours.html", status=403)
    try:
        page = records.rule_page(lawyer, at=timezone.now())
    except queries.NoCreditRule as error:
        raise Http404 from error
    return render(request, "courses/credits/rules.html", {"page": page})


@login_required
@require_safe
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """What one entry stands on. Only its lawyer sees it, and the officer who may see named hours."""
    if not isinstance(request.user, Account):
        raise Http404
    at = timezone.now()
    try:
        found = queries.entry_for(request.user, pk, at=at)
    except queries.EntryUnknown as error:
        raise Http404 from error
    context = {"page": records.entry_page(found, viewer=request.user, at=at)}
    return render(request, "courses/credits/entry.html", context)
