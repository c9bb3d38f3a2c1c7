"""The recordings that the benchmark draws, and what it knows of them."""

from pathlib import Path

import pytest

from benchmarks.media import legibility, recordings

pytestmark = pytest.mark.media


def test_the_drawn_lecture_shows_what_its_truth_says_and_is_made_once(tmp_path: Path):
    talk = recordings.lecture(tmp_path, seconds=8)

    assert (talk.width, talk.height, talk.frame_rate) == (1920, 1080, 25)
    assert talk.seconds == pytest.approx(8, abs=0.2)
    assert [state.since for state in talk.truth] == [0.0, 6.0]
    assert len(talk.truth[1].text) == len(talk.truth[0].text) + 1
    assert legibility.share_read(talk, talk.path, talk.truth, tmp_path) > 0.95
    # The second bullet is not there yet when the first state is judged.
    first, second = talk.truth
    lines = legibility.seen(talk, talk.path, first.at, tmp_path)
    assert legibility.matched(second.text[-1], lines) < len(second.text[-1]) / 2

    written = talk.path.stat().st_mtime_ns
    assert recordings.lecture(tmp_path, seconds=8).path.stat().st_mtime_ns == written


def test_a_piece_of_a_given_recording_keeps_the_truth_that_lies_in_it(tmp_path: Path):
    talk = recordings.lecture(tmp_path, seconds=8)
    truth = tmp_path / "truth.json"
    truth.write_text(
        '{"changes": [{"t": 0, "text": ["甲"]}, {"t": 3, "text": ["乙"]}, {"t": 60, "text": ["丙"]}]}'
    )

    piece = recordings.given(talk.path, tmp_path / "piece", seconds=5, truth=truth)

    assert piece.seconds == pytest.approx(5, abs=0.3)
    assert [state.text for state in piece.truth] == [("甲",), ("乙",)]
