"""The code of a session (场次编号) and what its mode asks for: decisions on plain values."""

import json
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path

UNKNOWN_REGION = "他"

ONSITE = "onsite"
NETWORK_VIDEO = "network_video"
DVD = "dvd"
TELECONFERENCE = "teleconference"


@cache
def _abbreviations() -> dict[str, str]:
    document = json.loads(Path(__file__).with_name("abbreviations.json").read_text(encoding="utf-8"))
    return dict(document["by_association"])


def region_abbreviation(association_line: Sequence[str]) -> str:
    """Return the one character of an association's province, from the codes of it and those above it,
    lowest first.
    """
    known = _abbreviations()
    return next((known[code] for code in association_line if code in known), UNKNOWN_REGION)


def code_prefix(association_line: Sequence[str], mode_letter: str, held: date) -> str:
    """Return what a code starts with: region, year and mode, as in 桂26-W-."""
    return f"{region_abbreviation(association_line)}{held.year % 100:02d}-{mode_letter}-"


def session_code(prefix: str, number: int) -> str:
    """Return a whole code, as in 桂26-W-0001."""
    return f"{prefix}{number:04d}"


def needs_place(mode_code: str) -> bool:
    """Tell whether a session of this mode happens somewhere: on site it is the place that makes it one."""
    return mode_code == ONSITE


def is_shown_by_reach(mode_code: str) -> bool:
    """Tell whether nothing but its reach shows that a session was held at all.

    Source: domain.md, "From holding to 场", 2: uploading is not holding; a network video counts when it was
    released to the region and reached somebody. The other modes are events: they happened, whatever
    evidence is missing.
    """
    return mode_code == NETWORK_VIDEO
