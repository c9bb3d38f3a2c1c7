"""凭证材料: the evidence of one session, what is missing of it, and the ways to hand it in."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, BinaryIO, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from courses.schedule import counties, evidence, log_import, named_papers, queries, registries
from courses.schedule.checklist import HANDED_IN
from courses.schedule.contacts import KEYED_IN_BY_THE_CONTACT, OF_THE_CONTACT
from courses.schedule.evidence import UnableToAddEvidence
from courses.schedule.evidence_forms import DetailsForm
from courses.schedule.log_import import LogPage
from courses.schedule.models import Evidence, TrainingSession
from qianchang.groundwork import vault
from qianchang.people.models import Account
from qianchang.people.permissions import Act, may

Kind = Evidence.Kind
ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "text/csv": "csv"}
# What the file chooser of a kind offers; the server looks at the bytes itself.
OFFERED = {
    Kind.PHOTO: "image/jpeg,image/png,image/webp",
    Kind.MEETING_LOG: ".csv,.xlsx,.xls,.ods,.txt",
}
PAPERS = "application/pdf,image/jpeg,image/png,image/webp"
MOST_AT_ONCE = 10


@dataclass(frozen=True)
class Line:
    """One piece on the page; `url` is signed for this reader and holds a few minutes. A paper with names that is not for
    this reader has none, and shows its SHA-256.
    """

    piece: Evidence
    url: str
    log: LogPage | None = None
    elsewhere: tuple[str, ...] = ()
    may_change: bool = False

    @property
    def digest(self) -> tuple[str, ...]:
        """The SHA-256 of a paper whose names this reader does not read, in parts between which a line may break."""
        if self.url or self.piece.kind not in named_papers.NAMING:
            return ()
        return tuple(self.piece.sha256[start : start + 8] for start in range(0, 64, 8))


@dataclass(frozen=True)
class Section:
    """The pieces of one kind, and what takes more of them."""

    kind: Kind
    lines: tuple[Line, ...]
    accept: str
    several: bool


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def evidence_page(request: HttpRequest, code: str) -> HttpResponse:
    """What a session of this mode asks for, what is there and what is missing; in any order."""
    account, now = _account(request), timezone.now()
    session = _session(account, code, on=timezone.localdate(now))
    may_add = evidence.may_add(account, session, on=timezone.localdate(now))
    only = _keyed_in_by(account, session, on=timezone.localdate(now))
    form = DetailsForm(session=session, only=only)
    if request.method == "POST":
        if not may_add:
            raise PermissionDenied(Act.ENTER_ATTENDANCE.value)
        if request.POST.get("action") == "details":
            form = DetailsForm(request.POST, session=session, only=only)
            if not form.is_valid():
                return _shown(request, account, session, form, may_add=may_add, now=now, status=422)
        try:
            _do(request, account, session, form, now)
        except UnableToAddEvidence as refusal:
            messages.error(request, str(refusal))
        return redirect("schedule:evidence", code)
    return _shown(request, account, session, form, may_add=may_add, now=now)


@login_required
@never_cache
@require_safe
def evidence_file(request: HttpRequest, code: str, piece: int) -> HttpResponse:
    """One file, for who may see the evidence and came by an address that was signed for them a moment ago."""
    account = _account(request)
    session = _session(account, code, on=timezone.localdate())
    found = get_object_or_404(session.evidence.exclude(sha256=""), pk=piece)
    named = found.kind in named_papers.NAMING
    if named and not named_papers.opened(account, session, [found], on=timezone.localdate()):
        raise Http404
    contact = evidence.is_only_contact(account, session, on=timezone.localdate())
    if not evidence.opens(account, found, only_contact=contact):
        raise Http404
    if not vault.opens(request.GET.get("key", ""), found.sha256, viewer=account.pk):
        messages.info(request, _("This address of the file was too old. Open the file again from here."))
        return redirect("schedule:evidence", code)
    answer = HttpResponse(vault.read(found.sha256), content_type=found.content_type)
    name = f"{code}-{found.kind}-{found.pk}.{ENDINGS.get(found.content_type, 'bin')}"
    is_picture = found.content_type == evidence.JPEG
    answer["Content-Disposition"] = content_disposition_header(not is_picture, name) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def _account(request: HttpRequest) -> Account:
    if not isinstance(request.user, Account):
        raise PermissionDenied
    return request.user


def _session(account: Account, code: str, *, on: date) -> TrainingSession:
    found = TrainingSession.objects.select_related(
        "lecture_version__lecture",
        "mode",
        "supporter__parent",
        "beneficiary__parent__parent",
        "county__parent__parent",
        "notice",
        "details",
    )
    session = get_object_or_404(found, code=code)
    if not evidence.may_see(account, session, on=on):
        raise Http404
    return session


def _keyed_in_by(account: Account, session: TrainingSession, *, on: date) -> tuple[str, ...] | None:
    """Return what the contact of the county keys in; None for everybody else, who keys in whatever the mode asks for."""
    return KEYED_IN_BY_THE_CONTACT if evidence.is_only_contact(account, session, on=on) else None


def _do(
    request: HttpRequest, account: Account, session: TrainingSession, form: DetailsForm, now: datetime
) -> None:
    action = request.POST.get("action", "")
    if action == "details":
        evidence.write_details(
            session=session,
            said=form.said(),
            seen_at=form.cleaned_data["seen"],
            by=account,
            at=now,
        )
        messages.success(request, _("Saved."))
    elif action == "add":
        _add(request, account, session, now)
    elif action == "withdraw":
        evidence.withdraw_file(session=session, piece=_number(request, "piece") or 0, by=account, at=now)
        messages.success(request, _("Taken out of the evidence."))
    elif action == "sign":
        evidence.sign(session=session, by=account, at=now)
        messages.success(request, _("Signed. Thank you."))
    elif action == "county":
        counties.set_county(session=session, said=request.POST.get("county", ""), by=account, at=now)
        messages.success(request, _("Saved."))
    else:
        raise Http404


def _add(request: HttpRequest, account: Account, session: TrainingSession, now: datetime) -> None:
    kind, files = request.POST.get("kind", ""), request.FILES.getlist("file")
    contact = evidence.is_only_contact(account, session, on=timezone.localdate(now))
    if kind not in HANDED_IN.get(session.mode.code, ()) or (contact and kind not in OF_THE_CONTACT):
        raise Http404
    if not files:
        raise UnableToAddEvidence(_("Choose a file first."))
    if len(files) > MOST_AT_ONCE:
        raise UnableToAddEvidence(_("Send %(count)d files at a time.") % {"count": MOST_AT_ONCE})
    replaces = _number(request, "replaces")
    if kind == Kind.MEETING_LOG:
        _add_log(request, account, session, files[0], replaces, now)
        return
    # All are looked at before the first is kept, and all stand or none, so that a refusal leaves nothing half done.
    looked_at = [evidence.accepted(kind, cast("BinaryIO", file), size_bytes=file.size or 0) for file in files]
    with transaction.atomic():
        for accepted in looked_at[: 1 if replaces else None]:
            evidence.add_file(
                session=session, kind=kind, file=accepted, replaces=replaces, by=account, at=now
            )
    number = 1 if replaces else len(looked_at)
    messages.success(
        request,
        ngettext("%(count)d file is kept.", "%(count)d files are kept.", number) % {"count": number},
    )


def _add_log(
    request: HttpRequest,
    account: Account,
    session: TrainingSession,
    file: UploadedFile,
    replaces: int | None,
    now: datetime,
) -> None:
    if (file.size or 0) > log_import.LIMITS.bytes:
        raise UnableToAddEvidence(_("The list is too large. Export the attendance list alone."))
    taken = log_import.import_log(session=session, content=file.read(), replaces=replaces, by=account, at=now)
    said = ngettext(
        "The log is kept: %(count)d person.", "The log is kept: %(count)d people.", taken.people
    ) % {"count": taken.people}
    if taken.unread:
        said += " " + _("Lines that could not be read: %(lines)s.") % {
            "lines": _(", ").join(str(number) for number in taken.unread[:20])
        }
    messages.success(request, said)


def _number(request: HttpRequest, name: str) -> int | None:
    said = request.POST.get(name, "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 18 else None


def _shown(
    request: HttpRequest,
    account: Account,
    session: TrainingSession,
    form: DetailsForm,
    *,
    may_add: bool,
    now: datetime,
    status: int = 200,
) -> HttpResponse:
    on = timezone.localdate(now)
    rows = list(
        session.evidence.select_related("uploaded_by", "lecturer", "replaced_by").order_by(
            "uploaded_at", "pk"
        )
    )
    standing = [row for row in rows if row.withdrawn_at is None]
    fact = queries.facts_of([session])[0]
    contact = evidence.is_only_contact(account, session, on=on)
    lecturer, at_desk = evidence.own_lecturer(account, session), evidence.is_officer(account, session, on=on)
    may_add = may_add and session.state != TrainingSession.State.CANCELLED
    opened = named_papers.opened(account, session, rows, on=on)
    sections = _sections(account, session, standing, opened, contact=contact, may_add=may_add, on=on)
    signatures = [row for row in standing if row.kind == Kind.SIGNATURE]
    context: dict[str, Any] = {
        "session": session,
        "fact": fact,
        "form": form,
        "sections": sections,
        "signatures": signatures,
        "room_papers": registries.room_papers(session, account, on=on),
        "may_add": may_add,
        "may_sign": lecturer is not None
        and session.state != TrainingSession.State.CANCELLED
        and session.date <= on
        and all(row.lecturer_id != lecturer.pk for row in signatures),
        "may_withdraw": session.state not in (TrainingSession.State.HELD, TrainingSession.State.CANCELLED),
        "earlier": [
            Line(row, _url(account, session, row, opened))
            for row in rows
            if row.withdrawn_at is not None and not contact
        ],
        "there": sum(item.present for item in fact.evidence),
        "missing": [item.label for item in fact.evidence if not item.present],
        "at_desk": at_desk,
        "is_contact": contact,
        "may_set_county": may_add and evidence.at_desk(account, session, on=on),
        # A lecturer has no desk.
        "layout": "desk.html" if at_desk else "courses/schedule/own_session.html",
    }
    return render(request, "courses/schedule/evidence.html", context, status=status)


def _sections(
    account: Account,
    session: TrainingSession,
    standing: list[Evidence],
    opened: Container[int],
    *,
    contact: bool,
    may_add: bool,
    on: date,
) -> list[Section]:
    """What stands, kind by kind, as far as the contact of the county (`contact`) or anybody else is asked for it."""
    elsewhere = {} if contact else _elsewhere(account, session, standing, on=on)
    at_desk = evidence.is_officer(account, session, on=on)
    return [
        Section(
            kind=kind,
            lines=tuple(
                Line(
                    row,
                    _url(account, session, row, opened)
                    if evidence.opens(account, row, only_contact=contact)
                    else "",
                    log_import.log_page(row, region=session.beneficiary, reader=account, on=on)
                    if kind == Kind.MEETING_LOG
                    else None,
                    elsewhere.get(row.sha256, ()),
                    may_add and evidence.may_change(account, row, at_desk=at_desk),
                )
                for row in standing
                if row.kind == kind
            ),
            accept=OFFERED.get(kind, PAPERS),
            several=kind != Kind.MEETING_LOG,
        )
        for kind in HANDED_IN.get(session.mode.code, ())
        if not contact or kind in OF_THE_CONTACT
    ]


def _url(account: Account, session: TrainingSession, row: Evidence, opened: Container[int]) -> str:
    """Return where a piece opens for this reader; a paper that names people is one of those `opened` or has no address."""
    if not row.sha256 or (row.kind in named_papers.NAMING and row.pk not in opened):
        return ""
    address = reverse("schedule:evidence_file", args=[session.code, row.pk])
    return f"{address}?{urlencode({'key': vault.sign(row.sha256, viewer=account.pk)})}"


def _elsewhere(
    account: Account, session: TrainingSession, standing: list[Evidence], *, on: date
) -> dict[str, tuple[str, ...]]:
    """The codes of other sessions in whose evidence the same files stand, as far as the reader sees those. One query."""
    digests = {row.sha256 for row in standing if row.sha256}
    same = Evidence.objects.filter(
        sha256__in=digests, withdrawn_at=None, session__supporter=session.supporter_id
    ).exclude(session=session)
    if session.joint_event:
        same = same.exclude(session__joint_event=session.joint_event)
    if not may(account, Act.HOLD_SESSION, on=on, association=session.supporter):
        same = same.filter(session__beneficiary=session.beneficiary_id)
    found: dict[str, set[str]] = {}
    for digest, code in same.values_list("sha256", "session__code"):
        found.setdefault(digest, set()).add(code)
    return {digest: tuple(sorted(codes)) for digest, codes in found.items()}
