"""Who holds which role when, and how far it reaches. Source: docs/permissions.md."""

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
