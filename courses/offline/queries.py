"""Reads of sticks and of what came back from them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet

from courses.catalogue.models import LecturePage, LectureVersion
from courses.catalogue.queries import with_row_parts
from courses.enrolment.queries import released_lectures
from courses.offline import rules, scope
from courses.offline.models import Bundle, Stick, StickLecture
from courses.offline.wording import bundle_sentence
from media_pipeline import api as media
from qianchang.people.models import Account, Lawyer
from qianchang.people.permissions import Act, lawyers_where

LECTURES_SHOWN = 20
LAWYERS_SHOWN = 20
_SOUND, _LIGHT, _FILM = "audio", "light", "standard"


@dataclass(frozen=True)
class StickRow:
    """One stick in a list. `state` is live, over or revoked; `titles` are its lectures."""

    stick: Stick
    titles: str
    state: str
    bundles: int
    may_fetch: bool


@dataclass(frozen=True)
class BundleRow:
    """One record that came back, with what became of it in a sentence."""

    bundle: Bundle
    sentence: str


@dataclass(frozen=True)
class Choice:
    """One lecture that can be put on a stick, with its bytes for each way (None: not made yet)."""

    lecture: LecturePage
    version: LectureVersion
    film: int | None
    light: int | None
    sound: int | None


def own_sticks(lawyer: Lawyer) -> QuerySet[Stick]:
    """Return the sticks of a lawyer, newest first."""
    return in_order(scope.sticks().filter(lawyer=lawyer))


def in_order(sticks: QuerySet[Stick]) -> QuerySet[Stick]:
    """Return sticks newest first, each with how many records came back."""
    return sticks.annotate(came=Count("bundles")).order_by("-serial")


def stick_rows(sticks: Iterable[Stick], *, by: Account, at: datetime, on: date) -> list[StickRow]:
    """Return sticks as a list shows them. One query more."""
    found = list(sticks)
    titles: dict[int, list[str]] = {}
    places = StickLecture.objects.filter(stick__in=found).select_related("version__lecture")
    for place in places.order_by("stick", "position"):
        titles.setdefault(place.stick_id, []).append(place.version.lecture.localised_title)
    return [
        StickRow(
            stick=each,
            titles="、".join(titles.get(each.pk, [])),
            state=state_of(each, at=at),
            bundles=getattr(each, "came", 0),
            may_fetch=scope.may_fetch(by, each, on=on) and each.expires_at > at,
        )
        for each in found
    ]


def state_of(stick: Stick, *, at: datetime) -> str:
    """Return whether a stick is live, its days are over, or it was declared lost."""
    if stick.revoked_at is not None:
        return "revoked"
    return "over" if stick.expires_at <= at else "live"


def bundles_of(stick: Stick) -> list[BundleRow]:
    """Return what came back from a stick, newest first. One query."""
    rows = Bundle.objects.filter(stick=stick).select_related("stick", "by").order_by("-received_at", "-pk")
    return [BundleRow(row, bundle_sentence(row)) for row in rows]


def bundles_reached(account: Account, *, on: date) -> QuerySet[Bundle]:
    """Return the records of all sticks that an account reaches, newest first."""
    reached = scope.sticks_reached(account, on=on).values("pk")
    return (
        Bundle.objects.filter(stick__in=reached)
        .select_related("stick__lawyer", "stick__sheet__session", "by")
        .order_by("-received_at", "-pk")
    )


def own_bundles(lawyer: Lawyer) -> QuerySet[Bundle]:
    """Return the records of a lawyer's sticks, newest first."""
    return (
        Bundle.objects.filter(stick__lawyer=lawyer)
        .select_related("stick", "by")
        .order_by("-received_at", "-pk")
    )


def choices(lawyer: Lawyer, *, words: str, at: datetime) -> list[Choice]:
    """Return lectures that are open to a lawyer and whose title or lecturer has these words, newest first. Eight queries
    at most, however many they are.
    """
    lectures = with_row_parts(released_lectures(lawyer, at=at))
    for word in words.split()[:5]:
        lectures = lectures.filter(Q(title__icontains=word) | Q(lecturers__name__icontains=word))
    shown = list(lectures.distinct().order_by("-first_published_at", "-pk")[:LECTURES_SHOWN])
    return _choices(shown)


def chosen(lawyer: Lawyer, numbers: Sequence[int], *, at: datetime) -> list[LecturePage]:
    """Return the lectures with these numbers that are open to a lawyer, in this order. One query."""
    found = {each.pk: each for each in released_lectures(lawyer, at=at).filter(pk__in=numbers)}
    return [found[number] for number in dict.fromkeys(numbers) if number in found]


def lawyers_to_make_for(account: Account, *, words: str, on: date) -> list[Lawyer]:
    """Return lawyers for whom an account may make a stick, by name or licence number. One query."""
    words = " ".join(words.split())
    if not words:
        return []
    rows = Lawyer.objects.filter(lawyers_where(account, Act.REQUEST_DISC, on=on), erased_at=None)
    rows = rows.filter(Q(name__icontains=words) | Q(licence_number=words)).select_related("firm")
    return list(rows.order_by("name", "licence_number")[:LAWYERS_SHOWN])


def _choices(lectures: Sequence[LecturePage]) -> list[Choice]:
    versions = {each.pk: next(iter(each.versions_newest_first), None) for each in lectures}
    there = [version for version in versions.values() if version is not None]
    summaries = media.recording_summaries([version.recording_id for version in there])
    found = []
    for lecture in lectures:
        version = versions[lecture.pk]
        summary = summaries.get(version.recording_id) if version else None
        if version is None or summary is None:
            continue
        sizes = {mode.mode: mode.size_bytes for mode in summary.modes}
        found.append(Choice(lecture, version, sizes.get(_FILM), sizes.get(_LIGHT), sizes.get(_SOUND)))
    return found


def stick_of(number: str) -> Stick | None:
    """Return the stick with this number. One query."""
    serial = rules.serial_of(number)
    return scope.sticks().filter(serial=serial).first() if serial is not None else None
