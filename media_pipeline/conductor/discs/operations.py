"""Asking for an image of a disc, and no longer wanting it. Who may do so is decided above."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from media_pipeline.conductor import plan
from media_pipeline.conductor.dispatch import wake
from media_pipeline.conductor.models import DiscImage, DiscPiece
from media_pipeline.conductor.publishing import outdate
from media_pipeline.packaging.discs import spec as specs
from media_pipeline.packaging.discs import titles
from media_pipeline.packaging.discs.spec import DiscSpec
from media_pipeline.recordings import files
from media_pipeline.recordings.models import Recording
from qianchang.groundwork import audit
from qianchang.people.models import Account

State = DiscImage.State
OPEN = (State.QUEUED, State.RUNNING)
# An image is kept this long; made again from the pieces that stay, it costs minutes.
KEPT = timedelta(days=45)
# Pieces that wait for an image to be asked for again are let go after this; then they are made anew.
PIECES_WAIT = timedelta(days=7)


class UnableToMakeDisc(Exception):
    """The disc cannot be made like this. The text says what to do."""


def ask_for_disc_image(spec: DiscSpec, *, at: datetime) -> uuid.UUID:
    """Have the image of a disc made by a worker and return its public id. Asking again for the same disc changes nothing.

    Raises UnableToMakeDisc for a disc that is too long or whose recordings are not ready, SpecRefused for a mistake.
    """
    spec = specs.checked(spec)
    require_room(spec)
    _require_recordings(spec)
    wanted = DiscImage.objects.filter(
        digest=spec.digest, state__in=[*OPEN, State.DONE], dropped_at__isnull=True
    )
    found = wanted.values_list("public_id", flat=True).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            image = DiscImage.objects.create(
                serial=spec.serial,
                spec=specs.as_plain(spec),
                digest=spec.digest,
                composition=spec.composition,
                state=State.QUEUED,
                asked_at=at,
                queued_at=at,
            )
            audit.record(
                "disc image asked", object_type="disc image", object_key=str(image.public_id), by=None, at=at,
                serial=spec.serial,
            )  # fmt: skip
            wake(plan.LONG)
    except IntegrityError:
        # Somebody else asked in the same instant.
        return wanted.values_list("public_id", flat=True).get()
    return image.public_id


def require_room(spec: DiscSpec) -> None:
    """Raise UnableToMakeDisc, with the minutes that are too many, unless all lectures fit on one layer."""
    over = -specs.minutes_left(lecture.length_ms for lecture in spec.lectures)
    if over > 0:
        raise UnableToMakeDisc(
            ngettext(
                "The lectures are %(count)s minute too long for one disc, which holds %(most)s minutes. "
                "Take a lecture out, or make two discs.",
                "The lectures are %(count)s minutes too long for one disc, which holds %(most)s minutes. "
                "Take a lecture out, or make two discs.",
                over,
            )
            % {"count": over, "most": specs.minutes_that_fit()}
        )


def cancel_disc_image(public_id: uuid.UUID, *, by: Account, at: datetime) -> bool:
    """Make an image no longer that is not finished, or no longer wait for one that failed; tell whether there was anything
    to stop. Its worker leaves at the next heartbeat, and nothing of what it had begun is published.
    """
    with transaction.atomic():
        stopped = DiscImage.objects.filter(public_id=public_id, state__in=[*OPEN, State.FAILED]).update(
            state=State.CANCELLED, lease_until=None, finished_at=at, step=""
        )
        if stopped:
            audit.record(
                "disc image cancelled", object_type="disc image", object_key=str(public_id), by=by, at=at
            )
    return bool(stopped)


def drop_old_images(*, at: datetime) -> int:
    """Let images go that were made long ago, and return how many. Their digests and sizes stay, and the pieces too."""
    old = DiscImage.objects.filter(state=State.DONE, dropped_at__isnull=True, finished_at__lt=at - KEPT)
    dropped = 0
    for image in old.order_by("pk")[:100]:
        with transaction.atomic():
            if DiscImage.objects.filter(pk=image.pk, dropped_at__isnull=True).update(dropped_at=at):
                outdate([image.file], at=files.links_over(at))
                dropped += 1
    return dropped


def drop_unused_pieces(*, at: datetime) -> int:
    """Let the pieces go that were made for images which nobody took up again in PIECES_WAIT after they were cancelled or
    failed, and return how many. A piece that any other image has, is made with or waits for as long, stays.
    """
    left = DiscImage.objects.filter(
        state__in=[State.CANCELLED, State.FAILED], dropped_at__isnull=True, finished_at__lte=at - PIECES_WAIT
    )
    dropped = 0
    for image in left.order_by("pk")[:100]:
        with transaction.atomic():
            keys = _keys(image.spec) - _wanted_keys(image.spec, since=at - PIECES_WAIT)
            pieces = DiscPiece.objects.filter(title_key__in=keys)
            outdate(list(pieces.values_list("file", flat=True)), at=at)
            dropped += pieces.delete()[0]
            DiscImage.objects.filter(pk=image.pk).update(dropped_at=at)
    return dropped


def _wanted_keys(plain: Mapping[str, Any], *, since: datetime) -> set[str]:
    """Return the keys of the titles of every image that is made or was made from a recording of this one, or was cancelled
    or failed later than `since`: whoever asks for that again has its pieces.
    """
    recordings = {lecture["recording_id"] for lecture in plain["lectures"]}
    left = Q(state__in=[State.CANCELLED, State.FAILED], finished_at__gt=since)
    wanted = DiscImage.objects.filter(left | Q(state__in=[*OPEN, State.DONE]))
    return {
        key
        for other in wanted.order_by("pk").values_list("spec", flat=True).iterator()
        if recordings.intersection(lecture["recording_id"] for lecture in other["lectures"])
        for key in _keys(other)
    }


def _keys(plain: Mapping[str, Any]) -> set[str]:
    return {plan.key for plan in titles.plans_of(specs.read(plain))}


def _require_recordings(spec: DiscSpec) -> None:
    ids = {lecture.recording_id for lecture in spec.lectures}
    known = Recording.objects.filter(pk__in=ids, ready_at__isnull=False).values_list("pk", "duration_ms")
    lengths = {pk: length_ms or 0 for pk, length_ms in known}
    for lecture in spec.lectures:
        if lecture.recording_id not in lengths:
            raise UnableToMakeDisc(
                _("“%(title)s” is not ready yet. Wait until its processing is finished.")
                % {"title": lecture.title}
            )
        if lecture.until_ms > lengths[lecture.recording_id]:
            raise UnableToMakeDisc(
                _("“%(title)s” is shorter than the part of it that was chosen. Choose the lecture again.")
                % {"title": lecture.title}
            )
