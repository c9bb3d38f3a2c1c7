"""Reads about the registers that reports and targets stand on."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from programmes.placements.models import Donation, DonorShare, Figure, HostShare, StipendPayment, Trainee
from programmes.plans.models import Plan, Target
from qianchang.people.models import Association, AssociationRole

TRAINEES, DONATIONS = "trainee_exchange", "asset_donation"
COUNTY_TRAINING, PAIRS = "county_lawyer_training", "pairing_mechanism"
ZERO = Decimal(0)

# What fills a target of vehicles: verified and not taken back.
COUNTED_DONATION = Q(state=Donation.State.VERIFIED, reversal__isnull=True) & ~Q(kind=Donation.Kind.COMPUTERS)


@dataclass(frozen=True)
class HostPlaces:
    """What one host takes on and has done: `places` a year (`year` None: each year), everybody nominated to it who was
    neither refused nor withdrawn, and how many of them are at which stage now. Money is in yuan.
    """

    host_code: str
    host_name: str
    year: int | None
    places: int
    nominated: int
    in_class: int
    at_firm: int
    finished: int
    stipend_due_cny: Decimal
    stipend_paid_cny: Decimal
    source: str
    quote: str
    accepted: int = 0


@dataclass(frozen=True)
class DonorYear:
    """What one donor promised for one year (`promised`: 0 where no document says a share), gave (delivered) and what of
    it was verified and stands; `value_cny` is the value of the verified ones in yuan.
    """

    donor_code: str
    donor_name: str
    year: int
    promised: int
    given: int
    verified: int
    value_cny: Decimal
    source: str
    quote: str


def plan_of(kind: str) -> Plan | None:
    """Return the first plan of a kind, with its programme, or None."""
    return Plan.objects.filter(kind=kind).select_related("programme").order_by("code").first()


def figures(plan: Plan) -> dict[str, Figure]:
    """Return the single figures that documents state about a plan, by key."""
    return {each.key: each for each in Figure.objects.filter(plan=plan).select_related("source")}


def share_of(plan: Plan, *, host: Association, year: int) -> HostShare | None:
    """Return what says how many places a host has in a year: the row of that year, else the one of every year."""
    rows = HostShare.objects.filter(Q(year=year) | Q(year__isnull=True), plan=plan, host=host)
    return max(rows, key=lambda row: row.year is not None, default=None)


def trainees_by_host(plan: Plan, *, supporter: Association, year: int | None = None) -> list[HostPlaces]:
    """Return a row for each host of a supporter, by places and code: of all years, or of one. Four queries."""
    return host_rows(plan, Q(supporter=supporter), year=year)


def host_rows(plan: Plan, which: Q, *, year: int | None = None) -> list[HostPlaces]:
    """Return the same for the hosts whose shares fit a condition, of whatever supporter."""
    shares = _shares(plan, which, year)
    hosts = [share.host_id for share in shares]
    trainees = Trainee.objects.filter(plan=plan, host__in=hosts, stage__in=Trainee.STANDING)
    payments = StipendPayment.objects.filter(trainee__plan=plan, trainee__host__in=hosts)
    if year is not None:
        trainees, payments = trainees.filter(year=year), payments.filter(trainee__year=year)
    stages: Counter[tuple[int, str]] = Counter()
    for host, stage, count in trainees.order_by().values_list("host", "stage").annotate(Count("pk")):
        stages[host, stage] = count
    paid = dict(payments.order_by().values_list("trainee__host").annotate(Sum("amount_cny")))
    stated = figures(plan).get(Figure.Key.STIPEND_CNY)
    stipend = Decimal(stated.value) if stated else ZERO
    stage = Trainee.Stage
    return [
        HostPlaces(
            host_code=share.host.code,
            host_name=share.host.name,
            year=share.year if year is None else year,
            places=share.places,
            nominated=sum(stages[share.host_id, each] for each in Trainee.STANDING),
            in_class=stages[share.host_id, stage.IN_CLASS],
            at_firm=stages[share.host_id, stage.AT_FIRM],
            finished=stages[share.host_id, stage.FINISHED],
            stipend_due_cny=stipend * stages[share.host_id, stage.FINISHED],
            stipend_paid_cny=paid.get(share.host_id, ZERO),
            source=share.source.file if share.source else share.basis,
            quote=share.quote,
            accepted=stages[share.host_id, stage.ACCEPTED],
        )
        for share in shares
    ]


def _shares(plan: Plan, which: Q, year: int | None) -> list[HostShare]:
    """One row for each host: that of the year before that of every year; without a year the general one."""
    rows = HostShare.objects.filter(which, plan=plan).select_related("host", "source")
    if year is not None:
        rows = rows.filter(Q(year=year) | Q(year__isnull=True))
    # The last one of a host wins: the general row stands behind its years, or before them when a year is asked for.
    ordered = sorted(
        rows, key=lambda row: (row.host.code, (row.year is None) is (year is None), row.year or 0)
    )
    chosen = {row.host_id: row for row in ordered}
    return sorted(chosen.values(), key=lambda row: (-row.places, row.host.code))


def vehicles_by_year_and_donor(plan: Plan, *, supporter: Association) -> list[DonorYear]:
    """Return a row for each donor and year of a supporter that is promised or given, by year and share. Three queries."""
    return donor_rows(plan, Q(supporter=supporter))


def donor_rows(plan: Plan, which: Q) -> list[DonorYear]:
    """Return the same for the donors whose shares and gifts fit a condition, of whatever supporter."""
    shares = {
        (share.year, share.donor_id): share
        for share in DonorShare.objects.filter(which, plan=plan).select_related("source")
    }
    gifts = Donation.objects.filter(which, plan=plan).exclude(kind=Donation.Kind.COMPUTERS)
    given = Q(state__in=(Donation.State.DELIVERED, Donation.State.VERIFIED), reversal__isnull=True)
    sums = {
        (row["year"], row["donor"]): row
        for row in gifts.order_by()
        .values("year", "donor")
        .annotate(
            given=Count("pk", filter=given),
            verified=Count("pk", filter=COUNTED_DONATION),
            value=Sum("value_cny", filter=COUNTED_DONATION),
        )
        if row["given"]
    }
    donors = Association.objects.in_bulk({number for _year, number in {*shares, *sums}})
    rows, nothing = [], dict[str, Any]()
    for year, number in {*shares, *sums}:
        share, of_year = shares.get((year, number)), sums.get((year, number), nothing)
        rows.append(
            DonorYear(
                donor_code=donors[number].code,
                donor_name=donors[number].name,
                year=year,
                promised=share.quantity if share else 0,
                given=of_year.get("given", 0),
                verified=of_year.get("verified", 0),
                value_cny=of_year.get("value") or ZERO,
                source=share.source.file if share else "",
                quote=share.quote if share else "",
            )
        )
    return sorted(rows, key=lambda row: (row.year, -row.promised, row.donor_code))


def counted(target: Target) -> int | None:
    """Return how much of a target the registers count: trainees who finished, vehicles that were verified and stand.
    None for a target that stands on no register, or whose figure is for each year (see `counted_by_year`).
    """
    if target.each_year:
        return None
    rows = _behind(target)
    return None if rows is None else sum(rows.values())


def counted_by_year(target: Target) -> dict[int, int] | None:
    """Return the same by year; None for a target that stands on no register."""
    return _behind(target)


def counted_for_plans(plan: Plan, supporter: Association) -> dict[tuple[int, int], int] | None:
    """Return what the registers count of a supporter's part of a plan by year and beneficiary, for the pages of the
    plans; None for a plan that stands on no register.
    """
    rows = _counting(plan.kind, {"plan": plan, "supporter": supporter})
    if rows is None:
        return None
    sums = rows.order_by().values_list("year", "beneficiary").annotate(Count("pk"))
    return {(year, beneficiary): count for year, beneficiary, count in sums}


def _counting(kind: str, which: dict[str, object]) -> QuerySet[Trainee] | QuerySet[Donation] | None:
    """What counts of a register: trainees who finished, vehicles that were verified and stand."""
    if kind == TRAINEES:
        return Trainee.objects.filter(stage=Trainee.Stage.FINISHED, **which)
    if kind == DONATIONS:
        return Donation.objects.filter(COUNTED_DONATION, **which)
    return None


def _behind(target: Target) -> dict[int, int] | None:
    which: dict[str, object] = {"plan": target.plan_id, "supporter": target.supporter_id}
    if target.beneficiary_id:
        which["beneficiary"] = target.beneficiary_id
    if target.year:
        which["year"] = target.year
    rows = _counting(target.plan.kind, which)
    return None if rows is None else dict(rows.order_by().values_list("year").annotate(Count("pk")))


def hosts(programme_code: str, reach: Collection[Association] | None) -> list[Association]:
    """Return whom a programme names as host or supporter, where the supporter is one of `reach` (None: any)."""
    role = AssociationRole.Role
    named = AssociationRole.objects.filter(
        programme_code=programme_code, role__in=(role.HOST, role.SUPPORTER)
    ).values("association")
    supporters = AssociationRole.objects.filter(programme_code=programme_code, role=role.SUPPORTER)
    if reach is not None:
        supporters = supporters.filter(association__in=reach)
    of_them = supporters.values("association")
    rows = Association.objects.filter(Q(pk__in=of_them) | Q(parent__in=of_them), pk__in=named)
    return list(rows.select_related("parent__parent").order_by("code"))


def shares(plan: Plan, of: Collection[Association]) -> list[HostShare]:
    """Return what says how many places some hosts have, by host and year."""
    rows = HostShare.objects.filter(plan=plan, host__in=of).select_related("host", "source")
    return list(rows.order_by("host__code", "year", "pk"))


def sending(plan: Plan) -> dict[int, set[int]]:
    """Return whom the targets of a plan name: the numbers of the beneficiaries by that of each supporter."""
    pairs: dict[int, set[int]] = {}
    rows = Target.objects.filter(plan=plan, beneficiary__isnull=False).order_by("pk")
    for supporter, beneficiary in rows.values_list("supporter", "beneficiary"):
        pairs.setdefault(supporter, set()).add(beneficiary)
    return pairs
