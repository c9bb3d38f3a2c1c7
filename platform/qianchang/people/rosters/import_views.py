"""The five steps of a roster import: choose the file, match the columns, check, import, send invitations."""

import logging
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qianchang.groundwork.spreadsheets import Unreadable
from qianchang.people import invitations, unmasking, walls
from qianchang.people.models import Account, Lawyer, Region, RosterAbsence, RosterImport, RosterRow
from qianchang.people.permissions import Act, lawyers_where
from qianchang.people.rosters import (
    absences,
    exports,
    importing,
    intake,
    mending,
    queries,
    undoing,
    wording,
    working,
)
from qianchang.people.rosters.columns import Heading, samples
from qianchang.people.rosters.faults import LEAVE_OUT, Group
from qianchang.people.rosters.forms import ColumnsForm, FileForm
from qianchang.people.rosters.list_views import as_file, officer
from qianchang.people.rosters.sheets import unpack

logger = logging.getLogger(__name__)

PAGE = 20
State = RosterImport.State
# So few rows are checked while the officer waits: the answer comes sooner than a worker would.
AT_ONCE = 5000
_OUTCOMES = RosterRow.Outcome


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_import(request: HttpRequest) -> HttpResponse:
    """Step 1: choose the file. Below it the imports of before."""
    account, now = officer(request, Act.IMPORT_ROSTER), timezone.now()
    today = timezone.localdate(now)
    posted = request.method == "POST"
    form = FileForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        associations=queries.associations_to_import(account, on=today),
        label_suffix="",
    )
    if posted and form.is_valid():
        try:
            taken = intake.take_in(
                association=form.cleaned_data["association"],
                file=form.cleaned_data["file"],
                by=account,
                at=now,
            )
        except Unreadable as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect("roster:import", taken.pk)
    context = {
        "form": form,
        "step": 1,
        "page": Paginator(queries.imports_seen_by(account, on=today), PAGE).get_page(request.GET.get("page")),
        "no_counties": not Region.objects.filter(level=Region.Level.COUNTY).exists(),
    }
    return render(request, "people/roster/new.html", context, status=422 if form.errors else 200)


@never_cache
@login_required
@require_safe
def one_import(request: HttpRequest, pk: int) -> HttpResponse:
    """Where an import stands: its columns, how far the work is, or what the check found."""
    account = officer(request, Act.IMPORT_ROSTER)
    found = import_for(account, pk)
    if found.state == State.READ and not found.erased_at:
        return _columns_page(request, found, _columns_form(found, None))
    if found.state in RosterImport.WORKING:
        return _under_way(request, found)
    return _results(request, found)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def match_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Step 2: say which column holds what. Small files are checked at once."""
    account, now = officer(request, Act.IMPORT_ROSTER), timezone.now()
    found = import_for(account, pk)
    if not intake.may_be_matched(found) or found.erased_at:
        return redirect("roster:import", pk)
    form = _columns_form(found, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            confirmed = intake.confirm_columns(
                roster_import=found,
                heading_row=found.heading_row,
                chosen=form.chosen(),
                stands_on=form.stands(),
                by=account,
                at=now,
            )
        except intake.UnableToImport as refusal:
            form.add_error(None, str(refusal))
        else:
            if confirmed.rows_read <= AT_ONCE:
                _check_at_once(confirmed.pk)
            return redirect("roster:import", pk)
    return _columns_page(request, found, form)


@login_required
@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Import, take up again what stopped, take every proposal, undo, or cancel."""
    account, now = officer(request, Act.IMPORT_ROSTER), timezone.now()
    found = import_for(account, pk)
    acts: dict[str, Callable[[], object]] = {
        "import": lambda: importing.begin(
            roster_import=found, by=account, at=now, seen=request.POST.get("seen", "")
        ),
        "again": lambda: intake.try_again(roster_import=found, by=account, at=now),
        "proposals": lambda: mending.take_all_proposals(roster_import=found, by=account, at=now),
        "undo": lambda: undoing.begin(roster_import=found, by=account, at=now),
        "cancel": lambda: intake.cancel(roster_import=found, by=account, at=now),
    }
    do = request.POST.get("do", "")
    if do not in acts:
        raise Http404
    try:
        acts[do]()
    except intake.UnableToImport as refusal:
        messages.error(request, str(refusal))
        return redirect("roster:import", pk)
    if do == "cancel":
        messages.success(request, _("Cancelled. Nothing reached the roster."))
        return redirect("roster:new_import")
    return redirect("roster:import", pk)


