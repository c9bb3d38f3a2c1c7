"""The eleven behaviours of a 120-minute lecture (domain.md, end of "From watching to 学时"), and what
surrounds them.
"""

import pytest

from courses.attendance import operations, queries
from courses.attendance.models import Coverage, Playback, WatchedSpan
from courses.attendance.rules import Refusal
from courses.credits.models import CreditEntry
from qianchang.groundwork.models import AppendOnlyError
from tests.courses.attendance.simulation import MINUTE, percent_credited

pytestmark = pytest.mark.django_db


@pytest.fixture
def credited(world, version):
    return lambda: percent_credited(world.county_lawyer, version)


class TestElevenBehaviours:
    def test_1_an_honest_single_sitting_is_credited_whole(self, device, credited):
        device().open().watch(0, 120, at=0)
        assert credited() == 100

    def test_2_six_honest_sittings_with_reloads_are_credited_whole(self, device, credited):
        player = device()
        for sitting in range(6):
            player.open(at=sitting * 60)
            player.watch(sitting * 20, sitting * 20 + 20, at=sitting * 60)
        assert credited() == 100

    def test_3_dragging_to_the_last_minute_is_credited_that_minute(self, device, credited):
        device().open().watch(119, 120, at=0)
        assert credited() == 0.8

    def test_4_the_first_twenty_minutes_six_times_are_credited_once(self, device, credited):
        player, at = device().open(), 0
        for _time in range(6):
            at = player.watch(0, 20, at=at)
        assert credited() == 16.7

    def test_5_a_hundred_hops_are_credited_what_was_seen_between_them(self, device, credited):
        player, at = device().open(), 0
        for hop in range(100):
            at = player.play(hop, hop + 1.5 / 60, at=at)
        player.send(at)
        assert credited() == 2.1

    def test_6_eight_times_the_speed_is_credited_an_eighth(self, device, credited):
        device().open().watch(0, 120, at=0, rate=8)
        assert credited() == 13.1

    def test_7_twice_the_speed_is_credited_half(self, device, credited):
        device().open().watch(0, 120, at=0, rate=2)
        assert credited() == 52.5

    def test_8_two_devices_at_once_with_half_each_are_credited_one_half(self, device, credited):
        left, right = device("left").open(), device("right").open()
        for minute in range(60):
            left.play(minute, minute + 1, at=minute)
            right.play(60 + minute, 61 + minute, at=minute)
            left.send(minute + 1)
            right.send(minute + 1)
        assert credited() == 50

    def test_9_two_offline_devices_with_half_each_synced_later_are_credited_whole(self, device, credited):
        office, home = device("office").open(at=0), device("home").open(at=1)
        office.play(0, 60, at=10)
        home.play(60, 120, at=100)
        home.send(at=3 * 24 * 60)
        office.send(at=4 * 24 * 60)
        assert credited() == 100

    def test_10_a_forged_report_with_nothing_played_is_credited_nothing(self, device, credited):
        player = device().open(at=0)
        player.claim((0, 120 * MINUTE), (player.clock_ms(-120), player.clock_ms(0)))
        player.claim((0, 120 * MINUTE), (player.clock_ms(0), player.clock_ms(120)))
        player.claim((0, 120 * MINUTE), (player.clock_ms(0), player.clock_ms(0)))
        player.claim((120 * MINUTE, 0), (player.clock_ms(0), player.clock_ms(-120)))
        answer = player.send(at=0)
        assert credited() == 0
        assert len(answer.refused) == 4

    def test_11_closed_at_96_percent_is_credited_and_earns_the_hours(self, device, credited, world):
        player = device().open()
        at = player.watch(0, 115.2, at=0)
        player.answer_codes(at)
        assert credited() == 96
        assert CreditEntry.objects.get(lawyer=world.county_lawyer).hours == 2.5


