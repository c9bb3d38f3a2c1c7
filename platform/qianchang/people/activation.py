"""The slip with the code: how a lawyer on the roster comes to an account, or to a new password.

Whoever types a licence number learns nothing about it: a number that is on no roster, another name, a slip that was
used and a wrong code get the same answer for the same work, and the same limit.
"""

import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.crypto import salted_hmac
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from qianchang.groundwork import audit
from qianchang.people import rules, walls
from qianchang.people.models import Account, CodeRequest, Lawyer, NumberTries
from qianchang.people.permissions import R, grants_of

CODE_DIGITS = 8
CODE_HOLDS = timedelta(days=30)
# Product design 5.1: nobody is locked out for longer than 15 minutes. 480 tries a day against 10^8 codes.
TRIES = 5
LOCKED_FOR = timedelta(minutes=15)


class UnableToActivate(Exception):
    """The account cannot be activated. The message is a sentence for the person, `field` is its place."""

    field = ""


class LicenceNumberMalformed(UnableToActivate):
    field = "licence_number"


class ActivationRefused(UnableToActivate):
    """Number, name and code do not fit together; which of them does not is not said."""


class TooManyAttempts(UnableToActivate):
    """Five wrong tries on one number, known or not, within 15 minutes."""


class PasswordRefused(UnableToActivate):
    field = "password"


class SlipNotForYou(Exception):
    """A slip would open an account that holds roles; the message says who may issue it."""


def fresh_code(digits: int) -> str:
    """Return a random code of so many decimal digits."""
    return "".join(secrets.choice("0123456789") for _place in range(digits))


def code_fits(code: str, code_hash: str) -> bool:
    """Tell whether a typed code is the one of a hash. Takes as long for no hash at all, and is then False."""
    return check_password(rules.plain_licence_number(code), code_hash or _hash_of_nothing()) and bool(
        code_hash
    )


@lru_cache
def _hash_of_nothing() -> str:
    return make_password(secrets.token_hex(16))


