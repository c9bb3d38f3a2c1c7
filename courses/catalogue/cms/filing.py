"""What an editor does to many lectures at once: file them under a field or a category, put them into a course.

Each change is a revision that is published at once, so that history and comparison show it. A page with changes that
somebody has not published yet is left alone: they would be published along with it.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.catalogue.models import CourseLecture, CoursePage, LecturePage, Topic
from qianchang.groundwork import audit
from qianchang.people.models import Account
from qianchang.people.permissions import Act, require


class UnableToFile(Exception):
    """This cannot be done to these pages now. The text says what to do."""


def may_be_filed(page: LecturePage | CoursePage) -> bool:
    """Tell whether a page is published with nothing that waits to be."""
    published = not isinstance(page, LecturePage) or page.review == LecturePage.Review.PUBLISHED
    return bool(page.live and published and not page.has_unpublished_changes)


@transaction.atomic
def file_lectures(
    *,
    lectures: Sequence[LecturePage],
    topic: Topic | None = None,
    category: str = "",
    by: Account,
    at: datetime,
) -> int:
    """File published lectures under a field, a category or both, and return how many were not there already.

    Raises UnableToFile for one that is not published or has changes that are not, PermissionDenied.
    """
    require(by, Act.EDIT_NEWS, on=timezone.localdate(at))
    changed = 0
    for lecture in LecturePage.objects.select_for_update().filter(pk__in=[each.pk for each in lectures]):
        _refuse_unpublished(lecture)
        if (topic is None or lecture.topic_id == topic.pk) and category in ("", lecture.category):
            continue
        lecture.topic = topic or lecture.topic
        lecture.category = category or lecture.category
        lecture.save_revision(user=by, log_action=True).publish(user=by, skip_permission_checks=True)
        _record("file lecture", lecture, by=by, at=at, topic=topic.code if topic else "", category=category)
        changed += 1
    return changed


@transaction.atomic
def add_to_course(*, lectures: Sequence[LecturePage], course: CoursePage, by: Account, at: datetime) -> int:
    """Put published lectures at the end of a course, in the order given, and return how many were not in it.

    Raises UnableToFile for a lecture or a course that is not published or has changes that are not, PermissionDenied.
    """
    require(by, Act.EDIT_NEWS, on=timezone.localdate(at))
    found = CoursePage.objects.select_for_update().get(pk=course.pk)
    for page in (found, *lectures):
        _refuse_unpublished(page)
    places = list(found.course_lectures.all())
    inside = {place.lecture_id for place in places}
    new = [lecture for lecture in lectures if lecture.pk not in inside]
    if not new:
        return 0
    last = max((place.sort_order or 0 for place in places), default=-1)
    found.course_lectures.add(
        *(
            CourseLecture(lecture=lecture, sort_order=last + place)
            for place, lecture in enumerate(new, start=1)
        )
    )
    found.save_revision(user=by, log_action=True).publish(user=by, skip_permission_checks=True)
    _record("add to course", found, by=by, at=at, lectures=len(new))
    return len(new)


def _refuse_unpublished(page: LecturePage | CoursePage) -> None:
    if not may_be_filed(page):
        raise UnableToFile(
            _("“%(title)s” is not published, or has changes that are not. Publish them first.")
            % {"title": page.title}
        )


def _record(
    verb: str, page: LecturePage | CoursePage, *, by: Account, at: datetime, **details: str | int
) -> None:
    kind = "lecture" if isinstance(page, LecturePage) else "course"
    audit.record(verb, object_type=kind, object_key=str(page.pk), by=by, at=at, **details)
