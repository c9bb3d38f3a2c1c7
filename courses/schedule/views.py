"""Session notices: the list, one session, its calendar; and the desk where an officer writes a notice."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_cookie

from courses.catalogue.public.heads import Described
from courses.schedule import calendars, notices, signing_up
from courses.schedule.contacts import is_contact
from courses.schedule.forms import NoticeForm
from courses.schedule.models import TrainingSession
from courses.schedule.notices import UnableToNotify
from courses.schedule.signing_up import UnableToSignUp
from qianchang.people.models import Account, Association
from qianchang.people.queries import lawyer_of

SESSIONS_A_PAGE = 20
LATELY = 10
NAMES_A_PAGE = 50
EVENTS = 500


@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    """The sessions to come of the reader's region or of another, and those of the last month where there are none."""
    today = timezone.localdate()
    every = _seen(request)
    chosen = _region(request)
    shown = every if chosen is None else notices.of_region(every, chosen)
    page = Paginator(notices.with_parts(notices.upcoming(shown, today=today)), SESSIONS_A_PAGE).get_page(
        request.GET.get("page")
    )
    past = [] if page.paginator.count else notices.with_parts(notices.lately(shown, today=today))[:LATELY]
    context = {
        "found": page,
        "lines": notices.notices_of(page, request),
        "past": notices.notices_of(past, request) if past else [],
        "regions": notices.regions_of(notices.upcoming(every, today=today)),
        "region": chosen,
        "asked": urlencode({"region": request.GET["region"]}) if "region" in request.GET else "",
        "everywhere": notices.EVERYWHERE,
        "today": today,
        "described": Described(
            _("Upcoming sessions"),
            _("Sessions that associations hold for lawyers in the west and in the counties."),
        ),
    }
    return render(request, "courses/schedule/sessions.html", context)


@require_safe
def session(request: HttpRequest, code: str) -> HttpResponse:
    """One session: when, where, by whom, for whom, and how to sign up."""
    found = get_object_or_404(notices.with_parts(_seen(request)), code=code)
    (notice,), today = notices.notices_of([found], request), timezone.localdate()
    lawyer = lawyer_of(request.user)
    places = signing_up.places_of(found, lawyer) if notice.takes_names else None
    context = {
        "notice": notice,
        "is_open": notice.is_open(today),
        "places": places,
        "refusal": signing_up.refusal(found, lawyer, on=today) if lawyer is not None else "",
        "is_lawyer": lawyer is not None,
        "may_write": _may_write(request, code),
        "hands_in": isinstance(request.user, Account) and is_contact(request.user, found, on=today),
        "described": Described(
            notice.title, f"{notice.day} · {notice.mode} · {notice.place} · {notice.region}", "event"
        ),
    }
    return render(request, "courses/schedule/session.html", context)


@require_POST
@login_required
def sign_up(request: HttpRequest, code: str) -> HttpResponse:
    """Sign up for a session, or withdraw; back to its page."""
    found = get_object_or_404(_seen(request), code=code)
    lawyer = lawyer_of(request.user)
    if lawyer is None:
        raise PermissionDenied
    account, at = cast("Account", request.user), timezone.now()
    try:
        if request.POST.get("action") == "withdraw":
            signing_up.withdraw(session=found, lawyer=lawyer, by=account, at=at)
            messages.success(request, _("You are not signed up any more. Your seat goes to the next one."))
        else:
            place = signing_up.sign_up(session=found, lawyer=lawyer, by=account, at=at)
            if place.seat is None:
                messages.success(
                    request, _("All seats are taken. You wait, and hear by mail when one becomes free.")
                )
            else:
                messages.success(request, _("You are signed up."))
    except UnableToSignUp as error:
        messages.error(request, str(error))
    return redirect("sessions:session", code)


