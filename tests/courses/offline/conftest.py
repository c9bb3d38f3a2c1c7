"""A stick of 韦晓岚 with a lecture of 120 minutes, and an evening to watch it."""

import io

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from PIL import Image

from courses.catalogue.models import LecturePage
from courses.offline.making import make_stick
from media_pipeline.recordings.captions import put_captions
from media_pipeline.recordings.models import Recording, Rendition
from tests.courses.factories import make_slides
from tests.courses.offline.simulation import OldPc


@pytest.fixture
def lecture(version):
    return LecturePage.objects.get(pk=version.lecture_id)


@pytest.fixture
def stick(world, lecture):
    return make_stick(
        lawyer=world.county_lawyer, lectures=[lecture], way="light", by=world.county_account, at=world.now
    )


@pytest.fixture
def pc(stick, evening):
    """Return a function that opens the stick on some computer."""
    return lambda: OldPc(stick, evening)


@pytest.fixture
def stored(world, version):
    """The lecture's files stand in the storage, with four slides and captions."""
    there = storages["recordings"]
    recording = Recording.objects.get(pk=version.recording_id)
    for rendition in Rendition.objects.filter(recording=recording):
        data = rendition.mode.encode() * 50_000
        there.save(rendition.file, ContentFile(data))
        Rendition.objects.filter(pk=rendition.pk).update(size_bytes=len(data))
    for slide in make_slides(recording, ["开场", "病历", "鉴定", "小结"], every_ms=60_000):
        picture = io.BytesIO()
        Image.new("RGB", (320, 180), "#1b4b8a").save(picture, "WEBP")
        there.save(slide.picture, ContentFile(picture.getvalue()))
    put_captions(
        recording_id=recording.pk,
        language="zh",
        vtt="WEBVTT\n\n00:00:01.000 --> 00:00:03.000\n先看 <b>鉴定</b> 材料 &lt;1&gt;。\n",
        revision=0,
        by=world.expert,
        at=world.now,
    )
    return recording
