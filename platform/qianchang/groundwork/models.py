"""Append-only rows: the shape of every ledger, and the audit log."""

from typing import Any, NoReturn

from django.db import models

from qianchang.groundwork.chain import Fields


class AppendOnlyError(Exception):
    """Somebody tried to change or delete a row that stands for ever. A correction is a new, reversing row."""


class AppendOnly(models.Model):
    """A row that is written once. Python refuses early; a database trigger (walls.py) refuses in any case."""

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
    """One entry of a hash-chained ledger. Write it with `ledgers.append`, which numbers and chains it."""

    ledger = models.CharField(max_length=64)
    sequence = models.PositiveBigIntegerField()
    previous_hash = models.CharField(max_length=64)
    entry_hash = models.CharField(max_length=64, unique=True)
    recorded_at = models.DateTimeField()

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(fields=["ledger", "sequence"], name="%(app_label)s_%(class)s_sequence")
        ]

    def chain_fields(self) -> Fields:
        """Return what the digest covers: names and exact values, in an order that never changes."""
        raise NotImplementedError


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
    """One act of one person: who did what to which object, and when. The actor is kept by number and by name,
    so that the row still reads after the account is gone.

    Personal data: `actor_name`.
    """

    at = models.DateTimeField(db_index=True)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=150, blank=True)
    verb = models.CharField(max_length=60)
    object_type = models.CharField(max_length=60)
    object_key = models.CharField(max_length=120)
    details = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["object_type", "object_key"])]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name} {self.verb} {self.object_type} {self.object_key}"
