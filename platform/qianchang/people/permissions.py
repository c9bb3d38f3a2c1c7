"""Who may do what: one table that reads like the permission matrix of product-design.md, section 3.

A role allows an act on what one made oneself (`OWN`), on the objects of the association of the grant and of
those below it (`ASSOCIATION`), or on everything (`ANY`). Views never compare roles; they ask
`may(account, act, association=…, on=…)`. Being a superuser of Django means nothing here. What a lawyer may do
(play, earn hours) follows from being one, not from a role.
"""

from datetime import date
from enum import StrEnum

from django.contrib.auth.models import AnonymousUser
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
    CORRECT_HOURS = "correct hours, decide an hours appeal"
    REVOKE_CERTIFICATE = "revoke an hours certificate"
    SEE_QUEUE = "processing queue"
    ARRANGE_CLASSES = "open and change classes of courses"
    ENROL_LAWYERS = "enrol named lawyers in a class"
    SEE_ROSTER = "roster view"
    IMPORT_ROSTER = "roster import"
    MANAGE_USERS = "users and roles"
    SEE_AUDIT = "audit log"


class Scope(StrEnum):
    OWN = "what one made oneself"
    ASSOCIATION = "one's association and those below it"
    ANY = "everything"


MATRIX: dict[Act, dict[R, Scope]] = {
    Act.UPLOAD_RECORDING: {
        R.EXPERT: Scope.OWN,
        R.BENEFICIARY_OFFICER: Scope.ASSOCIATION, R.SUPPORTING_OFFICER: Scope.ASSOCIATION,
        R.NATIONAL_OFFICER: Scope.ANY, R.EDITOR: Scope.ANY, R.ADMINISTRATOR: Scope.ANY,
    },
    Act.REVIEW_LECTURE: {
        R.SUPPORTING_OFFICER: Scope.ASSOCIATION,
        R.NATIONAL_OFFICER: Scope.ANY, R.EDITOR: Scope.ANY, R.ADMINISTRATOR: Scope.ANY,
    },
    Act.SCHEDULE_SESSION: {
        R.BENEFICIARY_OFFICER: Scope.ASSOCIATION, R.SUPPORTING_OFFICER: Scope.ASSOCIATION,
        R.NATIONAL_OFFICER: Scope.ANY, R.ADMINISTRATOR: Scope.ANY,
    },
    Act.HOLD_SESSION: {R.SUPPORTING_OFFICER: Scope.ASSOCIATION},
    Act.CONFIRM_SESSION: {R.BENEFICIARY_OFFICER: Scope.ASSOCIATION},
    Act.RETURN_SESSION: {
        R.BENEFICIARY_OFFICER: Scope.ASSOCIATION, R.SUPPORTING_OFFICER: Scope.ASSOCIATION,
        R.NATIONAL_OFFICER: Scope.ANY, R.ADMINISTRATOR: Scope.ANY,
    },
    Act.CLOSE_MONTH: {R.SUPPORTING_OFFICER: Scope.ASSOCIATION, R.NATIONAL_OFFICER: Scope.ANY},
    Act.SEE_QUOTA_BOARD: {
        R.BENEFICIARY_OFFICER: Scope.ASSOCIATION, R.SUPPORTING_OFFICER: Scope.ASSOCIATION,
        R.NATIONAL_OFFICER: Scope.ANY, R.ADMINISTRATOR: Scope.ANY,
    },
    Act.SET_QUOTAS: {R.NATIONAL_OFFICER: Scope.ANY, R.ADMINISTRATOR: Scope.ANY},
    # A supporting association has lawyers too: their hours are its own business, nobody else's are.
    Act.SEE_NAMED_HOURS: {
        R.BENEFICIARY_OFFICER: Scope.ASSOCIATION, R.SUPPORTING_OFFICER: Scope.ASSOCIATION,
        R.ADMINISTRATOR: Scope.ANY,
    },
    # Not the administrator: whoever opens accounts must not be able to be two people.
    Act.CORRECT_HOURS: {
        R.BENEFICIARY_OFFICER: Scope.ASSOCIATION, R.SUPPORTING_OFFICER: Scope.ASSOCIATION,
    },
    Act.REVOKE_CERTIFICATE: {
        R.BENEFICIARY_OFFICER: Scope.ASSOCIATION, R.SUPPORTING_OFFICER: Scope.ASSOCIATION,
    },
    Act.SEE_QUEUE: {R.ADMINISTRATOR: Scope.ANY},
    Act.ARRANGE_CLASSES: {
        R.BENEFICIARY_OFFICER: Scope.ASSOCIATION, R.SUPPORTING_OFFICER: Scope.ASSOCIATION,
        R.NATIONAL_OFFICER: Scope.ANY, R.ADMINISTRATOR: Scope.ANY,
    },
    # Names stay with the association on whose roster they stand; whoever reaches all of them sees counts.
    Act.ENROL_LAWYERS: {R.BENEFICIARY_OFFICER: Scope.ASSOCIATION, R.SUPPORTING_OFFICER: Scope.ASSOCIATION},
    Act.SEE_ROSTER: {
        R.COUNTY_CONTACT: Scope.ASSOCIATION, R.BENEFICIARY_OFFICER: Scope.ASSOCIATION, R.ADMINISTRATOR: Scope.ANY,
    },
    Act.IMPORT_ROSTER: {R.BENEFICIARY_OFFICER: Scope.ASSOCIATION, R.ADMINISTRATOR: Scope.ANY},
    Act.MANAGE_USERS: {R.ADMINISTRATOR: Scope.ANY},
    Act.SEE_AUDIT: {R.ADMINISTRATOR: Scope.ANY},
}  # fmt: skip


