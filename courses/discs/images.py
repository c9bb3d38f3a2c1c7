"""The image (镜像) of each disc: asked of the worker that makes it, followed, and noted when it is there."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from courses.catalogue.models import LecturePage
from courses.catalogue.queries import live_lectures
from courses.discs import codes, rules
from courses.discs.composing import without_consent
from courses.discs.models import Disc, DiscEvent, DiscMaster, DiscRequest, MasterLecture
from courses.discs.scope import scope_of
from media_pipeline import api as media
from qianchang.groundwork import audit
from qianchang.people.models import Account
from qianchang.people.permissions import Act

State = Disc.State
# Nobody was sent the disc yet, so its image may still be another one.
WITHOUT_A_WAY = (State.TO_MAKE, State.MADE)
# So it may be again where somebody no longer wanted it made.
MAY_BE_MADE = (*WITHOUT_A_WAY, State.CALLED_OFF)
# States of an image from which nothing comes any more by itself.
GIVEN_UP = ("failed", "cancelled", "dropped")
UNFINISHED = ("queued", "running", "failed")


class UnableToMake(Exception):
    """The disc cannot be made like this; the text says why and what to do."""


def spec_of(disc: Disc) -> media.DiscSpec:
    """Return what the worker needs to make a disc's image: its lectures with their chapters and this serial's codes."""
    rows = MasterLecture.objects.filter(master=disc.master_id).select_related(
        "version__lecture", "version__recording"
    )
    lectures = [_lecture(disc, row) for row in rows.order_by("position")]
    return media.DiscSpec(
        serial=disc.serial,
        volume=disc.serial.replace("-", "_"),
        title=disc.master.title,
        lectures=tuple(lectures),
    )


def _lecture(disc: Disc, row: MasterLecture) -> media.DiscLecture:
    version = row.version
    slides = media.slides_of(version.recording_id, duration_ms=version.length_ms)
    return media.DiscLecture(
        recording_id=version.recording_id,
        title=version.lecture.title,
        lecturer="、".join(lecturer.name for lecturer in version.lecture.lecturers.all()),
        from_ms=0,
        until_ms=version.length_ms,
        chapters=tuple((slide.from_ms, slide.label) for slide in slides if slide.from_ms < version.length_ms),
        codes=tuple((code.from_ms, code.until_ms, code.digits) for code in codes.codes_in(disc.serial, row)),
    )


def ask(disc: Disc, *, at: datetime) -> None:
    """Ask the worker for the image of a disc that has none. Raises UnableToMake with the worker's own sentence."""
    try:
        image = media.ask_for_disc_image(spec_of(disc), at=at)
    except media.UnableToMakeDisc as refusal:
        raise UnableToMake(str(refusal)) from refusal
    Disc.objects.filter(pk=disc.pk).update(image=image)
    disc.image = image


def refuse_withdrawn(master: DiscMaster) -> None:
    """Raise UnableToMake for a master of which a lecture was withdrawn, or a speaker no longer agrees to discs."""
    lectures = set(master.lectures.values_list("version__lecture", flat=True))
    gone = LecturePage.objects.filter(pk__in=lectures).exclude(pk__in=live_lectures().values("pk")).first()
    if gone is not None:
        raise UnableToMake(
            _("“%(title)s” was withdrawn. Compose a master without it.") % {"title": gone.localised_title}
        )
    refused = without_consent(sorted(lectures))
    if refused:
        raise UnableToMake(next(iter(refused.values())))


def hold_request(request: DiscRequest | None, master: DiscMaster, *, batch: UUID | None = None) -> None:
    """Hold a request until its discs stand. Raises UnableToMake for one that was closed meanwhile, or for which somebody
    else had discs of the same master made: other ones than those of `batch`.
    """
    if request is None:
        return
    waiting = DiscRequest.objects.select_for_update(of=("self",)).filter(
        pk=request.pk, withdrawn_at=None, declined_at=None
    )
    if waiting.order_by("pk").first() is None:
        raise UnableToMake(
            _("This request is closed. If a disc is needed all the same, make one without a request.")
        )
    same = request.discs.filter(master__sha256=master.sha256)
    if batch is not None:
        same = same.exclude(batch=batch)
    standing = same.exclude(state__in=rules.FRUITLESS).order_by("number").first()
    if standing is not None:
        raise UnableToMake(
            _("%(serial)s is made for this request already. Reload the page.") % {"serial": standing.serial}
        )


def image_of(disc: Disc) -> media.DiscImageSummary | None:
    """Return how far a disc's image is; None where none was asked for. One query."""
    return images_of([disc]).get(disc.pk)


def images_of(discs: Iterable[Disc]) -> dict[int, media.DiscImageSummary]:
    """Return how far the image of each disc is, by the number of the disc. One query for all of them."""
    asked = {disc.image: disc.pk for disc in discs if disc.image is not None}
    found = media.disc_images(list(asked)) if asked else {}
    return {asked[public_id]: summary for public_id, summary in found.items()}


