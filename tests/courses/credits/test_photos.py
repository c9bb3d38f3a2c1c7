"""The photo on an appeal: painted anew, small, private; everything else is refused in words."""

import io
import struct
import zlib
from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageFile

from courses.credits.models import Appeal, AppealPhoto, CreditEntry
from qianchang.groundwork import photos


def picture(form="JPEG", size=(800, 600), mode="RGB", **options):
    out = io.BytesIO()
    Image.effect_noise(size, 40).convert(mode).save(out, form, **options)
    return out.getvalue()


def repainted(raw):
    return photos.repainted(io.BytesIO(raw), size_bytes=len(raw))


def with_place_and_owner(raw_size=(800, 600), orientation=1):
    image = Image.new("RGB", raw_size, "red")
    exif = Image.Exif()
    exif[0x010F], exif[0x0112], exif[0x8298] = "PhoneMaker", orientation, "韦晓岚"
    exif.get_ifd(0x8825)[2] = (23.0, 25.0, 5.0)
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, comment=b"secret place")
    return out.getvalue()


def png_of(width, height):
    """A PNG that promises so many pixels and holds almost none."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 99))


class TestRepainting:
    @pytest.mark.parametrize(
        ("form", "mode"),
        [("JPEG", "RGB"), ("JPEG", "CMYK"), ("PNG", "RGBA"), ("PNG", "P"), ("WEBP", "RGB"), ("PNG", "L")],
    )
    def test_what_cameras_and_screens_make_becomes_a_small_jpeg(self, form, mode):
        kept = Image.open(io.BytesIO(repainted(picture(form, mode=mode))))
        assert (kept.format, kept.mode, kept.size) == ("JPEG", "RGB", (800, 600))

    def test_a_large_photo_is_made_small(self):
        made = repainted(picture(size=(4000, 3000), quality=60))
        assert len(made) <= photos.KEPT_BYTES
        assert max(Image.open(io.BytesIO(made)).size) <= photos.LONG_SIDE

    def test_nothing_of_the_cameras_words_is_kept(self):
        sent = with_place_and_owner()
        assert b"PhoneMaker" in sent
        made = repainted(sent + b"<script>alert(1)</script>PK\x03\x04")
        assert not any(word in made for word in (b"PhoneMaker", b"secret", b"Exif", b"script", b"PK"))
        assert not Image.open(io.BytesIO(made)).getexif()

    def test_it_is_turned_upright(self):
        assert Image.open(io.BytesIO(repainted(with_place_and_owner(orientation=6)))).size == (600, 800)
        large = repainted(with_place_and_owner((4000, 3000), orientation=6))
        assert Image.open(io.BytesIO(large)).size == (1200, 1600)

    @pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
    def test_odd_words_of_a_camera_harm_nothing(self, form):
        # Pillow reads a count of letters where a number should stand, and cannot write it again
        odd = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 2)
        odd += struct.pack("<HHI4s", 0x0100, 2, 4, b"ab\0\0") + struct.pack("<HHIHH", 0x0112, 3, 1, 6, 0)
        out = io.BytesIO()
        Image.new("RGB", (80, 60), "red").save(out, form, exif=odd + struct.pack("<I", 0))
        assert Image.open(io.BytesIO(repainted(out.getvalue()))).size == (60, 80)

    def test_a_photo_of_a_telephone_with_a_second_one_behind_it_is_read_as_a_photo(self):
        out = io.BytesIO()
        Image.new("RGB", (6000, 5000), "red").save(
            out, "MPO", save_all=True, append_images=[Image.new("RGB", (80, 60), "blue")]
        )
        assert Image.open(io.BytesIO(out.getvalue())).format == "MPO"
        assert Image.open(io.BytesIO(repainted(out.getvalue()))).getpixel((5, 5))[0] > 200

    def test_the_words_name_the_bound_that_holds(self):
        with pytest.raises(photos.UnusablePhoto, match="25"):
            repainted(png_of(6_000, 6_000))

    def test_what_is_transparent_becomes_paper(self):
        out = io.BytesIO()
        Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(out, "PNG")
        assert Image.open(io.BytesIO(repainted(out.getvalue()))).getpixel((5, 5)) == (255, 255, 255)

    @pytest.mark.parametrize(
        "raw",
        [
            pytest.param(b"", id="nothing"),
            pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", id="svg"),
            pytest.param(b"<html><script>alert(1)</script>", id="html"),
            pytest.param(picture("GIF", mode="P"), id="gif"),
            pytest.param(picture("TIFF"), id="tiff"),
            pytest.param(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", id="postscript"),
            pytest.param(picture()[:2000], id="cut off"),
            pytest.param(picture("PNG")[:2000], id="png cut off"),
            pytest.param(b"\xff\xd8\xff\xe0" + b"\0" * 400, id="a jpeg in name"),
            pytest.param(png_of(30_000, 30_000), id="nine hundred million pixels"),
            pytest.param(png_of(6_000, 6_000), id="thirty-six million pixels unfolded"),
            pytest.param(png_of(100, 100), id="png without its pixels"),
        ],
    )
    def test_everything_else_is_refused_in_words(self, raw):
        with pytest.raises(photos.UnusablePhoto, match=r"\w"):
            repainted(raw)

    @pytest.mark.parametrize("form", ["JPEG", "PNG"])
    def test_half_a_photo_is_refused_also_after_a_certificate_was_printed(self, form, monkeypatch):
        # what importing WeasyPrint does to the whole process
        monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
        with pytest.raises(photos.UnusablePhoto):
            repainted(picture(form)[:20_000])

    def test_what_is_too_large_is_not_even_opened(self):
        with pytest.raises(photos.UnusablePhoto, match="8 MB"):
            photos.repainted(io.BytesIO(), size_bytes=photos.MOST_BYTES + 1)


@pytest.mark.django_db
class TestOnAnAppeal:
    @pytest.fixture
    def browser(self, client_for, evening):
        def ask(account, address, data=None):
            client = client_for(account)
            with time_machine.travel(evening + timedelta(days=1), tick=False):
                return client.get(address) if data is None else client.post(address, data)

        return ask

    @pytest.fixture
    def send(self, watched, browser, world):
        watched()

        def act(raw, name="照片.jpg"):
            entry = CreditEntry.objects.get()
            photo = SimpleUploadedFile(name, raw, content_type="image/jpeg")
            data = {"about": f"entry-{entry.pk}", "words": "请核对。", "photo": photo}
            return browser(world.county_account, "/my/appeals/new/", data)

        return act

    def test_its_lawyer_and_the_officers_of_the_association_see_it_and_nobody_else(
        self, send, browser, world
    ):
        send(with_place_and_owner())
        appeal = Appeal.objects.get()
        address = f"/my/appeals/{appeal.pk}/photo.jpg"
        answer = browser(world.county_account, address)
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer["Cache-Control"]
        assert answer.content == bytes(AppealPhoto.objects.get().jpeg)
        assert browser(world.beneficiary_officer, address).status_code == 200
        assert address in browser(world.beneficiary_officer, f"/office/appeals/{appeal.pk}/").content.decode()
        for other in (
            world.second_county_lawyer.account,
            world.yunnan_officer,
            world.supporting_officer,
            world.national_officer,
            world.administrator,
        ):
            assert browser(other, address).status_code == 404

    def test_a_guest_is_asked_to_sign_in(self, send, client):
        send(with_place_and_owner())
        assert client.get(f"/my/appeals/{Appeal.objects.get().pk}/photo.jpg").status_code == 302

    def test_a_file_that_is_no_photo_files_nothing(self, send):
        answer = send(b"MZ\x90\0" + b"\0" * 500, name="photo.jpg")
        assert answer.status_code == 200
        assert "这个文件不是能打开的照片" in answer.content.decode()
        assert Appeal.objects.count() == 0

    def test_an_appeal_without_one_has_none(self, watched, browser, world):
        watched()
        entry = CreditEntry.objects.get()
        browser(world.county_account, "/my/appeals/new/", {"about": f"entry-{entry.pk}", "words": "请核对。"})
        appeal = Appeal.objects.get()
        assert browser(world.county_account, f"/my/appeals/{appeal.pk}/photo.jpg").status_code == 404
        assert "photo.jpg" not in browser(world.county_account, f"/my/appeals/{appeal.pk}/").content.decode()