def grants_of(account: Account | AnonymousUser, *, on: date) -> list[RoleGrant]:
    """Return the account's grants that hold on a day, with their associations. They are read once for
    each account instance, so that a request asks the database once however many questions it has.
    """
    if not isinstance(account, Account):
        return []
    if account.dated_grants is None:
        account.dated_grants = list(account.role_grants.select_related("association").order_by("pk"))
    return [
        grant
        for grant in account.dated_grants
        if grant.valid_from <= on and (grant.valid_until is None or on < grant.valid_until)
    ]


def may(
    account: Account | AnonymousUser,
    act: Act,
    *,
    on: date,
    association: Association | None = None,
    owner: Account | None = None,
) -> bool:
    """Tell whether an account may do `act` on an object of `association` (made by `owner`) on a day.

    Without `association` and `owner` it is asked whether there is anything at all that the account may do it
    on: enough for a menu entry or a list page, never for an object.
    """
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


def require(
    account: Account | AnonymousUser,
    act: Act,
    *,
    on: date,
    association: Association | None = None,
    owner: Account | None = None,
) -> None:
    """Raise PermissionDenied unless `may` says yes."""
    if not may(account, act, on=on, association=association, owner=owner):
        raise PermissionDenied(act.value)


def associations_where(account: Account | AnonymousUser, act: Act, *, on: date) -> list[Association] | None:
    """Return the associations whose objects the account may `act` on; None means all of them."""
    allowed = MATRIX[act]
    roots: list[int] = []
    for grant in grants_of(account, on=on):
        scope = allowed.get(R(grant.role))
        if scope is Scope.ANY:
            return None
        if scope is Scope.ASSOCIATION and grant.association_id is not None:
            roots.append(grant.association_id)
    if not roots:
        return []
    # Three levels is as deep as associations go: national, province, city.
    below = Q(pk__in=roots) | Q(parent__in=roots) | Q(parent__parent__in=roots)
    return list(Association.objects.filter(below).order_by("code"))


def _within(association: Association, root: Association | None) -> bool:
    here: Association | None = association
    while here is not None and root is not None:
        # The parent's number is looked at before the parent is fetched: most answers need no query.
        if root.pk in (here.pk, here.parent_id):
            return True
        here = here.parent
    return False
