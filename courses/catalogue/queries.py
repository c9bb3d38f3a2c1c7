"""Reads of the catalogue: what is public, what is one's own, what waits for whose review."""

from collections.abc import Sequence
from datetime import date

from django.db.models import Prefetch, Q, QuerySet

from courses.catalogue.models import CourseLecture, CoursePage, LecturePage, LectureVersion
from qianchang.people.models import Account, Association, AssociationRole
from qianchang.people.permissions import MATRIX, Act, Scope, associations_where, grants_of
from qianchang.people.permissions import R as Role


def live_lectures() -> QuerySet[LecturePage]:
    """Every published lecture. Its introduction is public; playing it asks the enrolment (product-design.md, section 3)."""
    live: QuerySet[LecturePage] = LecturePage.objects.filter(live=True, review=LecturePage.Review.PUBLISHED)
    return live


def with_row_parts(lectures: QuerySet[LecturePage]) -> QuerySet[LecturePage]:
    """The lectures with what a list row shows, in two queries more than the list itself."""
    return lectures.select_related("topic", "association").prefetch_related(
        "lecturers",
        Prefetch(
            "versions", queryset=LectureVersion.objects.order_by("-number"), to_attr="versions_newest_first"
        ),
    )


def search(words: Sequence[str]) -> QuerySet[LecturePage]:
    """Published lectures in whose title, lecturers or introduction every word is found."""
    found = live_lectures()
    for word in words:
        found = found.filter(
            Q(title__icontains=word)
            | Q(title_en__icontains=word)
            | Q(introduction__icontains=word)
            | Q(introduction_en__icontains=word)
            | Q(
                pk__in=LecturePage.lecturers.through.objects.filter(lecturer__name__icontains=word).values(
                    "lecturepage"
                )
            )
        )
    return found


def current_version(lecture: LecturePage) -> LectureVersion | None:
    """The version that is watched now; None before the lecture is published."""
    return LectureVersion.objects.filter(lecture=lecture).order_by("-number").first()


def live_courses() -> QuerySet[CoursePage]:
    """Every published course with its lectures in order."""
    places = Prefetch("course_lectures", queryset=CourseLecture.objects.order_by("sort_order"))
    live: QuerySet[CoursePage] = CoursePage.objects.live().order_by("path").prefetch_related(places)
    return live


def lectures_of(account: Account) -> QuerySet[LecturePage]:
    """The lectures that one gave, newest first."""
    given: QuerySet[LecturePage] = LecturePage.objects.filter(submitted_by=account).order_by("-pk")
    return given


def lectures_to_review(account: Account, *, on: date) -> QuerySet[LecturePage]:
    """The lectures that wait for a review by this account's associations, longest waiting first."""
    return (
        reviewable_lectures(account, on=on)
        .filter(review=LecturePage.Review.IN_REVIEW)
        .order_by("submitted_at", "pk")
    )


def reviewable_lectures(account: Account, *, on: date) -> QuerySet[LecturePage]:
    """Every lecture, in whatever state, of the associations for which this account reviews."""
    associations = associations_where(account, Act.REVIEW_LECTURE, on=on)
    lectures: QuerySet[LecturePage] = LecturePage.objects.exclude(review=LecturePage.Review.DRAFT)
    return lectures if associations is None else lectures.filter(association__in=associations)


def correctable_lectures(account: Account, *, on: date) -> QuerySet[LecturePage]:
    """Every lecture whose slides and captions this account may see at the desk: its own, and those it reviews."""
    associations = associations_where(account, Act.REVIEW_LECTURE, on=on)
    reviewed = ~Q(review=LecturePage.Review.DRAFT)
    if associations is not None:
        reviewed &= Q(association__in=associations)
    lectures: QuerySet[LecturePage] = LecturePage.objects.filter(Q(submitted_by=account) | reviewed)
    return lectures.select_related("recording", "association__parent__parent")


def lectures_waiting(associations: Sequence[Association] | None) -> int:
    """How many lectures of these associations (None: of all) wait for review."""
    waiting: QuerySet[LecturePage] = LecturePage.objects.filter(review=LecturePage.Review.IN_REVIEW)
    return (waiting if associations is None else waiting.filter(association__in=associations)).count()


def associations_given_for(account: Account, *, on: date) -> list[Association]:
    """The associations in whose name an account may give a lecture: those of its grants, or all where a grant says all."""
    allowed = MATRIX[Act.UPLOAD_RECORDING]
    grants = [grant for grant in grants_of(account, on=on) if Role(grant.role) in allowed]
    own = {grant.association.pk: grant.association for grant in grants if grant.association is not None}
    if not own and any(allowed[Role(grant.role)] is Scope.ANY for grant in grants):
        return list(Association.objects.order_by("code"))
    return sorted(own.values(), key=lambda association: association.code)


def beneficiary_associations(*, on: date) -> QuerySet[Association]:
    """The associations that lectures are given to: beneficiaries of any programme on a day."""
    roles = AssociationRole.objects.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=on),
        Q(valid_until__isnull=True) | Q(valid_until__gt=on),
        role=AssociationRole.Role.BENEFICIARY,
    )
    return Association.objects.filter(pk__in=roles.values("association")).order_by("code")
