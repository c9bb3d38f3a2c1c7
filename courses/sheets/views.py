"""Pages of the sheets: keying one, with or without script, and the JSON by which the page without a network sends it."""

from dataclasses import replace
from datetime import datetime
from typing import Any, BinaryIO, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from courses.schedule import evidence
from courses.schedule.evidence import Accepted, UnableToAddEvidence
from courses.sheets import (
    access,
    answers,
    deciding,
    elsewhere,
    entry,
    filing,
    operations,
    queries,
    reading,
    rules,
)
from courses.sheets.deciding import InConflict, UnableToDecide
from courses.sheets.entry import Fault
from courses.sheets.filing import UnableToFile
from courses.sheets.models import Sheet, SheetFile
from courses.sheets.operations import FaultyRows, Saved, SheetClosed, UnableToKey
from courses.sheets.reading import Sent, UnreadableSheet
from qianchang.people.models import Account
from qianchang.people.permissions import Act

MOST_AT_ONCE = 10
REFUSALS = (UnableToKey, UnableToDecide, UnableToFile, UnableToAddEvidence, UnreadableSheet)


def account_of(request: HttpRequest) -> Account:
    """Return who is signed in. Raises PermissionDenied."""
    if not isinstance(request.user, Account):
        raise PermissionDenied
    return request.user


def sheet_for(account: Account, number: int) -> Sheet:
    """Return a sheet that an account sees, with all that its pages show. Raises Http404."""
    found = Sheet.objects.select_related(
        "session__lecture_version__lecture",
        "session__mode",
        "session__supporter__parent__parent",
        "session__beneficiary__parent__parent",
        "association__parent__parent",
        "association__jurisdiction",
        "region__parent__parent",
        "disc",
    )
    sheet = found.filter(pk=number).first()
    if sheet is None or not access.may_see(account, sheet, on=timezone.localdate()):
        raise Http404
    return sheet


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sheet_page(request: HttpRequest, sheet: int) -> HttpResponse:
    """The sheet of one room: keyed by who may, read by who sees it."""
    account, now = account_of(request), timezone.now()
    found = sheet_for(account, sheet)
    may_key = access.may_key(account, found, on=timezone.localdate(now))
    if request.method != "POST":
        return _shown(request, found, entry.entry_page(found, account, at=now))
    if not may_key:
        raise PermissionDenied(Act.ENTER_ATTENDANCE.value)
    return _keyed(request, account, found, now)


def _shown(request: HttpRequest, sheet: Sheet, page: entry.EntryPage, status: int = 200) -> HttpResponse:
    keyable = page.may_key and page.is_open and page.sees_names
    template = "courses/sheets/entry.html" if keyable else "courses/sheets/sheet.html"
    return render(request, template, {"page": page, "sheet": sheet}, status=status)


def _keyed(request: HttpRequest, account: Account, sheet: Sheet, now: datetime) -> HttpResponse:
    """Do what the plain form asks for. What was typed is never lost: a refusal shows it again."""
    action = request.POST.get("action", "save")
    try:
        sent = reading.from_form(request.POST, sheet)
    except UnreadableSheet as refusal:
        messages.error(request, str(refusal))
        return redirect("sheets:sheet", sheet.pk)
    sent = _with_added(request, sent)
    if action in ("full", "rest", "add"):
        page = entry.entry_page(sheet, account, at=now, sent=_marked(sent, action).keyed, base=sent.base)
        return _shown(request, sheet, page)
    try:
        _keep_files(request, sheet, account, now)
        saved = _save(sheet, sent, account, now)
        if saved.is_clean and action == "report":
            deciding.report(sheet=sheet, by=account, at=now)
    except InConflict:
        return redirect("sheets:conflict", sheet.pk)
    except SheetClosed as refusal:
        messages.error(request, str(refusal))
        return redirect("sheets:sheet", sheet.pk)
    except REFUSALS as refusal:
        page = entry.entry_page(
            sheet, account, at=now, sent=sent.keyed, base=sent.base, errors=faults_of(refusal)
        )
        return _shown(request, sheet, page, status=422)
    if not saved.is_clean:
        messages.warning(request, _("A colleague keyed this sheet too. Both are kept; choose row by row."))
        return redirect("sheets:conflict", sheet.pk)
    said = _("Reported to %(association)s.") if action == "report" else _("Saved. Not reported yet.")
    messages.success(request, said % {"association": sheet.association.name})
    return redirect("sheets:sheet", sheet.pk)


