"""Which row of a sheet is the heading, and which column holds what: plain values in, plain values out.

Rosters come with title lines above the heading, with columns in any order and under many names.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Field(StrEnum):
    """What of a lawyer a column can hold."""

    LICENCE_NUMBER = "licence_number"
    NAME = "name"
    FIRM = "firm"
    COUNTY = "county"
    PHONE = "phone"
    EMAIL = "email"
    BIRTH_YEAR = "birth_year"
    REGISTERED_ON = "registered_on"


# Without these nothing can be imported. A county is needed only for a firm that the roster does not have.
REQUIRED = (Field.LICENCE_NUMBER, Field.NAME, Field.FIRM)

# How rosters head their columns, the surest name first; signs, spaces and what stands in brackets do not count.
_NAMES: dict[Field, tuple[str, ...]] = {
    Field.LICENCE_NUMBER: (
        "执业证号", "律师执业证号", "执业证号码", "执业证书号", "执业证编号", "执业许可证号", "律师证号", "资格证执业证号",
        "执业证", "证号", "licencenumber", "licenseno", "licenceno",
    ),
    Field.NAME: ("姓名", "律师姓名", "名字", "律师", "name"),
    Field.FIRM: (
        "律师事务所", "执业机构", "执业机构名称", "律师事务所名称", "律所", "律所名称", "事务所", "事务所名称", "所在律所",
        "工作单位", "单位", "单位名称", "机构名称", "firm",
    ),
    Field.COUNTY: (
        "县区", "区县", "县市区", "执业地区", "所在县", "所在县区", "所在地区", "执业区域", "地区", "行政区划", "区划",
        "住所地", "所属县区", "所属地区", "县", "county",
    ),
    Field.PHONE: (
        "手机号", "手机", "手机号码", "联系电话", "移动电话", "联系方式", "电话", "电话号码", "本人电话", "phone", "mobile",
    ),
    Field.EMAIL: ("邮箱", "电子邮箱", "电子邮件", "邮件", "邮箱地址", "email", "mail"),
    Field.BIRTH_YEAR: ("出生年份", "出生年", "出生年月", "出生日期", "生日", "出生年月日", "birthyear", "born"),
    Field.REGISTERED_ON: (
        "登记日期", "入所日期", "入所时间", "注册日期", "变更日期", "转入日期", "登记时间", "registeredon",
    ),
}  # fmt: skip
_FIELD_OF = {name: field for field, names in _NAMES.items() for name in names}
_BRACKETS = re.compile(r"[(（\[【].*?[)）\]】]")
_SIGNS = re.compile(r"[\W_]+")

# So many rows from the top may be titles before the heading comes.
_TITLE_ROWS = 20
_LEAST_MATCHES = 2
_SAMPLES = 3


@dataclass(frozen=True)
class Heading:
    """The row (its number in the file) that names the columns, None where there is none, and what they hold."""

    row: int | None
    columns: Mapping[Field, int]


def plain(heading: str) -> str:
    """Return the name of a column as it is compared: no signs, spaces, brackets; small letters."""
    text = unicodedata.normalize("NFKC", heading).lower()
    return _SIGNS.sub("", _BRACKETS.sub("", text)) or _SIGNS.sub("", text)


def field_of(heading: str) -> Field | None:
    """Return what a column of this name holds, if its name is known."""
    return _FIELD_OF.get(plain(heading))


def find_heading(rows: Sequence[tuple[int, Sequence[str]]]) -> Heading:
    """Find the heading among the first rows: the one that names most columns. Where none names two, columns are guessed
    by what stands in them.
    """
    best: Heading = Heading(None, {})
    for number, cells in rows[:_TITLE_ROWS]:
        columns = _matched(cells)
        if len(columns) > len(best.columns):
            best = Heading(number, columns)
    if len(best.columns) >= _LEAST_MATCHES:
        return best
    return Heading(None, _guessed([cells for _number, cells in rows[:_TITLE_ROWS]]))


def _matched(cells: Sequence[str]) -> dict[Field, int]:
    found: dict[Field, tuple[int, int]] = {}
    for index, cell in enumerate(cells):
        field = field_of(cell)
        if field is None:
            continue
        sureness = _NAMES[field].index(plain(cell))
        if field not in found or sureness < found[field][0]:
            found[field] = (sureness, index)
    return {field: index for field, (_sureness, index) in found.items()}


def _guessed(rows: Sequence[Sequence[str]]) -> dict[Field, int]:
    looks = {
        Field.LICENCE_NUMBER: re.compile(r"\d{17}"),
        Field.PHONE: re.compile(r"1\d{10}"),
        Field.EMAIL: re.compile(r"\S+@\S+"),
        Field.FIRM: re.compile(r".*律师事务所.*"),
        Field.NAME: re.compile(r"[\u3400-\u9fff]{2,3}"),
    }
    found: dict[Field, int] = {}
    width = max((len(cells) for cells in rows), default=0)
    for field, look in looks.items():
        counts = [
            sum(1 for cells in rows if index < len(cells) and look.fullmatch(cells[index]))
            for index in range(width)
        ]
        if counts and max(counts) * 2 > len(rows) and counts.index(max(counts)) not in found.values():
            found[field] = counts.index(max(counts))
    return found


def samples(rows: Sequence[tuple[int, Sequence[str]]], heading: Heading, column: int) -> list[str]:
    """Return the first values of a column below the heading, as examples."""
    start = heading.row or 0
    values = (cells[column] for number, cells in rows if number > start and column < len(cells))
    found: list[str] = []
    for value in values:
        if value and value not in found:
            found.append(value)
        if len(found) == _SAMPLES:
            break
    return found


def missing(columns: Mapping[Field, int]) -> list[Field]:
    """Return the required fields that no column holds."""
    return [field for field in REQUIRED if field not in columns]
