"""The slip: how a lawyer on the roster comes to an account."""

from datetime import timedelta

import pytest

from qianchang.groundwork.models import AuditEntry
from qianchang.people import activation, operations
from qianchang.people.models import Account, Lawyer, NumberTries
from tests.world import R, World, full_width

NEW_PASSWORD = "seven rivers meet at dusk"


def activate(world: World, lawyer: Lawyer, code: str, **other: object) -> Account:
    typed = {
        "licence_number": lawyer.licence_number,
        "name": lawyer.name,
        "password": NEW_PASSWORD,
        "at": world.now,
    }
    return operations.activate_lawyer(**{**typed, "code": code, **other})  # type: ignore[arg-type]


@pytest.fixture
def slip(world: World) -> str:
    return operations.issue_activation_code(
        lawyer=world.unactivated_lawyer, by=world.administrator, at=world.now
    )


def test_a_lawyer_with_a_slip_gets_an_account_named_by_the_licence_number(world: World, slip: str) -> None:
    account = activate(world, world.unactivated_lawyer, slip)

    assert account.username == world.unactivated_lawyer.licence_number
    assert account.check_password(NEW_PASSWORD)
    assert account.lawyer == world.unactivated_lawyer
    assert str(account) == "黄大山"


def test_the_code_has_eight_digits_and_is_kept_only_as_a_hash(world: World, slip: str) -> None:
    world.unactivated_lawyer.refresh_from_db()

    assert len(slip) == 8
    assert slip.isdigit()
    assert slip not in world.unactivated_lawyer.activation_code_hash


def test_the_code_works_once(world: World, slip: str) -> None:
    activate(world, world.unactivated_lawyer, slip)

    # The row of tries stays: whoever pressed the button twice waits for it, and is told the same as anybody.
    assert NumberTries.objects.get().failures == 0
    with pytest.raises(operations.ActivationRefused):
        activate(world, world.unactivated_lawyer, slip)


def test_a_new_slip_replaces_the_old_one(world: World, slip: str) -> None:
    newer = operations.issue_activation_code(lawyer=world.unactivated_lawyer, at=world.now)
    assert newer != slip

    with pytest.raises(operations.ActivationRefused):
        activate(world, world.unactivated_lawyer, slip)
    assert activate(world, world.unactivated_lawyer, newer)


def test_a_slip_holds_for_thirty_days(world: World, slip: str) -> None:
    with pytest.raises(operations.ActivationRefused):
        activate(world, world.unactivated_lawyer, slip, at=world.now + timedelta(days=30))
    assert activate(world, world.unactivated_lawyer, slip, at=world.now + timedelta(days=29))


def test_a_lawyer_who_forgot_the_password_sets_another_with_a_new_slip(world: World) -> None:
    code = operations.issue_activation_code(lawyer=world.county_lawyer, at=world.now)

    account = activate(world, world.county_lawyer, code)

    assert account == world.county_account
    assert account.check_password(NEW_PASSWORD)
    assert Account.objects.filter(username=world.county_lawyer.licence_number).count() == 1


@pytest.mark.parametrize("typed", ["1451020231099887", "145102023109988778", "14510202310998 8a7", ""])
def test_a_malformed_licence_number_is_refused(world: World, slip: str, typed: str) -> None:
    with pytest.raises(operations.LicenceNumberMalformed, match="17"):
        activate(world, world.unactivated_lawyer, slip, licence_number=typed)


def test_a_licence_number_with_full_width_digits_and_spaces_is_understood(world: World, slip: str) -> None:
    assert activate(
        world, world.unactivated_lawyer, slip, licence_number=f" {full_width('1451')} 0202310 998877 "
    )


def test_a_licence_number_that_is_not_on_the_roster_is_refused(world: World, slip: str) -> None:
    with pytest.raises(operations.ActivationRefused):
        activate(world, world.unactivated_lawyer, slip, licence_number="1" * 17)


def test_another_name_is_refused(world: World, slip: str) -> None:
    with pytest.raises(operations.ActivationRefused):
        activate(world, world.unactivated_lawyer, slip, name="黄小山")


def test_spaces_in_a_chinese_name_and_the_kind_of_dot_do_not_matter(world: World) -> None:
    lawyer = world.lawyer("16501202110112233", "阿依古丽·买买提", world.napo_firm, account=False)
    code = operations.issue_activation_code(lawyer=lawyer, at=world.now)

    assert activate(world, lawyer, code, name=" 阿依 古丽•买买提 ")


