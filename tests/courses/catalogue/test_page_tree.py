"""The page tree: which page stands where, and that it is made once."""

from django.core.management import call_command
from wagtail.models import Page, Site
from wagtail.test.utils import WagtailPageTestCase

from courses.catalogue.models import (
    AboutPage,
    CourseIndexPage,
    CoursePage,
    HelpIndexPage,
    HomePage,
    LectureIndexPage,
    LecturePage,
    NewsIndexPage,
    Topic,
)
from courses.catalogue.operations import ensure_site
from tests.courses.factories import make_lecture_in_review, make_published_lecture


class PagesStandWhereTheyBelong(WagtailPageTestCase):
    def test_home_holds_the_indexes_and_about(self):
        self.assertAllowedSubpageTypes(
            HomePage, {LectureIndexPage, CourseIndexPage, NewsIndexPage, HelpIndexPage, AboutPage}
        )

    def test_lectures_stand_in_the_catalogue_only(self):
        self.assertAllowedParentPageTypes(LecturePage, {LectureIndexPage})
        self.assertAllowedSubpageTypes(LecturePage, set())

    def test_courses_stand_in_their_index_only(self):
        self.assertCanCreateAt(CourseIndexPage, CoursePage)
        self.assertAllowedParentPageTypes(CoursePage, {CourseIndexPage})

    def test_nobody_makes_a_lecture_in_the_admin(self):
        assert LecturePage not in LectureIndexPage.creatable_subpage_models()


def test_the_site_is_made_once(world):
    first = ensure_site(at=world.now)
    again = ensure_site(at=world.later(days=1))
    assert first.made > 0
    assert again.made == 0
    assert [page.slug for page in again.home.get_children().specific()] == ["lectures", "courses"]
    assert Site.objects.get().root_page_id == again.home.pk
    assert Page.get_first_root_node().get_children_count() == 1


def test_the_topics_are_the_ten_of_business_and_four_of_management_with_their_quotes(world):
    assert ensure_site(at=world.now).topics == 14
    assert list(Topic.objects.order_by("position").values_list("name_zh", flat=True))[:3] == [
        "新法律法规",
        "县域重点业务领域的律师实务",
        "刑事基本业务",
    ]
    assert not Topic.objects.filter(quote="").exists()


def test_what_an_editor_changed_stays(world):
    home = ensure_site(at=world.now).home
    HomePage.objects.filter(pk=home.pk).update(introduction="编辑写的话")
    Topic.objects.filter(code="housing").update(name_zh="住房与物业")
    ensure_site(at=world.now)
    assert HomePage.objects.get().introduction == "编辑写的话"
    assert Topic.objects.get(code="housing").name_zh == "住房与物业"


def test_the_command_says_what_it_made(db, capsys):
    call_command("ensure_site")
    assert "14 topics" in capsys.readouterr().out


def test_the_admin_edits_the_words_of_a_published_lecture_and_nothing_else(world):
    editor = world.editor
    editor.is_superuser = editor.is_staff = True
    editor.save()
    published = make_published_lecture(world).permissions_for_user(editor)
    waiting = make_lecture_in_review(world).permissions_for_user(editor)
    assert published.can_edit()
    assert published.can_publish()
    assert not waiting.can_publish()
    for tester in (published, waiting):
        assert not any(
            [
                tester.can_unpublish(),
                tester.can_delete(),
                tester.can_submit_for_moderation(),
                tester.can_move(),
                tester.can_copy(),
            ]
        )


def test_the_editors_admin_opens_on_lectures_and_their_words(world, client_for):
    editor = world.editor
    editor.is_superuser = editor.is_staff = True
    editor.save()
    lecture = make_published_lecture(world, title="工伤认定")
    client = client_for(editor)
    assert "工伤认定" in client.get("/cms/lecture_listing/").content.decode()
    page = client.get(f"/cms/pages/{lecture.pk}/edit/").content.decode()
    assert 'name="introduction"' in page
    assert 'name="slug"' not in page
    assert 'name="review"' not in page
    menu = client.get("/cms/").content.decode()
    assert "lecture_listing" in menu
