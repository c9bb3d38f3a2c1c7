"""Reads of the catalogue: what is public, what is one's own, what waits for whose review."""

from collections.abc import Sequence
from datetime import date

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import HttpRequest

from courses.catalogue import registries
from courses.catalogue.models import CourseLecture, CoursePage, LecturePage, LectureVersion, Replacement
from courses.catalogue.version_rules import version_to_watch
from qianchang.people.models import Account, Association, AssociationRole, Lawyer
from qianchang.people.permissions import MATRIX, Act, Scope, associations_where, grants_of
from qianchang.people.permissions import R as Role


def live_lectures() -> QuerySet[LecturePage]:
    """Every published lecture, whoever it is released to: for counting and for writing. What a reader is shown asks
    `visible_lectures`.
    """
    live: QuerySet[LecturePage] = LecturePage.objects.filter(live=True, review=LecturePage.Review.PUBLISHED)
    return live


def visible_lectures(request: HttpRequest) -> QuerySet[LecturePage]:
    """Every published lecture that this reader may know of: released to everybody or to the reader, given by the
    reader, or of an association for which the reader reviews. Every list, page, search, answer and feed asks here;
    whatever else exists is not there for this reader (404). One query, with the releases in a subselect.
    """
    released = registries.visible(request)
    return live_lectures() if released is None else live_lectures().filter(released)


def with_row_parts(lectures: QuerySet[LecturePage]) -> QuerySet[LecturePage]:
    """The lectures with what a list row shows, in two queries more than the list itself."""
    return lectures.select_related("topic", "association").prefetch_related(
        "lecturers",
        Prefetch(
            "versions", queryset=LectureVersion.objects.order_by("-number"), to_attr="versions_newest_first"
        ),
    )


def current_version(lecture: LecturePage) -> LectureVersion | None:
    """The version that is watched now; None before the lecture is published."""
    return LectureVersion.objects.filter(lecture=lecture).order_by("-number").first()


def version_for(lecture: LecturePage, lawyer: Lawyer | None) -> LectureVersion | None:
    """The version that a reader watches: the current one, or an older one that this lawyer began and did not finish
    (version_rules.py). None before the lecture is published. More than one query only where there are several versions.
    """
    current = current_version(lecture)
    if current is None or current.number == 1 or lawyer is None:
        return current
    begun, finished = registries.version_history(lawyer, lecture.pk)
    chosen = version_to_watch(current.pk, begun=begun, finished=finished)
    return current if chosen == current.pk else LectureVersion.objects.filter(pk=chosen).first()


def live_courses() -> QuerySet[CoursePage]:
    """Every published course with its lectures in order."""
    places = Prefetch("course_lectures", queryset=CourseLecture.objects.order_by("sort_order"))
    live: QuerySet[CoursePage] = CoursePage.objects.live().order_by("path").prefetch_related(places)
    return live


def visible_courses(request: HttpRequest) -> QuerySet[CoursePage]:
    """The published courses that this reader may know of: those with a lecture that is released to the reader, and
    those that have no published lecture yet.
    """
    places = CourseLecture.objects.filter(course=OuterRef("pk"))
    released = places.filter(lecture__in=visible_lectures(request).values("pk"))
    published = places.filter(lecture__in=live_lectures().values("pk"))
    return live_courses().filter(Exists(released) | ~Exists(published))


def lectures_of(account: Account) -> QuerySet[LecturePage]:
    """The lectures that one gave, newest first."""
    given: QuerySet[LecturePage] = LecturePage.objects.filter(submitted_by=account).order_by("-pk")
    return given


def recordings_of_versions(account: Account) -> set[int]:
    """The recordings that are, were or may become versions of the lectures that one gave. Two queries."""
    mine = LectureVersion.objects.filter(lecture__submitted_by=account)
    offered = Replacement.objects.filter(submitted_by=account)
    return {
        *mine.values_list("recording_id", flat=True),
        *offered.values_list("recording_id", flat=True),
    }


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
    """How many lectures of these associations (None: of all) wait for review, or with a new recording. One query."""
    waiting: QuerySet[LecturePage] = LecturePage.objects.filter(
        Q(review=LecturePage.Review.IN_REVIEW)
        | Q(pk__in=Replacement.objects.filter(state=Replacement.State.WAITING).values("lecture"))
    )
    return (waiting if associations is None else waiting.filter(association__in=associations)).count()


def replacements_to_review(account: Account, *, on: date) -> QuerySet[Replacement]:
    """The recordings that wait to become new versions of lectures which this account reviews, longest waiting first."""
    waiting = Replacement.objects.filter(
        state=Replacement.State.WAITING, lecture__in=reviewable_lectures(account, on=on)
    )
    return waiting.select_related("lecture__association", "submitted_by").order_by("submitted_at", "pk")


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
