"""Writes of the evidence: opening a player, reporting what was played, answering a presence code.

These three write no audit entry: the rows themselves are append-only and say who, what and when. After each
of the last two the credit office (registries.py) is asked whether hours are due; the evidence is committed
by then, and a failing office loses none of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from courses.attendance import folding, presence, queries, registries, rules
from courses.attendance.clock import to_ms
from courses.attendance.folding import ReportedSpan
from courses.attendance.models import Coverage, Playback, PresenceCheck
from courses.attendance.queries import WatchRecord
from courses.attendance.registries import Award
from courses.attendance.rules import CodeWindow
from courses.catalogue.models import LectureVersion
from courses.catalogue.queries import version_for
from courses.enrolment.queries import may_play
from qianchang.people.models import Lawyer

WRONG_CODES_PER_HOUR = 10


class UnableToOpenPlayback(Exception):
    """The lecture is not released to this lawyer, or the lawyer has not enrolled."""


class UnableToAnswer(Exception):
    """There is no such code in this lecture, or the lecture is not this lawyer's to watch."""


class TooManyGuesses(Exception):
    """Ten wrong codes within an hour: the lawyer has to wait."""


@dataclass(frozen=True)
class Acknowledgement:
    """What the player may forget, what was refused (sequence and reason), and how far the lawyer is now."""

    acknowledged: tuple[int, ...]
    refused: tuple[tuple[int, str], ...]
    superseded: bool
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

    Raises UnableToOpenPlayback where the lecture is not released to the lawyer or not enrolled in, and for an older
    version that the lawyer has not begun.
    """
    if not may_play(lawyer, version.lecture, at) or version_for(version.lecture, lawyer) != version:
        raise UnableToOpenPlayback(version.lecture_id)
    Lawyer.objects.select_for_update(no_key=True).only("pk").get(pk=lawyer.pk)
    # A download plays beside the others: their wall time still counts once.
    Playback.objects.filter(lawyer=lawyer, superseded_at=None, download_until=None).update(superseded_at=at)
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
    account_id = playback.lawyer.account_id
    folded = folding.fold(
        [folding.Report(account_id, playback.public_id, spans, device_now_ms, position_ms, at)]
    )[0]
    if folded is None:
        raise queries.PlaybackUnknown(playback.public_id)
    return _acknowledge(folded, at)


def take_report(report: folding.Report) -> Acknowledgement:
    """Do the same for a playback by its public number, together with whoever reports in this moment. Raises
    queries.PlaybackUnknown where the account has no such playback.
    """
    folded = folding.LINE.bring(report)
    if folded is None:
        raise queries.PlaybackUnknown(report.playback_id)
    return _acknowledge(folded, report.at)


def _acknowledge(folded: folding.Folded, at: datetime) -> Acknowledgement:
    award = folded.award
    if (award is None or award.is_part) and folded.record.may_be_due:
        # The fold knows only what judging needs of them: an award is rare.
        playback = queries.playback_with_lawyer(folded.playback.pk)
        award = registries.after_evidence(
            lawyer=playback.lawyer, version=playback.lecture_version, record=folded.record, at=at
        )
    return Acknowledgement(
        acknowledged=folded.acknowledged,
        refused=folded.refused,
        superseded=folded.playback.superseded_at is not None,
        record=folded.record,
        award=award,
    )


def answer_presence(
    *,
    lawyer: Lawyer,
    version: LectureVersion,
    index: int,
    code: str,
    channel: str,
    at: datetime,
    download: UUID | None = None,
) -> PresenceAnswer:
    """Record the answer to a presence code, right or wrong. A code that was answered before stays answered.
    `download`: it was read in this download, which has codes of its own. Whether the lecture was open to the lawyer was
    asked when it was fetched: an answer that comes late costs nothing.

    Raises UnableToAnswer for a code that does not exist or a lecture that is not open to the lawyer,
    TooManyGuesses after ten wrong answers within an hour.
    """
    terms = registries.terms_of(lawyer, on=localdate(at))
    windows = rules.code_windows(version.length_ms, version.excluded_ms, terms.presence_minutes)
    if not 1 <= index <= len(windows) or not (download or may_play(lawyer, version.lecture, at)):
        raise UnableToAnswer(index)
    with transaction.atomic():
        # One answer at a time, or the limit could be outrun.
        Lawyer.objects.select_for_update(no_key=True).only("pk").get(pk=lawyer.pk)
        record = queries.watch_record(lawyer, version, terms=terms)
        correct = index in record.answered
        if not correct:
            if wrong_lately(lawyer, at) >= WRONG_CODES_PER_HOUR:
                raise TooManyGuesses
            correct = presence.matches(
                code, lawyer_id=lawyer.pk, version_id=version.pk, index=index, download=download
            )
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


def wrong_lately(lawyer: Lawyer, at: datetime) -> int:
    """Return how many wrong codes a lawyer typed within the hour before."""
    since = at - timedelta(hours=1)
    return PresenceCheck.objects.filter(lawyer=lawyer, correct=False, answered_at__gt=since).count()
