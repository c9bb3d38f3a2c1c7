"""Training sessions (场): one lecture held by a supporting association for a beneficiary region."""

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class DeliveryMode(models.Model):
    """One way of holding a session; the list is data (现场授课、网络视频、DVD、电话会议)."""

    code = models.SlugField(unique=True)
    name_zh = models.CharField(max_length=30)
    name_en = models.CharField(max_length=40)
    letter = models.CharField(max_length=1, unique=True)
    position = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=60, blank=True)
    quote = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" else self.name_zh


class TrainingSession(models.Model):
    """One 场: planned, scheduled, held or cancelled. Whether it was confirmed and counted is known to the
    officer's room, never here: a session does not know which quota it serves.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        SCHEDULED = "scheduled", _("scheduled")
        HELD = "held", _("held")
        CANCELLED = "cancelled", _("cancelled")

    code = models.CharField(max_length=20, unique=True)
    lecture_version = models.ForeignKey(
        "catalogue.LectureVersion", on_delete=models.PROTECT, related_name="sessions"
    )
    mode = models.ForeignKey(DeliveryMode, on_delete=models.PROTECT, related_name="sessions")
    supporter = models.ForeignKey(
        "people.Association", on_delete=models.PROTECT, related_name="sessions_given"
    )
    beneficiary = models.ForeignKey(
        "people.Association", on_delete=models.PROTECT, related_name="sessions_received"
    )
    date = models.DateField()
    place = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.SCHEDULED)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    held_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="held") | models.Q(held_at__isnull=False, held_by__isnull=False),
                name="schedule_held_is_signed",
            ),
            # The same holding cannot be entered twice; that video counts once per region is a rule of the
            # quota.
            models.UniqueConstraint(
                fields=["lecture_version", "beneficiary", "mode", "date", "place"],
                condition=models.Q(state__in=["planned", "scheduled", "held"]),
                name="schedule_session_once",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class SessionNotice(models.Model):
    """What an officer tells everybody of a session to come (场次预告): with it the session stands before the public.
    Without one only those see the session to whom its lecture is released or for whose association it is held.

    `begins_at` is a time of the day at the place (null: not said), `seats` null is as many as come, `sign_up_last_date` a
    day that still counts. `takes_names`: lawyers of the region sign up here; `sign_up` says how else. Personal data: whom
    the words may name.
    """

    session = models.OneToOneField(TrainingSession, on_delete=models.CASCADE, related_name="notice")
    begins_at = models.TimeField(null=True, blank=True)
    seats = models.PositiveIntegerField(null=True, blank=True)
    audience = models.CharField(max_length=200, blank=True)
    takes_names = models.BooleanField(default=True, db_default=True)
    sign_up = models.CharField(max_length=200, blank=True)
    sign_up_last_date = models.DateField(null=True, blank=True)
    text = models.TextField(blank=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(seats__isnull=True) | models.Q(seats__gt=0),
                name="schedule_notice_has_seats",
            )
        ]

    def __str__(self) -> str:
        return f"notice of {self.session_id}"


class SignUp(models.Model):
    """One lawyer's place at one session to come (报名): on a seat, or waiting for one in the order of the tickets. Whoever
    withdraws gives both back and comes again last. Whether somebody was there is attendance, never this.

    A seat has a number, and no number is given twice: more people than seats have nowhere to be written.
    Personal data: the lawyer.
    """

    class State(models.TextChoices):
        SIGNED_UP = "signed_up", _("signed up")
        WAITING = "waiting", _("on the waiting list")
        WITHDRAWN = "withdrawn", _("withdrawn")

    session = models.ForeignKey(TrainingSession, on_delete=models.PROTECT, related_name="sign_ups")
    lawyer = models.ForeignKey("people.Lawyer", on_delete=models.PROTECT, related_name="session_sign_ups")
    state = models.CharField(max_length=9, choices=State.choices)
    seat = models.PositiveIntegerField(null=True)
    ticket = models.PositiveIntegerField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "lawyer"], name="schedule_sign_up_once"),
            models.UniqueConstraint(fields=["session", "seat"], name="schedule_sign_up_seat_once"),
            models.UniqueConstraint(fields=["session", "ticket"], name="schedule_sign_up_ticket_once"),
            models.CheckConstraint(
                condition=models.Q(state="signed_up", seat__isnull=False, seat__gt=0)
                | (~models.Q(state="signed_up") & models.Q(seat__isnull=True)),
                name="schedule_sign_up_on_a_seat",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session_id} {self.lawyer_id} {self.state}"
