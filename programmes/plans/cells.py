"""A cell of a breakdown: how many of a year, for one region, in one bucket of delivery modes."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    """One planned number (计划数). `modes` are the sorted codes of one bucket; empty means any mode."""

    year: int
    beneficiary_id: int
    beneficiary_code: str
    modes: tuple[str, ...]
    quantity: int


def total(
    cells: Iterable[Cell],
    *,
    year: int | None = None,
    beneficiary: str | None = None,
    modes: Iterable[str] | None = None,
) -> int:
    """Return the sum of the cells that lie in a year, a region, and wholly in some modes; None means any."""
    within = None if modes is None else frozenset(modes)
    return sum(
        cell.quantity
        for cell in cells
        if year in (None, cell.year)
        and beneficiary in (None, cell.beneficiary_code)
        and (within is None or (bool(cell.modes) and within.issuperset(cell.modes)))
    )


def by_region(cells: Iterable[Cell]) -> dict[tuple[int, int], int]:
    """Return the planned numbers by year and beneficiary's number."""
    sums: dict[tuple[int, int], int] = {}
    for cell in cells:
        place = cell.year, cell.beneficiary_id
        sums[place] = sums.get(place, 0) + cell.quantity
    return sums
