"""Who may take what: releases, enrolments, and who may play a recording."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from courses.catalogue.operations import withdraw_lecture
from courses.enrolment import operations, queries
from courses.enrolment.access import may_play_recording
from courses.enrolment.models import Enrolment, Release
from qianchang.groundwork.models import AuditEntry
from tests.courses.factories import (
    make_course,
    make_draft,
    make_lecture_in_review,
    make_published_lecture,
    make_recording,
)


def enrol(world, lawyer, **what):
    return operations.enrol(lawyer=lawyer, by=lawyer.account, at=world.now, **what)


def test_a_lawyer_of_the_region_takes_the_lecture_and_what_she_was_is_frozen(world):
    lecture = make_published_lecture(world, released_to=[world.guangxi])
    enrolment = enrol(world, world.county_lawyer, lecture=lecture)
    assert enrolment.eligibility["association"] == "CN-GX"
    assert enrolment.eligibility["western"] is True
    assert AuditEntry.objects.filter(verb="enrol").count() == 1
    assert queries.may_play(world.county_lawyer, lecture, world.now)


def test_enrolling_twice_is_the_same_as_once(world):
    lecture = make_published_lecture(world, released_to=[world.guangxi])
    assert enrol(world, world.county_lawyer, lecture=lecture) == enrol(
        world, world.county_lawyer, lecture=lecture
    )
    assert AuditEntry.objects.filter(verb="enrol").count() == 1


def test_a_lawyer_of_another_province_is_refused(world):
    lecture = make_published_lecture(world, released_to=[world.guangxi])
    with pytest.raises(operations.UnableToEnrol, match="not open to your region"):
        enrol(world, world.yunnan_lawyer, lecture=lecture)
    assert not Enrolment.objects.exists()


def test_a_release_covers_the_associations_below_it(world):
    lecture = make_published_lecture(world, released_to=[world.guangxi])
    assert queries.release_for(lecture, world.baise) == queries.release_for(lecture, world.guangxi)
    assert queries.release_for(lecture, world.national) is None
    only_baise = make_published_lecture(world, released_to=[world.baise])
    assert queries.release_for(only_baise, world.guangxi) is None


def test_a_release_to_everybody_covers_everybody(world):
    lecture = make_published_lecture(world, released_to=None)
    assert enrol(world, world.yunnan_lawyer, lecture=lecture)
    assert list(queries.released_lectures(world.county_lawyer, at=world.now)) == [lecture]


def test_a_release_holds_from_its_day_to_its_end(world):
    lecture = make_published_lecture(world, released_to=[world.guangxi])
    assert queries.release_for(lecture, world.guangxi, world.later(days=-1)) is None
    Release.objects.update(ended_at=world.later(days=10))
    assert queries.release_for(lecture, world.guangxi, world.later(days=9)) is not None
    assert queries.release_for(lecture, world.guangxi, world.later(days=10)) is None
    assert queries.release_for(lecture, world.guangxi) is None


def test_releasing_again_keeps_the_first_date(world):
    lecture = make_published_lecture(world, released_to=[world.guangxi])
    again = operations.release_lecture(
        lecture=lecture,
        associations=[world.guangxi, world.yunnan],
        by=world.supporting_officer,
        at=world.later(days=3),
    )
    assert [release.released_at for release in again] == [world.now, world.later(days=3)]
    assert Release.objects.count() == 2


def test_only_a_reviewer_of_the_lectures_association_releases_it(world):
    lecture = make_published_lecture(world)
    for stranger in (world.beneficiary_officer, world.expert, world.county_account):
        with pytest.raises(PermissionDenied):
            operations.release_lecture(lecture=lecture, associations=None, by=stranger, at=world.now)


def test_what_is_not_published_is_not_released_and_not_taken(world):
    lecture = make_lecture_in_review(world)
    with pytest.raises(operations.UnableToRelease, match="Publish the lecture first"):
        operations.release_lecture(
            lecture=lecture, associations=None, by=world.supporting_officer, at=world.now
        )
    with pytest.raises(operations.UnableToEnrol, match="not published"):
        enrol(world, world.county_lawyer, lecture=lecture)


def test_nobody_enrols_somebody_else(world):
    lecture = make_published_lecture(world, released_to=None)
    with pytest.raises(operations.UnableToEnrol, match="Only the lawyer"):
        operations.enrol(
            lawyer=world.county_lawyer, lecture=lecture, by=world.beneficiary_officer, at=world.now
        )


def test_a_course_opens_its_released_lectures_to_the_lawyer(world):
    open_lecture = make_published_lecture(world, title="开放", released_to=[world.guangxi])
    closed_lecture = make_published_lecture(world, title="未开放", released_to=[world.yunnan])
    course = make_course(world, [open_lecture, closed_lecture])
    enrol(world, world.county_lawyer, course=course)
    assert queries.may_play(world.county_lawyer, open_lecture, world.now)
    assert not queries.may_play(world.county_lawyer, closed_lecture, world.now)


def test_a_course_that_opens_later_or_elsewhere_is_refused(world):
    lecture = make_published_lecture(world, released_to=[world.guangxi])
    course = make_course(world, [lecture])
    with pytest.raises(operations.UnableToEnrol, match="No lecture of this course"):
        enrol(world, world.yunnan_lawyer, course=course)
    course.opens_date = date(2026, 11, 3)
    course.save()
    with pytest.raises(operations.UnableToEnrol, match="opens on 2026-11-03"):
        enrol(world, world.county_lawyer, course=course)


class TestWhoMayPlayARecording:
    """The gate before every signed link."""

    @pytest.fixture
    def lecture(self, world):
        return make_published_lecture(world, released_to=[world.guangxi])

    def may(self, account, lecture):
        return may_play_recording(account.pk, lecture.recording_id)

    def test_the_expert_who_sent_it(self, world, lecture):
        assert self.may(world.expert, lecture)

    def test_a_reviewer_of_its_association(self, world, lecture):
        assert self.may(world.second_supporting_officer, lecture)

    def test_an_enrolled_lawyer_but_not_before(self, world, lecture):
        assert not self.may(world.county_account, lecture)
        enrol(world, world.county_lawyer, lecture=lecture)
        assert self.may(world.county_account, lecture)

    def test_no_longer_when_the_release_ended(self, world, lecture):
        enrol(world, world.county_lawyer, lecture=lecture)
        Release.objects.update(ended_at=lecture.first_published_at)
        assert not self.may(world.county_account, lecture)

    def test_no_longer_when_the_lecture_was_withdrawn(self, world, lecture):
        enrol(world, world.county_lawyer, lecture=lecture)
        withdraw_lecture(lecture=lecture, reason="法条已修改", by=world.supporting_officer, at=world.now)
        assert not self.may(world.county_account, lecture)

    def test_no_foreign_lawyer_no_beneficiary_officer_and_nobody_unknown(self, world, lecture):
        assert not self.may(world.yunnan_lawyer.account, lecture)
        assert not self.may(world.beneficiary_officer, lecture)
        assert not may_play_recording(0, lecture.recording_id)

    def test_an_account_that_was_closed_plays_nothing(self, world, lecture):
        world.expert.is_active = False
        world.expert.save()
        assert not self.may(world.expert, lecture)

    def test_a_draft_is_its_experts_alone(self, world):
        draft = make_draft(world)
        assert self.may(world.expert, draft)
        assert not self.may(world.supporting_officer, draft)

    def test_a_recording_without_a_lecture_is_its_owners_alone(self, world):
        recording = make_recording(world.expert, at=world.now)
        assert may_play_recording(world.expert.pk, recording.pk)
        assert not may_play_recording(world.supporting_officer.pk, recording.pk)


class TestTheEnrolButton:
    """POST /lectures/<pk>/enrol/ and /courses/<pk>/enrol/."""

    def test_takes_the_lawyer_back_to_the_lecture(self, world, client_for):
        lecture = make_published_lecture(world, released_to=[world.guangxi])
        client = client_for(world.county_account)
        response = client.post(f"/lectures/{lecture.pk}/enrol/")
        assert response.status_code == 302
        assert client.get(response["Location"]).context["state"] == "enrolled"
        assert lecture.title in client.get("/my/").content.decode()

    def test_enrols_in_a_course(self, world, client_for):
        lecture = make_published_lecture(world, released_to=[world.guangxi])
        course = make_course(world, [lecture])
        client = client_for(world.county_account)
        client.post(f"/courses/{course.pk}/enrol/")
        page = client.get("/my/").content.decode()
        assert course.title in page
        assert lecture.title in page

    def test_refuses_a_guest_an_officer_and_a_lawyer_of_another_province(self, world, client_for):
        lecture = make_published_lecture(world, released_to=[world.guangxi])
        address = f"/lectures/{lecture.pk}/enrol/"
        assert Client().post(address)["Location"].startswith("/account/login/")
        client_for(world.beneficiary_officer).post(address)
        client_for(world.yunnan_lawyer.account).post(address)
        assert client_for(world.county_account).get(address).status_code == 405
        assert not Enrolment.objects.exists()

    def test_knows_no_unpublished_lecture(self, world, client_for):
        lecture = make_lecture_in_review(world)
        assert client_for(world.county_account).post(f"/lectures/{lecture.pk}/enrol/").status_code == 404


def test_queries_of_my_learning_do_not_grow(world, client_for, django_assert_max_num_queries):
    client = client_for(world.county_account)
    enrol(world, world.county_lawyer, lecture=make_published_lecture(world, released_to=None))
    with django_assert_max_num_queries(30) as few:
        client.get("/my/")
    for number in range(4):
        lecture = make_published_lecture(world, title=f"讲座{number}", released_to=None)
        enrol(world, world.county_lawyer, lecture=lecture)
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get("/my/")
