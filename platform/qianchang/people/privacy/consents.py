"""What people are asked to agree to: texts with versions, who agreed to which one when, and taking it back.

Nothing that was earned hangs on it: who has not answered learns and earns as before, and is asked again.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from qianchang.groundwork import audit
from qianchang.people.models import Account, Consent, ConsentText

TEXTS = Path(__file__).with_name("texts.json")


class UnableToWithdraw(Exception):
    """The consent cannot be taken back. The message is a sentence for the person."""


@dataclass(frozen=True)
class Asked:
    """One text in its version in force, and what an account has said to it. `earlier` tells that an older version was
    agreed to.
    """

    text: ConsentText
    consent: Consent | None
    earlier: bool

    @property
    def is_due(self) -> bool:
        return self.text.required and self.consent is None


def load_texts(*, using: str = DEFAULT_DB_ALIAS, **_signal: Any) -> None:
    """Make the texts that the platform ships stand in the database. One that stands is left as it is: a change is a new
    version. A site that goes back to a release without consents has no table for them.
    """
    if ConsentText._meta.db_table not in connections[using].introspection.table_names():
        return
    for text in json.loads(TEXTS.read_text(encoding="utf-8")):
        which = {"kind": text.pop("kind"), "version": text.pop("version")}
        text["effective_date"] = date.fromisoformat(text["effective_date"])
        ConsentText.objects.get_or_create(**which, defaults=text)


def texts_in_force(*, on: date) -> list[ConsentText]:
    """Return the newest version of each text that is in force on a day, those that are required first. One query."""
    newest: dict[str, ConsentText] = {}
    for text in ConsentText.objects.filter(effective_date__lte=on).order_by("version"):
        newest[text.kind] = text
    return sorted(newest.values(), key=lambda text: (not text.required, text.kind))


def asked_of(account: Account, *, at: datetime) -> list[Asked]:
    """Return what an account is asked, with its answers. Two queries."""
    texts = texts_in_force(on=localdate(at))
    given = list(Consent.objects.filter(account=account, withdrawn_at__isnull=True).select_related("text"))
    return [
        Asked(
            text=text,
            consent=next((each for each in given if each.text_id == text.pk), None),
            earlier=any(each.text.kind == text.kind and each.text_id != text.pk for each in given),
        )
        for text in texts
    ]


def is_due(account: Account, *, at: datetime) -> bool:
    """Tell whether a text that is required has no answer of this account yet."""
    return any(asked.is_due for asked in asked_of(account, at=at))


@transaction.atomic
def give(*, account: Account, text: ConsentText, at: datetime) -> Consent:
    """Agree to a version of a text. Doing it again changes nothing. An earlier version that was agreed to is superseded:
    its row stays.
    """
    Account.objects.select_for_update(no_key=True).only("pk").get(pk=account.pk)
    known = Consent.objects.filter(account=account, text=text, withdrawn_at__isnull=True).first()
    if known is not None:
        return known
    consent = Consent.objects.create(account=account, text=text, given_at=at)
    _record("agreed", account, text, at=at)
    return consent


@transaction.atomic
def withdraw(*, account: Account, text: ConsentText, at: datetime) -> None:
    """Take a consent back. Doing it again changes nothing. Raises UnableToWithdraw for a text that says what the platform
    does: whoever does not want that any more is erased.
    """
    if text.required:
        raise UnableToWithdraw(
            _("The platform cannot be used without this. Whoever wants out asks for erasure under My data.")
        )
    if Consent.objects.filter(account=account, text=text, withdrawn_at__isnull=True).update(withdrawn_at=at):
        _record("took consent back", account, text, at=at)


def _record(verb: str, account: Account, text: ConsentText, *, at: datetime) -> None:
    audit.record(
        verb,
        object_type="consent text",
        object_key=str(text.pk),
        by=account,
        at=at,
        kind=text.kind,
        version=text.version,
    )
