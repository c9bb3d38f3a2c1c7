"""Writes of the registers that belong to no single one: what the documents say, and the places of a host."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from programmes.placements import facts_file, rules
from programmes.placements.facts_file import Facts
from programmes.placements.models import DonorShare, Figure, HostShare, Topic, Trainee
from programmes.placements.refusals import UnableToLoadRegisterFacts, UnableToSetPlaces
from programmes.plans.models import Plan, SourceDocument, Target
from qianchang.groundwork import audit
from qianchang.people.models import Account, Association
from qianchang.people.permissions import Act, require
from qianchang.people.queries import association_line

Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True)
class Loaded:
    """What the facts of the registers hold, by kind, and how many rows this load entered or changed."""

    counts: dict[str, int]
    entered: int
    changed: int


@dataclass(frozen=True)
class _Known:
    plans: dict[str, Plan]
    associations: dict[str, Association]
    sources: dict[str, SourceDocument]


@transaction.atomic
def load_register_facts(*, facts: Facts | None = None, at: datetime, by: Account | None = None) -> Loaded:
    """Make places of hosts, shares of donors, single figures and topics be as the documents say. Doing it again changes
    nothing. The programmes have to be loaded before.

    Raises UnableToLoadRegisterFacts when a row names a plan, an association or a document that is not there, or when the
    shares of the donors do not add up to the vehicles of the year.
    """
    facts = facts or facts_file.read()
    known = _Known(
        {each.code: each for each in Plan.objects.order_by("pk")},
        {each.code: each for each in Association.objects.order_by("pk")},
        {each.file: each for each in SourceDocument.objects.order_by("pk")},
    )
    _refuse_unknown(facts, known)
    _refuse_sums_that_do_not_tie(facts, known)
    tally: Counter[str] = Counter()
    for row in facts["host_shares"]:
        _ensure(
            HostShare,
            {"plan": known.plans[row["plan"]], "host": known.associations[row["host"]], "year": row["year"]},
            {"supporter": known.associations[row["supporter"]], "places": row["places"], **_said(row, known)},
            tally,
        )
    for row in facts["donor_shares"]:
        _ensure(
            DonorShare,
            {
                "plan": known.plans[row["plan"]],
                "donor": known.associations[row["donor"]],
                "year": row["year"],
            },
            {
                "supporter": known.associations[row["supporter"]],
                "quantity": row["quantity"],
                **_said(row, known),
            },
            tally,
        )
    for row in facts["figures"]:
        where = {"plan": known.plans[row["plan"]], "key": Figure.Key(row["key"])}
        _ensure(Figure, where, {"value": row["value"], **_said(row, known)}, tally)
    for row in facts["topics"]:
        values = {name: row[name] for name in ("kind", "position", "name_en")}
        where = {"plan": known.plans[row["plan"]], "name_zh": row["name_zh"]}
        _ensure(Topic, where, {**values, **_said(row, known)}, tally)
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
    kinds = ("host_shares", "donor_shares", "figures", "topics")
    counts = {kind.replace("_", " "): len(facts[kind]) for kind in kinds}
    return Loaded(counts=counts, entered=tally["entered"], changed=tally["changed"])


def _refuse_unknown(facts: Facts, known: _Known) -> None:
    for kind in ("host_shares", "donor_shares", "figures", "topics"):
        for row in facts[kind]:
            named = [row[name] for name in ("supporter", "host", "donor") if name in row]
            missing = [
                *([row["plan"]] if row["plan"] not in known.plans else []),
                *(code for code in named if code not in known.associations),
                *([row["source"]] if row["source"] not in known.sources else []),
            ]
            if missing:
                raise UnableToLoadRegisterFacts(
                    _("The registers name %(code)s, which is not there. Load the programmes first.")
                    % {"code": missing[0]}
                )


def _refuse_sums_that_do_not_tie(facts: Facts, known: _Known) -> None:
    """A number that an officer has changed since is another one than the document's, and stops nothing."""
    promised = facts_file.promised_by_year(facts)
    for (plan, supporter, year), total in sorted(promised.items()):
        stated = Target.objects.filter(
            plan=known.plans[plan],
            supporter=known.associations[supporter],
            year=year,
            beneficiary__isnull=True,
            set_at__isnull=True,
        ).first()
        if stated is not None and stated.quantity != total:
            raise UnableToLoadRegisterFacts(
                _(
                    "The shares of the donors in %(year)d add up to %(total)d, and the plan says %(stated)d. "
                    "Nothing was changed."
                )
                % {"year": year, "total": total, "stated": stated.quantity}
            )


def _said(row: Facts, known: _Known) -> dict[str, Any]:
    return {"source": known.sources[row["source"]], "quote": row["quote"]}


def _ensure(model: type[Row], which: dict[str, Any], values: dict[str, Any], tally: Counter[str]) -> None:
    row, created = model._default_manager.get_or_create(**which, defaults=values)
    changed = [] if created else [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    if changed:
        row.save(update_fields=changed)
    tally["entered"] += created
    tally["changed"] += bool(changed)


@transaction.atomic
def set_places(
    *,
    plan: Plan,
    supporter: Association,
    host: Association,
    year: int,
    places: int,
    basis: str,
    by: Account,
    at: datetime,
) -> HostShare:
    """Say how many trainees a host of a supporter takes in a year, and what that rests on. The same again changes
    nothing. A host is the supporter itself or an association below it.

    Raises UnableToSetPlaces, or PermissionDenied.
    """
    require(by, Act.BREAK_DOWN_QUOTA, on=localdate(at), association=supporter)
    basis = basis.strip()
    if not basis:
        raise UnableToSetPlaces(_("Name the document that says so."))
    if year not in rules.YEARS:
        raise UnableToSetPlaces(_("Write the year with four digits, such as 2026."))
    if supporter.pk not in [each.pk for each in association_line(host)]:
        raise UnableToSetPlaces(_("A host belongs to the supporting association. Choose one of the list."))
    # One at a time: whoever accepts a trainee counts the places under the same lock.
    Association.objects.select_for_update(no_key=True, of=("self",)).get(pk=host.pk)
    taken = Trainee.objects.filter(plan=plan, host=host, year=year, stage__in=Trainee.PLACED).count()
    if places < taken:
        raise UnableToSetPlaces(
            _("%(taken)d trainees have a place there in %(year)d already. Give at least as many places.")
            % {"taken": taken, "year": year}
        )
    share, entered = HostShare.objects.get_or_create(
        plan=plan, host=host, year=year, defaults={"supporter": supporter, "places": places, "basis": basis}
    )
    if not entered and (share.places, share.basis) == (places, basis):
        return share
    if not entered:
        share.places, share.basis = places, basis
        share.save(update_fields=["places", "basis"])
    audit.record(
        "set places",
        object_type="host",
        object_key=host.code,
        by=by,
        at=at,
        plan=plan.code,
        year=year,
        places=places,
        source=basis,
    )
    return share
