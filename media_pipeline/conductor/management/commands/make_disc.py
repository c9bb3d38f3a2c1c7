"""`manage.py make_disc FILE… --out disc.iso`: a DVD-Video image of recordings without a server; prints one line of JSON."""

import hashlib
import json
import re
import resource
import shutil
import tempfile
import time
from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from media_pipeline.conductor.discs import local
from media_pipeline.conductor.discs.operations import UnableToMakeDisc, require_room
from media_pipeline.packaging.discs.spec import DiscLecture, DiscSpec, SpecRefused, checked
from media_pipeline.recordings import files
from media_pipeline.recordings.failures import RecordingRefused, StageFailed
from media_pipeline.recordings.models import Recording
from media_pipeline.recordings.sentences import sentence
from media_pipeline.recordings.slides import slides_of
from media_pipeline.transcoding import analysis
from media_pipeline.transcoding.disc_encode import Footage

_CODE = re.compile(r"(?P<lecture>\d+)@(?P<from>\d+)-(?P<until>\d+)=(?P<digits>\d{1,8})", re.ASCII)
_CHAPTER = re.compile(r"(?P<lecture>\d+)@(?P<from>\d+(?:\.\d+)?)=(?P<title>.*)", re.ASCII)


class Command(BaseCommand):
    """What a worker does for a disc, with the same tools and checks, into a file."""

    help = (
        "Make a DVD-Video image of recordings (files, or ids of recordings here) and print one line of JSON."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("sources", nargs="+", metavar="FILE|ID", help="recordings in their order")
        parser.add_argument("--out", type=Path, required=True, help="where the image goes")
        parser.add_argument("--serial", default="D-0000", help="the disc's number")
        parser.add_argument("--title", default="", help="what the root menu is called")
        parser.add_argument("--name", action="append", default=[], help="a lecture's title, in order")
        parser.add_argument("--lecturer", action="append", default=[], help="who gives it, in order")
        parser.add_argument(
            "--code",
            action="append",
            default=[],
            metavar="N@FROM-UNTIL=DIGITS",
            help="a presence code of lecture N, in seconds of it",
        )
        parser.add_argument(
            "--chapter",
            action="append",
            default=[],
            metavar="N@SECOND=TITLE",
            help="where a chapter of lecture N begins; its slides are not looked for then",
        )
        parser.add_argument("--pieces", type=Path, help="keep the pieces here, for other discs of the master")
        parser.add_argument("--data", type=Path, help="a folder that goes onto the disc as its data part")
        parser.add_argument("--no-slides", action="store_true", help="do not look for slides in files")

    def handle(self, *args: Any, **options: Any) -> None:
        out: Path = options["out"].resolve()
        began, spent = time.monotonic(), _cpu_seconds()
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="disc-", dir=out.parent)))
            try:
                disc, originals = self._composed(stack, folder, options)
                require_room(disc)
                image, found = local.make_disc(
                    disc,
                    originals,
                    pieces=options["pieces"] or folder / "pieces",
                    folder=folder,
                    tell=self._tell,
                    write_data=lambda into: _copy(options["data"], into),
                )
            except (RecordingRefused, StageFailed) as error:
                raise CommandError(f"{sentence(error.code)} ({error.log[-400:]})", returncode=1) from error
            except (SpecRefused, UnableToMakeDisc) as error:
                raise CommandError(str(error), returncode=1) from error
            with image.open("rb") as content:
                digest = hashlib.file_digest(content, "sha256").hexdigest()
            image.replace(out)
        told = {
            "serial": disc.serial,
            "image": str(out),
            "size_bytes": out.stat().st_size,
            "sha256": digest,
            "minutes": round(disc.length_ms / 60_000, 2),
            "seconds": round(time.monotonic() - began, 1),
            "cpu_seconds": round(_cpu_seconds() - spent, 1),
            "titles": found["titles"],
        }
        self.stdout.write(json.dumps(told, ensure_ascii=False))

    def _composed(
        self, stack: ExitStack, folder: Path, options: dict[str, Any]
    ) -> tuple[DiscSpec, dict[int, Footage]]:
        lectures, originals = [], {}
        codes = [_code(text) for text in options["code"]]
        marks = [_chapter(text) for text in options["chapter"]]
        for number, source in enumerate(options["sources"], start=1):
            told = tuple(mark for lecture, mark in marks if lecture == number)
            look = not (told or options["no_slides"])
            footage, name, found = self._source(stack, folder, source, slides=look)
            chapters, length_ms = told or found, footage.timeline.duration_ms
            named = dict(enumerate(options["name"], start=1)).get(number, name)
            lecturer = dict(enumerate(options["lecturer"], start=1)).get(number, "")
            own = tuple(code for lecture, code in codes if lecture == number)
            lectures.append(DiscLecture(number, named, lecturer, 0, length_ms, chapters, own))
            originals[number] = footage
        volume = re.sub(r"[^A-Z0-9]", "_", options["serial"].upper())[:32]
        count = ngettext("%(count)s lecture", "%(count)s lectures", len(lectures)) % {"count": len(lectures)}
        title = options["title"] or (lectures[0].title if len(lectures) == 1 else count)
        return checked(DiscSpec(options["serial"], volume, title, tuple(lectures))), originals

    def _source(
        self, stack: ExitStack, folder: Path, source: str, *, slides: bool
    ) -> tuple[Footage, str, tuple[tuple[int, str], ...]]:
        path = Path(source)
        if path.is_file():
            footage = local.look_at(path, folder)
            return footage, path.stem, _slides_in(footage, path.stem, folder) if slides else ()
        recording = Recording.objects.filter(pk=int(source)).first() if source.isdigit() else None
        if recording is None or not recording.original_file:
            raise CommandError(_("%s does not exist.") % source)
        local_path = stack.enter_context(files.local_copy(recording.original_file, folder=folder))
        index = slides_of(recording.pk, duration_ms=recording.duration_ms or 0)
        marks = tuple((slide.from_ms, slide.label) for slide in index)
        return local.look_at(local_path, folder), Path(recording.original_name).stem, marks

    def _tell(self, step: str, percent: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{percent:3d} % {step}    ", ending="")


def _slides_in(footage: Footage, name: str, folder: Path) -> tuple[tuple[int, str], ...]:
    """The moments at which a file's slides change; no names, because nobody has read them."""
    if footage.facts.picture is None:
        return ()
    room = folder / f"slides-{name}"
    room.mkdir()
    found = analysis.analyse(
        footage.path,
        footage.facts,
        footage.timeline,
        folder=room,
        on_percent=lambda _percent: None,
        cancelled=lambda: False,
    )
    shutil.rmtree(room)
    return tuple((slide.from_ms, "") for slide in found.slides)


def _code(text: str) -> tuple[int, tuple[int, int, str]]:
    match = _CODE.fullmatch(text)
    if match is None:
        raise CommandError(_("%s is no code: write 1@1320-1380=4711.") % text)
    return int(match["lecture"]), (int(match["from"]) * 1000, int(match["until"]) * 1000, match["digits"])


def _chapter(text: str) -> tuple[int, tuple[int, str]]:
    match = _CHAPTER.fullmatch(text)
    if match is None:
        raise CommandError(_("%s is no chapter: write 1@1320=Title.") % text)
    return int(match["lecture"]), (round(float(match["from"]) * 1000), match["title"])


def _copy(source: Path | None, into: Path) -> None:
    if source is not None:
        shutil.copytree(source, into, dirs_exist_ok=True)


def _cpu_seconds() -> float:
    own, tools = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + tools.ru_utime + tools.ru_stime
