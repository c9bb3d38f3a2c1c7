"""Training sessions (场): one lecture held by a supporting association for a beneficiary region."""

from datetime import time

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from courses.schedule import meeting_logs
from courses.schedule.rules import NOON
from qianchang.groundwork.models import AppendOnly


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


class Tour(models.Model):
    """One touring lecture series (巡讲): an itinerary of one supporting association, whose stops are sessions."""

    title = models.CharField(max_length=120)
    supporter = models.ForeignKey("people.Association", on_delete=models.PROTECT, related_name="tours")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.title


def half_day_of_hour() -> models.Case:
    """Return which half of a day a session falls into, for the database: as rules.half_day says it in Python."""
    return models.Case(
        models.When(begins_at__isnull=True, then=models.Value("")),
        models.When(begins_at__lt=time(NOON), then=models.Value("am")),
        default=models.Value("pm"),
    )


class TrainingSession(models.Model):
    """One 场: planned, scheduled, held or cancelled. Whether it was confirmed and counted is known to the
    officer's room, never here: a session does not know which quota it serves.

    A planned one is known to the two associations only; `scheduled_at` is when it was bound and announced.
    `begins_at` is a time of the day at the place (null: not said). `repeat_of` is the first session of the same lecture
    for the same region in the same mode; sessions of one event for several regions share `joint_event`. `reversed_at`:
    two people took it back where it counted; it stands in nobody's way any more. `county`: where it is held, whose
    contact hands in the photo, the sheet and the head count; null where it is held for more than one, or nobody said.
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
    county = models.ForeignKey("people.Region", null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.SCHEDULED)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    held_at = models.DateTimeField(null=True)
    scheduled_at = models.DateTimeField(null=True)
    reversed_at = models.DateTimeField(null=True)
    begins_at = models.TimeField(null=True, blank=True)
    repeat_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="repeats")
    joint_event = models.CharField(max_length=20, blank=True, default="", db_default="")
    tour = models.ForeignKey(Tour, null=True, on_delete=models.PROTECT, related_name="stops")

    class Meta:
        indexes = [
            models.Index(
                fields=["joint_event"], condition=~models.Q(joint_event=""), name="schedule_session_joint"
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(repeat_of=models.F("id")), name="schedule_repeats_another"
            ),
            # One event is one session for each region.
            models.UniqueConstraint(
                fields=["joint_event", "beneficiary"],
                condition=~models.Q(joint_event="") & ~models.Q(state="cancelled"),
                name="schedule_joint_once_per_region",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="held") | models.Q(held_at__isnull=False, held_by__isnull=False),
                name="schedule_held_is_signed",
            ),
            models.CheckConstraint(
                condition=models.Q(reversed_at__isnull=True) | models.Q(state="held"),
                name="schedule_reversed_was_held",
            ),
            # The same holding cannot be entered twice, while it stands; that video counts once per region is a rule of
            # the quota. An hour that is not said is a half-day of its own.
            models.UniqueConstraint(
                "lecture_version",
                "beneficiary",
                "mode",
                "date",
                "place",
                half_day_of_hour(),
                condition=models.Q(state__in=["planned", "scheduled", "held"], reversed_at__isnull=True),
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


class SessionDetails(models.Model):
    """What an officer keys in of how a session went: its agenda, how many heads were counted, who hosted a telephone
    conference over which bridge and from which sites it was heard, which discs were shown.

    Each may be given at any time and in any order; null or empty is not said. Personal data: whom the words may name.
    """

    session = models.OneToOneField(TrainingSession, on_delete=models.PROTECT, related_name="details")
    agenda = models.TextField(blank=True, default="")
    head_count = models.PositiveIntegerField(null=True, blank=True)
    host = models.CharField(max_length=80, blank=True, default="")
    bridge = models.CharField(max_length=120, blank=True, default="")
    sites = models.TextField(blank=True, default="")
    disc_serials = models.CharField(max_length=200, blank=True, default="")
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(head_count__isnull=True) | models.Q(head_count__gt=0),
                name="schedule_details_count_heads",
            )
        ]

    def __str__(self) -> str:
        return f"details of {self.session_id}"


class Evidence(AppendOnly):
    """One piece of evidence (凭证材料) of a session: a file in the vault, named by its digest, or a lecturer's signature
    given here, which has no file. It is never overwritten: another one takes its place, and this one says since when.

    Personal data: who handed it in or signed; photos and sheets show people.
    """

    class Kind(models.TextChoices):
        AGENDA = "agenda", _("Agenda")
        SIGN_OFF = "sign_off", _("Signed sheet of the lecturer")
        SIGNATURE = "signature", _("Signature of the lecturer")
        PHOTO = "photo", _("Photo")
        SIGN_IN_SHEET = "sign_in", _("Sign-in sheet")
        DISC_RECEIPT = "receipt", _("Receipt of the disc")
        MEETING_LOG = "log", _("Meeting log")

    ending = ("withdrawn_at", "withdrawn_by_id")

    session = models.ForeignKey(TrainingSession, on_delete=models.PROTECT, related_name="evidence")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    size_bytes = models.PositiveIntegerField(default=0)
    content_type = models.CharField(max_length=80, blank=True, default="")
    lecturer = models.ForeignKey(
        "catalogue.Lecturer", null=True, on_delete=models.PROTECT, related_name="signatures"
    )
    replaces = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        indexes = [models.Index(fields=["sha256"], name="schedule_evidence_digest")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="signature", sha256="", lecturer__isnull=False)
                | (~models.Q(kind="signature") & ~models.Q(sha256="") & models.Q(lecturer__isnull=True)),
                name="schedule_evidence_is_a_file_or_signature",
            ),
            models.UniqueConstraint(
                fields=["session", "kind", "sha256"],
                condition=models.Q(withdrawn_at__isnull=True) & ~models.Q(sha256=""),
                name="schedule_evidence_file_once",
            ),
            models.UniqueConstraint(
                fields=["session", "lecturer"],
                condition=models.Q(withdrawn_at__isnull=True, kind="signature"),
                name="schedule_signature_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session_id} {self.kind} {self.sha256[:8]}"


class MeetingPresence(models.Model):
    """One person on the log of a meeting: how long, joins and leaves taken together, and who it is where the roster
    knows one. Personal data: the lawyer, and the name as the log has it.
    """

    log = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="presences")
    name = models.CharField(max_length=120)
    lawyer = models.ForeignKey(
        "people.Lawyer", null=True, on_delete=models.PROTECT, related_name="meeting_presences"
    )
    seconds = models.PositiveIntegerField()
    joins = models.PositiveIntegerField()
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["log", "lawyer"], name="schedule_presence_once"),
            models.CheckConstraint(
                condition=models.Q(left_at__gte=models.F("joined_at")), name="schedule_presence_forward"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.log_id} {self.lawyer_id} {self.seconds}"

    @property
    def minutes(self) -> int:
        """Whole minutes."""
        return self.seconds // 60

    @property
    def shown_name(self) -> str:
        """The name as pages show it: without the licence number that some write beside it."""
        return meeting_logs.without_licence(self.name)
