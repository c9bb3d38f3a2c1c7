"""A picture keeps no word of the camera."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import ExifTags, Image
from wagtail.images.models import Image as Stored
from wagtail.models import Collection

pytestmark = pytest.mark.django_db


def photo(kind: str = "JPEG") -> SimpleUploadedFile:
    picture = Image.new("RGB", (60, 40), "red")
    exif = picture.getexif()
    exif[ExifTags.Base.Artist] = "Wei Xiaolan"
    exif[ExifTags.Base.Orientation] = 6
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (23.0, 23.0, 12.0)
    content = BytesIO()
    picture.save(content, kind, exif=exif)
    assert b"Wei Xiaolan" in content.getvalue()
    return SimpleUploadedFile(
        f"photo.{kind.lower()}", content.getvalue(), content_type=f"image/{kind.lower()}"
    )


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path, db):
    settings.MEDIA_ROOT = tmp_path
    # A migration of Wagtail makes it, and these tests run without.
    if Collection.get_first_root_node() is None:
        Collection.add_root(name="Root")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_place_and_owner_are_gone_and_it_stands_upright(kind):
    stored = Stored.objects.create(title="photo", file=photo(kind), width=60, height=40)
    with stored.file.open() as file:
        content = file.read()
    kept = Image.open(BytesIO(content))
    assert kept.format == kind
    assert dict(kept.getexif()) == {}
    assert b"Wei Xiaolan" not in content
    assert kept.size == (stored.width, stored.height) == (40, 60)
    assert stored.file_size == len(content)


def test_changing_the_title_leaves_the_file_as_it_is():
    stored = Stored.objects.create(title="photo", file=photo(), width=60, height=40)
    before = stored.file_hash
    stored.title = "another"
    stored.save()
    assert Stored.objects.get().file_hash == before


def test_what_is_no_picture_is_left_to_the_form():
    Stored.objects.create(
        title="x",
        file=SimpleUploadedFile("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        width=1,
        height=1,
    )
    assert Stored.objects.count() == 1
