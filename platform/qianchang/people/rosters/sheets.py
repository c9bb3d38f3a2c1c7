"""The cells of a file between upload and import: small, and without what the platform never keeps."""

import json
import zlib
from collections.abc import Sequence

from qianchang.groundwork.figures import Figure
from qianchang.people.rosters.cells import IDENTITY_CARD_HERE, is_identity_card

Rows = list[tuple[int, list[str]]]

_LONGEST_CELL = 500


def pack(rows: Sequence[tuple[int, Sequence[str]]]) -> bytes:
    """Return rows compressed. Numbers of identity cards are left out: no such number is kept, anywhere."""
    plain = [[number, [_kept(cell) for cell in cells]] for number, cells in rows]
    return zlib.compress(json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode())


def unpack(packed: bytes | memoryview) -> Rows:
    """Return the rows that `pack` was given."""
    return [
        (number, [Figure(cell[0]) if isinstance(cell, list) else cell for cell in cells])
        for number, cells in json.loads(zlib.decompress(packed))
    ]


def _kept(cell: str) -> str | list[str]:
    if is_identity_card(cell):
        return IDENTITY_CARD_HERE
    return [str(cell)] if isinstance(cell, Figure) else cell[:_LONGEST_CELL]
