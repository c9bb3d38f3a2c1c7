"""One run in a process of its own, over the database that the environment names. Prints one line of JSON.

python -m benchmarks.roster.measure 45000 450
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import django

T = TypeVar("T")
COUNTIES = ("那坡县", "靖西市", "德保县", "田林县", "平果市", "隆林各族自治县", "凌云县", "乐业县", "西林县")


@dataclass
class Clock:
    """How long each step took (seconds), and the most memory of this process by its end (MB)."""

    seconds: dict[str, float] = field(default_factory=dict)
    peak_mb: dict[str, int] = field(default_factory=dict)

    def time(self, name: str, step: Callable[[], T]) -> T:
        began = time.perf_counter()
        result = step()
        self.seconds[name] = round(time.perf_counter() - began, 2)
        self.peak_mb[name] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        return result


def run(count: int, faulty: int) -> dict[str, Any]:
    """Import a roster, send it again, undo it; say what it cost and whether everything was as it should be."""
    from django.core.management import call_command
    from django.utils import timezone

    from benchmarks.roster.generated import HEADING, roster
    from qianchang.groundwork import spreadsheets, tables
    from qianchang.people.models import Lawyer, RosterImport
    from qianchang.people.rosters import importing, undoing, working
    from qianchang.people.rosters.regions import load_regions
    from tests.world import World

    call_command("migrate", verbosity=0)
    load_regions(at=timezone.now())
    world = World()
    world.region = _known_region  # type: ignore[method-assign]
    world.county_lawyer  # noqa: B018 - somebody is on the roster before
    made = roster(count, faulty=faulty, counties=COUNTIES)
    file = tables.as_xlsx(HEADING, made.rows, name="roster")
    clock, before = Clock(), _digest()
    clock.peak_mb["before"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sheet = clock.time("read", lambda: spreadsheets.read(file))

    def check() -> RosterImport:
        return _checked(file, world)

    taken = clock.time("read and check", check)
    kinds: dict[str, int] = {}
    for kind in taken.rows.filter(outcome="faulty").values_list("fault", flat=True):
        kinds[kind] = kinds.get(kind, 0) + 1
    importing.begin(roster_import=taken, by=world.beneficiary_officer, at=timezone.now())
    clock.time("import", lambda: working.work(taken.pk))
    lawyers = Lawyer.objects.count()
    again = clock.time("same again", check)
    undoing.begin(roster_import=taken, by=world.beneficiary_officer, at=timezone.now())
    clock.time("undo", lambda: working.work(taken.pk))
    return {
        "rows": count,
        "file_kb": len(file) // 1024,
        "numbers": _numbers(taken),
        "adds_up": sum(_numbers(taken).values()) == taken.rows_read == count,
        "kinds": len(kinds),
        "every_mistake_found": kinds == made.faults,
        "imported": lawyers - 1,
        "again": _numbers(again),
        "again_changes_nothing": again.new == again.changed == 0,
        "undo_restores": _digest() == before,
        "seconds": clock.seconds,
        "peak_mb": clock.peak_mb,
        "reader_peak_mb": sheet.peak_bytes // 1024**2,
    }


def _known_region(code: str, name_zh: str, level: str = "province", parent: Any = None) -> Any:
    from qianchang.people.models import Region

    return Region.objects.get(code=code)


def _checked(file: bytes, world: Any) -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.utils import timezone

    from qianchang.people.rosters import intake, working
    from qianchang.people.rosters.columns import Field

    now, officer = timezone.now(), world.beneficiary_officer
    taken = intake.take_in(
        association=world.guangxi, file=SimpleUploadedFile("roster.xlsx", file), by=officer, at=now
    )
    intake.confirm_columns(
        roster_import=taken,
        heading_row=taken.heading_row,
        chosen={Field(name): index for name, index in taken.columns.items()},
        stands_on=timezone.localdate(now),
        by=officer,
        at=now,
    )
    working.work(taken.pk)
    taken.refresh_from_db()
    return taken


def _numbers(taken: Any) -> dict[str, int]:
    return {name: getattr(taken, name) for name in ("new", "changed", "same", "faulty")}


def _digest() -> str:
    import hashlib

    from qianchang.people.models import Firm, Lawyer, Registration

    rows = [list(table.objects.order_by("pk").values()) for table in (Firm, Lawyer, Registration)]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "qianchang.project.settings.test"
    django.setup()
    print(json.dumps(run(int(sys.argv[1]), int(sys.argv[2])), ensure_ascii=False))
