"""Where the words of a search stand in a text: marked, and cut out with what stands around them. Pure."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from courses.catalogue.search.words import Form, Sign, Word, signs

Piece = tuple[str, bool]  # some text, and whether it is a hit
# Characters of a snippet, and of what stands before its first hit.
SNIPPET = 64
LEAD = 14


@dataclass(frozen=True)
class Snippet:
    """Some text around the first hit, in pieces, and where in the whole text the hit begins (in characters)."""

    pieces: tuple[Piece, ...]
    hit_at: int

    @property
    def text(self) -> str:
        """The snippet without marks."""
        return "".join(text for text, _is_hit in self.pieces)


def spans(text: str, words: Sequence[Word]) -> list[tuple[int, int]]:
    """Return where the words stand in the text, in order, those that touch joined. Of each word the best form that is
    there counts: what was typed in one piece, else its parts.
    """
    found: list[tuple[int, int]] = []
    written = signs(text)
    for word in words:
        for form in word.forms:
            places = _places(written, form)
            if places:
                found += places
                if form.exact:
                    break
    return _joined(found)


def marked(text: str, words: Sequence[Word]) -> list[Piece]:
    """Cut a text at the hits: (piece, whether it is a hit)."""
    return _pieces(text, spans(text, words), 0, len(text))


def snippet(text: str, words: Sequence[Word]) -> Snippet:
    """Return what stands around the densest hits of the text; its beginning where there is none."""
    found = spans(text, words)
    start = _best_start(found) if found else 0
    begin = 0 if start <= LEAD else start - LEAD
    end = min(len(text), begin + SNIPPET)
    end = max([end, *(until for since, until in found if since < end)])
    pieces = _pieces(text, found, begin, end)
    before = [("…", False)] if begin else []
    after = [("…", False)] if end < len(text) else []
    return Snippet((*before, *pieces, *after), start)


def _places(written: Sequence[Sign], form: Form) -> list[tuple[int, int]]:
    """Where the form stands; nothing unless all of its pieces are there."""
    found: list[tuple[int, int]] = []
    for piece in form.pieces:
        places = [
            (written[at].start, written[at + len(piece) - 1].end)
            for at in range(len(written) - len(piece) + 1)
            # Asked first: almost nowhere does it even begin.
            if written[at].text.startswith(piece[0])
            and _stands(written[at : at + len(piece)], piece, form.prefix)
        ]
        if not places:
            return []
        found += places
    return found


def _stands(written: Sequence[Sign], piece: Sequence[str], prefix: bool) -> bool:
    """Whether these signs, of which the first begins as the piece does, are the piece."""
    return prefix or all(sign.text == wanted for sign, wanted in zip(written, piece, strict=True))


def _joined(found: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _best_start(found: Sequence[tuple[int, int]]) -> int:
    """The beginning of the stretch of a snippet's length in which most is hit; the first of equals."""
    starts = [start for start, _end in found]
    return max(
        starts, key=lambda start: (bisect_right(starts, start + SNIPPET - LEAD) - starts.index(start), -start)
    )


def _pieces(text: str, found: Sequence[tuple[int, int]], begin: int, end: int) -> list[Piece]:
    pieces: list[Piece] = []
    at = begin
    for start, until in found:
        if until <= begin or start >= end:
            continue
        if start > at:
            pieces.append((text[at:start], False))
        pieces.append((text[max(start, at) : until], True))
        at = until
    if at < end:
        pieces.append((text[at:end], False))
    return pieces
