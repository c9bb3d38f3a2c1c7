"""What people agreed to, what they asked of their own data, and the key under which they stand in the ledgers."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from qianchang.people.models.accounts import Account
from qianchang.people.models.lawyers import Lawyer


class LedgerKey(models.Model):
    """The random key of one person, by which the licence number becomes the digest in the ledgers. It is erased with
    the person: without it nobody can try out licence numbers against a digest, whatever else they hold.
    """

    lawyer = models.OneToOneField(Lawyer, on_delete=models.CASCADE, related_name="ledger_key")
    key = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"key of {self.lawyer_id}"


class ConsentText(models.Model):
    """One version of a text that people are asked to agree to, in both languages. Never edited once it is in force: a
    change is the next version. `required`: without it the platform cannot be used, because what it says is what the
    platform does; what is not required can be refused and withdrawn.
    """

    kind = models.SlugField(max_length=30)
    version = models.PositiveSmallIntegerField()
    required = models.BooleanField()
    title_zh = models.CharField(max_length=80)
    title_en = models.CharField(max_length=120)
    text_zh = models.TextField()
    text_en = models.TextField()
    effective_date = models.DateField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "version"], name="people_consent_text_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} v{self.version}"

    @property
    def title(self) -> str:
        return self.title_en if get_language() == "en" else self.title_zh

    @property
    def text(self) -> str:
        return self.text_en if get_language() == "en" else self.text_zh


class Consent(models.Model):
    """One account agreed to one version of a text, and perhaps took it back. Agreeing again is another row.

    Personal data: who agreed when.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="consents")
    text = models.ForeignKey(ConsentText, on_delete=models.PROTECT, related_name="consents")
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "text"],
                condition=Q(withdrawn_at__isnull=True),
                name="people_consent_open_once",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=F("given_at")),
                name="people_consent_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.text_id}"


class DataExport(models.Model):
    """One file with everything about one account, made for its owner alone and kept for hours.

    Personal data: the file.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("being made")
        READY = "ready", _("ready")
        EXPIRED = "expired", _("expired")
        FAILED = "failed", _("failed")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="data_exports")
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    requested_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    size_bytes = models.PositiveBigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(state="waiting"), name="people_export_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(state="ready")
                | Q(ready_at__isnull=False, expires_at__isnull=False, size_bytes__isnull=False),
                name="people_export_ready_is_complete",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.state}"


class ErasureRequest(models.Model):
    """Somebody is to be erased: at the own wish, after a few days in which the wish can be taken back, or by two people
    of the association, with a reason. The row outlives the person as the proof that it was done, without a word of who.

    Personal data: the person (by number), and `reason` until it is carried out.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("not carried out yet")
        WITHDRAWN = "withdrawn", _("taken back")
        REFUSED = "refused", _("turned down")
        DONE = "done", _("carried out")

    lawyer = models.ForeignKey(Lawyer, null=True, on_delete=models.PROTECT, related_name="erasure_requests")
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="erasure_requests")
    own_wish = models.BooleanField()
    reason = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    requested_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    # Not before: the days in which a wish can be taken back.
    due_at = models.DateTimeField()
    decided_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    # How many rows were touched in which table, and where the name still stands: tables and numbers, no words.
    outcome = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(lawyer__isnull=False) | Q(account__isnull=False),
                name="people_erasure_of_somebody",
            ),
            models.UniqueConstraint(
                fields=["lawyer"], condition=Q(state="waiting"), name="people_erasure_of_lawyer_open_once"
            ),
            models.UniqueConstraint(
                fields=["account"], condition=Q(state="waiting"), name="people_erasure_of_account_open_once"
            ),
            models.CheckConstraint(
                condition=Q(own_wish=True) | ~Q(reason=""), name="people_erasure_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(own_wish=True)
                | Q(decided_by__isnull=True)
                | Q(state="withdrawn")
                | ~Q(decided_by=F("requested_by")),
                name="people_erasure_by_two_people",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at__isnull=True, decided_by__isnull=True)
                | Q(state__in=["withdrawn", "refused"], decided_at__isnull=False, decided_by__isnull=False)
                | Q(state="done", decided_at__isnull=False, own_wish=True)
                | Q(state="done", decided_at__isnull=False, own_wish=False, decided_by__isnull=False),
                name="people_erasure_state",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "due_at"], name="people_erasure_due")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.state}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.WAITING
