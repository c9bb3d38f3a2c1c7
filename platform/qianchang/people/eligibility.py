"""As what a lawyer counts on a day: where they were registered then, what that place counted as, what was decided."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from qianchang.people import rules
from qianchang.people.models import Association, Designation, Firm, Lawyer, Region
from qianchang.people.models.lawyers import EligibilityOverride
from qianchang.people.queries import association_line, region_line

# What `eligibility_snapshot` reads of a lawyer, for whoever has many: `select_related(*JOINED)`, `prefetch_related(*DATED)`.
JOINED = ("association__parent__parent", "firm__region__parent__parent", "firm__association__parent__parent")
DATED = (
    "registrations__firm__region__parent__parent",
    "registrations__firm__seats__region__parent__parent",
    "registrations__association__parent__parent",
    "firm__seats__region__parent__parent",
    "eligibility_overrides",
)


@dataclass(frozen=True)
class Place:
    """Where a lawyer was registered on a day."""

    firm: Firm
    region: Region
    association: Association


def designations() -> tuple[rules.Designation, ...]:
    """Return every dated fact about regions and associations. One query."""
    rows = Designation.objects.order_by("pk").values_list(
        "kind", "code", "valid_from", "valid_until", "source", "name"
    )
    return tuple(rules.Designation(*row) for row in rows)


def place_on(lawyer: Lawyer, on: date) -> Place | None:
    """Return where a lawyer was registered on a day; None when the registrations say: nowhere. Without registrations
    the roster's own firm and association have always been the place.
    """
    registrations = list(lawyer.registrations.all())
    here = next(
        (each for each in registrations if rules.holds(each.valid_from, each.valid_until, on=on)), None
    )
    if registrations and here is None:
        return None
    firm, association = (here.firm, here.association) if here else (lawyer.firm, lawyer.association)
    seat = next(
        (each for each in firm.seats.all() if rules.holds(each.valid_from, each.valid_until, on=on)), None
    )
    return Place(firm, seat.region if seat else firm.region, association)


def decisions(
    lawyer: Lawyer, on: date, *, facts: Sequence[rules.Designation] | None = None
) -> dict[str, rules.Decision]:
    """Return of each category (county, western, young) whether a lawyer counts on a day, and why: the rule first, then
    the lists (`facts`, read when not given), then what an officer decided. Source: domain.md, "Who is eligible".
    """
    facts = designations() if facts is None else facts
    place = place_on(lawyer, on)
    regions = [(each.level, each.code) for each in region_line(place.region)] if place else []
    associations = [each.code for each in association_line(place.association)] if place else []
    plain = {
        EligibilityOverride.Category.COUNTY: rules.county_practice(regions, on=on, facts=facts),
        EligibilityOverride.Category.WESTERN: rules.western_practice(
            associations, [code for _, code in regions], on=on, facts=facts
        ),
        EligibilityOverride.Category.YOUNG: rules.young(lawyer.birth_year, on=on),
    }
    overrides = list(lawyer.eligibility_overrides.all())
    return {
        category.value: rules.overridden(
            decision,
            (
                rules.Override(each.counts, each.valid_from, each.valid_until, each.source)
                for each in overrides
                if each.category == category
            ),
            on=on,
        )
        for category, decision in plain.items()
    }


def eligibility_snapshot(
    lawyer: Lawyer, on: date, *, facts: Sequence[rules.Designation] | None = None
) -> dict[str, Any]:
    """Return what a lawyer counts as on a day, as plain values to be frozen on an enrolment.

    `western`, `county` and `young` are the categories (a lawyer can be several at once; None: not known), `basis` says
    of each what decided it and on which code and document it rests. The association, the firm and its region are
    those of that day; empty when the lawyer was registered nowhere.
    """
    place = place_on(lawyer, on)
    found = decisions(lawyer, on, facts=facts)
    return {
        "on": on.isoformat(),
        "association": place.association.code if place else "",
        "firm": place.firm.pk if place else None,
        "firm_region": place.region.code if place else "",
        **{category: decision.counts for category, decision in found.items()},
        "basis": {
            category: {key: value for key, value in asdict(decision).items() if key != "counts"}
            for category, decision in found.items()
        },
    }
