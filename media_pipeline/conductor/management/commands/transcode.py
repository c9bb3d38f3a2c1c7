"""`manage.py transcode FILE --out DIR`: makes every mode of a recording without a server, and prints what it took."""

from argparse import ArgumentParser
from pathlib import Path
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rich.console import Console
from rich.progress import Progress, TaskID
from rich.table import Table

from media_pipeline.conductor.local import Report, transcode_file
from media_pipeline.recordings.failures import RecordingRefused, StageFailed
from media_pipeline.recordings.models import Recording, Rendition
from media_pipeline.recordings.sentences import sentence, warning

STAGES = {
    "probe": gettext_lazy("Checking the file"),
    "sound": gettext_lazy("Making the sound"),
    "slides": gettext_lazy("Finding the slides"),
    "video": gettext_lazy("Making the video modes"),
    "packaging": gettext_lazy("Putting together and verifying"),
    "text": gettext_lazy("Reading the slides' text"),
}


class Command(BaseCommand):
    """The pipeline's stages on one file: the same tools and checks as on the server, and no database."""

    help = (
        "Transcode one recording into a folder, without a server: every mode, playlists, slides and a report."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="the recording")
        parser.add_argument(
            "--out",
            type=Path,
            required=True,
            metavar="DIR",
            help="where everything is written; made if missing",
        )
        parser.add_argument("--full", action="store_true", help="make the source's full size as well")

    def handle(self, *args: Any, **options: Any) -> None:
        source: Path = options["file"]
        if not source.is_file():
            raise CommandError(_("%s does not exist.") % source)
        out: Path = options["out"]
        if out.exists() and not out.is_dir():
            raise CommandError(_("%s is not a folder.") % out)
        console = Console(file=cast(IO[str], self.stdout), width=None if self.stdout.isatty() else 110)
        try:
            with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
                report = transcode_file(source, out, full=options["full"], on_stage=_Bars(progress).tell)
        except (RecordingRefused, StageFailed) as error:
            raise CommandError(sentence(error.code), returncode=1) from error
        for table in (modes(report), stages(report)):
            console.print(table)
        for said in [*map(warning, report.warnings), *map(sentence, report.problems)]:
            console.print(f"! {said}")
        console.print(_("Everything is in %s.") % out)


class _Bars:
    """One bar for each stage that has begun."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._bars: dict[str, TaskID] = {}

    def tell(self, stage: str, percent: int) -> None:
        if stage not in self._bars:
            self._bars[stage] = self._progress.add_task(str(STAGES[stage]), total=100)
        self._progress.update(self._bars[stage], completed=percent)


def modes(report: Report) -> Table:
    """Return what was made: one line a mode, then what belongs to the picture."""
    title = f"{Recording.Content(report.content).label} · {report.duration_ms / 1000:.0f} s"
    table = Table(title=title, title_justify="left")
    table.add_column(_("Mode"))
    for column in (_("File size"), "kbit/s", _("kbit/s at most"), _("Picture"), _("Pictures a second")):
        table.add_column(column, justify="right")
    table.add_column(_("File name"))
    for made in report.files:
        picture = f"{made.width}×{made.height}" if made.width else "–"
        rate = f"{made.frame_rate:.4g}" if made.frame_rate else "–"
        mode = str(Rendition.Mode(made.mode).label)
        rates = f"{made.average_bps / 1000:.1f}", f"{made.peak_bps / 1000:.1f}"
        table.add_row(mode, _size(made.size_bytes), *rates, picture, rate, made.file)
    if report.slides:
        total = sum(slide.size_bytes for slide in report.slides)
        seconds = report.duration_ms / 1000
        kbits = f"{total / 125 / seconds:.1f}"
        pages = _("Slides: %s") % len(report.slides)
        table.add_row(pages, _size(total), kbits, "", "", "", "slides.json")
    if report.storyboard:
        table.add_row(
            _("Storyboard"), _size(report.storyboard["size_bytes"]), "", "", "", "", "storyboard.webp"
        )
    return table


def stages(report: Report) -> Table:
    """Return what it took: seconds on the wall and of processor time."""
    table = Table(title=_("What it took"), title_justify="left")
    table.add_column(_("Stage"))
    table.add_column(_("Seconds"), justify="right")
    table.add_column(_("Processor seconds"), justify="right")
    for spent in report.stages:
        table.add_row(str(STAGES[spent.stage]), f"{spent.wall_seconds:.1f}", f"{spent.cpu_seconds:.1f}")
    wall, cpu = (sum(getattr(one, name) for one in report.stages) for name in ("wall_seconds", "cpu_seconds"))
    table.add_section()
    table.add_row(_("Total"), f"{wall:.1f}", f"{cpu:.1f}")
    if "sound" in report.watchable:
        table.add_row(_("First thing to hear after"), f"{report.watchable['sound']:.1f}", "")
    return table


def _size(size_bytes: int) -> str:
    return filesizeformat(size_bytes).replace("\xa0", " ")
