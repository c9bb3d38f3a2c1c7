"""Hours (学时): the versioned rule, the append-only ledger of what was credited under it, and what people say
against an entry: corrections by two officers, appeals by lawyers.
"""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.credits import rules
from qianchang.groundwork.chain import Fields
from qianchang.groundwork.models import FIRST_FORM, LedgerEntry, digest_of
from qianchang.groundwork.personal_data import ERASED


class CreditRule(models.Model):
    """One version of one jurisdiction's rule, in force from a day on. Source of the defaults: domain.md,
    "From watching to 学时". Never edited once an entry was made under it: a change is a new version.

    The yearly hours are parts of each other: on site is part of ethics, ethics is part of all. The year begins
    in `year_starts_month`; a delivery mode with an AccountingWindow has a year of its own.
    """

    class ProRata(models.TextChoices):
        WHOLE = rules.ProRata.WHOLE.value, _("the whole duty for everybody who practised")
        MONTHS = rules.ProRata.MONTHS.value, _("a twelfth for each whole month of practice")
        DAYS = rules.ProRata.DAYS.value, _("by days of practice")

    # In which month the year of network video begins, as queries.rule_for reads it along.
    video_month: int | None = None

    jurisdiction = models.ForeignKey(
        "people.Jurisdiction", on_delete=models.PROTECT, related_name="credit_rules"
    )
    version = models.PositiveSmallIntegerField()
    effective_date = models.DateField()
    unit_minutes = models.PositiveSmallIntegerField(default=45)
    step = models.DecimalField(max_digits=3, decimal_places=1, default=Decimal("0.5"))
    threshold = models.DecimalField(max_digits=4, decimal_places=3, default=Decimal("0.95"))
    max_rate = models.DecimalField(max_digits=4, decimal_places=2, default=Decimal("1.0"))
    late_days = models.PositiveSmallIntegerField(default=30)
    presence_minutes = models.PositiveSmallIntegerField(default=45)
    yearly_hours = models.DecimalField(max_digits=5, decimal_places=1, default=Decimal("40"))
    yearly_ethics_hours = models.DecimalField(max_digits=5, decimal_places=1, default=Decimal("12"))
    yearly_onsite_hours = models.DecimalField(
        max_digits=5, decimal_places=1, default=Decimal("4"), db_default=Decimal("4")
    )
    # What is asked of somebody who was licensed, left or was suspended within the year.
    pro_rata = models.CharField(
        max_length=6, choices=ProRata.choices, default=ProRata.MONTHS, db_default=ProRata.MONTHS.value
    )
    year_starts_month = models.PositiveSmallIntegerField(default=1)
    # How long a lawyer may ask about an entry or a refused stretch, in days after it was recorded.
    appeal_days = models.PositiveSmallIntegerField(default=30, db_default=30)
    # Whether a lecturer who stands on a roster is credited the hours of a lecture given on site.
    teaching_counts = models.BooleanField(default=True, db_default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["jurisdiction", "version"], name="credits_rule_version_once"),
            models.CheckConstraint(
                condition=Q(yearly_onsite_hours__lte=F("yearly_ethics_hours")),
                name="credits_rule_parts_fit",
            ),
            models.CheckConstraint(
                condition=Q(year_starts_month__range=(1, 12)), name="credits_rule_year_starts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.jurisdiction} v{self.version}"


class AccountingWindow(models.Model):
    """A delivery mode whose accounting year begins in another month than the rule's: hours by that mode are
    accounted in its own year.
    """

    rule = models.ForeignKey(CreditRule, on_delete=models.PROTECT, related_name="windows")
    mode_code = models.CharField(max_length=20)
    starts_month = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "mode_code"], name="credits_window_once"),
            models.CheckConstraint(condition=Q(starts_month__range=(1, 12)), name="credits_window_month"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.mode_code} {self.starts_month}"


