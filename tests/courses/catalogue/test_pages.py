"""What the public pages show, in both languages, and what they cost in queries."""

import pytest
from django.test import Client

from courses.catalogue.models import LecturePage
from courses.catalogue.operations import ensure_site
from courses.catalogue.search.indexing import index_all
from tests.courses.factories import make_course, make_draft, make_published_lecture

LIST_QUERIES = 30


@pytest.fixture
def guest():
    return Client()


def titles(response):
    return [row.lecture.title for row in response.context["catalogue"].page]


def test_a_guest_reads_the_introduction_and_is_sent_to_sign_in(world, guest):
    lecture = make_published_lecture(world, released_to=None)
    response = guest.get(lecture.url)
    page = response.content.decode()
    assert response.status_code == 200
    assert "鉴定意见质证的步骤" in page
    assert "陈嘉敏" in page
    assert f"/account/login/?next={response.wsgi_request.path}".split("?")[0] in page
    assert 'id="enrol"' not in page
    assert response.context["state"] == "guest"


def test_a_lawyer_of_the_region_may_enrol_and_one_of_another_knows_nothing_of_it(world, client_for):
    lecture = make_published_lecture(world, released_to=[world.guangxi])
    assert 'id="enrol"' in client_for(world.county_account).get(lecture.url).content.decode()
    foreign = client_for(world.yunnan_lawyer.account).get(lecture.url)
    assert foreign.status_code == 404


def test_an_officer_is_told_that_lawyers_take_lectures(world, client_for):
    lecture = make_published_lecture(world, released_to=None)
    assert client_for(world.beneficiary_officer).get(lecture.url).context["state"] == "not_a_lawyer"


def test_a_draft_has_no_public_page(world, guest):
    lecture = make_draft(world)
    assert guest.get(f"/lectures/{lecture.slug}/").status_code == 404
    assert titles(guest.get("/lectures/")) == []


def test_every_public_page_has_an_english_twin(world, guest):
    lecture = make_published_lecture(world, released_to=None)
    LecturePage.objects.filter(pk=lecture.pk).update(
        title_en="Medical liability", introduction_en="Three cases."
    )
    for path in ("/", "/lectures/", "/courses/"):
        assert guest.get("/en" + path).status_code == 200
    page = guest.get("/en" + lecture.url.removeprefix("/en")).content.decode()
    assert "Medical liability" in page
    assert "Three cases." in page
    assert "About this lecture" in page
    assert "/en/lectures/" in page


def test_the_catalogue_finds_by_title_lecturer_and_introduction(world, guest):
    make_published_lecture(
        world, released_to=None, title="工伤认定", introduction="讲给县域律师。", topic="employment"
    )
    make_published_lecture(
        world, released_to=None, title="土地承包", introduction="工伤以外的一切。", topic="civil"
    )
    index_all(at=world.now)
    found = guest.get("/lectures/", {"q": "工伤"})
    assert titles(found) == ["工伤认定", "土地承包"]  # a hit in the title comes first
    assert "<mark>工伤</mark>认定" in found.content.decode()
    assert titles(guest.get("/lectures/", {"q": "陈嘉敏 土地"})) == ["土地承包"]
    assert titles(guest.get("/lectures/", {"q": "没有这回事"})) == []


def test_filters_narrow_and_count(world, guest):
    make_published_lecture(
        world, released_to=None, title="工伤认定", topic="employment", duration_ms=30 * 60_000
    )
    make_published_lecture(
        world,
        released_to=None,
        title="职业道德",
        topic="profession-rules",
        category="ethics",
        duration_ms=100 * 60_000,
    )
    assert titles(guest.get("/lectures/", {"topic": "employment"})) == ["工伤认定"]
    assert titles(guest.get("/lectures/", {"category": "ethics", "length": "long"})) == ["职业道德"]
    both = guest.get("/lectures/", {"topic": ["employment", "profession-rules"]})
    assert len(titles(both)) == 2
    counted = {option.value: option.count for option in both.context["catalogue"].filters["topic"]}
    assert counted == {"employment": 1, "profession-rules": 1}


def test_least_data_sorts_by_the_cheapest_way_to_watch(world, guest):
    make_published_lecture(world, released_to=None, title="长的", duration_ms=100 * 60_000)
    make_published_lecture(world, released_to=None, title="短的", duration_ms=10 * 60_000)
    index_all(at=world.now)
    assert titles(guest.get("/lectures/", {"sort": "data"})) == ["短的", "长的"]


def test_nonsense_in_the_address_is_no_error(world, guest):
    ensure_site(at=world.now)
    nonsense = {"q": "%" * 300, "topic": "'--", "sort": "x", "page": "-7", "length": "🙂"}
    assert guest.get("/lectures/", nonsense).status_code == 200


def test_what_was_typed_comes_back_as_text(world, guest):
    make_published_lecture(world, released_to=None, title="<script>alert(1)</script>")
    assert "<script>alert" not in guest.get("/lectures/", {"q": "<script>"}).content.decode()


@pytest.mark.parametrize("path", ["/", "/lectures/", "/lectures/?q=讲座&sort=data"])
def test_queries_of_a_list_do_not_grow_with_it(world, client_for, path, django_assert_max_num_queries):
    client = client_for(world.county_account)
    for number in range(3):
        make_published_lecture(
            world, title=f"讲座{number}", released_to=[world.guangxi], duration_ms=60_000 * (number + 30)
        )
    with django_assert_max_num_queries(LIST_QUERIES) as few:
        client.get(path)
    for number in range(3, 6):
        make_published_lecture(
            world, title=f"讲座{number}", released_to=[world.guangxi], duration_ms=60_000 * (number + 30)
        )
    with django_assert_max_num_queries(len(few.captured_queries)):
        assert client.get(path).status_code == 200


def test_queries_of_a_lecture_are_bounded(world, client_for, django_assert_max_num_queries):
    lecture = make_published_lecture(world, released_to=[world.guangxi])
    client = client_for(world.county_account)
    with django_assert_max_num_queries(LIST_QUERIES):
        client.get(lecture.url)


def test_a_course_shows_its_lectures_in_order_with_what_they_cost_together(world, client_for):
    first = make_published_lecture(world, title="第一讲", released_to=[world.guangxi], duration_ms=60_000)
    second = make_published_lecture(world, title="第二讲", released_to=[world.guangxi], duration_ms=120_000)
    course = make_course(world, [second, first])
    response = client_for(world.county_account).get(course.url)
    assert [row.lecture.title for row in response.context["rows"]] == ["第二讲", "第一讲"]
    assert response.context["length_ms"] == 180_000
    assert response.context["audio_bytes"] == 24_000 * 180_000 // 8000
    assert 'id="enrol"' in response.content.decode()
    assert "县域律师执业基础" in client_for(world.county_account).get("/courses/").content.decode()


def test_the_api_lists_what_is_public_without_signing_in(world, guest):
    lecture = make_published_lecture(world, released_to=None, title="工伤认定", topic="employment")
    make_draft(world, title="工伤草稿")
    index_all(at=world.now)
    answer = guest.get("/api/v1/lectures/", {"q": "工伤"}).json()
    assert answer["count"] == 1
    row = answer["lectures"][0]
    assert (row["id"], row["title"], row["topic"], row["length_ms"]) == (
        lecture.pk,
        "工伤认定",
        "employment",
        90_000,
    )
    assert row["audio_bytes"] == 270_000
