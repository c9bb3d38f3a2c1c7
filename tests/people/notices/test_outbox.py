"""The outbox: nobody held back by anybody, nothing sent twice, nothing lost."""

from datetime import timedelta
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import IntegrityError, transaction

from qianchang.groundwork.models import AuditEntry
from qianchang.people import notices
from qianchang.people.models import Account, Mail, Notice
from qianchang.people.notices import outbox, reading, rules

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_address(settings):
    settings.SITE_ROOT_URL = "https://qianchang.example/"


def with_address(account, address):
    account.email = address
    account.save(update_fields=["email"])
    return account


@pytest.fixture
def reader(world):
    return with_address(world.county_account, "wei@example.com")


@pytest.fixture
def other(world):
    return with_address(world.expert, "chen@example.com")


def publish(account, at, key="1", title="医疗纠纷"):
    return notices.post(
        event="lecture_published",
        account=account,
        at=at,
        key=key,
        link="/teach/7/",
        title=title,
        title_en="Medical",
    )


def place(account, at, key="1", title="医疗纠纷"):
    return notices.post(event="class_place", account=account, at=at, key=key, link="/my/", title=title)


def send(at):
    return outbox.send_waiting(now=lambda: at)


@pytest.fixture
def refusing(monkeypatch):
    """Let the mail server refuse some addresses: returns the dictionary of address to error."""
    errors: dict[str, Exception] = {}
    real = EmailBackend.send_messages

    def answer(self, messages):
        for message in messages:
            if message.to[0] in errors:
                raise errors[message.to[0]]
        return real(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", answer)
    return errors


def gone(address):
    return SMTPRecipientsRefused({address: (550, b"no such user")})


def full(address):
    return SMTPRecipientsRefused({address: (452, b"mailbox full")})


class TestSending:
    def test_a_mail_says_one_thing_with_one_link_and_how_to_stop(self, reader, world):
        publish(reader, world.now)
        assert send(world.now).sent == 1
        (sent,) = mail.outbox
        assert (sent.subject, sent.to) == ("《医疗纠纷》已发布", ["wei@example.com"])
        assert sent.body.count("https://qianchang.example/teach/7/") == 1
        assert sent.body.count("https://") == 2
        assert sent.content_subtype == "plain"
        assert len(sent.message().as_bytes()) < 10_000
        stop = sent.extra_headers["List-Unsubscribe"].strip("<>")
        assert stop in sent.body
        assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    def test_it_goes_out_once_however_often_the_task_runs(self, reader, world):
        publish(reader, world.now)
        assert [send(world.now).sent for _again in range(3)] == [1, 0, 0]

    def test_the_language_is_the_accounts(self, reader, world):
        reading.keep_language(account=reader, language="en")
        publish(reader, world.now)
        send(world.now)
        assert mail.outbox[0].subject == "“Medical” is published"
        assert "Open the lecture:" in mail.outbox[0].body

    def test_the_name_of_a_mail_never_changes_so_a_double_is_known(self, reader, world, monkeypatch):
        # Given a worker that died after the server took the mail and before it said so
        publish(reader, world.now)
        with monkeypatch.context() as dying:
            dying.setattr(outbox, "_end", lambda *_a, **_k: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                send(world.now)
        # When the next worker comes at once, then it leaves the mail alone; later it sends it under the same name
        assert send(world.now).sent == 0
        assert send(world.now + rules.RESTS[0]).sent == 1
        first, second = (each.extra_headers["Message-ID"] for each in mail.outbox)
        assert first == second
        assert first.endswith("@qianchang.example>")

    def test_the_key_to_a_new_account_is_forgotten_once_it_was_sent(self, reader, world):
        notices.post(
            event="account_ready",
            account=reader,
            at=world.now,
            key="1",
            days=3,
            link="/account/reset/key/1-abc/",
        )
        send(world.now)
        assert "/account/reset/key/1-abc/" in mail.outbox[0].body
        assert "List-Unsubscribe" not in mail.outbox[0].extra_headers
        assert "abc" not in Notice.objects.get().link

    def test_what_always_goes_and_is_no_key_still_leads_where_it_led(self, reader, world):
        words = {"association": "南宁市律师协会", "date": "2026-11-20"}
        notices.post(
            event="erasure_proposed", account=reader, at=world.now, key="1", link="/account/data/", **words
        )
        send(world.now)
        assert Notice.objects.get().link == "/account/data/"

    def test_who_changed_the_wish_meanwhile_gets_nothing(self, reader, world):
        publish(reader, world.now)
        reading.choose_mails(account=reader, mails=Account.Mails.NONE, by=reader, at=world.now)
        assert send(world.now).dropped == 1
        assert mail.outbox == []

    def test_the_key_to_a_new_account_overtakes_what_a_region_waits_for(self, reader, other, world):
        publish(other, world.now)
        notices.post(
            event="account_ready",
            account=reader,
            at=world.later(minutes=1),
            key="1",
            days=3,
            link="/account/x/",
        )
        assert outbox.send_waiting(now=lambda: world.later(minutes=1), most=1).sent == 1
        assert mail.outbox[0].to == ["wei@example.com"]

    def test_it_goes_to_the_address_of_now(self, reader, world):
        publish(reader, world.now)
        with_address(reader, "new@example.com")
        send(world.now)
        assert mail.outbox[0].to == ["new@example.com"]


class TestFailing:
    def test_one_bad_address_holds_nobody_back(self, reader, other, world, refusing):
        refusing["wei@example.com"] = full("wei@example.com")
        for number in range(5):
            publish(reader, world.now, key=str(number))
        publish(other, world.now)
        run = send(world.now)
        assert (run.sent, run.later) == (1, 5)
        # Given mails that failed before, when new ones come, then the new ones go first
        publish(other, world.now, key="2")
        assert outbox.send_waiting(now=lambda: world.later(minutes=2), most=1).sent == 1

    def test_it_is_tried_again_later_and_later_and_then_given_up(self, reader, world, refusing):
        refusing["wei@example.com"] = full("wei@example.com")
        publish(reader, world.now)
        at = world.now
        for attempt in range(1, rules.MAX_ATTEMPTS):
            assert send(at).later == 1, attempt
            assert send(at + rules.rest_after(attempt) - timedelta(seconds=1)).later == 0
            at += rules.rest_after(attempt)
        assert send(at).refused == 1
        row = Mail.objects.get()
        assert (row.state, row.attempts, row.last_error) == (
            "refused",
            rules.MAX_ATTEMPTS,
            "452 mailbox full",
        )
        assert at - world.now < timedelta(days=4)

    def test_a_message_that_cannot_be_put_into_words_holds_nobody_back(self, reader, other, world):
        # Given a message of an event that a newer release does not know any more
        publish(reader, world.now)
        Notice.objects.update(event="of_old")
        publish(other, world.now)
        # When mails are sent, then everybody else gets theirs, and this one is tried again later
        run = send(world.now)
        assert (run.sent, run.later) == (1, 1)
        assert "of_old" in Mail.objects.get(account=reader).last_error

    def test_what_the_server_says_is_kept_without_the_address(self, reader, world, refusing):
        words = b"<Wei@example.com>: come back later"
        refusing["wei@example.com"] = SMTPRecipientsRefused({"wei@example.com": (451, words)})
        publish(reader, world.now)
        send(world.now)
        assert Mail.objects.get().last_error == "451 <w****@example.com>: come back later"

    def test_a_server_that_trusts_this_site_no_more_says_nothing_of_the_address(
        self, reader, world, refusing
    ):
        words = b"5.7.1 Service unavailable; client host blocked"
        refusing["wei@example.com"] = SMTPRecipientsRefused({"wei@example.com": (554, words)})
        publish(reader, world.now)
        assert send(world.now).later == 1
        reader.refresh_from_db()
        assert reader.refused_address == ""

    def test_what_recovers_arrives(self, reader, world, refusing):
        refusing["wei@example.com"] = full("wei@example.com")
        publish(reader, world.now)
        send(world.now)
        refusing.clear()
        assert send(world.later(minutes=1)).sent == 1

    def test_an_address_that_does_not_exist_is_asked_once(self, reader, world, refusing):
        refusing["wei@example.com"] = gone("wei@example.com")
        publish(reader, world.now)
        assert send(world.now).refused == 1
        reader.refresh_from_db()
        assert reader.refused_address == "wei@example.com"
        publish(reader, world.later(hours=1), key="2")
        assert Mail.objects.count() == 1, "nothing more is written to it"
        # When the address is another one, then mails come again
        publish(with_address(reader, "new@example.com"), world.later(hours=2), key="3")
        assert Mail.objects.count() == 2

    def test_a_server_that_does_not_answer_costs_no_attempt(self, reader, other, world, monkeypatch):
        publish(reader, world.now)
        publish(other, world.now)
        with monkeypatch.context() as down:
            down.setattr(EmailBackend, "open", lambda _self: (_ for _ in ()).throw(ConnectionRefusedError()))
            run = send(world.now)
        assert run.server_down
        assert not Mail.objects.filter(attempts__gt=0).exists()
        assert send(world.now + outbox.SERVER_REST).sent == 2

    def test_a_line_that_breaks_at_one_mail_is_opened_again_for_the_next(
        self, reader, other, world, refusing
    ):
        refusing["wei@example.com"] = SMTPServerDisconnected("closed")
        publish(reader, world.now)
        publish(other, world.now)
        run = send(world.now)
        assert (run.sent, run.later) == (1, 1)

    def test_an_administrator_sends_it_again(self, reader, world, refusing):
        refusing["wei@example.com"] = gone("wei@example.com")
        publish(reader, world.now)
        send(world.now)
        refusing.clear()
        row = Mail.objects.get()
        outbox.try_again(mail=row, by=world.administrator, at=world.later(hours=1))
        outbox.try_again(mail=row, by=world.administrator, at=world.later(hours=1))
        assert AuditEntry.objects.filter(object_type="mail").count() == 1
        assert send(world.later(hours=1)).sent == 1
        reader.refresh_from_db()
        assert reader.refused_address == ""


class TestSummary:
    """world.now is 9:30, after the hour of the summaries."""

    def test_everything_else_comes_in_one_mail_a_day(self, reader, world):
        for number in range(25):
            place(reader, world.now, key=str(number), title=f"课程 {number}")
        assert outbox.compose_summaries(at=world.now) == 1
        send(world.now)
        (sent,) = mail.outbox
        assert sent.subject == "《课程 0》有名额了，已为你报上名 等 25 条消息"
        assert sent.body.count("\n- ") + sent.body.startswith("- ") == 20
        assert "还有 5 条" in sent.body
        assert "https://qianchang.example/account/messages/" in sent.body
        # When more happens on the same day, then it waits for the next one
        place(reader, world.later(hours=2), key="late")
        assert outbox.compose_summaries(at=world.later(hours=3)) == 0
        assert outbox.compose_summaries(at=world.later(days=1)) == 1
        send(world.later(days=1))
        assert len(mail.outbox) == 2

    def test_one_message_alone_says_what_it_says(self, reader, world):
        place(reader, world.now)
        outbox.compose_summaries(at=world.now)
        send(world.now)
        assert mail.outbox[0].subject == "《医疗纠纷》有名额了，已为你报上名"
        assert "https://qianchang.example/my/" in mail.outbox[0].body

    def test_it_is_not_written_before_its_hour(self, reader, world, settings):
        place(reader, world.now)
        settings.MAIL_SUMMARY_HOUR = 10
        assert outbox.compose_summaries(at=world.now) == 0
        assert outbox.compose_summaries(at=world.later(minutes=30)) == 1

    def test_the_database_refuses_a_second_one_on_a_day(self, reader, world):
        row = {"account": reader, "address": "x@example.com", "day": world.day}
        Mail.objects.create(**row, not_before=world.now, created_at=world.now)
        with pytest.raises(IntegrityError), transaction.atomic():
            Mail.objects.create(**row, not_before=world.now, created_at=world.now)

    def test_one_that_was_put_off_to_the_next_day_is_the_mail_of_that_day(self, reader, world, refusing):
        # Given a mail of the day that nobody takes, until the next day
        refusing["wei@example.com"] = full("wei@example.com")
        place(reader, world.now)
        outbox.compose_summaries(at=world.now)
        send(world.now)
        refusing.clear()
        tomorrow = world.later(days=1)
        assert send(tomorrow).sent == 1
        # When more has happened by then, then it waits for the day after
        place(reader, tomorrow, key="2")
        assert outbox.compose_summaries(at=tomorrow) == 0
        assert outbox.compose_summaries(at=world.later(days=2)) == 1

    def test_one_that_comes_late_waits_when_the_mail_of_the_day_is_there(self, reader, world, refusing):
        # Given yesterday's mail, which still waits when today's is written
        refusing["wei@example.com"] = full("wei@example.com")
        place(reader, world.now)
        outbox.compose_summaries(at=world.now)
        send(world.now)
        refusing.clear()
        place(reader, world.later(days=1), key="2")
        outbox.compose_summaries(at=world.later(days=1))
        # When mails are sent, then one goes today, and the other one tomorrow as the mail of that day
        assert send(world.later(days=1)).sent == 1
        assert send(world.later(days=1, hours=3)).sent == 0
        place(reader, world.later(days=2), key="3")
        assert outbox.compose_summaries(at=world.later(days=2)) == 0
        assert send(world.later(days=2)).sent == 1
        assert len(mail.outbox) == 2
        assert not Mail.objects.filter(state="waiting").exists()

    def test_what_was_read_or_went_at_once_is_not_summed_up(self, reader, world):
        publish(reader, world.now)
        reading.note_read(notice=place(reader, world.now), at=world.now)
        assert outbox.compose_summaries(at=world.now) == 0

    def test_what_is_read_before_it_leaves_is_left_out(self, reader, world):
        told = place(reader, world.now)
        outbox.compose_summaries(at=world.now)
        reading.note_read(notice=told, at=world.now)
        assert send(world.now).dropped == 1

    def test_who_switched_it_off_or_has_no_address_gets_none(self, reader, other, world):
        reading.choose_mails(account=reader, mails=Account.Mails.IMPORTANT, by=reader, at=world.now)
        with_address(other, "")
        place(reader, world.now)
        place(other, world.now)
        assert outbox.compose_summaries(at=world.now) == 0

    def test_hundreds_are_written_in_few_statements(self, world, django_assert_max_num_queries):
        many = Account.objects.bulk_create(
            Account(username=f"a{number}", email=f"a{number}@example.com") for number in range(300)
        )
        notices.post_many(
            event="class_place",
            key="k",
            told={each.pk: {"title": "x"} for each in many},
            at=world.now,
        )
        with django_assert_max_num_queries(15):
            assert outbox.compose_summaries(at=world.now) == 300
        assert not Notice.objects.filter(mail=None).exists()
