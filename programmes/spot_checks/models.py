"""Spot checks (抽查) of counted sessions: the announcement, the drawing, the findings, and their mending (整改).

Every row is written once. What a check has come to is read from which rows stand.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from programmes.spot_checks.rules import LARGEST_SAMPLE
from qianchang.groundwork.models import AppendOnly
from qianchang.groundwork.personal_data import ERASED


class SpotCheck(AppendOnly):
    """One announcement: which counted sessions, how many of them, and which public number of a later day decides.
    Months are inclusive, `yyyy-mm`, of the posting: every counted session was posted in exactly one.
    """

    code = models.CharField(max_length=20, unique=True)
    association = models.ForeignKey("people.Association", on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey("plans.Plan", on_delete=models.PROTECT, related_name="+")
    supporter = models.ForeignKey("people.Association", null=True, on_delete=models.PROTECT, related_name="+")
    beneficiary = models.ForeignKey(
        "people.Association", null=True, on_delete=models.PROTECT, related_name="+"
    )
    first_month = models.CharField(max_length=7)
    last_month = models.CharField(max_length=7)
    sample_size = models.PositiveSmallIntegerField()
    seed_source = models.CharField(max_length=200)
    seed_date = models.DateField()
    frame_size = models.PositiveIntegerField()
    frame_sha256 = models.CharField(max_length=64)
    # The same announcement sent twice is one.
    sameness = models.CharField(max_length=64, unique=True)
    announced_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    announced_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sample_size__range=(1, LARGEST_SAMPLE), sample_size__lte=F("frame_size")),
                name="spot_checks_sample_fits",
            ),
            models.CheckConstraint(
                condition=Q(first_month__lte=F("last_month")), name="spot_checks_months_in_order"
            ),
            models.CheckConstraint(condition=~Q(seed_source=""), name="spot_checks_source_is_named"),
        ]

    def __str__(self) -> str:
        return self.code


class FrameLine(AppendOnly):
    """One counted session of the list that is drawn from, as it stood when the check was announced."""

    spot_check = models.ForeignKey(SpotCheck, on_delete=models.PROTECT, related_name="frame")
    position = models.PositiveIntegerField()
    entry = models.ForeignKey("quotas.QuotaEntry", on_delete=models.PROTECT, related_name="+")
    session = models.ForeignKey("schedule.TrainingSession", on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["spot_check", "position"], name="spot_checks_position_once"),
            models.UniqueConstraint(fields=["spot_check", "session"], name="spot_checks_session_once"),
        ]

    def __str__(self) -> str:
        return f"{self.spot_check_id} {self.position} {self.code}"


class Drawing(AppendOnly):
    """The public number was entered and the sample drawn, once."""

    spot_check = models.OneToOneField(SpotCheck, on_delete=models.PROTECT, related_name="drawing")
    digits = models.CharField(max_length=60)
    seed = models.CharField(max_length=90)
    drawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.seed


class Sampled(AppendOnly):
    """One drawn session; `rank` 1 was drawn first."""

    drawing = models.ForeignKey(Drawing, on_delete=models.PROTECT, related_name="sample")
    rank = models.PositiveSmallIntegerField()
    line = models.OneToOneField(FrameLine, on_delete=models.PROTECT, related_name="sampled")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["drawing", "rank"], name="spot_checks_rank_once"),
        ]

    def __str__(self) -> str:
        return f"{self.drawing_id} {self.rank}"


class CallingOff(AppendOnly):
    """A check was called off, with the reason that everybody reads who sees the check."""

    erasable = {"reason": ERASED}

    spot_check = models.OneToOneField(SpotCheck, on_delete=models.PROTECT, related_name="calling_off")
    reason = models.TextField(max_length=2000)
    called_off_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    called_off_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="spot_checks_off_has_reason")]

    def __str__(self) -> str:
        return f"{self.spot_check_id} called off"


class Finding(AppendOnly):
    """What was found of one drawn session: in order, or faulty, with who mends it by when."""

    erasable = {"words": ERASED}

    class Outcome(models.TextChoices):
        IN_ORDER = "in_order", _("in order")
        FAULTY = "faulty", _("faulty")

    class Kind(models.TextChoices):
        NONE = "", _("no fault")
        NOT_HELD = "not_held", _("not held as recorded")
        NO_EVIDENCE = "no_evidence", _("evidence is missing")
        EVIDENCE_DIFFERS = "evidence_differs", _("evidence says something else")
        ATTENDANCE = "attendance", _("attendance is doubtful")
        COUNTED_WRONGLY = "counted_wrongly", _("counted wrongly")
        OTHER = "other", _("something else")

    sampled = models.OneToOneField(Sampled, on_delete=models.PROTECT, related_name="finding")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    kind = models.CharField(max_length=20, choices=Kind.choices, blank=True, default="")
    words = models.TextField(max_length=2000, blank=True)
    # Who mends it: the supporting or the beneficiary side of the session.
    addressee = models.ForeignKey("people.Association", null=True, on_delete=models.PROTECT, related_name="+")
    deadline_date = models.DateField(null=True)
    found_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    found_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="in_order", kind="", addressee__isnull=True, deadline_date__isnull=True)
                | (
                    Q(outcome="faulty", addressee__isnull=False, deadline_date__isnull=False)
                    & ~Q(kind="")
                    & ~Q(words="")
                ),
                name="spot_checks_fault_is_whole",
            )
        ]

    def __str__(self) -> str:
        return f"{self.sampled_id} {self.outcome}"


class Reply(AppendOnly):
    """What the side that mends a finding has done, or why there is nothing to mend (整改情况)."""

    erasable = {"words": ERASED}

    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="replies")
    number = models.PositiveSmallIntegerField()
    words = models.TextField(max_length=2000)
    # Repeated here, so that the database can refuse a reply by whoever found the fault.
    found_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    replied_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    replied_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["finding", "number"], name="spot_checks_reply_number_once"),
            models.CheckConstraint(condition=~Q(words=""), name="spot_checks_reply_has_words"),
            models.CheckConstraint(
                condition=~Q(replied_by=F("found_by")), name="spot_checks_replied_by_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finding_id} reply {self.number}"


class Answer(AppendOnly):
    """What the checking side says of one reply (验收): mended, explained (the finding does not stand), or not enough,
    with a new day. Never by whoever replied.
    """

    erasable = {"words": ERASED}

    class Outcome(models.TextChoices):
        MENDED = "mended", _("mended")
        EXPLAINED = "explained", _("explained, no fault")
        NOT_ENOUGH = "not_enough", _("not enough")

    reply = models.OneToOneField(Reply, on_delete=models.PROTECT, related_name="answer")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    words = models.TextField(max_length=2000, blank=True)
    new_deadline_date = models.DateField(null=True)
    # Repeated here, so that the database can refuse an answer to one's own reply.
    replied_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=["mended", "explained"], new_deadline_date__isnull=True)
                | (Q(outcome="not_enough", new_deadline_date__isnull=False) & ~Q(words="")),
                name="spot_checks_not_enough_says_what",
            ),
            models.CheckConstraint(
                condition=~Q(answered_by=F("replied_by")), name="spot_checks_answered_by_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reply_id} {self.outcome}"


class CheckPhoto(AppendOnly):
    """The photo that was put to a finding or to a reply, as this platform painted it anew: without the camera's words.

    Personal data: whatever the photo shows.
    """

    finding = models.OneToOneField(Finding, null=True, on_delete=models.PROTECT, related_name="photo")
    reply = models.OneToOneField(Reply, null=True, on_delete=models.PROTECT, related_name="photo")
    jpeg = models.BinaryField()
    size_bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(finding__isnull=False, reply__isnull=True)
                | Q(finding__isnull=True, reply__isnull=False),
                name="spot_checks_photo_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(size_bytes__range=(1, 300_000)), name="spot_checks_photo_small"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sha256[:12]} {self.size_bytes} bytes"
