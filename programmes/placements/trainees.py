"""Writes about trainees: nominated by one side, taken in by the other, their days logged until they are through."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from programmes.placements import queries, rules, wording
from programmes.placements.models import Figure, StageStep, Trainee, TrainingDay
from programmes.placements.refusals import UnableToLogDays, UnableToNominate, UnableToPlace
from programmes.placements.rules import Part, Stage, Terms
from programmes.placements.stipends import standing_payment
from programmes.plans.models import Plan, Target
from qianchang.groundwork import audit
from qianchang.people.eligibility import eligibility_snapshot
from qianchang.people.models import Account, Association, Lawyer
from qianchang.people.permissions import Act, may, require
from qianchang.people.queries import association_line


def terms_of(plan: Plan) -> Terms:
    """Return how many days a plan asks for. Raises UnableToLogDays where no document states them."""
    stated = queries.figures(plan)
    if not {Figure.Key.CLASS_DAYS, Figure.Key.FIRM_DAYS} <= stated.keys():
        raise UnableToLogDays(_("No document says how many days this plan asks for, so none are logged."))
    return Terms(stated[Figure.Key.CLASS_DAYS].value, stated[Figure.Key.FIRM_DAYS].value)


@transaction.atomic
def nominate_trainee(
    *,
    plan: Plan,
    lawyer: Lawyer,
    supporter: Association,
    host: Association,
    year: int,
    by: Account,
    at: datetime,
) -> Trainee:
    """Nominate a western lawyer to a host of a supporter for a year. The same again changes nothing.

    Raises UnableToNominate, or PermissionDenied unless an officer of the lawyer's association does it.
    """
    require(by, Act.NOMINATE_TRAINEE, on=localdate(at), association=lawyer.association)
    if year not in rules.YEARS:
        raise UnableToNominate(_("Write the year with four digits, such as 2026."))
    beneficiary = _beneficiary_of(plan, lawyer, supporter)
    if queries.share_of(plan, host=host, year=year) is None:
        raise UnableToNominate(
            _("%(host)s has no places in %(year)d. Ask the supporting association to enter them.")
            % {"host": host.name, "year": year}
        )
    standing = _standing(plan, lawyer)
    if standing is not None:
        return _same_or_refuse(standing, host, year)
    eligibility = eligibility_snapshot(lawyer, localdate(at))
    if eligibility["western"] is False:
        raise UnableToNominate(
            _("The plan is for western lawyers, and this lawyer does not count as one. Nothing was changed.")
        )
    trainee = Trainee(
        plan=plan,
        lawyer=lawyer,
        name=lawyer.name,
        firm_name=lawyer.firm.name,
        roster=lawyer.association,
        beneficiary=beneficiary,
        supporter=supporter,
        host=host,
        year=year,
        eligibility=eligibility,
        nominated_by=by,
        nominated_at=at,
    )
    try:
        with transaction.atomic():
            trainee.save(force_insert=True)
    except IntegrityError as error:  # two at the same moment: the constraint let one in
        standing = _standing(plan, lawyer)
        if standing is None:
            raise
        return _same_or_refuse(standing, host, year, error)
    _step(trainee, Stage.NOMINATED, by=by, at=at)
    audit.record(
        "nominated trainee",
        object_type="trainee",
        object_key=str(trainee.pk),
        by=by,
        at=at,
        plan=plan.code,
        lawyer=lawyer.pk,
        host=host.code,
        year=year,
    )
    return trainee


def _standing(plan: Plan, lawyer: Lawyer) -> Trainee | None:
    rows = Trainee.objects.filter(plan=plan, lawyer=lawyer, stage__in=Trainee.STANDING)
    return rows.select_related("host").first()


def _same_or_refuse(
    standing: Trainee, host: Association, year: int, cause: IntegrityError | None = None
) -> Trainee:
    if (standing.host_id, standing.year) == (host.pk, year):
        return standing
    raise UnableToNominate(
        _("This lawyer is nominated to %(host)s for %(year)d already. Withdraw that nomination first.")
        % {"host": standing.host.name, "year": standing.year}
    ) from cause


def _beneficiary_of(plan: Plan, lawyer: Lawyer, supporter: Association) -> Association:
    sent = queries.sending(plan).get(supporter.pk, set())
    for each in association_line(lawyer.association):
        if each.pk in sent:
            return each
    raise UnableToNominate(
        _("The plan sends no trainees of %(association)s to %(supporter)s. Choose another host.")
        % {"association": lawyer.association.name, "supporter": supporter.name}
    )


@transaction.atomic
def accept_trainee(*, trainee: Trainee, by: Account, at: datetime) -> Trainee:
    """Take in a trainee: it takes one of the host's places of the year. The same again changes nothing.

    Raises UnableToPlace when every place of the host, or of the number assigned to the beneficiary, is taken;
    PermissionDenied unless an officer of the host does it.
    """
    require(by, Act.HOST_TRAINEE, on=localdate(at), association=trainee.host)
    # Locked in this order everywhere: what is shared first, then the one trainee.
    targets = _assigned(trainee)
    Association.objects.select_for_update(no_key=True, of=("self",)).get(pk=trainee.host_id)
    locked = _locked(trainee)
    if locked.stage == Stage.ACCEPTED:
        return locked
    # From the class a trainee goes back by striking the days, not by being taken in once more.
    if locked.stage != Stage.NOMINATED:
        raise UnableToPlace(_not_now(locked))
    share = queries.share_of(locked.plan, host=locked.host, year=locked.year)
    placed = Trainee.objects.filter(plan=locked.plan, stage__in=Trainee.PLACED)
    taken = placed.filter(host=locked.host, year=locked.year).count()
    if share is None or taken >= share.places:
        raise UnableToPlace(
            _("All %(places)d places of %(host)s in %(year)d are taken. Nothing was changed.")
            % {"places": share.places if share else 0, "host": locked.host.name, "year": locked.year}
        )
    for target in targets:
        of_target = placed.filter(supporter=target.supporter_id)
        if target.beneficiary_id:
            of_target = of_target.filter(beneficiary=target.beneficiary_id)
        if of_target.count() >= target.quantity:
            raise UnableToPlace(
                _("All %(quantity)d places that the plan assigns are taken. Nothing was changed.")
                % {"quantity": target.quantity}
            )
    return _go(locked, Stage.ACCEPTED, verb="accepted trainee", by=by, at=at)


def _assigned(trainee: Trainee) -> list[Target]:
    rows = Target.objects.select_for_update(no_key=True, of=("self",)).filter(
        plan=trainee.plan_id,
        supporter=trainee.supporter_id,
        strength=Target.Strength.ASSIGNED,
        year__isnull=True,
        each_year=False,
    )
    return [
        target for target in rows.order_by("pk") if target.beneficiary_id in (None, trainee.beneficiary_id)
    ]


@transaction.atomic
def refuse_trainee(*, trainee: Trainee, reason: str, by: Account, at: datetime) -> Trainee:
    """Say, with a reason, that the host does not take in a nominated lawyer. The same again changes nothing.

    Raises UnableToPlace, or PermissionDenied unless an officer of the host does it.
    """
    require(by, Act.HOST_TRAINEE, on=localdate(at), association=trainee.host)
    return _leave(trainee, Stage.REFUSED, reason, by=by, at=at)


@transaction.atomic
def withdraw_trainee(*, trainee: Trainee, reason: str, by: Account, at: datetime) -> Trainee:
    """End a nomination or a stay before it is finished, with a reason; the place is free again. Either side may. The
    same again changes nothing.

    Raises UnableToPlace, or PermissionDenied.
    """
    today = localdate(at)
    if not may(by, Act.HOST_TRAINEE, on=today, association=trainee.host):
        require(by, Act.NOMINATE_TRAINEE, on=today, association=trainee.roster)
    return _leave(trainee, Stage.WITHDRAWN, reason, by=by, at=at)


def _leave(trainee: Trainee, to: Stage, reason: str, *, by: Account, at: datetime) -> Trainee:
    reason = reason.strip()
    if not reason:
        raise UnableToPlace(_("Give the reason."))
    locked = _locked(trainee)
    if locked.stage == to:
        return locked
    _require_step(locked, to)
    verb = "refused trainee" if to is Stage.REFUSED else "withdrew trainee"
    return _go(locked, to, verb=verb, by=by, at=at, reason=reason)


@transaction.atomic
def log_days(
    *,
    trainee: Trainee,
    part: Part,
    days: Sequence[date],
    place: str,
    by: Account,
    at: datetime,
) -> list[TrainingDay]:
    """Log days of a trainee in the class or at a firm. The first ones move the trainee to the class and to the firm.

    Raises UnableToLogDays, or PermissionDenied unless an officer of the host does it.
    """
    require(by, Act.HOST_TRAINEE, on=localdate(at), association=trainee.host)
    place = place.strip()
    if not place:
        raise UnableToLogDays(_("Say where: the place of the class, or the law firm."))
    locked = _locked(trainee)
    if Stage(locked.stage) not in rules.LOGGING:
        raise UnableToLogDays(_not_now(locked))
    terms, logged = terms_of(locked.plan), _log_of(locked)
    refusal = rules.refusal_to_log(part, days, logged=logged, terms=terms, today=localdate(at))
    if refusal is not None:
        raise UnableToLogDays(wording.day_refusal(refusal))
    rows = [
        TrainingDay(trainee=locked, date=day, part=part.value, place=place, logged_by=by, logged_at=at)
        for day in sorted(days)
    ]
    for row in rows:
        row.save(force_insert=True)
    audit.record(
        "logged days",
        object_type="trainee",
        object_key=str(locked.pk),
        by=by,
        at=at,
        part=part.value,
        rows=len(rows),
        valid_from=min(days).isoformat(),
    )
    _follow_the_log(locked, by=by, at=at)
    return rows


@transaction.atomic
def strike_day(*, day: TrainingDay, by: Account, at: datetime) -> None:
    """Strike a day that was logged by mistake; the trainee is again where the other days say. The same again changes
    nothing.

    Raises UnableToLogDays, or PermissionDenied unless an officer of the host does it.
    """
    require(by, Act.HOST_TRAINEE, on=localdate(at), association=day.trainee.host)
    locked = _locked(day.trainee)
    row = TrainingDay.objects.get(pk=day.pk)
    if row.struck_at is not None:
        return
    if Stage(locked.stage) not in rules.LOGGING:
        raise UnableToLogDays(_not_now(locked))
    if not rules.may_strike(Part(row.part), logged=_log_of(locked)):
        raise UnableToLogDays(_("Days at the firm stand on the class. Strike those first."))
    TrainingDay.objects.filter(pk=row.pk, struck_at__isnull=True).update(struck_at=at, struck_by=by)
    audit.record(
        "struck day",
        object_type="trainee",
        object_key=str(locked.pk),
        by=by,
        at=at,
        date=row.date.isoformat(),
        part=row.part,
    )
    _follow_the_log(locked, by=by, at=at)


@transaction.atomic
def finish_trainee(*, trainee: Trainee, by: Account, at: datetime) -> Trainee:
    """Say that a trainee is through: every day is logged, and the stipend is due. The same again changes nothing.

    Raises UnableToPlace, UnableToLogDays, or PermissionDenied unless an officer of the host does it.
    """
    require(by, Act.HOST_TRAINEE, on=localdate(at), association=trainee.host)
    locked = _locked(trainee)
    if locked.stage == Stage.FINISHED:
        return locked
    _require_step(locked, Stage.FINISHED)
    terms = terms_of(locked.plan)
    if not rules.is_through(_log_of(locked), terms):
        raise UnableToPlace(
            _("%(class_days)d days of class and %(firm_days)d days at a firm have to be logged first.")
            % {"class_days": terms.class_days, "firm_days": terms.firm_days}
        )
    return _go(locked, Stage.FINISHED, verb="finished trainee", by=by, at=at)


@transaction.atomic
def reopen_trainee(*, trainee: Trainee, reason: str, by: Account, at: datetime) -> Trainee:
    """Say, with a reason, that a trainee was not through: at the firm again, with every day that is logged. The same
    again changes nothing.

    Raises UnableToPlace, also while the stipend stands as paid; PermissionDenied unless an officer of the host does it.
    """
    require(by, Act.HOST_TRAINEE, on=localdate(at), association=trainee.host)
    reason = reason.strip()
    if not reason:
        raise UnableToPlace(_("Give the reason."))
    locked = _locked(trainee)
    last = StageStep.objects.filter(trainee=locked).order_by("-pk").first()
    if last is not None and (last.stage, last.reason, last.by_id) == (Stage.AT_FIRM, reason, by.pk):
        return locked
    if locked.stage != Stage.FINISHED:
        raise UnableToPlace(_not_now(locked))
    if standing_payment(locked) is not None:
        raise UnableToPlace(
            _("The stipend is recorded as paid. The supporting association takes the payment back first.")
        )
    return _go(locked, Stage.AT_FIRM, verb="reopened trainee", by=by, at=at, reason=reason)


def _locked(trainee: Trainee) -> Trainee:
    rows = Trainee.objects.select_for_update(of=("self",)).select_related(
        "plan", "host__parent__parent", "roster__parent__parent", "supporter", "beneficiary"
    )
    return rows.get(pk=trainee.pk)


def _log_of(trainee: Trainee) -> dict[date, Part]:
    rows = TrainingDay.objects.filter(trainee=trainee, struck_at__isnull=True)
    return {day: Part(part) for day, part in rows.order_by("date").values_list("date", "part")}


def _follow_the_log(locked: Trainee, *, by: Account, at: datetime) -> None:
    parts = list(_log_of(locked).values())
    here = rules.stage_by_days(parts.count(Part.CLASS), parts.count(Part.FIRM))
    if here != locked.stage:
        _move(locked, here, by=by, at=at)


def _require_step(locked: Trainee, to: Stage) -> None:
    if not rules.may_step(Stage(locked.stage), to):
        raise UnableToPlace(_not_now(locked))


def _not_now(locked: Trainee) -> str:
    return _("This trainee is “%(stage)s” now, so that is not possible. Nothing was changed.") % {
        "stage": locked.get_stage_display()
    }


def _go(locked: Trainee, to: Stage, *, verb: str, by: Account, at: datetime, reason: str = "") -> Trainee:
    _move(locked, to, by=by, at=at, reason=reason)
    audit.record(verb, object_type="trainee", object_key=str(locked.pk), by=by, at=at)
    return locked


def _move(locked: Trainee, to: Stage, *, by: Account, at: datetime, reason: str = "") -> None:
    locked.stage = to.value
    locked.save(update_fields=["stage"])
    _step(locked, to, by=by, at=at, reason=reason)


def _step(trainee: Trainee, stage: Stage, *, by: Account, at: datetime, reason: str = "") -> None:
    StageStep.objects.create(trainee=trainee, stage=stage.value, reason=reason, by=by, at=at)
