"""Home, lecturers, the feed, the sitemap, robots and the heads of pages: complete, released, in both languages."""

import gzip
import re
import xml.etree.ElementTree as ET
from datetime import time

import pytest
from django.db import DatabaseError

from courses import api
from courses.catalogue.models import LecturePage, Lecturer
from courses.catalogue.public import home as first_page
from courses.credits.operations import ensure_default_rules
from courses.schedule.notices import write_notice
from qianchang.groundwork.personal_data import ERASED
from tests.courses.factories import make_course, make_published_lecture
from tests.courses.schedule.conftest import MODES

pytestmark = pytest.mark.django_db


@pytest.fixture
def for_all(world):
    return make_published_lecture(world, released_to=None, title="医疗纠纷调解实务")


@pytest.fixture
def for_guangxi(world):
    return make_published_lecture(world, released_to=[world.guangxi], title="边境贸易合同审查")


def text_of(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


class TestHome:
    def test_a_guest_is_led_in_by_four_links_and_reads_the_notices(self, guest, news, for_all):
        news("放映通知")
        shown = text_of(guest, "/")
        begin = shown[shown.index("<h2>从这里开始") :].split("</section>")[0]
        assert begin.count('<a class="btn') == 4
        assert "放映通知" in shown

    def test_only_what_is_released_is_listed(self, guest, world, client_for, for_all, for_guangxi):
        shown = text_of(guest, "/")
        assert for_all.title in shown
        assert for_guangxi.title not in shown
        assert for_guangxi.title in text_of(client_for(world.county_account), "/")

    def test_a_lawyer_sees_the_year_and_the_next_session_of_the_region(
        self, world, client_for, for_guangxi, on_the_day
    ):
        ensure_default_rules(world.now)
        api.ensure_delivery_modes(MODES)
        for beneficiary, place in ((world.guangxi, "那坡县司法局"), (world.yunnan, "昆明")):
            api.schedule_session(
                lecture=for_guangxi,
                mode_code="onsite",
                supporter=world.guangdong,
                beneficiary=beneficiary,
                date=world.later(days=5).date(),
                place=place,
                by=world.supporting_officer,
                at=world.now,
            )
        shown = text_of(client_for(world.county_account), "/")
        assert 'id="year"' in shown
        assert "0 / 40 学时" in shown
        assert "那坡县司法局" in shown
        assert "昆明" not in shown

    def test_the_search_works_when_a_list_fails(self, guest, world, for_all, monkeypatch, caplog):
        def fail(*_args, **_more):
            raise DatabaseError("the disk is full")

        monkeypatch.setattr(first_page, "_newest", fail)
        shown = text_of(guest, "/")
        assert 'name="q"' in shown
        assert "这个列表暂时打不开" in shown
        assert "newest lectures" in caplog.text

    def test_it_is_small_and_its_queries_do_not_grow(self, guest, world, news, django_assert_max_num_queries):
        for number in range(3):
            make_published_lecture(world, released_to=None, title=f"劳动争议第{number}讲")
            news(f"通知{number}", slug=f"n{number}")
        guest.get("/")
        with django_assert_max_num_queries(24) as three:
            guest.get("/")
        for number in range(3, 6):
            make_published_lecture(world, released_to=None, title=f"劳动争议第{number}讲")
            news(f"通知{number}", slug=f"n{number}")
        with django_assert_max_num_queries(len(three)):
            shown = guest.get("/").content
        assert len(gzip.compress(shown)) <= 8 * 1024  # B1
        assert b"<img" not in shown  # B7


class TestLecturers:
    def test_the_list_and_the_page_show_what_is_released(self, guest, for_all, for_guangxi):
        lecturer = for_all.lecturers.get()
        assert lecturer.name in text_of(guest, "/lecturers/")
        page = text_of(guest, f"/lecturers/{lecturer.slug}/")
        assert for_all.title in page
        assert for_guangxi.title not in page
        assert 'content="profile"' in page

    def test_without_a_released_lecture_there_is_no_page(self, guest, world, client_for, for_guangxi):
        slug = for_guangxi.lecturers.get().slug
        assert guest.get(f"/lecturers/{slug}/").status_code == 404
        assert client_for(world.county_account).get(f"/lecturers/{slug}/").status_code == 200

    def test_whoever_was_erased_has_none(self, guest, for_all):
        Lecturer.objects.update(name=ERASED)
        assert ERASED not in text_of(guest, "/lecturers/")
        assert guest.get(f"/lecturers/{Lecturer.objects.get().slug}/").status_code == 404

    def test_no_number_of_a_lecturer_stands_there(self, guest, world, for_all):
        page = text_of(guest, f"/lecturers/{for_all.lecturers.get().slug}/")
        assert world.expert_lawyer.licence_number not in page

    def test_queries_do_not_grow_with_lectures(self, guest, world, for_all, django_assert_max_num_queries):
        address = f"/lecturers/{for_all.lecturers.get().slug}/"
        guest.get(address)
        with django_assert_max_num_queries(20) as one:
            guest.get(address)
        make_published_lecture(world, released_to=None, title="又一讲")
        with django_assert_max_num_queries(len(one)):
            guest.get(address)


class TestFeed:
    def items(self, client, address="/lectures/feed/"):
        answer = client.get(address)
        assert answer["Content-Type"].startswith("application/rss+xml")
        return ET.fromstring(answer.content).findall("channel/item")  # noqa: S314  # our own bytes

    def test_it_has_what_its_reader_may_know_of(self, guest, world, client_for, for_all, for_guangxi):
        assert [item.findtext("title") for item in self.items(guest)] == [for_all.title]
        assert len(self.items(client_for(world.county_account))) == 2

    def test_each_says_whose_and_how_long_and_where(self, guest, for_all):
        (item,) = self.items(guest)
        assert item.findtext("link").endswith(for_all.url)
        assert for_all.lecturers.get().name in item.findtext("description")
        assert item.findtext("pubDate")

    def test_english_readers_get_their_own(self, guest, for_all):
        LecturePage.objects.update(title_en="Mediating medical disputes")
        (item,) = self.items(guest, "/en/lectures/feed/")
        assert item.findtext("title") == "Mediating medical disputes"
        assert "/en/lectures/" in item.findtext("link")

    def test_signs_that_xml_refuses_are_left_out(self, guest, for_all):
        # A line break of Word, as it comes along when an introduction is pasted.
        LecturePage.objects.update(introduction="鉴定意见\x0b怎么质证")
        (item,) = self.items(guest)
        assert item.findtext("description").endswith("鉴定意见怎么质证")

    def test_queries_do_not_grow(self, guest, world, for_all, django_assert_max_num_queries):
        guest.get("/lectures/feed/")
        with django_assert_max_num_queries(12) as one:
            guest.get("/lectures/feed/")
        make_published_lecture(world, released_to=None, title="又一讲")
        with django_assert_max_num_queries(len(one)):
            guest.get("/lectures/feed/")


class TestSitemapAndRobots:
    def test_it_lists_what_a_guest_may_read_in_both_languages(
        self, guest, world, first_pages, client_for, for_all, for_guangxi
    ):
        for client in (guest, client_for(world.county_account)):
            listed = text_of(client, "/sitemap.xml")
            for address in (for_all.url, "/help/player/", "/lecturers/", "/sessions/", "/courses/"):
                assert f"{address}</loc>" in listed
                assert f"/en{address}</loc>" in listed
            assert for_guangxi.url not in listed
            assert "/account/" not in listed

    def test_what_it_lists_opens(self, guest, first_pages, for_all):
        for address in re.findall(r"<loc>http://testserver(.*?)</loc>", text_of(guest, "/sitemap.xml")):
            assert guest.get(address).status_code == 200, address

    def test_courses_of_lectures_that_guests_may_not_see_are_not_in_it(
        self, guest, world, for_all, for_guangxi
    ):
        open_to_all = make_course(world, [for_all], title="公开课程")
        closed = make_course(world, [for_guangxi], title="对口支援课程")
        listed = text_of(guest, "/sitemap.xml")
        assert f"{open_to_all.url}</loc>" in listed
        assert closed.url not in listed

    def test_robots_close_desks_and_name_the_sitemap(self, guest):
        said = text_of(guest, "/robots.txt")
        assert "Disallow: /office/\n" in said
        assert re.search(r"^Sitemap: http.*/sitemap.xml$", said, re.MULTILINE)


class TestHeads:
    def test_public_pages_say_what_they_are_and_name_their_twin(self, guest, settings, for_all):
        settings.SITE_ROOT_URL = "https://qianchang.example"
        for address in ("/", "/lectures/", for_all.url, "/lecturers/", "/sessions/"):
            for prefix in ("", "/en"):
                head = text_of(guest, prefix + address).split("</head>")[0]
                assert f'<link rel="canonical" href="https://qianchang.example{prefix}{address}">' in head
                assert f'hreflang="zh-CN" href="https://qianchang.example{address}"' in head
                assert f'hreflang="en" href="https://qianchang.example/en{address}"' in head
                assert 'property="og:title"' in head

    def test_desks_and_own_pages_say_nothing(self, world, client_for):
        head = text_of(client_for(world.county_account), "/my/").split("</head>")[0]
        assert "canonical" not in head

    def test_nothing_is_fetched_from_elsewhere(self, guest, first_pages, for_all):
        for address in ("/", "/help/", "/news/", "/about/", "/lecturers/", "/sessions/"):
            shown = text_of(guest, address)
            assert not re.search(r'(?:src|stylesheet" href)="(?:https?:)?//', shown)

    def test_the_switch_of_languages_keeps_the_page(self, guest, for_all):
        address = for_all.url
        answer = guest.post("/i18n/setlang/", {"language": "en", "next": address})
        assert answer["Location"] == "/en" + address
        answer = guest.post("/i18n/setlang/", {"language": "zh-hans", "next": "/en/lecturers/?page=2"})
        assert answer["Location"] == "/lecturers/?page=2"


def test_a_notice_of_a_session_reaches_the_first_page_of_everybody(world, guest, for_guangxi, on_the_day):
    api.ensure_delivery_modes(MODES)
    session = api.schedule_session(
        lecture=for_guangxi,
        mode_code="onsite",
        supporter=world.guangdong,
        beneficiary=world.guangxi,
        date=world.later(days=5).date(),
        place="那坡县司法局",
        by=world.supporting_officer,
        at=world.now,
    )
    assert "那坡县司法局" not in text_of(guest, "/")
    write_notice(
        session=session,
        begins_at=time(9, 30),
        seats=40,
        audience="",
        takes_names=True,
        sign_up="",
        sign_up_last_date=None,
        text="",
        by=world.supporting_officer,
        at=world.now,
    )
    assert "那坡县司法局" in text_of(guest, "/")
