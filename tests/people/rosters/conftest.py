"""A roster on its way: regions of the country, an officer of Guangxi, files as people send them."""

import csv
import io
from collections.abc import Callable, Sequence

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from qianchang.people.models import Account, Association, Region, RosterImport
from qianchang.people.rosters import importing, intake, undoing, working
from qianchang.people.rosters.columns import Field
from tests.world import World

HEADING = ["序号", "姓名", "执业证号", "律师事务所", "县区", "手机号", "邮箱", "出生年份", "登记日期"]


def csv_file(rows: Sequence[Sequence[str]], heading: Sequence[str] = HEADING) -> SimpleUploadedFile:
    """Return rows as a csv file of an office, in GB 18030, with a title above the heading."""
    out = io.StringIO()
    csv.writer(out).writerows([["广西律师名册"], heading, *rows])
    return SimpleUploadedFile("名册.csv", out.getvalue().encode("gb18030"))


class Desk:
    """The officer's desk: one call for each step of an import, and the worker beside it."""

    def __init__(self, world: World) -> None:
        self.world = world
        napo = world.napo_region
        for code, name in (("451081", "靖西市"), ("451024", "德保县")):
            world.region(code, name, "county", world.baise_region)
        for code, name, level, parent in (
            ("450100", "南宁市", "prefecture", world.guangxi_region),
            ("530500", "保山市", "prefecture", world.yunnan_region),
        ):
            world.region(code, name, level, parent)
        world.region("530581", "腾冲市", "county", Region.objects.get(code="530500"))
        assert napo.parent == world.baise_region

    @property
    def officer(self) -> Account:
        return self.world.beneficiary_officer

    def send(self, rows: Sequence[Sequence[str]], *, association: Association | None = None) -> RosterImport:
        return intake.take_in(
            association=association or self.world.guangxi,
            file=csv_file(rows),
            by=self.officer,
            at=self.world.now,
        )

    def check(self, rows: Sequence[Sequence[str]]) -> RosterImport:
        """Send a file, confirm its columns as they were found, and let the worker check it."""
        taken = self.send(rows)
        chosen = {Field(name): index for name, index in taken.columns.items()}
        intake.confirm_columns(
            roster_import=taken,
            heading_row=taken.heading_row,
            chosen=chosen,
            stands_on=self.world.day,
            by=self.officer,
            at=self.world.now,
        )
        return self.work(taken)

    def carry_out(self, taken: RosterImport) -> RosterImport:
        importing.begin(roster_import=taken, by=self.officer, at=self.world.now)
        return self.work(taken)

    def undo(self, taken: RosterImport, *, hours: float = 1) -> RosterImport:
        undoing.begin(roster_import=taken, by=self.officer, at=self.world.later(hours=hours))
        return self.work(taken)

    def work(self, taken: RosterImport) -> RosterImport:
        working.work(taken.pk, clock=lambda: self.world.now)
        taken.refresh_from_db()
        return taken


def numbers(taken: RosterImport) -> tuple[int, int, int, int]:
    """Return the four numbers: new, changed, same, faulty."""
    return taken.new, taken.changed, taken.same, taken.faulty


@pytest.fixture
def desk(world: World) -> Desk:
    """The desk of 黄专员 in Guangxi."""
    return Desk(world)


@pytest.fixture
def row() -> Callable[..., list[str]]:
    """Return a function that gives one good row, with some cells as said."""

    def make(**cells: str) -> list[str]:
        usual = {
            "running": "1",
            "name": "覃小红",
            "licence_number": "14510201511100874",
            "firm": "广西边城律师事务所",
            "county": "那坡县",
            "phone": "13812345678",
            "email": "qin@example.org",
            "birth_year": "1985",
            "registered_on": "2015-06-01",
        }
        return list((usual | cells).values())

    return make
