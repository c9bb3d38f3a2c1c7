"""What the quota board promises at full size (engineering.md, targets), and what of it a run missed."""

from collections.abc import Mapping
from typing import Any

# Milliseconds in the database, queries, milliseconds of the whole page's list (B23).
BOARD_MS, NATIONAL_MS, QUERIES, WAITING_MS = 5, 100, 5, 500


def missed(engine: str, run: Mapping[str, Any]) -> list[str]:
    """Return the targets that a run falls short of, in words."""
    found = []
    for name in ("totals_equal_recount", "totals_equal_pages", "ledgers_hold"):
        if not run[name]:
            found.append(f"{engine}: {name}")
    found += [f"{engine}: {altered}" for altered in run["files_altered"]]
    for page, most in (("board", BOARD_MS), ("national", NATIONAL_MS)):
        if run[page]["database_ms"] > most:
            found.append(f"{engine}: {page} {run[page]['database_ms']} ms in the database, not {most}")
        if run[page]["queries"] > QUERIES:
            found.append(f"{engine}: {page} {run[page]['queries']} queries, not {QUERIES}")
    if run["waiting"]["all_ms"] > WAITING_MS:
        found.append(f"{engine}: the list of what waits {run['waiting']['all_ms']} ms, not {WAITING_MS}")
    return found
