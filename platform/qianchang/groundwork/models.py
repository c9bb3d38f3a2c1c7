"""Append-only rows: the shape of every ledger, and the audit log."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any, ClassVar, NoReturn

from django.db import models
from django.utils.translation import gettext_lazy as _

from qianchang.groundwork.chain import Fields, commitment

# What an entry's digest covers. Old entries keep their form for ever, or their digests would no longer fit.
# 1: `chain_fields` alone. 2: also when it was recorded, and a salted commitment to `private_fields`.
FIRST_FORM, CHAIN_FORM = 1, 2


class AppendOnlyError(Exception):
    """Somebody tried to change or delete a row that stands for ever. A correction is a new, reversing row."""


class AppendOnly(models.Model):
    """A row that is written once. Python refuses early; a database trigger (walls.py) refuses in any case.

    `erasable` are the columns of free text that the erasure of a person may blank, with what stands there afterwards;
    the trigger lets that pass, once, and nothing else (sealing.py).

    `ending` are the columns of a row that stands for a time: when it ended, then who ended it. They are set while it has
    no end, or changed to an earlier one, by `update`; never taken away, and nothing else changes.
    """

    erasable: ClassVar[Mapping[str, Any]] = {}
    ending: ClassVar[tuple[str, ...]] = ()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert the row. Raises AppendOnlyError for a row that stands already."""
        if not self._state.adding:
            raise AppendOnlyError(f"{self._meta.label} {self.pk} is append-only")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse: raises AppendOnlyError."""
        raise AppendOnlyError(f"{self._meta.label} {self.pk} is append-only")


class LedgerEntry(AppendOnly):
    """One entry of a hash-chained ledger. Write it with `ledgers.append`, which numbers and chains it.

    Every column is covered by the digest, openly by `chain_fields` or hidden by `private_fields`
    (tests/groundwork/test_coverage.py holds every ledger to it). The open fields leave the house in exports:
    nothing that names or describes a person, and no free text, belongs into them.
    """

    # What people call this kind of ledger; a lazy translation.
    ledger_title: ClassVar[Any] = ""
    # Relations that the covered fields follow, so that proving a million entries stays one query.
    chain_relations: ClassVar[tuple[str, ...]] = ()

    ledger = models.CharField(max_length=64)
    sequence = models.PositiveBigIntegerField()
    previous_hash = models.CharField(max_length=64)
    entry_hash = models.CharField(max_length=64, unique=True)
    recorded_at = models.DateTimeField()
    chain_form = models.PositiveSmallIntegerField(db_default=FIRST_FORM)
    chain_salt = models.CharField(max_length=32, blank=True, db_default="")
    # The commitment of an entry whose words were erased; empty for all others.
    private_digest = models.CharField(max_length=64, blank=True, default="", db_default="")

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(fields=["ledger", "sequence"], name="%(app_label)s_%(class)s_sequence")
        ]

    def chain_fields(self) -> Fields:
        """Return the open fields: names and exact values, in an order that never changes within a form."""
        raise NotImplementedError

    def private_fields(self) -> Fields:
        """Return what the digest covers without showing it: free text and references to people."""
        return ()

    def covered_fields(self) -> Fields:
        """Return all that the digest covers, in the entry's own form."""
        if self.chain_form == FIRST_FORM:
            return self.chain_fields()
        hidden = self.private_fields()
        return [
            ("form", self.chain_form),
            ("recorded_at", self.recorded_at.astimezone(UTC).isoformat(timespec="microseconds")),
            *self.chain_fields(),
            ("private", self._hidden_digest(hidden) if hidden else None),
        ]

    @property
    def is_sealed(self) -> bool:
        """Tell whether an erasure took the words out of this entry, and nobody wrote others in their place."""
        return self.private_digest != "" and all(
            getattr(self, column) in (blank, "") for column, blank in self.erasable.items()
        )

    def _hidden_digest(self, hidden: Fields) -> str:
        return self.private_digest if self.is_sealed else commitment(self.chain_salt, hidden)

    def open_fields(self) -> Fields | None:
        """Return the covered fields if they may leave the house, else None.

        An entry of the first form has its private fields in the open, so it stays inside when they say something.
        """
        if self.chain_form == FIRST_FORM and any(
            isinstance(value, str) and value for _, value in self.private_fields()
        ):
            return None
        return self.covered_fields()


def digest_of(entry: LedgerEntry | None) -> str | None:
    """Return by which digest an entry names another one that it takes back or follows; None for none."""
    return entry.entry_hash if entry else None


class LedgerHead(models.Model):
    """How far one ledger has come: the number and the digest of its last entry. A chain alone cannot tell
    that its end was cut off; with the head it can. `kind` is the label of the model: `credits.creditentry`.
    """

    kind = models.CharField(max_length=80)
    ledger = models.CharField(max_length=64)
    sequence = models.PositiveBigIntegerField()
    entry_hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "ledger"], name="groundwork_ledger_head_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.ledger} #{self.sequence}"


class AuditEntry(AppendOnly):
    """One act of one person: who did what to which object, and when. Nobody's name stands in it: the actor is the number
    of an account, whose name is shown by a join, and goes with the account's. `address` is where the request came from
    (kept, as the law wants network logs kept, for at least six months); empty for what workers and commands do.

    Personal data: `address`, and the words of a reason in `details`, which an erasure empties.
    """

    erasable: ClassVar[Mapping[str, Any]] = {"details": {}}
    # Rows older than this may go, and no others: engineering.md, 6.
    kept_months: ClassVar[int] = 6

    at = models.DateTimeField(db_index=True)
    actor_id = models.BigIntegerField(null=True)
    verb = models.CharField(max_length=60)
    object_type = models.CharField(max_length=60)
    object_key = models.CharField(max_length=120)
    details = models.JSONField(default=dict)
    address = models.CharField(max_length=45, blank=True, db_default="")

    class Meta:
        indexes = [
            models.Index(fields=["object_type", "object_key"]),
            # The page of the log: the newest first, of one person, of one kind of act, of one kind of object.
            models.Index(fields=["-at", "-id"], name="groundwork_audit_newest"),
            models.Index(fields=["actor_id", "-at", "-id"], name="groundwork_audit_actor"),
            models.Index(fields=["verb", "-at", "-id"], name="groundwork_audit_verb"),
            models.Index(fields=["object_type", "-at", "-id"], name="groundwork_audit_object"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_id or '-'} {self.verb} {self.object_type} {self.object_key}"


class SignedHead(LedgerEntry):
    """One day's statement of how far every ledger had come, signed with the site's key (Ed25519).

    `document` is plain text (heads.py), so that a partner association can keep it and check it with openssl alone.
    """

    LEDGER: ClassVar[str] = "heads"
    ledger_title = _("Signed heads")

    day = models.DateField(unique=True)
    document = models.TextField()
    document_hash = models.CharField(max_length=64, unique=True)
    key = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)

    class Meta(LedgerEntry.Meta):
        constraints = [
            *LedgerEntry.Meta.constraints,
            models.CheckConstraint(condition=models.Q(ledger="heads"), name="groundwork_one_line_of_heads"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.day}"

    def chain_fields(self) -> Fields:
        return [
            ("ledger", self.ledger),
            ("sequence", self.sequence),
            ("day", self.day.isoformat()),
            ("document", self.document),
            ("document_hash", self.document_hash),
            ("key", self.key),
            ("signature", self.signature),
        ]
