"""The signed head of a day as plain text, and its signature: no Django, so that it can be tested and copied.

A document looks like this, every line ended by a line feed, and is signed as it stands:

    qianchang ledger heads 1
    site: https://example.org
    number: 2
    day: 2026-10-13
    signed-at: 2026-10-13T00:04:07Z
    key: <the public key, 64 hex digits>
    previous: <SHA-256 of the document before it, or 64 zeros>
    credits.creditentry CN-GX 812 <digest of that entry>

One line for each ledger there is, sorted: a document says everything by itself, so that whoever keeps only
the newest one can still find what was rewritten before it. `openssl pkeyutl -verify` checks the signature.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from qianchang.groundwork.chain import GENESIS, Fault, Head

TITLE = "qianchang ledger heads 1"
LedgerName = tuple[str, str]  # the label of the model, and the name of the ledger


class MalformedHead(ValueError):
    """A text is not the document of a signed head."""


@dataclass(frozen=True)
class Document:
    """What a signed head states: its own place in the line of heads, and where every ledger stood."""

    site: str
    number: int
    day: date
    signed_at: datetime
    key: str
    previous: str
    heads: Mapping[LedgerName, Head]

    def text(self) -> str:
        """Return the text that is signed. Raises MalformedHead for a name that would break a line."""
        lines = [
            TITLE,
            f"site: {self.site}",
            f"number: {self.number}",
            f"day: {self.day.isoformat()}",
            f"signed-at: {self.signed_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            f"key: {self.key}",
            f"previous: {self.previous}",
        ]
        for (kind, ledger), head in sorted(self.heads.items()):
            if len(f"{kind} {ledger}".split()) != 2 or not f"{kind}{ledger}".isprintable():
                raise MalformedHead(f"{kind} {ledger!r}")
            lines.append(f"{kind} {ledger} {head.sequence} {head.own}")
        return "\n".join(lines) + "\n"


def read(text: str) -> Document:
    """Return what a document states. Raises MalformedHead if it is none, or not exactly as `text` writes it."""
    try:
        title, *rest = text.removesuffix("\n").split("\n")
        names = ("site", "number", "day", "signed-at", "key", "previous")
        values = [line.removeprefix(f"{name}: ") for name, line in zip(names, rest[:6], strict=True)]
        heads: dict[LedgerName, Head] = {}
        for line in rest[6:]:
            kind, ledger, sequence, own = line.split(" ")
            heads[kind, ledger] = Head(int(sequence), own)
        document = Document(
            site=values[0],
            number=int(values[1]),
            day=date.fromisoformat(values[2]),
            signed_at=datetime.strptime(values[3], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC),
            key=values[4],
            previous=values[5],
            heads=heads,
        )
    except ValueError as error:
        raise MalformedHead(str(error)) from error
    if title != TITLE or document.text() != text:
        raise MalformedHead("not written as a signed head is")
    return document


def document_hash(text: str) -> str:
    """Return the hex SHA-256 by which the next document names this one."""
    return hashlib.sha256(text.encode()).hexdigest()


def private_key(seed: str) -> Ed25519PrivateKey:
    """Return the signing key of 64 hex digits. Raises ValueError for anything else."""
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))


def public_hex(key: Ed25519PrivateKey) -> str:
    """Return the public half as 64 hex digits."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def public_pem(key: str) -> str:
    """Return a public key of 64 hex digits as openssl reads it. Raises ValueError for anything else."""
    found = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
    return found.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")


def sign(text: str, key: Ed25519PrivateKey) -> str:
    """Return the Ed25519 signature of a document, 128 hex digits."""
    return key.sign(text.encode()).hex()


def is_signed(text: str, *, key: str, signature: str) -> bool:
    """Tell whether the signature of a document is by this public key."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


@dataclass(frozen=True)
class Signed:
    """A document with its signature, as a row, an export or a partner keeps it."""

    text: str
    key: str
    signature: str


def head_faults(line: Iterable[Signed], *, trusted: Iterable[str]) -> tuple[list[Fault], list[Document]]:
    """Return what is wrong with a line of signed heads, and the documents whose signature holds.

    `trusted` are the public keys that may sign here: a head that somebody signed with another key proves nothing.
    """
    found: list[Fault] = []
    sound: list[Document] = []
    keys = set(trusted)
    expected, previous, before = 1, GENESIS, ""
    for signed in line:
        try:
            document = read(signed.text)
        except MalformedHead:
            found.append(Fault(expected, "the document was altered: it cannot be read"))
            expected, previous = expected + 1, document_hash(signed.text)
            continue
        number = document.number
        if number > expected:
            found.append(Fault(expected, f"signed heads {expected} to {number - 1} are missing"))
        elif number < expected:
            found.append(Fault(number, "the signed head stands more than once"))
        if document.previous != previous:
            found.append(Fault(number, "does not follow the signed head before it"))
        if document.day.isoformat() <= before:
            found.append(Fault(number, "its day is not after the day of the one before"))
        if signed.key not in keys or document.key != signed.key:
            found.append(Fault(number, "is signed with a key that is not this site's"))
        elif not is_signed(signed.text, key=signed.key, signature=signed.signature):
            found.append(Fault(number, "the signature does not fit the document"))
        else:
            sound.append(document)
        expected, previous, before = number + 1, document_hash(signed.text), document.day.isoformat()
    return found, sound


def disagreements(line: Iterable[Signed], kept: Iterable[Signed]) -> list[Fault]:
    """Return the signed heads that somebody else kept (a witness) and that read otherwise here, or are gone.

    Only this finds a history that was rewritten and signed again by whoever holds the site's own key.
    """
    here = {document_hash(signed.text) for signed in line}
    return [
        Fault(read(signed.text).number, "is not the signed head that the witness kept")
        for signed in kept
        if document_hash(signed.text) not in here
    ]
