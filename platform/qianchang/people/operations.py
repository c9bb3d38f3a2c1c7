"""Writes about regions, associations, firms, lawyers and roles. Accounts and activation: activation.py.

Every operation is also found here, so that other rooms need one import.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from qianchang.groundwork import audit
from qianchang.people import editing, rules, sessions
from qianchang.people.activation import (
    ActivationRefused,
    LicenceNumberMalformed,
    PasswordRefused,
    TooManyAttempts,
    UnableToActivate,
    activate_lawyer,
    issue_activation_code,
)
from qianchang.people.models import (
    Account,
    Association,
    AssociationRole,
    Firm,
    Jurisdiction,
    Lawyer,
    Region,
    RoleGrant,
)
from qianchang.people.walls import as_platform

__all__ = [
    "ActivationRefused",
    "LicenceNumberMalformed",
    "PasswordRefused",
    "TooManyAttempts",
    "UnableToActivate",
    "UnableToGrantRole",
    "UnableToOpenAccount",
    "UnableToRegisterFirm",
    "UnableToRegisterLawyer",
    "activate_lawyer",
    "change_preferences",
    "end_role",
    "ensure_association",
    "ensure_association_role",
    "ensure_jurisdiction",
    "ensure_region",
    "grant_role",
    "issue_activation_code",
    "open_account",
    "register_firm",
    "register_lawyer",
]

Row = TypeVar("Row", bound=models.Model)


class UnableToRegisterFirm(Exception):
    """The firm cannot be entered; the message says why."""


class UnableToRegisterLawyer(Exception):
    """The lawyer cannot be entered on the roster; the message says why."""


class UnableToOpenAccount(Exception):
    """The account cannot be opened; the message says why."""


class UnableToGrantRole(Exception):
    """The role cannot be granted; the message says why."""


@transaction.atomic
def ensure_region(
    *,
    code: str,
    name_zh: str,
    level: str,
    parent: Region | None = None,
    name_en: str = "",
    by: Account | None = None,
    at: datetime,
) -> Region:
    """Make the region with this GB/T 2260 code be as said, and return it. Doing it again changes nothing."""
    values = {"name_zh": name_zh, "name_en": name_en, "level": level, "parent": parent}
    return _ensure(Region, {"code": code}, values, key=code, by=by, at=at)


@transaction.atomic
def ensure_jurisdiction(
    *, code: str, name_zh: str, name_en: str = "", by: Account | None = None, at: datetime
) -> Jurisdiction:
    """Make the jurisdiction with this code be as said, and return it. Doing it again changes nothing."""
    return _ensure(
        Jurisdiction, {"code": code}, {"name_zh": name_zh, "name_en": name_en}, key=code, by=by, at=at
    )


@transaction.atomic
def ensure_association(
    *,
    code: str,
    name_zh: str,
    level: str,
    jurisdiction: Jurisdiction,
    parent: Association | None = None,
    region: Region | None = None,
    name_en: str = "",
    source: str = "",
    quote: str = "",
    by: Account | None = None,
    at: datetime,
) -> Association:
    """Make the association with this code be as said, and return it. Doing it again changes nothing."""
    values = {
        "name_zh": name_zh,
        "name_en": name_en,
        "level": level,
        "jurisdiction": jurisdiction,
        "parent": parent,
        "region": region,
        "source": source,
        "quote": quote,
    }
    return _ensure(Association, {"code": code}, values, key=code, by=by, at=at)


@transaction.atomic
def ensure_association_role(
    *,
    association: Association,
    programme_code: str,
    role: str,
    source: str,
    valid_from: date | None = None,
    valid_until: date | None = None,
    by: Account | None = None,
    at: datetime,
) -> AssociationRole:
    """Make an association have a role in a programme, and return the row. Doing it again changes nothing."""
    which = {
        "association": association,
        "programme_code": programme_code,
        "role": role,
        "valid_from": valid_from,
    }
    values = {"source": source, "valid_until": valid_until}
    key = f"{association.code} {role} {programme_code}"
    return _ensure(AssociationRole, which, values, key=key, by=by, at=at)


@transaction.atomic
def register_firm(
    *, name: str, region: Region, association: Association, by: Account | None = None, at: datetime
) -> Firm:
    """Enter a firm. Raises UnableToRegisterFirm when the association already has a firm of this name."""
    name = rules.plain_name(name)
    if not name:
        raise UnableToRegisterFirm(_("Give the name of the firm."))
    if Firm.objects.filter(name=name, association=association).exists():
        raise UnableToRegisterFirm(
            _("%(name)s is already registered. Use the existing entry.") % {"name": name}
        )
    firm = Firm.objects.create(name=name, region=region, association=association)
    audit.record(
        "registered", object_type="firm", object_key=str(firm.pk), by=by, at=at, name=name, region=region.code
    )
    return firm


@as_platform("a licence number is taken, whoever’s roster it stands on")
@transaction.atomic
def register_lawyer(
    *,
    licence_number: str,
    name: str,
    firm: Firm,
    association: Association | None = None,
    birth_year: int | None = None,
    by: Account | None = None,
    at: datetime,
) -> Lawyer:
    """Enter a lawyer on the roster of `association` (the firm's, when not given).

    Raises UnableToRegisterLawyer when the licence number is malformed or taken, or the name is missing.
    """
    number, name = rules.plain_licence_number(licence_number), rules.plain_name(name)
    if not rules.is_licence_number(number):
        raise UnableToRegisterLawyer(_("A licence number has 17 digits. Check the number on the licence."))
    if not name:
        raise UnableToRegisterLawyer(_("Give the name as it stands on the licence."))
    if Lawyer.objects.filter(licence_number=number).exists():
        raise UnableToRegisterLawyer(
            _("This licence number is already on the roster. Change the existing entry.")
        )
    lawyer = Lawyer.objects.create(
        licence_number=number,
        name=name,
        firm=firm,
        association=association or firm.association,
        birth_year=birth_year,
    )
    audit.record("registered", object_type="lawyer", object_key=str(lawyer.pk), by=by, at=at)
    return lawyer


def open_account(
    *,
    username: str,
    name: str,
    password: str | None = None,
    email: str = "",
    by: Account | None = None,
    at: datetime,
) -> Account:
    """Open an account for somebody who is not on a roster: an officer, an editor, an expert without a licence
    number. Without a password nobody can sign in until one is set.

    Raises UnableToOpenAccount when the user name or e-mail address is taken.
    """
    if email and Account.objects.filter(email__iexact=email).exists():
        raise UnableToOpenAccount(
            _("This e-mail address already belongs to an account. Use another address.")
        )
    try:
        with transaction.atomic():
            account = Account.objects.create_user(
                username, email=email, password=password, display_name=name, date_joined=at
            )
            audit.record("opened", object_type="account", object_key=str(account.pk), by=by, at=at)
    except IntegrityError as error:
        raise UnableToOpenAccount(
            _("The user name %(username)s is taken. Choose another one.") % {"username": username}
        ) from error
    return account


@transaction.atomic
def grant_role(
    *,
    account: Account,
    role: str,
    association: Association | None = None,
    region: Region | None = None,
    by: Account | None = None,
    at: datetime,
    valid_from: date | None = None,
    valid_until: date | None = None,
) -> RoleGrant:
    """Give an account a role for an association (None: no association) from `valid_from` (today) until
    `valid_until`; a county contact also for the `region` of a county. Granting what already holds changes nothing and
    returns it.

    Raises UnableToGrantRole when an association or a county is missing, when the end does not lie after the start, when
    somebody would give a role to themselves, and when an administrator would be an officer or an officer an administrator.
    """
    role = RoleGrant.Role(role)
    start = valid_from or localdate(at)
    if association is None and role in RoleGrant.ROLES_OF_AN_ASSOCIATION:
        raise UnableToGrantRole(_("This role belongs to an association. Say which one."))
    if (role == RoleGrant.Role.COUNTY_CONTACT) != (region is not None):
        raise UnableToGrantRole(
            _("A county contact has a county, the other roles have none. Say which county.")
        )
    if by is not None and by.pk == account.pk:
        # Whoever opens accounts must not be two people.
        raise UnableToGrantRole(_("Nobody gives a role to themselves. Ask another administrator."))
    if valid_until is not None and valid_until <= start:
        raise UnableToGrantRole(_("The last day lies before the first. Check both dates."))
    _refuse_two_in_one(account, role, from_day=start, until=valid_until)
    held = RoleGrant.objects.filter(
        account=account, role=role, association=association, region=region, valid_until__isnull=True
    ).first()
    if held is not None and held.valid_from <= start and valid_until is None:
        return held
    if held is not None:
        raise UnableToGrantRole(_("The account already holds this role. End it first."))
    grant = RoleGrant.objects.create(
        account=account,
        role=role,
        association=association,
        region=region,
        valid_from=start,
        valid_until=valid_until,
    )
    _record_role("granted", grant, by=by, at=at)
    account.dated_grants = None
    editing.align(account, on=localdate(at))
    return grant


@transaction.atomic
def end_role(*, grant: RoleGrant, until: date, by: Account | None = None, at: datetime) -> RoleGrant:
    """End a role: `until` is the first day without it, and the row stays. If that is today or earlier, every session of
    the account ends. Raises UnableToGrantRole when it begins on that day or later, and when it ends before that day
    already: nothing is made longer by being ended.
    """
    if until <= grant.valid_from:
        raise UnableToGrantRole(_("The last day lies before the first. Check both dates."))
    ends = RoleGrant.objects.select_for_update().values_list("valid_until", flat=True).get(pk=grant.pk)
    if ends is not None and ends < until:
        raise UnableToGrantRole(_("The role ends before that day already. To go on, it is granted anew."))
    grant.valid_until = until
    grant.save(update_fields=["valid_until"])
    _record_role("ended", grant, by=by, at=at)
    grant.account.dated_grants = None
    editing.align(grant.account, on=localdate(at))
    if until <= localdate(at):
        sessions.end_sessions(account=grant.account, by=by, at=at)
    return grant


@transaction.atomic
def change_preferences(
    *, account: Account, text_size: str, data_saver: bool, monthly_cap_mb: int | None, at: datetime
) -> Account:
    """Store how somebody wants the pages: the size of the text, the data saver, and after how many megabytes of
    recordings in a month the player asks before it goes on (None: never).
    """
    account.text_size = Account.TextSize(text_size)
    account.data_saver = data_saver
    account.monthly_cap_mb = monthly_cap_mb
    account.save(update_fields=["text_size", "data_saver", "monthly_cap_mb"])
    audit.record(
        "changed preferences",
        object_type="account",
        object_key=str(account.pk),
        by=account,
        at=at,
        text_size=text_size,
        data_saver=str(data_saver),
        monthly_cap_mb=str(monthly_cap_mb or ""),
    )
    return account


def _refuse_two_in_one(account: Account, role: RoleGrant.Role, *, from_day: date, until: date | None) -> None:
    """Raise UnableToGrantRole when the account would be administrator and officer on the same day: whoever opens accounts
    neither confirms nor posts nor decides (product-design.md, section 3).
    """
    others = RoleGrant.OFFICERS if role == RoleGrant.Role.ADMINISTRATOR else {RoleGrant.Role.ADMINISTRATOR}
    if role not in RoleGrant.OFFICERS | {RoleGrant.Role.ADMINISTRATOR}:
        return
    # Two who grant at the same moment would both find the account without the other role.
    Account.objects.select_for_update().get(pk=account.pk)
    lasting = models.Q(valid_until=None) | models.Q(valid_until__gt=from_day)
    begun = models.Q() if until is None else models.Q(valid_from__lt=until)
    if account.role_grants.filter(lasting, begun, role__in=others).exists():
        raise UnableToGrantRole(
            _(
                "An administrator is no officer, and an officer no administrator. Take two people, or end the other role."
            )
        )


def _record_role(verb: str, grant: RoleGrant, *, by: Account | None, at: datetime) -> None:
    audit.record(
        verb,
        object_type="role",
        object_key=str(grant.account_id),
        by=by,
        at=at,
        role=str(grant.role),
        association=grant.association.code if grant.association else None,
        county=grant.region.code if grant.region else None,
        valid_from=grant.valid_from.isoformat(),
        valid_until=grant.valid_until.isoformat() if grant.valid_until else None,
    )


def _ensure(
    model: type[Row],
    which: Mapping[str, Any],
    values: Mapping[str, Any],
    *,
    key: str,
    by: Account | None,
    at: datetime,
) -> Row:
    row, created = model._default_manager.get_or_create(**which, defaults=values)
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    if changed:
        row.save(update_fields=changed)
    if created or changed:
        object_type = str(model._meta.verbose_name)
        audit.record(
            "entered" if created else "changed", object_type=object_type, object_key=key, by=by, at=at
        )
    return row
