"""One lawyer in two places at once: whoever keys and confirms sees it, and no hour of the clock gives hours twice."""

from datetime import datetime, time, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from courses.attendance import registries
from courses.attendance.clock import to_ms
from courses.attendance.folding import Report, ReportedSpan, fold
from courses.attendance.models import Coverage, Playback, WatchedSpan
from courses.attendance.rules import MINUTE_MS, Refusal
from courses.attendance.sentences import refusal_sentence
from courses.credits import corrections
from courses.credits.models import AccountingWindow, CreditEntry, CreditRule
from courses.schedule.rules import NETWORK_VIDEO
from courses.sheets import deciding
from courses.sheets.deciding import UnableToDecide
from courses.sheets.models import CountedSpan, Sheet
from courses.sheets.office import awaited
from courses.sheets.rules import FULL, PART
from qianchang.people.models import Account, Lawyer
from tests.courses.sheets.factories import Room
from tests.world import World

pytestmark = pytest.mark.django_db


def another(room: Room, *, begins: time = time(10), title: str = "民间借贷纠纷", **said: object) -> Room:
    """Another room of the county on the same day, with another lecture."""
    second = Room(room.world, people=room.people)
    second.__dict__.update(discs=room.discs, firm=room.firm, city_officer=room.city_officer)
    second.__dict__["lecture"] = room.discs.lecture(title)
    second.__dict__["sheet"] = second.opened(site="那坡县党校", begins_at=begins, **said)
    return second


def hours(lawyer: Lawyer) -> list[Decimal]:
    return [entry.hours for entry in CreditEntry.objects.filter(lawyer=lawyer).order_by("pk")]


def taken_back(lawyer: Lawyer, room: Room) -> None:
    """Two people take back the hours of a lawyer, three days later."""
    world = room.world
    subject = corrections.subject_of_entry(CreditEntry.objects.select_related("lawyer").get(lawyer=lawyer))
    proposed = corrections.propose_correction(
        subject=subject, reason="不在场", by=room.city_officer, at=world.later(days=2)
    )
    corrections.carry_out(correction=proposed, by=world.beneficiary_officer, at=world.later(days=3))


def watched(lawyer: Lawyer, room: Room, begins: datetime, minutes: int) -> None:
    """Somebody sat at a player, and it was accepted."""
    version = room.session.lecture_version
    playback = Playback.objects.create(
        lawyer=lawyer, lecture_version=version, opened_at=begins, device="browser"
    )
    ends = begins + timedelta(minutes=minutes)
    WatchedSpan.objects.create(
        playback=playback,
        lawyer=lawyer,
        sequence=1,
        media_from_ms=0,
        media_until_ms=minutes * 60_000,
        wall_from=begins,
        wall_until=ends,
        accepted_ms=[[0, minutes * 60_000]],
        accepted_wall_ms=[[to_ms(begins), to_ms(ends)]],
        received_at=ends,
    )


def brought(lawyer: Lawyer, room: Room, begins: datetime, minutes: int, *, at: datetime) -> list[str]:
    """What was played without a line is reported `at`; return why parts of it were refused."""
    playback = Playback.objects.create(
        lawyer=lawyer,
        lecture_version=room.session.lecture_version,
        opened_at=begins,
        download_until=begins + timedelta(days=30),
        device="browser",
    )
    Coverage.objects.create(lawyer=lawyer, lecture_version=room.session.lecture_version, updated_at=begins)
    start, length = to_ms(begins), minutes * MINUTE_MS
    span = ReportedSpan(1, (0, length), (start, start + length))
    (folded,) = fold([Report(lawyer.account_id, playback.public_id, [span], to_ms(at), length, at)])
    assert folded is not None
    return [reason for _sequence, reason in folded.refused]


def accepted_minutes(lawyer: Lawyer) -> int:
    (span,) = WatchedSpan.objects.filter(lawyer=lawyer)
    return sum(end - start for start, end in span.accepted_wall_ms) // MINUTE_MS


def page_of(account: Account, room: Room, name: str = "") -> str:
    client = Client()
    client.force_login(account)
    return client.get(f"/office/sheets/{room.sheet.pk}/{name}").content.decode()


