"""What the discs of a session prove: it goes into the session's evidence (凭证材料)."""

from collections.abc import Iterable

from courses.discs.queries import discs_of
from courses.schedule.registries import DiscPapers


def papers_of(session_ids: Iterable[int]) -> dict[int, DiscPapers]:
    """Return the masters, discs, dispatches and receipts of each session that has discs. Two queries."""
    return {
        session: DiscPapers(
            masters=tuple(dict.fromkeys(disc.master_sha256 for disc in discs)),
            serials=tuple(disc.serial for disc in discs),
            dispatched=tuple(disc.serial for disc in discs if disc.was_dispatched),
            received=tuple(disc.serial for disc in discs if disc.was_received),
        )
        for session, discs in discs_of(session_ids).items()
    }
