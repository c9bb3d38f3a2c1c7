"""Reports of watching, any number of them in one transaction and always the same few statements."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F
from django.utils.timezone import localdate

from courses.attendance import queries, registries, rules
from courses.attendance.clock import from_ms, to_ms
from courses.attendance.gathering import Gathering
from courses.attendance.models import Coverage, Playback, WatchedSpan
from courses.attendance.queries import WatchRecord
from courses.attendance.registries import Award
from courses.attendance.rules import Interval, Terms
from courses.catalogue.models import LectureVersion
from qianchang.people.models import Lawyer

# More at once would make the first of them wait longer than it saves the others.
MOST_AT_ONCE = 32
# Measured with `make bench-attendance`: what this adds to an answer, larger folds save many times over.
PATIENCE_S = 0.005
# A report of many days asks for so many stretches of them at most, and not for everything in between.
MOST_STRETCHES = 6
# Times of a device are kept inside the years that a database can hold.
_EARLIEST_MS, _LATEST_MS = 0, 4_102_444_800_000


@dataclass(frozen=True)
class ReportedSpan:
    """One span as the player sends it: media time, and wall time by the device's own clock, in
    milliseconds.
    """

    sequence: int
    media: Interval
    device_wall: Interval


@dataclass(frozen=True)
class Report:
    """What one player sends: whose account it is signed in with, which playback, and what was played."""

    account_id: int | None
    playback_id: UUID
    spans: Sequence[ReportedSpan]
    device_now_ms: int
    position_ms: int
    at: datetime


@dataclass(frozen=True)
class Folded:
    """What became of one report: it is in the database. `award` is one that stood before it."""

    playback: Playback
    version: LectureVersion
    lawyer: Lawyer
    acknowledged: tuple[int, ...]
    refused: tuple[tuple[int, str], ...]
    record: WatchRecord
    award: Award | None


@dataclass
class _Work:
    """One report with the rows that it changes. Reports of one lawyer share them."""

    report: Report
    playback: Playback
    coverage: Coverage
    terms: Terms
    refusals: dict[int, str] = field(default_factory=dict)

    @property
    def version(self) -> LectureVersion:
        return self.coverage.lecture_version

    @property
    def lawyer(self) -> Lawyer:
        return self.coverage.lawyer


@dataclass(frozen=True)
class _Known:
    """Refusals of spans that were reported before, by playback and sequence, and the wall time that spans of
    a lawyer took.
    """

    refusals: dict[tuple[int, int], str] = field(default_factory=dict)
    taken: dict[int, list[Interval]] = field(default_factory=dict)


def fold(reports: Sequence[Report]) -> list[Folded | None]:
    """Judge the spans of each report, in turn, and fold what is accepted into the coverage. Returns when all
    of it is committed; None for a report to a playback that this account has not.

    A sequence that is known already changes nothing, so that sending again is free. A superseded playback
    still reports: what it played before counts. The number of queries does not depend on how many reports
    there are, nor on how many came before.
    """
    with transaction.atomic(durable=True):
        works = _works(reports)
        known = [work for work in works if work is not None]
        WatchedSpan.objects.bulk_create(_judge_all(known))
        _store(known)
    return _standings(works)


# CROSS JOIN keeps SQLite from reading the large table first; PostgreSQL decides by itself.
_COLUMNS = "span.lawyer_id, span.playback_id, span.sequence, span.refusal, span.accepted_wall_ms"
_SAME = f"""WITH asked(playback, sequence) AS (VALUES {{places}})
SELECT {_COLUMNS} FROM asked CROSS JOIN attendance_watchedspan AS span
WHERE span.playback_id = asked.playback AND span.sequence = asked.sequence"""  # noqa: S608 (no value is put in)
_OVERLAPPING = f"""WITH asked(lawyer, began, ended) AS (VALUES {{places}})
SELECT {_COLUMNS} FROM asked CROSS JOIN attendance_watchedspan AS span
WHERE span.lawyer_id = asked.lawyer AND span.wall_until > asked.began AND span.wall_from < asked.ended"""  # noqa: S608


# One line for all threads of this process; see gathering.py.
LINE: Gathering[Report, Folded | None] = Gathering(fold, most=MOST_AT_ONCE, patience_s=PATIENCE_S)


def _works(reports: Sequence[Report]) -> list[_Work | None]:
    ids = [report.playback_id for report in reports]
    # Locks the lawyer too: another device may be reporting another lecture for the same minute. Always in the same
    # order, or two lines could wait for each other.
    locked = (
        Coverage.objects.select_for_update(no_key=True, of=("self", "lawyer"))
        .filter(lawyer__playbacks__public_id__in=ids, lecture_version=F("lawyer__playbacks__lecture_version"))
        .select_related("lawyer__association__jurisdiction", "lecture_version")
        .order_by("lawyer_id", "pk")
    )
    coverages = {(each.lawyer_id, each.lecture_version_id): each for each in locked}
    # Only after the lock: what another line has just folded into them must be seen.
    playbacks = {each.public_id: each for each in Playback.objects.filter(public_id__in=ids)}
    known_terms: dict[tuple[int, date], Terms] = {}
    works: list[_Work | None] = []
    for report in reports:
        playback = playbacks.get(report.playback_id)
        coverage = coverages.get((playback.lawyer_id, playback.lecture_version_id)) if playback else None
        if playback is None or coverage is None or coverage.lawyer.account_id != report.account_id:
            works.append(None)
            continue
        place = (coverage.lawyer.association.jurisdiction_id, localdate(report.at))
        if place not in known_terms:
            known_terms[place] = registries.terms_of(coverage.lawyer, on=place[1])
        works.append(_Work(report, playback, coverage, known_terms[place]))
    return works


def _judge_all(works: Sequence[_Work]) -> list[WatchedSpan]:
    spans = [_spans(work) for work in works]
    known = _known(works, spans)
    return [row for work, new in zip(works, spans, strict=True) for row in _judge(work, new, known)]


def _spans(work: _Work) -> dict[int, rules.Span]:
    """Return the reported spans by the server's clock; where a sequence stands twice, the first one."""
    work.playback.clock_offset_ms = offset = rules.clock_offset(
        work.playback.clock_offset_ms, to_ms(work.report.at) - work.report.device_now_ms
    )
    return {
        span.sequence: rules.Span(span.media, _server_wall(span, offset))
        for span in reversed(work.report.spans)
    }


