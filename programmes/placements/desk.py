"""What the pages of the registers show of one row, and what an officer may do with it now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from programmes.placements import queries, rules, stipends, wording
from programmes.placements.models import Donation, HostShare, StageStep, StipendPayment, Trainee, TrainingDay
from programmes.placements.rules import Part, Stage
from programmes.placements.scope import Scope, scope_of
from programmes.plans.models import Plan
from qianchang.people import masks
from qianchang.people.models import Account, Association, AssociationRole
from qianchang.people.permissions import Act, associations_where, may

_SIDES = ("host__parent__parent", "supporter__parent__parent", "roster__parent__parent", "beneficiary")
_GIFT_SIDES = ("donor__parent__parent", "supporter", "beneficiary__parent__parent", "firm", "reversal")


@dataclass(frozen=True)
class TraineeLine:
    """One trainee as a list shows it."""

    row: Trainee
    name: str
    tag: str
    class_days: int
    firm_days: int
    paid: bool


def shown_name(trainee: Trainee, scope: Scope) -> str:
    """Return the name of a trainee as somebody sees it: hidden but for its ends from whoever only looks at everything."""
    return trainee.name if scope.names(trainee) else masks.masked_name(trainee.name)


def trainees(
    scope: Scope, plan: Plan, *, year: int | None = None, stage: str = "", host: str = ""
) -> QuerySet[Trainee]:
    """Return the trainees that somebody sees, the newest year first."""
    rows = Trainee.objects.filter(scope.trainees(), plan=plan)
    if year is not None:
        rows = rows.filter(year=year)
    if stage:
        rows = rows.filter(stage=stage)
    if host:
        rows = rows.filter(host__code=host)
    return rows.select_related("host", "beneficiary").order_by("-year", "host__code", "pk")


def trainee_lines(rows: Iterable[Trainee], scope: Scope) -> list[TraineeLine]:
    """Return trainees as a list shows them. Two queries beside that of the rows."""
    found = list(rows)
    days = TrainingDay.objects.filter(trainee__in=found, struck_at__isnull=True).order_by()
    parts: dict[tuple[int, str], int] = {}
    for trainee, part in days.values_list("trainee", "part"):
        parts[trainee, part] = parts.get((trainee, part), 0) + 1
    paid = set(
        StipendPayment.objects.filter(
            trainee__in=found, reverses__isnull=True, reversed_by__isnull=True
        ).values_list("trainee", flat=True)
    )
    return [
        TraineeLine(
            row=row,
            name=shown_name(row, scope),
            tag=wording.STAGE_TAGS[row.stage],
            class_days=parts.get((row.pk, Part.CLASS), 0),
            firm_days=parts.get((row.pk, Part.FIRM), 0),
            paid=row.pk in paid,
        )
        for row in found
    ]


@dataclass(frozen=True)
class TraineePage:
    """One trainee with everything that its page says."""

    row: Trainee
    name: str
    tag: str
    days: Sequence[TrainingDay]
    class_days: int
    firm_days: int
    terms: rules.Terms | None
    steps: Sequence[StageStep]
    payments: Sequence[StipendPayment]
    standing: StipendPayment | None
    stipend: Decimal | None
    may_accept: bool
    may_refuse: bool
    may_withdraw: bool
    may_log: bool
    may_finish: bool
    may_pay: bool
    may_take_back: bool
    may_reopen: bool

    @property
    def may_anything(self) -> bool:
        """Whether the page has anything to press."""
        return any(
            (
                self.may_accept,
                self.may_withdraw,
                self.may_log,
                self.may_pay,
                self.may_take_back,
                self.may_reopen,
            )
        )


def trainee_of(account: Account, pk: int, *, on: date) -> Trainee | None:
    """Return a trainee by number, or None when there is none or it is none of theirs."""
    rows = Trainee.objects.filter(scope_of(account, on=on).trainees(), pk=pk)
    return rows.select_related("plan__programme", "nominated_by", *_SIDES).first()


def trainee_page(account: Account, row: Trainee, *, on: date) -> TraineePage:
    """Return what the page of a trainee shows to somebody who sees it."""
    days = list(row.days.filter(struck_at__isnull=True).order_by("date"))
    logged = {day.date: Part(day.part) for day in days}
    stated = queries.figures(row.plan)
    terms = (
        rules.Terms(stated["class_days"].value, stated["firm_days"].value)
        if {"class_days", "firm_days"} <= stated.keys()
        else None
    )
    payments = list(row.payments.select_related("recorded_by").order_by("pk"))
    undone = {payment.reverses_id for payment in payments}
    standing = next((each for each in payments if each.reverses_id is None and each.pk not in undone), None)
    hosts = may(account, Act.HOST_TRAINEE, on=on, association=row.host)
    nominates = may(account, Act.NOMINATE_TRAINEE, on=on, association=row.roster)
    pays = may(account, Act.HOST_TRAINEE, on=on, association=row.supporter)
    stage = Stage(row.stage)
    parts = list(logged.values())
    return TraineePage(
        row=row,
        name=shown_name(row, scope_of(account, on=on)),
        tag=wording.STAGE_TAGS[row.stage],
        days=days,
        class_days=parts.count(Part.CLASS),
        firm_days=parts.count(Part.FIRM),
        terms=terms,
        steps=list(row.steps.select_related("by").order_by("pk")),
        payments=payments,
        standing=standing,
        stipend=stipends.stipend_of(row.plan),
        may_accept=hosts and rules.may_step(stage, Stage.ACCEPTED) and stage is Stage.NOMINATED,
        may_refuse=hosts and rules.may_step(stage, Stage.REFUSED),
        may_withdraw=(hosts or nominates) and rules.may_step(stage, Stage.WITHDRAWN),
        may_log=hosts and stage in rules.LOGGING and terms is not None,
        may_finish=hosts
        and rules.may_step(stage, Stage.FINISHED)
        and terms is not None
        and rules.is_through(logged, terms),
        may_pay=pays and stage is Stage.FINISHED and standing is None,
        may_take_back=pays and standing is not None and standing.recorded_by_id != account.pk,
        may_reopen=hosts and stage is Stage.FINISHED and standing is None,
    )


def hosts_to_nominate_to(account: Account, plan: Plan, *, on: date) -> list[HostShare]:
    """Return the hosts to which an officer can nominate: one row each, of the supporters that the plan names for the
    officer's associations.
    """
    own = associations_where(account, Act.NOMINATE_TRAINEE, on=on) or []
    line = {each.pk for each in own} | {each.parent_id for each in own if each.parent_id}
    supporters = [giver for giver, takers in queries.sending(plan).items() if takers & line]
    rows = HostShare.objects.filter(plan=plan, supporter__in=supporters).select_related("host", "supporter")
    # The row of every year before those of single years, which only say who has places at all.
    chosen = {row.host_id: row for row in rows.order_by("-year", "pk") if row.year is not None}
    chosen |= {row.host_id: row for row in rows.order_by("pk") if row.year is None}
    return sorted(chosen.values(), key=lambda row: (-row.places, row.host.code))


@dataclass(frozen=True)
class DonationPage:
    """One gift with what may be done with it."""

    row: Donation
    tag: str
    state: str
    may_deliver: bool
    may_verify: bool
    why_not_verify: str
    may_withdraw: bool
    may_reverse: bool

    @property
    def may_anything(self) -> bool:
        """Whether the page has anything to press."""
        return any((self.may_deliver, self.may_verify, self.may_withdraw, self.may_reverse))


def donations(
    scope: Scope, *, year: int | None = None, kind: str = "", state: str = ""
) -> QuerySet[Donation]:
    """Return the gifts that somebody sees, the newest year first."""
    rows = Donation.objects.filter(scope.donations())
    if year is not None:
        rows = rows.filter(year=year)
    if kind:
        rows = rows.filter(kind=kind)
    if state:
        rows = rows.filter(state=state)
    return rows.select_related("donor", "beneficiary", "firm", "reversal").order_by("-year", "-pk")


def donation_of(account: Account, pk: int, *, on: date) -> Donation | None:
    """Return a gift by number, or None when there is none or it is none of theirs."""
    rows = Donation.objects.filter(scope_of(account, on=on).donations(), pk=pk)
    people = ("entered_by", "delivered_by", "verified_by", "reversal__reversed_by")
    return rows.select_related("plan__programme", *people, *_GIFT_SIDES).first()


def donation_page(account: Account, row: Donation, *, on: date) -> DonationPage:
    """Return what the page of a gift shows to somebody who sees it."""
    gives = may(account, Act.RECORD_DONATION, on=on, association=row.donor)
    receives = may(account, Act.VERIFY_DONATION, on=on, association=row.beneficiary)
    signing = rules.refusal_to_verify(
        row.state, entered_by=row.entered_by_id, delivered_by=row.delivered_by_id, by=account.pk
    )
    taking_back = rules.refusal_to_reverse(
        row.state,
        is_reversed=hasattr(row, "reversal"),
        verified_by=row.verified_by_id,
        entered_by=row.entered_by_id,
        by=account.pk,
    )
    own = receives and signing is rules.SignRefusal.ENTERED_BY_SELF
    return DonationPage(
        row=row,
        tag=tag_of(row),
        state=state_of(row),
        may_deliver=gives and row.state == Donation.State.OFFERED,
        may_verify=receives and signing is None,
        why_not_verify=str(wording.SIGNING[rules.SignRefusal.ENTERED_BY_SELF]) if own else "",
        may_withdraw=gives and row.state in (Donation.State.OFFERED, Donation.State.DELIVERED),
        may_reverse=receives and taking_back is None,
    )


def tag_of(row: Donation) -> str:
    """Return the class of the tag of a gift."""
    return "er" if hasattr(row, "reversal") else wording.STATE_TAGS[row.state]


def state_of(row: Donation) -> str:
    """Return the state of a gift in words; one that was taken back is said to be."""
    return str(wording.TAKEN_BACK if hasattr(row, "reversal") else row.get_state_display())


def donors_of(account: Account, *, on: date) -> list[Association]:
    """Return for whom an officer enters gifts: the own association and those below it; all that give, for whoever
    reaches all.
    """
    reach = associations_where(account, Act.RECORD_DONATION, on=on)
    if reach is not None:
        return reach
    giving = AssociationRole.objects.filter(
        role__in=(AssociationRole.Role.OWNER, AssociationRole.Role.SUPPORTER)
    ).values("association")
    return list(Association.objects.filter(pk__in=giving).order_by("code"))


def supporter_of(donor: Association) -> Association:
    """Return the association on whose share a donor gives: the nearest one above that is a supporter, or the donor."""
    supporters = set(
        AssociationRole.objects.filter(role=AssociationRole.Role.SUPPORTER).values_list(
            "association", flat=True
        )
    )
    here: Association | None = donor
    while here is not None:
        if here.pk in supporters:
            return here
        here = here.parent
    return donor


def beneficiaries() -> list[Association]:
    """Return the associations that are helped in a programme."""
    helped = AssociationRole.objects.filter(role=AssociationRole.Role.BENEFICIARY).values("association")
    return list(Association.objects.filter(pk__in=helped).order_by("code"))
