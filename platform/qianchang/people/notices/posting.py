"""Telling people: one row for each message, and a row of the outbox where it goes by mail at once.

What waits for the one mail of the day is gathered by outbox.compose_summaries. Telling the same again (event, reader
and key) changes nothing, so whoever may have been interrupted simply tells it again.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.encoding import uri_to_iri

from qianchang.people.models import Account, Mail, Notice, NoticeRound
from qianchang.people.notices.events import EVENTS, Event

Words = Mapping[str, str | int]

# Rows written in one transaction: others wait no longer than for these.
AT_A_TIME = 500
# Characters of one word: twenty of them stay below the ten kilobytes of a mail.
LONGEST_WORD = 500
LONGEST_LINK = Notice._meta.get_field("link").max_length or 0
# The outbox goes by the time a mail waits for. What nothing works without goes before the thousands of a region.
HEAD_START = timedelta(days=1)


class UnableToPost(Exception):
    """The event is not known, a word that its text needs is missing, or the link is too long: a mistake of the caller."""


def post(
    *, event: str, account: Account, at: datetime, key: str, link: str = "", **words: str | int
) -> Notice | None:
    """Tell one person of one thing, once: it stands in the messages, and goes by mail as the event and the wishes of
    the person say. `key` is what happened, by our own number of it; `link` the page of its one action, within the
    site. Words named `x_en` stand in for `x` in English; `date` is a day like 2026-11-20.

    Returns the notice, also the one that was posted before; None for an account that is closed. Raises UnableToPost.
    """
    if not account.is_active:
        return None
    post_many(event=event, key=key, told={account.pk: words}, at=at, link=link)
    return Notice.objects.filter(event=event, key=key, account=account).first()


def post_many(*, event: str, key: str, told: Mapping[int, Words], at: datetime, link: str = "") -> int:
    """Tell many people of one thing, each once: `told` has the words for each account, by its number. Closed accounts
    are left out. Returns how many were told now. Raises UnableToPost.
    """
    known = _known(event)
    # With its Chinese as such a link is a ninth as long as `reverse` writes it; wording.py writes it out again.
    link = uri_to_iri(link)
    if len(link) > LONGEST_LINK:
        raise UnableToPost(f"the link of {event} is longer than {LONGEST_LINK} signs")
    for words in told.values():
        _refuse_missing(known, words)
    numbers, count = sorted(told), 0
    for start in range(0, len(numbers), AT_A_TIME):
        some = {number: told[number] for number in numbers[start : start + AT_A_TIME]}
        count += _post(known, key, some, at=at, link=link)
    return count


def is_told(event: str, key: str) -> bool:
    """Tell whether a round of telling many was finished."""
    return NoticeRound.objects.filter(event=event, key=key).exists()


def finish_round(*, event: str, key: str, told: int, at: datetime) -> None:
    """Note that a round of telling many is finished, and how many were told. Again changes nothing."""
    NoticeRound.objects.get_or_create(event=event, key=key, defaults={"told": told, "finished_at": at})


def wants(account: Account, event: Event) -> bool:
    """Tell whether an account gets an event by mail at all: it has an address that works, and wants it."""
    if not account.is_active or not account.email or account.email == account.refused_address:
        return False
    if event.always:
        return True
    if event.at_once:
        return account.mails != Account.Mails.NONE
    return account.mails == Account.Mails.DAILY


@transaction.atomic
def _post(event: Event, key: str, told: Mapping[int, Words], *, at: datetime, link: str) -> int:
    # Whoever tells the same people of something at this moment waits here, in the same order.
    readers = Account.objects.filter(pk__in=list(told), is_active=True).order_by("pk")
    readers = readers.select_for_update(no_key=True)
    locked = list(readers)
    before = Notice.objects.filter(event=event.code, key=key, account__in=locked)
    known = set(before.values_list("account", flat=True))
    accounts = [each for each in locked if each.pk not in known]
    mails: Sequence[Mail] = []
    if event.at_once:
        not_before = at - HEAD_START if event.always else at
        mails = Mail.objects.bulk_create(
            Mail(account=each, address=each.email, not_before=not_before, created_at=at)
            for each in accounts
            if wants(each, event)
        )
    by_account = {mail.account_id: mail for mail in mails}
    Notice.objects.bulk_create(
        Notice(
            account=each,
            event=event.code,
            key=key,
            link=link,
            words=_plain(told[each.pk]),
            posted_at=at,
            mail=by_account.get(each.pk),
        )
        for each in accounts
    )
    Account.objects.filter(pk__in=[each.pk for each in accounts]).update(
        unread_notices=F("unread_notices") + 1
    )
    return len(accounts)


def _known(event: str) -> Event:
    try:
        return EVENTS[event]
    except KeyError as error:
        raise UnableToPost(f"there is no event {event!r}") from error


def _refuse_missing(event: Event, words: Words) -> None:
    missing = [word for word in event.words if word not in words]
    if missing:
        raise UnableToPost(f"{event.code} needs {', '.join(missing)}")


def _plain(words: Words) -> dict[str, str | int]:
    return {name: value if isinstance(value, int) else _cut(str(value)) for name, value in words.items()}


def _cut(word: str) -> str:
    return word if len(word) <= LONGEST_WORD else f"{word[: LONGEST_WORD - 1]}…"
