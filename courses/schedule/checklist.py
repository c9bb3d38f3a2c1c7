"""What evidence (凭证材料) a session of each mode asks for, and what of it is there.

Source: domain.md, "Evidence". Missing evidence never blocks the recording of a fact; it is listed before the button.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.enrolment.models import Release
from courses.schedule import rules
from courses.schedule.models import Evidence, SessionDetails, TrainingSession
from courses.schedule.registries import DiscPapers, RoomFact

Kind = Evidence.Kind


@dataclass(frozen=True)
class EvidenceItem:
    """One piece of evidence (凭证材料) that a session of this mode has or lacks."""

    label: str
    present: bool
    detail: str = ""
    url: str = ""


@dataclass(frozen=True)
class Pieces:
    """What stands in the evidence of one session: how many pieces of each kind."""

    count: dict[str, int] = field(default_factory=dict)

    def of(self, *kinds: str) -> int:
        """Return how many pieces of these kinds there are."""
        return sum(self.count.get(kind, 0) for kind in kinds)


def pieces_of(kinds: Iterable[str]) -> Pieces:
    """Return the pieces of one session from the kinds of its rows."""
    count: dict[str, int] = {}
    for kind in kinds:
        count[kind] = count.get(kind, 0) + 1
    return Pieces(count)


def evidence_of(
    session: TrainingSession,
    release: Release | None,
    reach: int,
    pieces: Pieces,
    discs: DiscPapers | None = None,
    rooms: RoomFact | None = None,
) -> tuple[EvidenceItem, ...]:
    """Return what the mode asks for and whether it is there; each names the place where it is looked at or added."""
    details: SessionDetails = getattr(session, "details", None) or SessionDetails()
    url = reverse("schedule:evidence", args=[session.code])
    reached = EvidenceItem(_("Lawyers of the region with hours"), reach > 0, str(reach) if reach else "")

    def files(label: str, anchor: str, *kinds: str, said: str = "") -> EvidenceItem:
        number = pieces.of(*kinds)
        counted = (
            ngettext("%(count)d piece", "%(count)d pieces", number) % {"count": number} if number else ""
        )
        return EvidenceItem(label, bool(number or said), counted or said, f"{url}#{anchor}")

    def said(label: str, words: str) -> EvidenceItem:
        return EvidenceItem(label, bool(words), " ".join(words.split())[:60], f"{url}#details")

    sheet = _sheet_of(files(_("Sign-in sheet"), "sign_in", Kind.SIGN_IN_SHEET), rooms or RoomFact())
    if session.mode.code == rules.ONSITE:
        heads = details.head_count or (rooms.people if rooms else 0)
        many = ngettext("%(count)d person", "%(count)d people", heads) % {"count": heads} if heads else ""
        return (
            EvidenceItem(_("Place"), bool(session.place), session.place),
            files(_("Agenda"), "agenda", Kind.AGENDA, said=" ".join(details.agenda.split())[:60]),
            files(_("Lecturer's sign-off"), "sign_off", Kind.SIGN_OFF, Kind.SIGNATURE),
            files(_("Photo"), "photo", Kind.PHOTO),
            sheet,
            said(_("Head count"), many),
        )
    if session.mode.code == rules.NETWORK_VIDEO:
        day = localdate(release.released_at).isoformat() if release else ""
        return (EvidenceItem(_("Release record"), release is not None, day), reached)
    if session.mode.code == rules.DVD:
        papers = _of_discs(discs or DiscPapers(), details.disc_serials, pieces, url)
        # Whoever watched alone answered on a sheet of their own; a room that was scheduled has one to sign.
        alone = reach > 0 and not sheet.present and not (rooms and rooms.sheets)
        return (*papers, reached) if alone else (*papers, sheet, reached)
    if session.mode.code == rules.TELECONFERENCE:
        return (
            files(_("Bridge or meeting log"), "log", Kind.MEETING_LOG, said=details.bridge),
            said(_("Host"), details.host),
            said(_("Sites"), details.sites),
        )
    return (reached,)


def _sheet_of(scans: EvidenceItem, rooms: RoomFact) -> EvidenceItem:
    """Return whether people signed: a confirmed sheet says who, and a scan that somebody did."""
    if not rooms.sheets:
        return scans
    confirmed = ngettext(
        "%(confirmed)d of %(count)d sheet confirmed",
        "%(confirmed)d of %(count)d sheets confirmed",
        rooms.sheets,
    ) % {"confirmed": rooms.confirmed, "count": rooms.sheets}
    detail = _(", ").join(each for each in (confirmed, scans.detail) if each)
    return EvidenceItem(scans.label, scans.present or rooms.confirmed > 0, detail, rooms.url or scans.url)


def _of_discs(discs: DiscPapers, typed: str, pieces: Pieces, url: str) -> tuple[EvidenceItem, ...]:
    """Return what a DVD asks for of its discs. What was only typed names discs, and proves neither master nor dispatch.

    Source: domain.md, "From holding to 场", 4.
    """
    masters = tuple(dict.fromkeys(each[:8] for each in discs.masters))
    receipts = pieces.of(Kind.DISC_RECEIPT)
    handed_in = ngettext("%(count)d piece", "%(count)d pieces", receipts) % {"count": receipts}
    received = _listed(discs.received)
    return (
        EvidenceItem(_("Checksum of the master"), bool(masters), _listed(masters), f"{url}#details"),
        EvidenceItem(
            _("Disc serial number"),
            bool(discs.serials or typed),
            _listed(discs.serials) or " ".join(typed.split())[:60],
            f"{url}#details",
        ),
        EvidenceItem(
            _("Dispatch of the disc"), bool(discs.dispatched), _listed(discs.dispatched), f"{url}#details"
        ),
        EvidenceItem(
            _("Receipt of the disc"),
            bool(received or receipts),
            received or (handed_in if receipts else ""),
            f"{url}#receipt",
        ),
    )


def _listed(words: tuple[str, ...]) -> str:
    """Name a few and count the others."""
    shown = "、".join(words[:3])
    return f"{shown} +{len(words) - 3}" if len(words) > 3 else shown


# What can be handed in for a session of each mode, in the order of the page; the first are asked for.
HANDED_IN: dict[str, tuple[Kind, ...]] = {
    rules.ONSITE: (Kind.AGENDA, Kind.SIGN_OFF, Kind.PHOTO, Kind.SIGN_IN_SHEET),
    rules.NETWORK_VIDEO: (Kind.PHOTO, Kind.SIGN_IN_SHEET),
    rules.DVD: (Kind.DISC_RECEIPT, Kind.SIGN_IN_SHEET, Kind.PHOTO),
    rules.TELECONFERENCE: (Kind.MEETING_LOG, Kind.SIGN_IN_SHEET, Kind.PHOTO),
}
# What is keyed in for a session of each mode.
KEYED_IN: dict[str, tuple[str, ...]] = {
    rules.ONSITE: ("agenda", "head_count"),
    rules.NETWORK_VIDEO: (),
    rules.DVD: ("disc_serials", "head_count"),
    rules.TELECONFERENCE: ("host", "bridge", "sites", "head_count"),
}
