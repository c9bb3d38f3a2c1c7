"""`python -m benchmarks.pages`: every public page over a full catalogue; one table, and last one line of JSON."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from urllib.parse import unquote

import django
from rich.console import Console
from rich.table import Table

from benchmarks.pages import browsing, targets, walking
from tests.chromium import launched
from tests.media_pipeline.site import ROOT, Site


def main() -> None:
    """Load, walk, open and judge. Leaves with an error when a budget is missed."""
    wanted = _arguments()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.media_pipeline.site_settings")
    django.setup()
    console = Console(width=None if sys.stdout.isatty() else 150)
    with tempfile.TemporaryDirectory(prefix="qianchang-bench-") as folder:
        site = Site(Path(folder))
        try:
            site.manage("collectstatic", "--noinput", "-v", "0")
            _load(site, wanted)
            site.start_web()
            pages = walking.walk(site.url.removeprefix("http://"))
            opened: dict[str, browsing.Opened] = {}
            if not wanted.no_browser:
                with launched() as chromium:
                    opened = browsing.open_all(
                        chromium, site.url, [page.path for page in pages if page.is_html]
                    )
        finally:
            site.stop_all()
    missed = [(page, each) for page in pages for each in faults(page, opened.get(page.path))]
    console.print(_table(pages, opened))
    for page, fault in missed:
        console.print(f"[yellow]{page.kind} ({unquote(page.path)}): {fault}[/yellow]")
    console.print(f"{len(pages)} kinds of pages, {len(missed)} budgets missed")
    print(
        json.dumps(
            {
                "pages": [asdict(page) for page in pages],
                "opened": {path: asdict(each) for path, each in opened.items()},
                "missed": [f"{page.path}: {fault}" for page, fault in missed],
            },
            ensure_ascii=False,
        )
    )
    sys.exit(bool(missed))


def faults(page: walking.Weighed, opened: browsing.Opened | None) -> list[str]:
    """Return each budget that a page misses, by its number, with what was measured."""
    most_ms = targets.SEARCH_MS if page.is_search else targets.PAGE_MS
    said = [f"B23: {page.median_ms:.0f} ms"] if page.median_ms > most_ms else []
    if not page.is_html:
        return said
    if page.html_bytes > targets.HTML_BYTES:
        said.append(f"B1: {page.html_bytes:,} bytes")
    if max(page.style_bytes, default=0) > targets.STYLE_BYTES:
        said.append(f"B2: {max(page.style_bytes):,} bytes")
    if page.fonts > targets.FONTS:
        said.append(f"B3: {page.fonts} fonts")
    heaviest = max(page.picture_bytes, default=0)
    if len(page.picture_bytes) > targets.PICTURES or heaviest > targets.PICTURE_BYTES:
        said.append(f"B7: {len(page.picture_bytes)} pictures, the heaviest {heaviest:,} bytes")
    if page.pictures_not_lazy or page.pictures_in_data_saver:
        said.append(f"B7: {page.pictures_not_lazy} not lazy, {page.pictures_in_data_saver} in data saver")
    return said + (_faults_of_opening(opened) if opened else [])


def _faults_of_opening(opened: browsing.Opened) -> list[str]:
    said = []
    if not opened.readable_without_script:
        said.append("B4: nothing to read without script")
    if opened.cold > targets.REQUESTS_COLD or opened.warm > targets.REQUESTS_WARM:
        said.append(f"B8: {opened.cold} requests cold, {opened.warm} warm")
    for link in targets.LINKS:
        taken = opened.readable_ms[link.name]
        if taken is None:
            said.append(f"B9: nothing was painted at {link.name} kbit/s")
        elif taken > link.readable_ms:
            said.append(f"B9: {taken:,.0f} ms at {link.name} kbit/s")
    return said


def _load(site: Site, wanted: argparse.Namespace) -> None:
    # The loader brings the whole cast; the site came with an expert of its own.
    for file in site.folder.glob("qianchang.sqlite3*"):
        file.unlink()
    site.manage("migrate", "--run-syncdb", "-v", "0")
    command = [sys.executable, "-m", "benchmarks.catalogue", "--lectures", str(wanted.lectures)]
    command += ["--courses", str(wanted.courses), "--paragraphs", str(wanted.paragraphs)]
    subprocess.run(command, cwd=ROOT, env=site.env, check=True)


def _table(pages: Sequence[walking.Weighed], opened: Mapping[str, browsing.Opened]) -> Table:
    table = Table(title="Public pages over a full catalogue", title_justify="left")
    table.add_column("page")
    names = (
        "HTML, bytes",
        "CSS, bytes",
        "fonts",
        "scripts",
        "pictures",
        "server ms",
        "worst",
        "cold",
        "warm",
    )
    for name in (*names, *(f"read at {link.name}" for link in targets.LINKS)):
        table.add_column(name, justify="right")
    for page in pages:
        seen = opened.get(page.path)
        table.add_row(
            page.kind,
            f"{page.html_bytes:,}",
            " + ".join(f"{size:,}" for size in page.style_bytes),
            str(page.fonts) if page.is_html else "",
            str(page.scripts) if page.is_html else "",
            str(len(page.picture_bytes)) if page.is_html else "",
            f"{page.median_ms:.0f}",
            f"{page.worst_ms:.0f}",
            *((str(seen.cold), str(seen.warm)) if seen else ("", "")),
            *(_seconds(seen.readable_ms[link.name]) if seen else "" for link in targets.LINKS),
        )
    return table


def _seconds(taken_ms: float | None) -> str:
    return "-" if taken_ms is None else f"{taken_ms / 1000:.1f} s"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make bench-pages",
        description="400 lectures, 60 courses and 30,000 paragraphs; every page that a guest reaches, weighed and opened in "
        "Chromium on three lines. About eight minutes.",
    )
    parser.add_argument("--lectures", type=int, default=400)
    parser.add_argument("--courses", type=int, default=60)
    parser.add_argument("--paragraphs", type=int, default=30_000)
    parser.add_argument("--no-browser", action="store_true", help="bytes and server times only")
    return parser.parse_args()


if __name__ == "__main__":
    main()
