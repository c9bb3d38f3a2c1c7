"""Reads of the evidence: how far somebody is, what is missing, and what was accepted or refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

from django.db.models import Count, DurationField, ExpressionWrapper, F, Max, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from courses.attendance import rules
from courses.attendance.models import Coverage, Playback, PresenceCheck, WatchedSpan
from courses.attendance.rows import codes_answered
from courses.attendance.rules import CodeWindow, Interval, Terms
from courses.catalogue.models import LectureVersion
from qianchang.people.models import Account, Lawyer

# So many refused spans of one sitting are shown one by one; all of them stand in the table.
MOST_REFUSED = 30


class PlaybackUnknown(Exception):
    """There is no such playback of this account."""


class CodeNotReached(Exception):
    """The code cannot be shown: nothing of its window was watched, or there is no such code."""


@dataclass(frozen=True)
class WatchRecord:
    """What one lawyer has watched of one lecture version, in milliseconds of the recording, under which
    terms.
    """

    terms: Terms
    version_id: int
    length_ms: int
    creditable: tuple[Interval, ...]
    intervals: tuple[Interval, ...]
    accepted_wall_ms: int
    position_ms: int
    windows: tuple[CodeWindow, ...]
    answered: frozenset[int]

    @cached_property
    def creditable_ms(self) -> int:
        return rules.length_of(self.creditable)

    @cached_property
    def covered_ms(self) -> int:
        return rules.length_of(self.intervals)

    @property
    def percent(self) -> int:
        """The share watched, rounded down: 100 means that not a whole second is missing."""
        return percent_of(self.covered_ms, self.creditable_ms)

    @property
    def missing(self) -> list[Interval]:
        """What was not watched yet."""
        return rules.difference(self.creditable, self.intervals)

    @property
    def may_be_due(self) -> bool:
        """Whether the credit office should be asked: enough was watched and every code answered."""
        return not self.codes_missing and rules.reaches(
            self.covered_ms, self.creditable_ms, self.terms.threshold
        )

    @property
    def codes_missing(self) -> list[CodeWindow]:
        """The presence codes that were not answered yet."""
        return [window for window in self.windows if window.index not in self.answered]


@dataclass(frozen=True)
class LectureProgress:
    """How far somebody is with one lecture, for lists."""

    lecture_id: int
    version_id: int
    percent: int
    position_ms: int
    updated_at: datetime


@dataclass(frozen=True)
class EvidenceMeasure:
    """What a credit entry states of its evidence: how many devices, how late the latest report came, and whether any of it
    was carried back on a stick.
    """

    devices: int
    latest_delay: timedelta
    brought: bool = False


@dataclass(frozen=True)
class Sitting:
    """One playback and what came of it: the stretches accepted, and the latest spans refused of
    `playback.refused_count`.
    """

    playback: Playback
    refused: tuple[WatchedSpan, ...]

    @property
    def accepted(self) -> tuple[Interval, ...]:
        return tuple((start, end) for start, end in self.playback.accepted_ms)

    @property
    def accepted_ms(self) -> int:
        return rules.length_of(self.accepted)


def percent_of(covered_ms: int, creditable_ms: int) -> int:
    """Return a share in whole percent, rounded down; nothing of nothing is 0. Less than a second missing in all
    is 100: milliseconds get lost where one report ends and the next begins, and nobody can watch them again.
    """
    if covered_ms and creditable_ms - covered_ms < 1000:
        return 100
    return 100 * covered_ms // creditable_ms if creditable_ms else 0


def playback_of(account: Account, public_id: UUID) -> Playback:
    """Return a playback of this account with its lawyer and version, in one query. Raises PlaybackUnknown,
    also for somebody else's: absent and forbidden look the same from outside.
    """
    found = _with_lawyer().filter(public_id=public_id, lawyer__account_id=account.pk).first()
    if found is None:
        raise PlaybackUnknown(public_id)
    return found


def playback_with_lawyer(pk: int) -> Playback:
    """Return a playback with its lawyer and version. One query."""
    return _with_lawyer().get(pk=pk)


def _with_lawyer() -> QuerySet[Playback]:
    return Playback.objects.select_related("lawyer__association__jurisdiction", "lecture_version")


def watch_record(
    lawyer: Lawyer, version: LectureVersion, *, terms: Terms, coverage: Coverage | None = None
) -> WatchRecord:
    """Return how far a lawyer is. `coverage` saves a query where the caller has it; two queries otherwise."""
    if coverage is None:
        coverage = Coverage.objects.filter(lawyer=lawyer, lecture_version=version).first() or Coverage()
    answered = codes_answered([(lawyer.pk, version.pk)])
    return record_of(coverage, version, terms=terms, answered=answered[lawyer.pk, version.pk])


def record_of(
    coverage: Coverage, version: LectureVersion, *, terms: Terms, answered: frozenset[int]
) -> WatchRecord:
    """Return the record that a coverage amounts to. No query."""
    return WatchRecord(
        terms=terms,
        version_id=version.pk,
        length_ms=version.length_ms,
        creditable=tuple(rules.creditable(version.length_ms, version.excluded_ms)),
        intervals=tuple(rules.union(coverage.intervals_ms)),
        accepted_wall_ms=coverage.accepted_wall_ms,
        position_ms=coverage.position_ms,
        windows=tuple(rules.code_windows(version.length_ms, version.excluded_ms, terms.presence_minutes)),
        answered=answered,
    )


def shown_window(record: WatchRecord, index: int) -> CodeWindow:
    """Return the window of a code that may be shown now. Raises CodeNotReached until some of it was
    watched.
    """
    for window in record.windows:
        if window.index == index and rules.intersection(
            record.intervals, [(window.from_ms, window.until_ms)]
        ):
            return window
    raise CodeNotReached(index)


def progress_of(lawyer: Lawyer, lecture_ids: Sequence[int] | None = None) -> list[LectureProgress]:
    """Return how far a lawyer is with each lecture that was begun (None: with all), latest watched first.
    One query.
    """
    rows = Coverage.objects.filter(lawyer=lawyer).select_related("lecture_version").order_by("-updated_at")
    if lecture_ids is not None:
        rows = rows.filter(lecture_version__lecture_id__in=lecture_ids)
    newest: dict[int, Coverage] = {}
    for row in rows:
        known = newest.get(row.lecture_version.lecture_id)
        if known is None or row.lecture_version.number > known.lecture_version.number:
            newest[row.lecture_version.lecture_id] = row
    return [_progress(row) for row in newest.values()]


def begun_by(lawyer: Lawyer, *, most: int) -> list[Coverage]:
    """Return the lectures a lawyer watched last, with their pages. One query."""
    rows = Coverage.objects.filter(lawyer=lawyer, covered_ms__gt=0).select_related("lecture_version__lecture")
    return list(rows.order_by("-updated_at")[:most])


def percent_watched(coverage: Coverage) -> int:
    """Return the share of the creditable length that was watched, rounded down."""
    return percent_of(coverage.covered_ms, creditable_of(coverage.lecture_version))


def begun_version(lawyer: Lawyer, lecture_id: int) -> int | None:
    """Return the newest version of a lecture of which a lawyer has watched anything; None where nothing was. One query."""
    begun = Coverage.objects.filter(lawyer=lawyer, lecture_version__lecture=lecture_id, covered_ms__gt=0)
    return begun.order_by("-lecture_version__number").values_list("lecture_version", flat=True).first()


def creditable_of(version: LectureVersion) -> int:
    """Return the creditable length of a lecture version in milliseconds."""
    return rules.length_of(rules.creditable(version.length_ms, version.excluded_ms))


def evidence_measure(lawyer: Lawyer, version: LectureVersion) -> EvidenceMeasure:
    """Return how many devices sent accepted evidence, and the longest time between playing and report. One
    query.
    """
    delay = ExpressionWrapper(F("received_at") - F("wall_until"), output_field=DurationField())
    accepted = WatchedSpan.objects.filter(lawyer=lawyer, playback__lecture_version=version).exclude(
        accepted_ms=[]
    )
    found = accepted.aggregate(
        devices=Count("playback__device", distinct=True),
        latest=Max(delay),
        brought=Count("pk", filter=Q(playback__brought=True)),
    )
    return EvidenceMeasure(
        devices=found["devices"],
        latest_delay=found["latest"] or timedelta(0),
        brought=found["brought"] > 0,
    )


def evidence_until(lawyer: Lawyer, version: LectureVersion) -> datetime | None:
    """Return when the last of what counts was played, or its last code answered in the player, by the server's clock;
    None where nothing counts. A report, an answer of a download or a sheet that comes later changes nothing. Two queries.
    """
    played = WatchedSpan.objects.filter(lawyer=lawyer, playback__lecture_version=version).exclude(
        accepted_ms=[]
    )
    answered = PresenceCheck.objects.filter(
        lawyer=lawyer, lecture_version=version, correct=True, channel=PresenceCheck.Channel.PLAYER
    )
    last = (
        played.aggregate(last=Max("wall_until"))["last"],
        answered.aggregate(last=Max("answered_at"))["last"],
    )
    return max((moment for moment in last if moment), default=None)


def covered_since(lawyer: Lawyer, version: LectureVersion, since: datetime) -> list[Interval]:
    """Return what was watched of a version after a time, folded from the spans themselves."""
    rows = WatchedSpan.objects.filter(lawyer=lawyer, playback__lecture_version=version, wall_from__gte=since)
    return rules.union(piece for pieces in rows.values_list("accepted_ms", flat=True) for piece in pieces)


def sittings(lawyer: Lawyer, version: LectureVersion) -> list[Sitting]:
    """Return every playback of a version by a lawyer that reported anything, oldest first, each with the last
    MOST_REFUSED spans that were refused. Two queries, and no row for each report.
    """
    playbacks = list(
        Playback.objects.filter(lawyer=lawyer, lecture_version=version)
        .exclude(accepted_ms=[], refused_count=0)
        .order_by("opened_at", "pk")
    )
    refused: dict[int, list[WatchedSpan]] = {}
    place = Window(RowNumber(), partition_by="playback", order_by="-sequence")
    latest = WatchedSpan.objects.filter(playback__in=[each.pk for each in playbacks if each.refused_count])
    for span in (
        latest.exclude(refusal="").annotate(place=place).filter(place__lte=MOST_REFUSED).order_by("sequence")
    ):
        refused.setdefault(span.playback_id, []).append(span)
    return [Sitting(playback, tuple(refused.get(playback.pk, ()))) for playback in playbacks]


def _progress(row: Coverage) -> LectureProgress:
    return LectureProgress(
        lecture_id=row.lecture_version.lecture_id,
        version_id=row.lecture_version_id,
        percent=percent_watched(row),
        position_ms=row.position_ms,
        updated_at=row.updated_at,
    )
