"""The outbox: a worker sends what waits, one mail after the other, and whatever fails holds nobody else back.

At least once: a mail is claimed before it is sent, and a worker that dies in between leaves it to the next one. Its
Message-ID stays the same, so that a mailbox that got it twice shows it once.
"""

import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import IntegrityError, transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.timezone import localdate, localtime, make_aware

from qianchang.groundwork import audit
from qianchang.people.masks import masked_email
from qianchang.people.models import Account, Mail, Notice
from qianchang.people.notices import rules, wording
from qianchang.people.notices.events import AT_ONCE, EVENTS, KEYS
from qianchang.people.notices.posting import wants

log = logging.getLogger(__name__)

State = Mail.State

# Seconds that a mail server may take to answer, and after which a run makes room for other work.
PATIENCE = 10
LONGEST_RUN = 45
# Mails that one run sends at most, and people whose summaries are written in one transaction.
AT_A_TIME = 500
SUMMARIES_AT_A_TIME = 500
# What could not be mailed for so long, because its reader wanted none or had no address, is not mailed any more.
SUMMARISED_FOR = timedelta(days=3)
# A mail server that does not answer at all is asked again after this.
SERVER_REST = timedelta(minutes=2)


@dataclass(frozen=True)
class Run:
    """What one run of the outbox did: mails sent, to be tried again, given up, and not wanted any more."""

    sent: int = 0
    later: int = 0
    refused: int = 0
    dropped: int = 0
    # The mail server did not answer, and the run ended with that.
    server_down: int = 0


# --- The one mail of the day --------------------------------------------------------------------------------


def compose_summaries(*, at: datetime) -> int:
    """Write the mail of the day for everybody with unread messages that were not mailed, once the hour of the site
    has come (QIANCHANG_SUMMARY_HOUR, local time), and return how many were written. One a day and person: the database
    refuses a second one.
    """
    here = localtime(at)
    if here.hour < settings.MAIL_SUMMARY_HOUR:
        return 0
    written = 0
    while numbers := list(_readers(here.date(), at)[:SUMMARIES_AT_A_TIME]):
        written += _write_summaries(numbers, here.date(), at)
    return written


def _unmailed(at: datetime) -> QuerySet[Notice]:
    return Notice.objects.filter(
        mail=None, read_at=None, posted_at__gt=at - SUMMARISED_FOR, posted_at__lte=at
    ).exclude(event__in=AT_ONCE)


def _readers(day: date, at: datetime) -> QuerySet[Account, int]:
    """Return the numbers of the accounts that a summary of the day is still to be written for."""
    waiting = Account.objects.filter(
        pk__in=_unmailed(at).values("account"), is_active=True, mails=Account.Mails.DAILY
    )
    reachable = waiting.exclude(Q(email="") | Q(email=F("refused_address")))
    return reachable.exclude(outbox__day=day).order_by("pk").values_list("pk", flat=True)


@transaction.atomic
def _write_summaries(numbers: list[int], day: date, at: datetime) -> int:
    accounts = Account.objects.filter(pk__in=numbers)
    rows = [
        Mail(account=each, address=each.email, day=day, not_before=at, created_at=at) for each in accounts
    ]
    Mail.objects.bulk_create(rows, ignore_conflicts=True)
    # Those of a second run at the same moment are left alone: they may be on their way already.
    mine = Mail.objects.filter(account__in=numbers, day=day, created_at=at, state=State.WAITING)
    (
        _unmailed(at)
        .filter(account__in=mine.values("account"))
        .update(mail=Subquery(mine.filter(account=OuterRef("account")).values("pk")[:1]))
    )
    return mine.count()


# --- Sending ------------------------------------------------------------------------------------------------


