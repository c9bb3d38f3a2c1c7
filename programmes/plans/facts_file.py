"""The facts of the programmes, as they stand in the project's own copy of what the documents say.

The file says in its own `about` what was taken from the documents and what is ours.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from programmes.plans.rules import Line

FACTS = Path(__file__).parent / "facts" / "programme-facts.json"

# "Video or DVD" is one bucket of the 2013 plan: the document gives no split.
MODES_OF_A_BUCKET = {"network_video_or_dvd": ("network_video", "dvd")}

Facts = Mapping[str, Any]


def read(path: Path = FACTS) -> Facts:
    """Return the facts as parsed JSON."""
    facts: Facts = json.loads(path.read_text(encoding="utf-8"))
    return facts


def modes_of(allocation: Facts) -> tuple[str, ...]:
    """Return the codes of the delivery modes of an allocation; empty means any."""
    mode = allocation["delivery_mode"]
    return MODES_OF_A_BUCKET.get(mode, (mode,)) if mode else ()


def line_of(allocation: Facts) -> Line:
    """Return an allocation as the rules see it. Its key is made of its dimensions, so that it is the same
    every time.
    """
    each_year = allocation["year"] == "each year"
    dimensions = (
        allocation["beneficiary"] or "*",
        allocation["year"] or "*",
        allocation["delivery_mode"] or "*",
    )
    return Line(
        key="/".join([allocation["plan"], allocation["supporter"], *map(str, dimensions)]).replace(
            "each year", "each"
        ),
        supporter=allocation["supporter"],
        quantity=allocation["quantity"],
        strength=allocation["strength"],
        beneficiary=allocation["beneficiary"],
        year=None if each_year else allocation["year"],
        each_year=each_year,
        modes=frozenset(modes_of(allocation)),
    )


def target_keys() -> frozenset[str]:
    """Return the keys of the targets that the documents state."""
    return frozenset(line_of(allocation).key for allocation in read()["allocations"])


def quote_of(fact: Facts) -> str:
    """Return the words of the document as a person can read them."""
    return str(fact.get("quote_decoded") or fact["quote"])
