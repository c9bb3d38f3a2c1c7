"""What the tests of sessions and their evidence share: a session of Guangdong for Guangxi, and files to hand in."""

import io
from collections.abc import Callable
from datetime import date

import pytest
from PIL import Image

from courses import api
from courses.catalogue.models import LecturePage
from courses.schedule.evidence import Accepted, accepted
from courses.schedule.models import TrainingSession
from tests.courses.factories import make_published_lecture
from tests.world import World

PAPER = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
MODES = [
    {"code": "onsite", "name_zh": "现场授课", "name_en": "On site", "letter": "X", "position": 1},
    {
        "code": "network_video",
        "name_zh": "网络视频",
        "name_en": "Network video",
        "letter": "W",
        "position": 2,
    },
    {"code": "dvd", "name_zh": "DVD 光盘", "name_en": "DVD", "letter": "D", "position": 3},
    {
        "code": "teleconference",
        "name_zh": "电话会议",
        "name_en": "Telephone conference",
        "letter": "T",
        "position": 4,
    },
]


@pytest.fixture
def a_lecture(world: World) -> LecturePage:
    """A lecture of 陈嘉敏 of Guangdong, open to Guangxi."""
    return make_published_lecture(world, released_to=[world.guangxi], title="边境贸易合同审查")


@pytest.fixture
def arranged(world: World, a_lecture: LecturePage) -> Callable[..., TrainingSession]:
    """Return a function that schedules a session of Guangdong for Guangxi today."""
    api.ensure_delivery_modes(MODES)

    def enter(mode: str = "onsite", *, on: date | None = None, **said: object) -> TrainingSession:
        given = {
            "lecture": a_lecture,
            "supporter": world.guangdong,
            "beneficiary": world.guangxi,
            "place": "那坡县司法局" if mode == "onsite" else "",
            "by": world.supporting_officer,
            "at": world.now,
            **said,
        }
        made = api.schedule_session(mode_code=mode, date=on or world.day, **given)  # type: ignore[arg-type]
        return TrainingSession.objects.select_related(
            "lecture_version__lecture", "mode", "supporter", "beneficiary"
        ).get(pk=made.pk)

    return enter


def picture(*, width: int = 40, height: int = 30, colour: str = "navy", exif: bytes = b"") -> bytes:
    """A JPEG of one colour, with the words of a camera where they are given."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "JPEG", exif=exif)
    return out.getvalue()


def photo(colour: str = "navy") -> Accepted:
    """A photo that was looked at."""
    data = picture(colour=colour)
    return accepted("photo", io.BytesIO(data), size_bytes=len(data))


def paper(kind: str = "agenda", *, more: bytes = b"") -> Accepted:
    """A scan as a PDF that was looked at."""
    data = PAPER.replace(b"endobj", b"endobj\n" + more)
    return accepted(kind, io.BytesIO(data), size_bytes=len(data))
