"""How a text message leaves: one small class, named in the settings, so that any gateway fits."""

import logging
from string import Formatter
from typing import Protocol
from urllib.parse import quote

import requests
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

log = logging.getLogger(__name__)

# Seconds that a gateway may take to take the call, and to answer it.
PATIENCE = (3.05, 10)
PLACES = {"phone", "text"}


class NotSent(Exception):
    """The message did not leave; it may be tried again. The message of the error names no telephone number."""


class TextSender(Protocol):
    """Sends a short message to a telephone number."""

    def send(self, *, phone: str, text: str) -> None:
        """Hand one message over. Raises NotSent when it was not taken."""


class LogSender:
    """For development: the message stands in the log. Production refuses to start with it."""

    def send(self, *, phone: str, text: str) -> None:
        """Write the message to the log. Never fails."""
        log.info("text message to %s: %s", phone, text)


class HttpSender:
    """Posts to an HTTP gateway. `QIANCHANG_SMS_URL` is its address, in which `{phone}` and `{text}` are filled in;
    a gateway that takes them in the body finds them there as well, as a form. `QIANCHANG_SMS_SECRET` goes out as
    `Authorization: Bearer`, never in the address, which logs keep.
    """

    def __init__(self) -> None:
        self._template: str = settings.SMS_URL
        fields = {
            name for _text, name, _spec, _conversion in Formatter().parse(self._template) if name is not None
        }
        if not self._template.startswith(("https://", "http://")) or not fields <= PLACES:
            raise ImproperlyConfigured(
                "QIANCHANG_SMS_URL is the gateway's address, with {phone} and {text} at most."
            )

    def send(self, *, phone: str, text: str) -> None:
        """Post one message. Raises NotSent when the gateway is not reached within seconds or answers other than 2xx."""
        address = self._template.format(phone=quote(phone, safe=""), text=quote(text, safe=""))
        headers = {"Authorization": f"Bearer {settings.SMS_SECRET}"} if settings.SMS_SECRET else {}
        try:
            answer = requests.post(
                address,
                data={"phone": phone, "text": text},
                headers=headers,
                timeout=PATIENCE,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            # Not the error itself: it holds the address, and that the number and the code.
            raise NotSent(f"the gateway was not reached: {type(error).__name__}") from None
        if not answer.ok or answer.is_redirect:
            raise NotSent(f"the gateway answered {answer.status_code}")


def text_sender() -> TextSender | None:
    """Return the sender of the settings, or None where the site sends no text messages."""
    if not settings.SMS_SENDER:
        return None
    sender: TextSender = import_string(settings.SMS_SENDER)()
    return sender
