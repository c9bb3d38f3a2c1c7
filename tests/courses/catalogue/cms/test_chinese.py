"""What Wagtail leaves in English is Chinese here: every string of every part of it that this site installs."""

import re
from pathlib import Path

import polib
import pytest
import wagtail
from django.conf import settings

WAGTAIL = Path(wagtail.__file__).parent
WORDS = Path(settings.BASE_DIR) / "courses" / "catalogue" / "cms" / "words" / "zh_Hans" / "LC_MESSAGES"
# Parts that are not installed here, or that no editor opens.
NOT_USED = ("search_promotions", "simple_translation", "styleguide", "locales", "forms", "redirects")
PLACE = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


def strings(path: Path) -> dict[tuple[str | None, str], polib.POEntry]:
    return {
        (entry.msgctxt, entry.msgid): entry
        for entry in polib.pofile(str(path))
        if entry.msgstr or any(entry.msgstr_plural.values()) or path.parts[-3] == "en"
    }


def upstream(kind: str) -> set[tuple[str | None, str]]:
    """What Wagtail, Django and taggit have in Chinese themselves."""
    packages = (WAGTAIL, Path(wagtail.__file__).parents[1] / "django", WAGTAIL.parent / "taggit")
    files = [file for each in packages for file in each.rglob(f"locale/zh_Hans/LC_MESSAGES/{kind}.po")]
    return {key for file in files for key in strings(file)}


@pytest.mark.parametrize("kind", ["django", "djangojs"])
def test_every_string_of_wagtail_has_chinese(kind):
    asked = [
        file
        for file in WAGTAIL.rglob(f"locale/en/LC_MESSAGES/{kind}.po")
        if not set(file.parts) & set(NOT_USED)
    ]
    assert asked
    have = upstream(kind) | strings(WORDS / f"{kind}.po").keys()
    missing = {key for file in asked for key in strings(file)} - have
    assert missing == set()


@pytest.mark.parametrize("kind", ["django", "djangojs"])
def test_what_we_say_keeps_its_places_and_tags(kind):
    for entry in strings(WORDS / f"{kind}.po").values():
        said = entry.msgstr or entry.msgstr_plural[0]
        asked = entry.msgid_plural or entry.msgid
        assert set(PLACE.findall(said)) == set(PLACE.findall(asked)), entry.msgid
        assert sorted(re.findall(r"</?\w+", said)) == sorted(re.findall(r"</?\w+", entry.msgid)), entry.msgid
