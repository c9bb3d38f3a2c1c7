"""Writes about programmes: loading what the documents say."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils.translation import gettext as _

from courses import api as courses
from programmes.plans import facts_file, rules, wording
from programmes.plans.facts_file import Facts
from programmes.plans.models import Plan, Programme, SourceDocument, Target
from qianchang.groundwork import audit
from qianchang.people import operations as people
from qianchang.people.models import Account, Association, Jurisdiction, Region

Row = TypeVar("Row", bound=models.Model)


class UnableToLoadFacts(Exception):
    """The facts contradict themselves; the message says where and by how much. Nothing was changed."""


@dataclass(frozen=True)
class Loaded:
    """What the facts hold, by kind, and how many rows of this room were entered or changed by this load."""

    counts: dict[str, int]
    entered: int
    changed: int


@transaction.atomic
def load_facts(*, facts: Facts | None = None, by: Account | None = None, at: datetime) -> Loaded:
    """Make regions, associations, roles, delivery modes, documents, programmes, plans and targets be as the
    facts say. Doing it again changes nothing. An association stays in the jurisdiction that it is in, and a
    target that an officer has changed keeps what the officer wrote.

    Raises UnableToLoadFacts when the parts of a number add up to more than the number: 121 into 120.
    """
    facts = facts or facts_file.read()
    _refuse_overfull(facts)
    national = people.ensure_jurisdiction(
        code=Jurisdiction.DEFAULT_CODE, name_zh="全国", name_en="National", by=by, at=at
    )
    courses.ensure_default_rules(at)
    modes = {mode.code: mode.pk for mode in courses.ensure_delivery_modes(_mode_rows(facts))}
    regions = _load_regions(facts, by=by, at=at)
    associations = _load_associations(facts, regions, national, by=by, at=at)
    _load_roles(facts, associations, by=by, at=at)

    tally: Counter[str] = Counter()
    sources = {
        row["file"]: _ensure(
            SourceDocument,
            {"file": row["file"]},
            {"title": row["what"], "dated": row["dated"] or "", "sha256": row["sha256"]},
            tally,
        )
        for row in facts["sources"]
    }
    programmes = _load_programmes(facts, associations, sources, tally)
    plans = _load_plans(facts, programmes, sources, tally)
    by_hand = set(Target.objects.filter(set_at__isnull=False).values_list("key", flat=True))
    for allocation in facts["allocations"]:
        if facts_file.line_of(allocation).key in by_hand:
            continue
        target = _load_target(allocation, plans, associations, sources, tally)
        _load_modes(target, {modes[code] for code in facts_file.modes_of(allocation)}, tally)

    counts = {
        "associations": len(associations),
        "supporters": sum(role["role"] == "supporter" for role in facts["roles"]),
        "beneficiaries": sum(role["role"] == "beneficiary" for role in facts["roles"]),
        "roles": len(facts["roles"]),
        "regions": len(regions),
        "delivery modes": len(facts["delivery_modes"]),
        "documents": len(sources),
        "programmes": len(programmes),
        "plans": len(plans),
        "targets": len(facts["allocations"]),
    }
    if tally["entered"] or tally["changed"]:
        audit.record(
            "loaded facts",
            object_type="programme facts",
            object_key=str(facts["schema"]),
            by=by,
            at=at,
            entered=tally["entered"],
            changed=tally["changed"],
        )
    return Loaded(counts=counts, entered=tally["entered"], changed=tally["changed"])


def _refuse_overfull(facts: Facts) -> None:
    for plan in sorted({allocation["plan"] for allocation in facts["allocations"]}):
        lines = [facts_file.line_of(a) for a in facts["allocations"] if a["plan"] == plan]
        faults = rules.overfull(lines)
        if faults:
            sentences = " ".join(wording.overfull(fault, plan=plan) for fault in faults)
            raise UnableToLoadFacts(sentences + " " + _("Nothing was changed."))


def _mode_rows(facts: Facts) -> list[dict[str, Any]]:
    return [
        {
            "code": row["code"],
            "name_zh": row["display_name_zh"],
            "name_en": row["name_en"],
            "letter": row["letter"],
            "position": row["position"],
            "source": row["source"],
            "quote": facts_file.quote_of(row),
        }
        for row in facts["delivery_modes"]
    ]


def _load_regions(facts: Facts, *, by: Account | None, at: datetime) -> dict[str, Region]:
    regions: dict[str, Region] = {}
    for row in facts["regions"]:
        regions[row["code"]] = people.ensure_region(
            code=row["code"],
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            level=row["level"],
            parent=regions[row["parent"]] if row["parent"] else None,
            by=by,
            at=at,
        )
    return regions


def _load_associations(
    facts: Facts, regions: dict[str, Region], national: Jurisdiction, *, by: Account | None, at: datetime
) -> dict[str, Association]:
    moved = {row.code: row.jurisdiction for row in Association.objects.select_related("jurisdiction")}
    associations: dict[str, Association] = {}
    for row in facts["associations"]:
        code = row["code"]
        associations[code] = people.ensure_association(
            code=code,
            name_zh=row.get("display_name_zh") or row["name_zh"],
            name_en=row["name_en"] or row.get("display_name_en", ""),
            level=row["level"],
            parent=associations[row["parent"]] if row["parent"] else None,
            region=regions[row["region"]] if row["region"] else None,
            jurisdiction=moved.get(code, national),
            source=row["source"],
            quote=facts_file.quote_of(row),
            by=by,
            at=at,
        )
    return associations


def _load_roles(
    facts: Facts, associations: dict[str, Association], *, by: Account | None, at: datetime
) -> None:
    for row in facts["roles"]:
        people.ensure_association_role(
            association=associations[row["association"]],
            programme_code=row["programme"],
            role=row["role"],
            source=row["source"],
            valid_from=date.fromisoformat(row["valid_from"]) if row["valid_from"] else None,
            by=by,
            at=at,
        )


def _load_programmes(
    facts: Facts,
    associations: dict[str, Association],
    sources: dict[str, SourceDocument],
    tally: Counter[str],
) -> dict[str, Programme]:
    return {
        row["code"]: _ensure(
            Programme,
            {"code": row["code"]},
            {
                "name_zh": row["name_zh"],
                "name_en": row.get("name_en") or row.get("display_name_en", ""),
                "owner": associations.get(row.get("owner", "")),
                "source": sources[row["source"]],
                "quote": facts_file.quote_of(row),
            },
            tally,
        )
        for row in facts["programmes"]
        if "parent" not in row
    }


def _load_plans(
    facts: Facts, programmes: dict[str, Programme], sources: dict[str, SourceDocument], tally: Counter[str]
) -> dict[str, Plan]:
    """Load the plans of the programmes that have some; a programme without is its own one plan."""
    return {
        row["code"]: _ensure(
            Plan,
            {"code": row["code"]},
            {
                "programme": programmes[row.get("parent", row["code"])],
                "name_zh": row["name_zh"],
                "name_en": row.get("display_name_en", ""),
                "unit": row.get("unit") or "",
                "kind": row["kind"],
                "national_target": row.get("national_target"),
                "window_stated": row.get("window_stated", ""),
                "source": sources[row["source"]],
                "quote": facts_file.quote_of(row),
            },
            tally,
        )
        for row in facts["programmes"]
        if "plans" not in row
    }


def _load_target(
    allocation: Facts,
    plans: dict[str, Plan],
    associations: dict[str, Association],
    sources: dict[str, SourceDocument],
    tally: Counter[str],
) -> Target:
    line = facts_file.line_of(allocation)
    return _ensure(
        Target,
        {"key": line.key},
        {
            "plan": plans[allocation["plan"]],
            "supporter": associations[line.supporter],
            "beneficiary": associations[line.beneficiary] if line.beneficiary else None,
            "year": line.year,
            "each_year": line.each_year,
            "quantity": line.quantity,
            "strength": Target.Strength(line.strength),
            "source": sources[allocation["source"]],
            "quote": facts_file.quote_of(allocation),
        },
        tally,
    )


def _load_modes(target: Target, modes: set[int], tally: Counter[str]) -> None:
    if set(target.modes.values_list("pk", flat=True)) != modes:
        target.modes.set(modes)
        tally["changed"] += 1


def _ensure(model: type[Row], which: dict[str, Any], values: dict[str, Any], tally: Counter[str]) -> Row:
    row, created = model._default_manager.get_or_create(**which, defaults=values)
    changed = [] if created else [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    if changed:
        row.save(update_fields=changed)
    tally["entered"] += created
    tally["changed"] += bool(changed)
    return row
