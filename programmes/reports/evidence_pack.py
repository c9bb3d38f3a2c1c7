"""The evidence pack: a year's counted sessions with everything that proves them, in one archive that anybody can check.

It holds the ledger entries and sessions as CSV and JSON, the scans and photos of each session, and a list of the SHA-256
of every member. The same rows and files are the same archive. A meeting log and a sign-in sheet name lawyers: their files
stand in the pack of their own region, and the supporting side has the SHA-256 alone (decision 0026, "Names").
"""

import json
from collections.abc import Container, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from courses.api import papers_of_several_regions, room_files
from programmes.plans.models import Plan
from programmes.quotas.models import Decision, SessionTarget
from programmes.reports.archives import packed
from programmes.reports.bulletins import LANGUAGE
from programmes.reports.models import Side
from programmes.reports.papers import digest, moment_text
from programmes.reports.posted import Entry, entries
from qianchang.groundwork import tables, vault
from qianchang.people.models import Association

# No larger pack is made within a request; a year of 40 sessions with four photos each is a quarter of it.
MOST_BYTES = 200 * 1024 * 1024

# The kinds of evidence on which lawyers stand by name.
MEETING_LOG, SIGN_IN_SHEET = "log", "sign_in"

ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "text/csv": "csv"}


class PackTooLarge(Exception):
    """The files of a year are more than one archive takes; the message says what to do."""


@dataclass(frozen=True)
class Piece:
    """One piece of evidence that stands: a file in the vault, or a signature given here (no file)."""

    session: str
    kind: str
    sha256: str
    content_type: str
    size_bytes: int
    uploaded_at: datetime
    # Not empty: the event had several regions.
    joint_event: str
    names_people: bool = False
    # Lawyers of several regions stand on it, or may: it is in no pack.
    of_several: bool = False

    @property
    def member(self) -> str:
        """What its file is called in the archive."""
        return (
            f"evidence/{self.session}/{self.kind}-{self.sha256[:12]}.{ENDINGS.get(self.content_type, 'bin')}"
        )


