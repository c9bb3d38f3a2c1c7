"""Seeing what lists hide: one value of one lawyer, or a list as a file. Both ask for a reason, and both are audited
with it. The reason is about the act: a name or a number does not belong into it, and is refused where it stands out.
"""

import re
from datetime import datetime
from enum import StrEnum

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from qianchang.groundwork import audit
from qianchang.people.models import Account, Lawyer
from qianchang.people.permissions import Act, may

# A reason that says something has this many characters at least.
LEAST_CHARACTERS = 4
MOST_CHARACTERS = 200
_NUMBER = re.compile(r"\d{11,}")


class Field(StrEnum):
    """What of a lawyer is hidden in lists."""

    LICENCE_NUMBER = "licence_number"
    PHONE = "phone"
    EMAIL = "email"
    BIRTH_YEAR = "birth_year"


class ReasonMissing(Exception):
    """The reason is empty, too short or too long, or holds a number of a person. The message says what to do."""


@transaction.atomic
def unmask(*, lawyer: Lawyer, field: str, reason: str, by: Account, at: datetime) -> str:
    """Return a hidden value of a lawyer whole, and record who saw which field and why; never the value.

    Raises ReasonMissing, PermissionDenied for whoever may not see the roster that the lawyer stands on, and ValueError
    for a field that is not hidden.
    """
    which = Field(field)
    if not may(by, Act.SEE_ROSTER, on=localdate(at), lawyer=lawyer):
        raise PermissionDenied(Act.SEE_ROSTER.value)
    said = plain_reason(reason)
    audit.record(
        "unmasked",
        object_type="lawyer",
        object_key=str(lawyer.pk),
        by=by,
        at=at,
        field=which.value,
        reason=said,
    )
    value = getattr(lawyer, which.value)
    return "" if value is None else str(value)


@transaction.atomic
def record_export(
    *, what: str, rows: int, reason: str, by: Account, at: datetime, **filters: str | int | None
) -> str:
    """Record that somebody took a list out of the house: `what` is its name (roster, audit log…), `filters` what it was cut
    to. Call it before the file leaves. Returns the reason as it was recorded; raises ReasonMissing.
    """
    said = plain_reason(reason)
    audit.record(
        "exported",
        object_type="export",
        object_key=what,
        by=by,
        at=at,
        rows=rows,
        reason=said,
        **{name: value for name, value in filters.items() if value not in (None, "")},
    )
    return said


def plain_reason(reason: str) -> str:
    """Return a reason with its spaces in order. Raises ReasonMissing, with a sentence for the person."""
    said = " ".join(reason.split())
    if len(said) < LEAST_CHARACTERS:
        raise ReasonMissing(_("Say in a few words what you need it for."))
    if len(said) > MOST_CHARACTERS:
        raise ReasonMissing(_("The reason is too long. 200 characters are enough."))
    if _NUMBER.search(said):
        raise ReasonMissing(_("Leave licence numbers and telephone numbers out of the reason: it is kept."))
    return said
