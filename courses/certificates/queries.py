"""Reads of certificates: one's own, those of an association, and what the public is told of a number."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from courses.certificates import rules
from courses.certificates.models import Certificate, CertificateHolder
from courses.certificates.rules import FrozenEntry, Standing
from courses.credits.models import CreditEntry
from qianchang.groundwork.chain import digest
from qianchang.people.masks import masked_name
from qianchang.people.models import Account, Lawyer
from qianchang.people.permissions import Act, associations_where, may
from qianchang.people.walls import as_platform


class CertificateUnknown(Exception):
    """There is no such certificate, or it is not this account's to see: from outside both look the same."""


@dataclass(frozen=True)
class Statement:
    """What is said of one certificate. `hours_now` is what still stands of it; `reversed_entries` are those
    that were taken back since it was issued.
    """

    certificate: Certificate
    standing: Standing
    hours_now: Decimal
    reversed_entries: tuple[FrozenEntry, ...]

    @property
    def holder(self) -> CertificateHolder | None:
        """The person on the paper; None once the person was erased."""
        return getattr(self.certificate, "holder", None)

    @property
    def masked_name(self) -> str:
        return masked_name(self.holder.name) if self.holder else ""

    @property
    def is_valid(self) -> bool:
        return self.standing is Standing.VALID

    @property
    def is_usable(self) -> bool:
        """Tell whether the paper may still be printed: it says what the ledger says."""
        return self.standing is Standing.VALID and self.holder is not None


def certificates_of(lawyer: Lawyer, year: int) -> list[Statement]:
    """Return a lawyer's certificates of one accounting year, latest first. Two queries."""
    return statements(_complete().filter(lawyer=lawyer, year=year).order_by("-recorded_at", "-pk"))


def certificates_seen_by(account: Account, *, search: str = "", at: datetime) -> QuerySet[Certificate]:
    """Return the certificates that an officer may revoke, latest first; `search` is a certificate number, a
    licence number or a name.
    """
    mine = associations_where(account, Act.REVOKE_CERTIFICATE, on=localdate(at))
    rows = _complete().order_by("-recorded_at", "-pk")
    if mine is not None:
        rows = rows.filter(ledger__in=[association.code for association in mine])
    search = search.strip()
    if search:
        number = rules.read_number(search) or search.upper()
        rows = rows.filter(
            Q(number=number) | Q(holder__licence_number=search) | Q(holder__name__contains=search)
        )
    return rows


@as_platform("a lawyer may have moved to another roster since the certificate was issued")
def certificate_for(account: Account, number: str, *, at: datetime) -> Certificate:
    """Return a certificate for its lawyer or for an officer who may revoke it. Raises CertificateUnknown."""
    found = _complete().filter(number=rules.read_number(number) or "").first()
    if found is None:
        raise CertificateUnknown(number)
    if found.lawyer.account_id == account.pk or may_revoke(account, found, at=at):
        return found
    raise CertificateUnknown(number)


def may_revoke(account: Account, certificate: Certificate, *, at: datetime) -> bool:
    """Tell whether an officer of the issuing association, or of one above it, asks."""
    mine = associations_where(account, Act.REVOKE_CERTIFICATE, on=localdate(at))
    if mine is None:
        return may(account, Act.REVOKE_CERTIFICATE, on=localdate(at))
    return certificate.ledger in {association.code for association in mine}


@as_platform("anybody checks a certificate by its number")
def statement_of(number: str) -> Statement:
    """Return what anybody is told of a number. Two queries for a number that stands, one for any other.
    Raises CertificateUnknown.
    """
    meant = rules.read_number(number)
    found = _complete().filter(number=meant).first() if meant else None
    if found is None:
        raise CertificateUnknown(number)
    return statements([found])[0]


def statements(certificates: "QuerySet[Certificate] | list[Certificate]") -> list[Statement]:
    """Return what is said of several certificates. One query for what was taken back since, however many."""
    rows = list(certificates)
    hashes = {entry["entry_hash"] for row in rows for entry in row.context.get("entries", [])}
    taken_back = set(
        CreditEntry.objects.filter(entry_hash__in=hashes, reversed_by__isnull=False).values_list(
            "entry_hash", flat=True
        )
    )
    return [_statement(row, taken_back) for row in rows]


def is_intact(certificate: Certificate) -> bool:
    """Tell whether a certificate still is what was issued: its content, its holder and its link of the chain
    all match their digests. An erased holder leaves nothing to match.
    """
    holder = getattr(certificate, "holder", None)
    return (
        rules.digest_of(certificate.context) == certificate.content_digest
        and (holder is None or holder_digest(holder) == certificate.holder_digest)
        and digest(certificate.previous_hash, certificate.covered_fields()) == certificate.entry_hash
    )


def holder_digest(holder: CertificateHolder) -> str:
    """Return the salted digest under which a holder stands in the chain."""
    return rules.digest_of(
        {
            "firm": holder.firm_name,
            "licence_number": holder.licence_number,
            "name": holder.name,
            "salt": holder.salt,
        }
    )


def _statement(certificate: Certificate, taken_back: set[str]) -> Statement:
    context = certificate.context
    gone = tuple(entry for entry in context["entries"] if entry["entry_hash"] in taken_back)
    return Statement(
        certificate=certificate,
        standing=rules.standing(
            is_intact=is_intact(certificate),
            is_revoked=hasattr(certificate, "revocation"),
            has_reversals=bool(gone),
        ),
        hours_now=rules.still_standing(context, taken_back),
        reversed_entries=gone,
    )


def _complete() -> QuerySet[Certificate]:
    return Certificate.objects.select_related("holder", "revocation__revoked_by", "lawyer__association")
