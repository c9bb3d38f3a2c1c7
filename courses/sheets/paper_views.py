"""The sheet on paper and in Excel, and the photos that come back."""

from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from courses.schedule.evidence import JPEG, UnableToAddEvidence
from courses.sheets import (
    access,
    entry,
    filing,
    matching,
    operations,
    printing,
    queries,
    rules,
    scheduling,
    spreadsheet,
)
from courses.sheets.entry import Fault
from courses.sheets.filing import UnableToFile
from courses.sheets.models import Sheet, SheetFile, SheetVersion
from courses.sheets.operations import UnableToKey
from courses.sheets.scheduling import UnableToOpen
from courses.sheets.spreadsheet import UnusableFile
from courses.sheets.views import accepted_files, account_of, faults_of, sheet_for
from qianchang.groundwork import vault
from qianchang.groundwork.tables import XLSX
from qianchang.people.models import Account
from qianchang.people.permissions import Act

ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg"}


@login_required
@never_cache
@require_safe
def print_page(request: HttpRequest, sheet: int) -> HttpResponse:
    """The blank sheet to print: one county, twenty rows a page; `?pdf` as a file."""
    account = account_of(request)
    found = sheet_for(account, sheet)
    on = timezone.localdate()
    # Who does not see the roster prints lines to write the names on.
    lawyers = matching.roster_of(found, by=account, on=on) if access.sees_names(account, found, on=on) else []
    if "pdf" in request.GET:
        answer = HttpResponse(printing.blank_sheet(found, lawyers=lawyers), content_type="application/pdf")
        answer["Content-Disposition"] = (
            content_disposition_header(True, f"{found.number}.pdf") or "attachment"
        )
        return answer
    context = {"paper": printing.paper_of(found, lawyers), "sheet": found}
    return render(request, "courses/sheets/print.html", context)


@login_required
@never_cache
@require_safe
def template(request: HttpRequest, sheet: int) -> HttpResponse:
    """The Excel file of a sheet, with who is expected on it."""
    account, found = _keyer(request, sheet)
    names = access.sees_names(account, found, on=timezone.localdate())
    roster = matching.roster_of(found, by=account, on=timezone.localdate()) if names else []
    # What stands on the sheet already goes along, so that a file can be finished at home.
    version = queries.current_version(found) if names else None
    keyed = queries.keyed_of(version).rows if version else ()
    rows = entry.with_roster(keyed, roster)
    made = spreadsheet.template(found, rows, codes=len(queries.codes_asked(found)))
    answer = HttpResponse(made, content_type=XLSX)
    answer["Content-Disposition"] = content_disposition_header(True, f"{found.number}.xlsx") or "attachment"
    return answer


@login_required
@require_POST
def disc(request: HttpRequest, sheet: int) -> HttpResponse:
    """Say which disc was shown in a room, where that was not known when it was scheduled or was written wrong."""
    account, found = _keyer(request, sheet)
    try:
        scheduling.name_disc(
            sheet=found, serial=request.POST.get("serial", ""), by=account, at=timezone.now()
        )
    except UnableToOpen as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Saved."))
    return redirect("sheets:sheet", found.pk)


@login_required
@require_POST
def excel(request: HttpRequest, sheet: int) -> HttpResponse:
    """A filled-in Excel file: it becomes a version of its own, or it is said row by row what is wrong with it."""
    account, found = _keyer(request, sheet)
    file, now = request.FILES.get("file"), timezone.now()
    try:
        if file is None:
            raise UnusableFile(_("Choose the Excel file first."))
        if (file.size or 0) > spreadsheet.LIMITS.bytes:
            raise UnusableFile(_("The file is larger than 2 MB. Keep only the columns of the template."))
        keyed, bad = spreadsheet.read(file.read(), sheet=found)
        if bad:
            errors = [Fault(None, "", each.text) for each in bad]
            return _refused(request, found, account, keyed, errors)
        version = queries.current_version(found)
        try:
            saved = operations.save_version(
                sheet=found,
                keyed=keyed,
                base=version.number if version else None,
                origin=SheetVersion.Origin.EXCEL,
                draft_id=uuid4(),
                by=account,
                at=now,
            )
        except operations.FaultyRows as refusal:
            return _refused(request, found, account, keyed, list(faults_of(refusal)))
    except (UnusableFile, UnableToKey) as refusal:
        messages.error(request, str(refusal))
        return redirect("sheets:sheet", found.pk)
    count = len(keyed.rows)
    messages.success(
        request,
        ngettext(
            "%(count)d person was taken over from the file.",
            "%(count)d people were taken over from the file.",
            count,
        )
        % {"count": count}
        + " "
        + _("Look at the sheet, then report it."),
    )
    return redirect("sheets:sheet" if saved.is_clean else "sheets:conflict", found.pk)


