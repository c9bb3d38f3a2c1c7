"""Rosters of invented lawyers, with a known number of mistakes of known kinds.

Every number, name and firm is made by counting, so that a run is the same each time and nobody real stands in it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

HEADING = [
    "序号",
    "姓名",
    "执业证号",
    "执业机构",
    "县（市、区）",
    "手机号码",
    "电子邮箱",
    "出生年月",
    "登记日期",
]
_NUMBER, _NAME, _LICENCE, _FIRM, _COUNTY, _PHONE, _EMAIL, _BORN, _SINCE = range(len(HEADING))
_SURNAMES = "韦黄覃陆农李梁莫罗蒙岑班周陈林王张刘吴杨"
_GIVEN = "岚志强丽江晓红军建华明芳秀英伟平海燕国庆春梅文斌玉兰永福小龙美玲"
# So many lawyers has one firm.
_A_FIRM = 15

Cells = list[str]
Break = Callable[[Cells, Sequence[Cells]], None]


def _put(column: int, value: Callable[[str], str]) -> Break:
    def breaks(row: Cells, _all: Sequence[Cells]) -> None:
        row[column] = value(row[column])

    return breaks


def _twice(row: Cells, rows: Sequence[Cells]) -> None:
    row[_LICENCE] = rows[0][_LICENCE]


def _new_firm_nowhere(row: Cells, _all: Sequence[Cells]) -> None:
    row[_FIRM], row[_COUNTY] = f"广西无县{row[_NUMBER]}律师事务所", ""


def _firm_elsewhere(row: Cells, rows: Sequence[Cells]) -> None:
    row[_FIRM] = next(each[_FIRM] for each in rows if each[_COUNTY] != row[_COUNTY])


# Twenty and more kinds of mistakes, by the kind that the check must find.
KINDS: dict[str, Break] = {
    "licence_short": _put(_LICENCE, lambda cell: cell[:-1]),
    "licence_long": _put(_LICENCE, lambda cell: cell + "0"),
    "licence_letters": _put(_LICENCE, lambda cell: cell[:6] + "O" + cell[7:]),
    "licence_scientific": _put(_LICENCE, lambda _cell: "1.45102E+16"),
    "licence_masked": _put(_LICENCE, lambda cell: f"{cell[:5]}****{cell[-5:]}"),
    "licence_signs": _put(_LICENCE, lambda cell: cell[:8] + "#" + cell[8:]),
    "licence_missing": _put(_LICENCE, lambda _cell: ""),
    "identity_card": _put(_LICENCE, lambda _cell: "45102619920304123X"),
    "licence_twice": _twice,
    "name_missing": _put(_NAME, lambda _cell: ""),
    "name_digits": _put(_NAME, lambda cell: cell + "2"),
    "name_placeholder": _put(_NAME, lambda _cell: "待定"),
    "name_with_note": _put(_NAME, lambda cell: cell + "（实习）"),
    "firm_missing": _put(_FIRM, lambda _cell: "无"),
    "county_unknown": _put(_COUNTY, lambda cell: cell[0] + "泼县"),
    "county_elsewhere": _put(_COUNTY, lambda _cell: "腾冲市"),
    "county_missing": _new_firm_nowhere,
    "firm_two_counties": _firm_elsewhere,
    "phone_length": _put(_PHONE, lambda cell: cell + "9"),
    "phone_letters": _put(_PHONE, lambda cell: cell[:3] + "O" + cell[4:-1] + "x"),
    "email_malformed": _put(_EMAIL, lambda cell: cell.replace("@", "，")),
    "birth_two_digits": _put(_BORN, lambda cell: cell[2:4]),
    "birth_absurd": _put(_BORN, lambda _cell: "2024"),
    "birth_malformed": _put(_BORN, lambda _cell: "不记得了"),
    "date_malformed": _put(_SINCE, lambda _cell: "2019-13-45"),
}


@dataclass(frozen=True)
class Generated:
    """A roster: its rows below the heading, and how many mistakes of which kind it has."""

    rows: list[Cells]
    faults: dict[str, int]

    @property
    def faulty(self) -> int:
        return sum(self.faults.values())


def roster(count: int, *, faulty: int, counties: Sequence[str], first: int = 0) -> Generated:
    """Return `count` rows of which `faulty` have one mistake each, of all kinds in turn, spread over the file. Lawyers
    are counted from `first`; so many of them belong to one firm, and each firm to one county.
    """
    rows = [_lawyer(first + index, index + 1, counties) for index in range(count)]
    every = count // faulty if faulty else count
    faults: dict[str, int] = {}
    kinds = list(KINDS)
    # The firm's first row stays right: it says where the firm is. So does the row whose number others repeat.
    places = [index for index in range(count) if index % _A_FIRM and index % every == every // 2]
    spare = (index for index in range(count) if index % _A_FIRM == _A_FIRM - 1 and index not in set(places))
    while len(places) < faulty:
        places.append(next(spare))
    for turn, index in enumerate(sorted(places[:faulty])):
        kind = kinds[turn % len(kinds)]
        KINDS[kind](rows[index], rows)
        faults[kind] = faults.get(kind, 0) + 1
    return Generated(rows, faults)


def _lawyer(person: int, running: int, counties: Sequence[str]) -> Cells:
    firm = person // _A_FIRM
    name = (
        _SURNAMES[person % len(_SURNAMES)]
        + _GIVEN[person % 31 % len(_GIVEN)]
        + _GIVEN[person // 31 % len(_GIVEN)]
    )
    return [
        str(running),
        name,
        f"145{1 + person % 14:02d}{2000 + person % 24}1{person % 2}{person:06d}"[:17].ljust(17, "0"),
        f"广西{_letters(firm)}律师事务所",
        counties[firm % len(counties)],
        f"13{person:09d}",
        f"lawyer{person}@example.org",
        f"{1960 + person % 38}-0{1 + person % 9}-15",
        f"{2005 + person % 20}-0{1 + person % 9}-01",
    ]


def _letters(number: int) -> str:
    """Return a number in four characters of which neighbours differ in two: no firm is a slip of another's pen."""
    signs = "山水春秋日月星云松竹梅兰江河湖海"
    digits = [number % 16, number // 16 % 16, number // 256 % 16]
    check = sum(digits) % 16
    second = (digits[0] + 2 * digits[1] + 3 * digits[2]) % 16
    return "".join(signs[each] for each in (*digits, check, second))
