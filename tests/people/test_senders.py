"""Text messages: over a real HTTP gateway of this machine, and what happens when it is not there."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

import pytest
from django.core.exceptions import ImproperlyConfigured

from qianchang.people import senders
from qianchang.project import checks


class Gateway:
    """What a gateway was sent; it answers `status`."""

    def __init__(self) -> None:
        self.status = 200
        self.taken: list[dict[str, str]] = []
        self.url = ""


@pytest.fixture
def gateway(settings) -> Iterator[Gateway]:
    made = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            url = urlparse(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            made.taken.append(
                {
                    **{name: values[0] for name, values in parse_qs(url.query).items()},
                    **{f"body_{name}": values[0] for name, values in parse_qs(body).items()},
                    "authorization": self.headers.get("Authorization", ""),
                }
            )
            self.send_response(made.status)
            self.send_header("Location", "http://example.invalid/")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_words: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_port}/send?to={{phone}}&words={{text}}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.SMS_SENDER, settings.SMS_URL = "qianchang.people.senders.HttpSender", made.url
    settings.SMS_SECRET = "a secret of the gateway"
    yield made
    server.shutdown()
    server.server_close()


def test_a_message_arrives_whole_and_the_secret_is_not_in_the_address(gateway: Gateway) -> None:
    sender = senders.text_sender()
    assert sender is not None

    sender.send(phone="13807760001", text="激活码 123456 & 不要告诉别人？")

    assert gateway.taken == [
        {
            "to": "13807760001",
            "words": "激活码 123456 & 不要告诉别人？",
            "body_phone": "13807760001",
            "body_text": "激活码 123456 & 不要告诉别人？",
            "authorization": "Bearer a secret of the gateway",
        }
    ]


@pytest.mark.parametrize("status", [302, 400, 500])
def test_a_gateway_that_does_not_take_it_says_so_and_names_no_number(gateway: Gateway, status: int) -> None:
    gateway.status = status
    sender = senders.text_sender()
    assert sender is not None

    with pytest.raises(senders.NotSent) as refused:
        sender.send(phone="13807760001", text="123456")

    assert str(status) in str(refused.value)
    assert "13807760001" not in str(refused.value)


def test_a_gateway_that_is_not_there_says_so_and_names_no_number(settings) -> None:
    settings.SMS_URL = "http://127.0.0.1:9/send?to={phone}&words={text}"

    with pytest.raises(senders.NotSent) as refused:
        senders.HttpSender().send(phone="13807760001", text="123456")

    assert "13807760001" not in str(refused.value)
    assert refused.value.__suppress_context__


@pytest.mark.parametrize(
    "url", ["", "ftp://example.org/{phone}", "https://example.org/?a={phone}&b={secret}"]
)
def test_an_address_that_cannot_work_is_refused_before_anything_is_sent(settings, url: str) -> None:
    settings.SMS_URL = url

    with pytest.raises(ImproperlyConfigured):
        senders.HttpSender()


def test_a_site_without_a_sender_sends_no_messages(settings) -> None:
    settings.SMS_SENDER = ""

    assert senders.text_sender() is None


def test_production_refuses_the_sender_that_writes_codes_to_the_log(settings) -> None:
    settings.SMS_SENDER = "qianchang.people.senders.LogSender"

    assert "qianchang.E007" in {error.id for error in checks.unsafe_values()}
