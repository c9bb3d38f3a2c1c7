"""The facts of the registers, as they stand in the project's own copy of what the documents say."""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FACTS = Path(__file__).parent / "facts" / "register-facts.json"

Facts = Mapping[str, Any]


def read(path: Path = FACTS) -> Facts:
    """Return the facts as parsed JSON."""
    facts: Facts = json.loads(path.read_text(encoding="utf-8"))
    return facts


def promised_by_year(facts: Facts) -> Counter[tuple[str, str, int]]:
    """Return how many vehicles the donors of a supporter promise in each year, by plan, supporter and year."""
    sums: Counter[tuple[str, str, int]] = Counter()
    for row in facts["donor_shares"]:
        sums[row["plan"], row["supporter"], row["year"]] += row["quantity"]
    return sums
