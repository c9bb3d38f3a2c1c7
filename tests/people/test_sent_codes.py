"""A code by SMS or e-mail: who knows licence number, name and phone as they stand on the roster comes in."""

import re
from datetime import datetime, timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from qianchang.people import activation, sent_codes
from qianchang.people.models import Account, CodeRequest, Lawyer
from qianchang.people.senders import NotSent
from tests.world import R, World, full_width

NEW_PASSWORD = "seven rivers meet at dusk"
PHONE = "13807760001"


class Telephone:
    """What went out by SMS; `down` refuses, as a gateway does that is not reached."""

    sent: list[tuple[str, str]] = []
    down = False

    def send(self, *, phone: str, text: str) -> None:
        if Telephone.down:
            raise NotSent("down")
        Telephone.sent.append((phone, text))


@pytest.fixture
def telephone(settings) -> type[Telephone]:
    settings.SMS_SENDER = "tests.people.test_sent_codes.Telephone"
    Telephone.sent, Telephone.down = [], False
    return Telephone


@pytest.fixture
def lawyer(world: World) -> Lawyer:
    """黄大山 with a mobile number on the roster."""
    Lawyer.objects.filter(pk=world.unactivated_lawyer.pk).update(phone="138-0776-0001")
    world.unactivated_lawyer.refresh_from_db()
    return world.unactivated_lawyer


def ask(world: World, lawyer: Lawyer, **other: str) -> CodeRequest:
    typed = {"licence_number": lawyer.licence_number, "name": lawyer.name, "phone": PHONE, **other}
    return sent_codes.request_code(**typed, at=world.now)


def code_of(text: str) -> str:
    found = re.search(r"\d{6}", text)
    assert found
    return found[0]


def test_a_code_goes_to_the_number_on_the_roster_and_opens_the_account(
    world: World, lawyer: Lawyer, telephone: type[Telephone]
) -> None:
    asked = ask(world, lawyer)

    assert sent_codes.send_waiting_codes(at=world.now) == 1
    (phone, text) = telephone.sent[0]
    account = sent_codes.activate_with_code(
        request_id=asked.pk, code=code_of(text), password=NEW_PASSWORD, at=world.later(minutes=9)
    )

    assert phone == PHONE
    lawyer.refresh_from_db()
    assert lawyer.account == account
    assert account.check_password(NEW_PASSWORD)


def test_without_sms_the_code_goes_to_the_address_on_the_roster_which_is_verified_by_it(
    world: World, lawyer: Lawyer
) -> None:
    Lawyer.objects.filter(pk=lawyer.pk).update(email="huang@example.org")
    asked = ask(world, lawyer)
    sent_codes.send_waiting_codes(at=world.now)

    account = sent_codes.activate_with_code(
        request_id=asked.pk, code=code_of(mail.outbox[0].body), password=NEW_PASSWORD, at=world.now
    )

    assert mail.outbox[0].to == ["huang@example.org"]
    assert account.email == "huang@example.org"
    assert account.emailaddress_set.get().verified


def test_an_address_that_another_account_has_is_not_taken(world: World, lawyer: Lawyer) -> None:
    Account.objects.filter(pk=world.beneficiary_officer.pk).update(email="firm@example.org")
    Lawyer.objects.filter(pk=lawyer.pk).update(email="firm@example.org")
    asked = ask(world, lawyer)
    sent_codes.send_waiting_codes(at=world.now)

    account = sent_codes.activate_with_code(
        request_id=asked.pk, code=code_of(mail.outbox[0].body), password=NEW_PASSWORD, at=world.now
    )

    assert account.email == ""
    assert not account.emailaddress_set.exists()


@pytest.mark.parametrize(
    "typed", [{"name": "黄小山"}, {"phone": "13807760002"}, {"licence_number": "9" * 17}]
)
def test_what_does_not_fit_leaves_a_request_of_nobody_and_sends_nothing(
    world: World, lawyer: Lawyer, telephone: type[Telephone], typed: dict[str, str]
) -> None:
    asked = ask(world, lawyer, **typed)

    assert asked.lawyer is None
    assert sent_codes.send_waiting_codes(at=world.now) == 0
    assert telephone.sent == []


