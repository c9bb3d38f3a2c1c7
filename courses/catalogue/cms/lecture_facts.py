"""What the admin's lists and files say of a lecture: one query for all of them, however many there are."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.catalogue import registries
from courses.catalogue.cms import facts
from courses.catalogue.models import LecturePage, LectureVersion


@dataclass(frozen=True)
class Fact:
    """One column: its name, its heading, how it is read from a lecture, and what it is sorted by (empty: not at all)."""

    name: str
    label: str | Promise
    read: Callable[[Any], Any]
    sort_key: str = ""


def with_facts(lectures: QuerySet[LecturePage]) -> QuerySet[LecturePage]:
    """The lectures with `length_ms` (milliseconds, None before publishing), `has_transcript` and `earned` (lawyers)."""
    newest = LectureVersion.objects.filter(lecture=OuterRef("pk")).order_by("-number")
    captioned = LecturePage.objects.filter(pk=OuterRef("pk"), recording__captions__isnull=False)
    annotated: QuerySet[LecturePage] = (
        lectures.select_related("association", "topic")
        .prefetch_related("lecturers")
        .annotate(
            length_ms=Subquery(newest.values("length_ms")[:1]),
            has_transcript=Exists(captioned),
            earned=facts.reach(),
        )
    )
    return annotated


def complete(lectures: Iterable[Any], request: HttpRequest) -> list[Any]:
    """Return the lectures with what other rooms know of them: `hours` and `released`. Two queries."""
    shown = list(lectures)
    hours = registries.hours_of({each.length_ms for each in shown if each.length_ms}, request)
    released = facts.releases_in_words([each.pk for each in shown])
    for each in shown:
        each.hours = hours.get(each.length_ms)
        each.released = released.get(each.pk, "")
    return shown


def _length(lecture: Any) -> str:
    minutes = round(lecture.length_ms / 60_000) if lecture.length_ms else 0
    return _("%(count)d min") % {"count": minutes} if minutes else ""


def _changed(lecture: Any) -> datetime | None:
    changed: datetime | None = lecture.latest_revision_created_at
    return changed


ASSOCIATION = Fact(
    "association",
    gettext_lazy("supporting association"),
    lambda each: each.association.name,
    "association__code",
)
LECTURERS = Fact(
    "lecturers", gettext_lazy("lecturers"), lambda each: "、".join(one.name for one in each.lecturers.all())
)
STATE = Fact("review", gettext_lazy("Review"), lambda each: each.get_review_display(), "review")
TOPIC = Fact("topic", gettext_lazy("field"), lambda each: str(each.topic or ""), "topic__position")
LENGTH = Fact("length", gettext_lazy("Length"), _length, "length_ms")
HOURS = Fact("hours", gettext_lazy("Hours"), lambda each: each.hours, "length_ms")
RELEASED = Fact("released", gettext_lazy("Open to"), lambda each: each.released)
REACH = Fact("earned", gettext_lazy("Lawyers with hours"), lambda each: each.earned, "earned")
TRANSCRIPT = Fact(
    "transcript",
    gettext_lazy("Transcript"),
    lambda each: _("Yes") if each.has_transcript else _("No"),
    "has_transcript",
)
CHANGED = Fact("changed", gettext_lazy("Last change"), _changed, "latest_revision_created_at")
SUBMITTED = Fact("submitted", gettext_lazy("Waiting since"), lambda each: each.submitted_at, "submitted_at")
PUBLISHED = Fact(
    "published", gettext_lazy("Published"), lambda each: each.first_published_at, "first_published_at"
)

IN_LISTING: Sequence[Fact] = (
    ASSOCIATION, TOPIC, STATE, LENGTH, HOURS, RELEASED, REACH, TRANSCRIPT, CHANGED,
)  # fmt: skip
