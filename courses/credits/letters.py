"""Mails about appeals: plain text, one subject, one action. Source: product-design.md, section 8."""

import logging
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from courses.credits import wording
from courses.credits.models import Appeal

log = logging.getLogger(__name__)

# An answer that could not be mailed is tried again for so long; it stands on its page in any case.
TRY_FOR = timedelta(days=3)
# So many mails at a time, so that one slow mail server does not hold a worker for long.
AT_A_TIME = 20
# Seconds that a mail server may take to answer.
PATIENCE = 10


def mail_answers(*, at: datetime) -> int:
    """Mail every answer of the last days that was not mailed yet to the lawyer who asked, and return how many
    went out. An answer is claimed before it is sent, so that it goes out at most once however often and however
    many at once this is called; what the mail server refuses is given back and tried again.
    """
    waiting = Appeal.objects.filter(
        decided_at__gt=at - TRY_FOR, mailed_at=None, lawyer__account__is_active=True
    ).exclude(lawyer__account__email="")
    rows = waiting.select_related(
        "lawyer__account",
        "lawyer__association",
        "entry__lecture",
        "span__playback__lecture_version__lecture",
    )
    sent = 0
    for appeal in rows.order_by("decided_at", "pk")[:AT_A_TIME]:
        if not Appeal.objects.filter(pk=appeal.pk, mailed_at=None).update(mailed_at=at):
            continue
        try:
            answer_mail(appeal).send()
        except (OSError, SMTPException):
            Appeal.objects.filter(pk=appeal.pk).update(mailed_at=None)
            log.warning("the answer of appeal %d was not mailed; it is tried again", appeal.pk, exc_info=True)
        else:
            sent += 1
    return sent


def answer_mail(appeal: Appeal) -> EmailMessage:
    """Return the mail that tells a lawyer what became of an appeal, in the language of the site."""
    account = appeal.lawyer.account
    assert account is not None  # noqa: S101 - the caller chose those with an account
    root = settings.SITE_ROOT_URL.rstrip("/")
    with translation.override(settings.LANGUAGE_CODE):
        context = {
            "appeal": appeal,
            "about": wording.subject_words(appeal),
            "address": root + reverse("credits:my_appeal", args=[appeal.pk]),
            "settings_address": root + reverse("account_email"),
        }
        subject = render_to_string("courses/credits/email/appeal_answered_subject.txt", context)
        body = render_to_string("courses/credits/email/appeal_answered.txt", context)
    return EmailMessage(
        " ".join(subject.split()), body, to=[account.email], connection=get_connection(timeout=PATIENCE)
    )