def test_a_lawyer_without_a_number_on_the_roster_gets_no_code_for_an_empty_one(world: World) -> None:
    assert ask(world, world.unactivated_lawyer, phone="").lawyer is None


def test_full_width_digits_spaces_and_the_86_of_china_are_understood(world: World, lawyer: Lawyer) -> None:
    assert ask(world, lawyer, phone=f"+86 {full_width('138')} 0776 0001").lawyer == lawyer


def test_a_code_is_kept_as_a_hash_only(world: World, lawyer: Lawyer, telephone: type[Telephone]) -> None:
    asked = ask(world, lawyer)
    sent_codes.send_waiting_codes(at=world.now)

    asked.refresh_from_db()
    assert code_of(telephone.sent[0][1]) not in asked.code_hash


def test_a_code_works_once_and_for_ten_minutes(
    world: World, lawyer: Lawyer, telephone: type[Telephone]
) -> None:
    asked = ask(world, lawyer)
    sent_codes.send_waiting_codes(at=world.now)
    typed = {"request_id": asked.pk, "code": code_of(telephone.sent[0][1]), "password": NEW_PASSWORD}

    with pytest.raises(activation.ActivationRefused):
        sent_codes.activate_with_code(**typed, at=world.later(minutes=10))
    assert sent_codes.activate_with_code(**typed, at=world.later(minutes=9))
    with pytest.raises(activation.ActivationRefused):
        sent_codes.activate_with_code(**typed, at=world.later(minutes=9))


def test_after_five_wrong_tries_the_right_code_is_dead(
    world: World, lawyer: Lawyer, telephone: type[Telephone]
) -> None:
    asked = ask(world, lawyer)
    sent_codes.send_waiting_codes(at=world.now)
    code = code_of(telephone.sent[0][1])
    wrong = f"{(int(code) + 1) % 10**6:06}"
    for _try in range(5):
        with pytest.raises(activation.ActivationRefused):
            sent_codes.activate_with_code(
                request_id=asked.pk, code=wrong, password=NEW_PASSWORD, at=world.now
            )

    with pytest.raises(activation.ActivationRefused):
        sent_codes.activate_with_code(request_id=asked.pk, code=code, password=NEW_PASSWORD, at=world.now)
    assert not Account.objects.filter(username=lawyer.licence_number).exists()


def test_a_code_of_one_request_opens_no_other(
    world: World, lawyer: Lawyer, telephone: type[Telephone]
) -> None:
    ask(world, lawyer)
    sent_codes.send_waiting_codes(at=world.now)
    strangers = ask(world, lawyer, name="黄小山")

    with pytest.raises(activation.ActivationRefused):
        sent_codes.activate_with_code(
            request_id=strangers.pk, code=code_of(telephone.sent[0][1]), password=NEW_PASSWORD, at=world.now
        )


def test_a_gateway_that_is_down_costs_nothing_and_the_code_goes_out_later(
    world: World, lawyer: Lawyer, telephone: type[Telephone]
) -> None:
    ask(world, lawyer)
    telephone.down = True
    assert sent_codes.send_waiting_codes(at=world.now) == 0

    telephone.down = False
    assert sent_codes.send_waiting_codes(at=world.later(seconds=5)) == 1
    assert sent_codes.send_waiting_codes(at=world.later(seconds=10)) == 0
    assert len(telephone.sent) == 1


def test_whoever_holds_a_role_gets_no_code_where_the_roster_says(
    world: World, telephone: type[Telephone]
) -> None:
    # Given an officer's own telephone, written into the roster beside the name of somebody with a role.
    lawyer = world.county_lawyer
    world.grant(world.county_account, R.BENEFICIARY_OFFICER, world.guangxi)
    Lawyer.objects.filter(pk=lawyer.pk).update(phone=PHONE)

    ask(world, lawyer)

    assert sent_codes.send_waiting_codes(at=world.now) == 0
    assert telephone.sent == []


