"""Disc images in the processing queue, for administrators: what waits, is made, or failed and was not asked again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Left

from media_pipeline.conductor import rules
from media_pipeline.conductor.discs.operations import OPEN
from media_pipeline.conductor.discs.queries import sentence_of
from media_pipeline.conductor.models import DiscImage

State = DiscImage.State
MOST_LINES = 30
_LOG_BEGINNING = 600


@dataclass(frozen=True)
class DiscLine:
    """One disc image. `since` is when it was asked for, begun, or given up."""

    serial: str
    state: str
    state_label: str
    percent: int
    machine: str
    process: str
    since: datetime | None
    sentence: str
    log_line: str


def disc_lines() -> Sequence[DiscLine]:
    """Return the images that are open, the oldest first, then those that failed and were not asked for again. One query."""
    newer = DiscImage.objects.filter(digest=OuterRef("digest"), pk__gt=OuterRef("pk"))
    wanted = Q(state__in=OPEN) | Q(state=State.FAILED) & ~Exists(newer)
    rows = DiscImage.objects.filter(wanted).defer("spec", "found", "error_log")
    found = rows.annotate(log=Left("error_log", _LOG_BEGINNING)).order_by("-state", "asked_at", "pk")
    return [_line(row) for row in found[:MOST_LINES]]


def _line(row: DiscImage) -> DiscLine:
    machine, process = rules.machine_of(row.worker) if row.state != State.QUEUED else ("", "")
    since = {State.RUNNING: row.started_at, State.FAILED: row.finished_at}.get(
        State(row.state), row.queued_at
    )
    return DiscLine(
        serial=row.serial,
        state=row.state,
        state_label=str(row.get_state_display()),
        percent=row.progress_percent,
        machine=machine,
        process=process,
        since=since,
        sentence=sentence_of(row),
        log_line=rules.first_line(getattr(row, "log", "")),
    )
