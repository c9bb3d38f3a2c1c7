"""A part heard in a room, and all of it watched alone: the better one counts, once, and what was watched is never lost."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from courses.credits import corrections, operations, queries, records
from courses.credits.models import CreditEntry
from courses.credits.operations import REPEATED, award_attendance
from qianchang.groundwork import ledgers

pytestmark = pytest.mark.django_db
MINUTE_MS = 60_000
PART, WHOLE = Decimal("1.0"), Decimal("2.5")


@pytest.fixture
def attended(world, version, evening):
    """Return a function by which the county lawyer is credited what was heard in a room on the day of the evening."""

    def credit(minutes=45, mode_code="dvd", on=None, people=True):
        return award_attendance(
            lawyer=world.county_lawyer,
            version=version,
            mode_code=mode_code,
            on=on or localdate(evening),
            attended_ms=None if minutes is None else minutes * MINUTE_MS,
            codes_answered=0,
            grade="A",
            maker=world.county_contact if people else None,
            checker=world.beneficiary_officer if people else None,
            at=evening - timedelta(hours=1),
        )

    return credit


@pytest.fixture
def standing(world):
    return lambda: [(each.mode_code, each.hours) for each in queries.awards_of(world.county_lawyer)]


class TestAPartMakesWay:
    def test_all_of_it_watched_takes_the_place_of_a_part(self, attended, watched, standing):
        attended()
        watched()
        assert standing() == [("network_video", WHOLE)]
        assert sum(entry.hours for entry in CreditEntry.objects.all()) == WHOLE
        assert ledgers.verify(CreditEntry, "CN-GX") == []

    def test_the_reversal_names_nobody_and_says_for_what(self, attended, watched):
        part = attended()
        watched()
        part.refresh_from_db()
        assert (part.reversed_by.maker, part.reversed_by.checker, part.reversed_by.reason) == (None, None, "")
        assert part.reversed_by.made_way_for == WHOLE
        assert part.reversed_by.renewed_by.hours == WHOLE

    def test_what_was_watched_before_the_room_counts_along(self, attended, device, standing):
        player = device().open()
        player.watch(0, 60, at=0)
        attended()
        player.answer_codes(player.watch(60, 120, at=70))
        assert standing() == [("network_video", WHOLE)]

    def test_watching_on_changes_nothing_more(self, attended, watched):
        attended()
        player = watched()
        player.send_again(at=130)
        player.watch(0, 120, at=140)
        assert CreditEntry.objects.count() == 3

    def test_half_of_it_watched_leaves_the_part(self, attended, device, standing):
        attended()
        player = device().open()
        player.answer_codes(player.watch(0, 60, at=0))
        assert standing() == [("dvd", PART)]

    def test_all_of_it_heard_in_the_room_makes_no_way(self, attended, watched, standing):
        attended(minutes=None)
        watched()
        assert standing() == [("dvd", WHOLE)]

    def test_the_player_does_not_call_a_part_credited(self, attended, device, world, version):
        attended()
        answer = device().open().watch(0, 30, at=0)
        assert answer is not None
        from courses.credits.office import Office

        office = Office()
        award = office.award_of(
            world.county_lawyer,
            lecture_id=version.lecture_id,
            terms=office.terms(world.guangxi.jurisdiction, on=world.day),
            on=world.day,
        )
        assert award is not None
        assert award.is_part


class TestTheBetterOneFalls:
    """Somebody watched it all, a sheet named the same person on site, and the sheet was wrong."""

    def test_what_was_watched_counts_again(self, attended, watched, standing, world, evening):
        watched()
        onsite = attended(minutes=None, mode_code="onsite")
        assert standing() == [("onsite", WHOLE)]
        take_back(onsite, world, at=evening + timedelta(days=1))
        assert standing() == [("network_video", WHOLE)]

    def test_but_not_what_two_officers_took_back_themselves(
        self, attended, watched, standing, world, evening
    ):
        watched()
        take_back(CreditEntry.objects.get(), world, at=evening + timedelta(hours=4))
        attended()
        take_back(queries.awards_of(world.county_lawyer).get(), world, at=evening + timedelta(days=1))
        assert standing() == []


class TestTheNextYear:
    def test_watching_that_made_way_does_not_count_in_the_next_year_too(
        self, attended, watched, standing, evening
    ):
        player = watched()
        attended(minutes=None, mode_code="onsite")
        player.watch(0, 1, at=400 * 24 * 60)
        assert standing() == [("onsite", WHOLE)]


class TestTheWall:
    def reversal(self, award, **said):
        values = {name: getattr(award, name) for name in REPEATED}
        return CreditEntry(**values, hours=-award.hours, reverses=award, **said)

    @pytest.mark.parametrize("for_what", [None, Decimal("0.5"), PART])
    def test_nobody_takes_back_for_as_much_or_less(self, attended, for_what, evening):
        award = attended()
        with pytest.raises(IntegrityError), transaction.atomic():
            ledgers.append(self.reversal(award, made_way_for=for_what), ledger=award.ledger, at=evening)

    def test_one_person_alone_never_does(self, attended, world, evening):
        award = attended()
        with pytest.raises(IntegrityError), transaction.atomic():
            ledgers.append(
                self.reversal(award, made_way_for=WHOLE, maker=world.county_contact, reason="一人"),
                ledger=award.ledger,
                at=evening,
            )

    def test_an_award_makes_way_for_nothing(self, attended, evening):
        award = attended()
        values = {name: getattr(award, name) for name in REPEATED} | {"accounting_year": 2020}
        with pytest.raises(IntegrityError), transaction.atomic():
            ledgers.append(
                CreditEntry(**values, hours=award.hours, made_way_for=WHOLE), ledger=award.ledger, at=evening
            )


def take_back(entry, world, *, at):
    """Two officers take an award back."""
    entry = CreditEntry.objects.select_related("lawyer__association").get(pk=entry.pk)
    proposed = corrections.propose_correction(
        subject=corrections.subject_of_entry(entry),
        reason="当天不在场。",
        by=world.beneficiary_officer,
        at=at,
    )
    return corrections.carry_out(correction=proposed, by=world.second_beneficiary_officer, at=at)


def test_the_last_reversal_is_the_latest_one_in_whichever_ledger_it_stands():
    """A lawyer moved to another association, whose ledger is younger: its numbers are smaller."""
    first, second = CreditEntry(pk=1, accounting_year=2026), CreditEntry(pk=3, accounting_year=2026)
    CreditEntry(pk=2, ledger="CN-GX", sequence=501, reverses=first)
    latest = CreditEntry(pk=4, ledger="CN-YN", sequence=4, reverses=second)
    assert operations._of_year([first, second], 2026) == (None, latest)


class TestMyHours:
    """A part was heard in a room, and 60 of 120 minutes watched since."""

    def pending(self, world, evening):
        at = evening + timedelta(hours=3)
        lawyer = world.county_lawyer
        year = queries.year_of(lawyer, year=None, at=at)
        return records.year_page(lawyer, year, at=at).pending

    def test_what_is_still_to_be_watched_is_said_and_what_it_adds(self, attended, device, world, evening):
        attended()
        device().open().watch(0, 60, at=0)
        ((row, _mode),) = self.pending(world, evening)
        assert row.hours == WHOLE - PART
        assert "54 分钟" in row.why
        assert "1.0 学时" in row.why
        assert row.do == "继续看"
        assert not row.awaits_association

    def test_nothing_is_said_where_all_of_it_was_heard(self, attended, device, world, evening):
        attended(minutes=None)
        device().open().watch(0, 60, at=0)
        assert self.pending(world, evening) == ()

    def test_nothing_is_said_once_all_of_it_was_watched(self, attended, watched, world, evening):
        attended()
        watched()
        assert self.pending(world, evening) == ()

    def test_the_page_goes_on_with_it(self, attended, device, world, evening):
        attended()
        device().open().watch(0, 60, at=0)
        at = evening + timedelta(hours=3)
        year = queries.year_of(world.county_lawyer, year=None, at=at)
        offered = records.year_page(world.county_lawyer, year, at=at).next_lecture
        assert offered is not None
        assert offered.percent == 50
