"""The eleven behaviours of a 120-minute lecture (domain.md), as a browser sends them: through the public HTTP API, with
the server's clock set by the test. At most one percentage point off, and no honest viewer refused anything.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client

from courses.attendance.clock import to_ms
from courses.credits.models import CreditEntry
from tests.courses.attendance.simulation import MINUTE, percent_credited

pytestmark = pytest.mark.django_db


@dataclass
class Player:
    """The player's script on one device: minutes of the evening in, requests out. It forgets what was acknowledged."""

    client: Client
    version: int
    evening: datetime
    name: str
    playback: str = ""
    sequence: int = 0
    outbox: list[dict[str, int]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    answer: dict = field(default_factory=dict)

    def time(self, at):
        return self.evening + timedelta(minutes=at)

    def ask(self, method, path, at, body=None):
        with time_machine.travel(self.time(at), tick=False):
            given = {} if body is None else {"data": body, "content_type": "application/json"}
            answer = getattr(self.client, method)(f"/api/v1/playbacks/{path}", **given)
        assert answer.status_code in (200, 201), answer.content
        return answer.json()

    def open(self, at=0):
        body = {"version": self.version, "device": self.name, "device_now_ms": to_ms(self.time(at))}
        self.playback, self.sequence = self.ask("post", "", at, body)["id"], 0
        return self

    def claim(self, media, wall):
        self.sequence += 1
        keys = ("media_from_ms", "media_until_ms", "wall_from_ms", "wall_until_ms")
        self.outbox.append(
            {"sequence": self.sequence, **dict(zip(keys, map(round, (*media, *wall)), strict=True))}
        )

    def play(self, media_from, media_until, at, rate=1):
        """Play a stretch in spans of a minute at most; return when it ended."""
        start, end = to_ms(self.time(at)), to_ms(self.time(at + (media_until - media_from) / rate))
        media = media_from * MINUTE
        while start < end:
            until = min(start + MINUTE, end)
            played = (until - start) * rate
            self.claim((media, media + played), (start, until))
            start, media = until, media + played
        return at + (media_until - media_from) / rate

    def send(self, at):
        body = {"device_now_ms": to_ms(self.time(at)), "spans": self.outbox, "position_ms": 0}
        self.answer = self.ask("post", f"{self.playback}/spans/", at, body)
        known = set(self.answer["acknowledged"])
        self.refused += [each["reason"] for each in self.answer["refused"]]
        self.outbox = [span for span in self.outbox if span["sequence"] not in known]
        assert self.outbox == []

    def watch(self, media_from, media_until, at, rate=1):
        """Play with a good line: a report every ten minutes of the evening."""
        while media_from < media_until:
            until = min(media_from + 10 * rate, media_until)
            at = self.play(media_from, until, at, rate)
            self.send(at)
            media_from = until
        return at


@pytest.fixture
def player(client_for, world, version, evening):
    return lambda name="old PC": Player(client_for(world.county_account), version.pk, evening, name)


@pytest.fixture
def credited(world, version):
    return lambda: percent_credited(world.county_lawyer, version)


def close_to(share):
    return pytest.approx(share, abs=1)


def test_1_an_honest_single_sitting_is_credited_whole(player, credited):
    one = player().open()
    one.watch(0, 120, at=0)
    assert (credited(), one.refused) == (100, [])


def test_2_six_honest_sittings_with_reloads_are_credited_whole(player, credited):
    refused = []
    for sitting in range(6):
        one = player().open(at=sitting * 60)
        one.watch(sitting * 20, sitting * 20 + 20, at=sitting * 60)
        refused += one.refused
    assert (credited(), refused) == (100, [])


def test_3_dragging_to_the_last_minute_is_credited_that_minute(player, credited):
    one = player().open()
    one.watch(119, 120, at=0)
    assert (credited(), one.refused) == (close_to(0.8), [])


def test_4_the_first_twenty_minutes_six_times_are_credited_once(player, credited):
    one, at = player().open(), 0
    for _time in range(6):
        at = one.watch(0, 20, at=at)
    assert (credited(), one.refused) == (close_to(16.7), [])


def test_5_a_hundred_hops_are_credited_what_was_seen_between_them(player, credited):
    one, at = player().open(), 0
    for hop in range(100):
        at = one.play(hop, hop + 1.5 / 60, at=at)
    one.send(at)
    assert (credited(), one.refused) == (close_to(2.1), [])


def test_6_everything_at_eight_times_the_speed(player, credited):
    player().open().watch(0, 120, at=0, rate=8)
    assert credited() == close_to(13)


def test_7_everything_at_twice_the_speed(player, credited):
    player().open().watch(0, 120, at=0, rate=2)
    assert credited() == close_to(52)


def test_8_two_devices_at_once_with_half_each(player, credited):
    left, right = player("left").open(), player("right").open()
    for minute in range(0, 60, 5):
        left.play(minute, minute + 5, at=minute)
        right.play(60 + minute, 65 + minute, at=minute)
        left.send(minute + 5)
        right.send(minute + 5)
    assert credited() == close_to(50)
    assert left.answer["superseded"] is True


def test_9_two_offline_devices_with_half_each_synced_later(player, credited):
    office, home = player("office").open(at=0), player("home").open(at=1)
    office.play(0, 60, at=10)
    home.play(60, 120, at=100)
    home.send(at=3 * 24 * 60)
    office.send(at=4 * 24 * 60)
    assert (credited(), office.refused + home.refused) == (100, [])


def test_10_a_forged_report_with_nothing_played(player, credited):
    one, now = player().open(), None
    now = to_ms(one.time(0))
    one.claim((0, 120 * MINUTE), (now - 120 * MINUTE, now))
    one.claim((0, 120 * MINUTE), (now, now + 120 * MINUTE))
    one.claim((0, 120 * MINUTE), (now, now))
    one.claim((120 * MINUTE, 0), (now, now - 120 * MINUTE))
    one.send(at=0)
    assert (credited(), len(one.refused)) == (0, 4)


def test_11_closed_at_96_percent_is_credited_and_earns_the_hours(player, credited, world):
    one = player().open()
    at = one.watch(0, 115.2, at=0)
    for index in (1, 2, 3):
        code = one.ask("get", f"{one.playback}/codes/{index}/", at)["code"]
        answer = one.ask("post", f"{one.playback}/presence/", at, {"index": index, "code": code})
    assert (credited(), one.refused) == (close_to(96), [])
    assert answer["award"]["hours"] == "2.5"
    assert CreditEntry.objects.get(lawyer=world.county_lawyer).hours == 2.5
    # and whoever goes on afterwards still sees the award with each report
    one.play(115.2, 116, at=at)
    one.send(at + 1)
    assert one.answer["award"]["hours"] == "2.5"
