"""`manage.py demo`: the main job on a real recording, then the site stays up."""

import json
import signal
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils import timezone, translation
from rich.console import Console

from qianchang.project.demo.cast import PARTS, ROLE_WORDS, cast_the_demo
from qianchang.project.demo.journey import Journey
from qianchang.project.demo.people import StepFailed
from qianchang.project.demo.recording import SECONDS, make_recording
from qianchang.project.demo.report import Report
from qianchang.project.embedded.processes import ChildDied
from qianchang.project.embedded.site import AlreadyRunning, EmbeddedSite, SiteNotReady
from qianchang.project.embedded.state import prepare

FACTS = "programmes/plans/facts/programme-facts.json"


class Command(BaseCommand):
    help = "Do the main job on a recording through the public pages, print its figures, and stay up until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--recording", type=Path, help="the recording to upload; one is made when this is missing"
        )
        parser.add_argument(
            "--seconds", type=int, default=SECONDS, help="length of the recording that is made"
        )
        parser.add_argument(
            "--port", type=int, default=8000, help="the port to listen on; another one if it is taken"
        )
        parser.add_argument(
            "--no-stay", action="store_true", help="stop everything and exit when the job is done"
        )
        parser.add_argument("--json", type=Path, help="also write the table to this file")

    def handle(self, *args: Any, **options: Any) -> None:
        # A shell starts background jobs with Ctrl-C ignored; the site must end on both signals wherever it runs.
        for ending in (signal.SIGINT, signal.SIGTERM):
            signal.signal(ending, signal.default_int_handler)
        console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)
        stay = sys.stdout.isatty() and not options["no_stay"]
        folder = settings.STATE_DIR / "demo"
        report = Report(console)
        prepare(lambda line: console.print(f"  {line}"))
        password = cast_the_demo(folder, at=timezone.now())
        recording = self._recording(options["recording"], folder, options["seconds"], console)
        # The children must not inherit a connection, and Playwright's loop must not meet one.
        connections.close_all()
        site = EmbeddedSite(
            settings.STATE_DIR, port=options["port"], say=lambda line: console.print(f"  {line}")
        )
        try:
            with site:
                report.add("site", f"up at {site.url}/", "/healthz")
                Journey(site=site.url, password=password, recording=recording, report=report).run()
                self._show(report, site, password, options["json"])
                if stay:
                    console.print(f"\nThe site stays up at {site.url}/ . Ctrl-C stops it.")
                while stay:
                    site.check()
                    time.sleep(1)
        except KeyboardInterrupt:
            console.print("stopped")
        except AlreadyRunning as error:
            raise CommandError(
                f"The site of this folder runs already at {error.url}/ . Stop it first."
            ) from None
        except StepFailed as error:
            raise CommandError(f"The step “{error.step}” failed. {error}") from error
        except (ChildDied, SiteNotReady) as error:
            raise CommandError(str(error)) from None

    def _recording(self, given: Path | None, folder: Path, seconds: int, console: Console) -> Path:
        if given is not None:
            if not given.is_file():
                raise CommandError(f"There is no file {given}. Give the path of a recording.")
            return given.resolve()
        made = folder / f"lecture-{seconds}s.mp4"
        if not made.exists():
            console.print(f"  making a recording of {seconds} seconds: slides and speech")
            unfinished = made.with_suffix(".part.mp4")
            make_recording(settings.BASE_DIR / FACTS, unfinished, seconds=seconds)
            unfinished.rename(made)
        return made

    def _show(self, report: Report, site: EmbeddedSite, password: str, to_file: Path | None) -> None:
        with translation.override("en"):
            rows = [(str(ROLE_WORDS[part.key]), part.username, password) for part in PARTS]
        report.console.print()
        report.console.print(report.table(site.url))
        report.console.print(report.accounts(rows))
        if to_file:
            to_file.write_text(json.dumps(report.as_json(), ensure_ascii=False, indent=1), encoding="utf-8")