@login_required
@require_safe
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Step 4: what is about to happen, once more, or the same for an undo."""
    account = officer(request, Act.IMPORT_ROSTER)
    found = import_for(account, pk)
    undo = request.GET.get("undo") == "1" and (
        found.state == State.IMPORTED or found.failed_while == State.IMPORTING
    )
    if found.state not in RosterImport.SETTLED and not undo:
        return redirect("roster:import", pk)
    waiting = importing.waiting(found).count()
    context = _frame(found, step=4) | {
        "waiting": waiting,
        "seen": importing.version(found),
        "undo": undo,
    }
    return render(request, "people/roster/confirm.html", context)


@never_cache
@login_required
@require_safe
def faulty_rows(request: HttpRequest, pk: int) -> HttpResponse:
    """The faulty rows as Excel, with the mistakes marked."""
    account, now = officer(request, Act.IMPORT_ROSTER), timezone.now()
    found = import_for(account, pk, with_sheet=True)
    if found.sheet is None or not found.faulty:
        raise Http404
    reason = _("put right the rows of import %(number)d") % {"number": found.pk}
    unmasking.record_export(what="faulty roster rows", rows=found.faulty, reason=reason, by=account, at=now)
    return as_file(exports.faulty_rows_file(found), f"roster-{found.pk}-faulty.xlsx")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def missing_people(request: HttpRequest, pk: int) -> HttpResponse:
    """Who stands on the roster and not in the file, and what is decided about each."""
    account, now = officer(request, Act.IMPORT_ROSTER), timezone.now()
    found = import_for(account, pk)
    if request.method == "POST":
        decision = request.POST.get("decision", "")
        absence = found.absences.filter(pk=_number(request.POST.get("absence"))).first()
        if absence is None or decision not in RosterAbsence.Decision.values:
            raise Http404
        absence.roster_import = found
        try:
            absences.decide(absence=absence, decision=decision, by=account, at=now)
        except intake.UnableToImport as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Recorded."))
        return redirect("roster:missing", pk)
    context = _frame(found, step=3) | {
        "page": Paginator(queries.absences_of(found), PAGE).get_page(request.GET.get("page")),
        "decisions": RosterAbsence.Decision.choices,
        "open": found.state in RosterImport.SETTLED and found.erased_at is None,
    }
    return render(request, "people/roster/missing.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def activation(request: HttpRequest, pk: int) -> HttpResponse:
    """Step 5: tell those who have no account how to get one; how many by which way stands there first."""
    account, now = officer(request, Act.IMPORT_ROSTER), timezone.now()
    found = import_for(account, pk)
    if found.state != State.IMPORTED:
        return redirect("roster:import", pk)
    numbers = found.rows.exclude(outcome=_OUTCOMES.FAULTY).exclude(left_out=True).exclude(licence_number="")
    lawyers = list(
        # A row that is not imported yet may name somebody whom another association has entered meanwhile.
        Lawyer.objects.filter(lawyers_where(account, Act.IMPORT_ROSTER, on=timezone.localdate(now)))
        .filter(licence_number__in=numbers.values("licence_number"), account=None)
        .values_list("pk", flat=True)
    )
    if request.method == "POST":
        sent = invitations.invite_lawyers(lawyer_ids=lawyers, by=account, at=now)
        messages.success(
            request,
            ngettext(
                "%(count)d message is on its way.",
                "%(count)d messages are on their way.",
                sent.by_sms + sent.by_email,
            )
            % {"count": sent.by_sms + sent.by_email},
        )
        return redirect("roster:activation", pk)
    counted = invitations.count_invitations(lawyer_ids=lawyers, at=now)
    context = _frame(found, step=5) | {
        "counted": counted,
        "messages_to_send": counted.by_sms + counted.by_email,
    }
    return render(request, "people/roster/activation.html", context)


def import_for(account: Account, pk: int, *, with_sheet: bool = False) -> RosterImport:
    """Return an import of one's own associations; raise Http404 for every other number."""
    rows = queries.imports_seen_by(account, on=timezone.localdate())
    found = (rows.defer(None) if with_sheet else rows).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _check_at_once(number: int) -> None:
    """Check a small roster while the officer waits. If that fails, a worker tries again and says so in the end."""
    try:
        with walls.as_platform("check a small roster at once, as a worker would"):
            working.work(number)
    except Exception:
        logger.exception("roster import %s was not checked at once; a worker tries again", number)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else 0


