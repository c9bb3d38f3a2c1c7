"""Mails that come back later: from the server's notification to the page of the administrator."""

import email
import io
from types import SimpleNamespace

import pytest
from django.core.management import call_command

from qianchang.people import notices
from qianchang.people.models import Mail
from qianchang.people.notices import outbox
from qianchang.people.notices.bounces import record_bounce

pytestmark = pytest.mark.django_db

NOTIFICATION = """\
From: MAILER-DAEMON@mx.example
To: qianchang@localhost
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

I'm sorry.
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; wei@example.com
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 no such user here

--B
Content-Type: {kind}

Message-ID: {name}
Subject: x

--B--
"""


def notification(name, *, action="failed", status="5.1.1", kind="text/rfc822-headers"):
    return NOTIFICATION.format(name=name, action=action, status=status, kind=kind)


@pytest.fixture
def sent(world):
    account = world.county_account
    account.email = "wei@example.com"
    account.save()
    notices.post(event="lecture_published", account=account, at=world.now, key="1", title="x")
    outbox.send_waiting(now=lambda: world.now)
    return Mail.objects.get()


@pytest.mark.parametrize("kind", ["text/rfc822-headers", "message/rfc822"])
def test_an_address_that_does_not_exist_gets_nothing_more(sent, world, kind):
    message = email.message_from_string(notification(outbox.message_id(sent.pk), kind=kind))
    assert record_bounce(message, at=world.later(hours=1)) == sent
    sent.refresh_from_db()
    world.county_account.refresh_from_db()
    assert (sent.state, sent.last_error) == ("refused", "5.1.1 550 no such user here")
    assert world.county_account.refused_address == "wei@example.com"


def test_a_mail_that_was_not_liked_is_noted_and_the_address_still_trusted(sent, world):
    message = email.message_from_string(notification(outbox.message_id(sent.pk), status="5.7.1"))
    assert record_bounce(message, at=world.later(hours=1)) == sent
    sent.refresh_from_db()
    world.county_account.refresh_from_db()
    assert sent.state == "refused"
    assert world.county_account.refused_address == ""


def test_made_up_names_cost_the_database_nothing(sent, world, django_assert_num_queries):
    names = " ".join(f"<{number}.{'0' * 16}@x>" for number in range(1, 500))
    with django_assert_num_queries(0):
        assert record_bounce(email.message_from_string(notification(names)), at=world.now) is None


@pytest.mark.parametrize(
    "said", [{"action": "delayed", "status": "4.4.7"}, {"action": "delivered", "status": "2.0.0"}]
)
def test_a_delay_changes_nothing(sent, world, said):
    message = email.message_from_string(notification(outbox.message_id(sent.pk), **said))
    assert record_bounce(message, at=world.now) is None
    sent.refresh_from_db()
    assert sent.state == "sent"


def test_a_made_up_name_changes_nothing(sent, world):
    for name in (f"<{sent.pk}.{'0' * 16}@127.0.0.1>", "<other@example.com>", "", "<99999999.abc@x>"):
        assert record_bounce(email.message_from_string(notification(name)), at=world.now) is None
    sent.refresh_from_db()
    assert sent.state == "sent"


@pytest.mark.parametrize("noise", [b"", b"\xff\xfe\x00", b"Subject: hello\n\nbuy this\n"])
def test_anything_else_on_the_pipe_is_said_and_fails_nothing(sent, monkeypatch, noise):
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(noise)))
    said = io.StringIO()
    call_command("record_bounce", stdout=said)
    assert said.getvalue().strip() == "nothing final about a mail of ours"


def test_the_pipe_takes_what_the_mail_server_sends(sent, monkeypatch):
    raw = notification(outbox.message_id(sent.pk)).encode()
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
    said = io.StringIO()
    call_command("record_bounce", stdout=said)
    assert said.getvalue().strip() == f"mail {sent.pk}: not delivered"