class CreditEntry(LedgerEntry):
    """One award of hours to one lawyer for one lecture in one accounting year, or the entry that reverses
    one. Ledger name: the code of the lawyer's association. The chain covers a keyed hash of the licence
    number, not the person.

    A reversing entry, and an award that two officers gave back after a reversal, name both of them and the
    reason; the chain covers them without showing them. `renews` is the reversal after which an award was
    earned or given anew: only so can a lecture stand twice in one year. `made_way_for` stands on a reversing entry that
    takes an award back because a better one for the same lecture takes its place, and is what that one is worth. Where
    more was watched than a sheet says, nobody judges anything: only then are there no two people (docs/decisions/0026).

    Personal data: the lawyer (by reference), and what an officer may write in `reason`.
    """

    ledger_title = _("Hours ledger")
    chain_relations = ("reverses", "renews")
    erasable = {"reason": ERASED}

    class Grade(models.TextChoices):
        A = "A", _("supervised or online")
        B = "B", _("late bundle or paper scan")
        C = "C", _("list only")

    lawyer = models.ForeignKey("people.Lawyer", on_delete=models.PROTECT, related_name="credit_entries")
    lawyer_digest = models.CharField(max_length=64)
    lecture_version = models.ForeignKey(
        "catalogue.LectureVersion", on_delete=models.PROTECT, related_name="credit_entries"
    )
    lecture = models.ForeignKey(
        "catalogue.LecturePage", on_delete=models.PROTECT, related_name="credit_entries"
    )
    accounting_year = models.PositiveSmallIntegerField()
    category = models.CharField(max_length=10)
    mode_code = models.CharField(max_length=20)
    hours = models.DecimalField(max_digits=5, decimal_places=1)
    rule = models.ForeignKey(CreditRule, on_delete=models.PROTECT, related_name="entries")
    covered_ms = models.PositiveBigIntegerField()
    creditable_ms = models.PositiveBigIntegerField()
    wall_ms = models.PositiveBigIntegerField()
    codes_answered = models.PositiveSmallIntegerField()
    devices = models.PositiveSmallIntegerField()
    grade = models.CharField(max_length=1, choices=Grade.choices)
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversed_by")
    renews = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="renewed_by")
    made_way_for = models.DecimalField(max_digits=5, decimal_places=1, null=True)
    reason = models.CharField(max_length=500, blank=True, default="", db_default="")
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="corrections_made"
    )
    checker = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="corrections_checked"
    )

    class Meta(LedgerEntry.Meta):
        constraints = [
            *LedgerEntry.Meta.constraints,
            models.UniqueConstraint(
                fields=["lawyer", "lecture", "accounting_year"],
                condition=Q(reverses__isnull=True, renews__isnull=True),
                name="credits_award_once",
            ),
            models.CheckConstraint(
                condition=Q(maker__isnull=True, checker__isnull=True, reverses__isnull=True, reason="")
                | Q(
                    maker__isnull=True,
                    checker__isnull=True,
                    reverses__isnull=False,
                    reason="",
                    made_way_for__isnull=False,
                    made_way_for__gt=F("hours") * -1,
                )
                | (Q(maker__isnull=False, checker__isnull=False) & ~Q(maker=F("checker")) & ~Q(reason="")),
                name="credits_correction_by_two_people",
            ),
            models.CheckConstraint(
                condition=Q(made_way_for__isnull=True)
                | Q(reverses__isnull=False, made_way_for__gte=F("hours") * -1),
                name="credits_made_way_for_better",
            ),
            models.CheckConstraint(
                condition=Q(reverses__isnull=True, hours__gte=0)
                | Q(reverses__isnull=False, renews__isnull=True, hours__lte=0),
                name="credits_reversal_takes_back",
            ),
        ]
        # Every report of watching asks for the award of one lawyer for one lecture.
        indexes = [models.Index(fields=["lawyer", "lecture"], name="credits_entry_lawyer_lecture")]

    def __str__(self) -> str:
        return f"{self.ledger} #{self.sequence} {self.hours}"

    @property
    def is_part(self) -> bool:
        """Whether it is for a part of the lecture that was attended: what is watched is credited whole only."""
        return not self.devices and self.covered_ms < self.creditable_ms

    def chain_fields(self) -> Fields:
        first = self.chain_form == FIRST_FORM
        return [
            ("ledger", self.ledger),
            ("sequence", self.sequence),
            ("lawyer", self.lawyer_digest),
            ("lecture_version", self.lecture_version_id),
            *([] if first else [("lecture", self.lecture_id)]),
            ("accounting_year", self.accounting_year),
            ("category", self.category),
            ("mode", self.mode_code),
            ("hours", f"{self.hours:.1f}"),
            ("rule", self.rule_id),
            ("covered_ms", self.covered_ms),
            ("creditable_ms", self.creditable_ms),
            ("wall_ms", self.wall_ms),
            ("codes_answered", self.codes_answered),
            ("devices", self.devices),
            ("grade", self.grade),
            ("reverses", self.reverses_id if first else digest_of(self.reverses)),
            *([] if first else [("renews", digest_of(self.renews))]),
            # Where it is not said it is not covered: the entries before it keep their digest.
            *([] if self.made_way_for is None else [("made_way_for", f"{self.made_way_for:.1f}")]),
        ]

    def private_fields(self) -> Fields:
        return [
            ("lawyer_row", self.lawyer_id),
            ("reason", self.reason),
            ("maker", self.maker_id),
            ("checker", self.checker_id),
        ]