def send_waiting(*, now: Callable[[], datetime], most: int = AT_A_TIME) -> Run:
    """Send mails that wait, those that never failed first, at most so many and for as long as LONGEST_RUN. What a
    server refuses rests and is tried again, or is given up; a server that does not answer ends the run, and no mail
    loses an attempt by that. `now` is asked for the time, because sending takes some.
    """
    counts = {"sent": 0, "later": 0, "refused": 0, "dropped": 0, "server_down": 0}
    connection = get_connection(timeout=PATIENCE)
    begun = time.monotonic()
    waiting = Mail.objects.filter(state=State.WAITING, not_before__lte=now())
    try:
        for mail in waiting.select_related("account").order_by("attempts", "not_before", "pk")[:most]:
            if time.monotonic() - begun > LONGEST_RUN:
                break
            if not _claim(mail, at=now()):
                continue
            try:
                message = _message(mail)
            except Exception as error:  # whatever is wrong with one message must not hold back the next
                log.exception("mail %d cannot be put into words", mail.pk)
                counts[_note_failure(mail, error, at=now())] += 1
                continue
            if message is None:
                _end(mail, State.DROPPED, at=now())
                counts["dropped"] += 1
                continue
            try:
                connection.open()
            except (OSError, SMTPException) as error:
                _give_back(mail, error, at=now())
                log.warning("the mail server does not answer: %s", error)
                counts["server_down"] = 1
                break
            counts[_send(mail, message, connection, now=now)] += 1
    finally:
        connection.close()
    return Run(**counts)


def _send(mail: Mail, message: EmailMessage, connection: Any, *, now: Callable[[], datetime]) -> str:
    message.connection = connection
    try:
        message.send()
    except (OSError, SMTPException, ValueError) as error:  # ValueError: an address that no mail can bear
        # The line may be unusable now; the next mail opens a new one.
        connection.close()
        return _note_failure(mail, error, at=now())
    _end(mail, State.SENT, at=now())
    # The link of an opened account is a key to it. Nobody finds it here once it is on its way.
    Notice.objects.filter(mail=mail, event__in=KEYS).update(link=reverse("account_reset_password"))
    return "sent"


def _claim(mail: Mail, *, at: datetime) -> bool:
    """Take a mail, so that nobody else sends it; False when somebody was faster. The mail of a day that was put off
    becomes that of the day on which it goes, so that the database refuses a second one then too; it waits where there is
    one already.
    """
    mine = Mail.objects.filter(pk=mail.pk, state=State.WAITING, attempts=mail.attempts)
    try:
        with transaction.atomic():
            taken = mine.update(
                attempts=mail.attempts + 1,
                not_before=at + rules.rest_after(mail.attempts + 1),
                day=mail.day and localdate(at),
            )
    except IntegrityError:
        _put_off(mail, at=at)
        return False
    mail.attempts += 1
    return bool(taken)


def _put_off(mail: Mail, *, at: datetime) -> None:
    """Make a mail of the day that of the next day that has none."""
    day = localdate(at) + timedelta(days=1)
    while Mail.objects.filter(account=mail.account_id, day=day).exists():
        day += timedelta(days=1)
    hour = make_aware(datetime.combine(day, clock(settings.MAIL_SUMMARY_HOUR)))
    try:
        with transaction.atomic():
            Mail.objects.filter(pk=mail.pk, state=State.WAITING).update(day=day, not_before=hour)
    except IntegrityError:
        log.info("mail %d finds its day at the next run", mail.pk)


def _message(mail: Mail) -> EmailMessage | None:
    """Return the mail as it leaves; None when it is not wanted any more or was read."""
    notices = list(mail.notices.order_by("posted_at", "pk"))
    if mail.day:
        notices = [notice for notice in notices if notice.read_at is None]
    notices = [notice for notice in notices if wants(mail.account, EVENTS[notice.event])]
    if not notices:
        return None
    mail.address = mail.account.email
    letter = wording.letter(mail, notices)
    headers = {"Message-ID": message_id(mail.pk), "Auto-Submitted": "auto-generated"}
    if letter.stop_url:
        # RFC 8058: a mail program offers "unsubscribe" as a button of its own.
        headers["List-Unsubscribe"] = f"<{letter.stop_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return EmailMessage(letter.subject, letter.body, to=[mail.address], headers=headers)


