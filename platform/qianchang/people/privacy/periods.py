"""Which of the people's tables, and of the floor's, let go of what and when."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from qianchang.groundwork import retention
from qianchang.groundwork.models import AuditEntry
from qianchang.groundwork.personal_data import Subject
from qianchang.people.models import Account, CodeRequest, Mail, Notice, NumberTries
from qianchang.people.privacy.subjects import subject_of


def declare_periods() -> None:
    """Declare every period of people and of the floor."""
    retention.keep(
        "audit",
        _("Audit log, with the addresses that acts came from"),
        overdue=lambda before: AuditEntry.objects.filter(at__lt=before),
    )
    retention.keep(
        "activation",
        _("Codes that were asked for, and wrong tries"),
        overdue=lambda before: CodeRequest.objects.filter(requested_at__lt=before),
        drop=_drop_codes,
    )
    retention.keep(
        "sessions",
        _("Sessions that ended"),
        overdue=lambda before: Session.objects.filter(expire_date__lt=before),
        drop=_drop_sessions,
    )
    retention.keep(
        "signed_out",
        _("Addresses and browsers of sessions that ended"),
        overdue=lambda before: UserSession.objects.filter(
            ~Exists(Session.objects.filter(session_key=OuterRef("session_key"))), last_seen_at__lt=before
        ),
    )
    retention.keep(
        "notices",
        _("Messages"),
        overdue=lambda before: Notice.objects.filter(posted_at__lt=before),
    )
    retention.keep(
        "mails",
        _("Mails that were sent, with their addresses"),
        overdue=lambda before: Mail.objects.filter(ended_at__lt=before),
    )
    retention.keep(
        "closed_accounts",
        _("Closed accounts: name and address"),
        overdue=_closed_accounts,
        drop=_erase_accounts,
    )


@transaction.atomic
def _drop_codes(rows: "QuerySet[Any]", at: datetime) -> int:
    latest = rows.order_by("-requested_at").values_list("requested_at", flat=True).first()
    NumberTries.objects.filter(failed_at__lte=latest).delete()
    return rows.delete()[1].get(CodeRequest._meta.label, 0)


@transaction.atomic
def _drop_sessions(rows: "QuerySet[Any]", at: datetime) -> int:
    UserSession.objects.filter(session_key__in=list(rows.values_list("session_key", flat=True))).delete()
    return rows.delete()[0]


def _closed_accounts(before: datetime) -> "QuerySet[Any]":
    closed = Account.objects.filter(is_active=False, erased_at__isnull=True, date_joined__lt=before)
    # The period counts from the closing. Of one that was closed before the log reaches, from the last sign-in.
    lately = AuditEntry.objects.filter(
        verb="closed",
        object_type="account",
        object_key=Cast(OuterRef("pk"), CharField()),
        at__gte=before,
    )
    return closed.filter(Q(last_login__isnull=True) | Q(last_login__lt=before), ~Exists(lately))


def _erase_accounts(rows: "QuerySet[Any]", at: datetime) -> int:
    from qianchang.people.privacy.erasure import erase_account

    return sum(erase_account(_account_alone(account), at=at) for account in rows)


def _account_alone(account: Account) -> Subject:
    """Return an account as a subject with no words but its addresses: the lawyer's stay with the row of the roster, and an
    officer's account may be called like the office.
    """
    subject = subject_of(lawyer=None, account=account)
    return replace(subject, names=[each for each in subject.names if "@" in each])
