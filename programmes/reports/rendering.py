"""The files of a report that is kept, made while nobody waits for the plan: Word, Excel and PDF take seconds.

The figures are read under the plan's lock, the lock is given back, the files are made, and the lock is taken again: where
the figures still are the same, what was made is kept, and else it is made once more. So the files always are those of
figures that were true under the lock under which they were kept, byte for byte.
"""

from collections.abc import Callable
from typing import TypeVar

from django.db import transaction

from programmes.reports.files import render
from programmes.reports.papers import Paper
from qianchang.groundwork import vault

# What is kept of every version that leaves the house.
KEPT_FORMATS = ("docx", "pdf", "xlsx")
# How often files are made for figures that have moved meanwhile, before everybody has to wait for them.
ATTEMPTS = 3

Written = TypeVar("Written")
# The digests of the files of a paper, by format.
FilesOf = Callable[[Paper], dict[str, str]]


class _NotMadeYet(Exception):
    def __init__(self, paper: Paper) -> None:
        self.paper = paper


def kept(paper: Paper) -> dict[str, str]:
    """Make the files of a paper and put them into the vault. What no row names afterwards harms nobody."""
    return {format: vault.keep(render(paper, format=format)) for format in KEPT_FORMATS}


def without_holding_up(write: Callable[[FilesOf], Written]) -> Written:
    """Carry out a write in a transaction of its own. It asks for the files of its paper as the last thing before it writes,
    and is begun anew when they are made.
    """
    made: dict[Paper, dict[str, str]] = {}

    def files_of(paper: Paper) -> dict[str, str]:
        if paper not in made:
            raise _NotMadeYet(paper)
        return made[paper]

    for _attempt in range(ATTEMPTS):
        try:
            with transaction.atomic():
                return write(files_of)
        except _NotMadeYet as wanted:
            made[wanted.paper] = kept(wanted.paper)
    # The figures moved each time.
    with transaction.atomic():
        return write(kept)
