"""Invitations: who is told by which way, once, and what happens when it does not arrive."""

from datetime import timedelta

import pytest
from django.core import mail

from qianchang.groundwork.models import AuditEntry
from qianchang.people import invitations
from qianchang.people.invitations import Invited
from qianchang.people.models import Invitation, Lawyer
from tests.people.test_sent_codes import Telephone, telephone
from tests.world import World

__all__ = ["telephone"]


@pytest.fixture
def three(world: World) -> list[int]:
    """One with a mobile number, one with an address, one with neither; none has an account."""
    rows = [
        world.lawyer(f"1451020231099900{number}", f"黄{name}山", world.napo_firm, account=False)
        for number, name in enumerate("一二三")
    ]
    Lawyer.objects.filter(pk=rows[0].pk).update(phone="13807760001")
    Lawyer.objects.filter(pk=rows[1].pk).update(email="two@example.org", phone="0776-1234567")
    return [row.pk for row in rows]


def test_each_is_told_by_the_way_that_the_roster_knows(
    world: World, three: list[int], telephone: type[Telephone]
) -> None:
    assert invitations.count_invitations(lawyer_ids=three, at=world.now) == Invited(1, 1, 1)

    invited = invitations.invite_lawyers(lawyer_ids=three, by=world.beneficiary_officer, at=world.now)
    sent = invitations.send_invitations(at=world.now)

    assert invited == Invited(by_sms=1, by_email=1, by_slip=1)
    assert sent == 2
    assert telephone.sent[0][0] == "13807760001"
    assert "/account/activate/" in telephone.sent[0][1]
    assert mail.outbox[0].to == ["two@example.org"]
    assert "/account/activate/" in str(mail.outbox[0].body)


def test_where_the_site_sends_no_sms_a_number_alone_means_a_slip(world: World, three: list[int]) -> None:
    assert invitations.count_invitations(lawyer_ids=three, at=world.now) == Invited(0, 1, 2)


def test_the_button_pressed_twice_invites_once(
    world: World, three: list[int], telephone: type[Telephone]
) -> None:
    for _press in range(2):
        invitations.invite_lawyers(lawyer_ids=three, by=world.beneficiary_officer, at=world.now)
        invitations.send_invitations(at=world.now)

    assert len(telephone.sent) == len(mail.outbox) == 1
    assert Invitation.objects.count() == 2
    again = invitations.invite_lawyers(
        lawyer_ids=three, by=world.beneficiary_officer, at=world.now + timedelta(days=7)
    )
    assert again == Invited(1, 1, 1)


def test_who_has_an_account_is_not_invited(world: World) -> None:
    Lawyer.objects.filter(pk=world.county_lawyer.pk).update(email="wei@example.org")

    invited = invitations.invite_lawyers(
        lawyer_ids=[world.county_lawyer.pk], by=world.beneficiary_officer, at=world.now
    )

    assert invited == Invited(0, 0, 0)
    assert not AuditEntry.objects.filter(verb="invited to activate").exists()


def test_who_activates_before_the_message_leaves_is_left_in_peace(world: World, three: list[int]) -> None:
    invitations.invite_lawyers(lawyer_ids=three, by=None, at=world.now)
    Lawyer.objects.filter(pk=three[1]).update(account=world.supporting_officer)

    assert invitations.send_invitations(at=world.now) == 0
    assert mail.outbox == []
    assert Invitation.objects.get().given_up_at == world.now


def test_a_gateway_that_is_down_holds_nobody_else_back_and_is_tried_again_later_and_later(
    world: World, three: list[int], telephone: type[Telephone]
) -> None:
    invitations.invite_lawyers(lawyer_ids=three, by=None, at=world.now)
    telephone.down = True

    assert invitations.send_invitations(at=world.now) == 1  # the mail
    assert invitations.send_invitations(at=world.later(minutes=4)) == 0
    waiting = Invitation.objects.get(lawyer=three[0])
    assert (waiting.tries, waiting.next_try_at) == (1, world.later(minutes=5))

    telephone.down = False
    assert invitations.send_invitations(at=world.later(minutes=5)) == 1


def test_after_six_failures_it_is_given_up(
    world: World, three: list[int], telephone: type[Telephone]
) -> None:
    invitations.invite_lawyers(lawyer_ids=three[:1], by=None, at=world.now)
    telephone.down = True

    for day in range(6):
        invitations.send_invitations(at=world.later(days=day))

    given_up = Invitation.objects.get()
    assert (given_up.tries, given_up.next_try_at, given_up.given_up_at) == (6, None, world.later(days=5))


def test_the_log_says_who_invited_how_many_and_names_nobody(world: World, three: list[int]) -> None:
    invitations.invite_lawyers(lawyer_ids=three, by=world.beneficiary_officer, at=world.now)

    entry = AuditEntry.objects.get(verb="invited to activate")
    assert entry.actor_id == world.beneficiary_officer.pk
    assert entry.details == {"by_sms": 0, "by_email": 1, "by_slip": 2}


def test_many_are_put_on_their_way_with_few_questions_to_the_database(
    world: World, telephone: type[Telephone], django_assert_max_num_queries
) -> None:
    Lawyer.objects.bulk_create(
        Lawyer(
            licence_number=f"1451020231{number:07}",
            name="黄山",
            phone=f"138{number:08}",
            firm=world.napo_firm,
            association=world.guangxi,
        )
        for number in range(2500)
    )
    ids = list(Lawyer.objects.filter(name="黄山").values_list("pk", flat=True))

    # SQLite takes a thousand values in a statement; one question for each lawyer would be 2,500.
    with django_assert_max_num_queries(50):
        invited = invitations.invite_lawyers(lawyer_ids=ids, by=world.beneficiary_officer, at=world.now)

    assert invited.by_sms == 2500
