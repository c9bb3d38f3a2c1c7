"""The reader's side: the messages of one account, and which mails somebody wants."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from qianchang.groundwork import audit
from qianchang.people.models import Account, Mail, Notice


class NoticeUnknown(Exception):
    """There is no such message, or it is somebody else's: from outside both look the same."""


def notices_of(account: Account) -> QuerySet[Notice]:
    """Return the messages of an account, latest first."""
    return Notice.objects.filter(account=account.pk).order_by("-posted_at", "-pk")


def notice_of(account: Account, pk: int) -> Notice:
    """Return one message of an account. Raises NoticeUnknown."""
    found = notices_of(account).filter(pk=pk).first()
    if found is None:
        raise NoticeUnknown(pk)
    return found


@transaction.atomic
def note_read(*, notice: Notice, at: datetime) -> None:
    """Note that a message was opened: the first time counts."""
    if notice.read_at is None and Notice.objects.filter(pk=notice.pk, read_at=None).update(read_at=at):
        _count_unread(notice.account_id)


@transaction.atomic
def note_all_read(*, account: Account, at: datetime) -> int:
    """Note that all messages of an account were read, and return how many were not."""
    many = Notice.objects.filter(account=account.pk, read_at=None).update(read_at=at)
    _count_unread(account.pk)
    return many


@transaction.atomic
def choose_mails(*, account: Account, mails: str, by: Account | None, at: datetime) -> None:
    """Store which mails somebody wants. `by` is None for the signed link in a mail, which needs no sign-in. The same
    again changes nothing. Raises ValueError for a choice that there is not.
    """
    wanted = Account.Mails(mails)
    if account.mails == wanted:
        return
    account.mails = wanted
    Account.objects.filter(pk=account.pk).update(mails=wanted)
    audit.record(
        "chose mails", object_type="account", object_key=str(account.pk), by=by, at=at, mails=wanted.value
    )


def keep_language(*, account: Account, language: str) -> None:
    """Store the language of the mails of an account: that in which it reads the pages."""
    if account.language != language:
        account.language = language
        Account.objects.filter(pk=account.pk).update(language=language)


def troubled_mails() -> QuerySet[Mail]:
    """Return the mails that a mail server refused or did not take yet: those given up first, latest first."""
    refused = Mail.objects.filter(state=Mail.State.REFUSED)
    waiting = Mail.objects.filter(state=Mail.State.WAITING).exclude(last_error="")
    return (refused | waiting).select_related("account").order_by("state", "-created_at", "-pk")


def _count_unread(account_id: int) -> None:
    # Whoever is told of something at this moment is counted before or after, and not lost between.
    Account.objects.select_for_update(no_key=True).only("pk").get(pk=account_id)
    left = Notice.objects.filter(account=account_id, read_at=None).count()
    Account.objects.filter(pk=account_id).update(unread_notices=left)
