"""Enrolling: one press, then back to the page one came from."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from courses.catalogue.models import CoursePage, LecturePage
from courses.catalogue.queries import live_lectures
from courses.enrolment import operations
from qianchang.people.queries import lawyer_of


@login_required
@require_POST
def enrol_in_lecture(request: HttpRequest, pk: int) -> HttpResponse:
    """Enrol the signed-in lawyer in a lecture."""
    lecture = get_object_or_404(live_lectures(), pk=pk)
    return _enrol(request, lecture=lecture)


@login_required
@require_POST
def enrol_in_course(request: HttpRequest, pk: int) -> HttpResponse:
    """Enrol the signed-in lawyer in a course."""
    course = get_object_or_404(CoursePage.objects.live(), pk=pk)
    return _enrol(request, course=course)


def _enrol(
    request: HttpRequest, *, lecture: LecturePage | None = None, course: CoursePage | None = None
) -> HttpResponse:
    page = lecture or course
    lawyer = lawyer_of(request.user)
    account: Any = request.user
    if lawyer is None:
        messages.error(request, _("Only lawyers enrol. Sign in with your licence number."))
    else:
        try:
            operations.enrol(lawyer=lawyer, lecture=lecture, course=course, by=account, at=timezone.now())
        except operations.UnableToEnrol as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("You are enrolled. You can begin at any time."))
    return redirect(page.get_url(request) if page else "/")
