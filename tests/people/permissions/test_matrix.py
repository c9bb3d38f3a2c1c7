"""The table in permissions.py is the product's, cell by cell. `product_table.txt` is a copy of the table in section 3 of
the product design; whoever changes one of the two has to say so in the other, or name the deviation here and in
docs/permissions.md.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from qianchang.people.permissions import MATRIX, Act, Column, Scope

HERE = Path(__file__).parent
PERMISSIONS_PAGE = Path(__file__).resolve().parents[3] / "docs" / "permissions.md"
CELL = re.compile(r"(?P<kind>[vd])?\s*(?P<scope>[os])?\s*(?:\((?P<note>[^)]+)\))?")


@dataclass(frozen=True)
class Row:
    """Which acts stand for a row of the product: for `v`, for `d`, and for a cell with words in brackets."""

    see: Act | None = None
    do: Act | None = None
    only: dict[str, Act] = field(default_factory=dict)


ROWS = {
    "Catalogue, course list, lecture introduction, session notices": Row(see=Act.SEE_CATALOGUE),
    "Play, audio, slides, transcript, download": Row(do=Act.PLAY_LECTURE),
    "Ask the lecturer / answer": Row(see=Act.SEE_QUESTIONS, do=Act.ASK_OR_ANSWER),
    "My hours, hours certificate, appeal": Row(do=Act.OWN_HOURS),
    "Verify a certificate by number": Row(see=Act.VERIFY_CERTIFICATE),
    "Request a DVD": Row(do=Act.REQUEST_DISC),
    "Upload a recording, edit own draft": Row(do=Act.UPLOAD_RECORDING),
    "Key in a recording that came by post": Row(do=Act.KEY_IN_RECORDING),
    "Review and publish a lecture": Row(do=Act.REVIEW_LECTURE),
    "Withdraw a published lecture (reason required)": Row(see=Act.SEE_WITHDRAWAL, do=Act.WITHDRAW_LECTURE),
    "Create and schedule a session": Row(do=Act.SCHEDULE_SESSION, only={"screening": Act.SCHEDULE_SCREENING}),
    "Enter attendance, add evidence": Row(
        do=Act.ENTER_ATTENDANCE, only={"on site": Act.ENTER_ATTENDANCE_ON_SITE}
    ),
    "Key in a paper sheet for another office": Row(do=Act.KEY_IN_SHEET),
    "Confirm a session that was held for us": Row(do=Act.CONFIRM_SESSION),
    "Return or reverse a session (reason required)": Row(do=Act.RETURN_SESSION),
    "Post the month (月底结账)": Row(do=Act.CLOSE_MONTH),
    "Quota board of one association": Row(see=Act.SEE_QUOTA_BOARD),
    "Quota board of all associations": Row(see=Act.SEE_EVERY_BOARD),
    "Set quotas, programmes, pairs": Row(do=Act.SET_QUOTAS, only={"own breakdown": Act.BREAK_DOWN_QUOTA}),
    "Monthly return": Row(see=Act.SEE_RETURN, do=Act.MAKE_RETURN),
    "Bulletin, recognition list": Row(see=Act.SEE_BULLETIN, do=Act.MAKE_BULLETIN),
    "Spot check and finding": Row(do=Act.SPOT_CHECK),
    "Hours of named lawyers": Row(see=Act.SEE_NAMED_HOURS, only={"counts only": Act.COUNT_HOURS}),
    "Decide an hours appeal": Row(do=Act.CORRECT_HOURS),
    "Roster view / import": Row(see=Act.SEE_ROSTER, do=Act.IMPORT_ROSTER),
    "Discs: make, send, receive": Row(
        see=Act.SEE_DISCS,
        do=Act.SEND_DISCS,
        only={"receive": Act.RECEIVE_DISCS, "make, send": Act.SEND_DISCS},
    ),
    "Hour rules": Row(see=Act.SEE_HOUR_RULES, do=Act.SET_HOUR_RULES),
    "News, help pages, home page": Row(see=Act.SEE_NEWS, do=Act.EDIT_NEWS),
}
# One row of the product, three acts of ours, all alike.
LAST_ROW = "Users, roles, audit log, processing queue"
LAST_ACTS = (Act.MANAGE_USERS, Act.SEE_AUDIT, Act.SEE_QUEUE)

# Where the table of ours says something else, with the words of docs/permissions.md that say why.
DEVIATIONS: dict[tuple[Act, str], tuple[Scope | None, str]] = {
    (Act.SEE_NAMED_HOURS, "S"): (Scope.ASSOCIATION, "supporting officers and their own lawyers"),
    (Act.CORRECT_HOURS, "S"): (Scope.ASSOCIATION, "supporting officers and their own lawyers"),
    (Act.SEE_NAMED_HOURS, "L"): (None, "a lawyer's own hours are the row of one's own hours"),
    (Act.SEE_HOUR_RULES, "B"): (Scope.ANY, "what a guest sees, everybody sees"),
}
# Acts that the product has no row for, with the words that say what they are.
BESIDE_THE_TABLE = {
    Act.HOLD_SESSION: "Record a session as held",
    Act.REVOKE_CERTIFICATE: "Revoke an hours certificate",
    Act.ARRANGE_CLASSES: "Open and change classes",
    Act.ENROL_LAWYERS: "Enrol named lawyers",
    Act.PREVIEW_ROLE: "See the site as a role does",
    Act.NOMINATE_TRAINEE: "Nominate a trainee",
    Act.HOST_TRAINEE: "Take in a trainee",
    Act.RECORD_DONATION: "Enter a donation",
    Act.VERIFY_DONATION: "Verify a donation",
}
SMALL_SCOPES = {Column.C: Scope.COUNTY}


def product_table() -> dict[str, dict[str, str]]:
    lines = (HERE / "product_table.txt").read_text(encoding="utf-8").splitlines()
    columns, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    return {
        row[0]: dict(zip(columns[1:], row[1:], strict=True)) for row in rows if not row[0].startswith("-")
    }


def scope_in(cell: str, column: Column) -> Scope:
    found = CELL.fullmatch(cell)
    assert found is not None, cell
    if found["scope"] == "o":
        return Scope.OWN
    if found["scope"] == "s" or (found["note"] == "counts only" and column is Column.S):
        return SMALL_SCOPES.get(column, Scope.ASSOCIATION)
    return Scope.ANY


def wanted_of(row: Row, cell: str, column: Column) -> dict[Act, Scope]:
    """Which acts a cell of the product gives, and how far."""
    if cell == "–":
        return {}
    scope = scope_in(cell.removeprefix("– "), column)
    found = CELL.fullmatch(cell.removeprefix("– "))
    assert found is not None
    if found["note"]:
        acts = {row.only[found["note"]]} | ({row.see} - {None} if found["kind"] == "d" else set())
    elif found["kind"] == "d":
        acts = {row.see, row.do} | set(row.only.values())
    else:
        acts = {row.see or row.do} | (
            {Act.COUNT_HOURS} if Act.COUNT_HOURS in row.only.values() and scope is not Scope.OWN else set()
        )
    return {act: scope for act in acts if act is not None}


def cells() -> list[tuple[str, Column]]:
    return [(what, column) for what in product_table() for column in Column]


def test_the_copy_has_every_row_and_column_of_the_product() -> None:
    table = product_table()

    assert set(table) == {*ROWS, LAST_ROW}
    assert len(table) == 29
    assert all(list(row) == list(Column.__members__) for row in table.values())


@pytest.mark.parametrize(("what", "column"), cells(), ids=lambda each: str(getattr(each, "name", each))[:30])
def test_each_cell_is_the_products(what: str, column: Column) -> None:
    # Given what the product's cell gives.
    cell = product_table()[what][column.name]
    if what == LAST_ROW:
        wanted = {} if cell == "–" else dict.fromkeys(LAST_ACTS, Scope.ANY)
        acts: set[Act] = set(LAST_ACTS)
    else:
        row = ROWS[what]
        wanted = wanted_of(row, cell, column)
        acts = {act for act in (row.see, row.do, *row.only.values()) if act is not None}
    # Then ours gives the same, or the deviation is named.
    for act in acts:
        expected = wanted.get(act)
        if (act, column.name) in DEVIATIONS:
            deviates, _why = DEVIATIONS[act, column.name]
            assert deviates is not expected, (
                f"{act.name} {column.name} deviates no more: take it off the list"
            )
            expected = deviates
        assert MATRIX[act].get(column) is expected, f"{act.name} {column.name}: {cell!r}"


def test_every_act_stands_for_a_row_or_is_named_beside_the_table() -> None:
    of_rows = {act for row in ROWS.values() for act in (row.see, row.do, *row.only.values())} - {None}

    assert set(MATRIX) == set(Act) == of_rows | set(LAST_ACTS) | set(BESIDE_THE_TABLE)
    assert not of_rows & set(BESIDE_THE_TABLE)


def test_the_page_about_permissions_names_every_deviation_and_every_act_beside_the_table() -> None:
    page = re.sub(r"\s+", " ", PERMISSIONS_PAGE.read_text(encoding="utf-8"))

    for words in {why for _scope, why in DEVIATIONS.values()} | set(BESIDE_THE_TABLE.values()):
        assert words in page, words
