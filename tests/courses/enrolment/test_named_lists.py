"""Lists as officers paste them, and what is read from them."""

import pytest

from courses.enrolment.named_lists import (
    MOST_CHARACTERS,
    MOST_ENTRIES,
    Entry,
    ListTooLong,
    Unread,
    as_lines,
    entries_of,
)
from tests.world import full_width

WEI, NONG = "14510201811223344", "14510200910556677"


def entry(line: int, number: str, *names: str) -> Entry:
    return Entry(line, number, frozenset(names))


def test_numbers_one_or_several_on_a_line():
    assert entries_of(f"{WEI}\n{NONG}，{WEI}") == [entry(1, WEI), entry(2, NONG), entry(2, WEI)]


def test_empty_lines_and_headings_say_nothing_but_keep_the_numbers_of_lines():
    assert entries_of(f"姓名\t执业证号\n\n韦晓岚\t{WEI}") == [entry(3, WEI, "韦晓岚")]


@pytest.mark.parametrize(
    "line",
    [
        f"韦晓岚 {WEI}",
        f"{WEI} 韦晓岚",
        f"1.\t韦晓岚\t{WEI}\t广西边城律师事务所\t13800001111",
        f"（1）韦 晓岚：{full_width(WEI)}",
        f'"韦 晓 岚","{WEI[:5]}-{WEI[5:]}"',
        f"韦晓岚 {WEI[:4]} {WEI[4:8]} {WEI[8:]}",
        f"韦晓岚{WEI}",
        f"{WEI}韦晓岚",
        f"1.韦晓岚 证号{WEI}，手机号13800001111",
    ],
)
def test_a_name_and_a_number_however_they_are_written(line):
    assert entries_of(line) == [entry(1, WEI, "韦晓岚")]


def test_names_of_the_minorities_have_dots():
    assert entries_of(f"阿卜杜拉•买买提 {WEI}") == [entry(1, WEI, "阿卜杜拉·买买提")]


def test_a_telephone_and_a_postcode_in_two_cells_are_no_licence_number():
    assert entries_of(f"13800001111\t450001\t{NONG}") == [entry(1, NONG)]
    assert entries_of("13800001111\t450001") == []


def test_a_wrong_number_is_never_dropped_silently():
    assert entries_of(f"{WEI[:-1]} 韦晓岚") == [Unread(1, f"{WEI[:-1]} 韦晓岚", digits=16)]
    assert entries_of("韦晓岚") == [Unread(1, "韦晓岚")]


def test_a_number_that_a_spreadsheet_has_rounded_is_called_that():
    rows = as_lines([["韦晓岚", 14510201811223344.0]])
    assert [each.rounded for each in entries_of(rows) if isinstance(each, Unread)] == [True]
    assert [each.rounded for each in entries_of("韦晓岚,1.45102E+16") if isinstance(each, Unread)] == [True]


def test_cells_become_one_line_for_each_row():
    assert as_lines([[1.0, "韦\n晓岚"], [], [2.0, WEI]]) == f"1\t韦 晓岚\n\n2\t{WEI}"


def test_a_list_has_an_end():
    numbers = "\n".join(f"145102018{number:08d}" for number in range(MOST_ENTRIES))
    assert len(entries_of(numbers)) == MOST_ENTRIES
    with pytest.raises(ListTooLong):
        entries_of(f"{numbers}\n{WEI}")
    with pytest.raises(ListTooLong):
        entries_of("x" * (MOST_CHARACTERS + 1))
