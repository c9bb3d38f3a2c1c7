"""What opens lectures to regions and lets lawyers take them."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.catalogue.models import CoursePage, LecturePage
from courses.enrolment import queries
from courses.enrolment.models import Enrolment, Release
from qianchang.groundwork import audit
from qianchang.people.models import Account, Association, Lawyer
from qianchang.people.permissions import Act, require
from qianchang.people.queries import eligibility_snapshot


class UnableToRelease(Exception):
    """The lecture cannot be opened to anybody now. The text says what to do."""


class UnableToEnrol(Exception):
    """The lawyer cannot take this now. The text says what to do."""


@transaction.atomic
def release_lecture(
    *, lecture: LecturePage, associations: Sequence[Association] | None, by: Account, at: datetime
) -> list[Release]:
    """Open a published lecture to these associations and those below them; None means to everybody.

    What is open already stays as it is, with its first date. Returns the open releases, one for each association.
    Raises UnableToRelease for a lecture that is not published or when nobody is named, PermissionDenied for
    somebody who does not review for the lecture's association.
    """
    require(by, Act.REVIEW_LECTURE, on=timezone.localdate(at), association=lecture.association)
    if lecture.review != LecturePage.Review.PUBLISHED:
        lecture = LecturePage.objects.get(pk=lecture.pk)
    if not lecture.live or lecture.review != LecturePage.Review.PUBLISHED:
        raise UnableToRelease(_("Publish the lecture first, then open it to associations."))
    if associations is not None and not associations:
        raise UnableToRelease(_("Choose who may watch: at least one association, or everybody."))
    releases = []
    for association in [None] if associations is None else associations:
        release, made = Release.objects.get_or_create(
            lecture=lecture,
            association=association,
            ended_at=None,
            defaults={"released_at": at, "released_by": by},
        )
        releases.append(release)
        if made:
            audit.record(
                "release lecture",
                object_type="lecture",
                object_key=str(lecture.pk),
                by=by,
                at=at,
                association=association.code if association else None,
            )
    return releases


@transaction.atomic
def enrol(
    *,
    lawyer: Lawyer,
    lecture: LecturePage | None = None,
    course: CoursePage | None = None,
    by: Account,
    at: datetime,
) -> Enrolment:
    """Let a lawyer take one lecture or one course, and freeze what the lawyer counts as on that day.

    Enrolling twice is the same as once. Raises UnableToEnrol when it is not open to the lawyer's association, is
    not published, or the one who asks is not the lawyer. Source: domain.md, "Who is eligible".
    """
    if (lecture is None) == (course is None):
        raise ValueError("one lecture or one course")
    if lawyer.account_id != by.pk:
        raise UnableToEnrol(_("Only the lawyer can enrol. Sign in with the lawyer's own account."))
    if lecture is not None:
        _refuse_lecture(lawyer, lecture, at=at)
        key = f"lecture {lecture.pk}"
    elif course is not None:
        _refuse_course(lawyer, course, at=at)
        key = f"course {course.pk}"
    enrolment, made = Enrolment.objects.get_or_create(
        lawyer=lawyer,
        lecture=lecture,
        course=course,
        defaults={"eligibility": eligibility_snapshot(lawyer, timezone.localdate(at)), "enrolled_at": at},
    )
    if made:
        audit.record("enrol", object_type="enrolment", object_key=str(enrolment.pk), by=by, at=at, what=key)
    return enrolment


def _refuse_lecture(lawyer: Lawyer, lecture: LecturePage, *, at: datetime) -> None:
    if not lecture.live or lecture.review != LecturePage.Review.PUBLISHED:
        raise UnableToEnrol(_("This lecture is not published. Choose another one in the catalogue."))
    if queries.release_for(lecture, lawyer.association, at) is None:
        raise UnableToEnrol(_("This lecture is not open to your region yet. Ask your association for it."))


def _refuse_course(lawyer: Lawyer, course: CoursePage, *, at: datetime) -> None:
    if not course.live:
        raise UnableToEnrol(_("This course is not published. Choose another one in the list of courses."))
    if course.opens_date is not None and course.opens_date > timezone.localdate(at):
        raise UnableToEnrol(
            _("This course opens on %(date)s. Come back then.") % {"date": course.opens_date.isoformat()}
        )
    if not queries.course_is_open(course, lawyer.association, at=at):
        raise UnableToEnrol(
            _("No lecture of this course is open to your region yet. Ask your association for it.")
        )
