"""What to try when nothing was found: less of it, or how it is really written. Pure."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from courses.catalogue.search.words import BREAK, signs

MOST = 5
# Latin words this alike are slips of each other.
_ALIKE = 0.75
_SHORTEST = 3


def near_spellings(text: str, known: Iterable[str]) -> list[str]:
    """Return what stands in known titles and names and differs from a word of three signs and more in one sign: another
    one, one too many or too few, two changed places. Latin words may differ in more letters.
    """
    typed = [sign.text for sign in signs(text)]
    if len(typed) == 1:
        latin = {sign.text for title in known for sign in signs(title) if sign.text.isascii()}
        return get_close_matches(typed[0], sorted(latin), n=MOST, cutoff=_ALIKE) if typed[0].isascii() else []
    if len(typed) < _SHORTEST:
        return []
    found: dict[str, None] = {}
    lengths = (len(typed), *((len(typed) - 1, len(typed) + 1) if len(typed) > _SHORTEST else ()))
    for title in known:
        written = [sign.text for sign in signs(title)]
        for length in lengths:
            for start in range(len(written) - length + 1):
                candidate = written[start : start + length]
                if BREAK not in candidate and _is_near(typed, candidate):
                    found["".join(candidate)] = None
    return list(found)[:MOST]


def _is_near(one: Sequence[str], other: Sequence[str]) -> bool:
    if len(one) == len(other):
        differ = [place for place in range(len(one)) if one[place] != other[place]]
        if len(differ) == 2:
            first, second = differ
            return second == first + 1 and one[first] == other[second] and one[second] == other[first]
        return len(differ) == 1
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    # A sign at either end of a longer text is no slip: what remains is only less of it.
    return any(
        [*longer[:place], *longer[place + 1 :]] == list(shorter) for place in range(1, len(longer) - 1)
    )