class TestTwoRooms:
    """From 9:00 to 10:58 in one room, from 10:00 to 11:58 in another."""

    def test_the_second_one_counts_what_is_left(self, room: Room):
        (lawyer,) = room.lawyers(1)
        second = another(room)
        room.confirmed(room.keyed(room.row(lawyer)))
        second.confirmed(second.keyed(second.row(lawyer)))
        # Sixty minutes of the second lecture are 1.0.
        assert hours(lawyer) == [Decimal("2.5"), Decimal("1.0")]
        spans = list(CountedSpan.objects.filter(lawyer=lawyer).order_by("from_at"))
        assert [(each.until_at - each.from_at) / timedelta(minutes=1) for each in spans] == [118, 60]

    def test_at_the_same_hours_nothing_is_left(self, room: Room):
        one, two = room.lawyers(2)
        second = another(room, begins=time(9))
        room.confirmed(room.keyed(room.row(one)))
        second.confirmed(second.keyed(second.row(one), second.row(two)))
        assert (hours(one), hours(two)) == ([Decimal("2.5")], [Decimal("2.5")])

    def test_one_after_the_other_both_count(self, room: Room):
        (lawyer,) = room.lawyers(1)
        second = another(room, begins=time(11))
        room.confirmed(room.keyed(room.row(lawyer)))
        second.confirmed(second.keyed(second.row(lawyer)))
        assert hours(lawyer) == [Decimal("2.5")] * 2

    def test_a_part_counts_where_there_is_time_for_it(self, room: Room):
        (lawyer,) = room.lawyers(1)
        second = another(room)
        room.confirmed(room.keyed(room.row(lawyer)))
        second.confirmed(second.keyed(second.row(lawyer, PART, 45)))
        assert hours(lawyer) == [Decimal("2.5"), Decimal("1.0")]

    def test_hours_that_two_people_took_back_take_no_time_any_more(self, room: Room, world: World):
        (lawyer,) = room.lawyers(1)
        second = another(room)
        room.confirmed(room.keyed(room.row(lawyer)))
        taken_back(lawyer, room)
        second.save(second.keyed(second.row(lawyer)))
        second.scan()
        second.report()
        second.confirm(at=world.later(days=4))
        assert hours(lawyer)[-1] == Decimal("2.5")

    def test_the_same_lecture_again_is_one_award_and_the_better_one(self, room: Room):
        (lawyer,) = room.lawyers(1)
        second = another(room)
        second.__dict__.update(session=room.session, disc=room.disc, lecture=room.lecture)
        second.__dict__["sheet"] = second.opened(site="那坡县党校", begins_at=time(10))
        room.confirmed(room.keyed(room.row(lawyer, PART, 90)))
        second.confirmed(second.keyed(second.row(lawyer)))
        assert sum(hours(lawyer)) == Decimal("2.5")
        assert "那坡县司法局" in page_of(room.city_officer, second, "review/")

    def test_a_list_alone_takes_no_time(self, room: Room):
        (lawyer,) = room.lawyers(1)
        second = another(room)
        room.save(room.keyed(room.row(lawyer), codes=[]))
        room.report()
        assert room.confirm().grade == "C"
        second.confirmed(second.keyed(second.row(lawyer)))
        assert hours(lawyer) == [Decimal("2.5")]

    def test_the_database_refuses_the_same_time_twice(self, room: Room):
        (lawyer,) = room.lawyers(1)
        second = another(room)
        room.confirmed(room.keyed(room.row(lawyer)))
        second.confirmed(second.keyed(second.row(lawyer)))
        first, last = CountedSpan.objects.filter(lawyer=lawyer).order_by("from_at")
        with pytest.raises(DatabaseError), transaction.atomic():
            CountedSpan.objects.create(
                row=last.row,
                entry=last.entry,
                lawyer=lawyer,
                from_at=first.until_at - timedelta(minutes=1),
                until_at=first.until_at,
            )


