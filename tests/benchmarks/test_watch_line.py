"""The line of the player's benchmark: rate, delay, loss, and what is counted on it."""

import pytest

from benchmarks.watch.links import LINKS, LONGEST_WAIT_S, Link, Way
from benchmarks.watch.traffic import Traffic

CLEAN = Link(kbits=80, round_trip_ms=300, loss=0)


def test_the_links_are_those_of_the_design_document():
    assert [(link.kbits, link.round_trip_ms, link.loss) for link in LINKS.values()] == [
        (150, 400, 0.03),
        (256, 300, 0.01),
        (512, 150, 0.005),
    ]
    assert LINKS[512].says == "512 kbit/s, 150 ms, 0.5 % loss"


def test_a_packet_takes_its_time_on_the_line_and_half_a_round_trip():
    assert Way(CLEAN, seed=1).send(1000, now=5.0) == pytest.approx(5.0 + 0.1 + 0.15)


def test_packets_leave_one_after_the_other_and_an_idle_line_saves_nothing_up():
    way = Way(CLEAN, seed=1)
    assert [way.send(1000, now=0.0) for _packet in range(3)] == pytest.approx([0.25, 0.35, 0.45])
    assert way.send(1000, now=10.0) == pytest.approx(10.25)


def test_what_would_wait_too_long_is_thrown_away_and_takes_no_time():
    way = Way(CLEAN, seed=1)
    arrived = [way.send(1000, now=0.0) for _packet in range(20)]
    assert arrived.count(None) == 9
    assert way.waiting_s(0.0) == pytest.approx(LONGEST_WAIT_S + 0.1)
    assert way.send(1000, now=0.2) is not None


def test_a_first_window_of_tcp_fits_on_every_link():
    for link in LINKS.values():
        way = Way(Link(link.kbits, link.round_trip_ms, 0), seed=1)
        assert None not in [way.send(1500, now=0.0) for _packet in range(10)]


@pytest.mark.parametrize("link", LINKS.values(), ids=lambda link: link.kbits)
def test_as_many_are_lost_as_the_link_says_and_the_same_ones_each_time(link):
    def lost(seed):
        way = Way(link, seed=seed)
        return [number for number in range(20_000) if way.send(1500, now=number) is None]

    assert len(lost(1)) / 20_000 == pytest.approx(link.loss, abs=0.002)
    assert lost(1) == lost(1) != lost(2)


def test_traffic_knows_what_had_come_at_a_moment():
    traffic = Traffic()
    assert traffic.until(100.0) == 0
    for at in (10.0, 11.0, 11.0, 12.5):
        traffic.add(100, down=True, at=at)
    traffic.add(40, down=False)
    assert [traffic.until(at) for at in (9.9, 10.0, 11.2, 99.0)] == [0, 100, 300, 400]
    assert traffic.between(10.0, 12.5) == 300
    assert (traffic.down, traffic.up) == (400, 40)
