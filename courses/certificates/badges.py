"""A certificate as an Open Badge: a signed credential that other programs can check without asking us.

Open Badges 3.0 (1EdTech), the VC-JWT proof of its section 8.2: the credential's own properties and the claims iss,
jti, nbf in a JWT, signed by EdDSA with the key that signs the heads of the ledgers, whose public half stands in the
header. Whether the certificate still holds is said by its check page alone: the badge leads there.
"""

import base64
import hashlib
import json
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from courses.certificates.models import Certificate, CertificateHolder
from courses.certificates.pdf import LANGUAGE, HolderErased, verify_url
from qianchang.groundwork import signing

CONTEXTS = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
)
MEDIA_TYPE = "application/vc+jwt"


def badge_of(certificate: Certificate) -> str:
    """Return the signed credential of a certificate, the same words for the same certificate.

    Raises HolderErased, or signing.NoLedgerKey where the site signs nothing.
    """
    claims = _claims(certificate)
    header = {"alg": "EdDSA", "typ": "JWT", "jwk": _jwk(signing.own_public_key())}
    signed = f"{_packed(header)}.{_packed(claims)}"
    # A head is a text of lines, this has two parts of one alphabet: neither can be taken for the other.
    return f"{signed}.{_base64(signing.sign_bytes(signed.encode('ascii')))}"


def _claims(certificate: Certificate) -> dict[str, Any]:
    credential = _credential(certificate)
    return {
        **credential,
        "iss": credential["issuer"]["id"],
        "jti": credential["id"],
        "nbf": int(certificate.recorded_at.timestamp()),
    }


def _credential(certificate: Certificate) -> dict[str, Any]:
    holder: CertificateHolder | None = getattr(certificate, "holder", None)
    if holder is None:
        raise HolderErased(certificate.number)
    paper, address = certificate.context, verify_url(certificate.number)
    with translation.override(LANGUAGE):
        name = _("Hours certificate %(year)d") % {"year": certificate.year}
        words = _("%(total)s hours of further training, %(first)s to %(until)s") % {
            "total": paper["total"],
            "first": paper["first"],
            "until": paper["until"],
        }
        rule = _("%(name)s, version %(version)s: %(minutes)s minutes are 1 hour") % {
            "name": paper["jurisdiction_name"],
            "version": paper["rule_version"],
            "minutes": paper["unit_minutes"],
        }
        check = _("The page that says whether the certificate still holds")
    hours = float(paper["total"])
    return {
        "@context": list(CONTEXTS),
        "id": address,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": name,
        "issuer": {
            "id": settings.SITE_ROOT_URL.rstrip("/") + "/#" + paper["issuer"],
            "type": ["Profile"],
            "name": paper["issuer_name"],
        },
        "validFrom": certificate.recorded_at.isoformat(timespec="seconds"),
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [_identity(certificate, holder)],
            "creditsEarned": hours,
            "achievement": {
                "id": f"{address}#achievement",
                "type": ["Achievement"],
                "achievementType": "Certificate",
                "name": name,
                "description": words,
                "criteria": {"narrative": rule},
                "creditsAvailable": hours,
            },
        },
        "evidence": [{"id": address, "type": ["Evidence"], "name": check}],
    }


def _identity(certificate: Certificate, holder: CertificateHolder) -> dict[str, Any]:
    """Return whom the badge is about: nobody reads the licence number out of it, who knows it can compare."""
    salt = salted_hmac("courses.certificates.badge", certificate.number, algorithm="sha256").hexdigest()[:32]
    hashed = hashlib.sha256((holder.licence_number + salt).encode()).hexdigest()
    return {
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": f"sha256${hashed}",
        "identityType": "ext:licenceNumber",
        "salt": salt,
    }


def _jwk(public_hex: str) -> dict[str, str]:
    return {"crv": "Ed25519", "kty": "OKP", "x": _base64(bytes.fromhex(public_hex))}


def _packed(values: dict[str, Any]) -> str:
    return _base64(json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode())


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")