@transaction.atomic
def note_ready(public_id: UUID, *, at: datetime) -> Disc | None:
    """Note that the image of a disc is there: it is made. Again changes nothing; an image of no disc is none of ours.

    An image that was made anew before the disc was sent counts in place of the first.
    """
    disc = Disc.objects.select_for_update(of=("self",)).filter(image=public_id).first()
    if disc is None or disc.state not in WITHOUT_A_WAY:
        return disc
    image = media.disc_image(public_id)
    if image.size_bytes is None or image.sha256 == disc.iso_sha256:
        return disc
    if disc.state == State.TO_MAKE:
        DiscEvent.objects.create(
            disc=disc, sequence=1, kind=DiscEvent.Kind.MADE, at=at, recorded_at=at, by=None
        )
        disc.state, disc.state_at = State.MADE, at
    disc.iso_sha256, disc.iso_bytes = image.sha256, image.size_bytes
    disc.save(update_fields=["state", "state_at", "iso_sha256", "iso_bytes"])
    audit.record(
        "made disc", object_type="disc", object_key=disc.serial, by=None, at=at, sha256=disc.iso_sha256
    )
    return disc


def catch_up(*, at: datetime) -> int:
    """Note every image that was finished while nobody listened. Returns how many discs are made now."""
    waiting = {disc.pk: disc for disc in Disc.objects.filter(state=State.TO_MAKE).exclude(image=None)}
    done = [waiting[number] for number, image in images_of(waiting.values()).items() if image.state == "done"]
    for disc in done:
        if disc.image is not None:
            note_ready(disc.image, at=at)
    return len(done)


@transaction.atomic
def again(*, disc: Disc, by: Account, at: datetime) -> Disc:
    """Ask for the image of a disc once more: the worker gave it up, somebody called it off, or it is kept no longer.
    Raises UnableToMake, also where the request of a disc that was called off is closed or answered since; PermissionDenied.
    """
    disc = Disc.objects.select_for_update(of=("self",)).select_related("master").get(pk=disc.pk)
    if not scope_of(by, on=localdate(at)).may_send(disc):
        raise PermissionDenied(Act.SEND_DISCS.value)
    image = image_of(disc)
    if disc.state not in MAY_BE_MADE or (image is not None and image.state not in GIVEN_UP):
        raise UnableToMake(_("This disc is made, or being made. Reload the page."))
    refuse_withdrawn(disc.master)
    if disc.state == State.CALLED_OFF:
        hold_request(disc.request, disc.master, batch=disc.batch)
    ask(disc, at=at)
    if disc.state == State.CALLED_OFF:
        _now_is(disc, State.TO_MAKE, at=at)
    audit.record("asked for image again", object_type="disc", object_key=disc.serial, by=by, at=at)
    return disc


@transaction.atomic
def call_off(*, disc: Disc, by: Account, at: datetime) -> Disc:
    """Have the image of a disc made no longer: it waits, is being made, or the worker gave it up. Its worker leaves at the
    next heartbeat, and nothing of it is published. Called off already is the same; it may be made again later.

    Raises UnableToMake where the image is there; PermissionDenied.
    """
    disc = Disc.objects.select_for_update(of=("self",)).select_related("master").get(pk=disc.pk)
    if not scope_of(by, on=localdate(at)).may_send(disc):
        raise PermissionDenied(Act.SEND_DISCS.value)
    image = image_of(disc)
    if disc.state == State.CALLED_OFF or (disc.state == State.MADE and image and image.state == "cancelled"):
        return disc
    stopped = image is not None and media.cancel_disc_image(image.public_id, by=by, at=at)
    unfinished = image is None or image.state in GIVEN_UP
    if disc.state not in WITHOUT_A_WAY or not (stopped or (disc.state == State.TO_MAKE and unfinished)):
        raise UnableToMake(_("The image of this disc is made already. Nothing is there to stop."))
    if disc.state == State.TO_MAKE:
        _now_is(disc, State.CALLED_OFF, at=at)
    audit.record("called off disc", object_type="disc", object_key=disc.serial, by=by, at=at)
    return disc


def may_call_off(disc: Disc, image: media.DiscImageSummary | None) -> bool:
    """Tell whether there is anything to call off: an image that waits, is made or failed, or a disc that nobody makes."""
    if image is not None and image.state in UNFINISHED:
        return disc.state in WITHOUT_A_WAY
    return disc.state == State.TO_MAKE and (image is None or image.state in GIVEN_UP)


def _now_is(disc: Disc, state: str, *, at: datetime) -> None:
    disc.state, disc.state_at = state, at
    disc.save(update_fields=["state", "state_at"])


def listen() -> None:
    """Hear of every image that the worker finishes."""
    media.disc_image_ready.connect(_ready, dispatch_uid="courses.discs.images")


def _ready(public_id: UUID, at: datetime, **signal: Any) -> None:
    note_ready(public_id, at=at)
