"""Sign-in sheets (签到表): who was in a room, as somebody keyed it and somebody else confirmed it.

A sheet is of one room on one day. What stands on it is keyed as versions; what officers say to it is decisions; both are
only added to. `Sheet.state` is the fold of the decisions.
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from qianchang.groundwork.models import AppendOnly
from qianchang.groundwork.personal_data import ERASED


class Clock(models.TextChoices):
    """Whose clock gave a time."""

    SERVER = "server", _("clock of the platform")
    DEVICE = "device", _("clock of the device")
    PAPER = "paper", _("written on paper")


class Sheet(models.Model):
    """One sign-in sheet (签到表): one room of one session on one day. A session may have many: one for each county that
    showed the disc, each dial-in site, each room.

    `association` is the one that checks it: the nearest to the place. `region` is the county (null: no county's, then
    whoever signed up is expected). `disc` was shown, or `streamed` from the network; neither for a room on site.
    Personal data: the supervisor's name.
    """

    class Kind(models.TextChoices):
        SCREENING = "screening", _("group screening")
        ON_SITE = "on_site", _("on site")
        DIAL_IN = "dial_in", _("dial-in site")

    class State(models.TextChoices):
        OPEN = "open", _("not reported yet")
        REPORTED = "reported", _("waiting for confirmation")
        RETURNED = "returned", _("returned")
        CONFIRMED = "confirmed", _("confirmed")
        CANCELLED = "cancelled", _("cancelled")

    session = models.ForeignKey("schedule.TrainingSession", on_delete=models.PROTECT, related_name="sheets")
    ordinal = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    association = models.ForeignKey("people.Association", on_delete=models.PROTECT, related_name="sheets")
    region = models.ForeignKey("people.Region", null=True, on_delete=models.PROTECT, related_name="sheets")
    site = models.CharField(max_length=120)
    date = models.DateField()
    begins_at = models.TimeField(null=True)
    ends_at = models.TimeField(null=True)
    supervisor = models.CharField(max_length=60, blank=True, default="")
    disc = models.ForeignKey("discs.Disc", null=True, on_delete=models.PROTECT, related_name="sheets")
    streamed = models.BooleanField(default=False)
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "ordinal"], name="sheets_sheet_number_once"),
            models.CheckConstraint(
                condition=Q(disc__isnull=True) | Q(streamed=False), name="sheets_disc_or_stream"
            ),
            models.CheckConstraint(condition=~Q(site=""), name="sheets_sheet_has_a_site"),
        ]
        indexes = [models.Index(fields=["state", "date"], name="sheets_sheet_waiting")]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The number as people read it: that of the session and which of its sheets it is."""
        return f"{self.session.code}-{self.ordinal}"


class SheetVersion(AppendOnly):
    """The whole sheet as somebody keyed it once. `base` is the version that lay before whoever keyed it (null: a blank
    sheet), `merges` another one that it takes in. A sheet with two versions that no other follows is in conflict.

    `draft_id` is made where it is keyed, so that sending it twice is harmless. `codes` are the presence codes as they were
    copied. `keyed_at` is when it was keyed by the device's clock (null: at once). Personal data: the supervisor's name.
    """

    class Origin(models.TextChoices):
        TYPED = "typed", _("typed")
        OFFLINE = "offline", _("typed without a network")
        EXCEL = "excel", _("Excel file")
        DOOR = "door", _("code at the door")
        STICK = "stick", _("stick")
        LOG = "log", _("meeting log")

    erasable = {"supervisor": ERASED}

    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    base = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="followed_by")
    merges = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="merged_into")
    origin = models.CharField(max_length=8, choices=Origin.choices)
    draft_id = models.UUIDField(unique=True, default=uuid.uuid4)
    codes = models.JSONField(default=list)
    supervisor = models.CharField(max_length=60, blank=True, default="")
    begins_at = models.TimeField(null=True)
    ends_at = models.TimeField(null=True)
    keyed_at = models.DateTimeField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sheet", "number"], name="sheets_version_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.sheet_id} v{self.number}"


