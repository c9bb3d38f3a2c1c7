"""The permission matrix, a plain sentence for each act. Source: docs/permissions.md."""

from collections.abc import Callable

import pytest

from qianchang.people.models import RoleGrant
from qianchang.people.permissions import (
    Act,
)
from tests.world import World

R = RoleGrant.Role

Can = Callable[..., bool]


# --- upload a recording -------------------------------------------------------------------------------------


def test_an_expert_can_upload_a_recording(world: World, can: Can) -> None:
    assert can(world.expert, Act.UPLOAD_RECORDING)


def test_an_expert_can_change_only_what_the_expert_uploaded(world: World, can: Can) -> None:
    assert can(world.expert, Act.UPLOAD_RECORDING, owner=world.expert)
    assert not can(world.expert, Act.UPLOAD_RECORDING, owner=world.supporting_officer)


def test_a_county_lawyer_cannot_upload_a_recording(world: World, can: Can) -> None:
    assert not can(world.county_account, Act.UPLOAD_RECORDING)


def test_officers_upload_for_their_own_association_only(world: World, can: Can) -> None:
    assert can(world.supporting_officer, Act.UPLOAD_RECORDING, association=world.guangdong)
    assert not can(world.supporting_officer, Act.UPLOAD_RECORDING, association=world.guangxi)
    assert can(world.beneficiary_officer, Act.UPLOAD_RECORDING, association=world.guangxi)
    assert not can(world.beneficiary_officer, Act.UPLOAD_RECORDING, association=world.guangdong)


def test_the_national_officer_editors_and_administrators_upload_for_anybody(world: World, can: Can) -> None:
    for account in (world.national_officer, world.editor, world.administrator):
        assert can(account, Act.UPLOAD_RECORDING, association=world.guangdong)


# --- classes of courses -------------------------------------------------------------------------------------


def test_officers_arrange_classes_for_their_own_association_only(world: World, can: Can) -> None:
    assert can(world.beneficiary_officer, Act.ARRANGE_CLASSES, association=world.baise)
    assert not can(world.beneficiary_officer, Act.ARRANGE_CLASSES, association=world.yunnan)
    assert can(world.supporting_officer, Act.ARRANGE_CLASSES, association=world.guangzhou)
    assert not can(world.supporting_officer, Act.ARRANGE_CLASSES, association=world.guangxi)


def test_only_the_association_of_the_roster_enrols_named_lawyers(world: World, can: Can) -> None:
    assert can(world.beneficiary_officer, Act.ENROL_LAWYERS, association=world.guangxi)
    assert not can(world.yunnan_officer, Act.ENROL_LAWYERS, association=world.guangxi)
    assert not can(world.supporting_officer, Act.ENROL_LAWYERS, association=world.guangxi)
    for account in (world.national_officer, world.administrator, world.editor, world.expert):
        assert not can(account, Act.ENROL_LAWYERS, association=world.guangxi)
    for account in (world.national_officer, world.administrator):
        assert can(account, Act.ARRANGE_CLASSES, association=world.guangxi)


# --- review and publish a lecture ---------------------------------------------------------------------------


def test_a_supporting_officer_publishes_lectures_of_the_own_association(world: World, can: Can) -> None:
    assert can(world.supporting_officer, Act.REVIEW_LECTURE, association=world.guangdong)


def test_a_supporting_officer_publishes_lectures_of_the_cities_below(world: World, can: Can) -> None:
    assert can(world.supporting_officer, Act.REVIEW_LECTURE, association=world.guangzhou)


def test_a_supporting_officer_cannot_publish_for_a_foreign_association(world: World, can: Can) -> None:
    assert not can(world.supporting_officer, Act.REVIEW_LECTURE, association=world.guangxi)
    assert not can(world.supporting_officer, Act.REVIEW_LECTURE, association=world.baise)


def test_a_supporting_officer_cannot_publish_for_the_association_above(world: World, can: Can) -> None:
    assert not can(world.supporting_officer, Act.REVIEW_LECTURE, association=world.national)


def test_a_beneficiary_officer_cannot_publish_a_lecture(world: World, can: Can) -> None:
    assert not can(world.beneficiary_officer, Act.REVIEW_LECTURE, association=world.guangxi)


