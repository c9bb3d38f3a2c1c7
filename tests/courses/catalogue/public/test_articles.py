"""News, help and about: what editors write, shown in both languages; nothing outside the release; no word lost."""

import io
import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image as Pillow
from wagtail.images.models import Image
from wagtail.models import Collection

from courses.catalogue.models import AboutPage, HelpIndexPage, HelpPage, HomePage, NewsIndexPage, NewsPage
from courses.catalogue.public.first_pages import ensure_first_pages
from courses.catalogue.public.pictures import BUDGET_BYTES, picture_of
from qianchang.groundwork.models import AuditEntry
from tests.courses.factories import make_published_lecture

pytestmark = pytest.mark.django_db


@pytest.fixture
def drawing(settings, tmp_path):
    """A photograph-like picture of 1600 x 1200 with a place written into it by the camera."""
    settings.MEDIA_ROOT = tmp_path
    Collection.get_first_root_node() or Collection.add_root(name="Root")
    picture = Pillow.effect_noise((1600, 1200), 90).convert("RGB")
    written, exif = io.BytesIO(), Pillow.Exif()
    exif[0x010E] = "taken at home"
    picture.save(written, "JPEG", quality=92, exif=exif)
    return Image.objects.create(
        title="那坡县培训", file=SimpleUploadedFile("class.jpg", written.getvalue(), "image/jpeg")
    )


class TestFirstPages:
    def test_a_new_site_has_notices_help_and_about(self, world, first_pages):
        home = HomePage.objects.get()
        assert [page.slug for page in home.get_children()] == ["lectures", "courses", "news", "help", "about"]
        assert first_pages == 3 + HelpPage.objects.count()
        assert AuditEntry.objects.filter(verb="ensure first pages").count() == 1

    def test_what_editors_changed_or_took_away_stays(self, world, first_pages):
        HelpPage.objects.filter(slug="hours").update(title="学时")
        HelpPage.objects.get(slug="upload").delete()
        assert ensure_first_pages(at=world.later(days=1)) == 0
        assert HelpPage.objects.get(slug="hours").title == "学时"
        assert not HelpPage.objects.filter(slug="upload").exists()

    def test_every_help_page_opens_in_both_languages(self, guest, first_pages):
        for page in HelpPage.objects.all():
            address = f"/help/{page.slug}/"
            chinese, english = guest.get(address), guest.get("/en" + address)
            assert chinese.status_code == english.status_code == 200
            assert page.title in chinese.content.decode()
            assert page.title_en in english.content.decode()
            assert page.body_en, "an English reader is shown English"

    def test_the_keys_of_the_player_are_in_help(self, guest, first_pages):
        shown = guest.get("/help/player/").content.decode()
        assert all(f"<td>{key}</td>" in shown for key in ("空格", "← / →", "↑ / ↓", "C", "F", "M", "K"))

    def test_every_link_in_them_leads_somewhere(self, guest, first_pages):
        import re

        for page in [*HelpPage.objects.all(), AboutPage.objects.get()]:
            for body in (page.body, page.body_en):
                for link in re.findall(
                    r'href=\\?"(/[^"\\]*)', json.dumps(list(body.raw_data), ensure_ascii=False)
                ):
                    assert guest.get(link).status_code in (200, 302), link


