"""The numbers of a paper as its page shows them: each opens to the list of the sessions behind it, as the ledger stood."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from programmes.quotas.queries import Filter
from programmes.reports.matrix import Matrix, Row
from programmes.reports.papers import Cell, Paper, Section
from programmes.reports.posted import ONSITE
from programmes.reports.standings import Bulletin

# The address behind a number, by the number of its section, of its row and of its column.
Links = Mapping[tuple[int, int, int], str]
# Where the numbers of a bulletin stand: (posted in the month, counted in the year, over the years).
_SUPPORTERS, _REGIONS = 1, 2
_OF_SUPPORTER, _OF_REGION = (2, 3, 10), (1, 2, 3)
_ON_SITE, _OTHER = 7, 8
# Where the number of a year stands in the report on progress.
_OF_YEAR = 3


@dataclass(frozen=True)
class Shown:
    """One section of a paper with its rows: each cell with the address behind it ("": none)."""

    section: Section
    rows: tuple[tuple[tuple[Cell, str], ...], ...]


def shown(paper: Paper, links: Links) -> list[Shown]:
    """Return the sections of a paper with what stands behind their numbers."""
    return [
        Shown(
            section,
            tuple(
                tuple((cell, links.get((at, line, column), "")) for column, cell in enumerate(row))
                for line, row in enumerate(section.table.rows if section.table else ())
            ),
        )
        for at, section in enumerate(paper.sections)
    ]


def of_bulletin(made: Bulletin, *, modes: Sequence[str]) -> Links:
    """Return what stands behind the numbers of a bulletin; `modes` are the codes of the delivery modes."""
    found: dict[tuple[int, int, int], str] = {}
    whole = Filter(made.plan_code, before=made.as_of)
    year = int(made.month[:4])
    others = tuple(mode for mode in modes if mode != ONSITE)
    for line, each in enumerate((*made.lines, made.total)):
        which = replace(whole, supporter=each.code)
        of_year = replace(which, year=year, posted_until=made.month)
        found |= _sums(which, made.month, year, at=(_SUPPORTERS, line), columns=_OF_SUPPORTER)
        found[_SUPPORTERS, line, _ON_SITE] = replace(of_year, modes=(ONSITE,)).query
        found[_SUPPORTERS, line, _OTHER] = replace(of_year, modes=others).query
    for line, region in enumerate(made.regions):
        which = replace(whole, beneficiary=region.code)
        found |= _sums(which, made.month, year, at=(_REGIONS, line), columns=_OF_REGION)
    return found


def _sums(
    which: Filter, month: str, year: int, *, at: tuple[int, int], columns: tuple[int, int, int]
) -> dict[tuple[int, int, int], str]:
    until = replace(which, posted_until=month)
    addresses = (replace(which, posted_in=month), replace(until, year=year), until)
    return {(*at, column): each.query for column, each in zip(columns, addresses, strict=True)}


def of_progress(years: Sequence[Matrix]) -> Links:
    """Return what stands behind the numbers of the report on progress, whose first sections are these years."""
    return {
        (at, line, _OF_YEAR): row.behind
        for at, made in enumerate(years)
        for line, row in enumerate(lines(made))
    }


def lines(made: Matrix) -> list[Row]:
    """Return the lines of a year as tables have them: each place with its buckets and its sum, then the sums of all."""
    found: list[Row] = []
    for place in made.places:
        found += [*(row for row in made.rows if row.place_code == place.place_code), place]
    return [*found, *made.buckets, made.total]
