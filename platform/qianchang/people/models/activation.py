"""How a lawyer on the roster comes to an account: codes that were asked for, wrong tries, invitations."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from qianchang.people.models.accounts import Account
from qianchang.people.models.lawyers import Lawyer


class Channel(models.TextChoices):
    """By which way a code or an invitation goes out."""

    SMS = "sms", _("SMS")
    EMAIL = "email", _("e-mail")


class NumberTries(models.Model):
    """The wrong tries on one licence number, whether it stands on a roster or not: the limit must not tell which do.

    The number is kept as a keyed digest, so that what strangers typed stays unreadable here.
    """

    number_digest = models.CharField(max_length=64, unique=True)
    failures = models.PositiveSmallIntegerField(default=0)
    failed_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.number_digest[:8]} {self.failures}"


class CodeRequest(models.Model):
    """Somebody asked for a code with licence number, name and phone. What fits nobody makes a row as well (`lawyer` is
    null), so that the answer and the work are the same.

    A worker makes the code when it sends it: only the hash is kept, and only its message ever held the digits.
    """

    lawyer = models.ForeignKey(
        Lawyer, null=True, blank=True, on_delete=models.CASCADE, related_name="code_requests"
    )
    requested_at = models.DateTimeField(db_index=True)
    channel = models.CharField(max_length=5, choices=Channel.choices, blank=True)
    code_hash = models.CharField(max_length=128, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    wrong_tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(used_at__isnull=True) | models.Q(lawyer__isnull=False),
                name="people_code_used_by_a_lawyer",
            ),
            models.CheckConstraint(
                condition=models.Q(sent_at__isnull=True) | ~models.Q(code_hash=""),
                name="people_code_sent_is_hashed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lawyer_id or ''} {self.requested_at:%Y-%m-%d %H:%M}".strip()


class Invitation(models.Model):
    """A message to a lawyer on the roster that the account can be activated: waiting (`next_try_at`), sent or given up."""

    lawyer = models.ForeignKey(Lawyer, on_delete=models.CASCADE, related_name="invitations")
    channel = models.CharField(max_length=5, choices=Channel.choices)
    invited_by = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    invited_at = models.DateTimeField(db_index=True)
    next_try_at = models.DateTimeField(null=True, blank=True, db_index=True)
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lawyer"],
                condition=models.Q(next_try_at__isnull=False),
                name="people_invitation_waiting_once",
            ),
            # Waiting, sent or given up: one of the three, never two.
            models.CheckConstraint(
                condition=(
                    models.Q(next_try_at__isnull=False, sent_at__isnull=True, given_up_at__isnull=True)
                    | models.Q(next_try_at__isnull=True, sent_at__isnull=False, given_up_at__isnull=True)
                    | models.Q(next_try_at__isnull=True, sent_at__isnull=True, given_up_at__isnull=False)
                ),
                name="people_invitation_one_state",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lawyer_id} {self.channel} {self.invited_at:%Y-%m-%d}"
