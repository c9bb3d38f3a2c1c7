"""Writes about the pool of young lawyers (青年律师后备人才库)."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from programmes.placements.models import PoolMember
from programmes.placements.refusals import UnableToEnterPool
from programmes.plans.models import Plan
from qianchang.groundwork import audit
from qianchang.people.eligibility import decisions
from qianchang.people.models import Account, EligibilityOverride, Lawyer
from qianchang.people.permissions import Act, require


@transaction.atomic
def enter_pool(*, plan: Plan, lawyer: Lawyer, by: Account, at: datetime) -> PoolMember:
    """Enter a lawyer of at most 40 into the pool of the own association, from today. The roster keeps the year of birth
    only, so the whole year of the fortieth birthday counts. The same again changes nothing.

    Raises UnableToEnterPool, or PermissionDenied unless an officer of the lawyer's association does it.
    """
    today = localdate(at)
    require(by, Act.NOMINATE_TRAINEE, on=today, association=lawyer.association)
    young = decisions(lawyer, today)[EligibilityOverride.Category.YOUNG.value]
    if young.counts is None:
        raise UnableToEnterPool(
            _("The roster does not say in which year this lawyer was born. Enter the year there first.")
        )
    if not young.counts:
        raise UnableToEnterPool(
            _("The pool is for lawyers of at most 40, and this lawyer is older. Nothing was changed.")
        )
    standing = _standing(plan, lawyer)
    if standing is not None:
        return standing
    member = PoolMember(
        plan=plan,
        lawyer=lawyer,
        association=lawyer.association,
        name=lawyer.name,
        firm_name=lawyer.firm.name,
        birth_year=lawyer.birth_year,
        decided_by=young.by,
        valid_from=today,
        entered_by=by,
        entered_at=at,
    )
    try:
        with transaction.atomic():
            member.save(force_insert=True)
    except IntegrityError:  # two at the same moment: the constraint let one in
        standing = _standing(plan, lawyer)
        if standing is None:
            raise
        return standing
    audit.record(
        "entered pool",
        object_type="pool member",
        object_key=str(member.pk),
        by=by,
        at=at,
        plan=plan.code,
        lawyer=lawyer.pk,
    )
    return member


def _standing(plan: Plan, lawyer: Lawyer) -> PoolMember | None:
    return PoolMember.objects.filter(plan=plan, lawyer=lawyer, valid_until__isnull=True).first()


@transaction.atomic
def leave_pool(*, member: PoolMember, until: date, reason: str, by: Account, at: datetime) -> PoolMember:
    """End somebody's time in the pool: `until` is the first day without them. The same again changes nothing.

    Raises UnableToEnterPool, or PermissionDenied unless an officer of the association does it.
    """
    require(by, Act.NOMINATE_TRAINEE, on=localdate(at), association=member.association)
    reason = reason.strip()
    if not reason:
        raise UnableToEnterPool(_("Give the reason."))
    locked = PoolMember.objects.select_for_update(of=("self",)).get(pk=member.pk)
    if locked.valid_until == until:
        return locked
    if locked.valid_until is not None:
        raise UnableToEnterPool(_("This has another end already."))
    if until <= locked.valid_from:
        raise UnableToEnterPool(_("The last day lies before the first. Check both dates."))
    locked.valid_until, locked.reason, locked.left_by = until, reason, by
    locked.save(update_fields=["valid_until", "reason", "left_by"])
    audit.record(
        "left pool",
        object_type="pool member",
        object_key=str(locked.pk),
        by=by,
        at=at,
        until=until.isoformat(),
    )
    return locked
