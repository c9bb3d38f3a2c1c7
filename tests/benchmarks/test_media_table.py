"""The printed table and the last line say the same, and say what was missed."""

import json
from io import StringIO

import pytest
from rich.console import Console

from benchmarks.media.likeness import Likeness
from benchmarks.media.measure import Row, Run, camera_ratios
from benchmarks.media.recordings import Recording
from benchmarks.media.spending import Spent
from benchmarks.media.table import as_json, figures, renditions
from benchmarks.media.targets import judge
from media_pipeline.conductor.local import Report


def run_of(tmp_path, *rows: Row, content: str = "slides") -> Run:
    report = Report(source_bytes=1, content=content, watchable={"sound": 6.0, "all": 100.0})
    recording = Recording(tmp_path / "talk.mp4", 60, 1920, 1080, 25, 2_000_000)
    ours = {"probe": Spent(1, 1), "video": Spent(50, 90), "text": Spent(20, 30)}
    return Run(recording, report, ours, 900, rows=list(rows), bare=Spent(40, 45), decode=Spent(9, 9))


def seen(system: str, name: str, kbits: float, vmaf: float) -> Row:
    like = Likeness(vmaf, vmaf, 0.9)
    return Row(system, name, 1000, kbits, likeness=like, picture_kbits=kbits)


@pytest.fixture
def lecture(tmp_path):
    light = Row("ours", "light", 400, 70.0, read=0.995)
    return run_of(tmp_path, light, Row("PeerTube", "144p", 3000, 200), Row("MediaCMS", "144p", 8000, 160))


@pytest.fixture
def camera(tmp_path):
    rows = [
        seen("ours", "light", 50, 40),
        seen("PeerTube", "144p", 100, 40),
        seen("PeerTube", "240p", 200, 60),
    ]
    return run_of(
        tmp_path, *rows, seen("MediaCMS", "144p", 60, 20), seen("MediaCMS", "240p", 80, 60), content="camera"
    )


def test_our_ladder_counts_all_that_comes_before_watching_and_the_text_not(lecture, camera):
    assert figures(lecture, camera)["ladder_to_bare"] == pytest.approx(51 / 40)


def test_watching_begins_with_audio_and_slides_hearing_before(lecture, camera):
    lecture.report.watchable["audio + slides"] = 30.0
    found = figures(lecture, camera)
    assert (found["first_heard"], found["first_watchable"]) == (0.06, 0.3)


def test_stored_bytes_are_held_against_the_leaner_peer(lecture, camera):
    assert figures(lecture, camera)["stored_to_leanest"] == pytest.approx(0.3)


def test_the_worst_ratio_of_a_camera_counts(lecture, camera):
    ratios = camera_ratios(camera)
    assert ratios["light"]["PeerTube"] == pytest.approx(0.5)
    assert figures(lecture, camera)["camera_bits"] == pytest.approx(50 / (60 * 80) ** 0.5)


def test_what_is_missed_is_printed_as_missed_and_stands_in_the_last_line(lecture, camera):
    values = figures(lecture, camera)
    verdict = judge(values)
    console = Console(width=200, record=True, file=StringIO())
    console.print(renditions(lecture, camera, values))

    line = json.loads(json.dumps(as_json(lecture, camera, verdict)))

    assert line["missed"] == ["stored_to_leanest", "light_kbits", "camera_bits"]
    assert "audio_slides_kbits" in line["unmeasured"]
    printed = console.export_text()
    assert printed.count("MISSED") == 3
    assert printed.count("not measured") == len(line["unmeasured"])
