"""The expert's pages and the review desk, as the browser sees them."""

import pytest
from django.test import Client

from courses.catalogue.models import LecturePage, Topic
from courses.enrolment.models import Release
from media_pipeline.uploads.models import Upload
from tests.courses.factories import make_draft, make_lecture_in_review, make_published_lecture, make_recording

Review = LecturePage.Review


def make_upload(world, recording):
    return Upload.objects.create(
        owner=recording.owner,
        recording=recording,
        length=recording.size_bytes,
        offset=recording.size_bytes // 2,
        created_at=world.now,
        expires_at=world.later(days=7),
    )


def details(**changed):
    return {
        "title": "工伤认定",
        "topic": Topic.objects.get(code="employment").pk,
        "category": "business",
        "introduction": "讲给县域律师。",
        "dvd_consent": "on",
        **changed,
    }


@pytest.fixture
def expert(world, client_for):
    make_draft(world, title="早先的草稿")  # the site exists, and one lecture of theirs
    return client_for(world.expert)


def test_the_details_are_saved_while_the_upload_runs(world, expert):
    recording = make_recording(world.expert, at=world.now, state="uploading", modes=())
    upload = make_upload(world, recording)
    response = expert.post("/teach/new/", details(upload=str(upload.public_id), submit="1"))
    lecture = LecturePage.objects.get(recording=recording)
    assert response["Location"] == f"/teach/{lecture.pk}/"
    assert (lecture.review, lecture.live, lecture.dvd_consent) == (Review.IN_REVIEW, False, True)


def test_a_draft_is_kept_as_a_draft(world, expert):
    recording = make_recording(world.expert, at=world.now)
    expert.post("/teach/new/", details(upload=str(make_upload(world, recording).public_id), draft="1"))
    assert LecturePage.objects.get(recording=recording).review == Review.DRAFT


def test_without_an_upload_the_form_says_so_and_keeps_what_was_typed(world, expert):
    response = expert.post("/teach/new/", details())
    page = response.content.decode()
    assert response.status_code == 400
    assert response.context["form"].non_field_errors()
    assert "工伤认定" in page
    assert LecturePage.objects.count() == 1


def test_somebody_elses_upload_is_unknown(world, expert):
    foreign = make_upload(world, make_recording(world.supporting_officer, at=world.now))
    response = expert.post("/teach/new/", details(upload=str(foreign.public_id)))
    assert response.status_code == 400
    assert LecturePage.objects.count() == 1


def test_a_file_that_arrived_without_details_waits_in_the_list(world, expert):
    recording = make_recording(world.expert, at=world.now, name="忘了填.mp4")
    assert f"/teach/new/?recording={recording.public_id}" in expert.get("/teach/").content.decode()
    expert.post("/teach/new/", details(recording=str(recording.public_id)))
    assert LecturePage.objects.get(recording=recording).title == "工伤认定"


def test_the_list_has_one_word_and_one_action_for_each_lecture(world, expert):
    make_lecture_in_review(world, title="等审核")
    make_published_lecture(world, title="发布了")
    rows = expert.get("/teach/").context["rows"]
    assert [(row.title, row.state) for row in rows] == [
        ("发布了", "published"),
        ("等审核", "in_review"),
        ("早先的草稿", "draft"),
    ]


def test_queries_of_the_experts_list_do_not_grow(world, expert, django_assert_max_num_queries):
    with django_assert_max_num_queries(20) as few:
        expert.get("/teach/")
    for number in range(4):
        make_published_lecture(world, title=f"讲座{number}")
    with django_assert_max_num_queries(len(few.captured_queries) + 2):  # addresses of published pages, once
        expert.get("/teach/")


def test_the_expert_sees_the_stages_and_why_a_file_was_refused(world, expert):
    running = make_draft(world, state="processing", modes=("audio",))
    page = expert.get(f"/teach/{running.pk}/").content.decode()
    assert 'data-kind="video" data-state="running"' in page
    assert "37%" in page
    refused = make_draft(world)
    recording = refused.recording
    assert recording is not None
    recording.state, recording.failure_code = "refused", "no_sound"
    recording.save()
    page = expert.get(f"/teach/{refused.pk}/").content.decode()
    assert 'id="failure"' in page


def test_a_lecture_is_its_owners_page_alone(world, client_for):
    lecture = make_draft(world)
    assert client_for(world.supporting_officer).get(f"/teach/{lecture.pk}/").status_code == 404
    assert Client().get(f"/teach/{lecture.pk}/").status_code == 302


def test_a_lawyer_has_no_upload_page(world, client_for):
    for path in ("/teach/", "/teach/new/", "/office/review/"):
        assert client_for(world.county_account).get(path).status_code == 403
        assert Client().get(path).status_code == 302


