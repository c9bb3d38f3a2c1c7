"""The list that a sample is drawn from and the findings, as files."""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from django.utils.translation import gettext as _

from programmes.quotas.models import QuotaEntry
from programmes.quotas.wording import association_name
from programmes.spot_checks import draw, queries, rules, wording
from programmes.spot_checks.draw import CODE_COLUMN
from programmes.spot_checks.models import FrameLine, Sampled
from qianchang.groundwork import tables

# The same in every language and for ever: the digest of the file was published.
FRAME_COLUMNS = (CODE_COLUMN, "held_date", "mode", "posted_month", "ledger", "sequence")


def frame_csv(rows: Iterable[tuple[str, QuotaEntry]]) -> bytes:
    """Return a list of sessions, each with its entry, as the file whose digest is published. Every value in it stands in
    the ledger and can never change.
    """
    return tables.as_csv(
        FRAME_COLUMNS,
        (
            [
                code,
                entry.held_date.isoformat(),
                entry.mode_code,
                entry.posted_month,
                entry.ledger,
                entry.sequence,
            ]
            for code, entry in rows
        ),
    )


def frame_file(lines: Sequence[FrameLine]) -> bytes:
    """Return the list of a check as its file."""
    return frame_csv((line.code, line.entry) for line in lines)


def rule_file() -> bytes:
    """Return the rule of the drawing as the program that the platform itself runs."""
    return Path(draw.__file__).read_bytes()


def findings_xlsx(sample: Sequence[Sampled], viewer: queries.Viewer, *, on: date) -> bytes:
    """Return what was found, for Excel: a row for each drawn session that somebody may read about."""
    headings = [
        _("Rank"),
        _("Session"),
        _("Supporting association"),
        _("Beneficiary association"),
        _("Result"),
        _("Kind of fault"),
        _("What was found"),
        _("Mended by"),
        _("Deadline"),
        _("Last reply"),
    ]
    rows = [_row(each, on) for each in sample if viewer.sees(each)]
    return tables.as_xlsx(headings, rows, name=_("Findings"))


def _row(sampled: Sampled, on: date) -> list[tables.Cell]:
    finding = queries.finding_of(sampled)
    known = queries.found(sampled)
    entry = sampled.line.entry
    reply = queries.last_reply(finding) if finding else None
    return [
        sampled.rank,
        sampled.line.code,
        association_name(entry.supporter),
        association_name(entry.beneficiary),
        str(wording.FINDING_STATES[rules.finding_state(known, on=on)]),
        str(finding.get_kind_display()) if finding and finding.kind else "",
        finding.words if finding else "",
        association_name(finding.addressee) if finding and finding.addressee else "",
        known.deadline.isoformat() if known.deadline else "",
        reply.words if reply else "",
    ]
