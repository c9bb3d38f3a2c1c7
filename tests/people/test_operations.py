"""Regions, associations, firms, lawyers, accounts and roles."""

from datetime import date
from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command

from qianchang.groundwork.models import AuditEntry
from qianchang.people import editing, operations
from qianchang.people.models import AssociationRole, Lawyer, RoleGrant
from tests.world import World

R = RoleGrant.Role


def test_loading_the_same_association_again_changes_nothing(world: World) -> None:
    first = world.guangdong
    entries = AuditEntry.objects.count()

    again = world.association("CN-GD", "广东省律师协会", world.guangdong_region, world.national)

    assert again == first
    assert AuditEntry.objects.count() == entries


def test_loading_an_association_with_another_name_corrects_it(world: World) -> None:
    assert world.guangdong

    again = world.association("CN-GD", "广东律协", world.guangdong_region, world.national)

    again.refresh_from_db()
    assert again.name_zh == "广东律协"
    assert AuditEntry.objects.filter(verb="changed", object_key="CN-GD").count() == 1


def test_one_association_can_be_supporter_and_beneficiary(world: World) -> None:
    hubei = world.association("CN-HB", "湖北省律师协会", None, world.national)
    for role in ("supporter", "beneficiary", "supporter"):
        world.role(hubei, role)

    assert sorted(AssociationRole.objects.filter(association=hubei).values_list("role", flat=True)) == [
        "beneficiary",
        "supporter",
    ]


def test_a_firm_is_registered_once_for_an_association(world: World) -> None:
    with pytest.raises(operations.UnableToRegisterFirm):
        operations.register_firm(
            name=world.napo_firm.name, region=world.napo_region, association=world.guangxi, at=world.now
        )


@pytest.mark.parametrize("number", ["123", "1451020181122334X", "145102018112233445"])
def test_a_lawyer_needs_a_licence_number_of_17_digits(world: World, number: str) -> None:
    with pytest.raises(operations.UnableToRegisterLawyer, match="17"):
        operations.register_lawyer(licence_number=number, name="某人", firm=world.napo_firm, at=world.now)
    assert Lawyer.objects.count() == 0


def test_a_licence_number_stands_on_the_roster_once(world: World) -> None:
    number = world.county_lawyer.licence_number

    with pytest.raises(operations.UnableToRegisterLawyer):
        operations.register_lawyer(licence_number=number, name="某人", firm=world.napo_firm, at=world.now)


def test_a_licence_number_is_shown_with_its_middle_hidden(world: World) -> None:
    assert world.county_lawyer.masked_licence_number == "14510****23344"
    assert world.county_lawyer.licence_number not in str(world.county_lawyer)


def test_a_user_name_is_taken_once(world: World) -> None:
    with pytest.raises(operations.UnableToOpenAccount):
        world.account(world.supporting_officer.username, "另一个人")


def test_an_address_belongs_to_one_account(world: World) -> None:
    operations.open_account(username="first", name="甲", email="a@example.org", at=world.now)

    with pytest.raises(operations.UnableToOpenAccount):
        operations.open_account(username="second", name="乙", email="A@example.org", at=world.now)


def test_an_account_without_a_password_cannot_be_signed_in_to(world: World) -> None:
    account = operations.open_account(username="later", name="丙", at=world.now)

    assert not account.has_usable_password()


def test_an_officer_needs_an_association(world: World) -> None:
    account = world.account("nobody", "无协会")

    with pytest.raises(operations.UnableToGrantRole):
        operations.grant_role(account=account, role=R.SUPPORTING_OFFICER, at=world.now)


def test_a_role_granted_twice_stands_once(world: World) -> None:
    world.grant(world.supporting_officer, R.SUPPORTING_OFFICER, world.guangdong)

    assert world.supporting_officer.role_grants.count() == 1


def test_a_role_cannot_end_before_it_begins(world: World) -> None:
    grant = world.supporting_officer.role_grants.get()

    with pytest.raises(operations.UnableToGrantRole):
        operations.end_role(grant=grant, until=grant.valid_from, at=world.now)
    with pytest.raises(operations.UnableToGrantRole):
        world.grant(
            world.supporting_officer, R.SUPPORTING_OFFICER, world.guangxi, valid_until=date(2025, 1, 1)
        )


def test_granting_and_ending_a_role_are_in_the_log_with_who_did_it(world: World) -> None:
    account = world.account("zhao", "赵")
    grant = operations.grant_role(
        account=account, role=R.EXPERT, association=world.guangdong, by=world.administrator, at=world.now
    )
    operations.end_role(grant=grant, until=date(2027, 1, 1), by=world.administrator, at=world.now)

    entries = AuditEntry.objects.filter(object_type="role", object_key=str(account.pk)).order_by("pk")
    assert [(entry.verb, entry.actor_id) for entry in entries] == [
        ("granted", world.administrator.pk),
        ("ended", world.administrator.pk),
    ]


def test_editors_get_into_the_editing_desk_as_long_as_their_role_holds(world: World) -> None:
    group, _made = Group.objects.get_or_create(name=editing.EDITORS)
    assert group in world.editor.groups.all()
    assert group not in world.supporting_officer.groups.all()

    operations.end_role(grant=world.editor.role_grants.get(), until=world.day, at=world.now)

    assert group not in world.editor.groups.all()


def test_the_command_prints_a_slip_that_works(world: World) -> None:
    printed = StringIO()

    call_command("issue_activation_code", world.unactivated_lawyer.licence_number, stdout=printed)

    line = printed.getvalue().strip()
    assert line.startswith("黄大山 14510****98877: ")
    # Codes are typed as they are printed, with the gap.
    world.unactivated_lawyer.refresh_from_db()
    issued_at = world.unactivated_lawyer.activation_code_issued_at
    assert issued_at is not None
    assert operations.activate_lawyer(
        licence_number=world.unactivated_lawyer.licence_number,
        name="黄大山",
        code=line.rpartition(": ")[2],
        password=World.PASSWORD,
        at=issued_at,
    )


@pytest.mark.parametrize("number", ["123", "1" * 17])
def test_the_command_says_what_is_wrong_with_the_number(world: World, number: str) -> None:
    with pytest.raises(CommandError, match=r"17 digits|not on the roster"):
        call_command("issue_activation_code", number)
