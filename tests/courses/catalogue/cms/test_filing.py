"""Many lectures at once: under another field or category, into a course, each as a revision that history shows."""

import pytest
from django.core.exceptions import PermissionDenied
from wagtail.models import PageLogEntry

from courses.catalogue.cms import filing
from courses.catalogue.models import Category, CoursePage, LecturePage, Topic
from courses.enrolment.models import Release
from courses.enrolment.releasing import open_collection
from qianchang.groundwork.models import AuditEntry
from tests.courses.factories import make_course, make_lecture_in_review, make_published_lecture


def test_lectures_are_filed_under_a_field_and_history_shows_it(world):
    lectures = [make_published_lecture(world, title=title) for title in ("工伤认定", "房屋征收")]
    housing = Topic.objects.get(code="housing")

    assert filing.file_lectures(lectures=lectures, topic=housing, by=world.editor, at=world.now) == 2

    for lecture in LecturePage.objects.all():
        assert lecture.topic == housing
        assert lecture.live
        assert not lecture.has_unpublished_changes
        assert lecture.get_latest_revision_as_object().topic == housing
        assert PageLogEntry.objects.filter(page=lecture, user=world.editor, action="wagtail.publish").exists()
    assert AuditEntry.objects.filter(verb="file lecture").count() == 2


def test_doing_it_again_changes_nothing(world):
    lecture = make_published_lecture(world)
    for changed in (1, 0):
        assert (
            filing.file_lectures(lectures=[lecture], category=Category.ETHICS, by=world.editor, at=world.now)
            == changed
        )
    assert LecturePage.objects.get().category == Category.ETHICS
    assert AuditEntry.objects.filter(verb="file lecture").count() == 1


def test_a_lecture_in_review_or_with_unpublished_words_is_left_alone(world):
    waiting = make_lecture_in_review(world, title="等审核")
    changed = make_published_lecture(world, title="有改动")
    changed.introduction = "还没有发布的话"
    changed.save_revision(user=world.editor)
    housing = Topic.objects.get(code="housing")
    for lecture in (waiting, changed):
        with pytest.raises(filing.UnableToFile, match=lecture.title):
            filing.file_lectures(lectures=[lecture], topic=housing, by=world.editor, at=world.now)
    assert not LecturePage.objects.filter(topic=housing).exists()


def test_lectures_come_at_the_end_of_a_course_once(world):
    first, second = (make_published_lecture(world, title=title) for title in ("一", "二"))
    course = make_course(world, [first])

    assert filing.add_to_course(lectures=[first, second], course=course, by=world.editor, at=world.now) == 1
    assert filing.add_to_course(lectures=[second], course=course, by=world.editor, at=world.now) == 0

    found = CoursePage.objects.get()
    assert [place.lecture_id for place in found.course_lectures.order_by("sort_order")] == [
        first.pk,
        second.pk,
    ]
    assert found.live


def test_nobody_else_files(world):
    lecture = make_published_lecture(world)
    course = make_course(world, [])
    with pytest.raises(PermissionDenied):
        filing.file_lectures(
            lectures=[lecture], category=Category.ETHICS, by=world.supporting_officer, at=world.now
        )
    with pytest.raises(PermissionDenied):
        filing.add_to_course(lectures=[lecture], course=course, by=world.supporting_officer, at=world.now)


@pytest.mark.parametrize("action", ["topic", "category", "course"])
def test_the_page_of_confirmation_names_what_changes_and_what_does_not(admin, world, action):
    good = make_published_lecture(world, title="工伤认定")
    waiting = make_lecture_in_review(world, title="等审核的讲座")
    make_course(world, [], title="县域律师执业基础")
    path = (
        f"/cms/bulk/catalogue/lecturepage/{action}/?id={good.pk}&id={waiting.pk}&next=/cms/lecture_listing/"
    )
    page = admin.get(path).content.decode()
    assert "工伤认定" in page
    assert "它们保持原样" in page
    chosen = {
        "topic": Topic.objects.get(code="housing").pk,
        "category": Category.ETHICS,
        "course": CoursePage.objects.get().pk,
    }
    answer = admin.post(path, {action: chosen[action]})
    assert answer["Location"] == "/cms/lecture_listing/"
    good.refresh_from_db()
    done = {
        "topic": good.topic.code == "housing",
        "category": good.category == Category.ETHICS,
        "course": good.course_places.exists(),
    }
    assert done[action]


def test_lectures_come_into_a_collection_of_their_association_and_no_other(admin, world):
    lecture = make_published_lecture(world, title="工伤认定")
    own, other = (
        open_collection(association=each, name="精品课程", by=world.administrator, at=world.now)
        for each in (world.guangdong, world.guangxi)
    )
    path = f"/cms/bulk/catalogue/lecturepage/collection/?id={lecture.pk}&next=/cms/lecture_listing/"
    refused = admin.post(path, {"collection": other.pk})
    assert "不属于这个精品课程所在的律协" in refused.content.decode()
    assert not Release.objects.exists()
    assert admin.post(path, {"collection": own.pk}).status_code == 302
    assert Release.objects.get().collection == own
