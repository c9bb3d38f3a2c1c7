"""Who may do what: one table that reads like the permission matrix of product-design.md, section 3.

A column allows an act on what one made oneself (`OWN`), on the lawyers of one's county (`COUNTY`), on the objects of
the association of the grant and of those below it (`ASSOCIATION`), or on everything (`ANY`). Views never compare roles;
they ask `may(account, act, on=…, association=…)` or, about a person, `may(account, act, on=…, lawyer=…)`, and cut lists
by `associations_where` or `lawyers_where`. Being a superuser of Django means nothing here.

`tests/people/permissions/test_matrix.py` holds this table to the product's, cell by cell; docs/permissions.md says why
it deviates where it does.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Q

from qianchang.people.models import Account, Association, Lawyer, Region, RoleGrant
from qianchang.people.queries import lawyer_of

R = RoleGrant.Role


class Act(StrEnum):
    """What somebody does; where the product's row says both `v` and `d`, seeing and doing are two acts."""

    SEE_CATALOGUE = "catalogue, course list, lecture introduction, session notices"
    PLAY_LECTURE = "play, audio, slides, transcript, download"
    SEE_QUESTIONS = "see questions to the lecturer"
    ASK_OR_ANSWER = "ask the lecturer, answer"
    OWN_HOURS = "my hours, hours certificate, appeal"
    VERIFY_CERTIFICATE = "verify a certificate by number"
    REQUEST_DISC = "request a DVD"
    UPLOAD_RECORDING = "upload a recording"
    KEY_IN_RECORDING = "key in a recording that came by post"
    REVIEW_LECTURE = "review and publish a lecture"
    SEE_WITHDRAWAL = "see that and why a published lecture was withdrawn"
    WITHDRAW_LECTURE = "withdraw a published lecture"
    SCHEDULE_SESSION = "create and schedule a session"
    SCHEDULE_SCREENING = "create and schedule a group screening"
    ENTER_ATTENDANCE = "enter attendance, add evidence"
    ENTER_ATTENDANCE_ON_SITE = "enter attendance of a session that one holds on site"
    KEY_IN_SHEET = "key in a paper sheet for another office"
    HOLD_SESSION = "record a session as held"
    CONFIRM_SESSION = "confirm a session that was held for us"
    RETURN_SESSION = "return or reverse a session"
    CLOSE_MONTH = "post the month"
    SEE_QUOTA_BOARD = "quota board of one association"
    SEE_EVERY_BOARD = "quota board of all associations"
    SET_QUOTAS = "set quotas, programmes, pairs"
    BREAK_DOWN_QUOTA = "break down the own quota"
    SEE_RETURN = "see a monthly return"
    MAKE_RETURN = "make a monthly return"
    SEE_BULLETIN = "see bulletin and recognition list"
    MAKE_BULLETIN = "make bulletin and recognition list"
    SPOT_CHECK = "spot check and finding"
    SEE_NAMED_HOURS = "hours of named lawyers"
    COUNT_HOURS = "hours without names"
    CORRECT_HOURS = "correct hours, decide an hours appeal"
    REVOKE_CERTIFICATE = "revoke an hours certificate"
    SEE_ROSTER = "roster view"
    IMPORT_ROSTER = "roster import"
    SEE_DISCS = "see where discs are"
    RECEIVE_DISCS = "receive discs"
    SEND_DISCS = "make and send discs"
    SEE_HOUR_RULES = "see hour rules"
    SET_HOUR_RULES = "set hour rules"
    SEE_NEWS = "news, help pages, home page"
    EDIT_NEWS = "edit news, help pages, home page"
    MANAGE_USERS = "users and roles"
    SEE_AUDIT = "audit log"
    SEE_QUEUE = "processing queue"
    PREVIEW_ROLE = "see the site as a role does"
    ARRANGE_CLASSES = "open and change classes of courses"
    ENROL_LAWYERS = "enrol named lawyers in a class"
    NOMINATE_TRAINEE = "nominate a trainee, or a young lawyer for the pool"
    HOST_TRAINEE = "take in a trainee, log days, pay the stipend"
    RECORD_DONATION = "enter and deliver a donation"
    VERIFY_DONATION = "verify a donation that was given to us"


class Scope(StrEnum):
    OWN = "what one made oneself"
    COUNTY = "the lawyers of one's county"
    ASSOCIATION = "one's association and those below it"
    ANY = "everything"


