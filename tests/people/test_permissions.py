"""The permission matrix, a plain sentence for each test. Source: docs/permissions.md."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from qianchang.people import operations
from qianchang.people.models import Account, Lawyer, Registration, RoleGrant
from qianchang.people.permissions import (
    MATRIX,
    Act,
    Scope,
    associations_where,
    grants_of,
    lawyers_where,
    may,
    require,
)
from tests.world import World

R = RoleGrant.Role

Can = Callable[..., bool]


@pytest.fixture
def can(world: World) -> Can:
    """Ask for an account as it would come from the session: read anew, nothing remembered."""

    def ask(account: Account, act: Act, **where: Any) -> bool:
        return may(Account.objects.get(pk=account.pk), act, on=world.day, **where)

    return ask


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


# --- guests, dates, memory ----------------------------------------------------------------------------------


def test_a_guest_may_do_what_is_open_to_guests_and_nothing_else(world: World) -> None:
    open_to_all = {act for act in Act if may(AnonymousUser(), act, on=world.day)}

    assert open_to_all == {Act.SEE_CATALOGUE, Act.VERIFY_CERTIFICATE, Act.SEE_HOUR_RULES, Act.SEE_NEWS}
    for act in Act:
        assert associations_where(AnonymousUser(), act, on=world.day) == []


def test_a_lawyer_without_a_role_may_do_what_lawyers_do_and_no_work_of_a_desk(world: World, can: Can) -> None:
    own = {act for act in Act if can(world.county_account, act)}

    assert own == {
        Act.SEE_CATALOGUE,
        Act.PLAY_LECTURE,
        Act.SEE_QUESTIONS,
        Act.ASK_OR_ANSWER,
        Act.OWN_HOURS,
        Act.VERIFY_CERTIFICATE,
        Act.REQUEST_DISC,
        Act.SEE_HOUR_RULES,
        Act.SEE_NEWS,
    }
    assert can(world.county_account, Act.OWN_HOURS, lawyer=world.county_lawyer)
    assert not can(world.county_account, Act.OWN_HOURS, lawyer=world.second_county_lawyer)


def test_an_account_that_is_nobody_yet_may_do_what_a_guest_may(world: World, can: Can) -> None:
    nobody = world.account("nobody", "无名")

    for act in Act:
        assert can(nobody, act) == may(AnonymousUser(), act, on=world.day)


def test_every_act_stands_in_the_matrix() -> None:
    assert set(MATRIX) == set(Act)


def test_the_acts_of_four_eyes_are_never_open_everywhere_to_an_administrator() -> None:
    for act in (Act.CONFIRM_SESSION, Act.HOLD_SESSION, Act.CLOSE_MONTH):
        assert MATRIX[act].get(R.ADMINISTRATOR) is not Scope.ANY
        assert R.ADMINISTRATOR not in MATRIX[act]


def test_an_expired_grant_allows_nothing(world: World, can: Can) -> None:
    officer = world.account("former", "前任专员")
    world.grant(officer, R.BENEFICIARY_OFFICER, world.guangxi, valid_until=world.day)

    assert not can(officer, Act.CONFIRM_SESSION, association=world.guangxi)
    assert may(officer, Act.CONFIRM_SESSION, on=world.day - timedelta(days=1), association=world.guangxi)


def test_a_grant_of_tomorrow_allows_nothing_today(world: World, can: Can) -> None:
    officer = world.account("coming", "继任专员")
    world.grant(officer, R.BENEFICIARY_OFFICER, world.guangxi, valid_from=world.day + timedelta(days=1))

    assert not can(officer, Act.CONFIRM_SESSION, association=world.guangxi)


def test_a_role_that_ends_today_is_over_today(world: World) -> None:
    grant = world.beneficiary_officer.role_grants.get()
    assert may(world.beneficiary_officer, Act.CONFIRM_SESSION, on=world.day, association=world.guangxi)

    operations.end_role(grant=grant, until=world.day, at=world.now)

    officer = Account.objects.get(pk=world.beneficiary_officer.pk)
    assert not may(officer, Act.CONFIRM_SESSION, on=world.day, association=world.guangxi)


def test_a_role_granted_now_holds_at_once_for_the_account_that_was_asked_before(world: World) -> None:
    account = world.account("new.officer", "新专员")
    assert not may(account, Act.SEE_QUOTA_BOARD, on=world.day)

    operations.grant_role(
        account=account,
        role=R.SUPPORTING_OFFICER,
        association=world.guangdong,
        by=world.administrator,
        at=world.now,
    )

    assert may(account, Act.SEE_QUOTA_BOARD, on=world.day)


def test_a_request_reads_grants_and_roster_once(world: World, django_assert_num_queries: Any) -> None:
    officer = Account.objects.get(pk=world.supporting_officer.pk)
    guangdong, guangzhou = world.guangdong, world.guangzhou

    with django_assert_num_queries(2):
        for act in Act:
            may(officer, act, on=world.day, association=guangdong)
            may(officer, act, on=world.day, association=guangzhou)
        grants_of(officer, on=world.day)


def test_require_refuses_aloud(world: World) -> None:
    with pytest.raises(PermissionDenied):
        require(world.yunnan_officer, Act.CONFIRM_SESSION, on=world.day, association=world.guangxi)

    require(world.beneficiary_officer, Act.CONFIRM_SESSION, on=world.day, association=world.guangxi)


def test_the_associations_of_an_officer_are_the_own_one_and_those_below(world: World) -> None:
    cast = (world.national, world.guangdong, world.guangzhou, world.guangxi, world.baise)
    assert cast

    found = associations_where(world.supporting_officer, Act.SCHEDULE_SESSION, on=world.day)

    assert found == [world.guangdong, world.guangzhou]
    assert associations_where(world.national_officer, Act.SCHEDULE_SESSION, on=world.day) is None
    assert associations_where(world.expert, Act.SCHEDULE_SESSION, on=world.day) == []


# --- counties -----------------------------------------------------------------------------------------------


def test_a_county_contact_reaches_the_lawyers_of_the_county_and_nobody_elses(world: World, can: Can) -> None:
    contact, here = world.county_contact, world.county_lawyer
    elsewhere = world.lawyer("14510201611223355", "陆城里", world.baise_firm, account=False)

    assert can(contact, Act.SEE_ROSTER)
    assert can(contact, Act.SEE_ROSTER, lawyer=here)
    assert can(contact, Act.SEE_NAMED_HOURS, lawyer=here)
    assert not can(contact, Act.SEE_ROSTER, lawyer=elsewhere)
    assert not can(contact, Act.SEE_ROSTER, lawyer=world.yunnan_lawyer)
    assert not can(contact, Act.SEE_ROSTER, association=world.guangxi)
    assert not can(contact, Act.IMPORT_ROSTER)


def test_lists_of_lawyers_are_cut_to_the_county_the_association_or_not_at_all(world: World) -> None:
    here = world.county_lawyer
    city = world.lawyer("14510201611223355", "陆城里", world.baise_firm, account=False)
    abroad = world.yunnan_lawyer

    def reached(account: Account) -> set[Lawyer]:
        fresh = Account.objects.get(pk=account.pk)
        return set(Lawyer.objects.filter(lawyers_where(fresh, Act.SEE_ROSTER, on=world.day)))

    assert reached(world.county_contact) == {here}
    assert reached(world.beneficiary_officer) == {here, city}
    assert reached(world.administrator) == {here, city, abroad}
    for account in (world.supporting_officer, world.national_officer, world.editor, world.county_account):
        assert reached(account) == set()
    registrations = Registration.objects.filter(
        lawyers_where(world.county_contact, Act.SEE_ROSTER, on=world.day, prefix="lawyer__")
    )
    assert str(registrations.query).count("people_lawyer")


def test_the_database_knows_no_county_contact_without_a_county(world: World) -> None:
    contact = world.account("contact", "联络员")
    row = RoleGrant(account=contact, role=R.COUNTY_CONTACT, association=world.guangxi, valid_from=world.day)

    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.create(
            account=contact, role=R.EXPERT, region=world.napo_region, valid_from=world.day
        )
    with pytest.raises(operations.UnableToGrantRole):
        operations.grant_role(account=contact, role=R.COUNTY_CONTACT, association=world.guangxi, at=world.now)


# --- hours: corrections, appeals, certificates --------------------------------------------------------------


@pytest.mark.parametrize("act", [Act.CORRECT_HOURS, Act.REVOKE_CERTIFICATE])
def test_the_beneficiary_officer_corrects_and_revokes_for_the_own_association(
    world: World, can: Can, act: Act
) -> None:
    assert can(world.beneficiary_officer, act, association=world.guangxi)
    assert can(world.beneficiary_officer, act, association=world.baise)
    assert not can(world.beneficiary_officer, act, association=world.yunnan)


@pytest.mark.parametrize("act", [Act.CORRECT_HOURS, Act.REVOKE_CERTIFICATE])
def test_a_supporting_association_corrects_and_revokes_for_its_own_lawyers(
    world: World, can: Can, act: Act
) -> None:
    assert can(world.supporting_officer, act, association=world.guangdong)
    assert can(world.supporting_officer, act, association=world.guangzhou)
    assert not can(world.supporting_officer, act, association=world.guangxi)


@pytest.mark.parametrize("act", [Act.CORRECT_HOURS, Act.REVOKE_CERTIFICATE])
def test_nobody_else_does_not_even_an_administrator(world: World, can: Can, act: Act) -> None:
    for account in (world.supporting_officer, world.national_officer, world.administrator, world.editor):
        assert not can(account, act, association=world.guangxi)
