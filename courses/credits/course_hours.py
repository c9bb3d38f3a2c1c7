"""What courses ask of the ledger: which of their lectures are credited to whom."""

from collections.abc import Iterable

from courses.credits.models import CreditEntry
from courses.credits.queries import STANDS


def credited_lectures(lawyer_ids: Iterable[int], lecture_ids: Iterable[int]) -> dict[int, set[int]]:
    """Return for each of these lawyers which of these lectures' hours stand, of whatever year. One query."""
    standing = CreditEntry.objects.filter(STANDS, lawyer__in=lawyer_ids, lecture__in=lecture_ids)
    found: dict[int, set[int]] = {}
    for lawyer, lecture in standing.order_by().values_list("lawyer_id", "lecture_id"):
        found.setdefault(lawyer, set()).add(lecture)
    return found
