"""A stretch that was refused and counts after all, because two officers decided so."""

from datetime import datetime

from django.db import transaction

from courses.attendance import rules
from courses.attendance.models import Coverage, Playback, WatchedSpan

# What stands in place of a browser's name on the playback that carries such a stretch.
BY_DECISION = "by decision"


@transaction.atomic
def count_refused(*, span: WatchedSpan, at: datetime) -> WatchedSpan:
    """Count what of a refused span lies in the creditable length, and return the evidence row that says so.

    Nothing that was reported is changed: the decision is a row of its own, in a playback of its own, so that
    the coverage stays the fold of all rows. It takes no wall time. Who decided is the caller's to record, and
    to call this only once for each span.
    """
    version = span.playback.lecture_version
    locked = Coverage.objects.select_for_update(no_key=True)
    coverage = locked.get(lawyer=span.lawyer_id, lecture_version=version)
    creditable = rules.creditable(version.length_ms, version.excluded_ms)
    counted = rules.intersection([(span.media_from_ms, span.media_until_ms)], creditable)
    # Superseded from the start: it never plays, and stops nobody who does.
    playback = Playback.objects.create(
        lawyer_id=span.lawyer_id,
        lecture_version=version,
        opened_at=at,
        superseded_at=at,
        device=BY_DECISION,
        accepted_ms=counted,
    )
    row = WatchedSpan.objects.create(
        playback=playback,
        lawyer_id=span.lawyer_id,
        sequence=1,
        media_from_ms=span.media_from_ms,
        media_until_ms=span.media_until_ms,
        wall_from=span.wall_from,
        wall_until=span.wall_until,
        accepted_ms=counted,
        accepted_wall_ms=[],
        received_at=at,
    )
    coverage.intervals_ms = rules.union([*coverage.intervals_ms, *counted])
    coverage.covered_ms = rules.length_of(coverage.intervals_ms)
    coverage.updated_at = at
    coverage.save(update_fields=["intervals_ms", "covered_ms", "updated_at"])
    return row