class TestAtAPlayer:
    def test_what_was_watched_elsewhere_does_not_count_here(self, room: Room, world: World):
        (lawyer,) = room.lawyers(1)
        second = another(room)
        watched(lawyer, second, world.now, 60)
        room.confirmed(room.keyed(room.row(lawyer)))
        # Of 118 minutes from 9:00, those from 9:30 to 10:30 count at the player.
        assert hours(lawyer) == [Decimal("1.0")]

    def test_the_same_lecture_on_a_telephone_in_the_room_takes_nothing(self, room: Room, world: World):
        (lawyer,) = room.lawyers(1)
        watched(lawyer, room, world.now, 60)
        room.confirmed(room.keyed(room.row(lawyer)))
        assert hours(lawyer) == [Decimal("2.5")]

    def test_watching_that_is_brought_later_takes_no_time_of_a_room(self, room: Room, world: World):
        # Given 118 minutes from 9:00 in a room, confirmed
        (lawyer,) = room.lawyers(1)
        second = another(room)
        room.confirmed(room.keyed(room.row(lawyer)))
        # When somebody brings that another lecture was played from 9:30 to 11:20
        reasons = brought(lawyer, second, world.now, 110, at=world.later(days=2))
        # Then the minutes after the room are theirs, and why the others are not is said.
        assert accepted_minutes(lawyer) == 22
        assert reasons == [Refusal.IN_A_ROOM]
        assert "集中听课" in refusal_sentence(reasons[0])

    def test_the_lecture_of_the_room_itself_may_be_watched_at_any_time(self, room: Room, world: World):
        (lawyer,) = room.lawyers(1)
        room.confirmed(room.keyed(room.row(lawyer)))
        assert brought(lawyer, room, world.now, 60, at=world.later(days=2)) == []
        assert accepted_minutes(lawyer) == 60

    def test_it_is_the_same_one_too_when_it_is_brought_in_the_next_year(self, room: Room, world: World):
        (lawyer,) = room.lawyers(1)
        room.confirmed(room.keyed(room.row(lawyer)))
        CreditRule.objects.update(late_days=120)
        in_january = datetime(world.now.year + 1, 1, 2, 9, tzinfo=world.now.tzinfo)
        assert brought(lawyer, room, world.now, 60, at=in_january) == []

    def test_but_not_where_rooms_have_a_year_of_their_own(self, room: Room, world: World):
        # Given a rule by which the year of what is watched begins in November, so that October is of the last one.
        (lawyer,) = room.lawyers(1)
        for rule in CreditRule.objects.all():
            AccountingWindow.objects.create(rule=rule, mode_code=NETWORK_VIDEO, starts_month=11)
        room.confirmed(room.keyed(room.row(lawyer)))
        assert brought(lawyer, room, world.now, 60, at=world.later(days=2)) == [Refusal.IN_A_ROOM]

    def test_hours_of_a_room_that_were_taken_back_take_nothing(self, room: Room, world: World):
        (lawyer,) = room.lawyers(1)
        second = another(room)
        room.confirmed(room.keyed(room.row(lawyer)))
        taken_back(lawyer, room)
        assert brought(lawyer, second, world.now, 60, at=world.later(days=4)) == []
        assert accepted_minutes(lawyer) == 60

    def test_what_is_reported_as_it_is_played_costs_no_query_for_rooms(self, room: Room, world: World):
        (lawyer,) = room.lawyers(1)
        with CaptureQueriesContext(connection) as asked:
            brought(lawyer, room, world.now, 1, at=world.later(minutes=2))
        assert not any("sheets_countedspan" in each["sql"] for each in asked)
        with CaptureQueriesContext(connection) as asked:
            registries.room_times([lawyer.pk], (0, to_ms(world.now)))
        assert len(asked) == 1


