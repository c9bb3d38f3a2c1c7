"""What people are told: messages (消息), and the outbox of the mails that carry them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from qianchang.people.models.accounts import Account


class Mail(models.Model):
    """One mail of the outbox: a notice that goes out at once (`day` is null), or the summary of one day.

    A worker claims it, sends it and says so; one that dies in between leaves it to the next one, under the same
    Message-ID. Source: product-design.md, section 8: never more than one mail a day but for the marked ones.

    Personal data: the address, and what a mail server said about it.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting to be sent")
        SENT = "sent", _("sent")
        REFUSED = "refused", _("not delivered")
        DROPPED = "dropped", _("not wanted any more")

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="outbox")
    address = models.EmailField()
    day = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    # It rests until then: after it was claimed, and longer after each attempt that failed.
    not_before = models.DateTimeField()
    last_error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "day"],
                condition=models.Q(day__isnull=False),
                name="people_mail_one_summary_a_day",
            ),
            models.CheckConstraint(
                condition=models.Q(state="waiting", ended_at__isnull=True)
                | (~models.Q(state="waiting") & models.Q(ended_at__isnull=False)),
                name="people_mail_ended_or_waiting",
            ),
        ]
        indexes = [
            models.Index(
                fields=["attempts", "not_before"],
                condition=models.Q(state="waiting"),
                name="people_mail_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"


class Notice(models.Model):
    """One message to one account. What it says is made from the templates of its event and `words`, in the language of
    the reader; the same text goes by mail.

    Personal data: words may name a lecture, a place or a person.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="notices")
    event = models.CharField(max_length=40)
    # What happened, by our own number of it: the same is told once.
    key = models.CharField(max_length=120)
    link = models.CharField(max_length=300, blank=True)
    words = models.JSONField(default=dict)
    posted_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    mail = models.ForeignKey(Mail, null=True, blank=True, on_delete=models.SET_NULL, related_name="notices")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "account", "key"], name="people_notice_once"),
        ]
        indexes = [
            models.Index(fields=["account", "-posted_at"], name="people_notice_list"),
            models.Index(
                fields=["posted_at"],
                condition=models.Q(mail__isnull=True, read_at__isnull=True),
                name="people_notice_unmailed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.key}"


class NoticeRound(models.Model):
    """One round in which many were told of one thing, finished: whoever asks for it again tells nobody twice."""

    event = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    told = models.PositiveIntegerField()
    finished_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "key"], name="people_notice_round_once")]

    def __str__(self) -> str:
        return f"{self.event} {self.key}: {self.told}"
