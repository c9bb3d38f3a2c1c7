"""What a message says: from the templates of its event, in the language of the reader."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.core import signing
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.encoding import iri_to_uri
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from qianchang.people.models import Account, Mail, Notice
from qianchang.people.notices.events import EVENTS

# A summary lists so many messages; the page of messages has them all.
LISTED = 20
UNSUBSCRIBE_SALT = "qianchang.people.notices"


@dataclass(frozen=True)
class Said:
    """One message in words. `link` is the address of its one action, within the site; empty where there is none."""

    subject: str
    text: str
    action: str
    link: str
    because: str


@dataclass(frozen=True)
class Letter:
    """One mail in words."""

    subject: str
    body: str
    stop_url: str


def said(notice: Notice) -> Said:
    """Return what a notice says in the present language."""
    event = EVENTS[notice.event]
    context = _localised(notice.words)
    subject = render_to_string(f"mail/{event.code}_subject.txt", context)
    return Said(
        subject=" ".join(subject.split()),
        text=render_to_string(f"mail/{event.code}.txt", context).strip(),
        action=str(event.action),
        link=iri_to_uri(notice.link),
        because=str(event.because),
    )


def letter(mail: Mail, notices: Sequence[Notice]) -> Letter:
    """Return a mail in words, in the language of its reader: of one notice its own text, of several their subjects.

    `notices` are what the mail carries, oldest first, at least one.
    """
    with in_language_of(mail.account):
        first = said(notices[0])
        # The name a letter begins with.
        context: dict[str, Any] = {
            "name": str(mail.account),
            "stop_url": _stop_url(mail),
        }
        if len(notices) == 1:
            context |= {"text": first.text, "action": first.action, "because": first.because}
            context["url"] = absolute(first.link) if first.link else ""
            subject = first.subject
        else:
            subject = _("%(subject)s (%(total)d messages)") % {
                "subject": first.subject,
                "total": len(notices),
            }
            subjects = [first.subject, *(said(notice).subject for notice in notices[1:LISTED])]
            context |= {"subjects": subjects, "more": len(notices) - len(subjects)}
            context |= {"action": _("Read the messages"), "because": _("It is one mail a day at most.")}
            context["url"] = absolute(reverse("people:messages"))
        return Letter(subject, render_to_string("mail/frame.txt", context), context["stop_url"])


def absolute(link: str) -> str:
    """Return the address of a page of the site as a mail needs it."""
    return settings.SITE_ROOT_URL.rstrip("/") + link


def unsubscribe_token(account: Account, choice: str) -> str:
    """Return the signed word of a link that sets which mails an account gets, without signing in."""
    return signing.dumps([account.pk, choice], salt=UNSUBSCRIBE_SALT)


def read_token(token: str) -> tuple[int, str] | None:
    """Return the number of the account and the choice of a signed word; None for one that is not ours."""
    try:
        pk, choice = signing.loads(token, salt=UNSUBSCRIBE_SALT)
    except signing.BadSignature:
        return None
    return int(pk), str(choice)


def _stop_url(mail: Mail) -> str:
    """A link that leaves out this kind of mail; none where nothing works without it."""
    if any(EVENTS[notice.event].always for notice in mail.notices.all()):
        return ""
    choice = Account.Mails.IMPORTANT if mail.day else Account.Mails.NONE
    return absolute(reverse("people:mail_choice", args=[unsubscribe_token(mail.account, choice)]))


@contextmanager
def in_language_of(account: Account) -> Iterator[None]:
    """Speak the language of an account: for words that are made before they are posted."""
    with translation.override(account.language or settings.LANGUAGE_CODE):
        yield


def _localised(words: Mapping[str, Any]) -> dict[str, Any]:
    """Words as the templates need them: `title_en` stands in for `title` in English, days (2026-11-20) and months
    (2026-11) are written out.
    """
    english = translation.get_language() == "en"
    context = dict(words)
    for name, value in words.items():
        if english and value and name.endswith("_en"):
            context[name.removesuffix("_en")] = value
        # 11 月 20 日, 20 November: the year is the present one or the next, everybody knows.
        if name == "date" and value:
            context[name] = date_format(date.fromisoformat(str(value)), _("j F"))
        if name == "month" and value:
            context[name] = date_format(date.fromisoformat(f"{value}-01"), _("F"))
    return context
