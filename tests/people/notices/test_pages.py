"""The page of messages, the wish about mails, the link at the foot of a mail, and what an administrator sees."""

import re

import pytest
from django.test import Client

from qianchang.groundwork.models import AuditEntry
from qianchang.people import notices
from qianchang.people.models import Account, Mail, Notice
from qianchang.people.notices import outbox, reading, wording

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(world):
    account = world.county_account
    account.email = "wei@example.com"
    account.save(update_fields=["email"])
    return account


def tell(account, world, key="1", title="医疗纠纷", event="class_place"):
    return notices.post(event=event, account=account, at=world.now, key=key, link="/my/", title=title)


class TestMessages:
    def test_they_show_what_the_mail_says_and_what_is_unread(self, reader, world, client_for):
        tell(reader, world)
        page = client_for(reader).get("/account/messages/").content.decode()
        assert "《医疗纠纷》有名额了，已为你报上名" in page
        assert "未读" in page
        assert "消息 (1)" in page

    def test_opening_one_reads_it_and_leads_on(self, reader, world, client_for):
        told = tell(reader, world)
        browser = client_for(reader)
        page = browser.get(f"/account/messages/{told.pk}/").content.decode()
        assert 'href="/my/"' in page
        assert "打开课程" in page
        assert "未读" not in browser.get("/account/messages/").content.decode()

    def test_all_are_read_with_one_button(self, reader, world, client_for):
        for number in range(3):
            tell(reader, world, key=str(number))
        browser = client_for(reader)
        page = browser.post("/account/messages/read/", follow=True).content.decode()
        assert "已把 3 条消息标为已读" in page
        assert not Notice.objects.filter(account=reader, read_at=None).exists()

    def test_somebody_elses_looks_like_none_at_all(self, reader, world, client_for):
        told = tell(reader, world)
        browser = client_for(world.expert)
        assert browser.get(f"/account/messages/{told.pk}/").status_code == 404
        assert browser.get("/account/messages/999999/").status_code == 404
        assert Notice.objects.get(pk=told.pk).read_at is None

    def test_a_guest_signs_in_first_and_comes_back(self, client):
        answer = client.get("/account/messages/5/")
        assert answer.status_code == 302
        assert answer["Location"] == "/account/login/?next=/account/messages/5/"

    def test_the_list_is_paged_and_asks_no_more_for_more(
        self, reader, world, client_for, django_assert_max_num_queries
    ):
        for number in range(45):
            tell(reader, world, key=str(number))
        browser = client_for(reader)
        with django_assert_max_num_queries(9):
            page = browser.get("/account/messages/").content.decode()
        assert page.count("<time") == 20
        assert "1 / 3" in page

    def test_nothing_yet_says_so(self, reader, client_for):
        assert "还没有消息" in client_for(reader).get("/account/messages/").content.decode()

    def test_words_of_others_are_text_and_not_markup(self, reader, world, client_for):
        told = tell(reader, world, title="<b>x</b>&")
        page = client_for(reader).get(f"/account/messages/{told.pk}/").content.decode()
        assert "<b>x</b>" not in page
        assert "&lt;b&gt;x&lt;/b&gt;&amp;" in page


class TestWishes:
    def test_they_stand_on_the_settings_and_are_kept(self, reader, client_for):
        browser = client_for(reader)
        assert 'value="daily" checked' in browser.get("/account/settings/").content.decode()
        browser.post("/account/mails/", {"mails": "important"})
        reader.refresh_from_db()
        assert reader.mails == "important"
        assert AuditEntry.objects.filter(verb="chose mails").count() == 1

    def test_anything_else_changes_nothing_and_says_what_to_do(self, reader, client_for):
        page = client_for(reader).post("/account/mails/", {"mails": "hourly"}, follow=True).content.decode()
        assert "请在三项里选一项" in page
        reader.refresh_from_db()
        assert reader.mails == "daily"

    def test_the_language_of_the_pages_is_that_of_the_mails(self, reader, client_for):
        client_for(reader).post("/i18n/setlang/", {"language": "en", "next": "/"})
        reader.refresh_from_db()
        assert reader.language == "en"
        client_for(reader).post("/i18n/setlang/", {"language": "tlh", "next": "/"})
        reader.refresh_from_db()
        assert reader.language == "en"

    def test_a_guest_changes_the_pages_only(self, client):
        answer = client.post("/i18n/setlang/", {"language": "en", "next": "/"})
        assert answer.cookies["django_language"].value == "en"


