"""Fixtures of the expert's room: its folders are the test's own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import storages
from django.test import Client, override_settings

from media_pipeline import api
from media_pipeline.delivery import access
from media_pipeline.recordings import files
from media_pipeline.recordings.models import Recording
from qianchang.people.models import Account
from tests.media_pipeline import factories, tus
from tests.media_pipeline.viewing import CONTENT, browser_of
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


@pytest.fixture
def recording(world: World, tmp_path: Path) -> Recording:
    """A recording whose audio and light mode are published, with the same bytes in both."""
    recording = factories.received(world.expert, at=world.now)
    for mode, peak in (("audio", 22_000), ("light", 59_000)):
        published = factories.rendition(recording, mode, at=world.now, peak_bps=peak, codecs=f"{mode}-codec")
        made = tmp_path / mode
        made.write_bytes(CONTENT)
        files.keep(made, published.file)
    return recording


@pytest.fixture
def released(world: World, recording: Recording, monkeypatch: pytest.MonkeyPatch) -> Account:
    """The county lawyer, who may play this recording by a policy as courses registers one."""
    monkeypatch.setattr(access, "_policies", [])
    lawyer = world.county_account
    api.register_access_policy(
        lambda viewer_id, recording_id: (viewer_id, recording_id) == (lawyer.pk, recording.pk)
    )
    return lawyer


@pytest.fixture
def links(released: Account, recording: Recording, world: World) -> dict[str, str]:
    """The lawyer's addresses of the recording, made at the world's time."""
    return api.playback_links(recording.pk, viewer_id=released.pk, at=world.now)


@pytest.fixture
def browser(released: Account, world: World) -> Client:
    """The lawyer's browser."""
    return browser_of(released, world.now)


@pytest.fixture
def expert(world: World, client_for: Callable[[Account], Client]) -> Client:
    """The expert's browser."""
    return client_for(world.expert)


@pytest.fixture
def opened(expert: Client) -> str:
    """The address of an upload that the expert has just opened, of `tus.MP4`."""
    return str(tus.create(expert, len(tus.MP4))["Location"])
