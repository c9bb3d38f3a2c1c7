"""Pictures say what they show, files are what their names say."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image as Picture
from wagtail.documents import get_document_model
from wagtail.images import get_image_model

PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture(autouse=True)
def _files_of_this_test(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def picture(name: str = "photo.jpg", kind: str = "JPEG") -> SimpleUploadedFile:
    out = io.BytesIO()
    exif = Picture.Exif()
    exif[0x010F] = "A camera"
    Picture.new("RGB", (64, 48), "red").save(out, kind, exif=exif)
    return SimpleUploadedFile(name, out.getvalue())


def files_of(world) -> str:
    from wagtail.models import Collection

    return str(Collection.get_first_root_node().pk)


def send_picture(admin, world, **data):
    return admin.post(
        "/cms/images/add/",
        {"title": "开班", "collection": files_of(world), "file": picture(), "tags": "", **data},
    )


def test_a_picture_without_words_is_not_taken(admin, world):
    answer = send_picture(admin, world, description="")
    assert answer.status_code == 200
    assert not get_image_model().objects.exists()


def test_the_name_of_a_file_is_no_description(admin, world):
    send_picture(admin, world, description="IMG_2034.JPG")
    assert not get_image_model().objects.exists()


def test_a_picture_with_words_is_taken_and_forgets_the_camera(admin, world):
    send_picture(admin, world, description="学员在会议室里听课")
    stored = get_image_model().objects.get()
    assert stored.description == "学员在会议室里听课"
    with Picture.open(stored.file.open()) as kept:
        assert not kept.getexif()


@pytest.mark.parametrize("name", ["drawing.svg", "anime.gif", "page.html"])
def test_other_kinds_of_pictures_are_not_taken(admin, world, name):
    send_picture(admin, world, description="一张图", file=SimpleUploadedFile(name, b"<svg/>"))
    assert not get_image_model().objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "taken"),
    [
        ("通知.pdf", PDF, True),
        ("通知.pdf", b"<html><script>alert(1)</script>", False),
        ("台账.xlsx", b"PK\x03\x04....", True),
        ("台账.xlsx", PDF, False),
        ("page.html", b"<html>", False),
        ("macro.docm", b"PK\x03\x04....", False),
    ],
)
def test_files_are_of_a_known_kind_and_what_their_names_say(admin, world, name, content, taken):
    admin.post(
        "/cms/documents/add/",
        {
            "title": "附件",
            "collection": files_of(world),
            "tags": "",
            "file": SimpleUploadedFile(name, content),
        },
    )
    assert get_document_model().objects.exists() is taken
