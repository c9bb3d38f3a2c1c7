"""Writes of certificates: issue one, revoke one."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from courses.catalogue.models import Category
from courses.certificates import queries, rules
from courses.certificates.models import Certificate, CertificateHolder, Revocation
from courses.certificates.rules import Context, FrozenEntry
from courses.credits import queries as credits
from courses.credits.models import CreditEntry
from courses.schedule.rules import ONSITE
from qianchang.groundwork import audit, ledgers
from qianchang.people.models import Account, Lawyer
from qianchang.people.privacy.pseudonyms import ledger_digest


class UnableToIssue(Exception):
    """There is nothing to certify. The message is a sentence for the person."""


class UnableToRevoke(Exception):
    """The certificate cannot be revoked. The message is a sentence for the officer."""


@transaction.atomic
def issue_certificate(*, lawyer: Lawyer, year: int, by: Account, at: datetime) -> Certificate:
    """Certify the hours of a lawyer that stand in an accounting year, and return the certificate.

    While nothing changed since the last one, that one is returned: asking again makes no second paper. After
    a revocation the same hours are certified anew only for an officer who may revoke, and not for oneself.

    Raises UnableToIssue, credits.queries.NoCreditRule, or queries.CertificateUnknown for somebody who is
    neither the lawyer nor such an officer.
    """
    ledger = lawyer.association.code
    is_officer = queries.may_revoke(by, Certificate(ledger=ledger), at=at)
    if lawyer.account_id != by.pk and not is_officer:
        raise queries.CertificateUnknown(lawyer.pk)
    # One at a time for each lawyer: two clicks must not become two numbers.
    Lawyer.objects.select_for_update(no_key=True).only("pk").get(pk=lawyer.pk)
    found = credits.year_of(lawyer, year=year, at=at)
    standing = credits.awards_of(lawyer).filter(accounting_year=year).select_related("lecture")
    entries = list(standing.order_by("recorded_at", "pk"))
    if not entries:
        raise UnableToIssue(_("There are no hours in this year that could be certified."))
    context = _context(lawyer, found, entries)
    holder = CertificateHolder(
        name=lawyer.name,
        licence_number=lawyer.licence_number,
        firm_name=lawyer.firm.name,
        salt=secrets.token_hex(16),
    )
    content_digest = rules.digest_of(context)
    same = Certificate.objects.filter(lawyer=lawyer, year=year, content_digest=content_digest)
    last = same.select_related("revocation", "holder").order_by("-edition").first()
    if last is not None and not hasattr(last, "revocation") and _same_holder(last, holder):
        return last
    if last is not None and hasattr(last, "revocation") and (not is_officer or lawyer.account_id == by.pk):
        raise UnableToIssue(
            _("Your association declared the certificate of just these hours void. Ask it before a new one.")
        )
    certificate = Certificate(
        number=rules.number_of(
            year, "".join(secrets.choice(rules.ALPHABET) for _place in range(rules.LENGTH))
        ),
        lawyer=lawyer,
        lawyer_digest=ledger_digest(lawyer),
        year=year,
        rule=found.rule,
        context=context,
        content_digest=content_digest,
        holder_digest=queries.holder_digest(holder),
        edition=last.edition + 1 if last else 1,
        issued_by=by,
    )
    ledgers.append(certificate, ledger=ledger, at=at)
    holder.certificate = certificate
    holder.save()
    audit.record("issued", object_type="certificate", object_key=certificate.number, by=by, at=at)
    return certificate


@transaction.atomic
def revoke_certificate(*, certificate: Certificate, reason: str, by: Account, at: datetime) -> Revocation:
    """Declare a certificate void, with a reason. Doing it again changes nothing and returns the first one.

    Raises UnableToRevoke, or queries.CertificateUnknown for somebody who may not.
    """
    if not queries.may_revoke(by, certificate, at=at):
        raise queries.CertificateUnknown(certificate.number)
    Certificate.objects.select_for_update(no_key=True).only("pk").get(pk=certificate.pk)
    known = Revocation.objects.filter(certificate=certificate).first()
    if known is not None:
        return known
    reason = reason.strip()
    if not reason:
        raise UnableToRevoke(_("Say why the certificate is void."))
    if certificate.lawyer.account_id == by.pk:
        raise UnableToRevoke(_("This is your own certificate, so a colleague has to revoke it."))
    revocation = Revocation.objects.create(
        certificate=certificate, reason=reason, revoked_by=by, revoked_at=at
    )
    # Why stands on the revocation, where an erasure finds it.
    audit.record("revoked", object_type="certificate", object_key=certificate.number, by=by, at=at)
    return revocation


def _context(lawyer: Lawyer, year: credits.Year, entries: list[CreditEntry]) -> Context:
    frozen = [_frozen(number, entry) for number, entry in enumerate(entries, start=1)]
    jurisdiction = year.rule.jurisdiction
    ethics = [entry for entry in frozen if entry["category"] == Category.ETHICS]
    onsite = rules.hours_in(entry for entry in ethics if entry["mode"] == ONSITE)
    context = Context(
        jurisdiction=jurisdiction.code,
        jurisdiction_name=jurisdiction.name_zh,
        rule_version=year.rule.version,
        unit_minutes=year.rule.unit_minutes,
        issuer=lawyer.association.code,
        issuer_name=lawyer.association.name_zh,
        year=year.year,
        first=year.first_date.isoformat(),
        until=(year.end_date - timedelta(days=1)).isoformat(),
        entries=frozen,
        total=f"{rules.hours_in(frozen):.1f}",
        ethics=f"{rules.hours_in(ethics):.1f}",
        required=f"{year.totals.total.required:.1f}",
    )
    if onsite:
        context["onsite"] = f"{onsite:.1f}"
    return context


def _frozen(number: int, entry: CreditEntry) -> FrozenEntry:
    return FrozenEntry(
        number=number,
        ledger=entry.ledger,
        sequence=entry.sequence,
        entry_hash=entry.entry_hash,
        lecture=entry.lecture.title,
        date=localdate(entry.recorded_at).isoformat(),
        category=entry.category,
        mode=entry.mode_code,
        hours=f"{entry.hours:.1f}",
    )


def _same_holder(certificate: Certificate, holder: CertificateHolder) -> bool:
    known = getattr(certificate, "holder", None)
    return known is not None and (known.name, known.licence_number, known.firm_name) == (
        holder.name,
        holder.licence_number,
        holder.firm_name,
    )
