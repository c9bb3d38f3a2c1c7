"""Rooms for the tests: a disc of 118 minutes shown in 那坡县, a sheet, and people who key it. All through the platform's
own operations.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from uuid import UUID, uuid4

from courses.api import ensure_delivery_modes, schedule_session
from courses.catalogue.models import LecturePage
from courses.credits.operations import ensure_default_rules
from courses.discs.codes import codes_of
from courses.discs.models import Disc
from courses.schedule.evidence import Accepted
from courses.schedule.models import TrainingSession
from courses.sheets import deciding, filing, matching, operations
from courses.sheets.models import Sheet, SheetDecision, SheetFile, SheetVersion
from courses.sheets.operations import Saved
from courses.sheets.rules import ABSENT, FULL, PART, UNMARKED, Keyed, KeyedRow
from courses.sheets.scheduling import open_sheet
from qianchang.people.models import Account, Firm, Lawyer, RoleGrant
from qianchang.people.operations import register_firm
from tests.courses.discs.factories import Discs
from tests.courses.schedule.conftest import MODES
from tests.world import World

MINUTE_MS = 60_000
LENGTH = 118


@dataclass
class Room:
    """One screening in one county, and what the tests do with its sheet."""

    world: World
    mode: str = "dvd"
    minutes: int = LENGTH
    on: date | None = None
    people: list[Lawyer] = field(default_factory=list)

    def __post_init__(self) -> None:
        ensure_delivery_modes(MODES)
        ensure_default_rules(self.world.now)

    # --- what is shown ----------------------------------------------------------------------------------
    @property
    def day(self) -> date:
        return self.on or self.world.day

    @cached_property
    def discs(self) -> Discs:
        return Discs(self.world)

    @cached_property
    def lecture(self) -> LecturePage:
        return self.discs.lecture(minutes=self.minutes)

    @cached_property
    def disc(self) -> Disc:
        return self.discs.numbered(self.discs.master(self.lecture))[0]

    @cached_property
    def session(self) -> TrainingSession:
        made = schedule_session(
            lecture=self.lecture,
            mode_code=self.mode,
            supporter=self.world.guangdong,
            beneficiary=self.world.guangxi,
            date=self.day,
            place="那坡县司法局" if self.mode == "onsite" else "",
            by=self.world.supporting_officer,
            at=self.world.now - timedelta(days=1),
        )
        return TrainingSession.objects.get(pk=made.pk)

    @cached_property
    def sheet(self) -> Sheet:
        return self.opened()

    def opened(self, **said: object) -> Sheet:
        """Schedule a room of the session: with the disc where it is one of DVD."""
        given: dict[str, object] = {
            "session": self.session,
            "region": self.world.napo_region,
            "site": "那坡县司法局二楼会议室",
            "date": self.day,
            "begins_at": time(9),
            "supervisor": "罗联络员",
            "disc": self.disc if self.mode == "dvd" else None,
            "by": self.world.beneficiary_officer,
            "at": self.world.now,
            **said,
        }
        made = open_sheet(**given)  # type: ignore[arg-type]
        return self.again(made)

    def again(self, sheet: Sheet | None = None) -> Sheet:
        """The sheet as it is now."""
        return Sheet.objects.select_related(
            "session__lecture_version__lecture",
            "session__mode",
            "session__supporter",
            "session__beneficiary",
            "association__jurisdiction",
            "region__parent",
            "disc",
        ).get(pk=(sheet or self.sheet).pk)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes that the disc shows."""
        return tuple(each.digits for each in codes_of(self.disc, self.session.lecture_version))

    # --- who is there -----------------------------------------------------------------------------------
    @cached_property
    def firm(self) -> Firm:
        """A firm of the county on the roster of 百色市."""
        return register_firm(
            name="明理律师事务所",
            region=self.world.napo_region,
            association=self.world.baise,
            at=self.world.now,
        )

    def lawyers(self, count: int) -> list[Lawyer]:
        """So many lawyers of the county, in the order of the paper."""
        while len(self.people) < count:
            number = 1451020261_0000000 + len(self.people)
            name = (
                "赵钱孙李周吴郑王冯陈"[len(self.people) % 10] + "一二三四五六七八九十"[len(self.people) // 10]
            )
            self.people.append(self.world.lawyer(str(number), name, self.firm, account=False))
        return self.people[:count]

    @cached_property
    def city_officer(self) -> Account:
        """何专员 of 百色市: the association nearest to the county."""
        account = self.world.account("he.baise", "何专员")
        return self.world.grant(account, RoleGrant.Role.BENEFICIARY_OFFICER, self.world.baise)

    # --- what is keyed ----------------------------------------------------------------------------------
    def row(self, lawyer: Lawyer, mark: str = FULL, minutes: int | None = None) -> KeyedRow:
        return KeyedRow(lawyer_id=lawyer.pk, mark=mark, minutes=minutes)

    def keyed(self, *rows: KeyedRow, codes: Sequence[str] | None = None, **said: object) -> Keyed:
        """Twelve lawyers of the county, ten throughout, one for 45 minutes and one absent, unless told otherwise."""
        if not rows:
            twelve = self.lawyers(12)
            marks = [(FULL, None)] * 6 + [(PART, 45)] + [(FULL, None)] * 4 + [(ABSENT, None)]
            rows = tuple(self.row(each, *mark) for each, mark in zip(twelve, marks, strict=True))
        copied = self.codes if codes is None and self.mode == "dvd" else tuple(codes or ())
        return replace(Keyed(rows=rows, codes=tuple(copied), supervisor="罗联络员"), **said)  # type: ignore[arg-type]

    def save(
        self,
        keyed: Keyed | None = None,
        *,
        base: int | None = None,
        draft: UUID | None = None,
        by: Account | None = None,
        at: datetime | None = None,
        merges: int | None = None,
        origin: str = SheetVersion.Origin.TYPED,
        sheet: Sheet | None = None,
    ) -> Saved:
        return operations.save_version(
            sheet=self.again(sheet),
            keyed=keyed or self.keyed(),
            base=base,
            merges=merges,
            origin=origin,
            draft_id=draft or uuid4(),
            by=by or self.world.county_contact,
            at=at or self.world.later(hours=3),
        )

    def scan(
        self, kind: str = SheetFile.Kind.SCAN, *, by: Account | None = None, at: datetime | None = None
    ) -> SheetFile:
        return filing.add_file(
            sheet=self.again(),
            kind=kind,
            file=Accepted(b"jpeg of " + kind.encode(), "image/jpeg"),
            by=by or self.world.county_contact,
            at=at or self.world.later(hours=3),
        )

    def report(self, *, by: Account | None = None, at: datetime | None = None) -> SheetDecision:
        return deciding.report(
            sheet=self.again(), by=by or self.world.county_contact, at=at or self.world.later(hours=4)
        )

    def confirm(
        self, *, by: Account | None = None, at: datetime | None = None, **said: object
    ) -> SheetDecision:
        return deciding.confirm(
            sheet=self.again(),
            by=by or self.city_officer,
            at=at or self.world.later(days=1),
            **said,  # type: ignore[arg-type]
        )

    def confirmed(self, keyed: Keyed | None = None) -> SheetDecision:
        """Keyed, photographed and reported by the county, confirmed by the city."""
        self.save(keyed)
        self.scan()
        self.report()
        return self.confirm()


def unmarked(room: Room, by: Account) -> list[Lawyer]:
    """Who is expected, as the page has them before anybody is marked."""
    return matching.roster_of(room.again(), by=by, on=room.day)


__all__ = ["ABSENT", "FULL", "LENGTH", "PART", "UNMARKED", "Room", "unmarked"]
