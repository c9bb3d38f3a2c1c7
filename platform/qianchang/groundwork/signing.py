"""Signing the heads of all ledgers once a day, and proving all of them against what was signed."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import transaction
from django.utils.timezone import localdate

from qianchang.groundwork import audit, heads, ledgers
from qianchang.groundwork.chain import GENESIS, START, Fault, Head, Statement
from qianchang.groundwork.heads import Document, LedgerName, Signed
from qianchang.groundwork.models import LedgerEntry, SignedHead

log = logging.getLogger(__name__)


class NoLedgerKey(Exception):
    """QIANCHANG_LEDGER_KEY is not set or is not 64 hex digits, so nothing can be signed."""


class BrokenLine(Exception):
    """The newest signed head is not what this site signed. Nothing may be signed after it: restore it from a
    backup or from a partner that kept it.
    """


@dataclass(frozen=True)
class Refusal:
    """A ledger whose entries contradict what was signed of it, or do not hold: it keeps its old head."""

    kind: str
    ledger: str
    fault: Fault


@dataclass(frozen=True)
class Signing:
    """What one call of `sign_heads` came to. `again`: the head of that day stood already."""

    head: SignedHead
    again: bool = False
    refusals: tuple[Refusal, ...] = ()


def sign_heads(*, at: datetime) -> Signing:
    """Prove what was written since the last signed head, and sign where every ledger stands: one head for each
    day, so calling it again changes nothing. What does not hold is not signed: that ledger keeps the head it
    had, and is named in `refusals`.

    Raises NoLedgerKey, or BrokenLine.
    """
    last = SignedHead.objects.order_by("-sequence").first()
    if last is not None and last.day >= localdate(at):
        return Signing(last, again=True)
    key = _own_key()
    before = _document_of(last) if last else None
    # Proved before the transaction: SQLite's writers must not wait for a year's first proof.
    found, refusals = _where_ledgers_stand(before.heads if before else {})
    document = Document(
        site=settings.SITE_ROOT_URL,
        number=last.sequence + 1 if last else 1,
        day=localdate(at),
        signed_at=at,
        key=heads.public_hex(key),
        previous=last.document_hash if last else GENESIS,
        heads=found,
    )
    text = document.text()
    with transaction.atomic():
        ledgers.lock(SignedHead, SignedHead.LEDGER)
        newest = SignedHead.objects.order_by("-sequence").first()
        if newest is not None and newest != last:
            return Signing(newest, again=True)
        head = SignedHead(
            day=document.day,
            document=text,
            document_hash=heads.document_hash(text),
            key=document.key,
            signature=heads.sign(text, key),
        )
        ledgers.append(head, ledger=SignedHead.LEDGER, at=at)
        audit.record(
            "signed heads",
            object_type="signed head",
            object_key=str(head),
            by=None,
            at=at,
            ledgers=len(found),
            refused=len(refusals),
        )
    for refusal in refusals:
        log.error("not signed: %s %s #%d %s", refusal.kind, refusal.ledger, *_words(refusal.fault))
    return Signing(head, refusals=tuple(refusals))


@dataclass
class Proof:
    """What proving everything came to. Only `faults` mean that something was touched."""

    lines: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def blame(self, where: str, found: Iterable[Fault]) -> int:
        """Keep the faults of one ledger in words; return how many they are."""
        before = len(self.faults)
        self.faults += [f"{where} #{fault.sequence}: {fault.what}" for fault in found]
        return len(self.faults) - before


def prove_everything(*, at: datetime, kept: Iterable[Signed] = ()) -> Proof:
    """Recompute every ledger, check it against every signed head, and the heads themselves against the site's
    keys and against those that a witness `kept`.
    """
    proof = Proof()
    rows = list(SignedHead.objects.order_by("sequence", "pk"))
    line = [_signed(row) for row in rows]
    found, documents = heads.head_faults(line, trusted=trusted_keys())
    own_label = SignedHead._meta.label
    count = proof.blame(own_label, [*found, *_columns(rows), *_unknown_kinds(documents)])
    count += proof.blame(own_label, heads.disagreements(line, kept))
    count += proof.blame(own_label, ledgers.verify(SignedHead, SignedHead.LEDGER))
    proof.lines.append(f"{own_label}: {len(rows)} entries, {count} faults")
    stated = _statements(documents)
    for model in _signed_models():
        kind = ledgers.kind_of(model)
        for ledger in sorted({*ledgers.names(model), *(name for its, name in stated if its == kind)}):
            where = f"{model._meta.label} {ledger}"
            number = model._default_manager.filter(ledger=ledger).count()
            count = proof.blame(
                where, ledgers.verify(model, ledger, statements=stated.get((kind, ledger), ()))
            )
            proof.lines.append(f"{where}: {number} entries, {count} faults")
    proof.notes += _missing_days([document.day for document in documents], today=localdate(at))
    return proof


def trusted_keys() -> list[str]:
    """Return the public keys that may sign here: the site's own, then those it used before. 64 hex digits each.

    Raises NoLedgerKey when the site's own key is set and is none.
    """
    own = [heads.public_hex(_own_key())] if settings.LEDGER_KEY else []
    return own + list(settings.LEDGER_OLD_KEYS)


def own_public_key() -> str:
    """Return the public half of the site's own key, 64 hex digits. Raises NoLedgerKey."""
    return heads.public_hex(_own_key())


