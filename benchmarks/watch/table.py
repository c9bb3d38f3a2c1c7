"""The one table of a run, and the same as plain values for the last line."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.table import Table

from benchmarks.media.targets import Verdict
from benchmarks.watch.measure import Run
from benchmarks.watch.stalls import Stalls
from benchmarks.watch.targets import OUTAGE_MINUTES, TARGETS


def figures(runs: Sequence[Run]) -> dict[str, float | None]:
    """Return the figures that targets are set for; None for what was not measured."""
    found: dict[str, float | None] = {}
    for run in runs:
        at = f"{run.link.kbits}_"
        for name in ("script_bytes", "readable_s", "picture_s"):
            found[at + name] = run.middle(name)
        if run.middle("picture_s") is None:
            found[at + "script_bytes"] = None
        found[at + "requests_cold"] = max((one.requests for one in run.openings), default=None)
        found[at + "requests_warm"] = run.warm_requests
        found[at + "mode_share"] = run.mode_share
        found[at + "outage_stalls"] = _judged(run, run.outage.count if run.outage else None, kept=0)
        found[at + "lost_s"] = run.lost_s
    return found


def _judged(run: Run, value: float | None, *, kept: float) -> float | None:
    """What is kept in a shorter outage than the promise speaks of, is not yet kept; what is missed, is missed."""
    return None if value == kept and run.minutes < OUTAGE_MINUTES else value


def as_json(runs: Sequence[Run], verdict: Verdict, **about: Any) -> dict[str, Any]:
    """Return everything that was measured, and what was missed."""
    return {
        "figures": {name: _rounded(value) for name, value in figures(runs).items()},
        "links": [_run_json(run) for run in runs],
        **about,
        "unmeasured": list(verdict.unmeasured),
        "missed": list(verdict.missed),
    }


def results(runs: Sequence[Run], values: Mapping[str, float | None], *, line: str) -> Table:
    """Return the table: every link, then the targets."""
    table = Table(title=f"The player on the test links · {line}", title_justify="left")
    table.add_column("what")
    for run in runs:
        table.add_column(run.link.says, justify="right")
    for says, shown in _ROWS:
        table.add_row(says, *[shown(run) for run in runs])
    if any(run.trouble for run in runs):
        table.add_row("trouble", *[run.trouble for run in runs])
    table.add_section()
    measured = {run.link.kbits for run in runs}
    for place in range(len(TARGETS) // 3):
        row = TARGETS[place :: len(TARGETS) // 3]
        kept = {int(target.figure.split("_")[0]): target for target in row}
        says = row[0].says.partition(": ")[2]
        cells = [_cell(kept[kbits], values.get(kept[kbits].figure)) for kbits in kept if kbits in measured]
        table.add_row(says, *cells)
    return table


def _cell(target: Any, value: float | None) -> str:
    if value is None:
        return f"{target.bound}: not measured"
    return f"{round(value, 3):g} {target.bound}: {'kept' if target.met(value) else 'MISSED'}"


def _run_json(run: Run) -> dict[str, Any]:
    return {**_short(asdict(run)), "mode_share": _rounded(run.mode_share), "lost_s": _rounded(run.lost_s)}


def _short(value: Any) -> Any:
    """The same with milliseconds at most: nothing here is known better."""
    if isinstance(value, dict):
        return {name: _short(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_short(one) for one in value]
    return round(value, 3) if isinstance(value, float) else value


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _number(name: str, form: str) -> Any:
    def shown(run: Run) -> str:
        value = run.middle(name)
        return "–" if value is None else format(value, form)

    return shown


def _seconds(name: str) -> Any:
    def shown(run: Run) -> str:
        value = getattr(run, name)
        return "–" if value is None else f"{value:.1f}"

    return shown


def _stalls(name: str) -> Any:
    def shown(run: Run) -> str:
        value: Stalls | None = getattr(run, name)
        return "–" if value is None else f"{value.count} ({value.seconds:.1f} s)"

    return shown


def _chosen(run: Run) -> str:
    return ", ".join(dict.fromkeys(f"{one.chosen} ({one.chosen_kbits:g})" for one in run.openings)) or "–"


_ROWS: tuple[tuple[str, Any], ...] = (
    ("first readable page, cold: s", _number("readable_s", ".2f")),
    ("… bytes on the line", _number("readable_bytes", ",.0f")),
    ("… requests of the page", _number("requests", ".0f")),
    ("play to first picture: s", _number("picture_s", ".2f")),
    ("… bytes on the line", _number("picture_bytes", ",.0f")),
    ("… requests", _number("picture_requests", ".0f")),
    ("script before it, bytes", _number("script_bytes", ",.0f")),
    ("mode chosen by itself (kbit/s)", _chosen),
    ("minutes of playing", lambda run: f"{run.minutes:g}"),
    ("stalls while playing", _stalls("playing")),
    ("buffer won in a second, first minute: s", _seconds("growth")),
    ("playing until the buffer was full: s", _seconds("filling_s")),
    ("buffered when the line was cut: s", _seconds("buffered_s")),
    ("stalls while it was cut as long as the playing", _stalls("outage")),
    ("stalls after the line was back", _stalls("recovered")),
    ("played: s", _seconds("played_s")),
    ("on the server: s", _seconds("covered_s")),
)
