"""Which county a roster means: plain values in, plain values out.

People write 那坡县, 那坡, 百色市那坡县, 广西百色那坡; and now and then 那波县. Only regions of the association that the
roster belongs to are ever proposed.
"""

import difflib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

# The peoples that name autonomous places, as far as their names would else be taken for a part of the place's own.
_PEOPLES = "|".join(
    (
        "各族|壮族|回族|苗族|侗族|瑶族|毛南族|仫佬族|土家族|布依族|仡佬族|水族|彝族|白族|傣族|景颇族",
        "傈僳族|哈尼族|拉祜族|佤族|纳西族|怒族|独龙族|普米族|布朗族|藏族|羌族|满族|蒙古族|朝鲜族|畲族|黎族",
        "土族|撒拉族|东乡族|保安族|裕固族|哈萨克族|达斡尔族|鄂温克族|蒙古|哈萨克|柯尔克孜|锡伯|塔吉克|维吾尔",
    )
)
_ENDINGS = re.compile(rf"(?:(?:{_PEOPLES})*自治[州县区旗]|特别行政区|林区|特区|地区|新区|省|市|县|区|盟|旗)$")
_SPACES = re.compile(r"[\s,，、/·\-—>]+")
# How alike two names must be to be proposed for each other: one character of three may differ.
_ALIKE = 0.6


class Verdict(StrEnum):
    """What became of a name."""

    FOUND = "found"
    UNKNOWN = "unknown"
    SEVERAL = "several"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True)
class Place:
    """One region: its code, name, level, and the codes of the regions above it, nearest first."""

    code: str
    name: str
    level: str
    above: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """`place` when found; for SEVERAL the `names` that it can mean; for UNKNOWN the name it may have meant."""

    verdict: Verdict
    place: Place | None = None
    names: tuple[str, ...] = ()


def short(name: str) -> str:
    """Return a name without the word for its kind, as people say it: 那坡县 → 那坡. Of two characters all stays."""
    cut = _ENDINGS.sub("", name)
    return cut if len(cut) >= 2 else name


@dataclass
class Places:
    """The regions of the country, and which of them an association may have firms in (`scope`, by code)."""

    by_code: dict[str, Place]
    scope: frozenset[str]
    _answers: dict[str, Answer] = field(default_factory=dict)
    _by_name: dict[str, list[Place]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for place in self.by_code.values():
            for name in {place.name, short(place.name)}:
                self._by_name[name].append(place)

    @classmethod
    def of(cls, places: Iterable[Place], *, scope: Iterable[str]) -> "Places":
        """Return the index. `scope` are codes of regions; what lies in them belongs to the scope too."""
        by_code = {place.code: place for place in places}
        roots = set(scope)
        within = {code for code, each in by_code.items() if code in roots or roots & set(each.above)}
        return cls(by_code, frozenset(within))

    def named(self, name: str) -> Answer:
        """Return which region a name means."""
        if name not in self._answers:
            self._answers[name] = self._look_up(_SPACES.sub("", unicodedata.normalize("NFKC", name)))
        return self._answers[name]

    def is_compatible(self, one: str, other: str) -> bool:
        """Tell whether two codes are the same region, or one lies in the other: 百色市 and 那坡县 of 百色市."""
        here, there = self.by_code.get(one), self.by_code.get(other)
        return one == other or bool(here and there and (other in here.above or one in there.above))

    def full_name(self, place: Place) -> str:
        """Return a name that tells two counties of the same name apart: 百色市那坡县."""
        above = self.by_code.get(place.above[0]) if place.above else None
        return f"{above.name if above else ''}{place.name}"

    def _look_up(self, name: str) -> Answer:
        by_code = self.by_code.get(name)
        found = [by_code] if by_code else self._by_name.get(name) or self._by_parts(name)
        within = [place for place in found if place.code in self.scope]
        # A county that is meant as such comes before the city of the same short name: 百色 is 百色市.
        exact = [place for place in within if place.name == name] or within
        if len(exact) == 1:
            return Answer(Verdict.FOUND, exact[0])
        if exact:
            return Answer(Verdict.SEVERAL, names=tuple(self.full_name(place) for place in exact[:5]))
        if found:
            return Answer(Verdict.ELSEWHERE)
        return Answer(Verdict.UNKNOWN, names=self._nearest(name))

    def _by_parts(self, name: str) -> list[Place]:
        """Return the regions whose name ends the given one, and of which everything before names regions above them."""
        found = []
        for start in range(1, len(name) - 1):
            for place in self._by_name.get(name[start:], ()):
                if self._is_above(name[:start], place):
                    found.append(place)
        return found

    def _is_above(self, prefix: str, place: Place) -> bool:
        above = {part for code in place.above if code in self.by_code for part in self._parts(code)}
        rest = prefix
        for part in sorted(above, key=len, reverse=True):
            rest = rest.replace(part, "", 1)
        return not rest

    def _parts(self, code: str) -> set[str]:
        name = self.by_code[code].name
        return {name, short(name)}

    def _nearest(self, name: str) -> tuple[str, ...]:
        """Return the region of the scope that looks most like the name, or like its end behind a province or a city."""
        names = [self.by_code[code].name for code in sorted(self.scope)]
        for start in range(len(name) - 1):
            tail = name[start:]
            alike = [each for each in names if abs(len(each) - len(tail)) <= 1]
            near = difflib.get_close_matches(tail, alike, n=1, cutoff=_ALIKE)
            if near:
                return tuple(near)
        return ()