@login_required
@require_safe
def sign_ups(request: HttpRequest, code: str) -> HttpResponse:
    """Who comes to a session and who waits; names only of the rosters that the officer sees."""
    found = get_object_or_404(
        TrainingSession.objects.select_related(
            "supporter", "beneficiary", "lecture_version__lecture", "notice"
        ),
        code=code,
    )
    account, today = request.user, timezone.localdate()
    if not isinstance(account, Account) or not notices.may_write(account, found, on=today):
        raise Http404
    seen = signing_up.sign_ups_seen_by(account, found, on=today)
    page = Paginator(seen, NAMES_A_PAGE).get_page(request.GET.get("page"))
    context = {"session": found, "places": signing_up.places_of(found, None), "found": page}
    return render(request, "courses/schedule/sign_ups.html", context)


@require_safe
def session_calendar(request: HttpRequest, code: str) -> HttpResponse:
    """One session for a calendar."""
    notice = _one(request, code)
    return _file(calendars.calendar_of([notice], name=notice.title), name=f"{code}.ics")


@require_safe
@vary_on_cookie
def calendar(request: HttpRequest) -> HttpResponse:
    """The sessions of a region for a calendar that subscribes: those to come and those of the last month."""
    today, shown, chosen = timezone.localdate(), _seen(request), _region(request)
    if chosen is not None:
        shown = notices.of_region(shown, chosen)
    recent = shown.filter(date__gte=today - notices.LOOK_BACK).order_by("date", "code")
    found = notices.notices_of(notices.with_parts(recent)[:EVENTS], request)
    name = _("Sessions for %(region)s") % {"region": chosen.name} if chosen else _("Upcoming sessions")
    return _file(calendars.calendar_of(found, name=name), name="sessions.ics")


@login_required
@require_http_methods(["GET", "POST"])
def write(request: HttpRequest, code: str) -> HttpResponse:
    """Write, change or withdraw the notice of a session; the officers of its two associations may."""
    found = TrainingSession.objects.select_related(
        "supporter", "beneficiary", "lecture_version__lecture", "notice"
    )
    session = get_object_or_404(found, code=code)
    account, at = request.user, timezone.now()
    if not isinstance(account, Account) or not notices.may_write(account, session, on=timezone.localdate(at)):
        raise Http404
    said = getattr(session, "notice", None)
    form = NoticeForm(
        request.POST or None, instance=said, initial={"begins_at": session.begins_at} if said is None else {}
    )
    if request.method == "POST":
        try:
            if "withdraw" in request.POST:
                notices.withdraw_notice(session=session, by=account, at=at)
                messages.success(
                    request, _("The notice is withdrawn. The region itself still sees the session.")
                )
                return redirect("schedule:notice", code)
            if form.is_valid():
                notices.write_notice(session=session, by=account, at=at, **form.cleaned_data)
                messages.success(request, _("The notice is public now."))
                return redirect("sessions:session", code)
        except UnableToNotify as error:
            form.add_error(None, str(error))
    context = {"form": form, "session": session, "notice": said}
    return render(request, "courses/schedule/notice_form.html", context)


def _seen(request: HttpRequest) -> QuerySet[TrainingSession]:
    return notices.sessions_for(request, own=notices.own_associations(request))


def _one(request: HttpRequest, code: str) -> notices.Notice:
    found = get_object_or_404(notices.with_parts(_seen(request)), code=code)
    return notices.notices_of([found], request)[0]


def _may_write(request: HttpRequest, code: str) -> bool:
    if not isinstance(request.user, Account):
        return False
    found = TrainingSession.objects.select_related("supporter", "beneficiary", "notice").get(code=code)
    # What was said can be taken back when nothing more can be said.
    to_do = found.state == TrainingSession.State.SCHEDULED or hasattr(found, "notice")
    return to_do and notices.may_write(request.user, found, on=timezone.localdate())


def _region(request: HttpRequest) -> Association | None:
    """The region asked for by `?region=`; the reader's own where nothing is asked, None for all of them."""
    asked = request.GET.get("region", "")
    if asked == notices.EVERYWHERE:
        return None
    if asked:
        return get_object_or_404(Association, code=asked)
    return notices.region_of(request)


def _file(written: bytes, *, name: str) -> HttpResponse:
    answer = HttpResponse(written, content_type=calendars.TYPE)
    answer["Content-Disposition"] = content_disposition_header(True, name)
    return answer
