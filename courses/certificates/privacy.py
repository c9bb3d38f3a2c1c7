"""What certificates hold about a person. The paper and whom it is for go; that a certificate was issued stays proved."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from courses.certificates import pdf
from courses.certificates.models import Certificate
from qianchang.groundwork.personal_data import Subject, declare
from qianchang.people.privacy.subjects import LAWYER


def declare_holdings() -> None:
    """Declare every table of certificates."""
    declare(
        "certificates.Certificate",
        purpose=_("Your hours certificates"),
        of={"lawyer": LAWYER},
        acts=("issued_by",),
        harmless=("context",),
        given=("number", "year", "recorded_at", "context"),
        files=_papers,
        kept="a ledger: what was certified, of hours that stay under a number, and not for whom",
        erase=_erase_papers,
    )
    declare(
        "certificates.CertificateHolder",
        purpose=_("Whom a certificate is for, as printed on it"),
        of={"certificate__lawyer": LAWYER},
        given=("certificate__number", "name", "licence_number", "firm_name"),
    )
    declare(
        "certificates.Revocation",
        purpose=_("That a certificate was declared void, and why"),
        of={"certificate__lawyer": LAWYER},
        acts=("revoked_by",),
        given=("certificate__number", "reason", "revoked_at"),
        texts=("reason",),
        kept="the paper may still be in somebody's hands: the public page must go on saying that it is void",
        erase=_seal_reasons,
    )


def _papers(certificate: Certificate) -> Iterator[tuple[str, bytes]]:
    made = pdf.kept_paper(certificate)
    if made is not None:
        yield f"{certificate.number}.pdf", made


def _erase_papers(rows: "QuerySet[Any]", subject: Subject, at: datetime) -> int:
    # Before the transaction ends: if it fails, the next reader's paper is made anew from the holder, who then still stands.
    return sum(pdf.drop_paper(certificate) for certificate in rows.only("pk", "number", "year"))


def _seal_reasons(rows: "QuerySet[Any]", subject: Subject, at: datetime) -> int:
    from courses.certificates.models import Revocation
    from qianchang.groundwork import sealing

    return sealing.seal(Revocation, list(rows.values_list("pk", flat=True)))
