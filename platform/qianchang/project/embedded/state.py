"""Preparing a state folder: database, static files, the programme's facts, the page tree."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from courses.catalogue.public.first_pages import ensure_first_pages
from courses.catalogue.site import ensure_site
from programmes import api as programmes
from qianchang.people.rosters.regions import load_regions


def prepare(say: Callable[[str], None]) -> None:
    """Bring the state folder up to date with the code. Running it again changes nothing and takes a second."""
    settings.STATE_DIR.mkdir(parents=True, exist_ok=True)
    stamp = settings.STATE_DIR / "prepared-for"
    print_of_code = _fingerprint(settings.BASE_DIR)
    if stamp.exists() and stamp.read_text(encoding="ascii") == print_of_code:
        say("the database and the static files are up to date")
        return
    call_command("migrate", verbosity=0, interactive=False)
    say("database migrated")
    call_command("collectstatic", verbosity=0, interactive=False)
    say("static files collected")
    at = timezone.now()
    loaded = programmes.load_facts(at=at)
    say("programme facts loaded: " + ", ".join(f"{count} {kind}" for kind, count in loaded.counts.items()))
    say(f"{load_regions(at=at)} counties and regions entered")
    ensure_site(at=at)
    ensure_first_pages(at=at)
    say("catalogue pages ready")
    stamp.write_text(print_of_code, encoding="ascii")


def _fingerprint(root: Path) -> str:
    """Return a digest of everything that preparing depends on: migrations, settings, facts, static files."""
    digest = hashlib.sha256()
    patterns = [
        "*/*/migrations/*.py",
        "platform/qianchang/*/migrations/*.py",
        "platform/qianchang/*/*.json",
        "platform/qianchang/people/rosters/*.csv",
        "platform/qianchang/project/settings/*.py",
        "courses/*/*.json",
        "programmes/*/facts/*",
        "static/**/*",
        "requirements/*.txt",
    ]
    for path in sorted({path for pattern in patterns for path in root.glob(pattern) if path.is_file()}):
        digest.update(str(path.relative_to(root)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
