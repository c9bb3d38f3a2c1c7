"""The one table of a run, and the same as plain values for the last line."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

from benchmarks.attendance.load import Outcome
from benchmarks.attendance.measure import VIEWERS, Run, Step
from benchmarks.attendance.targets import CONNECTIONS, TARGETS
from benchmarks.media.targets import Verdict


def figures(runs: Sequence[Run]) -> dict[str, float | None]:
    """Return the figures that targets are set for; None for what was not measured."""
    found: dict[str, float | None] = {}
    for run in runs:
        step = next((each for each in run.steps if each.connections == CONNECTIONS), None)
        measured = bool(step and step.empty.latencies_ms)
        answered = bool(step and step.reports.latencies_ms)
        found[f"{run.engine}_ratio"] = step.ratio if step and measured else None
        found[f"{run.engine}_p99_ms"] = step.reports.percentile(0.99) if step and answered else None
        everybody = bool(run.crowd and run.crowd.latencies_ms)
        found[f"{run.engine}_crowd_p99_ms"] = run.crowd.percentile(0.99) if run.crowd and everybody else None
        found[f"{run.engine}_errors"] = len(run.errors) if run.steps else None
        found[f"{run.engine}_lost"] = max(run.acknowledged - run.stored, 0) if run.steps else None
    return found


def as_json(runs: Sequence[Run], verdict: Verdict, *, load: float, cores: int) -> dict[str, Any]:
    """Return everything that was measured, and what was missed."""
    return {
        "figures": {name: _rounded(value) for name, value in figures(runs).items()},
        "runs": [_run_json(run) for run in runs],
        "load_before": round(load, 2),
        "cores": cores,
        "unmeasured": list(verdict.unmeasured),
        "missed": list(verdict.missed),
    }


def results(runs: Sequence[Run], values: Mapping[str, float | None]) -> Table:
    """Return the table: every number of connections on every database, then the targets."""
    table = Table(title="Reports of watching, durable, beside an empty view", title_justify="left")
    for heading in (
        "what",
        "connections",
        "a second",
        "p50 ms",
        "p99 ms",
        "CPU ms each",
        "/ empty",
        "errors",
    ):
        table.add_column(heading, justify="left" if heading == "what" else "right")
    for run in runs:
        if run.why_not:
            table.add_row(f"{run.engine}: {run.why_not}")
        for step in run.steps:
            for name, outcome, cpu in (
                ("empty view", step.empty, step.empty_cpu_ms),
                ("report", step.reports, step.report_cpu_ms),
            ):
                table.add_row(
                    f"{run.engine}: {name}",
                    str(step.connections),
                    f"{outcome.per_second:.0f}",
                    f"{outcome.percentile(0.5):.1f}",
                    f"{outcome.percentile(0.99):.1f}",
                    f"{cpu:.2f}",
                    f"{step.ratio:.2f}" if name == "report" else "",
                    str(len(outcome.errors)),
                )
        if run.crowd is not None:
            table.add_row(
                f"{run.engine}: reports of {VIEWERS:,} viewers",
                "one each",
                f"{run.crowd.per_second:.0f}",
                f"{run.crowd.percentile(0.5):.1f}",
                f"{run.crowd.percentile(0.99):.1f}",
                f"{run.crowd_cpu_ms:.2f}",
                "",
                str(len(run.crowd.errors)),
            )
        if run.bytes_per_hour is not None:
            table.add_row(
                f"{run.engine}: database bytes for an hour watched", "", f"{run.bytes_per_hour:,.0f}"
            )
        table.add_section()
    for target in TARGETS:
        value = values.get(target.figure)
        state = "not measured" if value is None else "kept" if target.met(value) else "MISSED"
        shown = "–" if value is None else f"{value:.3g}"
        table.add_row(target.says, "", shown, target.bound, "", "", "", state)
    return table


def _run_json(run: Run) -> dict[str, Any]:
    return {
        "engine": run.engine,
        "why_not": run.why_not,
        "acknowledged": run.acknowledged,
        "stored": run.stored,
        "bytes_per_hour": _rounded(run.bytes_per_hour),
        "first_errors": run.errors[:3],
        "crowd": _outcome_json(run.crowd, run.crowd_cpu_ms) if run.crowd else None,
        "steps": [_step_json(step) for step in run.steps],
    }


def _step_json(step: Step) -> dict[str, Any]:
    return {
        "connections": step.connections,
        "ratio": round(step.ratio, 3),
        "empty": _outcome_json(step.empty, step.empty_cpu_ms),
        "report": _outcome_json(step.reports, step.report_cpu_ms),
    }


def _outcome_json(outcome: Outcome, cpu_ms: float) -> dict[str, Any]:
    return {
        "per_second": round(outcome.per_second, 1),
        "p50_ms": round(outcome.percentile(0.5), 1),
        "p99_ms": round(outcome.percentile(0.99), 1),
        "cpu_ms": round(cpu_ms, 3),
        "errors": len(outcome.errors),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
