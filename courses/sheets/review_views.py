"""Pages of the second person: a sheet with its photos beside it, confirmed or returned; and of two keyings that contradict
each other.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from courses.sheets import access, answers, deciding, entry, operations, proving, queries, rules
from courses.sheets.deciding import UnableToDecide
from courses.sheets.models import Sheet, SheetCredit, SheetDecision, SheetVersion
from courses.sheets.operations import UnableToKey
from courses.sheets.rules import KeyedRow
from courses.sheets.views import account_of, sheet_for
from qianchang.groundwork.buttons import carry_out
from qianchang.people.models import Account
from qianchang.people.permissions import Act


@dataclass(frozen=True)
class Difference:
    """What another version says of a person whom this one says something else of."""

    row: int
    name: str
    now: str
    before: str


@dataclass(frozen=True)
class Choice:
    """One person of whom two keyings say different things, and what each says."""

    number: int
    name: str
    ours: str
    theirs: str


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, sheet: int) -> HttpResponse:
    """What was reported, with its photos beside it: confirm it or return it. It is never confirmed by itself."""
    account, now = account_of(request), timezone.now()
    found = sheet_for(account, sheet)
    if not access.may_confirm(account, found, on=timezone.localdate(now)):
        raise Http404
    if request.method == "POST":
        return _decided(request, account, found, now)
    if found.state not in (Sheet.State.REPORTED, Sheet.State.CONFIRMED):
        return redirect("sheets:sheet", found.pk)
    return render(request, "courses/sheets/review.html", _review_context(found, account, now))


def _decided(request: HttpRequest, account: Account, sheet: Sheet, now: datetime) -> HttpResponse:
    said = request.POST.get("version", "")
    version = int(said) if said.isascii() and said.isdecimal() and len(said) < 6 else None
    action = request.POST.get("action", "")
    if action not in ("confirm", "return"):
        raise Http404
    try:
        if action == "confirm":
            hours = _hours(request.POST.get("hours", ""))
            decision = deciding.confirm(sheet=sheet, version=version, hours=hours, by=account, at=now)
            credited = SheetCredit.objects.filter(row__version=decision.version_id).count()
            messages.success(
                request,
                ngettext(
                    "Confirmed. %(count)d lawyer has the hours.",
                    "Confirmed. %(count)d lawyers have their hours.",
                    credited,
                )
                % {"count": credited}
                if decision.grade != "C"
                else _("Confirmed, without hours: a list alone gives none."),
            )
        else:
            reason = request.POST.get("reason", "")
            deciding.return_sheet(sheet=sheet, reason=reason, version=version, by=account, at=now)
            messages.success(request, _("Returned. Whoever keyed it sees the reason."))
    except UnableToDecide as refusal:
        messages.error(request, str(refusal))
        return redirect("sheets:review", sheet.pk)
    return redirect("sheets:sheet", sheet.pk)


def _hours(said: str) -> Decimal | None:
    """The hours that stood on the button; None where nothing was said."""
    return Decimal(said) if re.fullmatch(r"\d{1,6}\.\d", said, re.ASCII) else None


def _review_context(sheet: Sheet, account: Account, now: datetime) -> dict[str, object]:
    said = queries.reported(sheet)
    version = said.version if said else None
    if said is None or version is None:
        raise Http404
    page = entry.entry_page(sheet, account, at=now, version=version)
    decided = queries.last_decision(sheet)
    if decided is not None and decided.proof is not None:
        proof, right = proving.as_decided(sheet, decided.proof)
    else:
        right = queries.codes_right(sheet, version.codes)
        proof = proving.proof_of(sheet, version, right=right)
    differences = _differences(sheet, version) if page.sees_names else []
    return {
        "page": page,
        "sheet": sheet,
        "said": said,
        "version": version,
        "proof": proof,
        # What was decided stays, also where it would be judged otherwise today.
        "grade": (decided.grade if decided is not None else "") or rules.evidence_grade(proof),
        "codes": list(zip(page.codes, right, strict=False)),
        "differences": differences,
        "changed": {each.row for each in differences},
        "late": proving.late_rows(sheet, version, queries.keyed_of(version).rows),
        "unknown": [row for row in page.rows if row.lawyer is None and not row.other],
        "refusal": deciding.why_not_confirm(sheet, version, said, account),
        "hours": page.totals.hours,
        "waits": sheet.state == Sheet.State.REPORTED,
    }


def _differences(sheet: Sheet, version: SheetVersion) -> list[Difference]:
    """Where a version says something else than what was reported or returned before it, or than another keying of it.
    At most four queries.
    """
    earlier = (
        SheetDecision.objects.filter(sheet=sheet, version__isnull=False, version__number__lt=version.number)
        .select_related("version")
        .order_by("-pk")
        .first()
    )
    other = version.merges or (earlier.version if earlier else None)
    if other is None:
        return []
    now = {row.key: row for row in queries.keyed_of(version).rows}
    before = {row.key: row for row in queries.keyed_of(other).rows}
    changed = rules.changed_keys(before, now)
    numbers = {key: number for number, key in enumerate(now, start=1)}
    return [
        Difference(
            numbers.get(key, 0),
            (now.get(key) or before[key]).name,
            answers.words_of(now.get(key)),
            answers.words_of(before.get(key)),
        )
        for key in sorted(changed, key=lambda each: numbers.get(each, 0))
    ]


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def conflict(request: HttpRequest, sheet: int) -> HttpResponse:
    """Two keyings of one sheet side by side: for each person choose what is right."""
    account, now = account_of(request), timezone.now()
    found = sheet_for(account, sheet)
    on = timezone.localdate(now)
    if not access.may_key(account, found, on=on):
        raise PermissionDenied(Act.ENTER_ATTENDANCE.value)
    if not access.sees_names(account, found, on=on):
        raise Http404
    heads = queries.heads(found)
    if len(heads) < 2 or found.state not in operations.KEYABLE:
        return redirect("sheets:sheet", found.pk)
    ours, theirs = heads[-1], heads[-2]
    together = operations.clashes_between(ours, theirs)
    if request.method == "POST":
        return _chosen(request, account, found, ours, theirs, together, now)
    return _asked(request, found, ours, theirs, together)


def _asked(
    request: HttpRequest,
    sheet: Sheet,
    ours: SheetVersion,
    theirs: SheetVersion,
    together: rules.Merged,
    status: int = 200,
) -> HttpResponse:
    choices = [
        Choice(
            number,
            (clash.ours or clash.theirs or KeyedRow()).name,
            answers.words_of(clash.ours),
            answers.words_of(clash.theirs),
        )
        for number, clash in enumerate(together.clashes, start=1)
    ]
    context = {
        "sheet": sheet,
        "title": entry.title_of(sheet),
        "ours": ours,
        "theirs": theirs,
        "choices": choices,
        "codes_clash": together.codes_clash,
        "unanswered": status != 200,
    }
    return render(request, "courses/sheets/conflict.html", context, status=status)


def _chosen(
    request: HttpRequest,
    account: Account,
    sheet: Sheet,
    ours: SheetVersion,
    theirs: SheetVersion,
    together: rules.Merged,
    now: datetime,
) -> HttpResponse:
    if (request.POST.get("ours"), request.POST.get("theirs")) != (str(ours.number), str(theirs.number)):
        messages.error(request, _("The sheet was keyed once more meanwhile. Look at the new versions."))
        return redirect("sheets:conflict", sheet.pk)
    said = {
        clash.key: request.POST.get(f"choice-{number}", "")
        for number, clash in enumerate(together.clashes, start=1)
    }
    codes = request.POST.get("codes", "") if together.codes_clash else "ours"
    if any(each not in ("ours", "theirs") for each in (*said.values(), codes)):
        messages.error(request, _("Choose one of the two for every row."))
        return _asked(request, sheet, ours, theirs, together, status=422)
    right = {
        clash.key: clash.ours if said[clash.key] == "ours" else clash.theirs for clash in together.clashes
    }
    rows = []
    for row in together.keyed.rows:
        chosen = right.get(row.key, row)
        if chosen is not None:
            rows.append(chosen)
    keyed = replace(
        together.keyed,
        rows=tuple(rows),
        codes=tuple(ours.codes if codes == "ours" else theirs.codes)
        if together.codes_clash
        else together.keyed.codes,
    )
    reports = request.POST.get("action") == "report"
    try:
        operations.save_version(
            sheet=sheet,
            keyed=keyed,
            base=ours.number,
            merges=theirs.number,
            origin=SheetVersion.Origin.TYPED,
            draft_id=uuid4(),
            by=account,
            at=now,
        )
    except UnableToKey as refusal:
        messages.error(request, str(refusal))
        return redirect("sheets:conflict", sheet.pk)
    if reports:
        carry_out(
            request,
            _("Reported to %(association)s.") % {"association": sheet.association.name},
            lambda: deciding.report(sheet=sheet, by=account, at=now),
            refusals=(UnableToDecide, UnableToKey),
        )
    else:
        messages.success(request, _("Chosen. Look at the sheet, then report it."))
    return redirect("sheets:sheet", sheet.pk)


@login_required
@require_POST
def withdraw(request: HttpRequest, sheet: int) -> HttpResponse:
    """Take a report back to change the sheet."""
    account, found = _keyer(request, sheet)
    carry_out(
        request,
        _("Withdrawn. Change it and report it again."),
        lambda: deciding.withdraw(sheet=found, by=account, at=timezone.now()),
        refusals=UnableToDecide,
    )
    return redirect("sheets:sheet", found.pk)


@login_required
@require_POST
def cancel(request: HttpRequest, sheet: int) -> HttpResponse:
    """Cancel a sheet because nothing was held."""
    account, found = _keyer(request, sheet)
    carry_out(
        request,
        _("Cancelled: nothing was held. Nobody is reminded of it any more."),
        lambda: deciding.cancel(sheet=found, by=account, at=timezone.now()),
        refusals=UnableToDecide,
    )
    return redirect("sheets:sheet", found.pk)


def _keyer(request: HttpRequest, sheet: int) -> tuple[Account, Sheet]:
    account = account_of(request)
    found = sheet_for(account, sheet)
    if not access.may_key(account, found, on=timezone.localdate()):
        raise PermissionDenied(Act.ENTER_ATTENDANCE.value)
    return account, found