def sign_bytes(message: bytes) -> bytes:
    """Return the 64 bytes of the site's own signature (Ed25519) over a message. Raises NoLedgerKey."""
    return _own_key().sign(message)


def _own_key() -> Ed25519PrivateKey:
    try:
        return heads.private_key(settings.LEDGER_KEY)
    except ValueError as error:
        raise NoLedgerKey("QIANCHANG_LEDGER_KEY must be 64 hex digits: openssl rand -hex 32") from error


def _document_of(row: SignedHead) -> Document:
    found, documents = heads.head_faults([_signed(row)], trusted=trusted_keys())
    # Alone it has nothing before it: only its signature is asked here, and that it can be read.
    if not documents:
        raise BrokenLine(f"signed head {row.sequence} {found[-1].what}")
    if documents[0].number != row.sequence or heads.document_hash(row.document) != row.document_hash:
        raise BrokenLine(f"signed head {row.sequence} is not the document that was signed")
    return documents[0]


def _where_ledgers_stand(stated: Mapping[LedgerName, Head]) -> tuple[dict[LedgerName, Head], list[Refusal]]:
    found: dict[LedgerName, Head] = {}
    refusals: list[Refusal] = []
    for model in _signed_models():
        kind = ledgers.kind_of(model)
        for ledger in sorted({*ledgers.names(model), *(name for its, name in stated if its == kind)}):
            before = stated.get((kind, ledger), START)
            now = ledgers.proven_head(model, ledger, since=before)
            if isinstance(now, Fault):
                refusals.append(Refusal(kind, ledger, now))
                now = before
            if now != START:
                found[kind, ledger] = now
    return found, refusals


def _signed_models() -> list[type[LedgerEntry]]:
    return [model for model in ledgers.models() if model is not SignedHead]


def _statements(documents: Iterable[Document]) -> dict[LedgerName, list[Statement]]:
    """Return what was signed of each ledger, every word once: most ledgers stand still on most days."""
    found: dict[LedgerName, dict[Head, Statement]] = {}
    for document in documents:
        for name, head in document.heads.items():
            source = f"signed head {document.number} of {document.day}"
            found.setdefault(name, {}).setdefault(head, Statement(head.sequence, head.own, source))
    return {name: list(by_head.values()) for name, by_head in found.items()}


def _columns(rows: Iterable[SignedHead]) -> list[Fault]:
    """Return the rows whose columns say something else than their document."""
    found = []
    for row in rows:
        try:
            document = heads.read(row.document)
        except heads.MalformedHead:
            continue  # named by head_faults
        said = (document.number, document.day, heads.document_hash(row.document), document.key)
        if said != (row.sequence, row.day, row.document_hash, row.key):
            found.append(Fault(row.sequence, "the row does not say what its document says"))
    return found


def _unknown_kinds(documents: Iterable[Document]) -> list[Fault]:
    known = {ledgers.kind_of(model) for model in _signed_models()}
    newest = max(documents, key=lambda document: document.number, default=None)
    unknown = sorted({kind for kind, _ in newest.heads} - known) if newest else []
    return [
        Fault(newest.number, f"states a kind of ledger that is gone: {kind}") for kind in unknown if newest
    ]


def _missing_days(days: list[date], *, today: date) -> list[str]:
    """Return a note for each stretch of days without a signed head: a machine that stood still, or rows cut off."""
    notes = []
    ends = [*days[1:], today + timedelta(days=1)]
    for day, following in zip(days, ends if days else [], strict=True):
        first, last = day + timedelta(days=1), following - timedelta(days=1)
        # Today's may still come.
        if first <= last and first < today:
            notes.append(f"no head was signed from {first} to {min(last, today)}")
    return notes


def _signed(row: SignedHead) -> Signed:
    return Signed(row.document, row.key, row.signature)


def _words(fault: Fault) -> tuple[int, str]:
    return fault.sequence, fault.what
