"""Reads of the discs: what they are, where each one is, and which serve a session."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from courses.discs import rules
from courses.discs.models import Disc, DiscEvent, DiscUse
from qianchang.people.models import Association, Region


@dataclass(frozen=True)
class Step:
    """One step of a disc on its way, as pages and papers name it. `to`: the association or county of that step."""

    kind: str
    label: str
    at: datetime
    recorded_at: datetime
    by_id: int | None
    by: str
    to: str
    holder: str
    carrier: str
    tracking_number: str
    note: str

    @property
    def parcel(self) -> str:
        """Carrier and number in one line."""
        return " ".join(word for word in (self.carrier, self.tracking_number) if word)


@dataclass(frozen=True)
class DiscFact:
    """One disc as other rooms see it. `registered_to` is its county, or the association where it has none."""

    id: int
    serial: str
    state: str
    state_label: str
    master_id: int
    master_title: str
    master_sha256: str
    iso_sha256: str
    beneficiary_id: int
    region_id: int | None
    registered_to: str
    steps: tuple[Step, ...]

    @property
    def was_dispatched(self) -> bool:
        """Whether it was sent at least once."""
        return any(step.kind == DiscEvent.Kind.DISPATCHED for step in self.steps)

    @property
    def was_received(self) -> bool:
        """Whether it arrived at least once."""
        return any(step.kind == DiscEvent.Kind.RECEIVED for step in self.steps)


def disc_by_serial(serial: str) -> Disc | None:
    """Return a disc by what somebody typed or scanned as its serial number ("d-57" is D-0057), with its master, county
    and association; None where there is none. One query.
    """
    plain = rules.read_serial(serial)
    if plain is None:
        return None
    return Disc.objects.select_related("master", "region", "beneficiary").filter(serial=plain).first()


def discs_of(session_ids: Iterable[int]) -> dict[int, list[DiscFact]]:
    """Return the discs of each session, by serial number. Two queries, however many sessions; one where none has any."""
    uses = list(
        DiscUse.objects.filter(session__in=list(session_ids))
        .select_related("disc__master", "disc__region", "disc__beneficiary")
        .order_by("disc__number", "pk")
    )
    ways = custody([use.disc for use in uses])
    found: dict[int, list[DiscFact]] = {}
    for use in uses:
        found.setdefault(use.session_id, []).append(_fact(use.disc, ways[use.disc_id]))
    return found


def custody(discs: Sequence[Disc]) -> dict[int, tuple[Step, ...]]:
    """Return the way of each disc, oldest step first. One query, none for no discs."""
    found: dict[int, list[Step]] = {disc.pk: [] for disc in discs}
    if not found:
        return {}
    rows = DiscEvent.objects.filter(disc__in=list(found)).select_related("association", "region", "by")
    for row in rows.order_by("disc", "sequence"):
        found[row.disc_id].append(_step(row))
    return {number: tuple(steps) for number, steps in found.items()}


def registered_to(disc: Disc) -> str:
    """Return the name of the county that a disc is registered to, or of its association."""
    return place_name(disc.region, disc.beneficiary)


def place_name(region: Region | None, association: Association | None) -> str:
    """Return a county by its name, or the association where there is none."""
    if region is not None:
        return region.name_zh
    return association.name if association is not None else ""


def registered_elsewhere(disc: Disc, region: Region | None) -> str:
    """Return the sentence that a disc is another county's than `region`; empty where it is not, or neither has one."""
    if disc.region is None or region is None or disc.region_id == region.pk:
        return ""
    return _("%(serial)s is registered to %(county)s. Compare the number with the disc.") % {
        "serial": disc.serial,
        "county": disc.region.name_zh,
    }


def _fact(disc: Disc, steps: tuple[Step, ...]) -> DiscFact:
    return DiscFact(
        id=disc.pk,
        serial=disc.serial,
        state=disc.state,
        state_label=disc.get_state_display(),
        master_id=disc.master_id,
        master_title=disc.master.title,
        master_sha256=disc.master.sha256,
        iso_sha256=disc.iso_sha256,
        beneficiary_id=disc.beneficiary_id,
        region_id=disc.region_id,
        registered_to=registered_to(disc),
        steps=steps,
    )


def _step(row: DiscEvent) -> Step:
    return Step(
        kind=row.kind,
        label=row.get_kind_display(),
        at=row.at,
        recorded_at=row.recorded_at,
        by_id=row.by_id,
        by=str(row.by) if row.by else "",
        to=place_name(row.region, row.association),
        holder=row.holder,
        carrier=_("by hand") if row.carrier == rules.BY_HAND else row.carrier,
        tracking_number=row.tracking_number,
        note=row.note,
    )