def test_an_expert_cannot_publish_even_the_own_lecture(world: World, can: Can) -> None:
    assert not can(world.expert, Act.REVIEW_LECTURE, association=world.guangdong, owner=world.expert)


def test_editors_administrators_and_the_national_officer_publish_anything(world: World, can: Can) -> None:
    for account in (world.national_officer, world.editor, world.administrator):
        assert can(account, Act.REVIEW_LECTURE, association=world.guangdong)


# --- sessions -----------------------------------------------------------------------------------------------


def test_both_sides_schedule_sessions_of_their_own_association(world: World, can: Can) -> None:
    assert can(world.supporting_officer, Act.SCHEDULE_SESSION, association=world.guangdong)
    assert can(world.beneficiary_officer, Act.SCHEDULE_SESSION, association=world.guangxi)


def test_the_national_officer_and_an_administrator_schedule_anywhere(world: World, can: Can) -> None:
    for account in (world.national_officer, world.administrator):
        assert can(account, Act.SCHEDULE_SESSION, association=world.guangdong)


def test_an_editor_cannot_schedule_a_session(world: World, can: Can) -> None:
    assert not can(world.editor, Act.SCHEDULE_SESSION, association=world.guangdong)


def test_only_the_supporting_officer_records_a_session_as_held(world: World, can: Can) -> None:
    assert can(world.supporting_officer, Act.HOLD_SESSION, association=world.guangdong)
    for account in (world.beneficiary_officer, world.national_officer, world.administrator, world.expert):
        assert not can(account, Act.HOLD_SESSION, association=world.guangdong)


def test_the_beneficiary_officer_confirms_a_session_held_for_the_own_region(world: World, can: Can) -> None:
    assert can(world.beneficiary_officer, Act.CONFIRM_SESSION, association=world.guangxi)


def test_the_officer_of_another_region_cannot_confirm_it(world: World, can: Can) -> None:
    assert not can(world.yunnan_officer, Act.CONFIRM_SESSION, association=world.guangxi)


def test_an_administrator_cannot_confirm_a_session(world: World, can: Can) -> None:
    assert not can(world.administrator, Act.CONFIRM_SESSION, association=world.guangxi)
    assert not can(world.administrator, Act.CONFIRM_SESSION)


def test_a_superuser_of_django_cannot_confirm_a_session(world: World, can: Can) -> None:
    world.administrator.is_superuser = True
    world.administrator.save()

    assert not can(world.administrator, Act.CONFIRM_SESSION, association=world.guangxi)


def test_neither_the_supporting_side_nor_the_national_officer_confirms(world: World, can: Can) -> None:
    for account in (world.supporting_officer, world.national_officer, world.editor, world.expert):
        assert not can(account, Act.CONFIRM_SESSION, association=world.guangxi)


def test_both_sides_the_national_officer_and_an_administrator_return_a_session(
    world: World, can: Can
) -> None:
    assert can(world.beneficiary_officer, Act.RETURN_SESSION, association=world.guangxi)
    assert can(world.supporting_officer, Act.RETURN_SESSION, association=world.guangdong)
    assert can(world.national_officer, Act.RETURN_SESSION, association=world.guangxi)
    assert can(world.administrator, Act.RETURN_SESSION, association=world.guangxi)


def test_the_officer_of_another_region_cannot_return_it(world: World, can: Can) -> None:
    assert not can(world.yunnan_officer, Act.RETURN_SESSION, association=world.guangxi)


# --- months, boards, quotas ---------------------------------------------------------------------------------


def test_a_supporting_officer_posts_the_month_of_the_own_association(world: World, can: Can) -> None:
    assert can(world.supporting_officer, Act.CLOSE_MONTH, association=world.guangdong)
    assert not can(world.supporting_officer, Act.CLOSE_MONTH, association=world.yunnan)


def test_the_national_officer_posts_any_month(world: World, can: Can) -> None:
    assert can(world.national_officer, Act.CLOSE_MONTH, association=world.guangdong)


def test_an_administrator_cannot_close_a_month(world: World, can: Can) -> None:
    assert not can(world.administrator, Act.CLOSE_MONTH, association=world.guangdong)
    assert not can(world.administrator, Act.CLOSE_MONTH)


