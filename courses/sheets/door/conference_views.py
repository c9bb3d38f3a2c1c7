"""场次的签到点: the rooms of a session on site or by telephone, its logs, and the codes that the host speaks."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from courses.schedule.evidence import own_lecturer
from courses.schedule.models import Evidence, TrainingSession
from courses.schedule.rules import ONSITE, TELECONFERENCE
from courses.sheets import access
from courses.sheets.door import conference
from courses.sheets.door.taking import UnableToTake
from courses.sheets.models import Sheet
from courses.sheets.operations import UnableToKey
from courses.sheets.scheduling import UnableToOpen
from qianchang.people.models import Account
from qianchang.people.permissions import Act


class LogForm(forms.Form):
    """Which log becomes the sheet, and from when until when the conference was held."""

    log = forms.ModelChoiceField(queryset=Evidence.objects.none(), widget=forms.HiddenInput)
    begins_at = forms.TimeField(label=gettext_lazy("Begins at"), input_formats=["%H:%M"])
    ends_at = forms.TimeField(label=gettext_lazy("Ends at"), input_formats=["%H:%M"])

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        piece: int | str,
        logs: list[Evidence],
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, auto_id=f"id_{piece}_%s", initial=initial)
        self.fields["log"] = forms.ModelChoiceField(
            queryset=Evidence.objects.filter(pk__in=[each.pk for each in logs]), widget=forms.HiddenInput
        )
        for field, example in (("begins_at", "9:00"), ("ends_at", "11:00")):
            self.fields[field].widget = forms.TimeInput(format="%H:%M", attrs={"placeholder": example})


@dataclass(frozen=True)
class LogLine:
    """One log on the page, with the form that makes a sheet of it."""

    piece: Evidence
    form: LogForm


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rooms(request: HttpRequest, code: str) -> HttpResponse:
    """Where a session on site or by telephone was heard: its sheets, and the logs of the conference. A lecturer sees
    those of the own session on site, to run its door.
    """
    account, session = _session(request, code)
    on = timezone.localdate()
    may_open = access.may_schedule(account, session, None, on=on)
    if session.mode.code not in (ONSITE, TELECONFERENCE) or not (
        may_open or own_lecturer(account, session) is not None
    ):
        raise Http404
    if request.method == "POST" and not may_open:
        raise PermissionDenied(Act.SCHEDULE_SCREENING.value)
    logs = conference.logs_of(session) if session.mode.code == TELECONFERENCE else []
    sent = LogForm(request.POST, piece="sent", logs=logs) if request.method == "POST" else None
    problem = ""
    if sent is not None and sent.is_valid():
        try:
            return _taken(session, sent, account, request)
        except (UnableToTake, UnableToKey, UnableToOpen) as refusal:
            problem = str(refusal)
    context = {
        "session": session,
        "lecture": session.lecture_version.lecture,
        "sheets": _sheets(session),
        "logs": [LogLine(each, _form_of(each, session, logs, sent)) for each in logs],
        "may_open": may_open,
        "is_conference": session.mode.code == TELECONFERENCE,
        "may_speak": conference.may_speak(account, session, on=on),
        "problem": problem,
    }
    status = 422 if problem or (sent is not None and sent.errors) else 200
    return render(request, "courses/sheets/door_rooms.html", context, status=status)


@login_required
@never_cache
@require_safe
def codes(request: HttpRequest, code: str) -> HttpResponse:
    """The slip of the host: which code is said when. Whoever copies the codes never sees it."""
    account, session = _session(request, code)
    if not conference.may_speak(account, session, on=timezone.localdate()):
        raise Http404
    context = {
        "session": session,
        "lecture": session.lecture_version.lecture,
        "codes": conference.codes_to_speak(session),
    }
    return render(request, "courses/sheets/door_codes.html", context)


def _taken(session: TrainingSession, form: LogForm, account: Account, request: HttpRequest) -> HttpResponse:
    said = form.cleaned_data
    sheet, saved = conference.sheet_of_log(
        session=session,
        log=said["log"],
        begins_at=said["begins_at"],
        ends_at=said["ends_at"],
        by=account,
        at=timezone.now(),
    )
    people = saved.version.rows.filter(lawyer__isnull=False).count()
    messages.success(
        request,
        ngettext(
            "%(many)d lawyer of the log stands on the sheet. Look through it, then report it.",
            "%(many)d lawyers of the log stand on the sheet. Look through it, then report it.",
            people,
        )
        % {"many": people},
    )
    return redirect("sheets:sheet", sheet.pk)


def _form_of(
    piece: Evidence, session: TrainingSession, logs: list[Evidence], sent: LogForm | None
) -> LogForm:
    if sent is not None and sent.data.get("log") == str(piece.pk):
        return sent
    begins, ends = conference.hours_said(session)
    return LogForm(piece=piece.pk, logs=logs, initial={"log": piece.pk, "begins_at": begins, "ends_at": ends})


def _sheets(session: TrainingSession) -> list[Sheet]:
    rows = Sheet.objects.filter(session=session).select_related("session", "region")
    return list(rows.order_by("ordinal"))


def _session(request: HttpRequest, code: str) -> tuple[Account, TrainingSession]:
    account = request.user
    if not isinstance(account, Account):
        raise PermissionDenied
    rows = TrainingSession.objects.select_related(
        "lecture_version__lecture",
        "mode",
        "supporter__parent__parent",
        "beneficiary__parent__parent",
        "beneficiary__jurisdiction",
        "notice",
        "details",
    )
    return account, get_object_or_404(rows, code=code)
