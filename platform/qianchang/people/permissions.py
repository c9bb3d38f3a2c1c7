"""Who may do what: one table that reads like the permission matrix of product-design.md, section 3.

`DO` means on the objects of one's own scope: the association of the grant and those below it, `OWN` on what one
made oneself, `ANY` everywhere. Views never compare roles; they ask `may(account, act, association=…, on=…)`.
"""

from datetime import date
from enum import StrEnum

from django.core.exceptions import PermissionDenied
from django.db.models import Q

from qianchang.people.models import Account, Association, RoleGrant

R = RoleGrant.Role


class Act(StrEnum):
    UPLOAD_RECORDING = "upload a recording"
    REVIEW_LECTURE = "review and publish a lecture"
    SCHEDULE_SESSION = "create and schedule a session"
    HOLD_SESSION = "record a session as held"
    CONFIRM_SESSION = "confirm a session that was held for us"
    RETURN_SESSION = "return a session"
    CLOSE_MONTH = "post the month"
    SEE_QUOTA_BOARD = "quota board of one association"
    SET_QUOTAS = "set quotas, programmes, pairs"
    SEE_NAMED_HOURS = "hours of named lawyers"
    SEE_QUEUE = "processing queue"


class Scope(StrEnum):
    OWN = "what one made oneself"
    ASSOCIATION = "one's association and those below it"
    ANY = "everything"


MATRIX: dict[Act, dict[R, Scope]] = {
    Act.UPLOAD_RECORDING: {
        R.EXPERT: Scope.OWN, R.BENEFICIARY_OFFICER: Scope.ASSOCIATION, R.SUPPORTING_OFFICER: Scope.ASSOCIATION,
        R.NATIONAL_OFFICER: Scope.ANY, R.EDITOR: Scope.ANY, R.ADMINISTRATOR: Scope.ANY,
    },
    Act.REVIEW_LECTURE: {
        R.SUPPORTING_OFFICER: Scope.ASSOCIATION, R.NATIONAL_OFFICER: Scope.ANY, R.EDITOR: Scope.ANY, R.ADMINISTRATOR: Scope.ANY,
    },
    Act.SCHEDULE_SESSION: {
        R.BENEFICIARY_OFFICER: Scope.ASSOCIATION, R.SUPPORTING_OFFICER: Scope.ASSOCIATION,
        R.NATIONAL_OFFICER: Scope.ANY, R.ADMINISTRATOR: Scope.ANY,
    },
    Act.HOLD_SESSION: {R.SUPPORTING_OFFICER: Scope.ASSOCIATION},
    Act.CONFIRM_SESSION: {R.BENEFICIARY_OFFICER: Scope.ASSOCIATION},
    Act.RETURN_SESSION: {R.BENEFICIARY_OFFICER: Scope.ASSOCIATION, R.SUPPORTING_OFFICER: Scope.ASSOCIATION, R.NATIONAL_OFFICER: Scope.ANY},
    Act.CLOSE_MONTH: {R.SUPPORTING_OFFICER: Scope.ASSOCIATION, R.NATIONAL_OFFICER: Scope.ANY},
    Act.SEE_QUOTA_BOARD: {
        R.BENEFICIARY_OFFICER: Scope.ASSOCIATION, R.SUPPORTING_OFFICER: Scope.ASSOCIATION,
        R.NATIONAL_OFFICER: Scope.ANY, R.ADMINISTRATOR: Scope.ANY,
    },
    Act.SET_QUOTAS: {R.NATIONAL_OFFICER: Scope.ANY, R.ADMINISTRATOR: Scope.ANY},
    Act.SEE_NAMED_HOURS: {R.BENEFICIARY_OFFICER: Scope.ASSOCIATION, R.ADMINISTRATOR: Scope.ANY},
    Act.SEE_QUEUE: {R.ADMINISTRATOR: Scope.ANY},
}  # fmt: skip


def grants_of(account: Account, *, on: date) -> list[RoleGrant]:
    """Return the account's grants that hold on a day, with their associations, in one query."""
    if not account.is_authenticated:
        return []
    return list(
        account.role_grants.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=on), valid_from__lte=on).select_related(
            "association"
        )
    )


def may(account: Account, act: Act, *, on: date, association: Association | None = None, owner: Account | None = None) -> bool:
    """Tell whether an account may do `act` on an object of `association` (made by `owner`) on a day."""
    allowed = MATRIX[act]
    for grant in grants_of(account, on=on):
        scope = allowed.get(R(grant.role))
        if scope is Scope.ANY:
            return True
        if scope is Scope.OWN and (owner is None or owner.pk == account.pk):
            return True
        if scope is Scope.ASSOCIATION and (association is None or _within(association, grant.association)):
            return True
    return False


def require(account: Account, act: Act, *, on: date, association: Association | None = None, owner: Account | None = None) -> None:
    """Raise PermissionDenied unless `may` says yes."""
    if not may(account, act, on=on, association=association, owner=owner):
        raise PermissionDenied(act.value)


def associations_where(account: Account, act: Act, *, on: date) -> list[Association] | None:
    """Return the associations whose objects the account may `act` on; None means all of them."""
    allowed = MATRIX[act]
    roots: list[Association] = []
    for grant in grants_of(account, on=on):
        scope = allowed.get(R(grant.role))
        if scope is Scope.ANY:
            return None
        if scope is Scope.ASSOCIATION and grant.association:
            roots.append(grant.association)
    if not roots:
        return []
    ids = [root.pk for root in roots]
    return list(Association.objects.filter(Q(pk__in=ids) | Q(parent__in=ids) | Q(parent__parent__in=ids)).distinct())


def _within(association: Association, root: Association | None) -> bool:
    here: Association | None = association
    while here is not None and root is not None:
        if here.pk == root.pk:
            return True
        here = here.parent
    return False
