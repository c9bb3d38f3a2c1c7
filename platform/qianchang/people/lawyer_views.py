"""One lawyer at the office: where they practised and practise, as what they count and why, and what an officer may
record about it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qianchang.people import eligibility, facts, rules
from qianchang.people.lawyer_forms import DECISION_FORMS, REFUSALS, ROSTER_FORMS, AnyForm
from qianchang.people.models import Account, EligibilityOverride, Lawyer
from qianchang.people.permissions import Act, lawyers_where, may, require


@dataclass(frozen=True)
class CountsAs:
    """One category as the page shows it: the answer, and why."""

    category: str
    counts: bool | None
    why: str


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def lawyer(request: HttpRequest, pk: int) -> HttpResponse:
    """One lawyer of one's roster."""
    account, now = request.user, timezone.now()
    if not isinstance(account, Account):
        raise Http404
    today = timezone.localdate(now)
    require(account, Act.SEE_ROSTER, on=today)
    found = _with_history().filter(lawyers_where(account, Act.SEE_ROSTER, on=today), pk=pk).first()
    if found is None:
        raise Http404
    kinds = _forms_open_to(account, found, today=today)
    chosen = request.POST.get("act", "") if request.method == "POST" else ""
    if request.method == "POST" and chosen not in kinds:
        require(account, Act.IMPORT_ROSTER, on=today, lawyer=found)
        raise Http404
    forms = {
        name: kind(
            request.POST if name == chosen else None,
            lawyer=found,
            by=account,
            today=today,
            prefix=name,
        )
        for name, kind in kinds.items()
    }
    if chosen and forms[chosen].is_valid():
        try:
            forms[chosen].carry_out(at=now)
        except REFUSALS as refusal:
            forms[chosen].add_error(None, str(refusal))
        else:
            messages.success(request, str(forms[chosen].done))
            return redirect("roster:lawyer", found.pk)
    context = {
        "lawyer": found,
        "place": eligibility.place_on(found, today),
        "counts_as": list(_counts_as(found, today=today)),
        "forms": forms,
        "failed": forms.get(chosen),
        "chosen": chosen,
        "sees_hours": may(account, Act.SEE_NAMED_HOURS, on=today, lawyer=found),
    }
    status = 200 if not chosen else 422
    return render(request, "people/lawyer.html", context, status=status)


def _with_history() -> Any:
    return Lawyer.objects.select_related(*eligibility.JOINED, "account").prefetch_related(
        *eligibility.DATED, "practices", "eligibility_overrides__by"
    )


def _forms_open_to(account: Account, found: Lawyer, *, today: date) -> dict[str, type[AnyForm]]:
    kinds: dict[str, type[AnyForm]] = {}
    if may(account, Act.IMPORT_ROSTER, on=today, lawyer=found):
        kinds |= ROSTER_FORMS
    if facts.may_override(account, found, on=today):
        kinds |= DECISION_FORMS
    if "end" in kinds and all(each.valid_until for each in found.eligibility_overrides.all()):
        del kinds["end"]
    return kinds


def _counts_as(found: Lawyer, *, today: date) -> Iterator[CountsAs]:
    for category, decision in eligibility.decisions(found, today).items():
        label = str(EligibilityOverride.Category(category).label)
        yield CountsAs(label, decision.counts, _why(decision))


def _why(decision: rules.Decision) -> str:
    if decision.counts is None:
        return _("the roster has no birth year")
    if decision.by == "override":
        return _("decided by an officer: %(document)s") % {"document": decision.source}
    if decision.source:
        return _("by the list: %(code)s, %(document)s") % {"code": decision.code, "document": decision.source}
    if decision.code:
        return _("by the firm's region %(code)s") % {"code": decision.code}
    return _("by the rule") if decision.by == "rule" else _("on no list")
