"""The benchmark of the quota board: what it promises, and that a broken promise is told."""

import pytest

from benchmarks.quota.__main__ import table
from benchmarks.quota.measure import worst
from benchmarks.quota.targets import missed

COST = {"queries": 5, "database_ms": 1.0, "all_ms": 20.0}
KEPT = {
    "sessions": 1000,
    "completions": 1_000_000,
    "entries": 700,
    "counted": 680,
    "totals_equal_recount": True,
    "totals_equal_pages": True,
    "ledgers_hold": True,
    "files_made_again": 12,
    "files_altered": [],
    "board": COST,
    "national": COST,
    "waiting": COST,
    "plain_ledger_ms": 0.5,
    "plain_completions_ms": 900.0,
    "simulated_s": 100.0,
}


def test_what_is_kept_is_not_missed():
    assert missed("sqlite", KEPT) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("totals_equal_recount", False),
        ("totals_equal_pages", False),
        ("ledgers_hold", False),
        ("files_altered", ["2027-06: bulletin 2027-01 v1.docx: made again, it is another file"]),
        ("board", COST | {"database_ms": 5.1}),
        ("board", COST | {"queries": 6}),
        ("national", COST | {"database_ms": 100.1}),
        ("national", COST | {"queries": 6}),
        ("waiting", COST | {"all_ms": 501.0}),
    ],
)
def test_every_promise_that_is_broken_is_told_once(name: str, value: object):
    (said,) = missed("postgresql", KEPT | {name: value})
    assert said.startswith("postgresql: ")


def test_the_worst_of_each_figure_is_told():
    other = {"queries": 3, "database_ms": 4.0, "all_ms": 2.0}
    assert worst([COST, other]) == {"queries": 5, "database_ms": 4.0, "all_ms": 20.0}


def test_the_table_has_a_column_for_each_database():
    assert [column.header for column in table({"sqlite": KEPT, "postgresql": KEPT}).columns] == [
        "",
        "sqlite",
        "postgresql",
    ]
