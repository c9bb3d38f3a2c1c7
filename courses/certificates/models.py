"""Hours certificates: what was certified, for whom, and that it was revoked."""

import json

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.certificates.rules import Context
from qianchang.groundwork.chain import Fields
from qianchang.groundwork.models import AppendOnly, LedgerEntry
from qianchang.groundwork.personal_data import ERASED
from qianchang.people.masks import masked_licence_number


class Certificate(LedgerEntry):
    """One hours certificate (学时证明) as it was issued; nothing of it ever changes. Ledger name: the code of
    the issuing association, so the chain and its signed head cover certificates as they cover hours.

    `context` is what the paper says apart from the person; `content_digest` covers it, `holder_digest` the
    person with a salt that stands in the holder's row and is erased with it. `edition` is more than 1 where
    the same content was certified anew after a revocation.

    Personal data: the lawyer (by reference).
    """

    ledger_title = _("Certificates ledger")

    number = models.CharField(max_length=20, unique=True)
    lawyer = models.ForeignKey("people.Lawyer", on_delete=models.PROTECT, related_name="certificates")
    lawyer_digest = models.CharField(max_length=64)
    year = models.PositiveSmallIntegerField()
    rule = models.ForeignKey("credits.CreditRule", on_delete=models.PROTECT, related_name="certificates")
    context: "models.JSONField[Context, Context]" = models.JSONField()
    content_digest = models.CharField(max_length=64)
    holder_digest = models.CharField(max_length=64)
    edition = models.PositiveSmallIntegerField(default=1)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="certificates_issued"
    )

    class Meta(LedgerEntry.Meta):
        constraints = [
            *LedgerEntry.Meta.constraints,
            models.UniqueConstraint(
                fields=["lawyer", "year", "content_digest", "edition"], name="certificates_same_content_once"
            ),
        ]
        indexes = [models.Index(fields=["lawyer", "year"])]

    def __str__(self) -> str:
        return self.number

    def chain_fields(self) -> Fields:
        return [
            ("ledger", self.ledger),
            ("sequence", self.sequence),
            ("lawyer", self.lawyer_digest),
            ("year", self.year),
            ("rule", self.rule_id),
            ("content", self.content_digest),
            ("holder", self.holder_digest),
            ("edition", self.edition),
        ]

    def private_fields(self) -> Fields:
        # The number opens the public page with the masked name, so it does not stand in exports either.
        return [
            ("number", self.number),
            ("lawyer_row", self.lawyer_id),
            ("issued_by", self.issued_by_id),
            ("context", json.dumps(self.context, ensure_ascii=False, sort_keys=True)),
        ]


class CertificateHolder(models.Model):
    """Whom a certificate is for, as printed on it. Kept apart, because a person can be erased and the
    certificate's place in the ledger cannot.

    Personal data: name, licence number, firm.
    """

    certificate = models.OneToOneField(Certificate, on_delete=models.PROTECT, related_name="holder")
    name = models.CharField(max_length=60)
    licence_number = models.CharField(max_length=17)
    firm_name = models.CharField(max_length=120)
    salt = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.certificate_id} {self.masked_licence_number}"

    @property
    def masked_licence_number(self) -> str:
        """The licence number as the public sees it: first five digits, four stars, last five."""
        return masked_licence_number(self.licence_number)


class Revocation(AppendOnly):
    """One certificate was declared void (作废) by an officer, with a reason. Once for each certificate.

    Personal data: what an officer may write in `reason`.
    """

    erasable = {"reason": ERASED}

    certificate = models.OneToOneField(Certificate, on_delete=models.PROTECT, related_name="revocation")
    reason = models.CharField(max_length=500)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="certificates_revoked"
    )
    revoked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="certificates_revoked_with_a_reason")
        ]

    def __str__(self) -> str:
        return f"{self.certificate_id} {self.revoked_at:%Y-%m-%d}"
