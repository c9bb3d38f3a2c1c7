"""Papers as files: the same paper is the same bytes, whatever stands in it, and no file runs anything."""

import io
import zipfile
from datetime import UTC, datetime

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st

from programmes.reports import rules
from programmes.reports.archives import packed, unpacked
from programmes.reports.excel import excel_of
from programmes.reports.files import UnknownFormat, csv_of, json_of, render
from programmes.reports.papers import Paper, Section, Table, moment_text, numeral
from programmes.reports.word import word_of
from tests.world import SHANGHAI

CELL = st.one_of(st.integers(-9, 10**9), st.text(max_size=12))


@st.composite
def papers(draw: st.DrawFn) -> Paper:
    """A paper with whatever an officer may have pasted into it."""
    columns = draw(st.integers(1, 4))
    rows = draw(st.lists(st.tuples(*[CELL] * columns), max_size=4))
    table = Table(tuple(draw(st.text(max_size=8)) for _ in range(columns)), tuple(rows))
    words = draw(st.text(max_size=40))
    return Paper(
        name="return",
        title=draw(st.text(max_size=20)),
        subtitle="",
        addressees=(),
        sections=(Section("概况", (words,), table),),
        signatories=(),
        issuer="广东省律师协会",
        date_line="",
        footer="",
        dated_at=datetime(2026, 10, 31, 10, tzinfo=UTC),
    )


def plain(words: str) -> Paper:
    """A paper that says one thing in its text and in its table."""
    return Paper(
        name="return",
        title="月报",
        subtitle="",
        addressees=(),
        sections=(Section("说明", (words,), Table(("甲",), ((words,),))),),
        signatories=(),
        issuer="",
        date_line="",
        footer="",
        dated_at=datetime(2026, 10, 31, 10, tzinfo=UTC),
    )


@settings(max_examples=10, deadline=None)
@given(papers())
def test_the_same_paper_is_the_same_word_file_and_opens(paper: Paper):
    once = word_of(paper)
    assert word_of(paper) == once
    Document(io.BytesIO(once))


@settings(max_examples=10, deadline=None)
@given(papers())
def test_the_same_paper_is_the_same_workbook_without_a_formula(paper: Paper):
    once = excel_of(paper)
    assert excel_of(paper) == once
    book = zipfile.ZipFile(io.BytesIO(once))
    assert not [name for name in book.namelist() if b"<f>" in book.read(name)]


@given(papers())
def test_plain_files_take_every_paper(paper: Paper):
    assert csv_of(paper) == csv_of(paper)
    assert json_of(paper) == json_of(paper)


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\uff1d"])
def test_what_a_spreadsheet_would_run_is_neutralised_in_csv(sign: str):
    assert f"'{sign}cmd|'/c calc'!A1" in csv_of(plain(f"{sign}cmd|'/c calc'!A1")).decode("utf-8-sig")


def test_the_hour_of_the_clock_that_a_moment_was_read_from_does_not_matter():
    in_guangzhou = datetime(2026, 10, 31, 18, tzinfo=SHANGHAI)
    assert moment_text(in_guangzhou) == moment_text(in_guangzhou.astimezone(UTC))


def test_a_format_that_is_none_is_refused():
    with pytest.raises(UnknownFormat):
        render(plain("甲"), format="exe")


@given(st.dictionaries(st.text("abc/", min_size=1, max_size=6), st.binary(max_size=20), max_size=5))
def test_an_archive_depends_on_its_members_alone(members: dict[str, bytes]):
    there_and_back = dict(reversed(members.items()))
    assert packed(members) == packed(there_and_back)
    assert unpacked(packed(members)) == members


@pytest.mark.parametrize(
    ("number", "words"), [(1, "一"), (9, "九"), (10, "十"), (11, "十一"), (20, "二十"), (99, "九十九")]
)
def test_headings_are_numbered_in_chinese(number: int, words: str):
    assert numeral(number) == words


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_share_is_rounded_half_up_to_a_tenth_of_a_percent(part: int, whole: int):
    share = rules.per_mille(part, whole)
    assert share is not None
    assert abs(share * whole - 1000 * part) * 2 <= whole


def test_shares_as_text():
    assert (rules.percent_text(31, 40), rules.percent_text(1, 3), rules.percent_text(1, 0)) == (
        "77.5%",
        "33.3%",
        "",
    )


@pytest.mark.parametrize(
    "month", ["2026-1", "2026-13", "\uff12\uff10\uff12\uff16-10", "2026-10 ", "1999-10", "+026-10"]
)
def test_a_month_is_spelled_in_one_way(month: str):
    with pytest.raises(ValueError, match="not a month"):
        rules.month_bounds(month)


def test_a_bulletin_knows_what_came_until_the_tenth():
    until = rules.bulletin_until("2026-10", zone=SHANGHAI)
    assert until == datetime(2026, 11, 11, tzinfo=SHANGHAI)
    assert rules.month_before("2026-01") == "2025-12"
