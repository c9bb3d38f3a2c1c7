"""Fails when a string of the code has no Chinese, when one is marked fuzzy, or when the catalogue keeps dead strings.

The strings are collected from a copy of the sources, so that checking never rewrites the catalogue.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ["platform", "courses", "media_pipeline", "programmes", "templates"]
CATALOGUE = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"


def wanted() -> polib.POFile:
    """Return what makemessages finds in the sources now."""
    with tempfile.TemporaryDirectory() as folder:
        for name in SOURCES:
            shutil.copytree(ROOT / name, Path(folder) / name, ignore=shutil.ignore_patterns("__pycache__"))
        (Path(folder) / "locale").mkdir()
        command = [sys.executable, "-m", "django", "makemessages", "-l", "zh_Hans", "--no-wrap"]
        # Outside the checkout there are no settings and none are needed.
        subprocess.run(command, cwd=folder, check=True, capture_output=True, env={"PATH": "/usr/bin:/bin"})
        return polib.pofile(str(Path(folder) / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"))


def complaints() -> list[str]:
    """Return one sentence per string that needs a translator."""
    have = {
        (entry.msgctxt, entry.msgid): entry for entry in polib.pofile(str(CATALOGUE)) if not entry.obsolete
    }
    found: list[str] = []
    need = {(entry.msgctxt, entry.msgid) for entry in wanted() if not entry.obsolete}
    for key in sorted(need, key=str):
        entry = have.get(key)
        if entry is None:
            found.append(f"not in the catalogue (make messages): {key[1]!r}")
        elif not (entry.msgstr or any(entry.msgstr_plural.values())) or entry.fuzzy:
            found.append(f"no Chinese: {key[1]!r}")
    found += [f"no longer used: {key[1]!r}" for key in sorted(set(have) - need, key=str)]
    return found


if __name__ == "__main__":
    lines = complaints()
    sys.stderr.write("\n".join(lines) + "\n" if lines else "")
    sys.exit(bool(lines))
