"""What a form may weigh: nobody fills the disk with a form that is only thrown away."""

import io

import pytest
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test import Client, override_settings

pytestmark = pytest.mark.django_db

BOUNDARY = "multipart/form-data; boundary=x"


class Endless(io.BytesIO):
    """A body that says how much of it was read."""

    def __init__(self) -> None:
        super().__init__()
        self.taken = 0

    def read(self, size=-1):
        self.taken += max(size, 0)
        return b"x" * max(size, 0)


def stranger() -> Client:
    """A visitor without an account, who made up a CSRF cookie."""
    client = Client(enforce_csrf_checks=True)
    client.cookies["csrftoken"] = "c" * 32
    return client


def send(client, address, *, announced, content_type=BOUNDARY):
    body = Endless()
    answer = client.generic(
        "POST",
        address,
        **{"wsgi.input": body, "CONTENT_TYPE": content_type, "CONTENT_LENGTH": str(announced)},
    )
    return answer, body


@pytest.mark.parametrize("address", ["/account/login/", "/api/v1/uploads/", "/no/such/page/"])
def test_a_huge_form_of_a_stranger_is_refused_unread(address, monkeypatch):
    # given a stranger with half a terabyte in a form, when it is sent anywhere
    monkeypatch.setattr(TemporaryFileUploadHandler, "new_file", lambda *_, **__: pytest.fail("on the disk"))
    answer, body = send(stranger(), address, announced=500 * 10**9)
    # then no byte of it is read
    assert answer.status_code in (413, 415)
    assert body.taken == 0
    assert answer.content


@pytest.mark.parametrize(
    "content_type", [BOUNDARY, "application/x-www-form-urlencoded", "Multipart/Form-Data; boundary=x"]
)
def test_the_addresses_of_uploads_take_no_form_however_small(content_type):
    answer, body = send(stranger(), "/api/v1/uploads/", announced=100, content_type=content_type)
    assert (answer.status_code, body.taken) == (415, 0)


def test_a_form_up_to_the_limit_is_read():
    with override_settings(FORM_MAX_BYTES=1000):
        assert Client().post("/account/login/", {"login": "a", "password": "b" * 700}).status_code == 200
        assert Client().post("/account/login/", {"login": "a", "password": "b" * 1000}).status_code == 413
