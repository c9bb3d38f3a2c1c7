"""Numbers of provisions, which slides write in digits and speakers say in Chinese: 1165条 and 一千一百六十五条. Pure."""

import re

_DIGITS = "零一二三四五六七八九"
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)} | {"\u3007": 0, "两": 2}
_PLACES = {"十": 10, "百": 100, "千": 1000}
_LARGEST = 9999
# With the 第 before it, or of two characters and more: 一条 alone is no number of a provision.
_NUMERALS = "[\u3007零一二三四五六七八九十百千两]"
PROVISION = re.compile(rf"(?:第|(?={_NUMERALS}{{2}}))(?P<number>{_NUMERALS}+)(?P<unit>条)")


def in_digits(said: str) -> str:
    """Return 一千一百六十五 as 1165; without places (一二六) the digits stand one by one."""
    if not any(sign in _PLACES for sign in said):
        return "".join(str(_VALUES[sign]) for sign in said)
    total, digit = 0, 0
    for sign in said:
        if sign in _PLACES:
            total += (digit or 1) * _PLACES[sign]
            digit = 0
        else:
            digit = _VALUES[sign]
    return str(total + digit)


def in_chinese(digits: str) -> str:
    """Return 1165 as 一千一百六十五, as lawyers say a provision; empty for 0 and for more than four digits."""
    number = int(digits)
    if not 0 < number <= _LARGEST:
        return ""
    said, gap = "", False
    for name, place in (("千", 1000), ("百", 100), ("十", 10), ("", 1)):
        digit, number = divmod(number, place)
        if digit:
            said += ("零" if gap else "") + _DIGITS[digit] + name
            gap = False
        elif said:
            gap = True
    return said.removeprefix("一") if said.startswith("一十") else said
