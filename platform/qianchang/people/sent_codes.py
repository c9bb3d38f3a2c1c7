"""A code by SMS or e-mail: for whoever knows licence number, name and phone as they stand on the roster.

The answer to a request never depends on the roster, nor does its work: a row is written in every case, and the worker
that looks for new rows alone finds out that there is nobody to send to.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from qianchang.groundwork import audit
from qianchang.people import rules, walls
from qianchang.people.activation import (
    TRIES,
    ActivationRefused,
    code_fits,
    fresh_code,
    holds_role,
    open_for,
    same_text,
)
from qianchang.people.models import Account, Channel, CodeRequest, Lawyer
from qianchang.people.senders import NotSent, TextSender, text_sender

log = logging.getLogger(__name__)

# Six digits, 5 tries a request, and so few requests a day on one number (settings, ACCOUNT_RATE_LIMITS) that a guesser
# who knows name and phone has 40 tries a day against 10^6 codes.
CODE_DIGITS = 6
CODE_HOLDS = timedelta(minutes=10)
# What fails so often in a row is down: the rest waits for the next run.
GIVE_WAY_AFTER = 5
# Seconds that a mail server may take to answer.
PATIENCE = 10


@dataclass(frozen=True)
class Route:
    """By which way, and to which number or address, a message for a lawyer goes."""

    channel: Channel
    address: str


def route_to(lawyer: Lawyer, sender: TextSender | None) -> Route | None:
    """Return the way to a lawyer: a text message where the site sends them and the roster has a number, else e-mail,
    else None: then only a slip is left.
    """
    if sender is not None and rules.is_mobile_number(rules.plain_phone(lawyer.phone)):
        return Route(Channel.SMS, rules.plain_phone(lawyer.phone))
    return Route(Channel.EMAIL, lawyer.email) if lawyer.email else None


@walls.as_platform("activation: nobody is signed in yet")
def request_code(*, licence_number: str, name: str, phone: str, at: datetime) -> CodeRequest:
    """Note that a code is asked for, and return the row: of a lawyer if all three stand on the roster so, of nobody
    otherwise. Nothing is sent here.
    """
    lawyer = Lawyer.objects.filter(licence_number=rules.plain_licence_number(licence_number)).first()
    same_name = same_text(rules.plain_name(name), rules.plain_name(lawyer.name if lawyer else ""))
    same_phone = same_text(rules.plain_phone(phone), rules.plain_phone(lawyer.phone if lawyer else ""))
    fits = lawyer is not None and bool(lawyer.phone) and same_name and same_phone
    return CodeRequest.objects.create(lawyer=lawyer if fits else None, requested_at=at)


def send_code(*, request_id: int, at: datetime) -> bool:
    """Make the code of a request and send it, if there is anybody to send to; tell whether it went out. A request is
    claimed first, so that its code goes out once however many workers ask. Who holds a role gets none (see
    `activation.holds_role`).

    Raises NotSent when gateway or mail server were not reached or did not take it: then the request was given back, and
    may be tried again as long as it is younger than ten minutes.
    """
    request = (
        CodeRequest.objects.select_related("lawyer__account").filter(pk=request_id, sent_at=None).first()
    )
    if request is None or request.lawyer is None or at - request.requested_at >= CODE_HOLDS:
        return False
    lawyer = request.lawyer
    sender = text_sender()
    route = route_to(lawyer, sender)
    if route is None or (lawyer.account is not None and holds_role(lawyer.account, at=at)):
        return False
    code = fresh_code(CODE_DIGITS)
    claimed = CodeRequest.objects.filter(pk=request_id, sent_at=None).update(
        sent_at=at, code_hash=make_password(code), channel=route.channel
    )
    if not claimed:
        return False
    try:
        _send(code, route, sender)
    except SMTPRecipientsRefused:
        log.warning("the mail server refuses the address of request %d", request_id)
        return False
    except (NotSent, OSError, SMTPException) as error:
        CodeRequest.objects.filter(pk=request_id).update(sent_at=None, code_hash="", channel="")
        # The kind alone: what a mail server says names the address.
        kind = error if isinstance(error, NotSent) else type(error).__name__
        raise NotSent(f"the code of request {request_id} was not sent: {kind}") from None
    audit.record(
        "activation code sent",
        object_type="lawyer",
        object_key=str(lawyer.pk),
        by=None,
        at=at,
        channel=str(route.channel),
    )
    return True


def send_waiting_codes(*, at: datetime) -> int:
    """Send the codes of all requests that no worker took yet, and return how many went out. What fails is tried again by
    the next run; after five failures in a row this one ends, so that a gateway that is down holds no worker for long.
    """
    waiting = CodeRequest.objects.filter(
        sent_at=None, used_at=None, lawyer__isnull=False, requested_at__gt=at - CODE_HOLDS
    )
    sent = failed_in_a_row = 0
    for pk in waiting.order_by("pk").values_list("pk", flat=True)[:100]:
        try:
            sent += send_code(request_id=pk, at=at)
        except NotSent as error:
            log.warning("%s; it is tried again", error)
            failed_in_a_row += 1
            if failed_in_a_row >= GIVE_WAY_AFTER:
                break
        else:
            failed_in_a_row = 0
    return sent


def _send(code: str, route: Route, sender: TextSender | None) -> None:
    minutes = int(CODE_HOLDS.total_seconds() // 60)
    with translation.override(settings.LANGUAGE_CODE):
        if route.channel == Channel.SMS and sender is not None:
            text = _(
                "Qianchang: your code is %(code)s, for %(minutes)d minutes. Tell it to nobody, not to us either."
            )
            sender.send(phone=route.address, text=text % {"code": code, "minutes": minutes})
            return
        words = {"code": code, "minutes": minutes}
        subject = render_to_string("people/email/code_subject.txt", words)
        body = render_to_string("people/email/code.txt", words)
    connection = get_connection(timeout=PATIENCE)
    EmailMessage(" ".join(subject.split()), body, to=[route.address], connection=connection).send()


@walls.as_platform("activation: nobody is signed in yet")
def activate_with_code(*, request_id: int, code: str, password: str, at: datetime) -> Account:
    """Open the account, or give it a new password, with the code that was sent for a request, and use the code up.

    Raises ActivationRefused when the code is wrong, older than ten minutes, used, or was tried wrongly five times, and
    for a request that fits nobody; PasswordRefused costs no try.
    """
    with transaction.atomic():
        request = (
            CodeRequest.objects.select_for_update(of=("self",))
            .select_related("lawyer__account")
            .filter(pk=request_id)
            .first()
        )
        if request is not None and _holds(request, code, at=at):
            lawyer = request.lawyer
            assert lawyer is not None  # noqa: S101 - a code is made only for a lawyer
            # Used first: opening the account sweeps away the other requests of this lawyer.
            CodeRequest.objects.filter(pk=request.pk).update(used_at=at)
            return open_for(
                lawyer, password=password, at=at, reached_by_email=request.channel == Channel.EMAIL
            )
        if request is not None and request.wrong_tries < TRIES:
            request.wrong_tries += 1
            request.save(update_fields=["wrong_tries"])
    raise ActivationRefused(
        _(
            "This code does not fit. A code works once, for 10 minutes and 5 tries. Type the digits of the last message, "
            "or ask for another code."
        )
    )


def _holds(request: CodeRequest, code: str, *, at: datetime) -> bool:
    """Tell whether a code is the one that was sent. The hash is computed in every case."""
    right = code_fits(code, request.code_hash)
    sent_at = request.sent_at
    fresh = sent_at is not None and at - sent_at < CODE_HOLDS
    return right and fresh and request.used_at is None and request.wrong_tries < TRIES