class Column(StrEnum):
    """The columns of the matrix. What a guest may do, everybody may; a lawyer is whoever is on a roster and signs in;
    the others are the roles that are granted.
    """

    G = "guest"
    L = "lawyer"
    E = RoleGrant.Role.EXPERT.value
    C = RoleGrant.Role.COUNTY_CONTACT.value
    B = RoleGrant.Role.BENEFICIARY_OFFICER.value
    S = RoleGrant.Role.SUPPORTING_OFFICER.value
    N = RoleGrant.Role.NATIONAL_OFFICER.value
    W = RoleGrant.Role.EDITOR.value
    A = RoleGrant.Role.ADMINISTRATOR.value


def _row(*cells: Scope | None) -> dict[str, Scope]:
    return {column.value: scope for column, scope in zip(Column, cells, strict=True) if scope is not None}


_no, _o, _c, _s, _all = None, Scope.OWN, Scope.COUNTY, Scope.ASSOCIATION, Scope.ANY

# fmt: off
MATRIX: dict[Act, dict[str, Scope]] = {
    #                                   G     L     E     C     B     S     N     W     A
    Act.SEE_CATALOGUE:            _row(_all, _all, _all, _all, _all, _all, _all, _all, _all),
    # Only what is released to one's association: that is the policy of the release, not of the role.
    Act.PLAY_LECTURE:             _row(_no,  _all, _all, _all, _all, _all, _all, _all, _all),
    Act.SEE_QUESTIONS:            _row(_no,  _all, _o,   _no,  _s,   _s,   _all, _all, _all),
    Act.ASK_OR_ANSWER:            _row(_no,  _all, _o,   _no,  _no,  _no,  _no,  _no,  _no),
    Act.OWN_HOURS:                _row(_no,  _o,   _o,   _no,  _no,  _no,  _no,  _no,  _no),
    Act.VERIFY_CERTIFICATE:       _row(_all, _all, _all, _all, _all, _all, _all, _all, _all),
    Act.REQUEST_DISC:             _row(_no,  _o,   _no,  _c,   _s,   _no,  _no,  _no,  _no),
    Act.UPLOAD_RECORDING:         _row(_no,  _no,  _o,   _no,  _s,   _s,   _all, _all, _all),
    Act.KEY_IN_RECORDING:         _row(_no,  _no,  _no,  _no,  _s,   _s,   _no,  _all, _all),
    Act.REVIEW_LECTURE:           _row(_no,  _no,  _no,  _no,  _no,  _s,   _all, _all, _all),
    Act.SEE_WITHDRAWAL:           _row(_no,  _no,  _o,   _no,  _no,  _s,   _all, _all, _all),
    Act.WITHDRAW_LECTURE:         _row(_no,  _no,  _no,  _no,  _no,  _s,   _all, _all, _all),
    Act.SCHEDULE_SESSION:         _row(_no,  _no,  _no,  _no,  _s,   _s,   _all, _no,  _all),
    Act.SCHEDULE_SCREENING:       _row(_no,  _no,  _no,  _c,   _s,   _s,   _all, _no,  _all),
    Act.ENTER_ATTENDANCE:         _row(_no,  _no,  _no,  _c,   _s,   _s,   _no,  _no,  _all),
    Act.ENTER_ATTENDANCE_ON_SITE: _row(_no,  _no,  _o,   _c,   _s,   _s,   _no,  _no,  _all),
    Act.KEY_IN_SHEET:             _row(_no,  _no,  _no,  _no,  _s,   _s,   _no,  _no,  _all),
    Act.HOLD_SESSION:             _row(_no,  _no,  _no,  _no,  _no,  _s,   _no,  _no,  _no),
    Act.CONFIRM_SESSION:          _row(_no,  _no,  _no,  _no,  _s,   _no,  _no,  _no,  _no),
    Act.RETURN_SESSION:           _row(_no,  _no,  _no,  _no,  _s,   _s,   _all, _no,  _all),
    Act.CLOSE_MONTH:              _row(_no,  _no,  _no,  _no,  _no,  _s,   _all, _no,  _no),
    Act.SEE_QUOTA_BOARD:          _row(_no,  _no,  _no,  _no,  _s,   _s,   _all, _no,  _all),
    Act.SEE_EVERY_BOARD:          _row(_no,  _no,  _no,  _no,  _no,  _no,  _all, _no,  _all),
    Act.SET_QUOTAS:               _row(_no,  _no,  _no,  _no,  _no,  _no,  _all, _no,  _all),
    Act.BREAK_DOWN_QUOTA:         _row(_no,  _no,  _no,  _no,  _no,  _s,   _all, _no,  _all),
    Act.SEE_RETURN:               _row(_no,  _no,  _no,  _no,  _s,   _s,   _all, _no,  _no),
    Act.MAKE_RETURN:              _row(_no,  _no,  _no,  _no,  _s,   _s,   _no,  _no,  _no),
    Act.SEE_BULLETIN:             _row(_no,  _no,  _no,  _no,  _no,  _all, _all, _no,  _no),
    Act.MAKE_BULLETIN:            _row(_no,  _no,  _no,  _no,  _no,  _no,  _all, _no,  _no),
    Act.SPOT_CHECK:               _row(_no,  _no,  _no,  _no,  _s,   _s,   _all, _no,  _no),
    # A supporting association has lawyers too: their hours are its own business, nobody else's are.
    Act.SEE_NAMED_HOURS:          _row(_no,  _no,  _no,  _c,   _s,   _s,   _no,  _no,  _all),
    Act.COUNT_HOURS:              _row(_no,  _no,  _no,  _c,   _s,   _s,   _all, _no,  _all),
    # Not the administrator: whoever opens accounts must not be able to be two people.
    Act.CORRECT_HOURS:            _row(_no,  _no,  _no,  _no,  _s,   _s,   _no,  _no,  _no),
    Act.REVOKE_CERTIFICATE:       _row(_no,  _no,  _no,  _no,  _s,   _s,   _no,  _no,  _no),
    Act.SEE_ROSTER:               _row(_no,  _no,  _no,  _c,   _s,   _no,  _no,  _no,  _all),
    Act.IMPORT_ROSTER:            _row(_no,  _no,  _no,  _no,  _s,   _no,  _no,  _no,  _all),
    Act.SEE_DISCS:                _row(_no,  _no,  _no,  _c,   _s,   _s,   _all, _no,  _all),
    Act.RECEIVE_DISCS:            _row(_no,  _no,  _no,  _c,   _s,   _no,  _no,  _no,  _no),
    Act.SEND_DISCS:               _row(_no,  _no,  _no,  _no,  _s,   _s,   _no,  _no,  _no),
    Act.SEE_HOUR_RULES:           _row(_all, _all, _all, _all, _all, _all, _all, _no,  _all),
    Act.SET_HOUR_RULES:           _row(_no,  _no,  _no,  _no,  _s,   _no,  _all, _no,  _all),
    Act.SEE_NEWS:                 _row(_all, _all, _all, _all, _all, _all, _all, _all, _all),
    Act.EDIT_NEWS:                _row(_no,  _no,  _no,  _no,  _no,  _no,  _no,  _all, _all),
    Act.MANAGE_USERS:             _row(_no,  _no,  _no,  _no,  _no,  _no,  _no,  _no,  _all),
    Act.SEE_AUDIT:                _row(_no,  _no,  _no,  _no,  _no,  _no,  _no,  _no,  _all),
    Act.SEE_QUEUE:                _row(_no,  _no,  _no,  _no,  _no,  _no,  _no,  _no,  _all),
    Act.PREVIEW_ROLE:             _row(_no,  _no,  _no,  _no,  _no,  _no,  _no,  _no,  _all),
    Act.ARRANGE_CLASSES:          _row(_no,  _no,  _no,  _no,  _s,   _s,   _all, _no,  _all),
    # Names stay with the association on whose roster they stand; whoever reaches all of them sees counts.
    Act.ENROL_LAWYERS:            _row(_no,  _no,  _no,  _no,  _s,   _s,   _no,  _no,  _no),
    # The registers: each side its own part, the national association gives computers.
    Act.NOMINATE_TRAINEE:         _row(_no,  _no,  _no,  _no,  _s,   _no,  _no,  _no,  _no),
    Act.HOST_TRAINEE:             _row(_no,  _no,  _no,  _no,  _no,  _s,   _no,  _no,  _no),
    Act.RECORD_DONATION:          _row(_no,  _no,  _no,  _no,  _no,  _s,   _all, _no,  _no),
    Act.VERIFY_DONATION:          _row(_no,  _no,  _no,  _no,  _s,   _no,  _no,  _no,  _no),
}
# fmt: on


