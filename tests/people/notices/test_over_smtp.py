"""The outbox against a mail server that is real as far as the line goes: its answers are its own, not a mock's."""

import pytest

from qianchang.people import notices
from qianchang.people.models import Mail
from qianchang.people.notices import outbox
from tests.people.notices.smtp_server import Postbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def postbox(settings):
    server = Postbox()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def three(world):
    """Three people with addresses, each of whom is told one thing; the first is asked first."""
    people = [world.county_account, world.second_county_lawyer.account, world.expert]
    for account, name in zip(people, ("wei", "nong", "chen"), strict=True):
        account.email = f"{name}@example.com"
        account.save()
        notices.post(
            event="lecture_published",
            account=account,
            at=world.now,
            key="1",
            link="/teach/1/",
            title="医疗纠纷",
        )
    return people


def send(world, **later):
    at = world.later(**later) if later else world.now
    return outbox.send_waiting(now=lambda: at)


def arrived(postbox):
    return [to for to, _message in postbox.taken]


def test_everything_arrives_whole(postbox, three, world):
    assert send(world).sent == 3
    to, message = postbox.taken[0]
    assert (to, message["Subject"]) == ("wei@example.com", "《医疗纠纷》已发布")
    assert message.get_content_type() == "text/plain"
    assert "/teach/1/" in message.get_content()
    assert message["Auto-Submitted"] == "auto-generated"
    assert len(message.as_bytes()) < 10_000


@pytest.mark.parametrize(
    ("answer", "state", "run"),
    [
        (b"550 5.1.1 no such user", "refused", {"refused": 1}),
        (b"451 4.3.0 come back later", "waiting", {"later": 1}),
        (b"hang up", "waiting", {"later": 1}),
    ],
)
def test_one_bad_address_costs_nobody_else_anything(postbox, three, world, answer, state, run):
    postbox.answers["wei@example.com"] = answer
    assert send(world) == outbox.Run(sent=2, **run)
    assert arrived(postbox) == ["nong@example.com", "chen@example.com"]
    assert Mail.objects.get(account=three[0]).state == state


def test_what_was_put_off_arrives_when_the_server_is_willing(postbox, three, world):
    postbox.answers["wei@example.com"] = b"451 4.3.0 come back later"
    send(world)
    postbox.answers.clear()
    assert send(world).sent == 0, "not before its rest is over"
    assert send(world, minutes=2).sent == 1


def test_a_server_that_is_down_costs_no_attempt(postbox, three, world):
    postbox.shutdown()
    postbox.server_close()
    run = send(world)
    assert (run.sent, run.server_down) == (0, 1)
    assert not Mail.objects.filter(attempts__gt=0).exists()