def pack(plan: Plan, *, association: Association, side: Side, year: int, at: datetime) -> bytes:
    """Return the archive of an association's year. Raises PackTooLarge, or vault.MissingFile when a file is not as it
    was handed in.
    """
    supporter = association.pk if side is Side.SUPPORTER else None
    beneficiaries = None if supporter else [association.pk]
    found = [
        entry
        for entry in entries(plan, before=at, supporter=supporter, beneficiaries=beneficiaries)
        if entry.year == year
    ]
    pieces = _pieces(plan, {entry.session for entry in found}, before=at)
    files = [piece for piece in pieces if piece.sha256 and _is_for(piece, side)]
    if sum(piece.size_bytes for piece in files) > MOST_BYTES:
        raise PackTooLarge(
            _("The evidence of this year is larger than %(megabytes)d MB. Take it session by session.")
            % {"megabytes": MOST_BYTES // 1024 // 1024}
        )
    with translation.override(LANGUAGE):
        members = {
            "ledger.csv": _ledger_csv(found),
            "ledger.json": _json([asdict(entry) for entry in found]),
            "confirmations.json": _json(_decisions({entry.session for entry in found}, before=at)),
            "evidence.csv": _evidence_csv(pieces, side),
            "evidence.json": _json([asdict(piece) for piece in pieces]),
            "README.txt": _readme(plan, association, year, found, files).encode("utf-8"),
        }
    for piece in files:
        members[piece.member] = vault.read(piece.sha256)
    members["SHA256SUMS"] = sums_of(members)
    return packed(members, first=("README.txt", "SHA256SUMS"))


def sums_of(members: dict[str, bytes]) -> bytes:
    """Return the list of digests as sha256sum reads it."""
    lines = (f"{digest(members[name])}  {name}\n" for name in sorted(members) if name != "SHA256SUMS")
    return "".join(lines).encode("utf-8")


def _pieces(plan: Plan, sessions: set[int], *, before: datetime) -> list[Piece]:
    rows = SessionTarget.objects.filter(
        plan=plan,
        session__in=sessions,
        session__evidence__isnull=False,
        session__evidence__withdrawn_at__isnull=True,
        session__evidence__uploaded_at__lt=before,
    )
    path = "session__evidence__"
    fields = ("kind", "sha256", "content_type", "size_bytes", "uploaded_at")
    found = rows.order_by("session__code", f"{path}kind", f"{path}sha256", f"{path}pk").values_list(
        f"{path}pk", "session__code", *(path + field for field in fields), "session__joint_event"
    )
    rooms = room_files(sessions, before=before)
    several = papers_of_several_regions(sessions, before=before)
    pieces = [
        *(_piece(row, several) for row in found),
        *(Piece(**(asdict(each) | {"joint_event": ""})) for each in rooms),
    ]
    return sorted(pieces, key=lambda piece: piece.session)


def _piece(row: tuple[Any, ...], several: Container[int]) -> Piece:
    number, *said = row
    piece = Piece(*said)
    return replace(
        piece, names_people=piece.kind in (MEETING_LOG, SIGN_IN_SHEET), of_several=number in several
    )


def _decisions(sessions: set[int], *, before: datetime) -> list[dict[str, Any]]:
    """The words of the beneficiary side. Who decided stands by number: names stay in the house."""
    rows = Decision.objects.filter(session__in=sessions, decided_at__lt=before).order_by(
        "session__code", "pk"
    )
    found = rows.values_list("session__code", "outcome", "decided_by", "decided_at")
    return [
        {"session": code, "outcome": outcome, "decided_by": account, "decided_at": moment}
        for code, outcome, account, moment in found
    ]


def _ledger_csv(found: Iterable[Entry]) -> bytes:
    return tables.as_csv(
        [
            _("Ledger"),
            _("Entry number"),
            _("Session"),
            _("Lecture"),
            _("Delivery mode"),
            _("Date"),
            _("Month it belongs to"),
            _("Posted in"),
            _("Counted"),
            _("Lawyers reached"),
            "SHA-256",
        ],
        [
            (
                entry.ledger,
                entry.sequence,
                entry.code,
                entry.title,
                entry.mode,
                entry.held_date.isoformat(),
                entry.effective_month,
                entry.posted_month,
                entry.quantity,
                entry.reach,
                entry.digest,
            )
            for entry in found
        ],
    )


def _is_for(piece: Piece, side: Side) -> bool:
    """Whether the file itself goes into the pack of a side."""
    return not piece.names_people or (side is Side.BENEFICIARY and not piece.of_several)


def _evidence_csv(pieces: Iterable[Piece], side: Side) -> bytes:
    return tables.as_csv(
        [_("Session"), _("Kind"), _("File"), _("Bytes"), _("Handed in"), "SHA-256"],
        [
            (
                piece.session,
                piece.kind,
                piece.member if piece.sha256 and _is_for(piece, side) else "",
                piece.size_bytes,
                moment_text(piece.uploaded_at),
                piece.sha256,
            )
            for piece in pieces
        ],
    )


def _readme(plan: Plan, association: Association, year: int, found: list[Entry], files: list[Piece]) -> str:
    counted = sum(entry.quantity for entry in found)
    return "\n".join(
        [
            _("Evidence pack of %(association)s, %(plan)s, %(year)d")
            % {"association": association.name_zh, "plan": plan.name_zh, "year": year},
            _("Counted sessions: %(count)d in %(entries)d entries; files: %(files)d.")
            % {"count": counted, "entries": len(found), "files": len(files)},
            _("Check it with: sha256sum -c SHA256SUMS"),
            _(
                "Meeting logs name lawyers: their files are only in the pack of the beneficiary side, and in none where an "
                "event had several regions."
            ),
            _(
                "Sign-in sheets name lawyers too: photos and scans of them are only in the pack of the beneficiary side, "
                "and in none where people of several regions signed one sheet, or the supporting side handed it in for an "
                "event of several regions."
            ),
            "",
        ]
    )


def _json(rows: Any) -> bytes:
    text = json.dumps(rows, ensure_ascii=False, indent=1, sort_keys=True, default=_plain)
    return text.encode("utf-8")


def _plain(value: Any) -> str:
    return moment_text(value) if isinstance(value, datetime) else str(value)
