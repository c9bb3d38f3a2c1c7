"""Discs where the storage is object storage: pieces come from there, the image goes there and is fetched there in pieces."""

import pytest
import time_machine

from media_pipeline import api
from media_pipeline.conductor import work
from media_pipeline.conductor.models import DiscImage
from media_pipeline.recordings import files
from tests.media_pipeline.discs.discs import disc, lecture, ready, talk
from tests.media_pipeline.test_s3 import bucket, endpoint, fetch  # noqa: F401 (fixtures)
from tests.media_pipeline.viewing import browser_of

pytestmark = [pytest.mark.media, pytest.mark.django_db]


@pytest.mark.usefixtures("bucket")
def test_two_serials_are_made_and_fetched(world, tmp_path):
    recording = ready(world.expert, at=world.now, duration_ms=6_000)
    recording.original_file = files.keep(
        talk(tmp_path / "talk.mp4", 6), files.original_name(recording.public_id)
    )
    recording.save()
    for serial in ("D-0057", "D-0058"):
        whole = lecture(recording.pk, 6_000, chapters=(), codes=((1_600, 4_800, "4711"),))
        public_id = api.ask_for_disc_image(disc(whole, serial=serial), at=world.now)
        assert work.make_disc(DiscImage.objects.get(public_id=public_id).pk)
        image = DiscImage.objects.get(public_id=public_id)
        assert image.state == "done", image.error_log
        assert files.storage().size(image.file) == image.size_bytes
    with time_machine.travel(world.now, tick=False):
        link = api.disc_image_link(public_id, viewer_id=world.expert.pk, at=world.now)
        answer = browser_of(world.expert, world.now).get(link)
    assert answer.status_code == 302
    # moto's clock is the machine's, so the storage's own link is made anew for now.
    place = files.storage().url(image.file)
    status, first = fetch(place, Range="bytes=32768-34815")
    assert status == 206
    assert first[1:6] == b"CD001"
