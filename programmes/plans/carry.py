"""What is owed in each year once the years before it are looked at. Plain values in, plain values out.

Source: domain.md, "From holding to 场", 4: a shortfall carries over, a surplus counts, until the window closes.
"""

from collections.abc import Mapping
from dataclasses import dataclass


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


def owed(planned: Mapping[int, int], counted: Mapping[int, int], *, whole: int | None) -> list[YearOwed]:
    """Return what each year owes and lacks, the first year first. A year in which something was counted without
    a plan stands in the list as well. `whole` is the number over all years: once it is reached, nothing is missing
    in any year. None where no document states one.
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
        carried = balance
    return rows
