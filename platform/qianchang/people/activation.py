"""The slip with the code: how a lawyer on the roster comes to an account, or to a new password."""

import secrets
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qianchang.groundwork import audit
from qianchang.people import rules
from qianchang.people.models import Account, Lawyer

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


class LawyerNotOnRoster(UnableToActivate):
    field = "licence_number"


class NameDiffers(UnableToActivate):
    field = "name"


class ActivationCodeMissing(UnableToActivate):
    """No slip was issued, it was used, or it is older than 30 days."""

    field = "code"


class ActivationCodeWrong(UnableToActivate):
    field = "code"


class TooManyAttempts(UnableToActivate):
    field = ""


class PasswordRefused(UnableToActivate):
    field = "password"


@transaction.atomic
def issue_activation_code(*, lawyer: Lawyer, by: Account | None = None, at: datetime) -> str:
    """Return a new code for the slip. It is shown this once: only its hash is kept. It works once, for 30
    days, and replaces an earlier code. It opens the account, or sets a new password if there is one.
    """
    code = "".join(secrets.choice("0123456789") for _place in range(CODE_DIGITS))
    lawyer.activation_code_hash = make_password(code)
    lawyer.activation_code_issued_at = at
    lawyer.activation_failures = 0
    lawyer.activation_failed_at = None
    lawyer.save(
        update_fields=[
            "activation_code_hash",
            "activation_code_issued_at",
            "activation_failures",
            "activation_failed_at",
        ]
    )
    _record("activation code issued", lawyer, by=by, at=at)
    return code


def activate_lawyer(*, licence_number: str, name: str, code: str, password: str, at: datetime) -> Account:
    """Open the account of a lawyer on the roster, or give it a new password, and use up the code.

    Raises a kind of UnableToActivate: LicenceNumberMalformed, LawyerNotOnRoster, TooManyAttempts (5 wrong
    tries, for 15 minutes), NameDiffers, ActivationCodeMissing, ActivationCodeWrong, PasswordRefused.
    """
    number = rules.plain_licence_number(licence_number)
    if not rules.is_licence_number(number):
        raise LicenceNumberMalformed(_("A licence number has 17 digits. Check the number on the licence."))
    # Not one transaction for all: a wrong try is counted even though the activation is refused.
    with transaction.atomic():
        lawyer = Lawyer.objects.select_for_update(of=("self",)).filter(licence_number=number).first()
        if lawyer is None:
            raise LawyerNotOnRoster(
                _("This licence number is not on the roster. Ask your lawyers' association to add you.")
            )
        if _locked(lawyer, at):
            raise TooManyAttempts(_("Too many wrong tries. Try again in 15 minutes, or ask for a new slip."))
        refusal = _refusal(lawyer, name=name, code=code, at=at)
        if refusal is None:
            return _activate(lawyer, password, at=at)
        _count_failure(lawyer, at=at)
    raise refusal


def _locked(lawyer: Lawyer, at: datetime) -> bool:
    failed_at = lawyer.activation_failed_at
    return failed_at is not None and lawyer.activation_failures >= TRIES and at - failed_at < LOCKED_FOR


def _refusal(lawyer: Lawyer, *, name: str, code: str, at: datetime) -> UnableToActivate | None:
    if rules.plain_name(name) != rules.plain_name(lawyer.name):
        return NameDiffers(_("The name differs from the roster. Write it as it stands on your licence."))
    issued_at = lawyer.activation_code_issued_at
    if not lawyer.activation_code_hash or issued_at is None or at - issued_at >= CODE_HOLDS:
        return ActivationCodeMissing(
            _("This slip no longer works: it was used, or is older than 30 days. Ask for a new one.")
        )
    if not check_password(rules.plain_licence_number(code), lawyer.activation_code_hash):
        return ActivationCodeWrong(_("The code is wrong. Copy the 8 digits from the slip."))
    return None


def _count_failure(lawyer: Lawyer, *, at: datetime) -> None:
    failed_at = lawyer.activation_failed_at
    recent = failed_at is not None and at - failed_at < LOCKED_FOR
    lawyer.activation_failures = min(lawyer.activation_failures + 1, TRIES) if recent else 1
    lawyer.activation_failed_at = at
    lawyer.save(update_fields=["activation_failures", "activation_failed_at"])


def _activate(lawyer: Lawyer, password: str, *, at: datetime) -> Account:
    account = lawyer.account or Account(
        username=lawyer.licence_number, display_name=lawyer.name, date_joined=at
    )
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise PasswordRefused(" ".join(error.messages)) from error
    account.set_password(password)
    account.save()
    lawyer.account = account
    lawyer.activation_code_hash = ""
    lawyer.activation_code_issued_at = None
    lawyer.activation_failures = 0
    lawyer.activation_failed_at = None
    lawyer.save()
    _record("activated", lawyer, by=account, at=at)
    return account


def _record(verb: str, lawyer: Lawyer, *, by: Account | None, at: datetime) -> None:
    key, masked = str(lawyer.pk), lawyer.masked_licence_number
    audit.record(verb, object_type="lawyer", object_key=key, by=by, at=at, licence_number=masked)
