"""The outbox on real databases: two workers at one moment, and one that is killed with a mail on the line."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import ROOT, environment, migrated_postgresql, migrated_sqlite
from tests.people.notices.smtp_server import Postbox

pytestmark = [pytest.mark.stack, pytest.mark.timeout(400)]

READERS = 40
BEGIN = """
import os, sys
import django
django.setup()
from datetime import UTC, datetime, timedelta
from django.conf import settings
from qianchang.people import notices
from qianchang.people.models import Account, Mail, Notice
from qianchang.people.notices import outbox
now = datetime(2026, 10, 12, 1, 30, tzinfo=UTC)  # half past nine in Nanning
settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(sys.argv[1])
"""
TELL = """
many = Account.objects.bulk_create(Account(username=f"a{n}", email=f"a{n}@example.com") for n in range(40))
told = {each.pk: {"title": "x"} for each in many}
notices.post_many(event="lecture_published", key="1", told=told, at=now)
notices.post_many(event="class_place", key="1", told=told, at=now)
"""
WORK = """
at = now + timedelta(microseconds=int(sys.argv[2]))
outbox.compose_summaries(at=at)
outbox.send_waiting(now=lambda: at + timedelta(seconds=1))
"""
DIE = """
outbox._end = lambda *_a, **_k: os._exit(9)
outbox.send_waiting(now=lambda: now)
"""
LATER = """
outbox.send_waiting(now=lambda: now + timedelta(minutes=2))
assert not Mail.objects.exclude(state="sent").exists()
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield migrated_sqlite(tmp_path / "site.sqlite3")
        return
    with migrated_postgresql() as address:
        yield address


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    server = Postbox()
    yield server
    server.shutdown()
    server.server_close()


def start(url: str, *command: str) -> subprocess.Popen[str]:
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    return subprocess.Popen([sys.executable, *command], cwd=ROOT, env=environment(url), text=True, **pipes)


def end(process: subprocess.Popen[str], *, code: int = 0) -> None:
    told = process.communicate(timeout=300)[0]
    assert process.returncode == code, told[-6000:]


def test_each_mail_arrives_once_and_after_a_death_twice_under_one_name(url: str, postbox: Postbox) -> None:
    def work(code: str, number: int = 0) -> subprocess.Popen[str]:
        return start(url, "-c", BEGIN + code, str(postbox.port), str(number))

    # Given forty people who were told of two things, one of which waits for the mail of the day
    end(work(TELL))
    # When a worker is killed after the server took its first mail, then nothing says that it was sent
    end(work(DIE), code=9)
    assert len(postbox.taken) == 1
    # When two others write the mails of the day and send at the same moment, then nobody gets any of them twice
    both = [work(WORK, number) for number in (1, 2)]
    for process in both:
        end(process)
    assert len(postbox.taken) == 2 * READERS
    # When the killed one's mail has rested, then it goes once more, under the name by which a mailbox knows it
    end(work(LATER))
    names = Counter(message["Message-ID"] for _to, message in postbox.taken)
    assert sorted(names.values()) == [1] * (2 * READERS - 1) + [2]
    assert Counter(Counter(to for to, _message in postbox.taken).values()) == {2: READERS - 1, 3: 1}
