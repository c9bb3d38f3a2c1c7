"""Pages of sticks: the lawyer's own, the desk's, the files of one, and the two places where records are brought back."""

from collections.abc import Sequence
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.offline import bringing, making, queries, rules, scope
from courses.offline.bringing import Brought, UnableToTake
from courses.offline.forms import NewStickForm, RecordForm, RevokeForm
from courses.offline.making import UnableToMake, UnableToRevoke
from courses.offline.models import Stick
from courses.offline.wording import bundle_sentence
from courses.sheets.models import Sheet
from qianchang.people.models import Account, Lawyer
from qianchang.people.permissions import Act, may
from qianchang.people.queries import lawyer_of

STICKS_A_PAGE = 20
BUNDLES_A_PAGE = 20


# --- The lawyer's -----------------------------------------------------------------------------------------------


@login_required
@never_cache
@require_safe
def own_sticks(request: HttpRequest) -> HttpResponse:
    """The sticks of the lawyer who asks."""
    lawyer, now = _lawyer(request), timezone.now()
    page = Paginator(queries.own_sticks(lawyer), STICKS_A_PAGE).get_page(request.GET.get("page"))
    rows = queries.stick_rows(page, by=_account(request), at=now, on=timezone.localdate(now))
    return render(
        request, "courses/offline/own_sticks.html", {"rows": rows, "page": page, "days": rules.DAYS}
    )


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_own_stick(request: HttpRequest) -> HttpResponse:
    """Choose lectures for a stick of one's own."""
    return _new_for(request, _lawyer(request), "courses/offline/new_own.html")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own_records(request: HttpRequest) -> HttpResponse:
    """Bring a record back, and see what became of those before."""
    lawyer = _lawyer(request)
    page = Paginator(queries.own_bundles(lawyer), BUNDLES_A_PAGE)
    return _records(request, page, "courses/offline/own_records.html", "offline:own_records")


# --- The desk's -------------------------------------------------------------------------------------------------


@login_required
@never_cache
@require_safe
def sticks(request: HttpRequest) -> HttpResponse:
    """The sticks of the lawyers and rooms for whom this desk enters attendance."""
    account, now = _desk(request), timezone.now()
    found = queries.in_order(scope.sticks_reached(account, on=timezone.localdate(now)))
    number = request.GET.get("number", "")
    if number:
        found = found.filter(serial=rules.serial_of(number) or 0)
    page = Paginator(found, STICKS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "rows": queries.stick_rows(page, by=account, at=now, on=timezone.localdate(now)),
        "page": page,
        "number": number,
        "query": urlencode({"number": number}) if number else "",
        "may_make": may(account, Act.REQUEST_DISC, on=timezone.localdate(now)),
    }
    return render(request, "courses/offline/sticks.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_stick(request: HttpRequest) -> HttpResponse:
    """Make a stick for somebody else: a lawyer who is searched for, or the room of a sheet."""
    account, today = _desk(request), timezone.localdate()
    asked = request.POST if request.method == "POST" else request.GET
    if asked.get("sheet"):
        return _new_for_room(request, asked["sheet"])
    if asked.get("lawyer", "").isdecimal():
        lawyer = get_object_or_404(
            Lawyer.objects.select_related("association__parent__parent", "firm__region__parent__parent"),
            pk=int(asked["lawyer"][:9]),
        )
        if not scope.may_make(account, lawyer, on=today):
            raise Http404
        return _new_for(request, lawyer, "courses/offline/new.html")
    words = asked.get("q", "")
    found = queries.lawyers_to_make_for(account, words=words, on=today)
    return render(request, "courses/offline/new_for_whom.html", {"words": words, "found": found})


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def bundles(request: HttpRequest) -> HttpResponse:
    """Bring back records of lawyers and rooms, and see what became of those before."""
    account = _desk(request)
    page = Paginator(queries.bundles_reached(account, on=timezone.localdate()), BUNDLES_A_PAGE)
    return _records(request, page, "courses/offline/bundles.html", "offline:bundles")


# --- One stick --------------------------------------------------------------------------------------------------


@login_required
@never_cache
@require_safe
def stick(request: HttpRequest, number: str) -> HttpResponse:
    """One stick: what is on it, its files, what came back, and the button for one that was lost."""
    return _shown(request, _stick(request, number), RevokeForm())


@login_required
@require_POST
def revoke(request: HttpRequest, number: str) -> HttpResponse:
    """Declare a stick lost."""
    found = _stick(request, number)
    form = RevokeForm(request.POST)
    if form.is_valid():
        try:
            making.revoke_stick(
                stick=found, reason=form.cleaned_data["reason"], by=_account(request), at=timezone.now()
            )
        except UnableToRevoke as error:
            form.add_error("reason", str(error))
        else:
            messages.success(request, _("%(number)s counts no more.") % {"number": found.number})
            return redirect("offline:stick", found.number)
    return _shown(request, found, form, status=422)


# --- What they share --------------------------------------------------------------------------------------------


def _new_for(request: HttpRequest, lawyer: Lawyer, template: str) -> HttpResponse:
    account, now = _account(request), timezone.now()
    asked = request.POST if request.method == "POST" else request.GET
    # Searching sends the form as well, so that what was ticked stays ticked.
    sent = request.method == "POST" and "search" not in request.POST
    words = asked.get("q", "")
    marked = [
        int(each)
        for each in asked.getlist("lecture")
        if each.isascii() and each.isdecimal() and len(each) < 10
    ]
    shown = queries.choices(lawyer, words=words, at=now)
    kept = queries.chosen(lawyer, marked, at=now)
    form = NewStickForm(
        request.POST if sent else None,
        lectures=[each.pk for each in kept],
        initial={"way": asked.get("way", Stick.Way.LIGHT)},
    )
    if sent and form.is_valid():
        try:
            made = making.make_stick(
                lawyer=lawyer, lectures=kept, way=form.cleaned_data["way"], by=account, at=now
            )
        except UnableToMake as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("%(number)s is made. Fetch its files now.") % {"number": made.number})
            return redirect("offline:stick", made.number)
    there = {each.lecture.pk for each in shown}
    context = {
        "form": form,
        "lawyer": lawyer,
        "words": words,
        "choices": shown,
        "kept": [each for each in kept if each.pk not in there],
        "marked": {each.pk for each in kept},
        "most": rules.MOST_LECTURES,
        "days": rules.DAYS,
    }
    return render(request, template, context, status=422 if form.errors else 200)