def _server_wall(span: ReportedSpan, offset_ms: int) -> Interval:
    start, end = (min(max(ms + offset_ms, _EARLIEST_MS), _LATEST_MS) for ms in span.device_wall)
    return start, end


def _known(works: Sequence[_Work], spans: Sequence[dict[int, rules.Span]]) -> _Known:
    asked: list[tuple[Any, ...]] = []
    walls: list[tuple[Any, ...]] = []
    adapt = connection.ops.adapt_datetimefield_value
    for work, new in zip(works, spans, strict=True):
        asked += [(work.playback.pk, sequence) for sequence in new]
        inside = [(to_ms(work.playback.opened_at), to_ms(work.report.at))]
        taken = rules.intersection((span.wall for span in new.values()), inside)
        walls += [
            (work.lawyer.pk, adapt(from_ms(start)), adapt(from_ms(end)))
            for start, end in rules.stretches(taken, most=MOST_STRETCHES)
        ]
    known = _Known()
    for lawyer, playback, sequence, refusal, pieces in [*_rows(_SAME, asked), *_rows(_OVERLAPPING, walls)]:
        known.refusals[playback, sequence] = refusal
        known.taken.setdefault(lawyer, []).extend((start, end) for start, end in json.loads(pieces))
    return known


def _rows(statement: str, asked: Sequence[tuple[Any, ...]]) -> list[tuple[int, int, int, str, str]]:
    """Return the spans that match one of the tuples asked for, by an index for each. Written out: putting
    these conditions together by the ORM takes longer than all the rest of a fold.
    """
    if not asked:
        return []
    places = ", ".join(f"({', '.join(['%s'] * len(asked[0]))})" for _each in asked)
    with connection.cursor() as cursor:
        cursor.execute(statement.format(places=places), [value for each in asked for value in each])
        return list(cursor.fetchall())


