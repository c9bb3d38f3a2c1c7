"""What the people's own tables hold about a person, and what becomes of it."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from qianchang.groundwork import sealing
from qianchang.groundwork.models import AuditEntry
from qianchang.groundwork.personal_data import ERASED, Subject, declare, declare_none
from qianchang.people import sessions
from qianchang.people.models import Account, DataExport, Lawyer
from qianchang.people.privacy.subjects import ACCOUNT, LAWYER


def declare_holdings() -> None:
    """Declare every table of people and of the floor."""
    _declare_persons()
    _declare_around_lawyers()
    _declare_around_accounts()
    _declare_codes_and_notices()
    _declare_privacy()
    declare(
        "groundwork.AuditEntry",
        purpose=_("Who did what, so that nobody can do it unseen"),
        # A row of the log is about somebody by the number of its object; who acted is a number too.
        acts=("actor_id",),
        harmless=("address",),
        texts=("details",),
        kept="acts must stay provable: a number without a name, and an address for as long as the law asks",
        erase=_seal_audit,
    )
    declare_none(
        "programmes, regions and rules of associations, not of people",
        "people.Region",
        "people.Designation",
        "people.Jurisdiction",
        "people.Association",
        "people.AssociationRole",
        "people.Firm",
        "people.FirmSeat",
        "people.ConsentText",
        "people.NoticeRound",
    )
    declare_none("digests and counts only", "groundwork.LedgerHead", "groundwork.SignedHead")


def erased_number(pk: int) -> str:
    """Return what stands in place of the licence number of an erased lawyer: its row's number, 17 signs long."""
    return f"E{pk:016d}"


def _declare_persons() -> None:
    declare(
        "people.Lawyer",
        purpose=_("The roster: who you are, where you practise, how you are reached"),
        of={"pk": LAWYER, "account": ACCOUNT},
        given=(
            "licence_number",
            "name",
            "firm__name",
            "association__name_zh",
            "birth_year",
            "phone",
            "email",
        ),
        harmless=("activation_code_hash",),
        kept="entries of ledgers stand on the row; nothing of the person stays in it",
        erase=_erase_lawyers,
    )
    declare(
        "people.Account",
        purpose=_("Your account: how you sign in, and how you want the pages"),
        of={"pk": ACCOUNT},
        given=("username", "display_name", "email", "date_joined", "last_login", "text_size", "data_saver"),
        harmless=("password",),
        kept="whoever signed something stays as a number",
        erase=_erase_accounts,
    )


def _declare_around_lawyers() -> None:
    places = "where a lawyer without a name practised: yearly duties and sums rest on it"
    declare(
        "people.Practice",
        purpose=_("From when to when you practised: the yearly duty rests on it"),
        of={"lawyer": LAWYER},
        given=("kind", "valid_from", "valid_until", "source"),
        texts=("source",),
        kept=places,
    )
    declare(
        "people.Registration",
        purpose=_("At which firm you were registered: what you count as rests on it"),
        of={"lawyer": LAWYER},
        given=("firm__name", "association__name_zh", "valid_from", "valid_until", "source"),
        texts=("source",),
        kept=places,
    )
    declare(
        "people.EligibilityOverride",
        purpose=_("What an officer decided that you count as, with the reason"),
        of={"lawyer": LAWYER},
        acts=("by",),
        given=("category", "counts", "valid_from", "valid_until", "source", "reason"),
        blank={"reason": ERASED},
        texts=("source", "reason"),
        kept="what was counted must stay explained",
    )
    declare(
        "people.Pairing",
        purpose=_("With which colleague you are paired"),
        of={"supporting_lawyer": LAWYER, "beneficiary_lawyer": LAWYER},
        given=("kind", "programme_code", "valid_from", "valid_until", "source"),
        texts=("source",),
        kept="a pair is a fact of two associations; a number stands in the place of the person",
    )
    declare(
        "people.LedgerKey",
        purpose=_("The key by which your licence number is hidden in the ledgers"),
        of={"lawyer": LAWYER},
    )


def _declare_around_accounts() -> None:
    declare(
        "people.RoleGrant",
        purpose=_("Your roles, from when to when"),
        of={"account": ACCOUNT},
        given=("role", "association__name_zh", "valid_from", "valid_until"),
        kept="what somebody signed must show that it was their office",
        erase=_end_roles,
    )
    declare(
        "people.Account_groups",
        purpose=_("The editors' rooms that are open to you"),
        of={"account": ACCOUNT},
    )
    declare(
        "people.Account_user_permissions",
        purpose=_("Rights in the editors' rooms"),
        of={"account": ACCOUNT},
    )