def _new_for_room(request: HttpRequest, number: str) -> HttpResponse:
    account, now = _account(request), timezone.now()
    sheet = _sheet(number)
    if sheet is None or not scope.may_make_for_room(account, sheet, on=timezone.localdate(now)):
        raise Http404
    form = NewStickForm(
        request.POST if request.method == "POST" else None, lectures=[], initial={"way": Stick.Way.FILM}
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = making.make_room_stick(sheet=sheet, way=form.cleaned_data["way"], by=account, at=now)
        except UnableToMake as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("%(number)s is made. Fetch its files now.") % {"number": made.number})
            return redirect("offline:stick", made.number)
    context = {"form": form, "sheet": sheet, "days": rules.DAYS}
    return render(request, "courses/offline/new_room.html", context, status=422 if form.errors else 200)


def _records(request: HttpRequest, pages: Paginator, template: str, name: str) -> HttpResponse:
    form = RecordForm(request.POST, request.FILES) if request.method == "POST" else RecordForm()
    if request.method == "POST" and form.is_valid():
        try:
            taken = bringing.bring_back(
                data=form.cleaned_data["record"].read(), by=_account(request), at=timezone.now()
            )
        except UnableToTake as error:
            form.add_error("record", str(error))
        else:
            for level, sentence in _told(taken):
                messages.add_message(request, level, sentence)
            return redirect(name)
    page = pages.get_page(request.GET.get("page"))
    rows = [queries.BundleRow(bundle, bundle_sentence(bundle)) for bundle in page]
    context = {"form": form, "rows": rows, "page": page}
    return render(request, template, context, status=422 if form.errors else 200)


def _told(taken: Brought) -> Sequence[tuple[int, str]]:
    """Say what became of a record: of the file, then of each lecture."""
    bundle = taken.bundle
    number = {"number": bundle.number, "stick": bundle.stick.number}
    sentences = []
    if taken.repeated:
        sentences.append(
            (
                messages.INFO,
                _("Record %(number)d of %(stick)s was brought back before. Nothing changed.") % number,
            )
        )
    level = messages.SUCCESS if not bundle.reason else messages.WARNING
    sentences.append((level, _("Record %(number)d of %(stick)s:") % number + " " + bundle_sentence(bundle)))
    for each in taken.outcomes:
        named = {"title": each.version.lecture.localised_title, "percent": each.percent}
        if each.award is not None:
            words = _("“%(title)s”: %(hours)s hours are credited.") % (named | {"hours": each.award.hours})
        else:
            words = _("“%(title)s”: %(percent)d%% watched in all.") % named
        sentences.append((messages.SUCCESS if each.award else messages.INFO, words))
    return sentences


def _shown(request: HttpRequest, found: Stick, form: RevokeForm, *, status: int = 200) -> HttpResponse:
    account, now = _account(request), timezone.now()
    today = timezone.localdate(now)
    (row,) = queries.stick_rows([found], by=account, at=now, on=today)
    own = found.lawyer is not None and found.lawyer.account_id == account.pk
    context = {
        "stick": found,
        "row": row,
        "form": form,
        "bundles": queries.bundles_of(found),
        "own": own,
        "records_url": reverse("offline:own_records" if own else "offline:bundles"),
    }
    template = "courses/offline/own_stick.html" if own else "courses/offline/stick.html"
    return render(request, template, context, status=status)


def _sheet(number: str) -> Sheet | None:
    """The sheet with this number of a row."""
    if not number.isascii() or not number.isdecimal() or len(number) > 9:
        return None
    rows = Sheet.objects.select_related(
        "session__lecture_version__lecture",
        "session__mode",
        "session__supporter__parent__parent",
        "session__beneficiary__parent__parent",
        "association__parent__parent",
        "association__jurisdiction",
        "region__parent__parent",
        "disc",
    )
    return rows.filter(pk=int(number)).first()


def _stick(request: HttpRequest, number: str) -> Stick:
    found = queries.stick_of(number)
    if found is None or not scope.reaches(_account(request), found, on=timezone.localdate()):
        raise Http404
    return found


def _account(request: HttpRequest) -> Account:
    return cast(Account, request.user)


def _desk(request: HttpRequest) -> Account:
    """Whoever enters attendance for others."""
    account = _account(request)
    if not may(account, Act.ENTER_ATTENDANCE, on=timezone.localdate()):
        raise PermissionDenied(Act.ENTER_ATTENDANCE.value)
    return account


def _lawyer(request: HttpRequest) -> Lawyer:
    found = lawyer_of(_account(request))
    if found is None:
        raise PermissionDenied
    return found
