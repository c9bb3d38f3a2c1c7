"""What is owed in each year once the years before it are looked at. Plain values in, plain values out.

Source: domain.md, "From holding to 场", 4: a shortfall carries over, a surplus counts, until the window closes.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

# How many, by year and beneficiary's number.
ByRegion = Mapping[tuple[int, int], int]


@dataclass(frozen=True)
class Alone:
    """A number whose years stand alone: of one region, or of all (None); of one year, or of all (None)."""

    beneficiary: int | None
    year: int | None

    def covers(self, year: int, beneficiary: int) -> bool:
        """Tell whether the number is owed for a region in a year."""
        return self.beneficiary in (None, beneficiary) and self.year in (None, year)


@dataclass(frozen=True)
class YearOwed:
    """One year of a number: `carried_in` is what the years before lack (negative: what they did beyond it).

    `missing` is what the year still lacks with what was carried in; `surplus` is what it did beyond it.
    """

    year: int
    planned: int
    carried_in: int
    counted: int
    missing: int
    surplus: int

    @property
    def owed(self) -> int:
        """What had to be done in this year; never less than nothing."""
        return max(self.planned + self.carried_in, 0)


def owed_of(
    planned: ByRegion, counted: ByRegion, *, whole: int | None, alone: Collection[Alone]
) -> list[YearOwed]:
    """Return what each year owes of several regions together. Where a number stands alone, neither what its year lacks nor
    what was done beyond it goes into the next one.
    """
    lapsing: dict[int, int] = {}
    for year, region in {*planned, *counted}:
        if any(each.covers(year, region) for each in alone):
            balance = planned.get((year, region), 0) - counted.get((year, region), 0)
            lapsing[year] = lapsing.get(year, 0) + balance
    return owed(_by_year(planned), _by_year(counted), whole=whole, lapsing=lapsing)


def _by_year(numbers: ByRegion) -> dict[int, int]:
    sums: dict[int, int] = {}
    for (year, _region), number in numbers.items():
        sums[year] = sums.get(year, 0) + number
    return sums


def owed(
    planned: Mapping[int, int],
    counted: Mapping[int, int],
    *,
    whole: int | None,
    lapsing: Mapping[int, int] | None = None,
) -> list[YearOwed]:
    """Return what each year owes and lacks, the first year first. A year in which something was counted without
    a plan stands in the list as well. `whole` is the number over all years: once it is reached, nothing is missing
    in any year. None where no document states one. `lapsing` is what of a year's balance goes into no other one.
    """
    rows: list[YearOwed] = []
    carried = done = 0
    for year in sorted({*planned, *counted}):
        plan, got = planned.get(year, 0), counted.get(year, 0)
        done += got
        balance = plan + carried - got
        missing = max(balance, 0)
        if whole is not None:
            missing = min(missing, max(whole - done, 0))
        rows.append(
            YearOwed(
                year=year,
                planned=plan,
                carried_in=carried,
                counted=got,
                missing=missing,
                surplus=max(-balance, 0),
            )
        )
        carried = balance - (lapsing or {}).get(year, 0)
    return rows