def _frame(found: RosterImport, *, step: int) -> dict[str, Any]:
    return {"import": found, "step": step, "file_was": wording.file_was(found)}


def _columns_form(found: RosterImport, posted: Any) -> ColumnsForm:
    rows = unpack(found.sheet) if found.sheet else []
    heading = next((cells for number, cells in rows if number == found.heading_row), [])
    width = max((len(cells) for _number_, cells in rows[:50]), default=0)
    names = []
    for index in range(width):
        title = heading[index] if index < len(heading) else ""
        examples = samples(rows, Heading(found.heading_row, {}), index)
        what = title or _("Column %(number)d") % {"number": index + 1}
        names.append(f"{what}：{'、'.join(each[:20] for each in examples)}" if examples else what)
    initial = {field: str(index) for field, index in found.columns.items()}
    return ColumnsForm(
        posted, headings=names, initial={"stands_on": found.stands_on, **initial}, label_suffix=""
    )


def _columns_page(request: HttpRequest, found: RosterImport, form: ColumnsForm) -> HttpResponse:
    rows = unpack(found.sheet) if found.sheet else []
    context = _frame(found, step=2) | {
        "form": form,
        "count": sum(1 for number, _cells in rows if number > (found.heading_row or 0)),
    }
    return render(request, "people/roster/columns.html", context, status=422 if form.errors else 200)


def _under_way(request: HttpRequest, found: RosterImport) -> HttpResponse:
    step = 3 if found.state == State.CHECKING else 4
    still = request.GET.get("still") == "1"
    response = render(request, "people/roster/under_way.html", _frame(found, step=step) | {"still": still})
    if not still:
        # Whoever reads slowly, or has it read aloud, turns it off.
        response.headers["Refresh"] = "5"
    return response


def _results(request: HttpRequest, found: RosterImport) -> HttpResponse:
    outcome = request.GET.get("show", "")
    if outcome not in _OUTCOMES.values:
        outcome = _OUTCOMES.FAULTY if found.faulty else _OUTCOMES.NEW if found.new else _OUTCOMES.CHANGED
    group = request.GET.get("group", "")
    if group not in set(Group) or outcome != _OUTCOMES.FAULTY:
        group = ""
    page = Paginator(queries.rows_of(found, outcome=outcome, group=group), PAGE).get_page(
        request.GET.get("page")
    )
    now = timezone.now()
    ends = found.undo_ends_at()
    step = 4 if found.state == State.IMPORTED or found.failed_while in (State.IMPORTING, State.UNDOING) else 3
    half_imported = found.failed_while == State.IMPORTING
    context = _frame(found, step=step) | {
        "outcome": outcome,
        "numbers": [(value, getattr(found, value), str(label)) for value, label in _OUTCOMES.choices],
        "page": page,
        "lines": _lines(found, list(page), outcome),
        "groups": [(each.value, wording.GROUPS[each], many) for each, many in queries.faults_by_group(found)],
        "group": group,
        "query": urlencode({"show": outcome, "group": group} if group else {"show": outcome}),
        "focus": _number(request.GET.get("row")),
        "waiting": importing.waiting(found).count() if found.state in RosterImport.SETTLED else 0,
        "seen": importing.version(found) if found.state in RosterImport.SETTLED else "",
        "proposals": found.rows.filter(outcome=_OUTCOMES.FAULTY).exclude(proposal="").count(),
        "left_out": found.rows.filter(left_out=True).count(),
        "imported": found.rows.filter(imported_at__isnull=False).count(),
        "kept": found.rows.exclude(kept="").count(),
        "missing": found.absences.filter(decision="").count(),
        "may_undo": (found.state == State.IMPORTED or half_imported)
        and ends is not None
        and now < ends
        and not found.erased_at,
        "failure": wording.failure(found) if found.state == State.FAILED else "",
        "undo_ends": ends,
        "open": found.state in RosterImport.SETTLED and found.erased_at is None,
    }
    return render(request, "people/roster/results.html", context)


def _lines(found: RosterImport, rows: list[RosterRow], outcome: str) -> list[dict[str, Any]]:
    if outcome != _OUTCOMES.FAULTY:
        return [
            {"row": row, "changes": wording.changes(row), "repairs": wording.repairs(row)} for row in rows
        ]
    alike = queries.alike_counts(found, rows) if rows else {}
    return [
        {
            "row": row,
            "sentence": wording.sentence(row),
            "alike": alike[row.pk],
            "leave_out": row.fault in LEAVE_OUT or not row.field,
        }
        for row in rows
    ]
