"""The health page: each part of the site by name, and whether it is well."""

import time
import uuid
from collections.abc import Callable

import redis
from django.conf import settings
from django.core.cache import caches
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from qianchang.project.celery import app as celery_app

# The page is open to everybody, so its own work is bounded: each process asks one round in this many seconds.
_ANSWER_HOLDS_SECONDS = 3
# Whoever comes during a round is given the answer of the one before, if that is no older than this.
_LAST_ANSWER_SECONDS = 15
OWN_MEMORY = "own"
ASKED = "healthz-asked"
_ANSWER = "healthz"


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when every part is well, else 503; the body names each part, its state and how long it took."""
    memory = caches[OWN_MEMORY]
    answer = memory.get(_ANSWER)
    if memory.add(ASKED, True, _ANSWER_HOLDS_SECONDS) or answer is None:
        parts = {name: _ask(question) for name, question in QUESTIONS.items()}
        well = all(part["state"] == "ok" for part in parts.values())
        answer = {"status": "ok" if well else "failing", "parts": parts}
        memory.set(_ANSWER, answer, _LAST_ANSWER_SECONDS)
    return JsonResponse(answer, status=200 if answer["status"] == "ok" else 503)


def _ask(question: Callable[[], str]) -> dict[str, str | int]:
    started = time.monotonic()
    try:
        detail, state = question(), "ok"
    except Exception as error:  # whatever a part answers, the page must still name the others
        detail, state = type(error).__name__, "failing"
    return {"state": state, "detail": detail, "milliseconds": round((time.monotonic() - started) * 1000)}


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return connection.vendor


def _redis() -> str:
    url = settings.CELERY_BROKER_URL
    if url.startswith("redis+socket://"):
        client = redis.Redis(unix_socket_path=url.removeprefix("redis+socket://"), socket_timeout=2)
    else:
        client = redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
    try:
        client.ping()
    finally:
        client.close()
    return "answers"


class NoWorker(Exception):
    """No worker answered in time."""


def _worker() -> str:
    with celery_app.connection_for_read() as line:
        # Left to itself Celery tries a broker that is away for seconds on end.
        line.ensure_connection(max_retries=0)
        replies = celery_app.control.inspect(timeout=1.5, limit=1, connection=line).ping()
    if not replies:
        raise NoWorker
    return "answers"


def _storage() -> str:
    storage = storages["recordings"]
    name = storage.save(f"health/{uuid.uuid4()}", ContentFile(b"well"))
    storage.delete(name)
    return "writes"


QUESTIONS: dict[str, Callable[[], str]] = {
    "database": _database,
    "redis": _redis,
    "worker": _worker,
    "storage": _storage,
}
