"""Text as the search sees it: signs one by one, and a query cut into words. Pure.

Chinese writes no spaces: every character is a sign of its own, a run of Latin letters or digits is one. A word is found
where its signs stand side by side, so that a word inside a longer word is found too.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from courses.catalogue.search.numerals import PROVISION, in_chinese, in_digits

# Between clauses: signs on both sides of it are not side by side. Other punctuation is looked through, as are spaces.
BREAK = "|"
_BREAKS = frozenset("，。；：！？、,.;:!?…|")
# From here on scripts write without spaces, or with one sign a syllable: each character stands alone.
_FIRST_WIDE = 0x2E80
MOST_WORDS = 8
# Units that belong to the number before them: 1165条, 30日, 2倍.
_UNITS = frozenset("条款项号年月日元倍")
# Nothing is about these; people write them between the words that they look for.
_FILLERS = re.compile("的|了|吗|呢|怎么|如何|怎样|什么|哪些|是否|可以|能不能")
# With one of these a part of a question is no term of law, and it stands in so many passages that asking takes long.
_SAYS_NOTHING = re.compile("[的吗呢吧这那们]|没有|什么")
_LONGEST_CUT = 8
_LATIN_PREFIX = 3


@dataclass(frozen=True)
class Sign:
    """One sign of a text, and the stretch of the text that it was written as."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Form:
    """One way in which a word can stand in a passage: every piece somewhere in it, the signs of a piece side by side.
    `prefix`: the last sign of the only piece may go on. `exact`: as it was typed, in one piece.
    """

    pieces: tuple[tuple[str, ...], ...]
    exact: bool = True
    prefix: bool = False


@dataclass(frozen=True)
class Word:
    """One word of a query: as it was typed, and every form that counts as found."""

    text: str
    forms: tuple[Form, ...]


def signs(text: str) -> list[Sign]:
    """Return the signs of a text in order: widths and cases made equal, clauses told apart by BREAK."""
    found: list[Sign] = []
    run, start, end = "", 0, 0
    for place, written in enumerate(text):
        # Almost every character is one of these, and as it should be.
        for char in written if "一" <= written <= "鿿" else unicodedata.normalize("NFKC", written).casefold():
            narrow = char.isalnum() and ord(char) < _FIRST_WIDE
            if narrow:
                run, start, end = run + char, start if run else place, place + 1
                continue
            if run:
                found.append(Sign(run, start, end))
                run = ""
            if char.isalnum():
                found.append(Sign(char, place, place + 1))
            elif char in _BREAKS and found and found[-1].text != BREAK:
                found.append(Sign(BREAK, place, place + 1))
    if run:
        found.append(Sign(run, start, end))
    return found


def spaced(text: str) -> str:
    """Return the text as it is indexed: every sign between two spaces."""
    return " " + " ".join(sign.text for sign in signs(text)) + " "


def words_of(query: str) -> list[Word]:
    """Cut a query into at most eight words, every one of which must be found somewhere in a lecture."""
    words: dict[str, Word] = {}
    for chunk in re.split(r"\s+", query):
        run: list[str] = []
        for sign in [*signs(chunk), Sign(BREAK, 0, 0)]:
            if sign.text != BREAK:
                run.append(sign.text)
                continue
            for word in _words_of_run(run):
                words.setdefault(word.text, word)
            run = []
    return list(words.values())[:MOST_WORDS]


def looser(words: Sequence[Word]) -> list[Word]:
    """Return the words with every longer Chinese one cut in two or more: each part may stand anywhere in the lecture."""
    cut: dict[str, Word] = {}
    for word in words:
        loose = next((form for form in word.forms if not form.exact), None)
        for part in [_word(list(piece)) for piece in loose.pieces] if loose else [word]:
            cut.setdefault(part.text, part)
    return list(cut.values())[:MOST_WORDS]


