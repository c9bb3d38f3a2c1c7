"""One worker making one disc: pieces that lack, the image, its digest, and the row that makes it visible."""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path

from django.db import close_old_connections, transaction
from django.db.models import QuerySet
from django.utils import timezone

from media_pipeline.conductor import leases
from media_pipeline.conductor.discs import events, making
from media_pipeline.conductor.discs.claims import DiscClaim
from media_pipeline.conductor.discs.data import write_data
from media_pipeline.conductor.discs.making import Step, Work
from media_pipeline.conductor.heartbeat import Pulse
from media_pipeline.conductor.models import DiscPiece, MediaJob
from media_pipeline.conductor.stored import kept, reaching_storage, taken
from media_pipeline.packaging.discs import titles
from media_pipeline.packaging.discs.titles import TitlePlan
from media_pipeline.recordings import files
from media_pipeline.recordings.failures import Failure, RecordingRefused, StageFailed
from media_pipeline.recordings.models import OutdatedFile, Recording, Rendition
from media_pipeline.transcoding import encode, rules
from media_pipeline.transcoding.disc_encode import Footage
from qianchang.groundwork import audit

_BLOCK_BYTES = 1024**2


def make_disc(held: DiscClaim, pulse: Pulse, folder: Path) -> None:
    """Make the image of a claim and publish it. Raises RecordingRefused, StageFailed, ToolCancelled and LeaseLost."""
    work = Work(held.disc, folder, _Telling(held, pulse), pulse.lost)
    plans = titles.plans_of(held.disc)
    shelves = [StoredShelf(held, pulse, plan, folder) for plan in plans]
    whole = any(making.lacking(plan, shelf) for plan, shelf in zip(plans, shelves, strict=True))
    for number, (plan, shelf) in enumerate(zip(plans, shelves, strict=True)):
        if making.lacking(plan, shelf):
            with _footage(plan.lecture.recording_id, folder / f"from-{number}", pulse) as footage:
                making.make_pieces(plan, shelf, footage, work, share=(number, len(plans)))
    image = making.build(work, shelves, write_data=partial(_write_data, held), whole=whole)
    found = making.checked(held.disc, image)
    size_bytes, digest = image.stat().st_size, _digest(image, pulse)
    name = f"discs/{held.public_id}/{held.fence}/disc.iso"
    with kept([(image, name)], lost=pulse.lost, now=_now):
        _publish(held, name=name, size_bytes=size_bytes, sha256=digest, found=found, at=_now())


class StoredShelf:
    """The pieces of one title in the storage, each with a row that says what it is: whatever a worker that dies had
    finished is there for the next one, and for every other disc of the master.
    """

    def __init__(self, held: DiscClaim, pulse: Pulse, plan: TitlePlan, folder: Path) -> None:
        self._held, self._pulse, self._plan, self._folder = held, pulse, plan, folder
        close_old_connections()

    def has(self, kind: str, number: int) -> bool:
        return self._rows(kind, number).exists()

    def put(self, kind: str, number: int, path: Path, *, units: int) -> None:
        at, size_bytes = _now(), path.stat().st_size
        public_id = Recording.objects.values_list("public_id", flat=True).get(
            pk=self._plan.lecture.recording_id
        )
        place = f"{public_id}/disc-pieces/{self._plan.key[:20]}/{self._held.job_id}-{self._held.fence}"
        name = f"{place}/{kind}-{number}"
        with kept([(path, name)], lost=self._pulse.lost, now=_now), transaction.atomic():
            leases.renew(self._held)
            _row, ours = DiscPiece.objects.get_or_create(
                title_key=self._plan.key,
                kind=kind,
                number=number,
                defaults={
                    "recording_id": self._plan.lecture.recording_id,
                    "file": name,
                    "size_bytes": size_bytes,
                    "units": units,
                    "made_at": at,
                },
            )
            if ours:
                OutdatedFile.objects.filter(name=name).delete()

    @contextmanager
    def take(self, kind: str, number: int) -> Iterator[Path]:
        close_old_connections()
        row = self._rows(kind, number).get()
        with ExitStack() as stack:
            folder = self._folder / f"piece-{self._plan.key[:8]}-{kind}-{number}"
            try:
                path = stack.enter_context(taken(row.file, folder=folder))
                if path.stat().st_size != row.size_bytes:
                    raise StageFailed(
                        Failure.FILE_MISSING, f"{row.file}: not {row.size_bytes} bytes any more"
                    )
            except StageFailed as error:
                if error.code == Failure.FILE_MISSING:
                    self._forget_spoilt()
                raise
            yield path

    def _forget_spoilt(self) -> None:
        """Forget every piece of the title that is not what was kept, so that the next attempt makes them all anew."""
        for row in DiscPiece.objects.filter(title_key=self._plan.key):
            try:
                with reaching_storage():
                    whole = files.storage().size(row.file) == row.size_bytes
            except FileNotFoundError:
                whole = False
            if not whole:
                row.delete()

    def _rows(self, kind: str, number: int) -> QuerySet[DiscPiece]:
        return DiscPiece.objects.filter(title_key=self._plan.key, kind=kind, number=number)


