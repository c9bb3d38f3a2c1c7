"""What people and events do to the work on a recording: begin, cancel, retry, do it again with today's ladder, sooner."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, Max, OuterRef, QuerySet
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext as _

from media_pipeline.conductor import plan
from media_pipeline.conductor.advance import advance, locked, make_jobs
from media_pipeline.conductor.claims import from_now
from media_pipeline.conductor.dispatch import wake
from media_pipeline.conductor.models import MediaJob
from media_pipeline.conductor.publishing import chunk_files, outdate
from media_pipeline.delivery.raw import jpeg_name
from media_pipeline.recordings import events, files
from media_pipeline.recordings.failures import Failure
from media_pipeline.recordings.models import OutdatedFile, Recording
from qianchang.groundwork import audit
from qianchang.people.models import Account

Kind, State = MediaJob.Kind, MediaJob.State
# An upload is looked at so often at most, and rests for so many seconds more after each look.
MAX_LOOKS, LOOK_REST_SECONDS = 10, 3
# Chunks that wait for a retry are let go after this; the retry then makes them anew.
CHUNKS_WAIT = timedelta(days=7)
_AT_ONCE = 200
_CLOSED = (Recording.State.REFUSED, Recording.State.FAILED, Recording.State.CANCELLED)


class UnableToConduct(Exception):
    """The work on a recording cannot be changed like this now. The text says what to do."""


class NothingToRetry(UnableToConduct):
    """No job of the recording failed or was cancelled."""


class NothingToCancel(UnableToConduct):
    """No job of the recording is waiting or running."""


class NothingToHasten(UnableToConduct):
    """The job does not wait."""


class OriginalDropped(UnableToConduct):
    """The original is not kept any more, so there is nothing to make a new ladder from."""


class RetriesUsedUp(UnableToConduct):
    """The owner has begun this work again often enough."""


class StillWorking(UnableToConduct):
    """The recording is being worked on."""


def plan_work(*, recording_id: int, at: datetime) -> None:
    """Make the jobs of a recording that has arrived and queue the first. Doing it again changes nothing."""
    with transaction.atomic():
        recording = locked(recording_id)
        make_jobs(recording)
        advance(recording, at=at)


def begin_check(*, recording_id: int, at: datetime) -> None:
    """Queue a look at the first blocks of an upload. An earlier look that could not tell yet is taken again."""
    with transaction.atomic():
        recording = locked(recording_id)
        if recording.state != Recording.State.UPLOADING:
            return
        job, created = MediaJob.objects.get_or_create(
            recording=recording,
            generation=recording.generation,
            kind=Kind.CHECK,
            defaults={"state": State.QUEUED, "queued_at": at},
        )
        if not created:
            # Whoever sends blocks and headers decides how often this is called, so the looks are counted: each claim is one.
            unsure = MediaJob.objects.filter(
                pk=job.pk, state=State.DONE, output__conclusive=False, fence__lt=MAX_LOOKS
            )
            rest = from_now(LOOK_REST_SECONDS * job.fence)
            again = unsure.update(state=State.QUEUED, queued_at=at, attempt=0, not_before=rest)
            if not again:
                return
        wake(plan.QUEUES[Kind.CHECK])


def cancel(*, recording_id: int, by: Account, at: datetime) -> None:
    """Stop the work on a recording. What is published stays; a running ffmpeg is killed at its next heartbeat.

    Raises NothingToCancel.
    """
    with transaction.atomic():
        recording = locked(recording_id)
        stopped = MediaJob.objects.filter(recording=recording, state__in=plan.OPEN).update(
            state=State.CANCELLED, fence=F("fence") + 1, lease_until=None, finished_at=at
        )
        if not stopped:
            raise NothingToCancel(_("Nothing of this recording is waiting or running."))
        if recording.ready_at is None and recording.state == Recording.State.PROCESSING:
            recording.state, recording.failure_code = Recording.State.CANCELLED, Failure.CANCELLED
            recording.save(update_fields=["state", "failure_code"])
            events.announce(events.recording_refused, recording_id=recording.pk, at=at)
        _record("cancel processing", recording, by=by, at=at, jobs=stopped)


def retry(*, recording_id: int, by: Account, at: datetime) -> None:
    """Begin again what failed or was cancelled; what is done is not done again.

    A refused file would only be refused again. Raises NothingToRetry and RetriesUsedUp.
    """
    with transaction.atomic():
        recording = locked(recording_id)
        if recording.state == Recording.State.REFUSED:
            raise NothingToRetry(_("This file cannot be used, however often it is tried. Send another one."))
        jobs = MediaJob.objects.filter(recording=recording, generation=recording.generation)
        broken = jobs.filter(state__in=[State.FAILED, State.CANCELLED])
        if not broken.exclude(kind=Kind.CHECK).exists() or not recording.original_file:
            raise NothingToRetry(_("Nothing of this recording failed. There is nothing to try again."))
        if by.pk == recording.owner_id:
            if recording.owner_retries >= plan.MAX_OWNER_RETRIES:
                raise RetriesUsedUp(
                    _("This has been tried again often enough. Ask an administrator to look at it.")
                )
            recording.owner_retries += 1
            recording.save(update_fields=["owner_retries"])
        # What was skipped because of the failure waits again; `advance` skips anew what is not needed.
        jobs.filter(state__in=[State.FAILED, State.CANCELLED, State.SKIPPED]).exclude(kind=Kind.CHECK).update(
            state=State.WAITING, attempt=0, not_before=None, finished_at=None, error_code="", error_log="",
            progress_percent=0, outage_since=None,
        )  # fmt: skip
        if recording.ready_at is None:
            _reopen(recording)
        advance(recording, at=at)
        _record("retry processing", recording, by=by, at=at)


def transcode_again(*, recording_id: int, by: Account, at: datetime) -> None:
    """Make every mode anew with today's ladder. What is published plays on until the new files replace it.

    Raises OriginalDropped and StillWorking.
    """
    with transaction.atomic():
        recording = locked(recording_id)
        if not recording.original_file:
            raise OriginalDropped(
                _("The original is not kept any more. Ask the expert to send the recording again.")
            )
        if MediaJob.objects.filter(recording=recording, state__in=plan.OPEN).exists():
            raise StillWorking(
                _("This recording is being worked on. Wait until it is done, or cancel first.")
            )
        outdate(chunk_files(recording), at=at)
        recording.generation += 1
        recording.save(update_fields=["generation"])
        if recording.ready_at is None:
            _reopen(recording)
        make_jobs(recording)
        advance(recording, at=at)
        _record("transcode again", recording, by=by, at=at, generation=recording.generation)


def sooner(*, job_id: int, by: Account, at: datetime) -> None:
    """Put the recording of a job before everything else that waits. Raises NothingToHasten."""
    with transaction.atomic():
        job = MediaJob.objects.get(pk=job_id)
        recording = locked(job.recording_id)
        waiting = MediaJob.objects.filter(recording=recording, state__in=[State.WAITING, State.QUEUED])
        highest = (
            MediaJob.objects.filter(state__in=plan.OPEN).aggregate(highest=Max("priority"))["highest"] or 0
        )
        if not waiting.update(priority=min(highest + 1, 32_000)):
            raise NothingToHasten(_("This job does not wait any more."))
        _record("process sooner", recording, by=by, at=at)


def drop_original(*, recording_id: int, by: Account, at: datetime) -> None:
    """Delete an original at an administrator's wish: what is published stays, nothing more can be made of it.

    Raises OriginalDropped and StillWorking.
    """
    with transaction.atomic():
        recording = locked(recording_id)
        if not recording.original_file:
            raise OriginalDropped(_("The original is not kept any more."))
        if MediaJob.objects.filter(recording=recording, state__in=plan.OPEN).exists():
            raise StillWorking(
                _("This recording is being worked on. Wait until it is done, or cancel first.")
            )
        _drop_original(recording, by=by, at=at)


def drop_originals(*, at: datetime) -> int:
    """Delete the originals that the policy keeps no longer, and return how many.

    Of lectures that have been ready for MEDIA_KEEP_ORIGINAL_DAYS, and of recordings that nothing came of and that nobody
    touched for MEDIA_KEEP_UNUSED_DAYS. 0 days: for ever.
    """
    kept = Recording.objects.exclude(original_file="").exclude(jobs__state__in=plan.OPEN)
    dropped = 0
    if days := settings.MEDIA_KEEP_ORIGINAL_DAYS:
        old = kept.filter(state=Recording.State.READY, ready_at__lte=at - timedelta(days=days))
        dropped += _drop_each(old, days=days, at=at)
    if days := settings.MEDIA_KEEP_UNUSED_DAYS:
        touched = Greatest(
            Coalesce("received_at", "created_at"), Coalesce(Max("jobs__finished_at"), "created_at")
        )
        unused = kept.filter(state__in=_CLOSED).annotate(touched_at=touched)
        dropped += _drop_each(unused.filter(touched_at__lte=at - timedelta(days=days)), days=days, at=at)
    return dropped


def _drop_each(recordings: QuerySet[Recording], *, days: int, at: datetime) -> int:
    dropped = 0
    for recording_id, state in list(recordings.values_list("pk", "state")[:_AT_ONCE]):
        with transaction.atomic():
            recording = locked(recording_id)
            # Somebody may have begun it again since we asked.
            working = MediaJob.objects.filter(recording=recording, state__in=plan.OPEN).exists()
            if working or recording.state != state or not recording.original_file:
                continue
            _drop_original(recording, by=None, at=at, days=days)
        dropped += 1
    return dropped


def _drop_original(recording: Recording, *, by: Account | None, at: datetime, **details: int) -> None:
    outdate([recording.original_file], at=at)
    recording.original_file, recording.original_dropped_at = "", at
    recording.save(update_fields=["original_file", "original_dropped_at"])
    _record("original dropped", recording, by=by, at=at, **details)


def drop_chunks(*, at: datetime) -> int:
    """Let the chunks go that no joining has asked for in CHUNKS_WAIT, and return how many jobs made them.

    Their jobs count as skipped, so that a retry makes them anew.
    """
    unjoined = MediaJob.objects.filter(
        recording=OuterRef("recording"), generation=OuterRef("generation"), kind=Kind.PACKAGE,
        state__in=[State.FAILED, State.CANCELLED, State.SKIPPED],
    )  # fmt: skip
    waiting = MediaJob.objects.filter(
        Exists(unjoined), kind=Kind.CHUNK, state=State.DONE, finished_at__lte=at - CHUNKS_WAIT
    ).exclude(recording__jobs__state__in=plan.OPEN)
    dropped = 0
    for recording_id in list(waiting.values_list("recording_id", flat=True).distinct()[:_AT_ONCE]):
        with transaction.atomic():
            locked(recording_id)
            for job in waiting.filter(recording_id=recording_id):
                outdate(job.output.get("files", {}).values(), at=at)
                job.state, job.output = State.SKIPPED, {}
                job.save(update_fields=["state", "output"])
                dropped += 1
    return dropped


def delete_outdated_files(*, at: datetime) -> int:
    """Delete stored files that nothing points to any more and whose links have run out, and return how many."""
    deleted = 0
    for outdated in OutdatedFile.objects.filter(delete_after__lte=at)[:_AT_ONCE]:
        files.storage().delete(outdated.name)
        if outdated.name.endswith(".webp"):
            # What was made from it for sticks goes with it; most pictures were never on one.
            files.storage().delete(jpeg_name(outdated.name))
        outdated.delete()
        deleted += 1
    return deleted


def _reopen(recording: Recording) -> None:
    recording.state, recording.failure_code = Recording.State.PROCESSING, ""
    try:
        with transaction.atomic():
            recording.save(update_fields=["state", "failure_code"])
    except IntegrityError as error:
        raise NothingToRetry(
            _("The same file was sent again meanwhile. Work goes on with that one.")
        ) from error


def _record(verb: str, recording: Recording, *, by: Account | None, at: datetime, **details: int) -> None:
    audit.record(verb, object_type="recording", object_key=str(recording.pk), by=by, at=at, **details)
