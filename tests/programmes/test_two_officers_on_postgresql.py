"""Two people act at once on one session, target, month, report, check, sheet, disc or stick: one wins, the other is told.

The tests of it stand with their apps and need a database with more than one writer; here they run on a real PostgreSQL.
"""

import re
import subprocess
import sys

import pytest

from tests.databases import ROOT

pytestmark = pytest.mark.stack

THEIRS = (
    "tests/courses/discs/test_two_at_once.py",
    "tests/courses/offline/test_making.py::test_two_sticks_in_one_moment_have_two_numbers",
    "tests/courses/offline/test_rooms.py::test_two_people_who_bring_the_same_file_in_one_moment_bring_it_once",
    "tests/courses/schedule/test_two_officers.py",
    "tests/courses/sheets/test_two_at_once.py",
    "tests/programmes/plans/test_two_officers.py",
    "tests/programmes/quotas/test_at_once.py",
    "tests/programmes/reports/test_two_officers.py",
    "tests/programmes/spot_checks/test_two_officers.py",
)


def test_of_two_officers_at_once_one_wins_and_the_other_is_told():
    done = subprocess.run(
        [sys.executable, "-m", "tests.on_postgresql", "-n", "0", *THEIRS],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said[-6000:]
    passed = re.search(r"(\d+) passed", said)
    assert passed is not None
    assert int(passed[1]) >= len(THEIRS)
    assert "skipped" not in said, "on PostgreSQL none of them may be left out"
