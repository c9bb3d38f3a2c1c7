"""The Open Badge of a certificate: whoever has the public key can check it, and nobody can change a word of it."""

import base64
import hashlib
import json
from datetime import timedelta

import pytest
import time_machine
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from courses.certificates import badges, operations
from qianchang.groundwork import signing

pytestmark = pytest.mark.django_db

KEY = "1f" * 32


@pytest.fixture(autouse=True)
def _key(settings):
    settings.LEDGER_KEY = KEY


@pytest.fixture
def certificate(issue):
    return issue()


@pytest.fixture
def browser(client_for, evening):
    def ask(account, address):
        with time_machine.travel(evening + timedelta(days=2), tick=False):
            return client_for(account).get(address)

    return ask


def unpacked(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def checked(badge):
    """Check a badge as RFC 7515 and RFC 8037 say and return its header and claims. Raises InvalidSignature."""
    head, body, signature = badge.split(".")
    header = json.loads(unpacked(head))
    assert header["alg"] == "EdDSA"
    assert (header["jwk"]["kty"], header["jwk"]["crv"]) == ("OKP", "Ed25519")
    Ed25519PublicKey.from_public_bytes(unpacked(header["jwk"]["x"])).verify(
        unpacked(signature), f"{head}.{body}".encode()
    )
    return header, json.loads(unpacked(body))


def test_anybody_can_check_it_with_the_public_key_of_the_site(certificate):
    header, claims = checked(badges.badge_of(certificate))
    assert unpacked(header["jwk"]["x"]).hex() == signing.own_public_key()
    assert "d" not in header["jwk"]
    assert claims["id"] == claims["jti"] == f"https://qianchang.example/verify/{certificate.number}/"
    assert claims["nbf"] == int(certificate.recorded_at.timestamp())


def test_it_is_an_open_badge_of_version_three(certificate):
    _header, claims = checked(badges.badge_of(certificate))
    assert claims["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert claims["@context"][0] == "https://www.w3.org/ns/credentials/v2"
    assert (claims["iss"], claims["issuer"]["name"]) == (claims["issuer"]["id"], "广西律师协会")
    subject = claims["credentialSubject"]
    assert subject["creditsEarned"] == subject["achievement"]["creditsAvailable"] == 2.5
    assert {"id", "type", "name", "description", "criteria"} <= subject["achievement"].keys()


def test_who_knows_the_licence_number_can_compare_it_and_nobody_reads_it(certificate, world):
    badge = badges.badge_of(certificate)
    _header, claims = checked(badge)
    (identity,) = claims["credentialSubject"]["identifier"]
    number = world.county_lawyer.licence_number
    assert (
        identity["identityHash"]
        == "sha256$" + hashlib.sha256((number + identity["salt"]).encode()).hexdigest()
    )
    body = unpacked(badge.split(".")[1]).decode()
    assert number not in body
    assert "韦晓岚" not in body
    assert certificate.holder.salt not in body


@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_changed_word_does_not_pass(certificate, part):
    parts = badges.badge_of(certificate).split(".")
    raw = unpacked(parts[part])
    # In the middle of a value: what comes out is still JSON.
    changed = (
        raw.replace(b"2.5", b"9.5", 1)
        if part == 1
        else raw.replace(b"JWT", b"JWS")
        if part == 0
        else raw[::-1]
    )
    assert changed != raw
    parts[part] = base64.urlsafe_b64encode(changed).rstrip(b"=").decode()
    with pytest.raises(InvalidSignature):
        checked(".".join(parts))


def test_the_same_certificate_gives_the_same_badge(certificate):
    assert badges.badge_of(certificate) == badges.badge_of(certificate)


class TestThePage:
    def test_its_lawyer_takes_it_home(self, certificate, browser, world):
        address = f"/my/certificates/{certificate.number}.jwt"
        assert address in browser(world.county_account, "/my/hours/2026/certificate/").content.decode()
        answer = browser(world.county_account, address)
        assert answer["Content-Type"] == "application/vc+jwt"
        assert "no-store" in answer["Cache-Control"]
        checked(answer.content.decode())

    def test_nobody_else_does(self, certificate, browser, world, client):
        address = f"/my/certificates/{certificate.number}.jwt"
        assert client.get(address).status_code == 302
        for account in (world.second_county_lawyer.account, world.yunnan_officer, world.administrator):
            assert browser(account, address).status_code == 404

    def test_what_was_revoked_is_not_handed_out(self, certificate, browser, world, at):
        operations.revoke_certificate(
            certificate=certificate, reason="误发。", by=world.beneficiary_officer, at=at
        )
        answer = browser(world.county_account, f"/my/certificates/{certificate.number}.jwt")
        assert (answer.status_code, answer["Location"]) == (302, f"/verify/{certificate.number}/")

    def test_a_site_that_signs_nothing_offers_none(self, certificate, browser, world, settings):
        settings.LEDGER_KEY = ""
        address = f"/my/certificates/{certificate.number}.jwt"
        assert browser(world.county_account, address).status_code == 404
        assert address not in browser(world.county_account, "/my/hours/2026/certificate/").content.decode()