def _declare_codes_and_notices() -> None:
    declare(
        "people.CodeRequest",
        purpose=_("That you asked for a code"),
        of={"lawyer": LAWYER},
        given=("requested_at", "channel", "sent_at", "used_at"),
    )
    declare(
        "people.Invitation",
        purpose=_("That you were invited"),
        of={"lawyer": LAWYER},
        acts=("invited_by",),
        given=("channel", "invited_at", "sent_at"),
    )
    declare_none("a keyed digest of what somebody typed, gone after some days", "people.NumberTries")
    declare(
        "people.Notice",
        purpose=_("What the platform told you"),
        of={"account": ACCOUNT},
        given=("event", "words", "link", "posted_at", "read_at"),
        texts=("words",),
    )
    declare(
        "people.Mail",
        purpose=_("Mails that were sent to you"),
        of={"account": ACCOUNT},
        given=("address", "day", "state", "created_at", "ended_at"),
        texts=("address", "last_error"),
    )


def _declare_privacy() -> None:
    declare(
        "people.Consent",
        purpose=_("What you agreed to, and when"),
        of={"account": ACCOUNT},
        given=("text__kind", "text__version", "given_at", "withdrawn_at"),
    )
    declare(
        "people.DataExport",
        purpose=_("That you asked for your own data"),
        of={"account": ACCOUNT},
        given=("state", "requested_at", "ready_at", "expires_at"),
        erase=_erase_exports,
    )
    declare(
        "people.ErasureRequest",
        purpose=_("That you asked to be erased"),
        of={"lawyer": LAWYER, "account": ACCOUNT},
        acts=("requested_by", "decided_by"),
        given=("state", "own_wish", "requested_at", "due_at"),
        blank={"reason": ERASED},
        texts=("reason",),
        kept="the proof that it was done",
    )


def _erase_lawyers(rows: "QuerySet[Any]", subject: Subject, at: datetime) -> int:
    erased = 0
    # The account may be all that is erased: then the row of the roster only loses its account.
    for lawyer in rows.filter(erased_at__isnull=True):
        if lawyer.pk != subject.rows.get(LAWYER):
            erased += Lawyer.objects.filter(pk=lawyer.pk).update(account=None)
            continue
        erased += Lawyer.objects.filter(pk=lawyer.pk).update(
            licence_number=erased_number(lawyer.pk),
            name=ERASED,
            birth_year=None,
            phone="",
            email="",
            account=None,
            activation_code_hash="",
            activation_code_issued_at=None,
            erased_at=at,
        )
    return erased


def _erase_accounts(rows: "QuerySet[Any]", subject: Subject, at: datetime) -> int:
    erased = 0
    for account in rows.filter(erased_at__isnull=True):
        sessions.end_sessions(account=account, by=None, at=at)
        erased += Account.objects.filter(pk=account.pk).update(
            username=f"erased-{account.pk}",
            display_name=ERASED,
            first_name="",
            last_name="",
            email="",
            password="!",  # noqa: S106 - what Django writes for "nobody can sign in"
            refused_address="",
            last_login=None,
            is_active=False,
            is_staff=False,
            is_superuser=False,
            erased_at=at,
        )
    return erased


def _end_roles(rows: "QuerySet[Any]", subject: Subject, at: datetime) -> int:
    """End what lasts, and take back what has not begun: a role of yesterday explains what was signed."""
    today = localdate(at)
    gone: int = rows.filter(valid_from__gte=today).delete()[0]
    lasting = rows.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=today))
    return gone + lasting.update(valid_until=today)


def _erase_exports(rows: "QuerySet[Any]", subject: Subject, at: datetime) -> int:
    from qianchang.people.privacy import own_data

    found = list(rows)
    # The rows first: whoever is making a file at this moment then finds none, or has just put it there.
    gone: int = DataExport.objects.filter(pk__in=[row.pk for row in found]).delete()[0]
    for row in found:
        own_data.drop_file(row)
    return gone


def _seal_audit(rows: "QuerySet[Any]", subject: Subject, at: datetime) -> int:
    """Empty what entries about the person say beside who, what and when: reasons are about somebody."""
    about = Q(object_type="lawyer", object_key=str(subject.rows.get(LAWYER, "")))
    if ACCOUNT in subject.rows:
        about |= Q(object_type__in=("account", "role"), object_key=str(subject.rows[ACCOUNT]))
    found = AuditEntry.objects.filter(about).filter(
        Q(details__has_key="reason") | Q(details__has_key="licence_number")
    )
    return sealing.seal(AuditEntry, list(found.values_list("pk", flat=True)))