def _judge(work: _Work, new: dict[int, rules.Span], known: _Known) -> Iterable[WatchedSpan]:
    """Yield a row for each span that was not known, and fold it into the rows that it changes."""
    playback, version, at = work.playback, work.version, work.report.at
    taken = known.taken.setdefault(work.lawyer.pk, [])
    frame = rules.Frame(
        creditable=rules.creditable(version.length_ms, version.excluded_ms),
        length_ms=version.length_ms,
        opened_ms=to_ms(playback.opened_at),
        received_ms=to_ms(at),
        taken=taken,
    )
    media: list[Interval] = []
    for sequence in sorted(new):
        refusal = known.refusals.get((playback.pk, sequence))
        if refusal is None:
            verdict = rules.judge(new[sequence], replace(frame, taken=taken), work.terms)
            refusal = str(verdict.refusal or "")
            known.refusals[playback.pk, sequence] = refusal
            taken.extend(verdict.wall)
            media.extend(verdict.media)
            work.coverage.accepted_wall_ms += verdict.wall_ms
            playback.refused_count += bool(refusal)
            yield _row(work, sequence, new[sequence], verdict)
        work.refusals[sequence] = refusal
    coverage = work.coverage
    coverage.intervals_ms = rules.union([*coverage.intervals_ms, *media])
    coverage.covered_ms = rules.length_of(coverage.intervals_ms)
    coverage.position_ms = min(max(work.report.position_ms, 0), version.length_ms)
    coverage.updated_at = at
    playback.accepted_ms = rules.union([*playback.accepted_ms, *media])


def _row(work: _Work, sequence: int, span: rules.Span, verdict: rules.Verdict) -> WatchedSpan:
    return WatchedSpan(
        playback_id=work.playback.pk,
        lawyer_id=work.lawyer.pk,
        sequence=sequence,
        media_from_ms=span.media[0],
        media_until_ms=span.media[1],
        wall_from=from_ms(span.wall[0]),
        wall_until=from_ms(span.wall[1]),
        accepted_ms=verdict.media,
        accepted_wall_ms=verdict.wall,
        refusal=verdict.refusal or "",
        received_at=work.report.at,
    )


def _store(works: Sequence[_Work]) -> None:
    """Write the changed rows: one statement for each table, whichever number there are."""
    Coverage.objects.bulk_create(
        {work.coverage.pk: work.coverage for work in works}.values(),
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["intervals_ms", "covered_ms", "accepted_wall_ms", "position_ms", "updated_at"],
    )
    Playback.objects.bulk_create(
        {work.playback.pk: work.playback for work in works}.values(),
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["clock_offset_ms", "accepted_ms", "refused_count"],
    )


def _standings(works: Sequence[_Work | None]) -> list[Folded | None]:
    present = [work for work in works if work is not None]
    if not present:
        return [None] * len(works)
    answered = queries.codes_answered((work.lawyer.pk, work.version.pk) for work in present)
    awards = registries.standing_awards(
        [(work.lawyer.pk, work.version.lecture_id, work.terms, localdate(work.report.at)) for work in present]
    )
    return [
        Folded(
            playback=work.playback,
            version=work.version,
            lawyer=work.lawyer,
            acknowledged=tuple(sorted(work.refusals)),
            refused=tuple(
                (sequence, work.refusals[sequence])
                for sequence in sorted(work.refusals)
                if work.refusals[sequence]
            ),
            record=queries.record_of(
                work.coverage,
                work.version,
                terms=work.terms,
                answered=answered[work.lawyer.pk, work.version.pk],
            ),
            award=awards.get((work.lawyer.pk, work.version.lecture_id)),
        )
        if work
        else None
        for work in works
    ]
