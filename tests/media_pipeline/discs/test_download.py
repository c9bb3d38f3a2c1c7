"""Downloading an image: for one viewer, for a while, and in pieces."""

from datetime import timedelta

import pytest
import time_machine

from media_pipeline import api
from media_pipeline.conductor import leases
from media_pipeline.conductor.discs import claims
from media_pipeline.conductor.models import DiscImage
from media_pipeline.recordings import files
from tests.media_pipeline.discs.discs import disc, lecture, ready
from tests.media_pipeline.viewing import browser_of

pytestmark = pytest.mark.django_db
CONTENT = bytes(range(256)) * 40


@pytest.fixture(autouse=True)
def _the_worlds_clock(world):
    with time_machine.travel(world.now, tick=False):
        yield


@pytest.fixture
def made(world, tmp_path):
    """A finished image, stored."""
    recording = ready(world.expert, at=world.now)
    public_id = api.ask_for_disc_image(disc(lecture(recording.pk)), at=world.now)
    path, name = tmp_path / "disc.iso", f"discs/{public_id}/1/disc.iso"
    path.write_bytes(CONTENT)
    files.keep(path, name)
    held = claims.claim(image_id=DiscImage.objects.get().pk, worker="sichuan:1:a", at=world.now)
    assert held is not None
    leases.finish(held, at=world.now, file=name, size_bytes=len(CONTENT), sha256="a" * 64)
    return public_id


@pytest.fixture
def officer(world):
    return world.county_account


@pytest.fixture
def link(made, officer, world):
    return api.disc_image_link(made, viewer_id=officer.pk, at=world.now)


@pytest.fixture
def browser(officer, world):
    return browser_of(officer, world.now)


def test_the_whole_image_comes_under_the_name_of_its_disc(link, browser):
    answer = browser.get(link)
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == CONTENT
    assert answer["Content-Disposition"] == 'attachment; filename="D-0057.iso"'
    assert answer["Content-Type"] == "application/x-iso9660-image"


def test_a_download_that_broke_goes_on_where_it_was(link, browser):
    answer = browser.get(link, headers={"Range": "bytes=10000-"})
    assert answer.status_code == 206
    assert b"".join(answer.streaming_content) == CONTENT[10000:]
    assert answer["Content-Range"] == f"bytes 10000-{len(CONTENT) - 1}/{len(CONTENT)}"


def test_it_opens_for_nobody_else(link, world, client):
    assert client.get(link).status_code == 403
    assert browser_of(world.expert, world.now).get(link).status_code == 403


def test_it_runs_out(made, officer, browser, world, settings):
    old = world.now - timedelta(seconds=settings.MEDIA_LINK_SECONDS + 1000)
    assert browser.get(api.disc_image_link(made, viewer_id=officer.pk, at=old)).status_code == 403


def test_a_link_that_was_changed_opens_nothing(link, browser):
    assert browser.get(link[:-3] + "AAA").status_code == 403


def test_one_that_is_not_finished_or_kept_no_longer_has_no_link(made, officer, world):
    DiscImage.objects.update(dropped_at=world.now)
    with pytest.raises(api.DiscImageGone):
        api.disc_image_link(made, viewer_id=officer.pk, at=world.now)
    DiscImage.objects.update(dropped_at=None, state="running")
    with pytest.raises(api.DiscImageGone):
        api.disc_image_link(made, viewer_id=officer.pk, at=world.now)


def test_a_link_to_a_file_that_went_since_says_what_to_do(link, browser, made):
    files.storage().delete(DiscImage.objects.get().file)
    answer = browser.get(link)
    assert answer.status_code == 404
    assert "重新制作" in answer.json()["detail"]


def test_nginx_sends_it_where_nginx_sends_files(link, browser, settings):
    settings.MEDIA_ACCEL_PREFIX = "/_media/"
    answer = browser.get(link)
    assert answer["X-Accel-Redirect"].startswith("/_media/discs/")
    assert "D-0057.iso" in answer["Content-Disposition"]
