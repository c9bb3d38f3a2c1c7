"""Writes of the evidence: opening a player, reporting what was played, answering a presence code.

These three write no audit entry: the rows themselves are append-only and say who, what and when. After each
of the last two the credit office (registries.py) is asked whether hours are due; the evidence is committed
by then, and a failing office loses none of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate

from courses.attendance import presence, queries, registries, rules
from courses.attendance.clock import from_ms, to_ms
from courses.attendance.models import Coverage, Playback, PresenceCheck, WatchedSpan
from courses.attendance.queries import WatchRecord
from courses.attendance.registries import Award
from courses.attendance.rules import CodeWindow, Interval
from courses.catalogue.models import LectureVersion
from courses.enrolment.queries import may_play
from qianchang.people.models import Lawyer

WRONG_CODES_PER_HOUR = 10
# Times of a device are kept inside the years that a database can hold.
_EARLIEST_MS, _LATEST_MS = 0, 4_102_444_800_000


class UnableToOpenPlayback(Exception):
    """The lecture is not released to this lawyer, or the lawyer has not enrolled."""


class UnableToAnswer(Exception):
    """There is no such code in this lecture, or the lecture is not this lawyer's to watch."""


class TooManyGuesses(Exception):
    """Ten wrong codes within an hour: the lawyer has to wait."""


@dataclass(frozen=True)
class ReportedSpan:
    """One span as the player sends it: media time, and wall time by the device's own clock, in
    milliseconds.
    """

    sequence: int
    media: Interval
    device_wall: Interval


@dataclass(frozen=True)
class Acknowledgement:
    """What the player may forget, what was refused (sequence and reason), and how far the lawyer is now."""

    acknowledged: tuple[int, ...]
    refused: tuple[tuple[int, str], ...]
    record: WatchRecord
    award: Award | None


@dataclass(frozen=True)
class PresenceAnswer:
    """Whether a code was right, where it is shown, and how far the lawyer is now."""

    correct: bool
    window: CodeWindow
    record: WatchRecord
    award: Award | None


@transaction.atomic
def open_playback(
    *, lawyer: Lawyer, version: LectureVersion, device: str, device_now_ms: int, at: datetime
) -> Playback:
    """Open a player and supersede the lawyer's other ones: one plays, and the others learn it with their
    next report.

    Raises UnableToOpenPlayback where the lecture is not released to the lawyer or not enrolled in.
    """
    if not may_play(lawyer, version.lecture, at):
        raise UnableToOpenPlayback(version.lecture_id)
    Lawyer.objects.select_for_update(no_key=True).only("pk").get(pk=lawyer.pk)
    Playback.objects.filter(lawyer=lawyer, superseded_at=None).update(superseded_at=at)
    Coverage.objects.get_or_create(lawyer=lawyer, lecture_version=version, defaults={"updated_at": at})
    return Playback.objects.create(
        lawyer=lawyer,
        lecture_version=version,
        opened_at=at,
        clock_offset_ms=to_ms(at) - device_now_ms,
        # PostgreSQL takes no null character in a text.
        device=device.replace("\x00", "")[:200],
    )


def report_spans(
    *, playback: Playback, spans: Sequence[ReportedSpan], device_now_ms: int, position_ms: int, at: datetime
) -> Acknowledgement:
    """Judge spans and fold what is accepted into the coverage. A sequence that is known already changes
    nothing, so that sending again is free. A superseded playback still reports: what it played before
    counts.
    """
    lawyer, version = playback.lawyer, playback.lecture_version
    terms = registries.terms_of(lawyer, on=localdate(at))
    offset = rules.clock_offset(playback.clock_offset_ms, to_ms(at) - device_now_ms)
    new = {span.sequence: rules.Span(span.media, _server_wall(span, offset)) for span in reversed(spans)}
    with transaction.atomic():
        # Locks the lawyer too: another device may be reporting another lecture for the same minute.
        locked = Coverage.objects.select_for_update(no_key=True).select_related("lawyer")
        coverage = locked.get(lawyer=lawyer, lecture_version=version)
        known = _known(playback, new, at)
        frame = rules.Frame(
            creditable=rules.creditable(version.length_ms, version.excluded_ms),
            length_ms=version.length_ms,
            opened_ms=to_ms(playback.opened_at),
            received_ms=to_ms(at),
            taken=known.taken,
        )
        refusals, rows = dict(known.refusals), []
        for sequence in sorted(new.keys() - refusals.keys()):
            verdict = rules.judge(new[sequence], frame, terms)
            frame = replace(frame, taken=[*frame.taken, *verdict.wall])
            refusals[sequence] = str(verdict.refusal or "")
            rows.append(_row(playback, sequence, new[sequence], verdict, at))
        WatchedSpan.objects.bulk_create(rows)
        _fold(coverage, rows, position_ms=position_ms, length_ms=version.length_ms, at=at)
        if offset != playback.clock_offset_ms:
            Playback.objects.filter(pk=playback.pk).update(clock_offset_ms=offset)
    record = queries.watch_record(lawyer, version, terms=terms, coverage=coverage)
    return Acknowledgement(
        acknowledged=tuple(sorted(new)),
        refused=tuple((sequence, refusals[sequence]) for sequence in sorted(new) if refusals[sequence]),
        record=record,
        award=registries.after_evidence(lawyer=lawyer, version=version, record=record, at=at),
    )


