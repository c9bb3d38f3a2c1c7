"""The API's document, and what strangers are told."""

import pytest
import time_machine
from django.test import Client


@pytest.mark.django_db
def test_the_openapi_document_names_every_resource(client: Client):
    document = client.get("/api/v1/openapi.json").json()
    for path in (
        "/api/v1/recordings/",
        "/api/v1/lectures/",
        "/api/v1/playbacks/",
        "/api/v1/credits/",
        "/api/v1/uploads/",
    ):
        assert path in document["paths"], path


@pytest.mark.django_db
def test_a_stranger_is_told_to_sign_in(client: Client):
    answer = client.get("/api/v1/credits/")
    assert answer.status_code == 401
    assert answer.json()["detail"]


@pytest.mark.django_db
def test_healthz_names_each_part_even_when_one_fails(client: Client, settings):
    settings.CELERY_BROKER_URL = "redis+socket:///nowhere.sock"
    answer = client.get("/healthz")
    parts = answer.json()["parts"]
    assert answer.status_code == 503
    assert set(parts) == {"database", "redis", "worker", "storage"}
    assert parts["database"]["state"] == "ok"
    assert parts["redis"]["state"] == "failing"


@pytest.mark.django_db
@pytest.mark.timeout(30)
def test_healthz_tries_a_broker_that_is_away_once(client: Client, monkeypatch):
    monkeypatch.setenv("CELERY_BROKER_READ_URL", "redis+socket:///nowhere.sock")
    # Whoever tries until some time has passed tries for ever here.
    with time_machine.travel("2026-11-22T20:15:00+00:00", tick=False):
        parts = client.get("/healthz").json()["parts"]
    assert (parts["worker"]["state"], parts["worker"]["detail"]) == ("failing", "OperationalError")
