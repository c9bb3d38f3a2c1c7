"""Reads of the discs: what they are, where each one is, and which serve a session."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.timezone import localdate
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


@dataclass(frozen=True)
class Place:
    """A county that a disc was registered to, or the association where it had none."""

    association: Association
    region: Region | None

    @property
    def name(self) -> str:
        """How it is called."""
        return place_name(self.region, self.association)


@dataclass(frozen=True)
class Stay:
    """A disc was somewhere, from the day of its receipt to the day on which it left or was lost (None: it is there)."""

    association_id: int | None
    region_id: int | None
    from_date: date
    until_date: date | None


def disc_by_serial(serial: str) -> Disc | None:
    """Return a disc by what somebody typed or scanned as its serial number ("d-57" is D-0057), with its master, county
    and association; None where there is none. One query.
    """
    plain = rules.read_serial(serial)
    if plain is None:
        return None
    return Disc.objects.select_related("master", "region", "beneficiary").filter(serial=plain).first()


def discs_of(session_ids: Iterable[int]) -> dict[int, list[DiscFact]]:
    """Return the discs of each session, by serial number, without those that nobody makes. Two queries, however many
    sessions; one where none has any.
    """
    uses = list(
        DiscUse.objects.filter(session__in=list(session_ids))
        .exclude(disc__state=Disc.State.CALLED_OFF)
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


def places_on(disc: Disc, day: date) -> list[Place]:
    """Return to whom a disc was registered on a day: two on a day on which it was sent on. A disc that moved on since then
    was where it was. One query.
    """
    sent = list(
        disc.events.filter(kind=DiscEvent.Kind.DISPATCHED)
        .select_related("association__parent__parent", "region")
        .order_by("sequence")
    )
    left = [localdate(each.at) for each in sent[1:]]
    found = [
        Place(each.association, each.region)
        for number, each in enumerate(sent)
        if each.association is not None
        and (number == 0 or localdate(each.at) <= day)
        and (number == len(left) or day <= left[number])
    ]
    return found or [Place(disc.beneficiary, disc.region)]


def stays_of(disc: Disc) -> list[Stay]:
    """Return where a disc was received, and until when it was there, the first one first. One query."""
    steps = list(disc.events.order_by("sequence"))
    return [
        Stay(
            step.association_id,
            step.region_id,
            localdate(step.at),
            localdate(steps[number + 1].at) if number + 1 < len(steps) else None,
        )
        for number, step in enumerate(steps)
        if step.kind == DiscEvent.Kind.RECEIVED
    ]


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
