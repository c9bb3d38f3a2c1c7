"""What reaches a lawyer when an appeal is answered: a mail, once, and a notice until it was read."""

from datetime import timedelta
from smtplib import SMTPRecipientsRefused

import pytest
import time_machine
from django.core import mail

from courses.credits import appeals, letters, tasks
from courses.credits.models import Appeal, CreditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_address(settings):
    settings.SITE_ROOT_URL = "https://qianchang.example/"


@pytest.fixture
def at(evening):
    return evening + timedelta(days=1)


@pytest.fixture
def appeal(watched, world, at):
    watched()
    account = world.county_account
    account.email = "wei@example.com"
    account.save()
    return appeals.file_appeal(
        lawyer=world.county_lawyer, entry=CreditEntry.objects.get(), words="请核对。", by=account, at=at
    )


@pytest.fixture
def answered(appeal, world, at):
    return appeals.answer_appeal(
        appeal=appeal,
        corrected=False,
        words="记录无误：第二台电脑的时间不对。",
        by=world.beneficiary_officer,
        at=at,
    )


class TestMail:
    def test_it_says_what_came_of_it_and_where_to_read_on(self, answered, at):
        assert letters.mail_answers(at=at) == 1
        (sent,) = mail.outbox
        assert (sent.subject, sent.to) == ("更正申请：不予更正", ["wei@example.com"])
        assert "记录无误：第二台电脑的时间不对。" in sent.body
        assert f"https://qianchang.example/my/appeals/{answered.pk}/" in sent.body
        assert sent.body.count("https://") == 2
        assert "广西律师协会" in sent.body
        assert len(sent.message().as_bytes()) < 10_000
        assert sent.content_subtype == "plain"

    def test_the_longest_words_stay_below_ten_kilobytes(self, appeal, world, at):
        done = appeals.answer_appeal(
            appeal=appeal, corrected=False, words="核" * 2000, by=world.beneficiary_officer, at=at
        )
        assert len(letters.answer_mail(Appeal.objects.get(pk=done.pk)).message().as_bytes()) < 10_000

    def test_it_goes_out_once_however_often_the_task_runs(self, answered, at):
        with time_machine.travel(at, tick=False):
            tasks.mail_answers()
            tasks.mail_answers()
        assert len(mail.outbox) == 1

    def test_the_scheduler_asks_for_it(self, settings):
        asked = [each["task"] for each in settings.CELERY_BEAT_SCHEDULE.values()]
        assert asked.count(tasks.mail_answers.name) == 1

    def test_nothing_goes_out_before_the_answer_or_without_an_address(self, appeal, world, at):
        assert letters.mail_answers(at=at) == 0
        world.county_account.email = ""
        world.county_account.save()
        appeals.answer_appeal(
            appeal=appeal, corrected=False, words="无误。", by=world.beneficiary_officer, at=at
        )
        assert letters.mail_answers(at=at) == 0

    def test_what_the_mail_server_refuses_is_tried_again_for_three_days(self, answered, at, monkeypatch):
        def refuse(*_arguments, **_options):
            raise SMTPRecipientsRefused({})

        with monkeypatch.context() as broken:
            broken.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
            assert letters.mail_answers(at=at) == 0
        assert letters.mail_answers(at=at + timedelta(days=3, seconds=1)) == 0
        assert letters.mail_answers(at=at + timedelta(hours=1)) == 1


class TestNotice:
    @pytest.fixture
    def look(self, client_for, at):
        def ask(account, address):
            with time_machine.travel(at + timedelta(hours=1), tick=False):
                return client_for(account).get(address).content.decode()

        return ask

    def test_my_hours_announces_the_answer_until_it_was_read(self, answered, look, world):
        address = f"/my/appeals/{answered.pk}/"
        assert address in look(world.county_account, "/my/hours/")
        assert "记录无误" in look(world.county_account, address)
        assert address not in look(world.county_account, "/my/hours/")

    def test_an_officers_look_is_not_the_lawyers(self, answered, look, world):
        look(world.beneficiary_officer, f"/office/appeals/{answered.pk}/")
        assert Appeal.objects.get().read_at is None

    def test_an_open_appeal_announces_nothing(self, appeal, look, world):
        look(world.county_account, f"/my/appeals/{appeal.pk}/")
        assert Appeal.objects.get().read_at is None
        assert f"/my/appeals/{appeal.pk}/" not in look(world.county_account, "/my/hours/")

    def test_the_menu_shows_where_one_is(self, appeal, look, world):
        assert 'href="/my/hours/" aria-current="page"' in look(world.county_account, "/my/appeals/")
