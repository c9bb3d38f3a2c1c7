"""Releases at the review desk: to whom a lecture is open and was, opening it to more, ending; shared collections."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.catalogue.models import LecturePage
from courses.catalogue.queries import reviewable_lectures
from courses.enrolment import release_office, releasing
from courses.enrolment.models import Release
from courses.enrolment.release_forms import CollectionForm, ReleaseForm
from qianchang.people.models import Account
from qianchang.people.permissions import Act, associations_where

PAGE = 30


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def releases(request: HttpRequest, pk: int) -> HttpResponse:
    """To whom a lecture is open, will be and was; open it to more."""
    account, at = reviewer(request), timezone.now()
    lecture = lecture_for(account, pk)
    form = ReleaseForm(request.POST if request.method == "POST" else None, lecture=lecture, at=at)
    if request.method == "POST" and form.is_valid():
        try:
            releasing.release(lecture=lecture, terms=form.terms(), by=account, at=at)
        except releasing.UnableToRelease as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The lecture is open to those you chose."))
            return redirect("enrolment:releases", lecture.pk)
    page = Paginator(release_office.releases_of(lecture), PAGE).get_page(request.GET.get("page"))
    context = {
        "lecture": lecture,
        "rows": release_office.rows_of(list(page), at=at),
        "page": page,
        "form": form,
    }
    status = 400 if form.is_bound and form.errors else 200
    return render(request, "courses/enrolment/releases.html", context, status=status)


@login_required
@require_POST
def release_end(request: HttpRequest, pk: int, release: int) -> HttpResponse:
    """End one release of a lecture now."""
    account, at = reviewer(request), timezone.now()
    lecture = lecture_for(account, pk)
    found = get_object_or_404(Release, pk=release, lecture=lecture)
    releasing.end_release(release=found, by=account, at=at)
    messages.success(request, _("Ended. What was earned while it was open stands."))
    if request.POST.get("back") and found.collection_id is not None:
        return redirect("enrolment:collection", found.collection_id)
    return redirect("enrolment:releases", lecture.pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def collections(request: HttpRequest) -> HttpResponse:
    """The shared collections of one's associations; begin another one."""
    account, at = reviewer(request), timezone.now()
    associations = release_office.associations_of(account, at=at)
    form = CollectionForm(request.POST if request.method == "POST" else None, associations=associations)
    if request.method == "POST" and form.is_valid():
        try:
            made = releasing.open_collection(**form.cleaned_data, by=account, at=at)
        except releasing.UnableToRelease as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, _("The collection is there. Put lectures into it."))
            return redirect("enrolment:collection", made.pk)
    page = Paginator(release_office.collections_seen_by(account, at=at), PAGE).get_page(
        request.GET.get("page")
    )
    status = 400 if form.is_bound and form.errors else 200
    return render(request, "courses/enrolment/collections.html", {"form": form, "page": page}, status=status)


@login_required
@require_safe
def collection(request: HttpRequest, pk: int) -> HttpResponse:
    """One shared collection: its lectures, and with whom it is shared today."""
    account, at = reviewer(request), timezone.now()
    found = get_object_or_404(release_office.collections_seen_by(account, at=at), pk=pk)
    page = Paginator(release_office.releases_in(found), PAGE).get_page(request.GET.get("page"))
    context = {
        "collection": found,
        "rows": release_office.rows_of(list(page), at=at),
        "page": page,
        "partners": release_office.partners_of(found.association, at=at),
    }
    return render(request, "courses/enrolment/collection.html", context)


@login_required
@require_POST
def collection_close(request: HttpRequest, pk: int) -> HttpResponse:
    """Share nothing by a collection any more."""
    account, at = reviewer(request), timezone.now()
    found = get_object_or_404(release_office.collections_seen_by(account, at=at), pk=pk)
    releasing.close_collection(collection=found, by=account, at=at)
    messages.success(request, _("The collection is closed. Its lectures are not shared by it any more."))
    return redirect("enrolment:collections")


def reviewer(request: HttpRequest) -> Account:
    """The officer who asks. Raises PermissionDenied for anybody who reviews no lectures."""
    if not isinstance(request.user, Account):
        raise PermissionDenied
    if associations_where(request.user, Act.REVIEW_LECTURE, on=localdate()) == []:
        raise PermissionDenied(Act.REVIEW_LECTURE.value)
    return request.user


def lecture_for(account: Account, pk: int) -> LecturePage:
    """A lecture that the officer reviews; not there for anybody else. Raises Http404."""
    lectures = reviewable_lectures(account, on=localdate()).select_related("association__parent__parent")
    found: LecturePage = get_object_or_404(lectures, pk=pk)
    return found
