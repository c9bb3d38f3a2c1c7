"""Composing a master: which lectures may go on a disc, what still fits, and the master itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.attendance.registries import terms_in
from courses.attendance.rules import code_windows
from courses.catalogue.models import LecturePage, LectureVersion, SpeakerConsent
from courses.catalogue.queries import live_lectures
from courses.discs import rules
from courses.discs.models import DiscMaster, MasterLecture
from courses.discs.scope import DiscScope, scope_of
from courses.enrolment import reach
from media_pipeline import api as media
from qianchang.groundwork import audit
from qianchang.people.models import Account, Association


class UnableToCompose(Exception):
    """The master cannot be composed like this; the text says why and what to do."""


@dataclass(frozen=True)
class Chosen:
    """One lecture of a composition to be: its newest version, and why it cannot go on a disc (empty: it can)."""

    lecture: LecturePage
    version: LectureVersion
    refusal: str

    @property
    def minutes(self) -> int:
        """Its whole minutes."""
        return self.version.length_ms // 60_000


@dataclass(frozen=True)
class Composition:
    """Lectures in their order, how many minutes they play, and how many still fit (below zero: too many)."""

    lectures: tuple[Chosen, ...]
    minutes: int
    minutes_left: int


def lectures_for(scope: DiscScope, *, search: str, at: datetime) -> QuerySet[LecturePage]:
    """Return the published lectures that an officer may put on a disc: those that the own side gave and those that are
    open to the own side, by what somebody typed of title or lecturer. The newest first.
    """
    sides = Association.objects.filter(pk__in=scope.receives).select_related("parent__parent")
    reader = reach.GUEST
    for side in sides:
        reader |= reach.of_association(side)
    mine = Q(association__in=scope.gives)
    if scope.receives:
        mine |= Q(pk__in=reach.open_to(reader, at=at).values("lecture"))
    found = live_lectures().filter(mine, versions__isnull=False)
    return searched(found, search).distinct().order_by("-first_published_at", "-pk")


def searched(found: QuerySet[LecturePage], search: str) -> QuerySet[LecturePage]:
    """Return those of some lectures in whose title or lecturers' names every typed word stands."""
    for word in search.split():
        named = LecturePage.objects.filter(lecturers__name__icontains=word)
        found = found.filter(
            Q(title__icontains=word) | Q(title_en__icontains=word) | Q(pk__in=named.values("pk"))
        )
    return found


def composition(scope: DiscScope, numbers: Sequence[int], *, at: datetime) -> Composition:
    """Return the lectures with these numbers in this order, as far as the officer may choose them, with what still fits
    on the disc. Four queries, and those for what is open to the own side.
    """
    rows = {each.pk: each for each in lectures_for(scope, search="", at=at).filter(pk__in=list(numbers))}
    versions: dict[int, LectureVersion] = {}
    for version in LectureVersion.objects.filter(lecture__in=list(rows)).order_by("number"):
        versions[version.lecture_id] = version
    without = without_consent(list(rows))
    chosen = tuple(
        Chosen(rows[number], versions[number], without.get(number, ""))
        for number in dict.fromkeys(numbers)
        if number in rows
    )
    lengths = [each.version.length_ms for each in chosen]
    return Composition(chosen, sum(each.minutes for each in chosen), media.minutes_left(lengths))


def compose_master(
    *, title: str, lectures: Sequence[int], maker: Association, by: Account, at: datetime
) -> DiscMaster:
    """Compose a master of the newest versions of these lectures, in this order, in the name of an association. The same
    composition under the same title again is the same master.

    Raises UnableToCompose; PermissionDenied for somebody who makes no discs for the association.
    """
    scope = scope_of(by, on=localdate(at))
    if maker.pk not in (scope.gives | scope.receives):
        raise UnableToCompose(_("Discs are made in the name of one's own association. Choose it."))
    found = composition(scope, lectures, at=at)
    title = " ".join(title.split())
    _refuse(found, title, asked=len(set(lectures)))
    minutes = terms_in(maker.jurisdiction, on=localdate(at)).presence_minutes
    parts = [
        rules.Part(
            each.version.pk,
            each.version.recording.sha256,
            each.version.length_ms,
            _windows(each.version, minutes),
        )
        for each in found.lectures
    ]
    digest = rules.master_digest(parts, presence_minutes=minutes)
    try:
        with transaction.atomic():
            master, made = DiscMaster.objects.get_or_create(
                maker=maker,
                title=title,
                sha256=digest,
                defaults={"presence_minutes": minutes, "entered_by": by, "entered_at": at},
            )
            if made:
                for position, part in enumerate(parts, start=1):
                    MasterLecture.objects.create(
                        master=master, version_id=part.version_id, position=position, windows=part.windows
                    )
                audit.record(
                    "composed master",
                    object_type="disc master",
                    object_key=str(master.pk),
                    by=by,
                    at=at,
                    lectures=len(parts),
                    sha256=digest,
                )
    except IntegrityError as error:
        raise UnableToCompose(_("Somebody composes the same at this moment. Try again.")) from error
    return master


def _windows(version: LectureVersion, minutes: int) -> list[list[int]]:
    windows = code_windows(version.length_ms, version.excluded_ms, minutes)
    return [[each.from_ms, each.until_ms] for each in windows]


def _refuse(found: Composition, title: str, *, asked: int) -> None:
    if not title:
        raise UnableToCompose(_("Give the disc a title: it stands on its face and in its menu."))
    if not found.lectures:
        raise UnableToCompose(_("Choose at least one lecture."))
    if len(found.lectures) < asked:
        raise UnableToCompose(
            _("A chosen lecture is not open to your association any more. Look at the list again.")
        )
    refused = next((each for each in found.lectures if each.refusal), None)
    if refused is not None:
        raise UnableToCompose(refused.refusal)
    if len(found.lectures) > media.MOST_LECTURES:
        raise UnableToCompose(
            _("One disc takes %(most)d lectures. Leave some out, or make two discs.")
            % {"most": media.MOST_LECTURES}
        )
    if found.minutes_left < 0:
        over = -found.minutes_left
        raise UnableToCompose(
            ngettext(
                "This is %(count)d minute more than fits on one disc. Leave a lecture out, or make two discs.",
                "This is %(count)d minutes more than fits on one disc. Leave a lecture out, or make two discs.",
                over,
            )
            % {"count": over}
        )


def without_consent(lectures: Sequence[int]) -> dict[int, str]:
    """Return, of lectures some speaker of which agrees to no DVD, the sentence that says whose consent is missing."""
    agreed = set(
        SpeakerConsent.objects.filter(
            lecture__in=list(lectures), withdrawn_at__isnull=True, dvd=True
        ).values_list("lecture", "lecturer")
    )
    missing: dict[int, list[str]] = {}
    titles: dict[int, str] = {}
    through = LecturePage.lecturers.through.objects.filter(lecturepage__in=list(lectures))
    for row in through.select_related("lecturer", "lecturepage").order_by("lecturepage", "lecturer"):
        if (row.lecturepage_id, row.lecturer_id) not in agreed:
            missing.setdefault(row.lecturepage_id, []).append(row.lecturer.name)
            titles[row.lecturepage_id] = row.lecturepage.localised_title
    return {
        number: _(
            "%(names)s did not agree that “%(title)s” goes on discs. Ask for the consent first, or leave it out."
        )
        % {"names": "、".join(names), "title": titles[number]}
        for number, names in missing.items()
    }
