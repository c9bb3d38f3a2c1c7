"""Reports of watching, any number of them in one transaction and always the same few statements."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from courses.attendance import queries, registries, rows, rules
from courses.attendance.clock import from_ms, to_ms
from courses.attendance.gathering import Gathering
from courses.attendance.models import Coverage, Playback, WatchedSpan
from courses.attendance.queries import WatchRecord
from courses.attendance.registries import Award, RoomTime
from courses.attendance.rows import Watched
from courses.attendance.rules import MINUTE_MS, Interval, Refusal, Terms
from courses.catalogue.models import LectureVersion
from qianchang.people.walls import as_platform

# More at once would make the first of them wait longer than it saves the others.
MOST_AT_ONCE = 32
# Measured with `make bench-attendance`: what this adds to an answer, larger folds save many times over.
PATIENCE_S = 0.005
# A report of many days asks for so many stretches of them at most, and not for everything in between.
MOST_STRETCHES = 6
# What was played so long before it was reported may lie beside a sheet that two people signed meanwhile; what is reported
# as it is played cannot, and costs no query for it.
SETTLED_MS = 5 * MINUTE_MS
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
    acknowledged: tuple[int, ...]
    refused: tuple[tuple[int, str], ...]
    record: WatchRecord
    award: Award | None


@dataclass
class _Work:
    """One report with the rows that it changes. Reports of one lawyer share them."""

    report: Report
    watched: Watched
    terms: Terms
    refusals: dict[int, str] = field(default_factory=dict)

    @property
    def playback(self) -> Playback:
        return self.watched.playback

    @property
    def coverage(self) -> Coverage:
        return self.watched.coverage

    @property
    def version(self) -> LectureVersion:
        return self.watched.version


@dataclass(frozen=True)
class _Known:
    """Refusals of spans that were reported before, by playback and sequence, the wall time that spans of a lawyer took,
    and that of rooms.
    """

    refusals: dict[tuple[int, int], str] = field(default_factory=dict)
    taken: dict[int, list[Interval]] = field(default_factory=dict)
    rooms: Sequence[RoomTime] = ()

    def in_rooms(self, work: _Work) -> list[Interval]:
        """The time of other lectures. The same one gives hours once in a year, whatever the hours of the clock: it takes
        nothing from itself (decision 0026). What lies beside a room was watched on its day, and belongs to that year.
        """
        starts, own = work.terms.year_starts_month, work.version.lecture_id
        return [
            room.wall
            for room in self.rooms
            if room.lawyer_id == work.playback.lawyer_id
            and (room.lecture_id, room.year) != (own, _year_of(room.wall[0], starts))
        ]


def _year_of(moment_ms: int, starts_month: int) -> int:
    day = localdate(from_ms(moment_ms))
    return day.year if day.month >= starts_month else day.year - 1


@as_platform("reports of many lawyers in the request of one of them; each is asked for its own account below")
def fold(reports: Sequence[Report]) -> list[Folded | None]:
    """Judge the spans of each report, in turn, and fold what is accepted into the coverage. Returns when all
    of it is committed; None for a report to a playback that this account has not.

    A sequence that is known already changes nothing, so that sending again is free. A superseded playback
    still reports: what it played before counts. How often the database is asked does not depend on how many reports
    there are, nor on how many came before.
    """
    with transaction.atomic(durable=True):
        works = _works(reports)
        known = [work for work in works if work is not None]
        WatchedSpan.objects.bulk_create(_judge_all(known))
        rows.keep([work.watched for work in known])
    return _standings(works)


# One line for all threads of this process; see gathering.py.
LINE: Gathering[Report, Folded | None] = Gathering(fold, most=MOST_AT_ONCE, patience_s=PATIENCE_S)


def _works(reports: Sequence[Report]) -> list[_Work | None]:
    watched = rows.lock_watched(report.playback_id for report in reports)
    known_terms: dict[tuple[int, date], Terms] = {}
    works: list[_Work | None] = []
    for report in reports:
        each = watched.get(report.playback_id)
        if each is None or each.account_id != report.account_id:
            works.append(None)
            continue
        place = (each.jurisdiction.pk, localdate(report.at))
        if place not in known_terms:
            known_terms[place] = registries.terms_in(each.jurisdiction, on=place[1])
        works.append(_Work(report, each, known_terms[place]))
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
    asked: list[tuple[int, int]] = []
    walls: list[tuple[int, datetime, datetime]] = []
    for work, new in zip(works, spans, strict=True):
        asked += [(work.playback.pk, sequence) for sequence in new]
        inside = [(to_ms(work.playback.opened_at), to_ms(work.report.at))]
        taken = rules.intersection((span.wall for span in new.values()), inside)
        walls += [
            (work.playback.lawyer_id, from_ms(start), from_ms(end))
            for start, end in rules.stretches(taken, most=MOST_STRETCHES)
        ]
    known = _Known(rooms=_in_rooms(works, walls))
    for lawyer, playback, sequence, refusal, pieces in [
        *rows.same_spans(asked),
        *rows.overlapping_spans(walls),
    ]:
        known.refusals[playback, sequence] = refusal
        known.taken.setdefault(lawyer, []).extend(pieces)
    return known


def _in_rooms(works: Sequence[_Work], walls: Sequence[tuple[int, datetime, datetime]]) -> Sequence[RoomTime]:
    reported = {work.playback.lawyer_id: to_ms(work.report.at) for work in works}
    settled = [
        (lawyer, to_ms(start), to_ms(end))
        for lawyer, start, end in walls
        if reported[lawyer] - to_ms(start) > SETTLED_MS
    ]
    if not settled:
        return ()
    within = min(start for _who, start, _end in settled), max(end for _who, _start, end in settled)
    return registries.room_times(sorted({lawyer for lawyer, _start, _end in settled}), within)


def _judge(work: _Work, new: dict[int, rules.Span], known: _Known) -> Iterable[WatchedSpan]:
    """Yield a row for each span that was not known, and fold it into the rows that it changes."""
    playback, version, at = work.playback, work.version, work.report.at
    taken = known.taken.setdefault(work.playback.lawyer_id, [])
    frame = rules.Frame(
        creditable=rules.creditable(version.length_ms, version.excluded_ms),
        length_ms=version.length_ms,
        opened_ms=to_ms(playback.opened_at),
        received_ms=to_ms(at),
        taken=taken,
        over_ms=to_ms(playback.download_until) if playback.download_until else None,
        in_rooms=known.in_rooms(work),
    )
    coverage = work.coverage
    covered, accepted = rules.union(coverage.intervals_ms), rules.union(playback.accepted_ms)
    for sequence in sorted(new):
        refusal = known.refusals.get((playback.pk, sequence))
        if refusal is None:
            verdict = rules.judge(new[sequence], replace(frame, taken=taken), work.terms)
            if any(rules.too_scattered(pieces, verdict.media) for pieces in (covered, accepted)):
                verdict = rules.Verdict((), (), Refusal.TOO_SCATTERED)
            refusal = str(verdict.refusal or "")
            known.refusals[playback.pk, sequence] = refusal
            taken.extend(verdict.wall)
            for piece in verdict.media:
                rules.insert(covered, piece)
                rules.insert(accepted, piece)
            coverage.accepted_wall_ms += verdict.wall_ms
            playback.refused_count += bool(refusal)
            yield _row(work, sequence, new[sequence], verdict)
        work.refusals[sequence] = refusal
    coverage.intervals_ms, playback.accepted_ms = covered, accepted
    coverage.covered_ms = rules.length_of(covered)
    coverage.position_ms = min(max(work.report.position_ms, 0), version.length_ms)
    coverage.updated_at = at


def _row(work: _Work, sequence: int, span: rules.Span, verdict: rules.Verdict) -> WatchedSpan:
    return WatchedSpan(
        playback_id=work.playback.pk,
        lawyer_id=work.playback.lawyer_id,
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


def _standings(works: Sequence[_Work | None]) -> list[Folded | None]:
    present = [work for work in works if work is not None]
    if not present:
        return [None] * len(works)
    answered = rows.codes_answered((work.playback.lawyer_id, work.version.pk) for work in present)
    awards = registries.standing_awards(
        [
            (work.playback.lawyer_id, work.version.lecture_id, work.terms, localdate(work.report.at))
            for work in present
        ]
    )
    return [
        Folded(
            playback=work.playback,
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
                answered=answered[work.playback.lawyer_id, work.version.pk],
            ),
            award=awards.get((work.playback.lawyer_id, work.version.lecture_id)),
        )
        if work
        else None
        for work in works
    ]