class TestLinkInTheMail:
    @pytest.fixture
    def link(self, reader, world):
        tell(reader, world, event="lecture_published")
        mail = Mail.objects.get()
        return re.sub(r"^https?://[^/]+", "", wording.letter(mail, list(mail.notices.all())).stop_url)

    def test_it_works_without_signing_in_and_asks_before_it_changes_anything(self, reader, link):
        browser = Client()
        page = browser.get(link).content.decode()
        assert "要收哪些邮件" in page
        reader.refresh_from_db()
        assert reader.mails == "daily"
        browser.post(link, {"mails": "important"})
        reader.refresh_from_db()
        assert reader.mails == "important"

    def test_a_mail_program_does_it_with_one_click(self, reader, link):
        strict = Client(enforce_csrf_checks=True)
        assert strict.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
        reader.refresh_from_db()
        assert reader.mails == Account.Mails.NONE

    def test_a_summary_offers_to_keep_the_important_ones(self, reader, world):
        tell(reader, world)
        outbox.compose_summaries(at=world.now)
        mail = Mail.objects.get()
        stop = wording.letter(mail, list(mail.notices.all())).stop_url
        assert wording.read_token(stop.rstrip("/").rsplit("/", 1)[1]) == (reader.pk, "important")

    def test_a_link_that_was_changed_does_nothing(self, reader, link):
        for broken in (link[:-3] + "x/", "/account/mails/nonsense/"):
            answer = Client().post(broken, {"mails": "none"})
            assert answer.status_code == 404
            assert "这个链接打不开" in answer.content.decode()
        reader.refresh_from_db()
        assert reader.mails == "daily"

    def test_no_choice_says_what_to_do(self, reader, link):
        assert "请选择要收哪些邮件" in Client().post(link, {}).content.decode()


class TestAdministration:
    @pytest.fixture
    def refused(self, reader, world):
        tell(reader, world, event="lecture_published")
        mail = Mail.objects.get()
        outbox.refuse_address(mail, "550 no such user", at=world.now)
        return mail

    def test_the_administrator_sees_what_failed_with_the_address_masked(self, refused, world, client_for):
        page = client_for(world.administrator).get("/manage/mails/").content.decode()
        assert "550 no such user" in page
        assert "w****@example.com" in page
        assert "wei@example.com" not in page

    def test_it_is_sent_again_by_a_button(self, refused, reader, world, client_for):
        client_for(world.administrator).post(f"/manage/mails/{refused.pk}/again/")
        refused.refresh_from_db()
        reader.refresh_from_db()
        assert (refused.state, reader.refused_address) == ("waiting", "")

    def test_nobody_else_sees_or_does_it(self, refused, world, client_for):
        for account in (world.beneficiary_officer, world.editor, world.county_account):
            assert client_for(account).get("/manage/mails/").status_code == 403
            assert client_for(account).post(f"/manage/mails/{refused.pk}/again/").status_code == 403
        refused.refresh_from_db()
        assert refused.state == "refused"

    def test_the_settings_tell_the_reader(self, refused, reader, client_for):
        assert "没有这个地址" in client_for(reader).get("/account/settings/").content.decode()


def test_reading_is_counted_on_the_account(reader, world):
    reading.note_read(notice=tell(reader, world), at=world.now)
    reader.refresh_from_db()
    assert reader.unread_notices == 0