def test_a_beneficiary_officer_cannot_close_a_month(world: World, can: Can) -> None:
    assert not can(world.beneficiary_officer, Act.CLOSE_MONTH, association=world.guangxi)


def test_officers_see_the_quota_board_of_their_own_association(world: World, can: Can) -> None:
    assert can(world.supporting_officer, Act.SEE_QUOTA_BOARD, association=world.guangdong)
    assert can(world.beneficiary_officer, Act.SEE_QUOTA_BOARD, association=world.guangxi)
    assert not can(world.supporting_officer, Act.SEE_QUOTA_BOARD, association=world.yunnan)


def test_the_national_officer_and_an_administrator_see_every_board(world: World, can: Can) -> None:
    assert can(world.national_officer, Act.SEE_QUOTA_BOARD, association=world.guangdong)
    assert can(world.administrator, Act.SEE_QUOTA_BOARD, association=world.guangdong)


def test_experts_editors_and_lawyers_see_no_quota_board(world: World, can: Can) -> None:
    for account in (world.expert, world.editor, world.county_account):
        assert not can(account, Act.SEE_QUOTA_BOARD)


def test_only_the_national_officer_and_an_administrator_set_quotas(world: World, can: Can) -> None:
    assert can(world.national_officer, Act.SET_QUOTAS)
    assert can(world.administrator, Act.SET_QUOTAS)
    for account in (world.supporting_officer, world.beneficiary_officer, world.editor, world.expert):
        assert not can(account, Act.SET_QUOTAS)


# --- hours and queue ----------------------------------------------------------------------------------------


def test_a_beneficiary_officer_sees_the_hours_of_the_lawyers_of_the_own_association(
    world: World, can: Can
) -> None:
    assert can(world.beneficiary_officer, Act.SEE_NAMED_HOURS, association=world.guangxi)
    assert not can(world.beneficiary_officer, Act.SEE_NAMED_HOURS, association=world.yunnan)


def test_a_supporting_officer_sees_the_hours_of_the_own_lawyers_only(world: World, can: Can) -> None:
    assert can(world.supporting_officer, Act.SEE_NAMED_HOURS, association=world.guangzhou)
    assert not can(world.supporting_officer, Act.SEE_NAMED_HOURS, association=world.guangxi)


def test_the_supporting_side_and_the_national_officer_see_no_names_beside_hours(
    world: World, can: Can
) -> None:
    assert not can(world.supporting_officer, Act.SEE_NAMED_HOURS, association=world.guangxi)
    assert not can(world.national_officer, Act.SEE_NAMED_HOURS, association=world.guangxi)


def test_only_an_administrator_sees_the_processing_queue(world: World, can: Can) -> None:
    assert can(world.administrator, Act.SEE_QUEUE)
    for account in (world.national_officer, world.editor, world.supporting_officer, world.expert):
        assert not can(account, Act.SEE_QUEUE)


# --- hours: corrections, appeals, certificates --------------------------------------------------------------


@pytest.mark.parametrize("act", [Act.CORRECT_HOURS, Act.REVOKE_CERTIFICATE])
@pytest.mark.parametrize(
    ("officer", "own", "below", "other"),
    [
        ("beneficiary_officer", "guangxi", "baise", "yunnan"),
        ("supporting_officer", "guangdong", "guangzhou", "guangxi"),
    ],
)
def test_an_officer_corrects_and_revokes_for_the_lawyers_of_the_own_association(
    world: World, can: Can, act: Act, officer: str, own: str, below: str, other: str
) -> None:
    account = getattr(world, officer)
    assert can(account, act, association=getattr(world, own))
    assert can(account, act, association=getattr(world, below))
    assert not can(account, act, association=getattr(world, other))


@pytest.mark.parametrize("act", [Act.CORRECT_HOURS, Act.REVOKE_CERTIFICATE])
def test_nobody_else_does_not_even_an_administrator(world: World, can: Can, act: Act) -> None:
    for account in (world.supporting_officer, world.national_officer, world.administrator, world.editor):
        assert not can(account, act, association=world.guangxi)