def grants_of(account: Account | AnonymousUser, *, on: date) -> list[RoleGrant]:
    """Return the account's grants that hold on a day, with their associations. They are read once for
    each account instance, so that a request asks the database once however many questions it has.
    """
    if not isinstance(account, Account):
        return []
    if account.dated_grants is None:
        account.dated_grants = list(
            account.role_grants.select_related("association__parent__parent", "region").order_by("pk")
        )
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
    lawyer: Lawyer | None = None,
    owner: Account | None = None,
) -> bool:
    """Tell whether an account may do `act` on a day on an object of `association` (made by `owner`), or on a `lawyer`
    and whatever is about that person. A county contact reaches lawyers only, so objects of an association are no.

    Without any of them it is asked whether there is anything at all that the account may do it on: enough for a menu
    entry or a list page, never for an object.
    """
    allowed = MATRIX[act]
    if allowed.get(Column.G) is Scope.ANY:
        return True
    if lawyer is not None:
        association = lawyer.association
    listing = association is None and owner is None
    for grant in grants_of(account, on=on):
        scope = allowed.get(grant.role)
        if scope is Scope.ANY:
            return True
        if scope is Scope.OWN and _own(account, owner, lawyer):
            return True
        if scope is Scope.ASSOCIATION and (association is None or _within(association, grant.association)):
            return True
        in_county = listing or (lawyer is not None and grant.region_id and _in_county(lawyer, grant))
        if scope is Scope.COUNTY and grant.region_id is not None and in_county:
            return True
    # Last, because whether somebody is on a roster is a question to the database.
    as_lawyer = allowed.get(Column.L)
    if as_lawyer is None or lawyer_of(account) is None:
        return False
    return as_lawyer is Scope.ANY or _own(account, owner, lawyer)