def test_the_draft_is_changed_and_submitted_on_its_own_page(world, expert):
    lecture = LecturePage.objects.get()
    assert expert.post(f"/teach/{lecture.pk}/", details(title="", submit="1")).status_code == 400
    expert.post(f"/teach/{lecture.pk}/", details(submit="1"))
    lecture.refresh_from_db()
    assert (lecture.title, lecture.review) == ("工伤认定", Review.IN_REVIEW)


def test_the_reviewer_watches_and_publishes_to_the_region_chosen(world, client_for):
    lecture = make_lecture_in_review(world)
    world.guangxi, world.yunnan  # noqa: B018  the beneficiaries to choose from
    reviewer = client_for(world.supporting_officer)
    assert [row.title for row, _ in reviewer.get("/office/review/").context["rows"]] == [lecture.title]
    response = reviewer.get(f"/office/review/{lecture.pk}/")
    page = response.content.decode()
    assert 'id="review-video"' in page
    assert [mode.mode for mode, _ in response.context["watch"].links] == ["audio", "light", "standard"]
    assert "checked" not in page
    answer = reviewer.post(
        f"/office/review/{lecture.pk}/", {"action": "publish", "associations": [world.guangxi.code]}
    )
    assert answer.status_code == 302
    lecture.refresh_from_db()
    assert (lecture.live, lecture.review) == (True, Review.PUBLISHED)
    assert [release.association for release in Release.objects.all()] == [world.guangxi]


def test_publishing_to_nobody_is_refused_and_changes_nothing(world, client_for):
    lecture = make_lecture_in_review(world)
    response = client_for(world.supporting_officer).post(
        f"/office/review/{lecture.pk}/", {"action": "publish"}
    )
    assert response.status_code == 400
    lecture.refresh_from_db()
    assert lecture.review == Review.IN_REVIEW


def test_publishing_to_everybody_releases_to_all(world, client_for):
    lecture = make_lecture_in_review(world)
    client_for(world.supporting_officer).post(
        f"/office/review/{lecture.pk}/", {"action": "publish", "everybody": "on"}
    )
    assert Release.objects.get().association is None


def test_the_reviewer_returns_with_a_reason_only(world, client_for):
    lecture = make_lecture_in_review(world)
    reviewer = client_for(world.supporting_officer)
    assert reviewer.post(f"/office/review/{lecture.pk}/", {"action": "return"}).status_code == 400
    reviewer.post(f"/office/review/{lecture.pk}/", {"action": "return", "reason": "第 3 分钟没有声音"})
    lecture.refresh_from_db()
    assert (lecture.review, lecture.return_reason) == (Review.RETURNED, "第 3 分钟没有声音")
    assert "第 3 分钟没有声音" in client_for(world.expert).get(f"/teach/{lecture.pk}/").content.decode()


def test_another_associations_lecture_is_not_found_by_a_reviewer(world, client_for):
    lecture = make_lecture_in_review(world)
    from qianchang.people.models import RoleGrant

    foreign = world.grant(
        world.account("yun.mishu", "云秘书"), RoleGrant.Role.SUPPORTING_OFFICER, world.yunnan
    )
    client = client_for(foreign)
    assert client.get("/office/review/").context["rows"] == []
    assert client.get(f"/office/review/{lecture.pk}/").status_code == 404
    assert (
        client.post(f"/office/review/{lecture.pk}/", {"action": "publish", "everybody": "on"}).status_code
        == 404
    )


def test_a_beneficiary_officer_has_no_review_desk(world, client_for):
    lecture = make_lecture_in_review(world)
    assert client_for(world.beneficiary_officer).get(f"/office/review/{lecture.pk}/").status_code == 403


def test_a_draft_is_not_on_the_review_desk(world, client_for):
    lecture = make_draft(world)
    assert client_for(world.supporting_officer).get(f"/office/review/{lecture.pk}/").status_code == 404


def test_the_one_who_submitted_sees_no_publish_button_and_cannot_forge_it(world, client_for):
    lecture = make_lecture_in_review(world, by=world.supporting_officer)
    own = client_for(world.supporting_officer)
    assert 'id="publish"' not in own.get(f"/office/review/{lecture.pk}/").content.decode()
    assert (
        own.post(f"/office/review/{lecture.pk}/", {"action": "publish", "everybody": "on"}).status_code == 400
    )
    lecture.refresh_from_db()
    assert not lecture.live


def test_queries_of_the_review_desk_do_not_grow(world, client_for, django_assert_max_num_queries):
    reviewer = client_for(world.supporting_officer)
    make_lecture_in_review(world)
    with django_assert_max_num_queries(20) as few:
        reviewer.get("/office/review/")
    for _ in range(4):
        make_lecture_in_review(world)
    with django_assert_max_num_queries(len(few.captured_queries)):
        reviewer.get("/office/review/")
