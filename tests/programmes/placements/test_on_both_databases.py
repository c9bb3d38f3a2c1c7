"""Registers on real databases: several officers at one moment. One wins, the others are told; no place is given twice."""

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
from programmes.placements import operations
from tests.programmes.placements.factories import registers_of
from tests.world import World
registers = registers_of(World())
world = registers.world
operations.set_places(
    plan=registers.plan, supporter=world.guangdong, host=registers.guangzhou, year=2026, places=3,
    basis="tests", by=world.supporting_officer, at=registers.now,
)
for each in range(8):
    registers.nominated()
registers.finished(host=registers.shenzhen)
registers.delivered()
world.second_supporting_officer, world.second_beneficiary_officer
"""
# Each process is one officer's afternoon: everybody is taken in, the stipend is paid, the vehicle is verified.
ACT = """
from django.utils import timezone
from programmes.placements import donations, stipends, trainees
from programmes.placements.models import Donation, Trainee
from programmes.placements.refusals import UnableToPayStipend, UnableToPlace, UnableToRecordDonation
from qianchang.people.models import Account
now = timezone.now()
giver = Account.objects.get(username=("liang.mishu", "he.mishu")[number % 2])
taker = Account.objects.get(username=("huang.zhuanyuan", "qin.zhuanyuan")[number % 2])
rows = list(Trainee.objects.select_related("host__parent", "supporter").order_by("pk" if number % 2 else "-pk"))
paid = verified = refused = 0
for row in rows:
    if row.stage == "nominated":
        try:
            trainees.accept_trainee(trainee=row, by=giver, at=now)
        except UnableToPlace:
            refused += 1
    elif row.stage == "finished":
        try:
            stipends.pay_stipend(
                trainee=row, paid_date=timezone.localdate(now), reference=f"voucher {number}", by=giver, at=now
            )
            paid += 1
        except UnableToPayStipend:
            refused += 1
try:
    donations.verify_donation(
        donation=Donation.objects.select_related("beneficiary").get(), by=taker, at=now
    )
    verified += 1
except UnableToRecordDonation:
    refused += 1
print(paid, verified, refused)
"""
CHECK = """
from collections import Counter
from programmes.placements.models import Donation, StageStep, StipendPayment, Trainee
from qianchang.groundwork.models import AuditEntry
stages = Counter(Trainee.objects.values_list("stage", flat=True))
assert stages == {"accepted": 3, "nominated": 5, "finished": 1}, stages
# Eight accepted at Guangzhou and one at Shenzhen would be nine; three and one are written, once each.
assert StageStep.objects.filter(stage="accepted").count() == 4
assert AuditEntry.objects.filter(verb="accepted trainee").count() == 4
assert StipendPayment.objects.count() == AuditEntry.objects.filter(verb="paid stipend").count() == 1
assert Donation.objects.get().state == "verified"
assert AuditEntry.objects.filter(verb="verified donation").count() == 1
print("whole")
"""


def start(url: str, code: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", f"import django; django.setup()\n{code}"],
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


def test_officers_at_one_moment(url: str) -> None:
    # Given three places for eight trainees, one stipend that is due and one vehicle that was delivered.
    end(start(url, SET_UP))
    # When four officers do all of it at once.
    officers = [start(url, f"number = {each}\n{ACT}") for each in range(4)]
    told = [[int(word) for word in end(each).split()[-3:]] for each in officers]
    # Then each thing was done once, and whoever came late was told.
    assert end(start(url, CHECK)).endswith("whole")
    assert sum(each[0] for each in told) == 1
    assert sum(each[1] for each in told) == 1
    # Five trainees got no place, and every officer was told so of each.
    assert all(each[2] >= 5 for each in told)
