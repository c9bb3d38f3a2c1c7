"""Telling lawyers on the roster that their account can be activated: by SMS, by e-mail, or by a printed slip.

An invitation holds no code: codes live for minutes. It says where to ask for one.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from qianchang.groundwork import audit
from qianchang.people.models import Account, Channel, Invitation, Lawyer
from qianchang.people.senders import NotSent, TextSender, text_sender
from qianchang.people.sent_codes import PATIENCE, Route, route_to

log = logging.getLogger(__name__)

# Nobody is invited again sooner, however often somebody presses the button.
AGAIN_AFTER = timedelta(days=7)
# So many at a time, so that one run holds a worker for a minute at most while gateways answer at once.
AT_A_TIME = 200
# A gateway that fails so often in a row is down: the rest waits for the next run.
GIVE_WAY_AFTER = 5
# A run claims what it sends for so long; what a killed worker leaves is then taken again.
LEASE = timedelta(minutes=15)
BACK_OFF = (5, 15, 60, 240, 960)  # minutes after the first, second ... failure; then it is given up
CHUNK = 1000


@dataclass(frozen=True)
class Invited:
    """How many lawyers are told by which way. `by_slip`: nobody can write to them, print a slip."""

    by_sms: int
    by_email: int
    by_slip: int

    @property
    def total(self) -> int:
        return self.by_sms + self.by_email + self.by_slip


def count_invitations(*, lawyer_ids: Sequence[int], at: datetime) -> Invited:
    """Return how many messages `invite_lawyers` would send, without sending any. Who has an account, or was invited in
    the last seven days, is in none of the numbers.
    """
    sender = text_sender()
    routes = [route_to(lawyer, sender) for lawyer in _to_invite(lawyer_ids, at=at)]
    return _counted(routes)


@transaction.atomic
def invite_lawyers(*, lawyer_ids: Sequence[int], by: Account | None, at: datetime) -> Invited:
    """Put an invitation for each lawyer without an account on its way, and return how many by which way. A worker sends
    them. Doing it again within seven days invites nobody again.
    """
    sender = text_sender()
    routes: list[Route | None] = []
    rows = []
    for lawyer in _to_invite(lawyer_ids, at=at):
        route = route_to(lawyer, sender)
        routes.append(route)
        if route is not None:
            rows.append(
                Invitation(lawyer=lawyer, channel=route.channel, invited_by=by, invited_at=at, next_try_at=at)
            )
    # Somebody may have pressed the same button at the same moment: one waiting invitation each is enough.
    Invitation.objects.bulk_create(rows, batch_size=CHUNK, ignore_conflicts=True)
    invited = _counted(routes)
    if rows:
        audit.record(
            "invited to activate",
            object_type="lawyers",
            object_key=str(len(rows)),
            by=by,
            at=at,
            by_sms=invited.by_sms,
            by_email=invited.by_email,
            by_slip=invited.by_slip,
        )
    return invited


def _to_invite(lawyer_ids: Sequence[int], *, at: datetime) -> Iterator[Lawyer]:
    recent = Invitation.objects.filter(lawyer=OuterRef("pk")).filter(
        Q(next_try_at__isnull=False) | Q(invited_at__gt=at - AGAIN_AFTER, given_up_at=None)
    )
    unique = list(dict.fromkeys(lawyer_ids))
    for start in range(0, len(unique), CHUNK):
        chunk = unique[start : start + CHUNK]
        yield from Lawyer.objects.filter(~Exists(recent), pk__in=chunk, account=None).order_by("pk")


def _counted(routes: Iterable[Route | None]) -> Invited:
    channels = [route.channel if route else None for route in routes]
    return Invited(
        by_sms=channels.count(Channel.SMS),
        by_email=channels.count(Channel.EMAIL),
        by_slip=channels.count(None),
    )


def send_invitations(*, at: datetime) -> int:
    """Send the invitations that are due, and return how many went out. What fails is tried again later and later, six
    times in all, without holding back the others; who has activated meanwhile is left in peace.
    """
    due = Invitation.objects.filter(next_try_at__lte=at).order_by("next_try_at", "pk")
    sender, mails = text_sender(), get_connection(timeout=PATIENCE)
    sent = failed_in_a_row = 0
    for pk in list(due.values_list("pk", flat=True)[:AT_A_TIME]):
        claimed = Invitation.objects.filter(pk=pk, next_try_at__lte=at).update(next_try_at=at + LEASE)
        if not claimed:
            continue
        invitation = Invitation.objects.select_related("lawyer").get(pk=pk)
        try:
            gone = _send(invitation, sender, mails)
        except (NotSent, OSError, SMTPException) as error:
            # The kind alone: what a mail server says names the address.
            kind = error if isinstance(error, NotSent) else type(error).__name__
            log.warning("invitation %d was not sent; it is tried again: %s", pk, kind)
            _put_off(invitation, at=at)
            failed_in_a_row += 1
            if failed_in_a_row >= GIVE_WAY_AFTER:
                break
        else:
            failed_in_a_row = 0
            sent += gone
            Invitation.objects.filter(pk=pk).update(
                next_try_at=None, **({"sent_at": at} if gone else {"given_up_at": at})
            )
    return sent


def _put_off(invitation: Invitation, *, at: datetime) -> None:
    tries = invitation.tries + 1
    again = tries <= len(BACK_OFF)
    Invitation.objects.filter(pk=invitation.pk).update(
        tries=tries,
        next_try_at=at + timedelta(minutes=BACK_OFF[tries - 1]) if again else None,
        given_up_at=None if again else at,
    )


def _send(invitation: Invitation, sender: TextSender | None, mails: BaseEmailBackend) -> bool:
    """Send one invitation. False: there is nobody to tell any more (activated, or the address is gone)."""
    lawyer = invitation.lawyer
    route = route_to(lawyer, sender)
    if lawyer.account_id is not None or route is None:
        return False
    words = {
        "name": lawyer.name,
        "association": lawyer.association.name_zh,
        "address": settings.SITE_ROOT_URL.rstrip("/") + reverse("people:activate"),
    }
    with translation.override(settings.LANGUAGE_CODE):
        if route.channel == Channel.SMS and sender is not None:
            text = _(
                "Qianchang: your account is ready. Set a password with licence number, name and phone: %(address)s"
            )
            sender.send(phone=route.address, text=text % words)
            return True
        subject = render_to_string("people/email/invitation_subject.txt", words)
        body = render_to_string("people/email/invitation.txt", words)
    EmailMessage(" ".join(subject.split()), body, to=[route.address], connection=mails).send()
    return True
