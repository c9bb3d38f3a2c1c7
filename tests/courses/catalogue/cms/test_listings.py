"""Lists of the admin: what they say of a lecture, how they are searched, sorted and cut, and what their files hold."""

import io
from datetime import timedelta

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from courses.catalogue.models import LecturePage
from media_pipeline.recordings.models import CaptionTrack
from qianchang.groundwork.models import AuditEntry
from tests.courses.catalogue.cms.pages import add_news
from tests.courses.factories import (
    make_course,
    make_lecture_in_review,
    make_published_lecture,
    make_recording,
)

LECTURES = "/cms/lecture_listing/"


def rows(client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_lecture_is_shown_with_state_length_hours_release_and_reach(admin, world):
    recording = make_recording(world.expert, duration_ms=90 * 60_000, at=world.now)
    make_published_lecture(world, title="工伤认定", recording=recording, released_to=[world.guangxi])
    page = rows(admin, LECTURES)
    for said in ("工伤认定", "广东省律师协会", "已发布", "90 分钟", "2.0", "广西律师协会", "医疗纠纷"):
        assert said in page, said


def test_a_word_in_the_middle_of_a_title_and_a_lecturer_are_found(admin, world):
    make_published_lecture(world, title="建筑工程工伤认定与索赔")
    make_published_lecture(world, title="房屋征收补偿")
    found = rows(admin, f"{LECTURES}?q=工伤认定")
    assert "建筑工程工伤认定与索赔" in found
    assert "房屋征收补偿" not in found
    both = rows(admin, f"{LECTURES}?q={world.expert}")
    assert "建筑工程工伤认定与索赔" in both
    assert "房屋征收补偿" in both
    assert "房屋征收补偿" not in rows(admin, f"{LECTURES}?q=没有这样的话")


def test_lectures_are_cut_to_a_state_and_sorted_by_length(admin, world):
    for minutes, title in ((30, "短的讲座"), (120, "长的讲座")):
        recording = make_recording(world.expert, duration_ms=minutes * 60_000, at=world.now)
        make_published_lecture(world, title=title, recording=recording)
    make_lecture_in_review(world, title="等审核的讲座")
    waiting = rows(admin, f"{LECTURES}?review=in_review")
    assert "等审核的讲座" in waiting
    assert "长的讲座" not in waiting
    longest = rows(admin, f"{LECTURES}?ordering=-length_ms")
    assert longest.index("长的讲座") < longest.index("短的讲座")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_file_of_a_list_holds_nothing_that_is_run_and_is_in_the_log(admin, world, kind):
    make_published_lecture(world, title="=HYPERLINK(1)")
    answer = admin.get(f"{LECTURES}?export={kind}")
    assert answer["Content-Disposition"].endswith(f'.{kind}"')
    if kind == "csv":
        text = answer.content.decode("utf-8-sig")
        assert "'=HYPERLINK(1)" in text
        assert "已发布" in text
    else:
        sheet = load_workbook(io.BytesIO(answer.content)).active
        cells = [cell for row in sheet.iter_rows() for cell in row]
        assert "=HYPERLINK(1)" in [cell.value for cell in cells]
        assert {cell.data_type for cell in cells} <= {"s", "n"}
    entry = AuditEntry.objects.get(verb="exported", object_type="list")
    assert (entry.actor_id, entry.details["rows"]) == (world.editor.pk, 1)


@pytest.mark.parametrize(
    "path", [LECTURES, "/cms/course_listing/", "/cms/news_listing/", "/cms/snippets/catalogue/lecturer/"]
)
def test_queries_do_not_grow_with_the_rows(admin, world, path, django_assert_max_num_queries):
    lectures = [make_published_lecture(world, title=f"讲座 {number}") for number in range(2)]
    make_course(world, lectures)
    add_news("通知")
    admin.get(path)
    with django_assert_max_num_queries(45) as few:
        admin.get(path)
    lectures += [make_published_lecture(world, title=f"再讲 {number}") for number in range(4)]
    for number in range(3):
        make_course(world, lectures, title=f"课程 {number}")
    for number in range(4):
        add_news(f"通知 {number}")
    with django_assert_max_num_queries(len(few)):
        admin.get(path)


def test_courses_say_how_many_lectures_they_have(admin, world):
    make_course(world, [make_published_lecture(world, title=f"讲座 {number}") for number in range(3)])
    page = rows(admin, "/cms/course_listing/?export=csv")
    assert "县域律师执业基础,3,3," in page


REPORTS = ("lectures_without_transcript", "lectures_without_review", "lectures_without_reach")


def report(client, name: str) -> str:
    return client.get(f"/cms/reports/{name}/?export=csv").content.decode("utf-8-sig")


def test_lectures_without_transcript_are_reported(admin, world):
    silent = make_published_lecture(world, title="还没写的")
    told = make_published_lecture(world, title="写好了的")
    CaptionTrack.objects.create(recording=told.recording, vtt="WEBVTT\n", updated_at=world.now)
    text = report(admin, REPORTS[0])
    assert silent.title in text
    assert told.title not in text


def test_lectures_that_wait_are_reported_longest_first(admin, world):
    for days, title in ((1, "昨天交的"), (9, "上周交的")):
        lecture = make_lecture_in_review(world, title=title)
        LecturePage.objects.filter(pk=lecture.pk).update(submitted_at=timezone.now() - timedelta(days=days))
    make_published_lecture(world, title="发布了的")
    text = report(admin, REPORTS[1])
    assert text.index("上周交的") < text.index("昨天交的")
    assert "发布了的" not in text


def test_lectures_that_reached_nobody_for_a_month_are_reported(admin, world):
    for days, title in ((40, "没人学的"), (3, "刚发布的")):
        lecture = make_published_lecture(world, title=title)
        LecturePage.objects.filter(pk=lecture.pk).update(
            first_published_at=timezone.now() - timedelta(days=days)
        )
    text = report(admin, REPORTS[2])
    assert "没人学的" in text
    assert "刚发布的" not in text


@pytest.mark.parametrize("name", REPORTS)
def test_reports_are_pages_of_the_menu(admin, name):
    assert admin.get(f"/cms/reports/{name}/").status_code == 200
    assert f"/cms/reports/{name}/" in admin.get("/cms/").content.decode()


def test_the_first_page_says_what_waits(admin, world):
    make_lecture_in_review(world, title="等审核的讲座")
    page = rows(admin, "/cms/")
    assert "待办" in page
    assert "审核中的讲座" in page
