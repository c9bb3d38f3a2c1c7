"""Classes on real databases: many lawyers at one moment for few seats, and the migration there and back."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from tests.databases import ROOT, environment, migrated_postgresql, migrated_sqlite

pytestmark = [pytest.mark.stack, pytest.mark.timeout(400)]

SET_UP = """
from tests.courses.enrolment.scenes import class_of, county_lawyers
from tests.world import World
world = World()
run = class_of(world, seats=3)
county_lawyers(world, 12)
"""
# Each of them joins, leaves and joins again, as fast as it can.
JOIN = """
from courses.enrolment import operations, seating
from courses.enrolment.models import CourseRun
from django.utils import timezone
from qianchang.people.models import Lawyer
run = CourseRun.objects.select_related("course").get(association__isnull=False)
for lawyer in Lawyer.objects.filter(licence_number__startswith="145102019100").order_by("pk")[begin:begin + 3]:
    for again in range(3):
        enrolment = operations.enrol(
            lawyer=lawyer, course=run.course, run=run, by=lawyer.account, at=timezone.now()
        )
        if again < 2:
            seating.withdraw(enrolment=enrolment, by=lawyer.account, at=timezone.now())
"""
CHECK = """
from django.db import connection
from courses.enrolment import queries
from courses.enrolment.models import CourseRun, Enrolment
run = CourseRun.objects.get(association__isnull=False)
rows = list(Enrolment.objects.filter(run=run))
seats = {row.seat_id for row in rows if row.state == "enrolled"}
waiting = sorted((row for row in rows if row.state == "waiting"), key=lambda row: row.ticket)
assert len(rows) == 12 and len({row.ticket for row in rows}) == 12, rows
assert len(seats) == 3 and None not in seats and run.places.count() == 3, seats
assert len(waiting) == 9, waiting
# Nobody was overtaken: whoever sits joined, this last time, before whoever waits.
assert max(row.ticket for row in rows if row.state == "enrolled") < waiting[0].ticket
for row in rows:
    numbers = list(row.history.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1)), numbers
print(connection.vendor, len(seats), len(waiting))
"""
BEFORE = """
from courses.enrolment import operations, seating
from courses.enrolment.models import Enrolment
from tests.courses.enrolment.scenes import class_of, course_of, join
from tests.world import World
world = World()
course = course_of(world)
lecture = course.course_lectures.get().lecture
operations.enrol(lawyer=world.county_lawyer, lecture=lecture, by=world.county_account, at=world.now)
operations.enrol(lawyer=world.yunnan_lawyer, course=course, by=world.yunnan_lawyer.account, at=world.now)
run = class_of(world, course=course, seats=1)
left = join(world, world.county_lawyer, run)
join(world, world.second_county_lawyer, run)
seating.withdraw(enrolment=left, by=world.county_account, at=world.now)
print(Enrolment.objects.count())
"""
OLD = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SELECT lecture_id IS NULL, course_id IS NULL FROM enrolment_enrolment ORDER BY id")
    print([tuple(map(bool, row)) for row in cursor.fetchall()])
"""
NEW = """
from django.db import DatabaseError, connection
from courses.enrolment.models import CourseRun, Enrolment, EnrolmentEvent
run = CourseRun.objects.get()
assert run.is_default
rows = list(Enrolment.objects.order_by("pk").values_list("run", "state", "ticket", "seat__number"))
assert rows == [(None, "enrolled", None, None), (run.pk, "enrolled", 1, 1), (run.pk, "enrolled", 2, 2)], rows
events = list(EnrolmentEvent.objects.values_list("number", "kind"))
assert events == [(1, "enrolled")] * 3, events
assert all(event.eligibility["western"] for event in EnrolmentEvent.objects.all())
try:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE enrolment_enrolmentevent SET number = 9")
except DatabaseError as error:
    print("append-only" in str(error))
"""


def start(url: str, *command: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment(url),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def end(process: subprocess.Popen[str]) -> str:
    told = process.communicate(timeout=300)[0]
    assert process.returncode == 0, told[-6000:]
    return told.strip()


def run(url: str, code: str) -> str:
    return end(start(url, "-c", f"import django; django.setup()\n{code}"))


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with migrated_postgresql() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A migrated database of the test's own."""
    if request.param == "sqlite":
        return migrated_sqlite(tmp_path / "site.sqlite3")
    address = request.getfixturevalue("server").rpartition("/")[0]
    name = f"copy_{request.node.name.partition('[')[0]}"
    with psycopg.connect(f"{address}/template1", autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {} TEMPLATE site").format(Identifier(name)))
    return f"{address}/{name}"


def test_many_at_one_moment_for_few_seats(url: str) -> None:
    # Given a class of three seats and twelve lawyers.
    run(url, SET_UP)
    # When four processes let three of them each join, leave and join again, all at once.
    crowd = [
        start(url, "-c", f"import django; django.setup()\nbegin = {3 * each}\n{JOIN}") for each in range(4)
    ]
    for each in crowd:
        end(each)
    # Then three sit, nine wait, and nobody was overtaken.
    assert run(url, CHECK).endswith(" 3 9")


def test_the_migration_there_and_back(url: str) -> None:
    # Given somebody with a lecture, with a course alone, with a seat of a class, and one who left it.
    assert run(url, BEFORE).splitlines()[-1] == "4"
    # When the schema goes back, the ones with a seat keep their course, and the one who left is forgotten.
    end(start(url, "manage.py", "migrate", "enrolment", "0002", "-v", "0"))
    assert run(url, OLD) == "[(False, True), (True, False), (True, False)]"
    # When it comes forward again, everybody with a course stands in its default run, on a seat, with a history.
    end(start(url, "manage.py", "migrate", "-v", "0"))
    assert run(url, NEW) == "True"