def message_id(number: int) -> str:
    """Return the name of the mail with a number, for ever; nobody else can make it up."""
    seal = salted_hmac("qianchang.people.notices", str(number)).hexdigest()[:16]
    return f"<{number}.{seal}@{urlsplit(settings.SITE_ROOT_URL).hostname}>"


def _note_failure(mail: Mail, error: Exception, *, at: datetime) -> str:
    code, words = _answer(error)
    if isinstance(error, SMTPRecipientsRefused) and rules.is_no_address(code, words):
        refuse_address(mail, words, at=at)
        return "refused"
    if rules.is_last(mail.attempts):
        _end(mail, State.REFUSED, at=at, last_error=words)
        return "refused"
    Mail.objects.filter(pk=mail.pk).update(last_error=_kept(words, mail))
    log.warning("mail %d was not taken: %s; attempt %d", mail.pk, code or type(error).__name__, mail.attempts)
    return "later"


def _answer(error: Exception) -> tuple[int, str]:
    """Return the code of a mail server's answer (0: none) and its words."""
    code: int
    words: bytes | str
    if isinstance(error, SMTPRecipientsRefused) and error.recipients:
        code, words = next(iter(error.recipients.values()))
    elif isinstance(error, SMTPResponseException):
        code, words = error.smtp_code, error.smtp_error
    else:
        return 0, str(error) or type(error).__name__
    return int(code), f"{code} {words.decode(errors='replace') if isinstance(words, bytes) else words}"


def _give_back(mail: Mail, error: Exception, *, at: datetime) -> None:
    Mail.objects.filter(pk=mail.pk).update(
        attempts=mail.attempts - 1,
        not_before=at + SERVER_REST,
        last_error=_kept(str(error) or type(error).__name__, mail),
    )


def _end(mail: Mail, state: Mail.State, *, at: datetime, last_error: str = "") -> None:
    Mail.objects.filter(pk=mail.pk, state=State.WAITING).update(
        state=state, ended_at=at, last_error=_kept(last_error, mail), address=mail.address
    )


def _kept(words: str, mail: Mail) -> str:
    """Return what a server said as it is kept: servers repeat the address, which lists show masked."""
    if mail.address:
        words = re.sub(re.escape(mail.address), masked_email(mail.address), words, flags=re.IGNORECASE)
    return words[:200]


# --- Addresses that do not work -----------------------------------------------------------------------------


@transaction.atomic
def refuse_address(mail: Mail, words: str, *, at: datetime) -> None:
    """Note that a mail server refused the address of a mail for good: nothing more is sent there until the address
    is another one, or an administrator says that it works again.
    """
    give_up(mail, words, at=at)
    Account.objects.filter(pk=mail.account_id, email=mail.address).update(refused_address=mail.address)
    log.warning("the address of mail %d does not exist: %s", mail.pk, words[:3])


@transaction.atomic
def give_up(mail: Mail, words: str, *, at: datetime) -> None:
    """Note that a mail did not arrive, also one that was sent, and that it is not tried again by itself."""
    _end(mail, State.REFUSED, at=at, last_error=words)
    Mail.objects.filter(pk=mail.pk, state=State.SENT).update(
        state=State.REFUSED, ended_at=at, last_error=_kept(words, mail)
    )


@transaction.atomic
def try_again(*, mail: Mail, by: Account, at: datetime) -> None:
    """Send a mail that was given up once more, and trust its address again. One that waits or was sent stays as it
    is. One audit entry, without the address.
    """
    again = Mail.objects.filter(pk=mail.pk, state=State.REFUSED)
    if not again.update(state=State.WAITING, ended_at=None, attempts=0, not_before=at, last_error=""):
        return
    Account.objects.filter(pk=mail.account_id).update(refused_address="")
    audit.record("tried mail again", object_type="mail", object_key=str(mail.pk), by=by, at=at)
