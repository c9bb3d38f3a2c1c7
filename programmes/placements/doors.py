"""What every page of the registers begins with: who asks, which plan, which row, and how a refusal is said."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from programmes.placements import queries
from programmes.placements.refusals import RegisterRefusal
from programmes.plans.models import Plan
from qianchang.groundwork import buttons, tables
from qianchang.people.models import Account
from qianchang.people.permissions import Act, require

PAGE = 50


def account_of(request: HttpRequest, act: Act = Act.SEE_QUOTA_BOARD) -> Account:
    """Return who asks. Raises PermissionDenied unless there is something that they may do this act on."""
    if not isinstance(request.user, Account):
        raise PermissionDenied
    require(request.user, act, on=timezone.localdate())
    return request.user


def signed_in(request: HttpRequest) -> Account:
    """Return who asks, whatever they may do."""
    if not isinstance(request.user, Account):
        raise PermissionDenied
    return request.user


def plan_or_404(kind: str) -> Plan:
    """Return the plan of a register. Raises Http404 while no facts are loaded."""
    plan = queries.plan_of(kind)
    if plan is None:
        raise Http404
    return plan


def year_asked(request: HttpRequest) -> int | None:
    """Return the year in the address, or None."""
    year = request.GET.get("year", "")
    return int(year) if year.isdecimal() and len(year) == 4 else None


def one_of(request: HttpRequest, name: str, values: Any) -> str:
    """Return what the address says under a name, if it is one of the values; else nothing."""
    said = request.GET.get(name, "")
    return said if said in values else ""


def carry_out(request: HttpRequest, done: str, what: Callable[[], object]) -> None:
    """Do something with a register and say that it was done, or why not."""
    buttons.carry_out(request, done, what, refusals=RegisterRefusal)


def as_file(content: bytes, name: str) -> HttpResponse:
    """Return an Excel file that no cache keeps."""
    return HttpResponse(
        content,
        content_type=tables.XLSX,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )
