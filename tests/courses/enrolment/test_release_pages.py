"""The officer's pages of releases and shared collections."""

from collections.abc import Iterator

import pytest
from django.utils import timezone, translation

from courses.enrolment import releasing
from courses.enrolment.models import Collection, Release
from qianchang.people.models import Pairing
from tests.courses.factories import make_lecture_in_review, make_published_lecture

PAGE_QUERIES = 20


@pytest.fixture(autouse=True)
def _chinese() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


@pytest.fixture
def desk(world, client_for):
    return client_for(world.supporting_officer)


@pytest.fixture
def lecture(world):
    return make_published_lecture(world, title="质证", released_to=[world.guangxi])


def address(lecture):
    return f"/office/review/{lecture.pk}/release/"


class TestTheReleasesOfALecture:
    def test_it_says_to_whom_and_opens_it_to_more(self, world, desk, lecture):
        assert world.yunnan
        text = desk.get(address(lecture)).content.decode()
        assert "广西律师协会" in text
        answer = desk.post(address(lecture), {"associations": "CN-YN", "ends_on": "2100-01-31"}, follow=True)
        assert answer.redirect_chain == [(address(lecture), 302)]
        text = answer.content.decode()
        assert "云南省律师协会" in text
        assert "至2100年1月31日止" in text

    def test_ending_one_leaves_it_in_the_history(self, world, desk, lecture):
        (standing,) = lecture.releases.all()
        answer = desk.post(f"{address(lecture)}{standing.pk}/end/", follow=True)
        assert "由梁秘书结束" in answer.content.decode()
        standing.refresh_from_db()
        assert standing.ended_by == world.supporting_officer

    def test_what_is_missing_is_said_at_the_top_and_beside_the_field(self, desk, lecture):
        answer = desk.post(address(lecture), {"regions": "火星"})
        assert answer.status_code == 400
        text = answer.content.decode()
        assert text.count("没有叫“火星”的地区") == 2
        # and what was written is not hidden below a heading
        assert '<details class="f" open>' in text

    def test_a_lecture_that_is_not_published_gets_no_form(self, world, desk):
        draft = make_lecture_in_review(world)
        text = desk.get(address(draft)).content.decode()
        assert 'id="release-form"' not in text
        assert desk.post(address(draft), {"everybody": "on"}).status_code == 400
        assert not draft.releases.exists()

    def test_nobody_else_finds_it(self, world, client_for, lecture):
        (standing,) = lecture.releases.all()
        other = make_published_lecture(world, title="另一讲", released_to=None)
        # an officer who reviews for another association, one who reviews nothing, and a release of another lecture
        foreign = world.grant(world.account("yn.reviewer", "杨审核"), "supporting_officer", world.yunnan)
        for path in (address(lecture), f"{address(lecture)}{standing.pk}/end/"):
            ask = client_for(foreign).post if path.endswith("end/") else client_for(foreign).get
            assert ask(path).status_code == 404
        assert client_for(world.county_account).get(address(lecture)).status_code == 403
        own = client_for(world.supporting_officer)
        assert own.post(f"{address(other)}{standing.pk}/end/").status_code == 404
        standing.refresh_from_db()
        assert standing.ended_at is None

    def test_its_queries_do_not_grow(self, world, desk, lecture, django_assert_max_num_queries):
        for each in (world.yunnan, world.baise, world.guangzhou, world.guangdong):
            Release.objects.create(
                lecture=lecture, association=each, released_at=world.now, released_by=world.national_officer
            )
        with django_assert_max_num_queries(PAGE_QUERIES):
            desk.get(address(lecture))


class TestCollections:
    @pytest.fixture
    def collection(self, world):
        return releasing.open_collection(
            association=world.guangdong, name="粤桂精品", by=world.supporting_officer, at=world.now
        )

    def test_one_is_begun_filled_and_closed(self, world, desk, lecture):
        # given a pair
        Pairing.objects.create(
            kind=Pairing.Kind.STRONG_WITH_WEAK,
            supporting_association=world.guangdong,
            beneficiary_association=world.guangxi,
            source="tests",
        )
        # when a collection is begun and a lecture put into it
        answer = desk.post("/office/collections/", {"association": "CN-GD", "name": "粤桂精品"}, follow=True)
        made = Collection.objects.get()
        assert answer.redirect_chain == [(f"/office/collections/{made.pk}/", 302)]
        assert "广西律师协会" in answer.content.decode()
        desk.post(address(lecture), {"collections": made.pk})
        # then it stands there, and can be taken out again from there
        text = desk.get(f"/office/collections/{made.pk}/").content.decode()
        assert "质证" in text
        standing = made.releases.get()
        answer = desk.post(f"{address(lecture)}{standing.pk}/end/", {"back": made.pk})
        assert answer["Location"] == f"/office/collections/{made.pk}/"
        assert "共 0 讲" in desk.get("/office/collections/").content.decode()
        # and a closed one is offered no more
        desk.post(f"/office/collections/{made.pk}/close/")
        assert "已关闭" in desk.get("/office/collections/").content.decode()
        assert 'name="collections"' not in desk.get(address(lecture)).content.decode()

    def test_a_name_is_needed(self, world, desk):
        assert world.guangdong
        answer = desk.post("/office/collections/", {"association": "CN-GD", "name": ""})
        assert answer.status_code == 400
        assert answer.content.decode().count("请填写精品课程的名称。") == 2

    def test_nobody_else_finds_it(self, world, client_for, collection):
        foreign = world.grant(world.account("yn.reviewer", "杨审核"), "supporting_officer", world.yunnan)
        browser = client_for(foreign)
        assert browser.get(f"/office/collections/{collection.pk}/").status_code == 404
        assert browser.post(f"/office/collections/{collection.pk}/close/").status_code == 404
        answer = browser.post("/office/collections/", {"association": "CN-GD", "name": "x"})
        assert answer.status_code == 400
        collection.refresh_from_db()
        assert collection.closed_at is None
        assert Collection.objects.count() == 1

    def test_the_queries_do_not_grow(self, world, desk, collection, django_assert_max_num_queries):
        for number in range(12):
            releasing.open_collection(
                association=world.guangdong,
                name=f"第{number}套",
                by=world.supporting_officer,
                at=timezone.now(),
            )
        with django_assert_max_num_queries(PAGE_QUERIES):
            desk.get("/office/collections/")
