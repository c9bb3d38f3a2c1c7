"""Classes at the association's desk: the list, one with its people, its terms, and one lawyer's place in it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from courses.enrolment import classes as writes
from courses.enrolment import office, seating, wording
from courses.enrolment.forms import LeaveForm, NewClassForm, TermsForm
from courses.enrolment.models import CourseRun, Enrolment
from qianchang.people.models import Account, Association
from qianchang.people.permissions import Act, associations_where, require
from qianchang.people.queries import association_names

PAGE = 30


@login_required
@require_safe
def classes(request: HttpRequest) -> HttpResponse:
    """The classes of one's associations, those that are not over first."""
    account, at = arranger(request), timezone.now()
    page = Paginator(office.classes_seen_by(account, at=at), PAGE).get_page(request.GET.get("page"))
    context = {"rows": office.rows_of(list(page), at=at), "page": page}
    return render(request, "courses/enrolment/classes.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def class_new(request: HttpRequest) -> HttpResponse:
    """Open a class for the lawyers of one of one's associations (?association=)."""
    account, at = arranger(request), timezone.now()
    associations = office.associations_to_arrange_for(account, at=at)
    code = request.POST.get("association") or request.GET.get("association")
    association = next((each for each in associations if each.code == (code or associations[0].code)), None)
    if association is None:
        raise Http404
    form = NewClassForm(
        request.POST if request.method == "POST" else None, below=office.below(association), label_suffix=""
    )
    if request.method == "POST" and form.is_valid():
        try:
            run = writes.open_class(
                course=form.cleaned_data["course"],
                association=association,
                terms=form.terms(),
                by=account,
                at=at,
            )
        except writes.UnableToArrange as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The class is open. Your lawyers see it on the page of the course."))
            return redirect("enrolment:class", run.pk)
    context = {"form": form, "association": association, "associations": associations}
    return render(request, "courses/enrolment/class_new.html", context, status=_status(form))


@login_required
@require_safe
def one_class(request: HttpRequest, pk: int) -> HttpResponse:
    """One class: how full it is and, for the association of its lawyers, who is in it and who waits."""
    account, at = arranger(request), timezone.now()
    run = class_for(account, pk)
    names = office.sees_names(account, run, at=at)
    page = Paginator(office.people_of(run), PAGE).get_page(request.GET.get("page")) if names else None
    context = {
        "row": office.rows_of([run], at=at)[0],
        "audience": wording.audience_in_words(run),
        "invited": list(run.invited.order_by("code")),
        "people": office.person_rows(run, list(page)) if page else [],
        "page": page,
        "names": names,
    }
    return render(request, "courses/enrolment/class.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def class_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the terms of a class."""
    account, at = arranger(request), timezone.now()
    run = class_for(account, pk)
    form = TermsForm(
        request.POST if request.method == "POST" else None,
        below=office.below(_held_for(run)),
        initial=vars(writes.terms_of(run)),
        label_suffix="",
    )
    if request.method == "POST" and form.is_valid():
        try:
            writes.change_class(run=run, terms=form.terms(), by=account, at=at)
        except writes.UnableToArrange as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Changed. Free seats went to those who wait."))
            return redirect("enrolment:class", run.pk)
    return render(
        request, "courses/enrolment/class_change.html", {"form": form, "run": run}, status=_status(form)
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def place(request: HttpRequest, pk: int, enrolment: int) -> HttpResponse:
    """One lawyer's place in a class: what the lawyer counted as, every step since, and taking the lawyer out."""
    account, at = arranger(request), timezone.now()
    run = class_for(account, pk)
    require(account, Act.ENROL_LAWYERS, on=timezone.localdate(at), association=run.association)
    found = office.people_of(run, left_too=True).filter(pk=enrolment).first()
    if found is None:
        raise Http404
    form = LeaveForm(request.POST if request.method == "POST" else None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        try:
            seating.withdraw(enrolment=found, reason=form.cleaned_data["reason"], by=account, at=at)
        except seating.UnableToWithdraw as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Taken out of the class. A free seat goes to whoever waits first."))
            return redirect("enrolment:place", run.pk, found.pk)
    code = str(found.eligibility.get("association", ""))
    names = association_names([code])
    context = {
        "run": run,
        "person": office.person_rows(run, [found])[0],
        "facts": wording.snapshot_in_words(found.eligibility, association=names.get(code, code)),
        "history": list(found.history.select_related("by").order_by("number")),
        "can_leave": found.state in Enrolment.ACTIVE,
        "form": form,
    }
    return render(request, "courses/enrolment/place.html", context, status=_status(form))


def arranger(request: HttpRequest) -> Account:
    """The officer who asks. Raises PermissionDenied for anybody who arranges no classes."""
    if not isinstance(request.user, Account):
        raise PermissionDenied
    if associations_where(request.user, Act.ARRANGE_CLASSES, on=timezone.localdate()) == []:
        raise PermissionDenied(Act.ARRANGE_CLASSES.value)
    return request.user


def class_for(account: Account, pk: int) -> CourseRun:
    """A class that an officer may see; not there for anybody else. Raises Http404."""
    found = office.classes_seen_by(account, at=timezone.now()).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _held_for(run: CourseRun) -> Association:
    if run.association is None:
        raise Http404
    return run.association


def _status(form: TermsForm | LeaveForm) -> int:
    """A refused form is not a success, whatever the page looks like."""
    return 400 if form.is_bound and form.errors else 200