def shorter(words: Sequence[Word]) -> list[str]:
    """Return what one could type instead, longest first: each word alone, and the parts of a longer one."""
    found: dict[str, None] = {}
    for word in words:
        if len(words) > 1:
            found[word.text] = None
        for form in word.forms:
            for piece in () if form.exact else form.pieces:
                found["".join(piece)] = None
    only = words[0].text if len(words) == 1 else ""
    if len(only) >= 3:
        found |= dict.fromkeys((only[:2], only[-2:]))
    kept = (text for text in found if (len(text) > 1 or len(words) > 1) and not _SAYS_NOTHING.search(text))
    return sorted(kept, key=len, reverse=True)


def _words_of_run(run: Sequence[str]) -> Iterator[Word]:
    """The words of signs that were typed without anything between: scripts and numbers of provisions stand apart."""
    wide: list[str] = []
    rest = list(run)
    while rest:
        sign = rest.pop(0)
        if ord(sign[0]) >= _FIRST_WIDE:
            wide.append(sign)
            continue
        unit = rest.pop(0) if sign.isdecimal() and rest and rest[0] in _UNITS else ""
        if unit and wide and wide[-1] == "第":
            wide.pop()
        yield from _words_of_wide(wide)
        wide = []
        yield _number(sign, unit) if unit else Word(sign, (_latin(sign),))
    yield from _words_of_wide(wide)


def _words_of_wide(run: Sequence[str]) -> Iterator[Word]:
    text = "".join(run)
    provision = PROVISION.search(text)
    if provision is not None:
        yield from _words_of_wide(text[: provision.start()])
        yield _number(in_digits(provision["number"]), provision["unit"], said=provision["number"])
        yield from _words_of_wide(text[provision.end() :])
    elif text:
        yield _word(list(run))


def _number(digits: str, unit: str, said: str = "") -> Word:
    said = said or in_chinese(digits)
    forms = [Form(((digits, unit),))]
    if said:
        # With the 第 before it: 一百六十五条 stands in 一千一百六十五条 as well.
        forms.append(Form((("第", *said, unit),)))
    return Word(digits + unit, tuple(forms))


def _latin(sign: str) -> Form:
    return Form(((sign,),), prefix=len(sign) >= _LATIN_PREFIX and not sign.isdecimal())


def _word(run: Sequence[str]) -> Word:
    text = "".join(run)
    if len(run) == 1 and ord(run[0][0]) < _FIRST_WIDE:
        return Word(text, (_latin(run[0]),))
    exact = Form((tuple(run),))
    loose = dict.fromkeys(Form(pieces, exact=False) for pieces in _cuts(text) if pieces != exact.pieces)
    return Word(text, (exact, *loose))


def _cuts(text: str) -> Iterator[tuple[tuple[str, ...], ...]]:
    """The ways to cut a run of characters into words of two or three: most Chinese words have as many."""
    parts = [part for part in _FILLERS.split(text) if part]
    if len(parts) > 1 or (parts and parts[0] != text):
        yield tuple(tuple(piece) for part in parts for piece in _in_pairs(part))
        yield tuple(tuple(part) for part in parts)
    if len(text) < 4:
        return
    yield tuple(tuple(piece) for piece in _in_pairs(text))
    if len(text) <= _LONGEST_CUT and len(text) % 2:
        for place in range(0, len(text) - 2, 2):
            starts = [*range(0, place + 1, 2), *range(place + 3, len(text) + 1, 2)]
            yield tuple(tuple(text[start:end]) for start, end in pairwise(starts))
    elif len(text) == 6:
        yield (tuple(text[:3]), tuple(text[3:]))


def _in_pairs(text: str) -> list[str]:
    """Two by two; three at the end where the count is odd."""
    if len(text) < 4:
        return [text]
    ends = [*range(0, len(text) - len(text) % 2, 2), len(text)]
    if len(text) % 2:
        ends = [*range(0, len(text) - 3, 2), len(text) - 3, len(text)]
    return [text[start:end] for start, end in pairwise(sorted(set(ends)))]
