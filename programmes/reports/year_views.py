"""The page of a year with its reports, and their files."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from programmes.plans.models import Plan
from programmes.reports import behind, desk, evidence_pack, files, recognition, year_papers
from programmes.reports.models import Side
from programmes.reports.papers import Paper
from programmes.reports.views import account_of, as_file, on_plan, plan_of
from qianchang.groundwork import audit, vault
from qianchang.people.models import Account
from qianchang.people.permissions import Act, may, require

FORMATS = ("docx", "xlsx", "pdf")
YEARS = range(2012, 2100)


@dataclass(frozen=True)
class Kind:
    """One report of a year: what it is called, for which sides it is made, who may have it besides, and which page has the
    rows behind its numbers.
    """

    title: str | Promise
    sides: tuple[Side, ...]
    act: Act
    make: Callable[[Plan, desk.Whose, int, datetime], Paper]
    rows: str = ""


def _giver(make: Callable[..., Paper]) -> Callable[[Plan, desk.Whose, int, datetime], Paper]:
    return lambda plan, whose, year, at: make(plan, association=whose.association, year=year, at=at)


def _progress(plan: Plan, whose: desk.Whose, year: int, at: datetime) -> Paper:
    return year_papers.progress(plan, association=whose.association, side=whose.side, year=year, at=at)


GIVER, BOTH = (Side.SUPPORTER,), (Side.SUPPORTER, Side.BENEFICIARY)
KINDS: dict[str, Kind] = {
    "plan": Kind(_("Breakdown of the year"), GIVER, Act.SEE_RETURN, _giver(year_papers.year_plan)),
    "progress": Kind(_("Progress by region, mode and year"), BOTH, Act.SEE_RETURN, _progress),
    "december": Kind(
        _("Return of 30 December"),
        GIVER,
        Act.SEE_RETURN,
        _giver(year_papers.december),
        "placements:donations",
    ),
    "trainees": Kind(
        _("Trainees and stipends"), GIVER, Act.SEE_RETURN, _giver(year_papers.trainees), "placements:trainees"
    ),
    "vehicles": Kind(
        _("Vehicles by donor and year"),
        GIVER,
        Act.SEE_RETURN,
        _giver(year_papers.vehicles),
        "placements:donations",
    ),
    "recognition": Kind(_("Sheet of recognition"), GIVER, Act.MAKE_RETURN, _giver(recognition.sheet)),
}


@login_required
@require_safe
def year(request: HttpRequest, year: int) -> HttpResponse:
    """年度总结."""
    account, plan, today = account_of(request), plan_of(request), timezone.localdate()
    whose, choices = _whose(account, plan, year, request.GET.get("of", ""))
    paper, years = year_papers.progress_with_rows(
        plan, association=whose.association, side=whose.side, year=year, at=timezone.now()
    )
    context = {
        "year": year,
        "years": (year - 1, year + 1),
        "whose": whose,
        "choices": choices,
        "plan": plan,
        "kinds": [
            (key, kind.title, reverse(kind.rows) if kind.rows else "")
            for key, kind in KINDS.items()
            if _opens(account, kind, whose)
        ],
        "formats": FORMATS,
        "may_pack": desk.may_make(account, whose, on=today),
        "months": [f"{year}-{month:02d}" for month in range(1, 13)],
        "sections": behind.shown(paper, behind.of_progress(years)),
    }
    return render(request, "programmes/reports/year.html", context)


@login_required
@require_safe
def year_file(request: HttpRequest, year: int, of: str, kind: str, format: str) -> HttpResponse:
    """One report of a year as a file."""
    account, plan = account_of(request), plan_of(request)
    whose, _choices = _whose(account, plan, year, of)
    wanted = KINDS.get(kind)
    if wanted is None or format not in FORMATS or not _opens(account, wanted, whose):
        raise Http404
    paper = wanted.make(plan, whose, year, timezone.now())
    return as_file(files.render(paper, format=format), name=paper.name, format=format)


@login_required
@require_safe
def evidence(request: HttpRequest, year: int, of: str) -> HttpResponse:
    """The evidence pack of a year."""
    account, plan, today = account_of(request), plan_of(request), timezone.localdate()
    require(account, Act.MAKE_RETURN, on=today)
    whose, _choices = _whose(account, plan, year, of)
    if not desk.may_make(account, whose, on=today):
        raise Http404
    try:
        archive = evidence_pack.pack(
            plan, association=whose.association, side=whose.side, year=year, at=timezone.now()
        )
    except evidence_pack.PackTooLarge as refusal:
        return _back(request, plan, year, whose, str(refusal))
    except vault.MissingFile as missing:
        said = gettext(
            "A file of the evidence is not as it was handed in (SHA-256 %(digest)s). Tell the administrator; "
            "no pack was made."
        )
        return _back(request, plan, year, whose, said % {"digest": str(missing)[:12]})
    # It holds sheets with names, so it is known who took it away, and when.
    audit.record(
        "exported",
        object_type="export",
        object_key="evidence pack",
        by=account,
        at=timezone.now(),
        association=whose.association.code,
        side=whose.side.value,
        year=year,
    )
    name = f"evidence-{plan.code}-{whose.association.code}-{year}"
    return as_file(archive, name=name, format="zip")


def _back(request: HttpRequest, plan: Plan, year: int, whose: desk.Whose, said: str) -> HttpResponse:
    messages.error(request, said)
    return redirect(on_plan(plan, "reports:year", year, of=whose.key))


@login_required
@require_safe
def national_recognition(request: HttpRequest, year: int, format: str) -> HttpResponse:
    """The sheet of recognition of all associations, without names of lecturers."""
    account, plan = account_of(request), plan_of(request)
    require(account, Act.MAKE_BULLETIN, on=timezone.localdate())
    if format not in FORMATS or year not in YEARS:
        raise Http404
    paper = recognition.sheet(plan, year=year, at=timezone.now())
    return as_file(files.render(paper, format=format), name=paper.name, format=format)


def _whose(account: Account, plan: Plan, year: int, key: str) -> tuple[desk.Whose, list[desk.Whose]]:
    today = timezone.localdate()
    require(account, Act.SEE_RETURN, on=today)
    found = desk.whose_of(account, plan, key, on=today)
    if found is None or year not in YEARS:
        raise Http404
    return found


def _opens(account: Account, kind: Kind, whose: desk.Whose) -> bool:
    on = timezone.localdate()
    return whose.side in kind.sides and may(account, kind.act, on=on, association=whose.association)
