"""All courses: by kind, page by page, and as many queries for sixty as for a few."""

import pytest
from django.test import Client

from courses.catalogue.course_pages import PER_PAGE
from courses.catalogue.models import CoursePage
from tests.courses.factories import make_course, make_published_lecture

Kind = CoursePage.Kind
MOST_QUERIES = 20


@pytest.fixture
def lecture(world):
    return make_published_lecture(world, released_to=None)


def make_courses(world, lecture, count, *, kind="", name="课程"):
    made = [make_course(world, [lecture], title=f"{name}{number:02}") for number in range(count)]
    CoursePage.objects.filter(pk__in=[each.pk for each in made]).update(kind=kind)
    return made


def names(answer):
    return [row.course.title for row in answer.context["courses"]]


def test_one_kind_is_one_press_away(world, lecture, client):
    make_courses(world, lecture, 2, kind=Kind.DEMONSTRATION, name="示范")
    make_courses(world, lecture, 3, kind=Kind.ROTATION, name="轮训")
    make_courses(world, lecture, 1, name="其他")
    answer = client.get("/courses/")
    assert [(each.value, each.count) for each in answer.context["kinds"]] == [
        ("", 6),
        (Kind.DEMONSTRATION, 2),
        (Kind.ROTATION, 3),
    ]
    assert names(client.get("/courses/?kind=demonstration")) == ["示范00", "示范01"]
    assert "示范培训班" in client.get("/courses/?kind=demonstration").content.decode()
    assert len(names(client.get("/courses/?kind=nonsense"))) == 6


def test_without_kinds_there_is_nothing_to_choose(world, lecture, client):
    make_courses(world, lecture, 2)
    assert client.get("/courses/").context["kinds"] == []


def test_the_kind_stays_from_page_to_page(world, lecture, client):
    make_courses(world, lecture, PER_PAGE + 1, kind=Kind.REMOTE)
    first = client.get("/courses/?kind=remote")
    assert len(names(first)) == PER_PAGE
    assert "?kind=remote&amp;page=2" in first.content.decode()
    assert names(client.get("/courses/?kind=remote&page=2")) == [f"课程{PER_PAGE:02}"]


def test_sixty_courses_ask_no_more_than_three(world, lecture, django_assert_max_num_queries):
    make_courses(world, lecture, 3)
    Client().get("/courses/")
    with django_assert_max_num_queries(MOST_QUERIES) as few:
        Client().get("/courses/")
    make_courses(world, lecture, 57, kind=Kind.REMOTE, name="远程")
    with django_assert_max_num_queries(len(few)):
        Client().get("/courses/")


def test_a_course_without_lectures_is_listed_and_says_so(world, client, lecture):
    empty = make_course(world, [], title="筹备中")
    assert names(client.get("/courses/")) == ["筹备中"]
    assert client.get(empty.get_url()).status_code == 200
