"""`manage.py up`: the embedded site, until Ctrl-C."""

import signal
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from qianchang.project.embedded.processes import ChildDied
from qianchang.project.embedded.site import AlreadyRunning, EmbeddedSite, SiteNotReady
from qianchang.project.embedded.state import prepare


class Command(BaseCommand):
    help = (
        "Start the whole site on this machine: broker, web server, worker and beat. Ctrl-C stops all of it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--port", type=int, default=8000, help="the port to listen on; another one if it is taken"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        # A shell starts background jobs with Ctrl-C ignored; the site must end on both signals wherever it runs.
        for ending in (signal.SIGINT, signal.SIGTERM):
            signal.signal(ending, signal.default_int_handler)
        prepare(self.stdout.write)
        site = EmbeddedSite(settings.STATE_DIR, port=options["port"], say=self.stdout.write)
        try:
            with site:
                self.stdout.write(self.style.SUCCESS(f"The site is up at {site.url}/ . Ctrl-C stops it."))
                while True:
                    site.check()
                    time.sleep(1)
        except KeyboardInterrupt:
            self.stdout.write("stopped")
        except AlreadyRunning as error:
            raise CommandError(f"The site runs already at {error.url}/ . Stop it first, or use it.") from None
        except (ChildDied, SiteNotReady) as error:
            raise CommandError(str(error)) from None
