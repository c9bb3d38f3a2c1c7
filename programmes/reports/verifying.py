"""Whether what was sent can still be made from the ledger, byte for byte."""

from collections.abc import Iterator

from programmes.reports import bulletins, returns
from programmes.reports.files import render
from programmes.reports.models import BulletinIssue, MonthlyReturn
from programmes.reports.papers import Paper, digest
from qianchang.groundwork import vault


def faults() -> tuple[int, list[str]]:
    """Return how many files were compared, and a line for each that is gone from the vault or cannot be made again as it
    was: the ledger, the names on it or the program have changed since.
    """
    checked, found = 0, []
    for name, paper, kept in _sent():
        for format, expected in sorted(kept.items()):
            checked += 1
            try:
                vault.read(expected)
            except vault.MissingFile:
                found.append(f"{name}.{format}: the file that was sent is not in the vault as it was")
            if digest(render(paper, format=format)) != expected:
                found.append(f"{name}.{format}: made again, it is another file")
    return checked, found


def _sent() -> Iterator[tuple[str, Paper, dict[str, str]]]:
    for kept in MonthlyReturn.objects.select_related("plan", "association").order_by("pk"):
        yield f"return {kept.association.code} {kept.month} v{kept.version}", returns.again(kept), kept.files
    for issue in BulletinIssue.objects.select_related("plan__programme").order_by("pk"):
        yield f"bulletin {issue.month} v{issue.version}", bulletins.again(issue), issue.files
