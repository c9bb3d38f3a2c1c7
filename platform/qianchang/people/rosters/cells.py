"""How one cell of a roster is read: what is only cosmetic is put right, what is wrong is a fault. Plain values only.

Cosmetic are spaces, full-width signs, an apostrophe that Excel left, a whole date where a year was asked. Whatever could
change who is meant is a fault with a proposal, for a person to decide.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta

from qianchang.groundwork.figures import Figure
from qianchang.people.rosters.columns import Field
from qianchang.people.rosters.faults import Fault, Kind
from qianchang.people.rules import is_licence_number, plain_licence_number, plain_name

Read = tuple[str, Fault | None]

DIGITS = 17
# What is kept of a cell that held the number of an identity card.
IDENTITY_CARD_HERE = "<identity_card>"
MOBILE_DIGITS = 11
_LONGEST_NAME, _LONGEST_FIRM = 60, 120
_YOUNGEST, _OLDEST = 18, 100
_QUOTES = "'’‘`´\"“”＇"  # noqa: RUF001 - the apostrophes that Excel and input methods leave
_LOOKALIKES = str.maketrans("OoIl|", "00111")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+?\d+")
_IDENTITY_CARD = re.compile(r"\d{6}(?:19|20)\d{9}[\dXx]")
_PLACEHOLDERS = frozenset(
    [
        *("无", "未知", "不详", "待定", "待补", "空", "暂无", "没有", "测试", "某某", "姓名"),
        *("xxx", "xx", "n/a", "na", "null", "none", "test"),
    ]
)
_EMPTY_SIGNS = re.compile(r"[\s\-—–_/\\.。*?？]+")
_NAME_NOTE = re.compile(r"\s*[(（\[【].*$")
_EMAIL = re.compile(r"[A-Za-z0-9._%+\-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,62})\.)+[A-Za-z]{2,24}")
_LANDLINE = re.compile(r"0\d{2,3}\d{7,8}")
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?")
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
# Excel counts days from here.
_EXCEL_DAY_0 = date(1899, 12, 30)


def is_placeholder(text: str) -> bool:
    """Tell whether somebody wrote that there is nothing (无, -, 未知), or what stood there was not kept."""
    return (
        text == IDENTITY_CARD_HERE
        or text.lower() in _PLACEHOLDERS
        or _EMPTY_SIGNS.fullmatch(text) is not None
    )


def is_identity_card(text: str) -> bool:
    """Tell whether a cell holds the number of an identity card, or stands where one stood: none is ever kept."""
    return text == IDENTITY_CARD_HERE or _IDENTITY_CARD.fullmatch(text.strip(_QUOTES + " ")) is not None


def licence_number(cell: str) -> Read:
    """Read a licence number. Source of its form: product-design.md, section 2 (17 digits)."""
    text = plain_licence_number(cell).strip(_QUOTES)
    if is_licence_number(text) and not isinstance(cell, Figure):
        return text, None
    fault = _licence_fault(cell, text)
    # What is no licence number at all is not handed on as one.
    return ("" if fault.kind in (Kind.IDENTITY_CARD, Kind.LICENCE_FIGURE) else text[:200]), fault


def _licence_fault(cell: str, text: str) -> Fault:
    def fault(kind: Kind, proposal: str = "", **about: str | int) -> Fault:
        value = "" if kind is Kind.IDENTITY_CARD else str(cell)
        return Fault(kind, Field.LICENCE_NUMBER, value[:200], proposal, about)

    if isinstance(cell, Figure) or re.fullmatch(r"\d{15,17}\.0", text):
        return fault(Kind.LICENCE_FIGURE)
    if is_identity_card(text):
        return fault(Kind.IDENTITY_CARD)
    if not text or is_placeholder(text):
        return fault(Kind.LICENCE_MISSING)
    if _SCIENTIFIC.fullmatch(text):
        return fault(Kind.LICENCE_SCIENTIFIC)
    if "*" in text:
        return fault(Kind.LICENCE_MASKED)
    if text.isascii() and text.isdigit():
        kind = Kind.LICENCE_SHORT if len(text) < DIGITS else Kind.LICENCE_LONG
        return fault(kind, digits=len(text))
    digits = text.translate(_LOOKALIKES)
    if digits != text and digits.isdigit():
        letter = next(each for each in text if each in "OoIl|")
        return fault(Kind.LICENCE_LETTERS, digits if is_licence_number(digits) else "", letter=letter)
    return fault(Kind.LICENCE_SIGNS)


def name(cell: str) -> Read:
    """Read the name of a lawyer."""
    text = plain_name(unicodedata.normalize("NFKC", cell)).strip(_QUOTES)

    def fault(kind: Kind, proposal: str = "") -> Read:
        return text, Fault(kind, Field.NAME, str(cell)[:200], proposal)

    if not text:
        return fault(Kind.NAME_MISSING)
    if is_placeholder(text):
        return fault(Kind.NAME_PLACEHOLDER)
    without_note = _NAME_NOTE.sub("", text)
    if without_note != text:
        return fault(Kind.NAME_WITH_NOTE, without_note)
    if any(each.isdigit() for each in text):
        return fault(Kind.NAME_DIGITS, plain_name(re.sub(r"\d", "", text)))
    if len(text) > _LONGEST_NAME:
        return fault(Kind.NAME_LONG)
    return text, None


def firm(cell: str) -> Read:
    """Read the name of a firm; brackets become those that Chinese names have."""
    text = (
        plain_name(unicodedata.normalize("NFKC", cell)).strip(_QUOTES).replace("(", "（").replace(")", "）")
    )
    if not text or is_placeholder(text):
        return text, Fault(Kind.FIRM_MISSING, Field.FIRM, text[:200])
    if len(text) > _LONGEST_FIRM:
        return text, Fault(Kind.FIRM_LONG, Field.FIRM, text[:200])
    return text, None


def county(cell: str) -> Read:
    """Read the name of a county; which one it is, the check decides."""
    text = plain_name(unicodedata.normalize("NFKC", cell)).strip(_QUOTES)
    return ("", None) if is_placeholder(text) else (text[:60], None)


def phone(cell: str) -> Read:
    """Read a telephone number: a mobile with 11 digits, or a landline with its area code. Nothing is right, too."""
    text = unicodedata.normalize("NFKC", cell).strip(_QUOTES + " ")
    if not text or is_placeholder(text):
        return "", None
    plain = re.sub(r"[\s\-()]", "", re.sub(r"^(?:\+|00)?86[\s\-]?(?=1)", "", text)).removesuffix(".0")
    if _SCIENTIFIC.fullmatch(plain) and (found := f"{float(plain):.0f}") and len(found) == MOBILE_DIGITS:
        digits = len(plain.split("e")[0].split("E")[0].replace(".", ""))
        plain = found if digits == MOBILE_DIGITS else plain

    def fault(kind: Kind, proposal: str = "", **about: str | int) -> Read:
        return text[:20], Fault(kind, Field.PHONE, text[:200], proposal, about)

    if re.fullmatch(r"1\d{10}", plain) or _LANDLINE.fullmatch(plain):
        return plain, None
    several = [part for part in re.split(r"[,，;；、/|]|\s{1,}", text) if re.fullmatch(r"1\d{10}", part)]
    if len(several) > 1:
        return fault(Kind.PHONE_SEVERAL, several[0])
    if plain.isascii() and plain.isdigit():
        return fault(Kind.PHONE_LENGTH, digits=len(plain), over=len(plain) - MOBILE_DIGITS)
    digits_only = plain.translate(_LOOKALIKES)
    return fault(Kind.PHONE_LETTERS, digits_only if re.fullmatch(r"1\d{10}", digits_only) else "")


def email(cell: str) -> Read:
    """Read an e-mail address. Nothing is right, too."""
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", cell)).strip(_QUOTES)
    if not text or is_placeholder(text):
        return "", None
    if _EMAIL.fullmatch(text):
        return text, None
    better = text.replace("。", ".").replace("，", ".").replace(",", ".").replace("..", ".").replace("#", "@")
    proposal = better if _EMAIL.fullmatch(better) else ""
    return text[:200], Fault(Kind.EMAIL_MALFORMED, Field.EMAIL, text[:200], proposal)


def birth_year(cell: str, *, today: date) -> Read:
    """Read the year of birth; of a whole date only the year is kept (least data)."""
    text = unicodedata.normalize("NFKC", cell).strip(_QUOTES + " ").removesuffix(".0")
    if not text or is_placeholder(text):
        return "", None
    plain = text.removesuffix("年").removesuffix("生").removesuffix("年")

    def fault(kind: Kind, proposal: str = "") -> Read:
        return text[:20], Fault(kind, Field.BIRTH_YEAR, text[:200], proposal)

    if re.fullmatch(r"\d{2}", plain):
        century = 2000 if 2000 + int(plain) <= today.year - _YOUNGEST else 1900
        return fault(Kind.BIRTH_TWO_DIGITS, str(century + int(plain)))
    found = re.fullmatch(r"\d{4}", plain) or _DATE.fullmatch(text) or _COMPACT_DATE.fullmatch(plain)
    if found is None:
        return fault(Kind.BIRTH_MALFORMED)
    year = int(found[0][:4])
    if not today.year - _OLDEST <= year <= today.year - _YOUNGEST:
        return fault(Kind.BIRTH_ABSURD)
    return str(year), None


def registered_on(cell: str, *, today: date) -> Read:
    """Read since when somebody is registered at the firm, as an ISO date."""
    text = unicodedata.normalize("NFKC", cell).strip(_QUOTES + " ").removesuffix(".0")
    if not text or is_placeholder(text):
        return "", None

    def fault(kind: Kind) -> Read:
        return text[:20], Fault(kind, Field.REGISTERED_ON, text[:200])

    found = _DATE.fullmatch(text) or _COMPACT_DATE.fullmatch(text)
    try:
        if found is not None:
            day = date(int(found[1]), int(found[2]), int(found[3] or 1))
        elif re.fullmatch(r"[1-6]\d{4}", text):
            day = _EXCEL_DAY_0 + timedelta(days=int(text))
        else:
            return fault(Kind.DATE_MALFORMED)
    except ValueError:
        return fault(Kind.DATE_MALFORMED)
    if day.year < today.year - _OLDEST:
        return fault(Kind.DATE_MALFORMED)
    return (day.isoformat(), None) if day <= today else fault(Kind.DATE_FUTURE)


def readers(today: date) -> dict[Field, Callable[[str], Read]]:
    """Return how each field is read, in the order in which a row's faults are named."""
    return {
        Field.LICENCE_NUMBER: licence_number,
        Field.NAME: name,
        Field.FIRM: firm,
        Field.COUNTY: county,
        Field.PHONE: phone,
        Field.EMAIL: email,
        Field.BIRTH_YEAR: lambda cell: birth_year(cell, today=today),
        Field.REGISTERED_ON: lambda cell: registered_on(cell, today=today),
    }
