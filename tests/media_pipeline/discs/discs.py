"""Specs of discs and images for tests: short, in the words of the domain."""

from datetime import datetime
from pathlib import Path

from media_pipeline.packaging.discs.spec import DiscLecture, DiscSpec
from media_pipeline.recordings.models import Recording
from qianchang.people.models import Account
from tests.media_pipeline import factories

MINUTE_MS = 60_000
SLIDES = ((0, "医疗损害的举证"), (9_000, "鉴定意见的质证"), (18_000, "赔偿项目"))


def lecture(recording_id: int = 1, until_ms: int = 45 * MINUTE_MS, **values: object) -> DiscLecture:
    """A lecture of a master."""
    told = {"title": "医疗损害鉴定", "lecturer": "李明华 律师", "from_ms": 0, "chapters": SLIDES, **values}
    return DiscLecture(recording_id=recording_id, until_ms=until_ms, **told)  # type: ignore[arg-type]


def disc(*lectures: DiscLecture, serial: str = "D-0057", title: str = "医疗损害责任纠纷实务") -> DiscSpec:
    """A disc of these lectures."""
    return DiscSpec(serial, serial.replace("-", "_"), title, lectures or (lecture(),))


def ready(owner: Account, *, at: datetime, duration_ms: int = 45 * MINUTE_MS, **values: object) -> Recording:
    """A recording whose processing is finished, without any file."""
    return factories.received(
        owner, at=at, state=Recording.State.READY, ready_at=at, duration_ms=duration_ms, **values
    )


def talk(path: Path, seconds: float = 30) -> Path:
    """A recording that changes every second, so that any two of its moments can be told apart."""
    return factories.lecture(path, seconds=seconds, size="640x360")
