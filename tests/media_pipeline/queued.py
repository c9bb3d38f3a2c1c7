"""Recordings in the queue as the pipeline would have left them, and the words of a page, for the tests of the queue."""

import re
from datetime import timedelta

from media_pipeline.conductor.models import MediaJob
from tests.media_pipeline import factories

Kind, State = MediaJob.Kind, MediaJob.State
HOME = "/office/queue/"


def job(recording, kind, state, **values):
    """One job as the pipeline would have left it."""
    return MediaJob.objects.create(recording=recording, kind=kind, state=state, **values)


def running(now, *, worker="sichuan:41:a", minutes=4, **values):
    return {
        "worker": worker,
        "attempt": 1,
        "queued_at": now - timedelta(minutes=minutes + 1),
        "started_at": now - timedelta(minutes=minutes),
        "lease_until": now + timedelta(seconds=15),
        **values,
    }


def done(now, *, minutes=2, **values):
    return {
        "attempt": 1,
        "progress_percent": 100,
        "queued_at": now - timedelta(minutes=60),
        "started_at": now - timedelta(minutes=30 + minutes),
        "finished_at": now - timedelta(minutes=30),
        **values,
    }


def span(part):
    return {"from_ms": part * 300_000, "until_ms": (part + 1) * 300_000}


def lecture(owner, now, *, parts=4, name="医疗损害鉴定.mp4", **values):
    """A lecture of `parts` chunks of five minutes: two are done, one is at 50 %, the rest waits."""
    recording = factories.received(
        owner, at=now, duration_ms=parts * 300_000, width=1280, height=720, content="slides",
        original_file="x/original", original_name=name, **values,
    )  # fmt: skip
    for kind in (Kind.PROBE, Kind.AUDIO, Kind.SLIDES):
        job(recording, kind, State.DONE, **done(now))
    for part in range(parts):
        state = (State.DONE, State.DONE, State.RUNNING)[part] if part < 3 else State.QUEUED
        more = {State.DONE: done(now), State.RUNNING: running(now, progress_percent=50)}.get(
            state, {"queued_at": now - timedelta(minutes=20)}
        )
        job(recording, Kind.CHUNK, state, part=part, input=span(part), **more)
    job(recording, Kind.PACKAGE, State.WAITING)
    job(recording, Kind.TEXT, State.DONE, **done(now))
    return recording


def broken(owner, now, *, log="frame dropped\nmuxer said no", name="坏文件.mp4", **values):
    """A recording of which one chunk failed three times."""
    recording = factories.received(
        owner, at=now, state="failed", failure_code="stalled", original_file="x/original", duration_ms=300_000,
        original_name=name, **values,
    )  # fmt: skip
    job(recording, Kind.PROBE, State.DONE, **done(now))
    job(
        recording, Kind.CHUNK, State.FAILED, error_code="stalled", error_log=log, input=span(0),
        **{**done(now), "attempt": 3, "progress_percent": 12, "worker": "yunnan:7:b"},
    )  # fmt: skip
    job(recording, Kind.PACKAGE, State.SKIPPED)
    return recording


def text_of(response):
    """The words of a page as a reader sees them."""
    page = re.sub(r"<(script|style|svg).*?</\1>", "", response.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