class SheetRow(AppendOnly):
    """One person on one version of a sheet. Without a licence number it is somebody who is no lawyer (其他人员); with one
    that no roster knows, `lawyer` is null and an officer looks at it. An unmarked person has `mark` empty.

    Personal data: the lawyer, name, licence number and firm as they were written.
    """

    class Mark(models.TextChoices):
        FULL = "full", _("Full")
        PART = "part", _("Partial")
        ABSENT = "absent", _("Absent")

    erasable = {"name": ERASED, "licence_number": "", "firm": ""}

    version = models.ForeignKey(SheetVersion, on_delete=models.PROTECT, related_name="rows")
    position = models.PositiveSmallIntegerField()
    lawyer = models.ForeignKey(
        "people.Lawyer", null=True, on_delete=models.PROTECT, related_name="sheet_rows"
    )
    name = models.CharField(max_length=60)
    licence_number = models.CharField(max_length=17, blank=True, default="")
    firm = models.CharField(max_length=120, blank=True, default="")
    mark = models.CharField(max_length=6, choices=Mark.choices, blank=True, default="")
    minutes = models.PositiveSmallIntegerField(null=True)
    in_at = models.DateTimeField(null=True)
    out_at = models.DateTimeField(null=True)
    clock = models.CharField(max_length=6, choices=Clock.choices, default=Clock.PAPER)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "position"], name="sheets_row_position_once"),
            models.UniqueConstraint(fields=["version", "lawyer"], name="sheets_row_lawyer_once"),
            models.CheckConstraint(
                condition=Q(mark="part", minutes__isnull=False, minutes__gt=0)
                | (~Q(mark="part") & Q(minutes__isnull=True)),
                name="sheets_row_part_has_minutes",
            ),
            models.CheckConstraint(
                condition=Q(in_at__isnull=True) | Q(out_at__isnull=True) | Q(out_at__gte=F("in_at")),
                name="sheets_row_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} #{self.position} {self.mark}"


class SheetDecision(AppendOnly):
    """What somebody said to a sheet: reported to the association, withdrawn before it was confirmed, confirmed by another
    person, returned with a reason, or cancelled because nothing was held.

    `grade` is what the evidence was worth when it was confirmed, and `proof` what spoke for it then (sheets.proving; null:
    confirmed before that was kept). Personal data: whom the reason may name.
    """

    class Kind(models.TextChoices):
        REPORTED = "reported", _("reported")
        WITHDRAWN = "withdrawn", _("withdrawn")
        CONFIRMED = "confirmed", _("confirmed")
        RETURNED = "returned", _("returned")
        CANCELLED = "cancelled", _("cancelled")

    erasable = {"reason": ERASED}

    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="decisions")
    version = models.ForeignKey(SheetVersion, null=True, on_delete=models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=9, choices=Kind.choices)
    reason = models.CharField(max_length=500, blank=True, default="")
    grade = models.CharField(max_length=1, blank=True, default="")
    proof = models.JSONField(null=True)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sheet"], condition=Q(kind="confirmed"), name="sheets_confirmed_once"
            ),
            models.CheckConstraint(
                condition=(
                    Q(kind="confirmed", reported_by__isnull=False, grade__in=["A", "B", "C"])
                    & ~Q(by=F("reported_by"))
                )
                | (~Q(kind="confirmed") & Q(grade="")),
                name="sheets_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(kind="returned") | ~Q(reason=""), name="sheets_returned_with_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(kind="cancelled") | Q(version__isnull=False), name="sheets_decided_on_a_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sheet_id} {self.kind}"


class SheetFile(AppendOnly):
    """A scan or photo of the sheet on paper, or a photo of the room, in the vault. It is withdrawn, never overwritten.

    Personal data: who handed it in; the files show people.
    """

    class Kind(models.TextChoices):
        SCAN = "scan", _("Photo of the sheet")
        PHOTO = "photo", _("Photo of the room")

    ending = ("withdrawn_at", "withdrawn_by_id")

    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="files")
    kind = models.CharField(max_length=5, choices=Kind.choices)
    sha256 = models.CharField(max_length=64, db_index=True)
    size_bytes = models.PositiveIntegerField()
    content_type = models.CharField(max_length=80)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sheet", "kind", "sha256"],
                condition=Q(withdrawn_at__isnull=True),
                name="sheets_file_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sheet_id} {self.kind} {self.sha256[:8]}"


class SheetCredit(AppendOnly):
    """The hours that one row of a confirmed sheet gave, or found standing."""

    row = models.OneToOneField(SheetRow, on_delete=models.PROTECT, related_name="credit")
    entry = models.ForeignKey("credits.CreditEntry", on_delete=models.PROTECT, related_name="sheet_credits")

    def __str__(self) -> str:
        return f"{self.row_id} {self.entry_id}"


class CountedSpan(AppendOnly):
    """When a lawyer was in a room by the clock on the wall, where hours stand on it: `entry` was made for it. No other sheet
    counts this time again as long as the entry stands; the database refuses it (one_place_wall.py). Whoever taught there
    need not stand on a row.

    Personal data: the lawyer, by reference.
    """

    row = models.ForeignKey(SheetRow, null=True, on_delete=models.PROTECT, related_name="counted_spans")
    entry = models.ForeignKey("credits.CreditEntry", on_delete=models.PROTECT, related_name="counted_spans")
    lawyer = models.ForeignKey(
        "people.Lawyer", on_delete=models.PROTECT, related_name="counted_spans", db_index=False
    )
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until_at__gt=F("from_at")), name="sheets_span_forward"),
        ]
        indexes = [models.Index(fields=["lawyer", "until_at"], name="sheets_span_of_lawyer")]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.from_at:%Y-%m-%d %H:%M}"


# The door has its own tables (door/models.py); Django finds them through this file.
from courses.sheets.door.models import DoorScan, DoorWord  # noqa: E402, F401
