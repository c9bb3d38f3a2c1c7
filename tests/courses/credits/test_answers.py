"""What reaches a lawyer when an appeal is answered: a message, a mail at once, and a notice until it was read."""

from datetime import timedelta

import pytest
import time_machine

from courses.credits import appeals
from courses.credits.models import Appeal, CreditEntry
from qianchang.people.models import Mail, Notice
from qianchang.people.notices import wording

pytestmark = pytest.mark.django_db


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


def answer(appeal, world, at, words="记录无误：第二台电脑的时间不对。"):
    return appeals.answer_appeal(
        appeal=appeal, corrected=False, words=words, by=world.beneficiary_officer, at=at
    )


def _told():
    return Notice.objects.filter(event__startswith="appeal_").count()


@pytest.fixture
def answered(appeal, world, at):
    return answer(appeal, world, at)


class TestMail:
    def test_it_says_what_came_of_it_and_where_to_read_on(self, answered, world):
        mail = Mail.objects.get()
        (notice,) = mail.notices.all()
        letter = wording.letter(mail, [notice])
        assert (letter.subject, mail.account) == ("更正申请：不予更正", world.county_account)
        assert "记录无误：第二台电脑的时间不对。" in letter.body
        assert f"/my/appeals/{answered.pk}/" in letter.body
        assert "广西律师协会" in letter.body

    def test_the_longest_words_stay_below_ten_kilobytes(self, appeal, world, at):
        answer(appeal, world, at, words="核" * 2000)
        mail = Mail.objects.get()
        assert len(wording.letter(mail, list(mail.notices.all())).body.encode()) < 10_000

    def test_the_same_answer_again_is_told_once(self, answered, world, at):
        answer(answered, world, at)
        assert (_told(), Mail.objects.count()) == (1, 1)

    def test_without_an_address_the_message_stands_on_the_page_alone(self, appeal, world, at):
        world.county_account.email = ""
        world.county_account.save()
        answer(appeal, world, at)
        assert (_told(), Mail.objects.count()) == (1, 0)


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