@contextmanager
def _footage(recording_id: int, folder: Path, pulse: Pulse) -> Iterator[Footage]:
    """Yield a recording to encode from: its original, or where the policy keeps that no longer, its largest rendition."""
    close_old_connections()
    recording = Recording.objects.get(pk=recording_id)
    with ExitStack() as stack:
        if recording.original_file:
            path = stack.enter_context(taken(recording.original_file, folder=folder))
            probe = MediaJob.objects.filter(recording=recording, kind=MediaJob.Kind.PROBE, state="done")
            known = probe.order_by("-generation").values_list("output", flat=True).first() or {}
            if "source" in known and known.get("size_bytes") == path.stat().st_size:
                facts, timeline = rules.remembered(known)
                yield Footage(path, facts, timeline)
                return
        else:
            path = stack.enter_context(taken(_largest(recording), folder=folder))
        facts = encode.probe(path, folder=folder, cancelled=pulse.lost)
        yield Footage(path, facts, encode.measure(path, facts, folder=folder, cancelled=pulse.lost))


def _largest(recording: Recording) -> str:
    made = Rendition.objects.filter(recording=recording).order_by("-height", "-size_bytes", "pk")
    name = made.values_list("file", flat=True).first()
    if name is None:
        raise RecordingRefused(Failure.FILE_MISSING, f"{recording.public_id} has no file to make a disc of")
    return name


class _Telling:
    """Writes down what is done, and how far it is."""

    def __init__(self, held: DiscClaim, pulse: Pulse) -> None:
        self._held, self._pulse, self._step = held, pulse, ""

    def __call__(self, step: Step, percent: int) -> None:
        if step != self._step:
            self._step = step
            close_old_connections()
            leases.write(self._held, step=step)
        self._pulse.tell(percent)


def _write_data(held: DiscClaim, folder: Path) -> None:
    """The sources ask the database, which nobody has spoken to while tools ran."""
    close_old_connections()
    write_data(held.public_id, folder)


def _digest(image: Path, pulse: Pulse) -> str:
    digest = hashlib.sha256()
    with image.open("rb") as content:
        while block := content.read(_BLOCK_BYTES):
            if pulse.lost():
                raise leases.LeaseLost(str(image))
            digest.update(block)
    return digest.hexdigest()


def _publish(
    held: DiscClaim, *, name: str, size_bytes: int, sha256: str, found: dict[str, object], at: datetime
) -> None:
    """Make an image visible. Raises LeaseLost: then a late worker changes nothing."""
    with transaction.atomic():
        leases.finish(held, at=at, step="", file=name, size_bytes=size_bytes, sha256=sha256, found=found)
        OutdatedFile.objects.filter(name=name).delete()
        audit.record(
            "disc image made", object_type="disc image", object_key=str(held.public_id), by=None, at=at,
            serial=held.disc.serial, sha256=sha256, size_bytes=size_bytes,
        )  # fmt: skip
        events.announce(events.disc_image_ready, public_id=held.public_id, at=at)


def _now() -> datetime:
    close_old_connections()
    return timezone.now()