class Correction(models.Model):
    """What one officer proposes against the ledger, with a reason, and what another officer says to it (更正):
    take an award back, give a reversed one back, or count a stretch of watching that was refused.

    Personal data: what an officer may write in `reason` and `answer`.
    """

    class Kind(models.TextChoices):
        REVERSE = "reverse", _("take the hours back")
        RESTORE = "restore", _("give the hours back")
        COUNT = "count", _("count the stretch")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("waiting for a second person")
        POSTED = "posted", _("carried out")
        REFUSED = "refused", _("refused")

    kind = models.CharField(max_length=8, choices=Kind.choices)
    entry = models.ForeignKey(CreditEntry, null=True, on_delete=models.PROTECT, related_name="corrections")
    span = models.ForeignKey(
        "attendance.WatchedSpan", null=True, on_delete=models.PROTECT, related_name="corrections"
    )
    lawyer = models.ForeignKey("people.Lawyer", on_delete=models.PROTECT, related_name="corrections")
    reason = models.CharField(max_length=500)
    state = models.CharField(max_length=8, choices=State.choices, default=State.PROPOSED)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="corrections_proposed"
    )
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="corrections_decided"
    )
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=500, blank=True)
    posted = models.OneToOneField(
        CreditEntry, null=True, on_delete=models.PROTECT, related_name="correction_of"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="count", entry__isnull=True, span__isnull=False)
                | Q(kind__in=["reverse", "restore"], entry__isnull=False, span__isnull=True),
                name="credits_correction_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["entry"], condition=Q(state="proposed"), name="credits_correction_of_entry_open_once"
            ),
            models.UniqueConstraint(
                fields=["span"],
                condition=Q(state__in=["proposed", "posted"]),
                name="credits_stretch_counted_once",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="credits_correction_never_by_one",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by__isnull=True, decided_at__isnull=True)
                | Q(state="posted", decided_by__isnull=False, decided_at__isnull=False)
                | (Q(state="refused", decided_by__isnull=False, decided_at__isnull=False) & ~Q(answer="")),
                name="credits_correction_state",
            ),
            models.CheckConstraint(
                condition=Q(state="posted", entry__isnull=False, posted__isnull=False)
                | Q(state="posted", span__isnull=False)
                | Q(state__in=["proposed", "refused"], posted__isnull=True),
                name="credits_correction_posted",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.kind} {self.state}"


class Appeal(models.Model):
    """A lawyer asks, once, about an entry or about a refused stretch (更正申请); an officer answers in words.

    Personal data: `words` and `answer`.
    """

    class State(models.TextChoices):
        SUBMITTED = "submitted", _("submitted")
        TAKEN_UP = "taken_up", _("being looked at")
        CORRECTED = "corrected", _("corrected")
        REFUSED = "refused", _("not corrected")

    lawyer = models.ForeignKey("people.Lawyer", on_delete=models.PROTECT, related_name="appeals")
    entry = models.OneToOneField(CreditEntry, null=True, on_delete=models.PROTECT, related_name="appeal")
    span = models.OneToOneField(
        "attendance.WatchedSpan", null=True, on_delete=models.PROTECT, related_name="appeal"
    )
    words = models.TextField(max_length=2000)
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="appeals_filed"
    )
    filed_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.SUBMITTED)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="appeals_taken_up"
    )
    taken_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="appeals_decided"
    )
    decided_at = models.DateTimeField(null=True)
    answer = models.TextField(max_length=2000, blank=True)
    # Not written any more since answers are messages (people.notices): the release after this one takes it away, so
    # that pages of the old release still work while the new one starts.
    mailed_at = models.DateTimeField(null=True)
    # Its lawyer opened the answer.
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(entry__isnull=False, span__isnull=True)
                | Q(entry__isnull=True, span__isnull=False),
                name="credits_appeal_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["submitted", "taken_up"], decided_by__isnull=True, decided_at__isnull=True
                )
                | (
                    Q(state__in=["corrected", "refused"], decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(answer="")
                    & ~Q(decided_by=F("filed_by"))
                ),
                name="credits_appeal_answered_by_another",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=False) | Q(mailed_at__isnull=True, read_at__isnull=True),
                name="credits_appeal_read_after_the_answer",
            ),
        ]
        indexes = [models.Index(fields=["state", "filed_at"])]

    def __str__(self) -> str:
        return f"#{self.pk} {self.state}"

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.SUBMITTED, self.State.TAKEN_UP)


class AppealPhoto(models.Model):
    """The photo that a lawyer put to an appeal, as this platform painted it anew: a JPEG without the camera's
    words (place, time, owner). It stands in the database, because it must be there exactly when the appeal is.

    Personal data: whatever the photo shows.
    """

    appeal = models.OneToOneField(Appeal, on_delete=models.PROTECT, related_name="photo")
    jpeg = models.BinaryField()
    size_bytes = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(size_bytes__range=(1, 300_000)), name="credits_photo_small")
        ]

    def __str__(self) -> str:
        return f"{self.appeal_id} {self.size_bytes} bytes"