def test_a_wrong_code_is_refused_and_changes_nothing(world: World, slip: str) -> None:
    wrong = f"{(int(slip) + 1) % 10**8:08}"

    with pytest.raises(operations.ActivationRefused):
        activate(world, world.unactivated_lawyer, wrong)

    assert not Account.objects.filter(username=world.unactivated_lawyer.licence_number).exists()


def test_a_weak_password_is_refused_and_the_slip_still_works(world: World, slip: str) -> None:
    with pytest.raises(operations.PasswordRefused):
        activate(world, world.unactivated_lawyer, slip, password="12345")

    assert activate(world, world.unactivated_lawyer, slip)


def test_after_five_wrong_tries_even_the_right_code_waits_for_fifteen_minutes(
    world: World, slip: str
) -> None:
    wrong = f"{(int(slip) + 1) % 10**8:08}"
    for _try in range(5):
        with pytest.raises(operations.ActivationRefused):
            activate(world, world.unactivated_lawyer, wrong)

    with pytest.raises(operations.TooManyAttempts):
        activate(world, world.unactivated_lawyer, slip)
    assert activate(world, world.unactivated_lawyer, slip, at=world.later(minutes=15))


def test_wrong_tries_that_lie_far_apart_do_not_add_up(world: World, slip: str) -> None:
    wrong = f"{(int(slip) + 1) % 10**8:08}"
    for quarter in range(6):
        with pytest.raises(operations.ActivationRefused):
            activate(world, world.unactivated_lawyer, wrong, at=world.later(minutes=15 * quarter))


def test_the_log_keeps_who_issued_the_slip_and_who_used_it(world: World, slip: str) -> None:
    activate(world, world.unactivated_lawyer, slip)

    entries = AuditEntry.objects.filter(object_type="lawyer", object_key=str(world.unactivated_lawyer.pk))
    assert [(entry.verb, entry.actor_id) for entry in entries.order_by("pk")] == [
        ("registered", None),
        ("activation code issued", world.administrator.pk),
        ("activated", Account.objects.get(username=world.unactivated_lawyer.licence_number).pk),
    ]
    assert slip not in str([entry.details for entry in entries])
    assert world.unactivated_lawyer.licence_number not in str([entry.details for entry in entries])


# --- whoever prints a slip could be two people --------------------------------------------------------------


def test_no_officer_prints_a_slip_for_somebody_who_holds_a_role(world: World) -> None:
    account = world.grant(world.county_account, R.BENEFICIARY_OFFICER, world.guangxi)

    with pytest.raises(activation.SlipNotForYou):
        operations.issue_activation_code(
            lawyer=world.county_lawyer, by=world.second_beneficiary_officer, at=world.now
        )

    assert operations.issue_activation_code(lawyer=world.county_lawyer, by=world.administrator, at=world.now)
    assert account.check_password(World.PASSWORD)


def test_nor_for_somebody_whose_role_begins_later(world: World) -> None:
    operations.grant_role(
        account=world.county_account,
        role=R.BENEFICIARY_OFFICER,
        association=world.guangxi,
        valid_from=world.day + timedelta(days=3),
        at=world.now,
    )

    with pytest.raises(activation.SlipNotForYou):
        operations.issue_activation_code(
            lawyer=world.county_lawyer, by=world.second_beneficiary_officer, at=world.now
        )


def test_a_slip_from_before_the_role_is_worthless(world: World) -> None:
    code = operations.issue_activation_code(
        lawyer=world.county_lawyer, by=world.beneficiary_officer, at=world.now
    )
    world.grant(world.county_account, R.BENEFICIARY_OFFICER, world.guangxi)

    with pytest.raises(operations.ActivationRefused):
        activate(world, world.county_lawyer, code)


def test_slips_for_many_leave_out_those_who_hold_a_role(world: World) -> None:
    world.grant(world.county_account, R.BENEFICIARY_OFFICER, world.guangxi)

    issued, left_out = activation.issue_slips(
        lawyers=[world.county_lawyer, world.unactivated_lawyer], by=world.beneficiary_officer, at=world.now
    )

    assert [lawyer for lawyer, _code in issued] == [world.unactivated_lawyer]
    assert left_out == 1
    assert activate(world, world.unactivated_lawyer, issued[0][1])
