"""Fixtures of the expert's room: its folders are the test's own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import storages
from django.test import override_settings

from media_pipeline.recordings.models import Recording
from tests.media_pipeline import factories
from tests.world import World


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path):
    """Uploads, work and storage stand under the test's own folder."""
    recordings = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(tmp_path / "recordings"), "base_url": None},
    }
    with override_settings(
        UPLOAD_DIR=tmp_path / "uploads",
        MEDIA_WORK_DIR=tmp_path / "work",
        STORAGES={**settings.STORAGES, "recordings": recordings},
    ):
        yield


@pytest.fixture
def arrived(world: World) -> Callable[[Path], Recording]:
    """Return a function that puts a file where a completed upload would have put it."""

    def arrive(path: Path) -> Recording:
        recording = factories.received(world.expert, at=world.now, size_bytes=path.stat().st_size)
        with path.open("rb") as content:
            recording.original_file = storages["recordings"].save(f"{recording.public_id}/original", content)
        recording.save()
        return recording

    return arrive
