"""What opens lectures to regions and lets lawyers take them."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.catalogue.models import CoursePage, LecturePage
from courses.catalogue.registries import ReleaseTerms
from courses.enrolment import history, queries, reach, releasing, wording
from courses.enrolment.admission import UnableToEnrol
from courses.enrolment.classes import default_run
from courses.enrolment.history import Kind, Step
from courses.enrolment.models import CourseRun, Enrolment, Release
from courses.enrolment.releasing import UnableToRelease
from courses.enrolment.seating import join_class
from qianchang.people.eligibility import eligibility_snapshot
from qianchang.people.models import Account, Association, Lawyer

__all__ = ["UnableToEnrol", "UnableToRelease", "enrol", "release_lecture"]


def release_lecture(
    *, lecture: LecturePage, associations: Sequence[Association] | None, by: Account, at: datetime
) -> list[Release]:
    """Open a published lecture at once to these associations and those below them; None means to everybody. The short
    form of `releasing.release`, which says what is raised.
    """
    codes = tuple(each.code for each in associations or ())
    terms = ReleaseTerms(everybody=associations is None, associations=codes)
    return releasing.release(lecture=lecture, terms=terms, by=by, at=at)


@transaction.atomic
def enrol(
    *,
    lawyer: Lawyer,
    lecture: LecturePage | None = None,
    course: CoursePage | None = None,
    run: CourseRun | None = None,
    by: Account,
    at: datetime,
) -> Enrolment:
    """Let a lawyer take one lecture or one course, and freeze what the lawyer counts as on that day.

    A course is taken in a class: in `run`, or in the only one there is for the lawyer; whoever stands in one stays
    there. Enrolling twice is the same as once. Raises UnableToEnrol when it is not open to the lawyer, is not
    published, or the one who asks is not the lawyer. Source: domain.md, "Who is eligible".
    """
    if (lecture is None) == (course is None):
        raise ValueError("one lecture or one course")
    if lawyer.account_id != by.pk:
        raise UnableToEnrol(str(wording.ONLY_THE_LAWYER))
    if course is not None:
        return _enrol_in_course(lawyer, course, run, by=by, at=at)
    assert lecture is not None  # noqa: S101 - said above
    _refuse_lecture(lawyer, lecture, at=at)
    enrolment, made = Enrolment.objects.get_or_create(
        lawyer=lawyer,
        lecture=lecture,
        # Called only for a new row.
        defaults={
            "eligibility": lambda: eligibility_snapshot(lawyer, timezone.localdate(at)),
            "enrolled_at": at,
        },
    )
    if made:
        step = Step(enrolment, Kind.ENROLLED, eligibility=enrolment.eligibility)
        history.record_all([step], by=by, at=at)
        history.audit_all([step], by=by, at=at)
    return enrolment


def _refuse_lecture(lawyer: Lawyer, lecture: LecturePage, *, at: datetime) -> None:
    if not lecture.live or lecture.review != LecturePage.Review.PUBLISHED:
        raise UnableToEnrol(_("This lecture is not published. Choose another one in the catalogue."))
    if not reach.open_to(reach.of_lawyer(lawyer), at=at).filter(lecture=lecture).exists():
        raise UnableToEnrol(_("This lecture is not open to your region yet. Ask your association for it."))


def _enrol_in_course(
    lawyer: Lawyer, course: CoursePage, run: CourseRun | None, *, by: Account, at: datetime
) -> Enrolment:
    on = timezone.localdate(at)
    standing = queries.standing_in(course, lawyer)
    if run is None and standing is not None and queries.goes_on(standing, on=on):
        return standing
    if run is None:
        classes = queries.classes_for(course, lawyer.association, on=on)
        finished = standing.run_id if standing is not None else None
        others = [each for each in classes if each.pk != finished]
        if len(others) > 1:
            raise UnableToEnrol(str(wording.CHOOSE_A_CLASS))
        if not others and standing is not None and standing.state == Enrolment.State.FINISHED:
            return standing
        run = others[0] if others else default_run(course=course, at=at)
    return join_class(run=run, lawyer=lawyer, by=by, at=at)
