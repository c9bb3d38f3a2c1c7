"""Evidence that somebody carries back: what was played on a stick (U 盘) weeks ago, judged by the rules of any other.

Whoever calls this has made sure that the record is genuine and of this lawyer. Each opening of the stick is a playback of
its own under a number that its record gives it, so that a record that comes again, or in another order, changes nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from courses.attendance import folding, presence, queries, registries, rules
from courses.attendance.clock import to_ms
from courses.attendance.folding import Folded, ReportedSpan
from courses.attendance.models import Coverage, Playback, PresenceCheck
from courses.attendance.operations import WRONG_CODES_PER_HOUR, wrong_lately
from courses.attendance.queries import WatchRecord
from courses.attendance.registries import Award
from courses.catalogue.models import LectureVersion
from qianchang.people.models import Lawyer


@transaction.atomic
def open_brought(
    *,
    lawyer: Lawyer,
    version: LectureVersion,
    number: UUID,
    opened_at: datetime,
    until: datetime,
    device: str,
) -> Playback:
    """Open the playback of one opening of a stick, or return it where an earlier record brought it. It was open from when
    the stick was made; its clock is taken as it says.
    """
    Coverage.objects.get_or_create(lawyer=lawyer, lecture_version=version, defaults={"updated_at": opened_at})
    playback, _made = Playback.objects.get_or_create(
        public_id=number,
        defaults={
            "lawyer": lawyer,
            "lecture_version": version,
            "opened_at": opened_at,
            "download_until": until,
            "brought": True,
            "device": device,
        },
    )
    return playback


def fold_brought(
    reports: Sequence[tuple[Playback, Sequence[ReportedSpan]]], *, account_id: int | None, at: datetime
) -> list[Folded]:
    """Judge what playbacks of one lawyer brought and fold what is accepted; it is in the database when this returns."""
    folded = folding.fold(
        [
            folding.Report(
                account_id=account_id,
                playback_id=playback.public_id,
                spans=spans,
                # The computer that brings it is another one: its clock says nothing about that of the stick's.
                device_now_ms=to_ms(at),
                position_ms=max((span.media[1] for span in spans), default=0),
                at=at,
            )
            for playback, spans in reports
        ]
    )
    return [each for each in folded if each is not None]


def answer_brought(
    *, lawyer: Lawyer, version: LectureVersion, index: int, code: str, place: str, minutes: int, at: datetime
) -> bool | None:
    """Record the answer to a code of a place that was typed without a network, right or wrong. None where it was not
    looked at: there is no such code, it was answered before, or ten wrong ones came within the hour.
    """
    windows = rules.code_windows(version.length_ms, version.excluded_ms, minutes)
    if not 1 <= index <= len(windows):
        return None
    with transaction.atomic():
        # One answer at a time, or the limit could be outrun.
        Lawyer.objects.select_for_update(no_key=True).only("pk").get(pk=lawyer.pk)
        answered = PresenceCheck.objects.filter(
            lawyer=lawyer, lecture_version=version, code_index=index, correct=True
        )
        if answered.exists() or wrong_lately(lawyer, at) >= WRONG_CODES_PER_HOUR:
            return None
        correct = presence.matches_shared(code, place=place, version_id=version.pk, index=index)
        PresenceCheck.objects.create(
            lawyer=lawyer,
            lecture_version=version,
            code_index=index,
            correct=correct,
            channel=PresenceCheck.Channel.DOWNLOAD,
            answered_at=at,
        )
    return correct


def record_of(*, lawyer: Lawyer, version: LectureVersion, at: datetime) -> WatchRecord:
    """Return how far a lawyer is with a lecture, however it was watched."""
    return queries.watch_record(lawyer, version, terms=registries.terms_of(lawyer, on=localdate(at)))


def award_brought(
    *, lawyer: Lawyer, version: LectureVersion, record: WatchRecord, at: datetime
) -> Award | None:
    """Let the credit office award what is due now; return the award of this lecture in its year, new or old."""
    return registries.after_evidence(lawyer=lawyer, version=version, record=record, at=at)
