"""Telling people: once, in their language, by mail as the event and their wishes say."""

from urllib.parse import quote

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from qianchang.people import notices
from qianchang.people.models import Account, Mail, Notice
from qianchang.people.notices import reading, wording

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(world):
    account = world.county_account
    account.email = "wei@example.com"
    account.save(update_fields=["email"])
    return account


def tell(reader, world, key="1", **words):
    return notices.post(
        event="lecture_published",
        account=reader,
        at=world.now,
        key=key,
        link="/teach/7/",
        title="医疗纠纷",
        **words,
    )


class TestPost:
    def test_the_same_told_twice_is_one_message_and_one_mail(self, reader, world):
        first = tell(reader, world)
        again = tell(reader, world)
        assert first.pk == again.pk
        assert (Notice.objects.count(), Mail.objects.count()) == (1, 1)
        reader.refresh_from_db()
        assert reader.unread_notices == 1

    def test_another_key_is_another_message(self, reader, world):
        tell(reader, world)
        tell(reader, world, key="2")
        assert Notice.objects.count() == 2

    def test_the_database_refuses_a_second_one_whoever_writes_it(self, reader, world):
        tell(reader, world)
        with pytest.raises(IntegrityError), transaction.atomic():
            Notice.objects.create(account=reader, event="lecture_published", key="1", posted_at=world.now)

    def test_a_closed_account_is_told_nothing(self, reader, world):
        reader.is_active = False
        reader.save()
        assert tell(reader, world) is None
        assert not Notice.objects.exists()

    def test_an_unknown_event_or_a_missing_word_is_a_mistake_of_the_caller(self, reader, world):
        with pytest.raises(notices.UnableToPost, match="no event"):
            notices.post(event="full_moon", account=reader, at=world.now, key="1")
        with pytest.raises(notices.UnableToPost, match="needs title"):
            notices.post(event="lecture_published", account=reader, at=world.now, key="1")
        assert not Notice.objects.exists()

    def test_only_the_marked_events_make_a_mail_at_once(self, reader, world):
        notices.post(event="lecture_received", account=reader, at=world.now, key="1", title="医疗纠纷")
        assert not Mail.objects.exists()

    @pytest.mark.parametrize(
        ("mails", "event", "words", "expected"),
        [
            (Account.Mails.IMPORTANT, "lecture_published", {"title": "x"}, 1),
            (Account.Mails.NONE, "lecture_published", {"title": "x"}, 0),
            (Account.Mails.NONE, "account_ready", {"days": 3}, 1),
        ],
    )
    def test_wishes_hold_but_for_what_nothing_works_without(
        self, reader, world, mails, event, words, expected
    ):
        reading.choose_mails(account=reader, mails=mails, by=reader, at=world.now)
        notices.post(event=event, account=reader, at=world.now, key="1", **words)
        assert Mail.objects.count() == expected
        assert Notice.objects.count() == 1, "the page of messages has it in any case"

    def test_without_an_address_there_is_a_message_and_no_mail(self, world):
        tell(world.county_account, world)
        assert (Notice.objects.count(), Mail.objects.count()) == (1, 0)

    def test_words_are_cut_before_they_make_a_mail_too_long(self, reader, world):
        told = notices.post(
            event="lecture_returned",
            account=reader,
            at=world.now,
            key="1",
            title="医" * 3000,
            count=1,
            reason="改" * 30000,
        )
        letter = wording.letter(told.mail, [told])
        assert len((letter.subject + letter.body).encode()) < 10_000

    def test_what_was_cut_says_so(self, reader, world):
        words = {"title": "x", "count": 1, "reason": "改" * 501}
        told = notices.post(event="lecture_returned", account=reader, at=world.now, key="1", **words)
        assert told.words["reason"] == "改" * 499 + "…"

    def test_the_address_of_a_page_with_a_long_chinese_name_fits_and_works(self, reader, world):
        # Given an address as `reverse` writes it, nine signs for each Chinese one
        link = "/lectures/12-" + quote("医疗损害责任纠纷案件代理实务" * 5) + "/"
        told = notices.post(
            event="lecture_published", account=reader, at=world.now, key="1", link=link, title="x"
        )
        assert len(told.link) <= Notice._meta.get_field("link").max_length
        assert wording.said(told).link == link
        assert f"http://127.0.0.1:8000{link}" in wording.letter(told.mail, [told]).body

    def test_an_address_that_is_too_long_is_a_mistake_of_the_caller(self, reader, world):
        with pytest.raises(notices.UnableToPost, match="link"):
            notices.post(
                event="lecture_published", account=reader, at=world.now, key="1", link="/" * 301, title="x"
            )


class TestMany:
    def test_everybody_is_told_once_also_after_an_interruption(self, reader, world):
        told = {reader.pk: {"title": "x"}, world.expert.pk: {"title": "y"}}
        notices.post(event="class_place", account=world.expert, at=world.now, key="k", title="y")
        assert notices.post_many(event="class_place", key="k", told=told, at=world.now) == 1
        assert notices.post_many(event="class_place", key="k", told=told, at=world.now) == 0
        assert Notice.objects.count() == 2

    def test_the_statements_do_not_grow_with_the_people(self, world, django_assert_max_num_queries):
        many = Account.objects.bulk_create(
            Account(username=f"a{number}", email=f"a{number}@example.com") for number in range(200)
        )
        told = {each.pk: {"title": "x", "count": 1, "reason": "y"} for each in many}
        with django_assert_max_num_queries(12):
            assert notices.post_many(event="lecture_returned", key="k", told=told, at=world.now) == 200
        assert Mail.objects.count() == 200

    def test_a_round_is_finished_once(self, world):
        assert not notices.is_told("year_end", "2026:30")
        notices.finish_round(event="year_end", key="2026:30", told=5, at=world.now)
        notices.finish_round(event="year_end", key="2026:30", told=7, at=world.now)
        assert notices.is_told("year_end", "2026:30")


class TestReading:
    def test_opening_counts_the_unread_down(self, reader, world):
        told = tell(reader, world)
        tell(reader, world, key="2")
        reading.note_read(notice=told, at=world.later(hours=1))
        reader.refresh_from_db()
        assert reader.unread_notices == 1
        assert reading.note_all_read(account=reader, at=world.later(hours=2)) == 1
        reader.refresh_from_db()
        assert reader.unread_notices == 0

    def test_nobody_elses_message_is_found(self, reader, world):
        told = tell(reader, world)
        with pytest.raises(reading.NoticeUnknown):
            reading.notice_of(world.expert, told.pk)


def test_nothing_is_sent_by_posting(reader, world):
    tell(reader, world)
    assert mail.outbox == []
