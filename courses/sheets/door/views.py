"""到场码: the screen at the door and what somebody sees whose phone has read it."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from courses.sheets.door import codes, operations, rules
from courses.sheets.door.forms import WhoForm
from courses.sheets.door.operations import Identity, Reading, UnableToPass
from courses.sheets.door.rules import Direction, Token
from courses.sheets.models import Sheet
from qianchang.people.models import Account, Lawyer
from qianchang.people.queries import lawyer_of

# In the session: the codes that this browser has read, and by what it is told apart from other phones.
_READ, _PHONE = "door_read", "door_phone"
MOST_READ = 6


@dataclass(frozen=True)
class Read:
    """A code that this browser read: the number of the reading, when, and who was recorded by it ("" for nobody yet)."""

    scan_id: uuid.UUID
    at: datetime
    recorded: str = ""
    waits: bool = False

    def holds(self, now: datetime) -> bool:
        """Whether the form may still be sent."""
        return now - self.at <= timedelta(minutes=rules.FORM_MINUTES)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def arrive(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in or out at a door, by the code that a phone just read. The moment of reading counts, not of the form."""
    now, code = timezone.now(), codes.code_of(token)
    if code is None:
        return _refused(
            request, _("This is no code of a door. Scan the one on the screen again."), status=404
        )
    sheet = get_object_or_404(_sheets(), pk=code.sheet)
    read = _read(request, token)
    if read is None or (code.step is None and (_again(request) or not (read.recorded or read.holds(now)))):
        read = _reads_now(request, token, code, now)
    if read is None or not (read.recorded or read.holds(now)):
        return _refused(
            request,
            _("This code does not stand on the screen any more. Scan the one that stands there now."),
            410,
        )
    if read.recorded:
        return render(request, "courses/sheets/door_done.html", _context(sheet, code, read))
    why = operations.refusal(sheet, at=read.at)
    if why:
        return _refused(request, why, status=409)
    lawyer = lawyer_of(request.user)
    form, problem = WhoForm(request.POST if request.method == "POST" and lawyer is None else None), ""
    if request.method == "POST" and (lawyer is not None or form.is_valid()):
        try:
            return _arrived(request, token, code, read, lawyer, form, now)
        except UnableToPass as refusal:
            problem = str(refusal)
    context = {**_context(sheet, code, read), "form": form, "lawyer": lawyer, "problem": problem}
    status = 422 if problem or form.errors else 200
    return render(request, "courses/sheets/door_arrive.html", context, status=status)


def _arrived(
    request: HttpRequest,
    token: str,
    code: Token,
    read: Read,
    lawyer: Lawyer | None,
    form: WhoForm,
    now: datetime,
) -> HttpResponse:
    if not ratelimit.consume(request, action="door"):
        raise UnableToPass(_("Too many tries from this address. Wait a few minutes and try again."))
    typed = form.cleaned_data if lawyer is None else {}
    scan = operations.arrive(
        reading=Reading(
            scan_id=read.scan_id,
            sheet_id=code.sheet,
            direction=code.direction,
            at=read.at,
            printed=code.step is None,
            browser=_phone(request),
        ),
        who=Identity(lawyer, typed.get("name", ""), typed.get("licence_number", "")),
        by=request.user if isinstance(request.user, Account) else None,
        at=now,
    )
    _keep(request, token, Read(read.scan_id, read.at, scan.name, lawyer is None or scan.printed))
    return redirect("sheets:arrive", token)


# --- What this browser has read ---------------------------------------------------------------------------------


def _read(request: HttpRequest, token: str) -> Read | None:
    kept = request.session.get(_READ, {}).get(token)
    if kept is None:
        return None
    return Read(uuid.UUID(kept["scan"]), datetime.fromisoformat(kept["at"]), kept["name"], kept["waits"])


def _reads_now(request: HttpRequest, token: str, code: Token, now: datetime) -> Read | None:
    """A code is read once by one browser, while it stands there."""
    if code.step is not None and not rules.is_fresh(code.step, now):
        return None
    read = Read(uuid.uuid4(), now)
    _keep(request, token, read)
    return read


def _again(request: HttpRequest) -> bool:
    """The code on paper is the same for everybody: a second person with this phone says so."""
    return request.method == "GET" and "again" in request.GET


def _keep(request: HttpRequest, token: str, read: Read) -> None:
    kept: dict[str, Any] = {
        key: value for key, value in request.session.get(_READ, {}).items() if key != token
    }
    kept[token] = {
        "scan": str(read.scan_id),
        "at": read.at.isoformat(),
        "name": read.recorded,
        "waits": read.waits,
    }
    request.session[_READ] = dict(list(kept.items())[-MOST_READ:])
    _phone(request)


def _phone(request: HttpRequest) -> str:
    known: str = request.session.setdefault(_PHONE, uuid.uuid4().hex)
    return known


# --- Pages ------------------------------------------------------------------------------------------------------


def _sheets() -> Any:
    return Sheet.objects.select_related("session__lecture_version__lecture")


def _context(sheet: Sheet, code: Token, read: Read) -> dict[str, Any]:
    return {
        "sheet": sheet,
        "lecture": sheet.session.lecture_version.lecture,
        "is_out": code.direction is Direction.OUT,
        "on_paper": code.step is None,
        "read": read,
    }


def _refused(request: HttpRequest, why: str, status: int) -> HttpResponse:
    return render(request, "courses/sheets/door_refused.html", {"why": why}, status=status)
