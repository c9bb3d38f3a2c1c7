"""Discs (光盘): what is on a master, where each disc with its serial number is, who asked for one."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from qianchang.groundwork.models import AppendOnly


class DiscMaster(models.Model):
    """One composition (母盘): lectures in their order, and where in each a presence code is shown. It never changes once
    it stands: another composition is another master.

    `sha256` covers everything that makes the discs of it the same: the recordings, their order, their code windows.
    `presence_minutes` are those of the rule on the day it was composed.
    """

    title = models.CharField(max_length=60)
    maker = models.ForeignKey("people.Association", on_delete=models.PROTECT, related_name="disc_masters")
    presence_minutes = models.PositiveSmallIntegerField()
    sha256 = models.CharField(max_length=64)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["maker", "title", "sha256"], name="discs_master_once"),
            models.CheckConstraint(
                condition=models.Q(presence_minutes__gt=0), name="discs_master_asks_for_codes"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class MasterLecture(AppendOnly):
    """One lecture on a master, by its version. `windows` are the places of its presence codes as [from, until] in
    milliseconds of the recording: frozen, because a disc that was burnt does not change.
    """

    master = models.ForeignKey(DiscMaster, on_delete=models.PROTECT, related_name="lectures")
    version = models.ForeignKey("catalogue.LectureVersion", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    windows = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["master", "position"], name="discs_one_lecture_a_place"),
            models.UniqueConstraint(fields=["master", "version"], name="discs_lecture_once_a_master"),
            models.CheckConstraint(condition=models.Q(position__gt=0), name="discs_places_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.master_id} {self.position}"


class DiscRequest(models.Model):
    """Somebody asks for a disc (光盘申请): a lawyer for a county without a line, a county contact, an officer.

    Answered by discs that are made for it, or declined with words. Personal data: who asked, for which lawyer, to whom
    and where it is sent, and why.
    """

    association = models.ForeignKey(
        "people.Association", on_delete=models.PROTECT, related_name="disc_requests"
    )
    region = models.ForeignKey(
        "people.Region", null=True, blank=True, on_delete=models.PROTECT, related_name="disc_requests"
    )
    lawyer = models.ForeignKey(
        "people.Lawyer", null=True, on_delete=models.PROTECT, related_name="disc_requests"
    )
    recipient = models.CharField(max_length=60)
    address = models.CharField(max_length=200)
    reason = models.CharField(max_length=200)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    declined_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    declined_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(declined_at__isnull=True, declined_by__isnull=True, answer="")
                | (models.Q(declined_at__isnull=False, declined_by__isnull=False) & ~models.Q(answer="")),
                name="discs_declined_with_words",
            ),
            models.CheckConstraint(
                condition=models.Q(declined_at__isnull=True) | models.Q(withdrawn_at__isnull=True),
                name="discs_request_ends_once",
            ),
        ]

    def __str__(self) -> str:
        return f"request {self.pk}"


class RequestedLecture(AppendOnly):
    """One lecture of a request: at most four, which is what a disc takes."""

    request = models.ForeignKey(DiscRequest, on_delete=models.PROTECT, related_name="lectures")
    lecture = models.ForeignKey("catalogue.LecturePage", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "lecture"], name="discs_requested_once"),
            models.UniqueConstraint(fields=["request", "position"], name="discs_requested_in_order"),
            models.CheckConstraint(
                condition=models.Q(position__gte=1, position__lte=4), name="discs_four_a_request"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.lecture_id}"


class Disc(models.Model):
    """One disc with its serial number. `state` and `state_at` are what the last of its events says, kept beside it so that
    the board is one question; before the first one, whether somebody makes it. `region` is the county that it is
    registered to, null: the association itself.

    Personal data: to whom and where it is sent.
    """

    class State(models.TextChoices):
        TO_MAKE = "to_make", _("to be made")
        MADE = "made", _("image made")
        DISPATCHED = "dispatched", _("dispatched")
        RECEIVED = "received", _("received")
        RETURNED = "returned", _("given back")
        LOST = "lost", _("lost")
        CALLED_OFF = "called_off", _("not made")

    number = models.PositiveIntegerField(unique=True)
    serial = models.CharField(max_length=12, unique=True)
    master = models.ForeignKey(DiscMaster, on_delete=models.PROTECT, related_name="discs")
    beneficiary = models.ForeignKey(
        "people.Association", on_delete=models.PROTECT, related_name="discs_received"
    )
    region = models.ForeignKey(
        "people.Region", null=True, blank=True, on_delete=models.PROTECT, related_name="discs"
    )
    recipient = models.CharField(max_length=60, blank=True, default="")
    address = models.CharField(max_length=200, blank=True, default="")
    request = models.ForeignKey(DiscRequest, null=True, on_delete=models.PROTECT, related_name="discs")
    state = models.CharField(max_length=10, choices=State.choices, default=State.TO_MAKE)
    state_at = models.DateTimeField()
    image = models.UUIDField(null=True, unique=True)
    iso_sha256 = models.CharField(max_length=64, blank=True, default="")
    iso_bytes = models.PositiveBigIntegerField(null=True)
    # The discs of one press of the button: pressing it twice makes them once.
    batch = models.UUIDField(default=uuid.uuid4)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["state", "state_at"], name="discs_disc_state"),
            models.Index(fields=["batch"], name="discs_disc_batch"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(number__gt=0), name="discs_numbers_from_one"),
            models.CheckConstraint(
                condition=models.Q(state__in=["to_make", "called_off"])
                | (~models.Q(iso_sha256="") & models.Q(iso_bytes__isnull=False)),
                name="discs_made_has_a_checksum",
            ),
        ]

    def __str__(self) -> str:
        return self.serial


class DiscEvent(AppendOnly):
    """One step of a disc on its way (交接记录): never changed; what was noted wrongly is set right by the next step.

    `at` is when it happened, `recorded_at` when somebody noted it; `by` is null for what the platform did itself.
    Personal data: who noted it, and whom the words name.
    """

    class Kind(models.TextChoices):
        MADE = "made", _("image made")
        DISPATCHED = "dispatched", _("dispatched")
        RECEIVED = "received", _("received")
        RETURNED = "returned", _("given back")
        LOST = "lost", _("lost")

    erasable: ClassVar = {"holder": "***", "note": "***"}

    disc = models.ForeignKey(Disc, on_delete=models.PROTECT, related_name="events")
    sequence = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    # To whom it was sent, who received it: an association, or its county.
    association = models.ForeignKey(
        "people.Association", null=True, on_delete=models.PROTECT, related_name="+"
    )
    region = models.ForeignKey("people.Region", null=True, on_delete=models.PROTECT, related_name="+")
    holder = models.CharField(max_length=60, blank=True, default="")
    carrier = models.CharField(max_length=40, blank=True, default="")
    tracking_number = models.CharField(max_length=40, blank=True, default="")
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            # Two officers who note a step at once: one of them is the next step, the other one is told.
            models.UniqueConstraint(fields=["disc", "sequence"], name="discs_steps_in_order"),
            models.CheckConstraint(
                condition=~models.Q(kind="dispatched") | ~models.Q(carrier=""), name="discs_sent_by_somebody"
            ),
            models.CheckConstraint(
                condition=models.Q(recorded_at__gte=models.F("at")), name="discs_noted_afterwards"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.disc_id} {self.sequence} {self.kind}"


class DiscUse(models.Model):
    """A disc is that of a session: the lecture of the session is on it. A disc with four lectures serves four sessions."""

    disc = models.ForeignKey(Disc, on_delete=models.PROTECT, related_name="uses")
    session = models.ForeignKey(
        "schedule.TrainingSession", on_delete=models.PROTECT, related_name="disc_uses"
    )
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["disc", "session"], name="discs_use_once")]

    def __str__(self) -> str:
        return f"{self.disc_id} {self.session_id}"


class AnswerSheet(AppendOnly):
    """The answer sheet (答题单) of one lawyer who watched a lecture alone from a disc: the codes that were copied, and the
    statement that was signed. `right` says of each code whether it was that disc's; hours follow when all are.

    Personal data: the lawyer, who keyed it in, and what was written.
    """

    disc = models.ForeignKey(Disc, on_delete=models.PROTECT, related_name="answer_sheets")
    version = models.ForeignKey("catalogue.LectureVersion", on_delete=models.PROTECT, related_name="+")
    lawyer = models.ForeignKey("people.Lawyer", on_delete=models.PROTECT, related_name="answer_sheets")
    watched_on_date = models.DateField()
    codes = models.JSONField()
    right = models.JSONField()
    accepted = models.BooleanField()
    statement = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["disc", "version", "lawyer"],
                condition=models.Q(accepted=True),
                name="discs_answer_sheet_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.disc_id} {self.version_id} {self.lawyer_id}"