class TestNews:
    def test_newest_first_and_never_a_draft(self, guest, news, world):
        news("旧通知", date=world.day - timedelta(days=9))
        news("新通知")
        news("没写完", live=False)
        shown = guest.get("/news/").content.decode()
        assert shown.index("新通知") < shown.index("旧通知")
        assert "没写完" not in shown

    def test_the_list_is_paged_and_its_queries_do_not_grow(self, guest, news, django_assert_max_num_queries):
        guest.get("/news/")
        for number in range(25):
            news(f"通知 {number}", slug=f"n{number}")
        with django_assert_max_num_queries(12):
            shown = guest.get("/news/").content.decode()
        assert "1 / 2" in shown

    def test_no_notices_says_so(self, guest, first_pages):
        assert "还没有通知" in guest.get("/news/").content.decode()

    def test_every_block_is_shown(self, guest, news):
        body = [
            {"type": "heading", "value": "报名"},
            {"type": "text", "value": "<p>请于<b>10 月 20 日</b>前报名。</p>"},
            {"type": "list", "value": [{"type": "item", "value": "<p>带执业证</p>", "id": "1"}]},
            {
                "type": "steps",
                "value": [{"type": "item", "value": {"what": "签到", "more": "<p>门口</p>"}, "id": "2"}],
            },
            {
                "type": "table",
                "value": {
                    "caption": "安排",
                    "columns": [{"type": "text", "heading": "市"}, {"type": "number", "heading": "场"}],
                    "rows": [{"values": ["百色", "12"]}],
                },
            },
            {"type": "quote", "value": {"text": "重点培训", "source": "全国律协通知", "address": ""}},
        ]
        shown = guest.get(news(body=json.dumps(body)).url).content.decode()
        for expected in (
            "<h2>报名</h2>",
            "<b>10 月 20 日</b>",
            "带执业证",
            "<b>签到</b>",
            '<th scope="col" class="r">场</th>',
            '<td class="r n">12</td>',
            "—— 全国律协通知",
        ):
            assert expected in shown

    def test_an_english_reader_of_a_chinese_text_is_told_its_language(self, guest, news):
        page = news(title_en="Screenings", body=json.dumps([{"type": "heading", "value": "报名"}]))
        address = page.url
        assert '<div class="prose" lang="zh-CN">' in guest.get("/en" + address).content.decode()
        assert '<div class="prose">' in guest.get(address).content.decode()


class TestLecturesInArticles:
    def test_a_lecture_is_shown_to_whoever_it_is_released_to_and_to_nobody_else(
        self, world, guest, news, client_for
    ):
        # Given a notice that names a lecture which is open to Guangxi only
        lecture = make_published_lecture(world, released_to=[world.guangxi])
        page = news(body=json.dumps([{"type": "lecture", "value": lecture.pk}]))
        # Then the guest reads the notice without it, and the lawyer of Guangxi with it
        assert lecture.title not in guest.get(page.url).content.decode()
        assert lecture.title in client_for(world.county_account).get(page.url).content.decode()


class TestPictures:
    def page(self, news, drawing):
        value = {"image": drawing.pk, "alt": "律师们在那坡县听课", "caption": "第一期"}
        return news(body=json.dumps([{"type": "picture", "value": value}]))

    def test_nothing_is_loaded_in_data_saver_and_the_words_stand_instead(self, guest, news, drawing):
        shown = guest.get(self.page(news, drawing).url).content.decode()
        assert "<img" not in shown
        assert "律师们在那坡县听课" in shown

    def test_else_it_is_small_lazy_and_described(self, guest, news, drawing):
        page = self.page(news, drawing)
        guest.cookies["qianchang_data_saver"] = "off"
        shown = guest.get(page.url).content.decode()
        assert 'alt="律师们在那坡县听课" loading="lazy"' in shown

    def test_even_noise_is_within_six_kilobytes(self, guest, drawing):
        small = picture_of(drawing)
        assert small is not None
        answer = guest.get(small.url)
        assert answer.status_code == 200
        assert len(b"".join(answer.streaming_content)) <= BUDGET_BYTES
        assert "immutable" in answer["Cache-Control"]

    def test_the_original_is_never_given(self, guest, drawing):
        assert guest.get(f"/files/{drawing.file.name}").status_code == 404
        assert guest.get("/files/images/../original_images/class.jpg").status_code == 404

    def test_nothing_that_the_camera_wrote_leaves_the_site(self, guest, drawing):
        picture = picture_of(drawing)
        assert picture is not None
        for url in (picture.url, picture.large_url):
            sent = Pillow.open(io.BytesIO(b"".join(guest.get(url).streaming_content)))
            assert not sent.getexif()

    def test_a_lost_file_costs_the_picture_and_not_the_page(self, guest, news, drawing):
        page = self.page(news, drawing)
        drawing.file.storage.delete(drawing.file.name)
        assert guest.get(page.url).status_code == 200


def test_pages_stand_where_they_belong():
    assert NewsPage.allowed_parent_page_models() == [NewsIndexPage]
    assert HelpPage.allowed_parent_page_models() == [HelpIndexPage]
    assert not NewsPage.allowed_subpage_models()
    assert not NewsIndexPage.can_create_at(HelpIndexPage())


def test_old_browser_page_is_linked_from_help(first_pages):
    assert "/compat/" in Client().get("/help/").content.decode()