def _refused(
    request: HttpRequest, sheet: Sheet, account: Account, keyed: rules.Keyed, errors: list[Fault]
) -> HttpResponse:
    """Show what the file says with what is wrong with it; nothing was kept."""
    version = queries.current_version(sheet)
    page = entry.entry_page(
        sheet,
        account,
        at=timezone.now(),
        sent=matching.matched(
            rules.tidied(keyed), sheet, by=account, at=timezone.now(), on=timezone.localdate()
        ),
        base=version.number if version else None,
        errors=errors,
    )
    if not page.is_open:
        return redirect("sheets:sheet", sheet.pk)
    return render(request, "courses/sheets/entry.html", {"page": page, "sheet": sheet}, status=422)


@login_required
@require_POST
def files(request: HttpRequest, sheet: int) -> HttpResponse:
    """Photos of the signed paper and of the room come in, or one is taken out (`withdraw`)."""
    account, found = _keyer(request, sheet)
    as_json, now = "application/json" in request.headers.get("Accept", ""), timezone.now()
    try:
        number = request.POST.get("withdraw", "")
        if number.isascii() and number.isdecimal():
            filing.withdraw_file(sheet=found, file=int(number), by=account, at=now)
            made = []
        else:
            made = _taken(request, found, account)
    except (UnableToFile, UnableToAddEvidence) as refusal:
        if as_json:
            return JsonResponse({"error": str(refusal)}, status=422)
        messages.error(request, str(refusal))
        return redirect("sheets:sheet", found.pk)
    if as_json:
        lines = [entry.file_line(each, account) for each in made]
        return JsonResponse(
            {
                "files": [
                    {"id": each.pk, "kind": each.kind, "size": each.size, "url": each.url} for each in lines
                ]
            }
        )
    messages.success(request, _("Saved."))
    return redirect("sheets:sheet", found.pk)


def _taken(request: HttpRequest, sheet: Sheet, account: Account) -> list[SheetFile]:
    kind = request.POST.get("kind", "")
    if kind not in SheetFile.Kind.values:
        raise UnableToFile(_("Say whether it is a photo of the sheet or of the room."))
    looked_at = accepted_files(request, "file", kind)
    if not looked_at:
        raise UnableToFile(_("Choose a file first."))
    now = timezone.now()
    return [filing.add_file(sheet=sheet, kind=kind, file=each, by=account, at=now) for each in looked_at]


@login_required
@never_cache
@require_safe
def file(request: HttpRequest, sheet: int, file: int) -> HttpResponse:
    """One photo, for who may see the sheet and came by an address that was signed for them a moment ago."""
    account = account_of(request)
    found = sheet_for(account, sheet)
    row = get_object_or_404(SheetFile, sheet=found, pk=file)
    if not vault.opens(request.GET.get("key", ""), row.sha256, viewer=account.pk):
        messages.info(request, _("This address of the file was too old. Open the file again from here."))
        return redirect("sheets:sheet", found.pk)
    answer = HttpResponse(vault.read(row.sha256), content_type=row.content_type)
    name = f"{found.number}-{row.kind}-{row.pk}.{ENDINGS.get(row.content_type, 'bin')}"
    answer["Content-Disposition"] = content_disposition_header(row.content_type != JPEG, name) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def _keyer(request: HttpRequest, sheet: int) -> tuple[Account, Sheet]:
    account = account_of(request)
    found = sheet_for(account, sheet)
    if not access.may_key(account, found, on=timezone.localdate()):
        raise PermissionDenied(Act.ENTER_ATTENDANCE.value)
    if not access.sees_names(account, found, on=timezone.localdate()):
        raise Http404
    return account, found