def require(
    account: Account | AnonymousUser,
    act: Act,
    *,
    on: date,
    association: Association | None = None,
    lawyer: Lawyer | None = None,
    owner: Account | None = None,
) -> None:
    """Raise PermissionDenied unless `may` says yes."""
    if not may(account, act, on=on, association=association, lawyer=lawyer, owner=owner):
        raise PermissionDenied(act.value)


def may_in_county(
    account: Account | AnonymousUser,
    act: Act,
    *,
    on: date,
    county: Region | None,
    association: Association,
) -> bool:
    """Tell whether a county contact may `act` on something that takes place in a county, for an association: the county
    of the grant, and an association at, above or below that of the grant. Nobody else is asked about here: see `may`.
    """
    if county is None:
        return False
    return any(
        grant.region_id is not None
        and _within(county, grant.region)
        and grant.association is not None
        and (_within(association, grant.association) or _within(grant.association, association))
        for grant in grants_of(account, on=on)
        if MATRIX[act].get(grant.role) is Scope.COUNTY
    )


def associations_where(account: Account | AnonymousUser, act: Act, *, on: date) -> list[Association] | None:
    """Return the associations whose objects the account may `act` on; None means all of them. A county contact reaches
    no whole association: see `lawyers_where`.
    """
    allowed = MATRIX[act]
    roots: list[int] = []
    for grant in grants_of(account, on=on):
        scope = allowed.get(grant.role)
        if scope is Scope.ANY:
            return None
        if scope is Scope.ASSOCIATION and grant.association_id is not None:
            roots.append(grant.association_id)
    if not roots or not isinstance(account, Account):
        return []
    if account.reached is None:
        account.reached = {}
    # A page asks this for each of its parts.
    key = tuple(roots)
    if key not in account.reached:
        account.reached[key] = list(Association.objects.filter(_at_or_below(roots)).order_by("code"))
    return list(account.reached[key])


def lawyers_where(account: Account | AnonymousUser, act: Act, *, on: date, prefix: str = "") -> Q:
    """Return the condition that cuts a list of lawyers to those whom the account may `act` on: whole rosters of its
    associations, and the firms of its county. `prefix` leads from the rows of the list to the lawyer: "lawyer__".
    """
    allowed = MATRIX[act]
    reached = Q(pk__in=[])
    for grant in grants_of(account, on=on):
        scope = allowed.get(grant.role)
        if scope is Scope.ANY:
            return Q()
        roster = _at_or_below([grant.association_id], f"{prefix}association__")
        if scope is Scope.ASSOCIATION and grant.association_id is not None:
            reached |= roster
        if scope is Scope.COUNTY and grant.region_id is not None:
            reached |= roster & _at_or_below([grant.region_id], f"{prefix}firm__region__")
    return reached


def _at_or_below(roots: Sequence[int | None], path: str = "") -> Q:
    # Three levels is as deep as associations and regions go: national or province, province or city, city or county.
    return (
        Q(**{f"{path}pk__in": roots})
        | Q(**{f"{path}parent__in": roots})
        | Q(**{f"{path}parent__parent__in": roots})
    )


def _own(account: Account | AnonymousUser, owner: Account | None, lawyer: Lawyer | None) -> bool:
    if owner is not None:
        return owner.pk == account.pk
    return lawyer is None or (lawyer.account_id is not None and lawyer.account_id == account.pk)


def _in_county(lawyer: Lawyer, grant: RoleGrant) -> bool:
    return _within(lawyer.association, grant.association) and _within(lawyer.firm.region, grant.region)


def _within(unit: Association | Region, root: Association | Region | None) -> bool:
    here: Association | Region | None = unit
    while here is not None and root is not None:
        # The parent's number is looked at before the parent is fetched: most answers need no query.
        if root.pk in (here.pk, here.parent_id):
            return True
        here = here.parent
    return False
