"""Mails that come back later: delivery status notifications (RFC 3464), as the mail server hands them on.

A mail server may take a mail and find out afterwards that there is no such box. Its notification names our Message-ID,
whose seal nobody can make up: a forged one shuts nobody's mails off.
"""

import re
from datetime import datetime
from email.message import Message

from django.utils.crypto import constant_time_compare

from qianchang.people.models import Mail
from qianchang.people.notices import outbox, rules

# The class of a reply that its status code stands for: 5yz.
PERMANENT = 500
_NAME = re.compile(r"<(\d{1,18})\.[0-9a-f]{16}@[^<>\s]+>")


def record_bounce(notification: Message, *, at: datetime) -> Mail | None:
    """Note what a delivery status notification says: a mail that failed for good (status 5.x.x), and when there is no such
    address, nothing more is sent there. Returns the mail; None for what says nothing final, or is not about a mail of ours.
    """
    failure = _failure(notification)
    mail = _mail_of(notification) if failure else None
    if mail is None:
        return None
    if rules.is_no_address(PERMANENT, failure):
        outbox.refuse_address(mail, failure, at=at)
    else:
        outbox.give_up(mail, failure, at=at)
    return mail


def _failure(notification: Message) -> str:
    """Return in the server's words why delivery failed for good; empty when it did not."""
    for part in notification.walk():
        if str(part.get("Action", "")).strip().lower() == "failed":
            status = str(part.get("Status", "")).strip()
            if status.startswith("5."):
                said = " ".join(str(part.get("Diagnostic-Code", "")).split())
                return f"{status} {said.partition(';')[2].strip() or said}".strip()
    return ""


def _mail_of(notification: Message) -> Mail | None:
    for part in notification.walk():
        returned = str(part.get("Message-ID", ""))
        if part.get_content_type() == "text/rfc822-headers":
            returned += str(part.get_payload())
        for match in _NAME.finditer(returned):
            # The seal is looked at first: a message full of made-up names costs the database nothing.
            if constant_time_compare(match[0], outbox.message_id(int(match[1]))):
                return Mail.objects.filter(pk=int(match[1])).select_related("account").first()
    return None