class TestReporting:
    def test_sending_everything_again_changes_nothing(self, device, credited):
        player = device().open()
        player.watch(0, 30, at=0)
        before = Coverage.objects.values().get()
        answer = player.send_again(at=40)
        assert Coverage.objects.values().get() | {"updated_at": 0, "position_ms": 0} == before | {
            "updated_at": 0,
            "position_ms": 0,
        }
        assert WatchedSpan.objects.count() == 30
        assert len(answer.acknowledged) == 30

    def test_what_was_refused_is_said_with_the_reason_and_kept(self, device):
        player = device().open()
        player.play(0, 10, at=0, rate=2)
        answer = player.send(at=5)
        assert {reason for _sequence, reason in answer.refused} == {Refusal.TOO_FAST}
        assert WatchedSpan.objects.filter(refusal=Refusal.TOO_FAST).count() == 5

    def test_a_wrong_clock_on_the_device_costs_nothing(self, device, credited):
        device("three hours late", behind_ms=3 * 60 * MINUTE).open().watch(0, 60, at=0)
        assert credited() == 50

    def test_a_clock_that_is_set_in_the_middle_costs_nothing_that_is_played_after(self, device, credited):
        player = device().open()
        player.watch(0, 30, at=0)
        player.behind_ms = -2 * 60 * MINUTE
        player.watch(30, 60, at=30)
        assert credited() == 50

    def test_a_slow_line_costs_nothing(self, device, credited):
        player, at = device().open(), 0
        for part in range(12):
            at = player.play(part * 5, part * 5 + 5, at=at)
            player.send(at, travels_ms=(part * 7919) % 20_000)
        assert credited() == 50

    def test_a_link_lost_for_twenty_minutes_costs_nothing(self, device, credited):
        player = device().open()
        at = player.watch(0, 30, at=0)
        at = player.play(30, 50, at=at)
        player.send(at + 20)
        assert credited() == pytest.approx(41.7)

    def test_after_thirty_days_a_report_is_too_late(self, device, credited):
        player = device().open()
        player.play(0, 10, at=0)
        answer = player.send(at=31 * 24 * 60)
        assert credited() == 0
        assert {reason for _sequence, reason in answer.refused} == {Refusal.TOO_LATE}

    def test_opening_a_player_supersedes_the_other_one_which_still_reports_what_it_played(
        self, device, credited
    ):
        first = device("office").open(at=0)
        first.play(0, 10, at=0)
        second = device("home").open(at=10)
        first.send(at=12)
        assert Playback.objects.get(pk=first.playback.pk).superseded_at == second.time(10)
        assert Playback.objects.get(pk=second.playback.pk).superseded_at is None
        assert credited() == pytest.approx(8.3)

    def test_the_same_minute_of_two_lectures_counts_once(self, device, world, version):
        player = device().open()
        player.play(0, 10, at=0)
        player.play(20, 30, at=0)
        player.send(at=10)
        assert Coverage.objects.get().covered_ms == 10 * MINUTE
        assert Coverage.objects.get().accepted_wall_ms == 10 * MINUTE

    def test_coverage_can_be_rebuilt_from_the_spans(self, device, world, version, evening):
        device().open().watch(0, 20, at=0, rate=2)
        rebuilt = queries.covered_since(world.county_lawyer, version, evening)
        assert [list(piece) for piece in rebuilt] == Coverage.objects.get().intervals_ms

    def test_a_span_stands_for_ever(self, device):
        device().open().watch(0, 1, at=0)
        with pytest.raises(AppendOnlyError):
            WatchedSpan.objects.get().delete()

    def test_times_no_clock_can_show_are_refused_and_do_no_harm(self, device, credited):
        player = device().open()
        player.claim((-(10**13), 10**13), (-(10**13), 10**13))
        answer = player.send(at=1)
        assert answer.acknowledged == (1,)
        assert credited() < 1


class TestOpening:
    def test_a_lawyer_of_a_region_without_a_release_cannot_open_it(self, world, version, evening):
        with pytest.raises(operations.UnableToOpenPlayback):
            operations.open_playback(
                lawyer=world.yunnan_lawyer, version=version, device="", device_now_ms=0, at=evening
            )
        assert not Playback.objects.exists()

    def test_a_lawyer_who_has_not_enrolled_cannot_open_it(self, world, version, evening):
        with pytest.raises(operations.UnableToOpenPlayback):
            operations.open_playback(
                lawyer=world.second_county_lawyer, version=version, device="", device_now_ms=0, at=evening
            )
