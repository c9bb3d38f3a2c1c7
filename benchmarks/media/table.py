"""The one table of a run, and the same as plain values for the last line."""

from collections.abc import Mapping
from typing import Any

from rich.table import Table

from benchmarks.media.measure import Row, Run, camera_ratios
from benchmarks.media.targets import TARGETS, Verdict


def figures(lecture: Run, camera: Run) -> dict[str, float | None]:
    """Return the figures that targets are set for; None for what was not measured."""
    ours = {row.name: row for row in lecture.of("ours")}
    shot = {row.name: row for row in camera.of("ours")}
    peers = {row.system for row in lecture.rows if row.system != "ours"}
    leanest = min((sum(row.stored_bytes for row in lecture.of(name)) for name in peers), default=0)
    watchable = lecture.report.watchable
    light = ours.get("light")
    ratios = [ratio for by_peer in camera_ratios(camera).values() for ratio in by_peer.values()]
    # A mode better than all that a peer offers has no ratio; with none at all there is nothing to judge.
    known = [ratio for ratio in ratios if ratio is not None]
    return {
        "ladder_to_bare": lecture.ladder.cpu / lecture.bare.cpu if lecture.bare else None,
        "stored_to_leanest": lecture.stored_bytes / leanest if leanest else None,
        "light_kbits": _kbits(light),
        "light_read": light.read if light else None,
        "audio_slides_kbits": _kbits(ours.get("audio + slides")),
        "standard_kbits": _kbits(ours.get("standard")),
        "clear_kbits": _kbits(ours.get("clear")),
        "first_heard": watchable["sound"] / watchable["all"],
        # The lowest mode is sound with slides: sound alone is not yet a lecture to watch.
        "first_watchable": watchable.get("audio + slides", watchable["sound"]) / watchable["all"],
        "camera_light_kbits": _kbits(shot.get("light")),
        "camera_standard_kbits": _kbits(shot.get("standard")),
        "camera_clear_kbits": _kbits(shot.get("clear")),
        "camera_bits": max(known, default=None),
    }


def as_json(lecture: Run, camera: Run, verdict: Verdict) -> dict[str, Any]:
    """Return everything that was measured, and what was missed."""
    return {
        "figures": {name: _rounded(value) for name, value in figures(lecture, camera).items()},
        "lecture": _run_json(lecture),
        "camera": _run_json(camera) | {"bits_at_equal_vmaf": camera_ratios(camera)},
        "unmeasured": list(verdict.unmeasured),
        "missed": list(verdict.missed),
    }


def renditions(lecture: Run, camera: Run, values: Mapping[str, float | None]) -> Table:
    """Return the table: what it cost, every rendition, and the targets."""
    table = Table(title=_title(lecture), title_justify="left")
    for heading in ("what", "CPU-s", "seconds", "bytes", "kbit/s", "VMAF", "VMAF 5 %", "SSIM", "OCR"):
        table.add_column(heading, justify="left" if heading == "what" else "right")
    for stage, spent in lecture.ours.items():
        note = " (after all can be watched)" if stage == "text" else ""
        table.add_row(f"ours: {stage}{note}", f"{spent.cpu:.1f}", f"{spent.wall:.1f}")
    stored = f"{lecture.stored_bytes:,}"
    table.add_row("ours: the whole ladder", f"{lecture.ladder.cpu:.1f}", f"{lecture.ladder.wall:.1f}", stored)
    for name, anchor in (("bare top rendition", lecture.bare), ("decode only", lecture.decode)):
        if anchor:
            table.add_row(name, f"{anchor.cpu:.1f}", f"{anchor.wall:.1f}")
    for system in dict.fromkeys(row.system for row in lecture.rows):
        table.add_section()
        _add_rows(table, lecture, system, "")
    for system in dict.fromkeys(row.system for row in camera.rows):
        table.add_section()
        _add_rows(table, camera, system, "camera · ")
    table.add_section()
    for moment, seconds in lecture.report.watchable.items():
        table.add_row(f"from the start of the work: {moment} can be played", "", f"{seconds:.1f}")
    if lecture.read_soon is not None:
        table.add_row("light, 3 s after each change", *[""] * 7, f"{lecture.read_soon:.3f}")
    table.add_section()
    for target in TARGETS:
        value = values.get(target.figure)
        state = "not measured" if value is None else "kept" if target.met(value) else "MISSED"
        shown = "–" if value is None else f"{value:.3g}"
        table.add_row(target.says, "", "", "", shown, target.bound, "", "", state)
    return table


def _add_rows(table: Table, run: Run, system: str, before: str) -> None:
    rows = run.of(system)
    for row in rows:
        like = row.likeness
        table.add_row(
            f"{before}{system}: {row.name}",
            "" if row.cpu is None else f"{row.cpu:.1f}",
            "",
            f"{row.stored_bytes:,}",
            f"{row.kbits:.1f}",
            f"{like.vmaf:.1f}" if like else "",
            f"{like.vmaf_low:.1f}" if like else "",
            f"{like.ssim:.4f}" if like else "",
            "" if row.read is None else f"{row.read:.3f}",
        )
    if system != "ours":
        cpu = sum(row.cpu or 0 for row in rows)
        table.add_row(
            f"{before}{system}: all", f"{cpu:.1f}", "", f"{sum(row.stored_bytes for row in rows):,}"
        )


def _title(run: Run) -> str:
    recording = run.recording
    size = f"{recording.width}×{recording.height} at {recording.frame_rate:g}"
    return f"{recording.path.name} · {recording.seconds:.0f} s · {size} · seen as {run.report.content}"


def _kbits(row: Row | None) -> float | None:
    return row.kbits if row else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _run_json(run: Run) -> dict[str, Any]:
    return {
        "file": run.recording.path.name,
        "seconds": round(run.recording.seconds, 3),
        "content": run.report.content,
        "ladder": run.report.ladder,
        "moving_share": run.report.moving_share,
        "stages": {
            name: {"cpu": round(one.cpu, 2), "wall": round(one.wall, 2)} for name, one in run.ours.items()
        },
        "ladder_cpu": round(run.ladder.cpu, 2),
        "bare_cpu": round(run.bare.cpu, 2) if run.bare else None,
        "decode_cpu": round(run.decode.cpu, 2) if run.decode else None,
        "peers_cpu": {
            name: round(sum(row.cpu or 0 for row in run.of(name)), 2)
            for name in dict.fromkeys(row.system for row in run.rows)
            if name != "ours"
        },
        "stored_bytes": run.stored_bytes,
        "watchable": run.report.watchable,
        "read_in_source": _rounded(run.read_in_source),
        "light_read_soon": _rounded(run.read_soon),
        "renditions": [_row_json(row) for row in run.rows],
    }


def _row_json(row: Row) -> dict[str, Any]:
    like = row.likeness
    return {
        "system": row.system,
        "name": row.name,
        "stored_bytes": row.stored_bytes,
        "kbits": round(row.kbits, 2),
        "picture_kbits": _rounded(row.picture_kbits),
        "cpu": _rounded(row.cpu),
        "vmaf": round(like.vmaf, 2) if like else None,
        "vmaf_low": round(like.vmaf_low, 2) if like else None,
        "ssim": round(like.ssim, 5) if like else None,
        "read": _rounded(row.read),
    }
