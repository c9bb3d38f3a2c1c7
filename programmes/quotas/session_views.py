"""安排场次、场次、巡讲: scheduling sessions and tours, one session, and what is done with a session that is to come."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses import api as courses
from courses.api import ClashWarning, SessionFact, Stop, TourFact
from programmes.quotas import desk, operations, queries, session_planning, wording
from programmes.quotas.forms import Choices, choices_for
from programmes.quotas.rules import State
from programmes.quotas.scope import Scope, scope_of
from programmes.quotas.session_forms import EventForm, MoreStopFormSet, StopFormSet, TourForm
from qianchang.groundwork.buttons import carry_out
from qianchang.people.models import Account
from qianchang.people.permissions import Act, may

REFUSALS = (courses.UnableToSchedule, operations.UnableToAttach)


@dataclass(frozen=True)
class Warning:
    """One clash in words; `code` is empty for a session that the reader may not open."""

    key: str
    words: str
    code: str


def _account(request: HttpRequest) -> Account:
    if not isinstance(request.user, Account):
        raise PermissionDenied
    return request.user


def _scheduler(request: HttpRequest) -> tuple[Account, Scope]:
    """Return who schedules and what they see. Raises PermissionDenied for whoever schedules nothing."""
    account, today = _account(request), timezone.localdate()
    scope = scope_of(account, on=today)
    if scope.is_empty or not may(account, Act.SCHEDULE_SESSION, on=today):
        raise PermissionDenied(Act.SCHEDULE_SESSION.value)
    return account, scope


# --- One event ------------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def session_new(request: HttpRequest) -> HttpResponse:
    """安排场次. What clashes is said first; whoever saw it schedules anyway."""
    account, scope = _scheduler(request)
    now, choices = timezone.now(), choices_for(scope)
    form = EventForm(request.POST or None, choices=choices, initial={"date": timezone.localdate(now)})
    warnings: list[Warning] = []
    if request.method == "POST" and choices.plans and form.is_valid():
        said = form.said()
        warnings = _unseen(
            request,
            courses.clash_warnings(
                lecture_id=said["lecture_id"],
                mode_code=said["mode_code"],
                beneficiaries=[each.pk for each in said["beneficiaries"]],
                date=said["date"],
                place=said["place"],
                begins_at=said["begins_at"],
            ),
            scope,
        )
        if not warnings:
            try:
                facts = session_planning.schedule_event(**said, by=account, at=now)
            except REFUSALS as refusal:
                form.add_error(None, str(refusal))
            else:
                _say_scheduled(request, facts)
                return redirect("quotas:session", code=facts[0].code)
    context = {"form": form, "choices": choices, "warnings": warnings}
    status = 422 if form.errors or warnings else 200
    return render(request, "programmes/session_new.html", context, status=status)


def _say_scheduled(request: HttpRequest, facts: Sequence[SessionFact]) -> None:
    codes = _(", ").join(fact.code for fact in facts)
    said = ngettext("Session %(code)s is scheduled.", "Sessions %(code)s are scheduled.", len(facts))
    messages.success(request, said % {"code": codes})


def _unseen(request: HttpRequest, found: Sequence[ClashWarning], scope: Scope) -> list[Warning]:
    """Return the warnings, unless all of them were on the page from which somebody schedules anyway."""
    seen = set(request.POST.getlist("seen")) if "anyway" in request.POST else set()
    if all(warning.key in seen for warning in found):
        return []
    return [_in_words(warning, scope) for warning in found]


def _in_words(warning: ClashWarning, scope: Scope) -> Warning:
    sees = scope.sees(supporter_id=warning.supporter_id, beneficiary_id=warning.beneficiary_id)
    words = courses.clash_sentence(warning, seen=sees)
    return Warning(key=warning.key, words=words, code=warning.code if sees else "")


# --- One session ----------------------------------------------------------------------------------------------


def _session_or_404(request: HttpRequest, code: str) -> desk.SessionPage:
    page = desk.session_page(_account(request), code=code, on=timezone.localdate())
    if page is None:
        raise Http404
    return page


@login_required
@require_safe
def session(request: HttpRequest, code: str) -> HttpResponse:
    """场次: one session with its evidence and its buttons."""
    account, today = _account(request), timezone.localdate()
    page = _session_or_404(request, code)
    scope = scope_of(account, on=today)
    sides = queries.associations([page.row.supporter, page.row.beneficiary])
    may_change = page.row.state in (State.PLANNED, State.SCHEDULED) and any(
        may(account, Act.SCHEDULE_SESSION, on=today, association=side) for side in sides.values()
    )
    context = {
        "page": page,
        "may_bind": may_change and page.row.state is State.PLANNED,
        "may_cancel": may_change,
        "may_reverse": any(line.state is State.COUNTED for line in page.plans)
        and any(may(account, Act.RETURN_SESSION, on=today, association=side) for side in sides.values()),
        "first": _fact_in(scope, page.fact.repeat_of_id),
        "together": _together(scope, page.fact),
        "tour": _tour_of(page.fact),
    }
    return render(request, "programmes/session.html", context)


def _fact_in(scope: Scope, number: int | None) -> SessionFact | None:
    if number is None:
        return None
    found = courses.session_facts(ids=[number])
    return next((fact for fact in found if _sees(scope, fact)), None)


def _together(scope: Scope, fact: SessionFact) -> list[SessionFact]:
    """The sessions of the same event, as far as the reader sees them."""
    if not fact.joint_event:
        return []
    return [
        each
        for each in courses.session_facts(joint_event=fact.joint_event)
        if each.id != fact.id and _sees(scope, each)
    ]


def _tour_of(fact: SessionFact) -> TourFact | None:
    return courses.tour_facts(ids=[fact.tour_id])[0] if fact.tour_id is not None else None


def _sees(scope: Scope, fact: SessionFact) -> bool:
    return scope.sees(supporter_id=fact.supporter_id, beneficiary_id=fact.beneficiary_id)


@login_required
@require_POST
def session_bind(request: HttpRequest, code: str) -> HttpResponse:
    """安排: make a planned session a scheduled one."""
    page = _session_or_404(request, code)
    carry_out(
        request,
        _("Scheduled. The region's lawyers are told of it."),
        lambda: courses.bind_session(session=page.fact, by=_account(request), at=timezone.now()),
        refusals=courses.UnableToSchedule,
    )
    return redirect("quotas:session", code=code)


@login_required
@require_POST
def session_cancel(request: HttpRequest, code: str) -> HttpResponse:
    """取消: a session that does not take place."""
    page = _session_or_404(request, code)
    carry_out(
        request,
        _("Cancelled. Whoever signed up is told."),
        lambda: courses.cancel_session(session=page.fact, by=_account(request), at=timezone.now()),
        refusals=courses.UnableToCancel,
    )
    return redirect("quotas:session", code=code)


# --- Tours ----------------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def tours(request: HttpRequest) -> HttpResponse:
    """巡讲: the tours, and the form that begins one with its stops."""
    account, today, now = _account(request), timezone.localdate(), timezone.now()
    scope = scope_of(account, on=today)
    if scope.is_empty:
        raise PermissionDenied(Act.SEE_QUOTA_BOARD.value)
    may_begin = may(account, Act.HOLD_SESSION, on=today) or (
        scope.sees_everything and may(account, Act.SCHEDULE_SESSION, on=today)
    )
    if request.method == "POST" and not may_begin:
        raise PermissionDenied(Act.SCHEDULE_SESSION.value)
    choices = _tour_choices(scope)
    form = TourForm(request.POST or None, choices=choices)
    stops = StopFormSet(request.POST or None, choices=choices, prefix="stop")
    warnings: list[Warning] = []
    if request.method == "POST" and choices.plans and all([form.is_valid(), stops.is_valid()]):
        said = stops.stops(form.chosen_lecture)
        warnings = _clashes_of(request, said, scope)
        if not warnings:
            try:
                tour = session_planning.begin_tour(
                    plan=form.chosen_plan,
                    title=form.cleaned_data["title"],
                    supporter=form.chosen_supporter,
                    stops=said,
                    by=account,
                    at=now,
                )
            except REFUSALS as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("The tour stands: every stop is a session."))
                return redirect("quotas:tour", pk=tour.id)
    found = courses.tour_facts(supporters=scope.supporters, beneficiaries=scope.beneficiaries)
    sides = queries.associations({tour.supporter_id for tour in found})
    context = {
        "lines": [(tour, wording.association_name(sides[tour.supporter_id])) for tour in found],
        "form": form,
        "stops": stops,
        "may_begin": may_begin and bool(choices.plans),
        "warnings": warnings,
    }
    status = 422 if form.errors or warnings or stops.total_error_count() else 200
    return render(request, "programmes/tours.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def tour(request: HttpRequest, pk: int) -> HttpResponse:
    """巡讲行程: the stops of one tour, and the form that adds some."""
    account, today, now = _account(request), timezone.localdate(), timezone.now()
    scope = scope_of(account, on=today)
    found = courses.tour_facts(ids=[pk], supporters=scope.supporters, beneficiaries=scope.beneficiaries)
    if not found:
        raise Http404
    shown = [stop for stop in courses.stops_of(pk) if _sees(scope, stop)]
    supporter = queries.associations([found[0].supporter_id])[found[0].supporter_id]
    may_add = may(account, Act.SCHEDULE_SESSION, on=today, association=supporter) and scope.gives(
        supporter.pk
    )
    if request.method == "POST" and not may_add:
        raise PermissionDenied(Act.SCHEDULE_SESSION.value)
    choices = _tour_choices(scope, only=supporter.pk)
    form = TourForm(request.POST or None, choices=choices, is_begun=True)
    stops = MoreStopFormSet(request.POST or None, choices=choices, prefix="stop")
    warnings: list[Warning] = []
    if request.method == "POST" and choices.plans and all([form.is_valid(), stops.is_valid()]):
        said = stops.stops(form.chosen_lecture)
        warnings = _clashes_of(request, said, scope)
        if not warnings:
            try:
                session_planning.add_stops(plan=form.chosen_plan, tour=pk, stops=said, by=account, at=now)
            except REFUSALS as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("The stops are added."))
                return redirect("quotas:tour", pk=pk)
    regions = queries.associations({stop.beneficiary_id for stop in shown})
    context = {
        "tour": found[0],
        "supporter": wording.association_name(supporter),
        "lines": [(stop, wording.region_of(regions[stop.beneficiary_id])) for stop in shown],
        "form": form,
        "stops": stops,
        "may_add": may_add and bool(choices.plans),
        "warnings": warnings,
    }
    status = 422 if form.errors or warnings or stops.total_error_count() else 200
    return render(request, "programmes/tour.html", context, status=status)


def _tour_choices(scope: Scope, *, only: int | None = None) -> Choices:
    """What a tour can be made of: the sides of the plans whose supporter the account gives for, or of that one alone."""
    choices = choices_for(scope)
    given = [
        each for each in choices.supporters if scope.gives(each.pk) and (only is None or each.pk == only)
    ]
    return Choices(
        plans=choices.plans if given else (), supporters=tuple(given), beneficiaries=choices.beneficiaries
    )


def _clashes_of(request: HttpRequest, stops: Sequence[Stop], scope: Scope) -> list[Warning]:
    found: dict[str, ClashWarning] = {}
    for stop in stops:
        for warning in courses.clash_warnings(
            lecture_id=stop.lecture_id,
            mode_code="onsite",
            beneficiaries=[stop.beneficiary.pk],
            date=stop.date,
            place=stop.place,
            begins_at=stop.begins_at,
        ):
            found.setdefault(warning.key, warning)
    return _unseen(request, list(found.values()), scope)
