"""manage.py record_bounce < message: what the mail server's alias for returned mails is piped into."""

import email
import email.policy
import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from qianchang.people.notices.bounces import record_bounce


class Command(BaseCommand):
    help = "Read one delivery status notification from standard input and stop mails to an address that does not exist."

    def handle(self, *args: Any, **options: Any) -> None:
        """Read the notification; anything else is said and no failure, or the mail server would answer it."""
        message = email.message_from_binary_file(sys.stdin.buffer, policy=email.policy.compat32)
        mail = record_bounce(message, at=timezone.now())
        self.stdout.write(f"mail {mail.pk}: not delivered" if mail else "nothing final about a mail of ours")
