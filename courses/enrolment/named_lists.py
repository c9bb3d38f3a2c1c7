"""A list of lawyers as an officer pastes it or keeps it in a spreadsheet: lines in, licence numbers and names out.

A line may hold one number or several, names in any place, and what else a spreadsheet has beside them: running
numbers, firms, telephone numbers.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from qianchang.people.rules import is_licence_number, plain_name

# How many people one list may name, and how long it may be, in characters: a class of a province, with room.
MOST_ENTRIES = 500
MOST_CHARACTERS = 200_000

# Between the fields of a line, and between the words of a field; NFKC has made wide signs narrow before.
_FIELDS = re.compile(r"[\t,;|、。]+")
_WORDS = re.compile(r"[\s:()\[\]\"'“”=]+")
# 2 to 4 characters, or more with the dot that names of the minorities have.
_NAME = re.compile(r"[\u3400-\u9fff]{2,4}|[\u3400-\u9fff]{1,15}(?:·[\u3400-\u9fff]{1,15})+")
# A character that stands alone is the family name, or a part, of the name that follows: 韦 晓岚.
_NAME_IN_PARTS = re.compile(r"(?<![\u3400-\u9fff])([\u3400-\u9fff]) +(?=[\u3400-\u9fff])")
# Where a number and a name stand together without a space: 韦晓岚1451…, 1.韦晓岚.
_GLUED = re.compile(
    r"(?<=[\u3400-\u9fff])(?=[0-9])|(?<=[0-9])(?=[\u3400-\u9fff])|(?<=[0-9]\.)(?=[\u3400-\u9fff])"
)
_HEADINGS = frozenset(
    (
        "姓名",
        "名字",
        "律师",
        "律师姓名",
        "执业证",
        "执业证号",
        "律师证",
        "律师证号",
        "证号",
        "序号",
        "编号",
        "单位",
        "律所",
        "备注",
        "电话",
        "手机",
        "手机号",
        "地区",
    )
)
# A spreadsheet that keeps 17 digits as a number has lost the last ones, whatever it shows.
_ROUNDED = re.compile(r"\d(?:\.\d+)?[eE]\+?1[5-9]|\d{15,17}\.0")
# Of a licence number; an identity card has 18, the last of which can be an X.
DIGITS = 17
# Fewer digits are a running number, a year or a room.
_LEAST_DIGITS = 12


@dataclass(frozen=True)
class Entry:
    """One person on a list, by licence number; `names` are all names that stand on its line."""

    line: int
    number: str
    names: frozenset[str]


@dataclass(frozen=True)
class Unread:
    """A line without a licence number that can be read. `digits`: how many digits stand in its place, if any;
    `rounded`: a spreadsheet has cut them.
    """

    line: int
    text: str
    digits: int = 0
    rounded: bool = False


class ListTooLong(Exception):
    """The list names more people, or is longer, than one list may be."""


def entries_of(text: str) -> list[Entry | Unread]:
    """Return who stands on a list, in its order. Empty lines and headings say nothing. Raises ListTooLong."""
    if len(text) > MOST_CHARACTERS:
        raise ListTooLong
    found: list[Entry | Unread] = []
    for number, line in enumerate(text.splitlines(), start=1):
        found.extend(_entries_of_line(number, line))
        if len(found) > MOST_ENTRIES:
            raise ListTooLong
    return found


def as_lines(rows: Iterable[Iterable[object]]) -> str:
    """Return the rows of a spreadsheet as lines of a list, a line for each row, so that their numbers agree."""
    return "\n".join("\t".join(_cell(cell) for cell in row).strip() for row in rows)


def _entries_of_line(number: int, line: str) -> Iterator[Entry | Unread]:
    plain = _NAME_IN_PARTS.sub(r"\1", _GLUED.sub(" ", unicodedata.normalize("NFKC", line)))
    fields = [[word for word in _WORDS.split(field) if word] for field in _FIELDS.split(plain)]
    words = [word for field in fields for word in field]
    numbers = [found for field in fields for found in _numbers(field)]
    names = frozenset(
        word for word in map(plain_name, words) if _NAME.fullmatch(word) and word not in _HEADINGS
    )
    if numbers:
        yield from (Entry(number, each, names) for each in numbers)
        return
    digits = max((len(re.sub(r"\D", "", word)) for word in words), default=0)
    rounded = any(_ROUNDED.fullmatch(word) for word in words)
    if names or rounded or digits >= _LEAST_DIGITS:
        yield Unread(number, line.strip()[:60], digits if digits >= _LEAST_DIGITS else 0, rounded)


def _numbers(words: list[str]) -> Iterator[str]:
    """Give the licence numbers among the words of a field; one may stand in groups: 1451 0201 8112 23344."""
    group = ""
    for word in [*words, ""]:
        digits = word.replace("-", "")
        if is_licence_number(digits):
            yield digits
            group = ""
        elif digits.isascii() and digits.isdigit() and len(group) + len(digits) <= DIGITS:
            group += digits
            if is_licence_number(group):
                yield group
                group = ""
        else:
            group = digits if digits.isascii() and digits.isdigit() else ""


def _cell(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return re.sub(r"\s+", " ", str(cell)).strip()
