"""The benchmark's own arithmetic: a figure that flatters us would be worse than none."""

import pytest

from benchmarks.media.legibility import matched, plain
from benchmarks.media.likeness import Point, bits_at
from benchmarks.media.peers import peertube_cap, size
from benchmarks.media.recordings import Recording
from benchmarks.media.targets import TARGETS, Target, judge

KEPT = {
    target.figure: target.at_most if target.at_most is not None else target.at_least for target in TARGETS
}


def recording(tmp_path, **values):
    known = {
        "path": tmp_path,
        "seconds": 60,
        "width": 1920,
        "height": 1080,
        "frame_rate": 25,
        "bit_rate": 2_000_000,
    }
    return Recording(**{**known, **values})


def test_figures_on_the_bound_are_kept():
    verdict = judge(KEPT)
    assert (verdict.missed, verdict.unmeasured) == ((), ())


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.figure)
def test_a_hair_beyond_the_bound_is_missed(target: Target):
    beyond = KEPT[target.figure] * (1.001 if target.at_most is not None else 0.999)
    assert judge({**KEPT, target.figure: beyond}).missed == (target.figure,)


def test_what_nobody_measured_is_not_called_kept():
    verdict = judge({**KEPT, "light_read": None})
    assert (verdict.missed, verdict.unmeasured) == ((), ("light_read",))


def test_bits_between_two_rungs_lie_on_a_line_over_their_logarithm():
    ladder = [Point(400, 80), Point(100, 40)]
    assert bits_at(ladder, 60) == pytest.approx(200)
    assert bits_at(ladder, 80) == pytest.approx(400)


def test_a_ladder_that_is_never_so_good_has_no_bits_for_it():
    assert bits_at([Point(100, 40), Point(400, 80)], 81) is None
    assert bits_at([], 50) is None


def test_below_its_lowest_rung_a_ladder_still_costs_that_rung():
    assert bits_at([Point(100, 40), Point(400, 80)], 10) == 100


def test_a_line_split_by_the_reader_counts_as_read():
    assert matched("病历的真实性存在争议时", ["课后思考", "病历的真实", "性存在争议时"]) == 11


def test_characters_that_merely_occur_on_the_page_do_not_count():
    assert matched("鉴定意见", ["意", "无关的一行，很长很长", "鉴", "另一行", "见"]) < 4


def test_one_wrong_character_costs_one():
    assert matched("医疗损害责任", ["医疗损寄责任"]) == 5


def test_width_case_and_punctuation_do_not_matter():
    assert plain("\uff21\uff22 c，\uff11\uff12。") == "abc12"


def test_a_rung_of_an_upright_recording_is_upright(tmp_path):
    assert size(recording(tmp_path, width=1080, height=1920), 360) == (360, 640)
    assert size(recording(tmp_path), 480) == (854, 480)


def test_a_lean_source_caps_the_peers_rungs(tmp_path):
    assert peertube_cap(recording(tmp_path), 1080) == 2_600_000
    assert peertube_cap(recording(tmp_path, bit_rate=12_000_000), 1080) == 5_184_000