class TestWhoSeesIt:
    def test_whoever_keys_and_confirms_sees_the_row_and_the_other_sheet(self, room: Room, world: World):
        one, two = room.lawyers(2)
        second = another(room)
        room.confirmed(room.keyed(room.row(one)))
        second.save(second.keyed(second.row(two), second.row(one)))
        keying = page_of(world.county_contact, second)
        assert "那坡县司法局二楼会议室" in keying
        assert "10:00–10:58" in keying
        second.scan()
        second.report()
        review = page_of(room.city_officer, second, "review/")
        assert room.sheet.number in review
        assert "118 分钟中的 60 分钟" in review
        # 2.5 of the one and 1.0 of the other.
        assert "3.5" in review

    def test_the_page_without_a_network_is_told_when_it_is_saved(self, room: Room, world: World):
        (lawyer,) = room.lawyers(1)
        second = another(room)
        room.save(room.keyed(room.row(lawyer)))
        client = Client()
        client.force_login(world.county_contact)
        rows = [{"lawyer": lawyer.pk, "mark": FULL, "minutes": None}]
        with time_machine.travel(world.later(hours=9), tick=False):
            answer = client.post(
                f"/office/sheets/{second.sheet.pk}/keyed/",
                {"draft_id": str(uuid4()), "base": None, "rows": rows, "codes": []},
                content_type="application/json",
            )
        assert answer.status_code == 200
        assert "1 人在同一时间另有记录" in answer.json()["message"]

    def test_one_that_waits_is_said_as_well(self, room: Room):
        (lawyer,) = room.lawyers(1)
        second = another(room)
        for each in (room, second):
            each.save(each.keyed(each.row(lawyer)))
            each.report()
        assert room.sheet.number in page_of(room.city_officer, second, "review/")
        assert second.sheet.number in page_of(room.city_officer, room, "review/")

    def test_a_cancelled_one_is_not(self, room: Room, world: World):
        (lawyer,) = room.lawyers(1)
        second = another(room)
        room.save(room.keyed(room.row(lawyer)))
        deciding.cancel(sheet=room.again(), by=world.county_contact, at=world.later(hours=5))
        second.save(second.keyed(second.row(lawyer)))
        assert room.sheet.number not in page_of(room.city_officer, second)

    def test_of_another_roster_only_that_there_is_something(self, room: Room, world: World):
        stranger = world.yunnan_lawyer
        second = another(room)
        watched(stranger, second, world.now, 60)
        room.save(room.keyed(room.row(room.lawyers(1)[0]), by_number(stranger)), by=world.county_contact)
        room.report()
        review = page_of(room.city_officer, room, "review/")
        assert "另有记录" in review
        assert "09:30–10:30" not in review

    def test_of_ones_own_roster_when_it_was_watched(self, room: Room, world: World):
        (lawyer,) = room.lawyers(1)
        second = another(room)
        watched(lawyer, second, world.now, 60)
        room.save(room.keyed(room.row(lawyer)))
        room.report()
        assert "09:30–10:30" in page_of(room.city_officer, room, "review/")

    def test_who_sees_numbers_only_is_told_nothing(self, room: Room, world: World):
        (lawyer,) = room.lawyers(1)
        second = another(room)
        for each in (room, second):
            each.save(each.keyed(each.row(lawyer)))
            each.report()
        assert 'id="elsewhere"' not in page_of(world.supporting_officer, room)

    @pytest.mark.parametrize("many", [2, 10])
    def test_the_page_takes_as_many_queries_however_many_rows_it_says_it_of(
        self, room: Room, many: int, django_assert_max_num_queries
    ):
        second = another(room)
        people = room.lawyers(10)
        for each in (room, second):
            each.save(each.keyed(*(each.row(one) for one in people[:many])))
        second.report()
        client = Client()
        client.force_login(room.city_officer)
        address = f"/office/sheets/{second.sheet.pk}/review/"
        client.get(address)
        with django_assert_max_num_queries(34):
            page = client.get(address).content.decode()
        assert page.count("那坡县司法局二楼会议室") == many


def by_number(lawyer: Lawyer):
    from courses.sheets.rules import KeyedRow

    return KeyedRow(name=lawyer.name, licence_number=lawyer.licence_number, firm="外省律所", mark=FULL)


class TestMyHours:
    def test_a_lawyer_is_promised_what_will_count(self, room: Room):
        (lawyer,) = room.lawyers(1)
        second = another(room)
        room.confirmed(room.keyed(room.row(lawyer)))
        second.save(second.keyed(second.row(lawyer)))
        second.report()
        year = room.day.replace(month=1, day=1), room.day.replace(month=12, day=31)
        (waits,) = awaited(lawyer, *year)
        assert waits.hours == Decimal("1.0")
        assert "别处" in waits.why


class TestWhatWasLookedAt:
    def test_a_room_that_was_confirmed_meanwhile_is_said(self, room: Room):
        (lawyer,) = room.lawyers(1)
        second = another(room)
        second.save(second.keyed(second.row(lawyer)))
        second.scan()
        second.report()
        room.confirmed(room.keyed(room.row(lawyer)))
        with pytest.raises(UnableToDecide):
            second.confirm(hours=Decimal("2.5"))
        assert second.again().state == Sheet.State.REPORTED
        assert second.confirm(hours=Decimal("1.0")).grade == "A"
