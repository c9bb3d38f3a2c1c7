"""The benchmark of the player: stalls out of samples, its promises, and a table and a last line that agree."""

import json
from io import StringIO

import pytest
from rich.console import Console

from benchmarks.watch.hour import Sitting
from benchmarks.watch.links import LINKS
from benchmarks.watch.measure import Opening, Run
from benchmarks.watch.site import Credit
from benchmarks.watch.stalls import Sample, Stalls, has_filled, played, stalls
from benchmarks.watch.table import as_json, figures, results
from benchmarks.watch.targets import TARGETS, judge


def watched(*stretches, ahead=10.0):
    """Samples four times a second: (seconds, speed) one after the other, from second 100 of the clock on."""
    samples, at, place = [Sample(100.0, 0.0, ahead)], 100.0, 0.0
    for seconds, speed in stretches:
        for _quarter in range(round(seconds * 4)):
            at, place = at + 0.25, place + 0.25 * speed
            samples.append(Sample(at, place, ahead))
    return samples


def test_a_picture_that_moves_has_no_stalls():
    assert stalls(watched((30, 1)), begin=100, end=130) == Stalls()


def test_stalls_are_counted_and_their_seconds_added():
    found = stalls(watched((5, 1), (2, 0), (5, 1), (3.5, 0), (5, 1)), begin=100, end=121)
    assert (found.count, found.seconds, found.longest) == (2, 5.5, 3.5)


def test_less_than_half_a_second_is_no_stall():
    assert stalls(watched((5, 1), (0.25, 0), (5, 1)), begin=100, end=110).count == 0


def test_a_stall_that_does_not_end_is_one_and_what_lies_outside_is_none():
    samples = watched((4, 0), (6, 1), (10, 0))
    assert stalls(samples, begin=104, end=120) == Stalls(1, 10.0, 10.0)
    assert stalls(samples, begin=104, end=115) == Stalls(1, 5.0, 5.0)
    assert stalls(samples, begin=104, end=110) == Stalls()


def test_played_is_what_moved_without_jumps():
    samples = watched((10, 1), (5, 0), (10, 1))
    jumped = Sample(samples[-1].at + 0.25, samples[-1].place + 300, 10)
    assert played([*samples, jumped]) == pytest.approx(20)
    assert played([]) == 0


def test_a_buffer_is_full_when_it_holds_enough_or_nothing_more_comes():
    growing = [Sample(at, at, 10 + at) for at in range(100)]
    assert not has_filled(growing, wanted=200, quiet=45)
    assert has_filled(growing, wanted=100, quiet=45)
    draining = [Sample(at, at, 300 - at) for at in range(100)]
    assert has_filled(draining, wanted=400, quiet=45)
    assert not has_filled(draining[:40], wanted=400, quiet=45)
    assert not has_filled([], wanted=1, quiet=1)


def run_of(kbits=150, *, minutes=10.0, picture_s=2.5, outage=0, covered=1500.0, **changed):
    """A run that keeps every promise, and what is different in it."""
    facts = {
        "readable_s": 1.1,
        "readable_bytes": 12_000,
        "requests": 4,
        "chosen": "light",
        "chosen_kbits": 60,
    }
    opening = Opening(
        **(facts | changed),
        picture_s=picture_s,
        picture_bytes=30_000,
        picture_requests=2,
        script_bytes=12_000,
    )
    return Run(
        LINKS[kbits],
        minutes,
        [opening] * 3,
        playing=Stalls(),
        growth=1.0,
        filling_s=800.0,
        buffered_s=620.0,
        outage=Stalls(outage, 3.0 * outage, 3.0),
        recovered=Stalls(),
        played_s=1500.0,
        covered_s=covered,
        warm_requests=1,
    )


def test_what_is_kept_is_not_missed_and_a_link_that_did_not_run_is_unmeasured():
    verdict = judge(figures([run_of()]))
    assert verdict.missed == ()
    assert len(verdict.unmeasured) == len(TARGETS) * 2 // 3
    assert judge(figures([run_of(kbits, picture_s=1.0) for kbits in LINKS])).unmeasured == ()


def test_each_broken_promise_is_missed():
    run = run_of(picture_s=3.1, outage=1, covered=1498, readable_s=3.1, requests=5, chosen_kbits=76)
    assert judge(figures([run])).missed == (
        "150_requests_cold",
        "150_readable_s",
        "150_picture_s",
        "150_mode_share",
        "150_outage_stalls",
        "150_lost_s",
    )


def test_a_short_outage_can_break_the_promise_of_ten_minutes_but_never_keep_it():
    assert "150_outage_stalls" in judge(figures([run_of(minutes=1)])).unmeasured
    assert "150_outage_stalls" in judge(figures([run_of(minutes=1, outage=2)])).missed


def test_a_picture_that_never_came_is_not_called_kept():
    run = Run(LINKS[150], 10, run_of(picture_s=None).openings, trouble="no first picture")
    verdict = judge(figures([run]))
    assert {"150_picture_s", "150_script_bytes", "150_lost_s"} <= set(verdict.unmeasured)
    assert "no first picture" in printed([run])


def test_the_last_line_has_every_figure_of_the_table():
    runs = [run_of(outage=2, covered=1490.0)]
    line = json.loads(json.dumps(as_json(runs, judge(figures(runs)), line="a tunnel", cores=2)))
    assert line["missed"] == ["150_outage_stalls", "150_lost_s"]
    (link,) = line["links"]
    assert (link["outage"]["count"], link["outage"]["seconds"], link["lost_s"]) == (2, 6.0, 10.0)
    assert (link["openings"][0]["picture_bytes"], line["line"]) == (30_000, "a tunnel")
    text = printed(runs)
    assert "MISSED" in text
    assert "a tunnel" in text


def printed(runs):
    console = Console(file=StringIO(), width=200)
    console.print(results(runs, figures(runs), line="a tunnel"))
    return console.file.getvalue()


class TestASittingOfAnHour:
    def sitting(self, *, played=3600.0, covered=3590.0, credit=True, outages=(300.0, 600.0)):
        return Sitting(
            "256",
            60,
            outages_s=outages,
            played_s=played,
            covered_s=covered,
            credit=Credit(3420.0, "1.0") if credit else None,
        )

    def test_it_keeps_its_promise_within_one_per_cent(self):
        assert self.sitting().missed == []
        assert self.sitting(covered=3636.0).missed == []

    def test_a_minute_too_few_or_too_many_is_missed(self):
        assert self.sitting(covered=3540.0).missed == ["credited_is_played"]
        assert self.sitting(covered=3660.0).missed == ["credited_is_played"]

    def test_without_hours_in_the_ledger_it_is_missed(self):
        assert self.sitting(credit=False).missed == ["credited"]

    def test_a_line_that_was_lost_once_only_proves_nothing(self):
        assert self.sitting(outages=(300.0,)).missed == ["outages"]

    def test_nothing_played_is_no_promise_kept(self):
        assert "credited_is_played" in self.sitting(played=0.0, covered=0.0).missed