def _marked(sent: Sent, action: str) -> Sent:
    """Mark everybody as there throughout, or those who are not marked as absent. Nothing is kept by it."""
    rows = sent.keyed.rows
    if action == "full":
        rows = tuple(replace(row, mark=rules.FULL, minutes=None) for row in rows)
    if action == "rest":
        rows = tuple(row if row.mark else replace(row, mark=rules.ABSENT) for row in rows)
    return replace(sent, keyed=replace(sent.keyed, rows=rows))


def _with_added(request: HttpRequest, sent: Sent) -> Sent:
    """Add the person whose name or licence number stands in the fields for somebody who is not on the roster."""
    said = {name: str(request.POST.get(f"new-{name}") or "").strip() for name in ("licence", "name", "firm")}
    if not (said["licence"] or said["name"]):
        return sent
    added = rules.KeyedRow(name=said["name"], licence_number=said["licence"], firm=said["firm"])
    return replace(sent, keyed=replace(sent.keyed, rows=(*sent.keyed.rows, added)))


def _save(sheet: Sheet, sent: Sent, account: Account, now: datetime) -> Saved:
    return operations.save_version(
        sheet=sheet,
        keyed=sent.keyed,
        base=sent.base,
        merges=sent.merges,
        origin=sent.origin,
        draft_id=sent.draft_id,
        keyed_at=sent.keyed_at,
        by=account,
        at=now,
    )


def _keep_files(request: HttpRequest, sheet: Sheet, account: Account, now: datetime) -> None:
    """Keep the photos of the form. They stand also where a row is refused: nobody photographs twice."""
    for kind in SheetFile.Kind:
        for file in accepted_files(request, kind.value, kind.value):
            filing.add_file(sheet=sheet, kind=kind.value, file=file, by=account, at=now)


def accepted_files(request: HttpRequest, field: str, kind: str) -> list[Accepted]:
    """Look at the files of a field, all of them before the first is kept. Raises UnableToAddEvidence."""
    files = request.FILES.getlist(field)
    if len(files) > MOST_AT_ONCE:
        raise UnableToAddEvidence(_("Send %(count)d files at a time.") % {"count": MOST_AT_ONCE})
    # A photo of the paper may be a scan, which is a PDF.
    looked_at_as = evidence.Kind.PHOTO if kind == SheetFile.Kind.PHOTO else evidence.Kind.SIGN_IN_SHEET
    return [
        evidence.accepted(looked_at_as, cast("BinaryIO", file), size_bytes=file.size or 0) for file in files
    ]


def faults_of(refusal: Exception) -> tuple[Fault, ...]:
    """Return what has to be changed: one thing for each row, or the refusal as it is."""
    if isinstance(refusal, FaultyRows):
        return tuple(
            Fault(fault.row, answers.FIELDS[fault.wrong], sentence)
            for fault, sentence in zip(refusal.faults, refusal.sentences, strict=True)
        )
    return (Fault(None, "", str(refusal)),)


@never_cache
@require_POST
def keyed(request: HttpRequest, sheet: int) -> HttpResponse:
    """Keep, and where it is asked for report, what a page keyed without a network; in any order, sent once or often."""
    if not isinstance(request.user, Account):
        words = _("You are signed out. Sign in again; what you keyed is kept on this computer.")
        return JsonResponse({"error": words, "sign_in": True}, status=403)
    account, now = request.user, timezone.now()
    found = sheet_for(account, sheet)
    if not access.may_key(account, found, on=timezone.localdate(now)):
        raise PermissionDenied(Act.ENTER_ATTENDANCE.value)
    saved: Saved | None = None
    try:
        sent = reading.from_json(request.body if request.content_type == "application/json" else b"", found)
        saved = _save(found, sent, account, now)
        if not saved.is_clean:
            return answers.beside(found, saved)
        if sent.report:
            deciding.report(sheet=found, by=account, at=now)
    except REFUSALS as refusal:
        return answers.refused(found, refusal, saved, faults_of(refusal))
    found.refresh_from_db(fields=["state"])
    odd = elsewhere.sentence(found, queries.keyed_of(saved.version), account, on=timezone.localdate(now))
    said = (
        _("Reported to %(association)s.") % {"association": found.association.name}
        if found.state == Sheet.State.REPORTED
        else _("Saved. Not reported yet.")
    )
    body: dict[str, Any] = {
        "version": saved.version.number,
        "state": found.state,
        "state_label": found.get_state_display(),
        "message": f"{said} {odd}".rstrip(),
    }
    return JsonResponse(body)
