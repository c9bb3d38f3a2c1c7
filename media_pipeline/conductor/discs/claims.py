"""Who makes which image: the line of discs, and how an attempt ends. The leases are those of every other job."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now

from media_pipeline.conductor import leases, plan
from media_pipeline.conductor.discs import events
from media_pipeline.conductor.dispatch import wake
from media_pipeline.conductor.models import DiscImage
from media_pipeline.packaging.discs import spec as specs
from media_pipeline.packaging.discs.spec import DiscSpec
from media_pipeline.recordings.failures import Failure
from qianchang.groundwork import audit

State = DiscImage.State
# Lectures go first, because people wait for them; a disc that has waited for so long goes before them.
PATIENCE = timedelta(minutes=30)
_IN_LINE = 5


@dataclass(frozen=True)
class DiscClaim:
    """One worker's right to make one image, as long as `fence` is the row's."""

    job_id: int
    public_id: UUID
    fence: int
    attempt: int
    disc: DiscSpec = field(compare=False)

    @property
    def rows(self) -> QuerySet[DiscImage]:
        """Every row of this kind of work."""
        return DiscImage.objects.all()

    @property
    def folder(self) -> str:
        """The name of its folder among those of all jobs."""
        return f"disc-{self.job_id}"

    def __str__(self) -> str:
        return f"{self.disc.serial}, attempt {self.attempt}"


def claim_next(*, worker: str, at: datetime, waited: timedelta = timedelta(0)) -> DiscClaim | None:
    """Take the disc that has waited longest, if that is at least `waited`; None when there is none.

    Discs of one master go one after the other: the second finds the pieces that the first one made.
    """
    line = _free().filter(queued_at__lte=at - waited).order_by("queued_at", "pk")
    for pk in list(line.values_list("pk", flat=True)[:_IN_LINE]):
        if held := claim(image_id=pk, worker=worker, at=at):
            return held
    return None


def claim(*, image_id: int, worker: str, at: datetime) -> DiscClaim | None:
    """Take one disc, and return the claim; None when it is not free."""
    row = leases.take(DiscImage.objects.all(), job_id=image_id, worker=worker, at=at)
    if row is None:
        return None
    return DiscClaim(row.pk, row.public_id, row.fence, row.attempt, specs.read(row.spec))


def waiting() -> int:
    """Return how many discs a worker could take now."""
    return _free().count()


def refuse(held: DiscClaim, *, code: Failure, log: str, at: datetime) -> None:
    """End the disc for what its recording is: nothing is tried again. Raises LeaseLost."""
    with transaction.atomic():
        leases.fail(held, code=code, log=log, at=at)
        _failed(held.public_id, code=code, at=at)


def give_up(held: DiscClaim, *, code: Failure, log: str, at: datetime, outage: bool = False) -> None:
    """End this attempt; the disc rests and is tried again, or has failed when this was the last one. Raises LeaseLost."""
    with transaction.atomic():
        if not leases.rest(held, code=code, log=log, at=at, outage=outage):
            leases.fail(held, code=code, log=log, at=at)
            _failed(held.public_id, code=code, at=at)


def release_dead(*, at: datetime) -> int:
    """Take discs from workers whose leases ran out, and return how many."""
    released = 0
    dead = DiscImage.objects.filter(state=State.RUNNING, lease_until__lt=Now()).order_by("pk")
    for row in dead[:100]:
        with transaction.atomic():
            state = leases.release_dead(DiscImage.objects.all(), row, at=at)
            if state == State.QUEUED:
                wake(plan.LONG)
            elif state == State.FAILED:
                _failed(row.public_id, code=Failure.WORKER_LOST, at=at)
        released += state is not None
    return released


def _free() -> QuerySet[DiscImage]:
    same = DiscImage.objects.filter(
        composition=OuterRef("composition"), state=State.RUNNING, lease_until__gte=Now()
    )
    return DiscImage.objects.filter(leases.is_free()).exclude(Exists(same))


def _failed(public_id: UUID, *, code: Failure, at: datetime) -> None:
    DiscImage.objects.filter(public_id=public_id).update(step="")
    audit.record(
        "disc image failed",
        object_type="disc image",
        object_key=str(public_id),
        by=None,
        at=at,
        code=str(code),
    )
    events.announce(events.disc_image_failed, public_id=public_id, at=at)