def same_text(one: str, other: str) -> bool:
    """Tell whether two texts are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())


@transaction.atomic
def issue_activation_code(*, lawyer: Lawyer, by: Account | None = None, at: datetime) -> str:
    """Return a new code for the slip. It is shown this once: only its hash is kept. It works once, for 30
    days, and replaces an earlier code. It opens the account, or sets a new password if there is one.

    Raises SlipNotForYou when the account holds a role, or will, and `by` is no administrator: a slip is a password, and
    whoever prints it for an officer could be two people.
    """
    _refuse_for_officers(lawyer, by=by, at=at)
    code = fresh_code(CODE_DIGITS)
    lawyer.activation_code_hash = make_password(code)
    lawyer.activation_code_issued_at = at
    lawyer.save(update_fields=["activation_code_hash", "activation_code_issued_at"])
    NumberTries.objects.filter(number_digest=number_digest(lawyer.licence_number)).update(failures=0)
    _record("activation code issued", lawyer, by=by, at=at)
    return code


def issue_slips(
    *, lawyers: Iterable[Lawyer], by: Account, at: datetime
) -> tuple[list[tuple[Lawyer, str]], int]:
    """Issue a code for each lawyer, for printing, and return (lawyer, code) pairs and how many were left out because
    their account holds roles (see `issue_activation_code`).
    """
    issued, left_out = [], 0
    for lawyer in lawyers:
        try:
            issued.append((lawyer, issue_activation_code(lawyer=lawyer, by=by, at=at)))
        except SlipNotForYou:
            left_out += 1
    return issued, left_out


def _refuse_for_officers(lawyer: Lawyer, *, by: Account | None, at: datetime) -> None:
    if lawyer.account is None or by is None:
        return  # nothing to take over; the command line belongs to whoever runs the site
    administers = any(grant.role == R.ADMINISTRATOR for grant in grants_of(by, on=localdate(at)))
    if not administers and holds_role(lawyer.account, at=at):
        raise SlipNotForYou(_("This lawyer holds a role here. Only an administrator issues the slip."))


def holds_role(account: Account, *, at: datetime) -> bool:
    """Tell whether an account holds a role with a desk, or will hold one that is granted already. Whoever keeps the roster
    could write a telephone of their own into it: such an account is opened neither by the slip that they print nor by
    a code that goes where the roster says.
    """
    not_over = Q(valid_until=None) | Q(valid_until__gt=localdate(at))
    return account.role_grants.filter(not_over).exclude(role=R.EXPERT).exists()


@walls.as_platform("a role: its lawyer may be of any association")
def take_back_codes(account: Account) -> None:
    """Make slips and codes worthless that were issued while an account held no role: see `holds_role`."""
    CodeRequest.objects.filter(lawyer__account=account, used_at=None).delete()
    Lawyer.objects.filter(account=account).update(activation_code_hash="", activation_code_issued_at=None)


@walls.as_platform("activation: nobody is signed in yet")
def activate_lawyer(*, licence_number: str, name: str, code: str, password: str, at: datetime) -> Account:
    """Open the account of a lawyer on the roster, or give it a new password, and use up the code of the slip.

    Raises a kind of UnableToActivate: LicenceNumberMalformed, TooManyAttempts (5 wrong tries, for 15 minutes),
    ActivationRefused (whatever does not fit), PasswordRefused.
    """
    number = rules.plain_licence_number(licence_number)
    if not rules.is_licence_number(number):
        raise LicenceNumberMalformed(_("A licence number has 17 digits. Check the number on the licence."))
    # Not one transaction for all: a wrong try is counted even though the activation is refused.
    with transaction.atomic():
        tries = _tries_on(number, at=at)
        if tries.failures >= TRIES and at - tries.failed_at < LOCKED_FOR:
            raise TooManyAttempts(_("Too many wrong tries. Try again in 15 minutes, or ask for a new slip."))
        lawyer = (
            Lawyer.objects.select_for_update(of=("self",))
            .select_related("account")
            .filter(licence_number=number)
            .first()
        )
        if _slip_fits(lawyer, name=name, code=code, at=at) and lawyer is not None:
            account = open_for(lawyer, password=password, at=at)
            # Kept at nought, not deleted: a second press on the button waits for this row.
            NumberTries.objects.filter(pk=tries.pk).update(failures=0)
            return account
        recent = at - tries.failed_at < LOCKED_FOR
        tries.failures = min(tries.failures + 1, TRIES) if recent else 1
        tries.failed_at = at
        tries.save(update_fields=["failures", "failed_at"])
    raise ActivationRefused(
        _(
            "Number, name and code do not fit together. Copy all three from the licence and the slip. A slip works once, "
            "for 30 days. If they are right, ask your county contact or your association for a new slip."
        )
    )


def _slip_fits(lawyer: Lawyer | None, *, name: str, code: str, at: datetime) -> bool:
    """Tell whether name and code are those of the slip. The hash is computed in every case."""
    issued_at = lawyer.activation_code_issued_at if lawyer else None
    right_code = code_fits(code, lawyer.activation_code_hash if lawyer else "")
    right_name = same_text(rules.plain_name(name), rules.plain_name(lawyer.name if lawyer else ""))
    return right_code and right_name and issued_at is not None and at - issued_at < CODE_HOLDS


def number_digest(licence_number: str) -> str:
    """Return the keyed digest under which tries on a licence number are counted."""
    return salted_hmac("qianchang.people.activation", licence_number, algorithm="sha256").hexdigest()


def _tries_on(number: str, *, at: datetime) -> NumberTries:
    digest = number_digest(number)
    NumberTries.objects.get_or_create(number_digest=digest, defaults={"failed_at": at})
    return NumberTries.objects.select_for_update().get(number_digest=digest)


@transaction.atomic
def open_for(lawyer: Lawyer, *, password: str, at: datetime, reached_by_email: bool = False) -> Account:
    """Open the account of a lawyer who has shown a code, or give it the new password; the codes are used up and all
    other sessions end. `reached_by_email`: the code came to the address on the roster, which is verified thereby.

    Raises PasswordRefused; then nothing has changed.
    """
    account = lawyer.account or Account(
        username=lawyer.licence_number, display_name=lawyer.name, date_joined=at
    )
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise PasswordRefused(" ".join(error.messages)) from error
    account.set_password(password)
    takes_address = account._state.adding and bool(lawyer.email) and not _address_is_taken(lawyer.email)
    if takes_address:
        account.email = lawyer.email
    account.save()
    if takes_address:
        EmailAddress.objects.create(
            user=account, email=lawyer.email.lower(), primary=True, verified=reached_by_email
        )
    elif reached_by_email:
        EmailAddress.objects.filter(user=account, email__iexact=lawyer.email).update(verified=True)
    lawyer.account = account
    lawyer.activation_code_hash = ""
    lawyer.activation_code_issued_at = None
    lawyer.save(update_fields=["account", "activation_code_hash", "activation_code_issued_at"])
    lawyer.code_requests.filter(used_at=None).delete()
    _record("activated", lawyer, by=account, at=at)
    return account


def _address_is_taken(email: str) -> bool:
    """Tell whether another account has an address: mails of two people never mix."""
    return (
        Account.objects.filter(email__iexact=email).exists()
        or EmailAddress.objects.filter(email__iexact=email).exists()
    )


def _record(verb: str, lawyer: Lawyer, *, by: Account | None, at: datetime) -> None:
    audit.record(verb, object_type="lawyer", object_key=str(lawyer.pk), by=by, at=at)
