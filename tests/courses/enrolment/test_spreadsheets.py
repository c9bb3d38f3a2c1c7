"""Files as officers send them, and as somebody sends them who means harm."""

import io
import zipfile

import pytest
from openpyxl import Workbook

from courses.enrolment import spreadsheets
from courses.enrolment.named_lists import Unread, entries_of
from courses.enrolment.spreadsheets import Unreadable, text_of

WEI = "14510201811223344"


def xlsx(rows: list[list[object]], **cells: object) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for place, value in cells.items():
        sheet[place] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_rows_keep_their_numbers_and_text_its_digits():
    sheet = xlsx([[], ["姓名", "执业证号"], ["韦晓岚", WEI]], C9=WEI)
    assert [
        (each.line, each.number) for each in entries_of(text_of(sheet)) if not isinstance(each, Unread)
    ] == [
        (3, WEI),
        (9, WEI),
    ]


def test_a_number_that_excel_keeps_as_a_figure_is_refused_as_rounded():
    (found,) = entries_of(text_of(xlsx([["韦晓岚", int(WEI)]])))
    assert isinstance(found, Unread)
    assert found.rounded


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_in_the_encodings_of_chinese_offices(encoding):
    assert text_of(f"姓名,执业证号\r\n韦晓岚,{WEI}\r\n".encode(encoding)).splitlines()[1] == f"韦晓岚,{WEI}"


@pytest.mark.parametrize("far", ["XFD1048576", "A1048576", "BZ1"])
def test_a_cell_far_out_costs_the_child_its_life_and_us_nothing(far):
    with pytest.raises(Unreadable):
        text_of(xlsx([["a"]], **{far: "x"}))


def test_a_sheet_of_long_words_stays_in_the_child():
    rows = [["w" * 30_000] for _ in range(200)]
    with pytest.raises(Unreadable, match="too much text"):
        text_of(xlsx(rows))


def test_an_archive_that_unpacks_to_far_more_is_not_unpacked():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    with pytest.raises(Unreadable, match="too large inside"):
        text_of(out.getvalue())


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04 nonsense",
        b"\xd0\xcf\x11\xe0 nonsense",
        b"\x00\x01\x02" * 9,
        b"\xff\xfe" * 9,
        b"%PDF-1.4\x00\xff",
    ],
)
def test_what_is_no_list_is_refused_in_words(content):
    with pytest.raises(Unreadable):
        text_of(content)


def test_a_file_of_more_than_two_megabytes_is_refused():
    with pytest.raises(Unreadable, match="larger than 2 MB"):
        text_of(b"1" * (spreadsheets.MOST_BYTES + 1))
