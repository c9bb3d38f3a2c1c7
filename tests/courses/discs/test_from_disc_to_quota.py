"""From the disc to the quota: master, discs, dispatch, receipt, screening, sheet, confirmation, month close. One 场 for the
region and hours for twelve lawyers; without receipt or roster it is not counted, and the month says what is missing.
"""

from collections.abc import Callable
from datetime import date, datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from courses import api as courses
from courses.credits.models import CreditEntry
from courses.discs import moving
from courses.discs.answering import key_answer_sheet
from courses.discs.codes import codes_of
from courses.discs.models import Disc
from courses.discs.moving import Parcel
from courses.schedule.models import TrainingSession
from programmes.quotas import months
from programmes.quotas import operations as quotas
from programmes.quotas.models import QuotaEntry
from qianchang.people.models import Account
from tests.courses.discs.factories import Discs
from tests.courses.sheets.factories import FULL, Room
from tests.programmes.factories import Office
from tests.world import SHANGHAI, World

pytestmark = pytest.mark.django_db

MINUTES = 118
MONTH = "2026-11"
# The rule asks for discs from the month after the one in which the site was loaded.
SHOWN = date(2026, 11, 18)


def on(day: int, hour: int = 10) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=SHANGHAI)


class Screening:
    """One DVD session of Guangdong for Guangxi in November, shown in 那坡县, and as much of its way as a test wants."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.office = Office(world)
        self.room = Room(world, minutes=MINUTES, on=SHOWN)
        self.discs: Discs = self.room.discs
        fact = self.office.scheduled(self.room.lecture, mode="dvd", on=SHOWN)
        self.code = fact.code
        self.room.__dict__["session"] = TrainingSession.objects.get(code=fact.code)
        self.disc: Disc = self.discs.made(self.discs.master(self.room.lecture))
        self.room.__dict__["disc"] = self.disc

    def sent(self) -> None:
        moving.dispatch(
            discs=[self.disc],
            to=self.discs.to_napo(),
            parcel=Parcel("EMS", "EA1"),
            on=date(2026, 11, 2),
            by=self.world.supporting_officer,
            at=on(2),
        )

    def received(self) -> None:
        moving.receive(
            disc=self.disc, holder="罗联络员", on=date(2026, 11, 6), by=self.world.county_contact, at=on(6)
        )

    def shown_to(self, count: int) -> None:
        """The county keys and reports the sheet, and the city confirms it."""
        room = self.room
        room.__dict__["sheet"] = room.opened(at=on(9))
        people = [room.row(lawyer, FULL) for lawyer in room.lawyers(count)]
        digits = [code.digits for code in codes_of(self.disc, room.session.lecture_version)]
        room.save(room.keyed(*people, codes=digits), at=on(18, 16))
        room.scan(at=on(18, 17))
        room.report(at=on(18, 18))
        room.confirm(at=on(19))

    def held_and_confirmed(self) -> None:
        fact = courses.session_fact(self.code)
        quotas.hold_session(session=fact, by=self.world.supporting_officer, at=on(20))
        quotas.confirm_session(session=fact, by=self.world.beneficiary_officer, at=on(21))

    def month(self) -> months.Month:
        return months.month(
            self.office.plan, supporter=self.world.guangdong, month=MONTH, on=date(2026, 11, 30)
        )

    def close(self) -> quotas.Closed:
        return self.office.close(MONTH, at=on(30, 18))


@pytest.fixture
def screening(world: World) -> Screening:
    found = Screening(world)
    for name in ("county_contact", "beneficiary_officer"):
        getattr(world, name)
    assert found.room.city_officer
    return found


def test_one_event_for_the_region_and_hours_for_twelve_lawyers(screening):
    screening.sent()
    screening.received()
    screening.shown_to(12)
    screening.held_and_confirmed()

    entries = CreditEntry.objects.filter(lecture=screening.room.lecture)
    assert entries.count() == 12
    assert {(entry.mode_code, entry.grade, str(entry.hours)) for entry in entries} == {("dvd", "A", "2.5")}
    fact = courses.session_fact(screening.code)
    assert (fact.reach, fact.evidence_complete) == (12, True)

    screening.close()
    entry = QuotaEntry.objects.get()
    assert (entry.session.code, entry.quantity, entry.beneficiary) == (
        screening.code,
        1,
        screening.world.guangxi,
    )
    assert entry.effective_month == MONTH


@pytest.mark.parametrize(
    ("way", "missing"),
    [
        (("sent",), "光盘签收回执|Receipt of the disc"),
        ((), "光盘寄出|Dispatch of the disc"),
    ],
)
def test_without_dispatch_or_receipt_it_is_not_counted_and_the_month_says_so(screening, way, missing):
    for step in way:
        getattr(screening, step)()
    screening.shown_to(12)
    screening.held_and_confirmed()
    (line,) = screening.month().left_out
    assert line.fact.code == screening.code
    assert any(label in line.why for label in missing.split("|"))
    screening.close()
    assert not QuotaEntry.objects.exists()
    # The hours of those who watched are theirs all the same.
    assert CreditEntry.objects.filter(lecture=screening.room.lecture).count() == 12


def test_who_watched_alone_and_answered_is_reach_without_any_room(screening):
    screening.sent()
    screening.received()
    room = screening.room
    (lawyer,) = room.lawyers(1)
    version = room.session.lecture_version
    sheet = key_answer_sheet(
        disc=screening.disc,
        version=version,
        lawyer=lawyer,
        watched_on=date(2026, 11, 9),
        typed=[code.digits for code in codes_of(screening.disc, version)],
        agreed=True,
        by=screening.world.beneficiary_officer,
        at=on(10),
    )
    assert sheet.accepted
    screening.held_and_confirmed()
    fact = courses.session_fact(screening.code)
    assert (fact.reach, fact.evidence_complete) == (1, True)
    screening.close()
    assert QuotaEntry.objects.get().session.code == screening.code


def test_without_a_roster_it_reached_nobody(screening):
    screening.sent()
    screening.received()
    screening.held_and_confirmed()
    (line,) = screening.month().left_out
    assert line.why
    screening.close()
    assert not QuotaEntry.objects.exists()


def test_what_was_missing_is_made_up_for_and_counts_in_the_next_month(screening):
    screening.sent()
    screening.shown_to(12)
    screening.held_and_confirmed()
    screening.close()
    assert not QuotaEntry.objects.exists()
    moving.receive(
        disc=screening.disc,
        holder="罗联络员",
        on=date(2026, 12, 2),
        by=screening.world.county_contact,
        at=datetime(2026, 12, 2, 9, tzinfo=SHANGHAI),
    )
    screening.office.close("2026-12", at=datetime(2026, 12, 31, 18, tzinfo=SHANGHAI))
    entry = QuotaEntry.objects.get()
    assert (entry.posted_month, entry.effective_month) == ("2026-12", MONTH)


def test_a_session_of_october_is_not_asked_for_discs_that_nobody_kept(world):
    office = Office(world)
    lecture = office.lecture()
    office.reached(lecture, world.county_lawyer, mode="dvd")
    office.confirmed(lecture, mode="dvd")
    office.close("2026-10", at=datetime(2026, 10, 31, 18, tzinfo=SHANGHAI))
    assert QuotaEntry.objects.count() == 1


def test_the_page_of_the_month_names_what_is_missing(
    screening: Screening, client_for: Callable[[Account], Client]
) -> None:
    screening.shown_to(1)
    screening.held_and_confirmed()
    with time_machine.travel(on(30, 12), tick=False):
        desk = client_for(screening.world.supporting_officer)
        page = desk.get(reverse("quotas:close_month", args=["BQQ-2012", MONTH])).content.decode()
    assert screening.code in page
    for label in ("光盘寄出", "光盘签收回执"):
        assert label in page
