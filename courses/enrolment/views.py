"""Enrolling and leaving: one press, then back to the page one came from."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from courses.catalogue.models import CoursePage, LecturePage
from courses.catalogue.places import address_at, second_of
from courses.catalogue.queries import visible_courses, visible_lectures
from courses.enrolment import operations, queries, seating
from courses.enrolment.forms import ClassChoiceForm
from courses.enrolment.models import CourseRun, Enrolment
from qianchang.people.models import Account, Lawyer
from qianchang.people.queries import lawyer_of


@login_required
@require_POST
def enrol_in_lecture(request: HttpRequest, pk: int) -> HttpResponse:
    """Enrol the signed-in lawyer in a lecture."""
    lecture = get_object_or_404(visible_lectures(request), pk=pk)
    return _enrol(request, lecture=lecture)


@login_required
@require_POST
def enrol_in_course(request: HttpRequest, pk: int) -> HttpResponse:
    """Enrol the signed-in lawyer in a course: in the class that was chosen, or the only one there is."""
    course = get_object_or_404(visible_courses(request), pk=pk)
    form = ClassChoiceForm(request.POST)
    chosen = form.cleaned_data["run"] if form.is_valid() else None
    run = get_object_or_404(CourseRun.objects.filter(course=course), pk=chosen) if chosen else None
    return _enrol(request, course=course, run=run)


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the signed-in lawyer leave a class or its waiting list."""
    account: Any = request.user
    enrolment = get_object_or_404(
        Enrolment.objects.filter(lawyer__account=account, run__isnull=False).select_related(
            "lawyer", "run", "course"
        ),
        pk=pk,
    )
    try:
        seating.withdraw(enrolment=enrolment, by=account, at=timezone.now())
    except seating.UnableToWithdraw as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("You have withdrawn. You can join again at any time, at the end."))
    return redirect(_address(enrolment.course, request))


def _enrol(
    request: HttpRequest,
    *,
    lecture: LecturePage | None = None,
    course: CoursePage | None = None,
    run: CourseRun | None = None,
) -> HttpResponse:
    lawyer = lawyer_of(request.user)
    account: Any = request.user
    if lawyer is None:
        messages.error(request, _("Only lawyers enrol. Sign in with your licence number."))
    else:
        _try(request, lawyer, account, lecture=lecture, course=course, run=run)
    # Whoever came by a hit of the search goes on where it stands.
    return redirect(address_at(_address(lecture or course, request), second_of(request.POST.get("t", ""))))


def _try(
    request: HttpRequest,
    lawyer: Lawyer,
    account: Account,
    *,
    lecture: LecturePage | None,
    course: CoursePage | None,
    run: CourseRun | None,
) -> None:
    try:
        enrolment = operations.enrol(
            lawyer=lawyer, lecture=lecture, course=course, run=run, by=account, at=timezone.now()
        )
    except operations.UnableToEnrol as refusal:
        messages.error(request, str(refusal))
        return
    place = queries.places_in_queue([enrolment]).get(enrolment.pk)
    if place is not None:
        messages.success(
            request,
            _("The class is full. You are on its waiting list, place %(place)d.") % {"place": place},
        )
    elif enrolment.run is not None and enrolment.run.begins_date is not None:
        messages.success(
            request,
            _("You are enrolled. The class runs from %(date)s.")
            % {"date": enrolment.run.begins_date.isoformat()},
        )
    else:
        messages.success(request, _("You are enrolled. You can begin at any time."))


def _address(page: LecturePage | CoursePage | None, request: HttpRequest) -> str:
    return (page.get_url(request) if page is not None else None) or "/"
