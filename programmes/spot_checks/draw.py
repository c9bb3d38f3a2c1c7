"""How the sample of a spot check is drawn. Anybody can do it again with this file alone, without the platform:

    python -m programmes.spot_checks.draw "SC-2026-001:03081522273109" SC-2026-001.csv 5

The rule in words: for every session of the list take SHA-256 of the UTF-8 text `<seed>|<code of the session>`, sort by
the 64 hexadecimal digits (equal ones by code), and take as many from the top as the announcement says. The seed is
`<number of the check>:<digits of the public number>`, so that two checks on one day draw apart.
"""

import csv
import hashlib
import io
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path

# The public number has at least so many digits: fewer could be guessed.
FEWEST_DIGITS = 6
MOST_DIGITS = 60
CODE_COLUMN = "code"


class UnusableFrame(Exception):
    """The list of sessions cannot be drawn from; the message says why."""


def digits_of(text: str) -> str:
    """Return the digits of a public number as they are read from left to right, however it is typed: spaces, points,
    words and full-width digits make no difference.
    """
    plain = unicodedata.normalize("NFKC", text)
    return "".join(each for each in plain if each in "0123456789")


def seed_of(check: str, digits: str) -> str:
    """Return the seed of a check: its number and the digits of the public number."""
    return f"{check}:{digits}"


def rank_of(seed: str, code: str) -> str:
    """Return the 64 hexadecimal digits by which a session is sorted."""
    return hashlib.sha256(f"{seed}|{code}".encode()).hexdigest()


def sample(seed: str, codes: Sequence[str], size: int) -> list[str]:
    """Return the drawn codes, the first drawn first. The order of `codes` makes no difference.

    Raises UnusableFrame for a list with a code twice, and for a size that it does not have.
    """
    if len(set(codes)) != len(codes):
        raise UnusableFrame("a session stands in the list twice")
    if not 1 <= size <= len(codes):
        raise UnusableFrame(f"{size} cannot be drawn from {len(codes)}")
    return sorted(codes, key=lambda code: (rank_of(seed, code), code))[:size]


def frame_sha256(content: bytes) -> str:
    """Return the digest of a list as a file, byte by byte: what `sha256sum` prints."""
    return hashlib.sha256(content).hexdigest()


def codes_in(content: bytes) -> list[str]:
    """Return the codes in a list as a file. Raises UnusableFrame."""
    try:
        rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        if CODE_COLUMN not in (rows.fieldnames or ()):
            raise UnusableFrame(f"the list has no column named {CODE_COLUMN}")
        return [row[CODE_COLUMN] for row in rows]
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnusableFrame(f"the list is no CSV in UTF-8: {error}") from error


def main(arguments: Sequence[str]) -> int:
    """Draw again: SEED FRAME.csv SIZE. Prints the digest of the list and the drawn codes in their order."""
    if len(arguments) != 3 or not arguments[2].isdecimal():
        sys.stderr.write("usage: python -m programmes.spot_checks.draw SEED FRAME.csv SIZE\n")
        return 2
    seed, path, size = arguments
    try:
        content = Path(path).read_bytes()
        drawn = sample(seed, codes_in(content), int(size))
    except (OSError, UnusableFrame) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"SHA-256 {frame_sha256(content)}\n")
    for number, code in enumerate(drawn, 1):
        sys.stdout.write(f"{number} {code} {rank_of(seed, code)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