def test_a_code_from_before_the_role_is_worthless(world: World, telephone: type[Telephone]) -> None:
    lawyer = world.county_lawyer
    Lawyer.objects.filter(pk=lawyer.pk).update(phone=PHONE)
    asked = ask(world, lawyer)
    sent_codes.send_waiting_codes(at=world.now)
    world.grant(world.county_account, R.BENEFICIARY_OFFICER, world.guangxi)

    with pytest.raises(activation.ActivationRefused):
        sent_codes.activate_with_code(
            request_id=asked.pk, code=code_of(telephone.sent[0][1]), password=NEW_PASSWORD, at=world.now
        )


def test_a_gateway_that_is_down_is_not_asked_for_everybody(
    world: World, lawyer: Lawyer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _request in range(8):
        ask(world, lawyer)
    asked = []

    def fails(*, request_id: int, at: datetime) -> bool:
        asked.append(request_id)
        raise NotSent("down")

    monkeypatch.setattr(sent_codes, "send_code", fails)

    assert sent_codes.send_waiting_codes(at=world.now) == 0
    assert len(asked) == 5


def test_an_address_that_the_mail_server_refuses_is_tried_once_and_stands_in_no_log(
    world: World, lawyer: Lawyer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tried = []

    def refuses(mail: EmailMessage) -> int:
        tried.append(mail.to)
        raise SMTPRecipientsRefused({mail.to[0]: (550, b"no such user")})

    monkeypatch.setattr(EmailMessage, "send", refuses)
    Lawyer.objects.filter(pk=lawyer.pk).update(email="huang@example.org")
    ask(world, lawyer)

    assert sent_codes.send_waiting_codes(at=world.now) == 0
    assert sent_codes.send_waiting_codes(at=world.later(seconds=5)) == 0
    assert tried == [["huang@example.org"]]
    assert "huang" not in caplog.text


def test_a_mail_server_that_fails_names_no_address_in_the_log(
    world: World, lawyer: Lawyer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(mail: EmailMessage) -> int:
        raise SMTPDataError(451, b"later, huang@example.org")

    monkeypatch.setattr(EmailMessage, "send", fails)
    Lawyer.objects.filter(pk=lawyer.pk).update(email="huang@example.org")
    ask(world, lawyer)

    assert sent_codes.send_waiting_codes(at=world.now) == 0
    assert "is tried again" in caplog.text
    assert "huang" not in caplog.text


def test_a_request_that_nobody_could_serve_for_ten_minutes_is_left_alone(
    world: World, lawyer: Lawyer, telephone: type[Telephone]
) -> None:
    ask(world, lawyer)

    assert sent_codes.send_waiting_codes(at=world.now + timedelta(minutes=10)) == 0


def test_a_weak_password_costs_no_try_and_not_the_code(
    world: World, lawyer: Lawyer, telephone: type[Telephone]
) -> None:
    asked = ask(world, lawyer)
    sent_codes.send_waiting_codes(at=world.now)
    code = code_of(telephone.sent[0][1])

    with pytest.raises(activation.PasswordRefused):
        sent_codes.activate_with_code(request_id=asked.pk, code=code, password="12345", at=world.now)

    assert sent_codes.activate_with_code(request_id=asked.pk, code=code, password=NEW_PASSWORD, at=world.now)


def test_the_pages_lead_from_three_fields_to_a_signed_in_lawyer(
    world: World, lawyer: Lawyer, telephone: type[Telephone], client: Client
) -> None:
    answer = client.post(
        reverse("people:activate"),
        {"licence_number": lawyer.licence_number, "name": "黄大山", "phone": PHONE},
    )
    assert answer["Location"] == reverse("people:activate_code")
    sent_codes.send_waiting_codes(at=CodeRequest.objects.get().requested_at)

    done = client.post(
        reverse("people:activate_code"),
        {"code": code_of(telephone.sent[0][1]), "password": NEW_PASSWORD, "password_again": NEW_PASSWORD},
    )

    lawyer.refresh_from_db()
    assert done.status_code == 302
    assert client.session["_auth_user_id"] == str(lawyer.account_id)


def test_the_page_for_the_code_needs_a_request(client: Client, db: None) -> None:
    assert client.get(reverse("people:activate_code"))["Location"] == reverse("people:activate")