def answer_presence(
    *, lawyer: Lawyer, version: LectureVersion, index: int, code: str, channel: str, at: datetime
) -> PresenceAnswer:
    """Record the answer to a presence code, right or wrong. A code that was answered before stays answered.

    Raises UnableToAnswer for a code that does not exist or a lecture that is not open to the lawyer,
    TooManyGuesses after ten wrong answers within an hour.
    """
    terms = registries.terms_of(lawyer, on=localdate(at))
    windows = rules.code_windows(version.length_ms, version.excluded_ms, terms.presence_minutes)
    if not 1 <= index <= len(windows) or not may_play(lawyer, version.lecture, at):
        raise UnableToAnswer(index)
    with transaction.atomic():
        # One answer at a time, or the limit could be outrun.
        Lawyer.objects.select_for_update(no_key=True).only("pk").get(pk=lawyer.pk)
        record = queries.watch_record(lawyer, version, terms=terms)
        correct = index in record.answered
        if not correct:
            if _wrong_lately(lawyer, at) >= WRONG_CODES_PER_HOUR:
                raise TooManyGuesses
            correct = presence.matches(code, lawyer_id=lawyer.pk, version_id=version.pk, index=index)
            PresenceCheck.objects.create(
                lawyer=lawyer,
                lecture_version=version,
                code_index=index,
                correct=correct,
                channel=PresenceCheck.Channel(channel),
                answered_at=at,
            )
    if correct:
        record = queries.watch_record(lawyer, version, terms=terms)
    return PresenceAnswer(
        correct=correct,
        window=windows[index - 1],
        record=record,
        award=registries.after_evidence(lawyer=lawyer, version=version, record=record, at=at),
    )


def _server_wall(span: ReportedSpan, offset_ms: int) -> Interval:
    start, end = (min(max(ms + offset_ms, _EARLIEST_MS), _LATEST_MS) for ms in span.device_wall)
    return start, end


@dataclass(frozen=True)
class _Known:
    """Refusals of spans that were reported before, by sequence, and the wall time that other spans took."""

    refusals: dict[int, str]
    taken: list[Interval]


def _known(playback: Playback, new: dict[int, rules.Span], at: datetime) -> _Known:
    walls = [span.wall for span in new.values()]
    known = _Known({}, [])
    if not walls:
        return known
    first = max(from_ms(min(start for start, _ in walls)), playback.opened_at)
    last = min(from_ms(max(end for _, end in walls)), at)
    rows = WatchedSpan.objects.filter(
        Q(playback=playback, sequence__in=new) | Q(wall_until__gt=first, wall_from__lt=last),
        lawyer=playback.lawyer,
    )
    fields = rows.values_list("playback_id", "sequence", "refusal", "accepted_wall_ms")
    for owner, sequence, refusal, pieces in fields:
        if owner == playback.pk and sequence in new:
            known.refusals[sequence] = refusal
        known.taken.extend((start, end) for start, end in pieces)
    return known


def _row(
    playback: Playback, sequence: int, span: rules.Span, verdict: rules.Verdict, at: datetime
) -> WatchedSpan:
    return WatchedSpan(
        playback=playback,
        lawyer=playback.lawyer,
        sequence=sequence,
        media_from_ms=span.media[0],
        media_until_ms=span.media[1],
        wall_from=from_ms(span.wall[0]),
        wall_until=from_ms(span.wall[1]),
        accepted_ms=verdict.media,
        accepted_wall_ms=verdict.wall,
        refusal=verdict.refusal or "",
        received_at=at,
    )


def _fold(
    coverage: Coverage, rows: Sequence[WatchedSpan], *, position_ms: int, length_ms: int, at: datetime
) -> None:
    pieces = [piece for row in rows for piece in row.accepted_ms]
    coverage.intervals_ms = rules.union([*coverage.intervals_ms, *pieces])
    coverage.covered_ms = rules.length_of(coverage.intervals_ms)
    coverage.accepted_wall_ms += sum(rules.length_of(row.accepted_wall_ms) for row in rows)
    coverage.position_ms = min(max(position_ms, 0), length_ms)
    coverage.updated_at = at
    coverage.save(
        update_fields=["intervals_ms", "covered_ms", "accepted_wall_ms", "position_ms", "updated_at"]
    )


def _wrong_lately(lawyer: Lawyer, at: datetime) -> int:
    since = at - timedelta(hours=1)
    return PresenceCheck.objects.filter(lawyer=lawyer, correct=False, answered_at__gt=since).count()
