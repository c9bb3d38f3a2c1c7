"""Opening a class of a course and changing it: its dates, its seats, whom it is for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from courses.catalogue.models import CoursePage
from courses.enrolment.models import CourseRun, RunSeat
from courses.enrolment.rules import Category
from courses.enrolment.seating import locked, promote
from qianchang.groundwork import audit
from qianchang.people.models import Account, Association
from qianchang.people.permissions import Act, require
from qianchang.people.queries import association_line

# A class of a province's lawyers, with room: a typing error must not make a million rows.
MOST_SEATS = 5000


class UnableToArrange(Exception):
    """The class cannot be like this. The text says why."""


@dataclass(frozen=True)
class Terms:
    """What an association decides about its class. All dates are days that still count; None for open. `named_for`: whom
    it puts on its list by name, empty where lawyers join by themselves.
    """

    name: str
    begins_date: date | None = None
    last_date: date | None = None
    enrol_last_date: date | None = None
    seats: int | None = None
    categories: Sequence[str] = ()
    invited: Sequence[Association] = ()
    named_for: str = ""


@transaction.atomic
def open_class(
    *, course: CoursePage, association: Association, terms: Terms, by: Account, at: datetime
) -> CourseRun:
    """Open a class of a course for the lawyers of an association and those below it. From then on they take the
    course in a class; who takes it alone already goes on doing so.

    Raises UnableToArrange, or PermissionDenied for somebody who does not arrange courses for the association.
    """
    require(by, Act.ARRANGE_CLASSES, on=localdate(at), association=association)
    if not course.live:
        raise UnableToArrange(_("This course is not published. Choose another one."))
    _refuse(terms, association=association)
    run = CourseRun(course=course, association=association, opened_by=by, opened_at=at)
    _write(run, terms)
    _set_seats(run, None)
    _record("open class", run, terms, by=by, at=at)
    return run


@transaction.atomic
def change_class(*, run: CourseRun, terms: Terms, by: Account, at: datetime) -> CourseRun:
    """Change the terms of a class. Whoever is in it stays in it, whatever the audience says now; new seats go to those
    who wait. The same terms again change nothing.

    Raises UnableToArrange for fewer seats than are taken, or PermissionDenied.
    """
    run = locked(run)
    if run.association is None:
        raise UnableToArrange(_("Who takes the course alone needs no class, so there is nothing to change."))
    require(by, Act.ARRANGE_CLASSES, on=localdate(at), association=run.association)
    if terms_of(run) == _plain(terms):
        return run
    _refuse(terms, association=run.association)
    before = run.seats
    _write(run, terms)
    _set_seats(run, before)
    _record("change class", run, terms, by=by, at=at)
    promote(run=run, at=at)
    return run


@transaction.atomic
def default_run(*, course: CoursePage, at: datetime) -> CourseRun:
    """Return the run in which everybody whose association holds no class takes a course; it is made when it is needed
    first.
    """
    run, made = CourseRun.objects.get_or_create(course=course, association=None, defaults={"opened_at": at})
    if made:
        audit.record("open class", object_type="class", object_key=str(run.pk), by=None, at=at)
    return run


def terms_of(run: CourseRun) -> Terms:
    """What holds for a class now."""
    return Terms(
        name=run.name,
        begins_date=run.begins_date,
        last_date=run.last_date,
        enrol_last_date=run.enrol_last_date,
        seats=run.seats,
        categories=tuple(run.categories),
        invited=tuple(run.invited.order_by("code")),
        named_for=run.named_for,
    )


def _plain(terms: Terms) -> Terms:
    """The terms in the order in which they are stored, so that equal ones are equal."""
    return Terms(
        name=terms.name.strip(),
        begins_date=terms.begins_date,
        last_date=terms.last_date,
        enrol_last_date=terms.enrol_last_date,
        seats=terms.seats,
        categories=tuple(sorted({Category(each).value for each in terms.categories})),
        invited=tuple(sorted(set(terms.invited), key=lambda association: association.code)),
        named_for=terms.named_for.strip(),
    )


def _refuse(terms: Terms, *, association: Association) -> None:
    if not terms.name.strip():
        raise UnableToArrange(_("Give the class a name that its lawyers recognise, such as “Spring 2027”."))
    begins, last, enrol_last = terms.begins_date, terms.last_date, terms.enrol_last_date
    if begins is not None and last is not None and last < begins:
        raise UnableToArrange(_("The class would end before it begins. Check both dates."))
    if enrol_last is not None and last is not None and last < enrol_last:
        raise UnableToArrange(_("Enrolment would go on after the class has ended. Check both dates."))
    if terms.seats is not None and not 1 <= terms.seats <= MOST_SEATS:
        raise UnableToArrange(
            _("A class has between 1 and %(most)d seats, or no limit.") % {"most": MOST_SEATS}
        )
    if any(association not in association_line(each) for each in terms.invited):
        raise UnableToArrange(_("A class is for the lawyers of its own association and of those below it."))


def _write(run: CourseRun, terms: Terms) -> None:
    terms = _plain(terms)
    run.name, run.seats, run.named_for = terms.name, terms.seats, terms.named_for
    run.begins_date, run.last_date = terms.begins_date, terms.last_date
    run.enrol_last_date, run.categories = terms.enrol_last_date, list(terms.categories)
    try:
        with transaction.atomic():
            run.save()
    except IntegrityError as error:
        raise UnableToArrange(
            _("Your association has a class of this course with this name already. Choose another name.")
        ) from error
    run.invited.set(terms.invited)


def _set_seats(run: CourseRun, before: int | None) -> None:
    """Make the class have as many seats as it says. Without a limit seats are made as people come."""
    if run.seats is None or run.seats == before:
        return
    numbers = list(run.places.order_by("number").values_list("number", flat=True))
    missing = run.seats - len(numbers)
    if missing > 0:
        last = numbers[-1] if numbers else 0
        RunSeat.objects.bulk_create(RunSeat(run=run, number=last + place) for place in range(1, missing + 1))
        return
    free = run.places.filter(enrolment__isnull=True).order_by("-number").values_list("pk", flat=True)
    spare = list(free[:-missing]) if missing else []
    if len(spare) < -missing:
        raise UnableToArrange(
            _("%(taken)d lawyers are enrolled, so there cannot be fewer seats.")
            % {"taken": len(numbers) - len(free)}
        )
    run.places.filter(pk__in=spare).delete()


def _record(verb: str, run: CourseRun, terms: Terms, *, by: Account, at: datetime) -> None:
    audit.record(
        verb,
        object_type="class",
        object_key=str(run.pk),
        by=by,
        at=at,
        association=run.association.code if run.association else None,
        seats=terms.seats,
        begins=str(terms.begins_date),
        last=str(terms.last_date),
        enrol_last=str(terms.enrol_last_date),
        categories=",".join(sorted(terms.categories)),
        named_for=terms.named_for.strip() or None,
        invited=",".join(sorted(each.code for each in terms.invited)),
    )
