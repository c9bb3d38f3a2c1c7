"""The benchmark of reports: its figures, its promises, and a table and a last line that agree."""

import json
from io import StringIO

from rich.console import Console

from benchmarks.attendance.load import Outcome, Viewer
from benchmarks.attendance.measure import Run, Step
from benchmarks.attendance.table import as_json, figures, results
from benchmarks.attendance.targets import judge


def run_of(engine="sqlite", *, reports=400, slowest=100.0, errors=(), stored=None):
    """A run of ten seconds at 32 connections beside an empty view that did a hundred a second."""
    latencies = [*[20.0] * (reports - reports // 50), *[slowest] * (reports // 50)]
    step = Step(32, Outcome(10, [5.0] * 1000), Outcome(10, latencies, list(errors)), 1.0, 2.0)
    return Run(
        engine,
        [step],
        acknowledged=reports + 2000,
        stored=2000 + (reports if stored is None else stored),
        bytes_per_hour=30_000,
        crowd=Outcome(60, [15.0] * 2000),
    )


def test_what_is_kept_is_not_missed_and_what_was_not_run_is_not_kept():
    verdict = judge(figures([run_of()]))
    assert verdict.missed == ()
    assert verdict.unmeasured == (
        "postgresql_ratio",
        "postgresql_p99_ms",
        "postgresql_crowd_p99_ms",
        "postgresql_errors",
        "postgresql_lost",
    )


def test_slow_rare_failing_and_lost_reports_are_each_missed():
    runs = [run_of(reports=399), run_of("postgresql", slowest=121, errors=["500 oh"], stored=399)]
    assert judge(figures(runs)).missed == (
        "sqlite_ratio",
        "postgresql_p99_ms",
        "postgresql_errors",
        "postgresql_lost",
    )


def test_a_database_that_is_not_there_is_unmeasured_and_says_why():
    run = Run("postgresql", why_not="no PostgreSQL server is installed")
    assert len(judge(figures([run_of(), run])).unmeasured) == 5
    assert "no PostgreSQL server" in printed([run_of(), run])


def test_no_answer_at_all_is_not_called_kept():
    nothing = Run("sqlite", [Step(32, Outcome(10, [1.0]), Outcome(10, [], ["connection ended"]), 1, 1)])
    verdict = judge(figures([nothing]))
    assert {"sqlite_ratio", "sqlite_errors"} <= set(verdict.missed)
    assert {"sqlite_p99_ms", "sqlite_crowd_p99_ms"} <= set(verdict.unmeasured)


def test_a_report_that_fails_in_the_crowd_counts_as_failed():
    run = run_of()
    run.crowd = Outcome(60, [130.0] * 1000, ["500 oh"])
    assert {"sqlite_errors", "sqlite_crowd_p99_ms"} <= set(judge(figures([run])).missed)


def test_the_last_line_has_every_figure_of_the_table():
    runs = [run_of(slowest=130)]
    line = json.loads(json.dumps(as_json(runs, judge(figures(runs)), load=0.5, cores=2)))
    assert line["missed"] == ["sqlite_p99_ms"]
    (step,) = line["runs"][0]["steps"]
    assert (step["report"]["per_second"], step["report"]["p99_ms"], step["ratio"]) == (40.0, 130.0, 0.4)
    text = printed(runs)
    assert "MISSED" in text
    assert "30,000" in text


def test_a_viewer_reports_one_half_minute_after_the_other_and_numbers_them():
    viewer = Viewer("key", "id", opened_ms=1_000)
    first, second = (json.loads(viewer.report().partition(b"\r\n\r\n")[2])["spans"][0] for _time in range(2))
    assert (first["sequence"], second["sequence"]) == (1, 2)
    assert first["wall_until_ms"] == second["wall_from_ms"]
    assert first["media_until_ms"] == second["media_from_ms"] == 30_000


def printed(runs):
    console = Console(file=StringIO(), width=150)
    console.print(results(runs, figures(runs)))
    return console.file.getvalue()
