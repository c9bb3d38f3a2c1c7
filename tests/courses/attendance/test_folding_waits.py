"""On PostgreSQL a report that waited for its lawyer's row sees what was changed meanwhile."""

import subprocess
import sys

import pytest

from tests.databases import ROOT, environment
from tests.postgresql import postgresql

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]

SCENE = """
import threading
from datetime import timedelta

import django
django.setup()
from django.db import connection, connections, transaction
from django.utils import timezone

from courses.attendance import folding, operations
from courses.attendance.clock import to_ms
from courses.attendance.folding import Report, ReportedSpan
from courses.attendance.models import Coverage, Playback
from courses.catalogue.models import LectureVersion
from courses.enrolment.operations import enrol
from qianchang.people.models import Lawyer
from tests.courses.factories import make_published_lecture
from tests.world import World

MINUTE = 60_000
world = World()
lecture = make_published_lecture(world, released_to=[world.guangxi], duration_ms=60 * MINUTE)
version = LectureVersion.objects.get(lecture=lecture)
lawyer = world.county_lawyer
enrol(lawyer=lawyer, lecture=lecture, by=world.county_account, at=world.now)
evening = timezone.now() - timedelta(hours=2)
playback = operations.open_playback(
    lawyer=lawyer, version=version, device="old PC", device_now_ms=to_ms(evening), at=evening
)

def minute(number):
    start = to_ms(evening)
    stretch = (number * MINUTE, (number + 1) * MINUTE)
    span = ReportedSpan(number + 1, stretch, (start + stretch[0], start + stretch[1]))
    at = evening + timedelta(minutes=number + 1)
    return Report(world.county_account.pk, playback.public_id, [span], to_ms(at), 0, at)

def while_it_waits(report, change):
    got = []
    def go():
        got.extend(folding.fold([report]))
        connections.close_all()
    with transaction.atomic():
        Lawyer.objects.select_for_update(no_key=True).get(pk=lawyer.pk)
        thread = threading.Thread(target=go)
        thread.start()
        # It waits in the database now.
        with connection.cursor() as cursor:
            while True:
                cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
                if cursor.fetchone()[0]:
                    break
        change()
    thread.join()
    return got[0]

def superseded_and_watched_elsewhere():
    Playback.objects.filter(pk=playback.pk).update(superseded_at=evening)
    Coverage.objects.update(intervals_ms=[[0, MINUTE], [5 * MINUTE, 6 * MINUTE]], covered_ms=2 * MINUTE)

folding.fold([minute(0)])
folded = while_it_waits(minute(1), superseded_and_watched_elsewhere)
assert folded.playback.superseded_at == evening, folded
assert folded.record.intervals == ((0, 2 * MINUTE), (5 * MINUTE, 6 * MINUTE)), folded
assert Coverage.objects.get().intervals_ms == [[0, 2 * MINUTE], [5 * MINUTE, 6 * MINUTE]]
assert Playback.objects.get().superseded_at == evening

folded = while_it_waits(
    minute(2), lambda: Lawyer.objects.filter(pk=lawyer.pk).update(association=world.yunnan)
)
assert folded is not None and folded.acknowledged == (3,), folded
print("seen")
"""


def run(url: str, *command: str) -> str:
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment(url, "tests.media_pipeline.site_settings"),
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout.strip()


def test_a_report_that_waited_sees_the_takeover_the_coverage_and_the_move() -> None:
    with postgresql() as url:
        run(url, "manage.py", "migrate", "--run-syncdb", "-v", "0")
        assert run(url, "-c", SCENE).endswith("seen")
