"""Moving the jobs of a recording without any tool: what a stage would have published, as plain rows."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import DateTimeField, ExpressionWrapper
from django.db.models.functions import Now

from media_pipeline.conductor import claims, operations, publishing
from media_pipeline.conductor.models import MediaJob
from media_pipeline.recordings.models import Recording, Rendition, Slide, Storyboard
from tests.media_pipeline import factories
from tests.world import World

HOUR_MS = 3_600_000


def job(recording: Recording, kind: str = "probe", part: int = 0) -> MediaJob:
    """Return the newest generation's job of a kind."""
    return recording.jobs.filter(kind=kind, part=part).latest("generation")


def claim(recording: Recording, kind: str = "probe", part: int = 0, *, at, worker: str = "sichuan:1:a"):
    """Claim a job by name."""
    return claims.claim(job_id=job(recording, kind, part).pk, worker=worker, at=at)


def let_the_lease_run_out(recording: Recording, kind: str = "probe") -> None:
    """As if its worker had died a while ago."""
    past = ExpressionWrapper(Now() - timedelta(seconds=1), output_field=DateTimeField())
    recording.jobs.filter(kind=kind, state=MediaJob.State.RUNNING).update(lease_until=past)


def let_it_rest(recording: Recording) -> None:
    """As if the pause after a failed attempt were over."""
    recording.jobs.update(not_before=None)


def made(mode: str, fence: int = 1) -> Rendition:
    """A rendition that a stage would have measured."""
    return Rendition(
        mode=mode, file=f"x/{fence}/{mode}.mp4", playlist="#EXTM3U", size_bytes=1, duration_ms=1, average_bps=1,
        peak_bps=1, codecs="opus",
    )  # fmt: skip


def slide(number: int, from_ms: int) -> Slide:
    """An entry of a slide index as detection finds it."""
    return Slide(
        number=number,
        from_ms=from_ms,
        picture=f"x/1/slide-{number}.webp",
        width=1280,
        height=720,
        size_bytes=9,
    )


def probed(
    recording: Recording, *, at, duration_ms: int = 60_000, width: int | None = 1280, height: int | None = 720
):
    facts = publishing.ProbedFacts(duration_ms=duration_ms, width=width, height=height)
    publishing.publish_facts(claim(recording, at=at), facts=facts, at=at)


def heard(recording: Recording, *, at, warnings=()):
    held = claim(recording, "audio", at=at)
    publishing.publish_sound(
        held, renditions=[made("audio", held.fence), made("aac", held.fence)], loudness_lufs=Decimal("-20.1"),
        warnings=warnings, at=at,
    )  # fmt: skip


def seen(recording: Recording, *, at, content: str = "slides", slides=None):
    held = claim(recording, "slides", at=at)
    board = Storyboard(
        file=f"x/{held.fence}/storyboard.webp", interval_ms=10_000, columns=10, tiles=6, tile_width=160,
        tile_height=90, size_bytes=9,
    )  # fmt: skip
    found = [slide(1, 0), slide(2, 30_000)] if slides is None else slides
    publishing.publish_slides(held, content=content, slides=found, storyboard=board, at=at)


def cut(recording: Recording, part: int = 0, *, at):
    held = claim(recording, "chunk", part, at=at, worker=f"chunk {part}")
    name = f"x/parts/{held.generation}/{part}/{held.fence}/light.mp4"
    publishing.publish_chunk(held, names={"light": name}, at=at)


def packaged(recording: Recording, *, at, modes=("light", "standard")):
    held = claim(recording, "package", at=at)
    publishing.publish_renditions(held, renditions=[made(mode, held.fence) for mode in modes], at=at)


def states(recording: Recording) -> dict[str, str]:
    """Return where each kind stands; chunks as a list in their order."""
    generation = Recording.objects.get(pk=recording.pk).generation
    found: dict[str, str] = {}
    for one in recording.jobs.filter(generation=generation).order_by("kind", "part"):
        found[one.kind] = f"{found[one.kind]} {one.state}" if one.kind in found else one.state
    return found


def planned(world: World) -> Recording:
    """A recording that has just arrived, its work planned."""
    recording = factories.received(world.expert, at=world.now)
    operations.plan_work(recording_id=recording.pk, at=world.now)
    return recording


def finished(recording: Recording, *, at: datetime) -> None:
    """Take a planned recording through every stage: a lecture with every mode."""
    Recording.objects.filter(pk=recording.pk).update(original_file="x/original")
    probed(recording, at=at)
    heard(recording, at=at)
    seen(recording, at=at)
    cut(recording, at=at)
    packaged(recording, at=at)
    publishing.publish_text(claim(recording, "text", at=at), texts={}, at=at)
    recording.refresh_from_db()
    assert recording.state == Recording.State.READY
