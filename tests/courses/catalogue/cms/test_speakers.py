"""Who speaks in a published lecture has agreed to it."""

import pytest

from courses.catalogue.models import LecturePage, Lecturer
from tests.courses.factories import make_published_lecture

pytestmark = pytest.mark.django_db


@pytest.fixture
def lecture(world):
    return make_published_lecture(world, title="医疗损害鉴定意见的质证")


def save(admin, lecture, lecturers):
    """Post the page's form in the admin as an editor does, with these speakers."""
    form = {
        "title": lecture.title,
        "title_en": "",
        "introduction": "讲鉴定意见。",
        "introduction_en": "",
        "topic": lecture.topic_id,
        "category": lecture.category,
        "lecturers": [each.pk for each in lecturers],
        "action-publish": "1",
    }
    return admin.post(f"/cms/pages/{lecture.pk}/edit/", form)


def test_a_speaker_who_did_not_agree_is_not_named_in_a_published_lecture(admin, world, lecture):
    mine = list(lecture.lecturers.all())
    other = Lecturer.objects.create(name="莫玉兰", slug="mo-yulan", association=world.guangdong)

    refused = save(admin, lecture, [*mine, other])

    assert "莫玉兰尚未同意公开本讲座" in refused.content.decode()
    assert list(LecturePage.objects.get(pk=lecture.pk).lecturers.all()) == mine


def test_the_words_of_a_published_lecture_are_saved_as_ever(admin, lecture):
    assert save(admin, lecture, lecture.lecturers.all()).status_code == 302
    assert LecturePage.objects.get(pk=lecture.pk).introduction == "讲鉴定意见。"
