"""Programmes, their plans, and targets: what was promised, with the document that says so."""

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from programmes.plans.cells import Cell
from qianchang.groundwork.models import AppendOnly
from qianchang.groundwork.personal_data import ERASED


class SourceDocument(models.Model):
    """One of the associations' own documents that facts are quoted from."""

    file = models.CharField(max_length=80, unique=True)
    title = models.TextField()
    dated = models.CharField(max_length=80, blank=True)
    sha256 = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.file


class Programme(models.Model):
    """One programme, such as 百千千工程 2012, owned by the association that started it."""

    code = models.CharField(max_length=20, unique=True)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=100, blank=True)
    owner = models.ForeignKey(
        "people.Association", null=True, on_delete=models.PROTECT, related_name="programmes_owned"
    )
    source = models.ForeignKey(SourceDocument, on_delete=models.PROTECT, related_name="+")
    quote = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name_zh


class Plan(models.Model):
    """One plan of a programme with one unit (场, 人, 辆). The window is empty where the documents name no
    dates; `window_stated` keeps their words.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="plans")
    code = models.CharField(max_length=20, unique=True)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=100, blank=True)
    unit = models.CharField(max_length=10, blank=True)
    kind = models.CharField(max_length=40)
    national_target = models.PositiveIntegerField(null=True)
    window_stated = models.CharField(max_length=40, blank=True)
    window_from = models.DateField(null=True)
    window_until = models.DateField(null=True)
    source = models.ForeignKey(SourceDocument, on_delete=models.PROTECT, related_name="+")
    quote = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name_zh


class Target(models.Model):
    """One number that somebody owes (任务). An empty dimension means "any": a margin is a target with empty
    dimensions. `each_year` marks a figure for every year of the plan. No modes means any mode; video and DVD
    share one bucket in the 2013 plan. `strength` keeps how firm the document is: 分配, 平均, 拟, 约.

    `owner` answers for it until `deadline_date`; with `carry_over` a year's shortfall is owed in the next one.
    """

    class Strength(models.TextChoices):
        ASSIGNED = "assigned", _("assigned number")
        AVERAGE = "average", _("average number")
        INTENDED = "intended", _("intended number")
        ABOUT = "about", _("approximate number")
        PLANNED = "planned", _("planned number")

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="targets")
    key = models.CharField(max_length=120, unique=True)
    supporter = models.ForeignKey("people.Association", on_delete=models.PROTECT, related_name="targets_owed")
    beneficiary = models.ForeignKey(
        "people.Association", null=True, on_delete=models.PROTECT, related_name="targets_due"
    )
    year = models.PositiveSmallIntegerField(null=True)
    each_year = models.BooleanField(default=False)
    modes = models.ManyToManyField("schedule.DeliveryMode", related_name="targets")
    quantity = models.PositiveIntegerField()
    strength = models.CharField(max_length=10, choices=Strength.choices)
    source = models.ForeignKey(SourceDocument, on_delete=models.PROTECT, related_name="+")
    quote = models.TextField()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="targets_owned"
    )
    deadline_date = models.DateField(null=True)
    carry_over = models.BooleanField(default=True, db_default=True)
    # When an officer entered or changed the number: from then on loading the facts leaves it alone.
    set_at = models.DateTimeField(null=True)
    # Goes up with every change by an officer, so that of two at once the second is told.
    revision = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(each_year=False) | models.Q(year__isnull=True),
                name="plans_target_year_or_each_year",
            )
        ]

    def __str__(self) -> str:
        return self.key


class Breakdown(AppendOnly):
    """One version of how a supporter breaks a plan down to years, regions and delivery modes (分解). Versions stay;
    which of them holds is said by the adoptions. `base` is the version that was changed into this one.

    The years come from the window of the plan, from a division (`years_dividend` ÷ `years_divisor` a year), from
    the years that the documents name, or from the officer.
    """

    class YearsBasis(models.TextChoices):
        WINDOW = "window", _("window of the plan")
        DIVISION = "division", _("the whole divided by the yearly number")
        STATED = "stated", _("years named in the documents")
        CHOSEN = "chosen", _("chosen by the officer")

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="breakdowns")
    supporter = models.ForeignKey("people.Association", on_delete=models.PROTECT, related_name="breakdowns")
    version = models.PositiveIntegerField()
    base = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    first_year = models.PositiveSmallIntegerField()
    year_count = models.PositiveSmallIntegerField()
    years_basis = models.CharField(max_length=10, choices=YearsBasis.choices)
    years_dividend = models.PositiveIntegerField(null=True)
    years_divisor = models.PositiveIntegerField(null=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "supporter", "version"], name="plans_breakdown_version_once"
            ),
            models.CheckConstraint(
                condition=models.Q(version__gte=1, year_count__gte=1), name="plans_breakdown_counts_from_one"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    years_basis="division", years_dividend__isnull=False, years_divisor__isnull=False
                )
                | ~models.Q(years_basis="division")
                & models.Q(years_dividend__isnull=True, years_divisor__isnull=True),
                name="plans_breakdown_division_has_numbers",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.supporter_id} v{self.version}"


class PlanCell(AppendOnly):
    """One planned number of a breakdown. `modes` are the sorted codes of one bucket, with commas between them;
    empty means any mode.
    """

    breakdown = models.ForeignKey(Breakdown, on_delete=models.PROTECT, related_name="cells")
    year = models.PositiveSmallIntegerField()
    beneficiary = models.ForeignKey("people.Association", on_delete=models.PROTECT, related_name="+")
    modes = models.CharField(max_length=200, blank=True)
    quantity = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["breakdown", "year", "beneficiary", "modes"], name="plans_cell_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.breakdown_id} {self.year} {self.beneficiary_id} {self.modes or '*'} {self.quantity}"

    def as_cell(self) -> Cell:
        """Return the cell as the rules see it. `beneficiary` must have been joined, or this is a query."""
        return Cell(
            year=self.year,
            beneficiary_id=self.beneficiary_id,
            beneficiary_code=self.beneficiary.code,
            modes=tuple(self.modes.split(",")) if self.modes else (),
            quantity=self.quantity,
        )


class MarginOverride(AppendOnly):
    """A breakdown departs from a number that is not assigned, for a reason that the officer wrote."""

    erasable = {"reason": ERASED}

    breakdown = models.ForeignKey(Breakdown, on_delete=models.PROTECT, related_name="overrides")
    target = models.ForeignKey(Target, on_delete=models.PROTECT, related_name="overrides")
    reason = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["breakdown", "target"], name="plans_override_once"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="plans_override_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.breakdown_id} {self.target_id}"


class Adoption(AppendOnly):
    """A breakdown that was decided on. The adoption with the highest number of a plan and supporter holds; its
    number is taken once, so of two officers at once one is told.
    """

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="adoptions")
    supporter = models.ForeignKey("people.Association", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    breakdown = models.ForeignKey(Breakdown, on_delete=models.PROTECT, related_name="adoptions")
    adopted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    adopted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "supporter", "number"], name="plans_adopted_in_turn")
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.supporter_id} #{self.number}"


class BasisDocument(AppendOnly):
    """The file of a basis document (依据文件), attached to a target: kept in the file vault under its digest."""

    erasable = {"name": ERASED}

    class Kind(models.TextChoices):
        PDF = "pdf", "PDF"
        JPEG = "jpg", "JPEG"
        PNG = "png", "PNG"
        DOCX = "docx", "Word"
        DOC = "doc", "Word 97-2003"

    target = models.ForeignKey(Target, on_delete=models.PROTECT, related_name="documents")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=4, choices=Kind.choices)
    size_bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["target", "sha256"], name="plans_document_once"),
            models.CheckConstraint(
                condition=models.Q(size_bytes__range=(1, 10 * 1024**2)), name="plans_document_size"
            ),
        ]

    def __str__(self) -> str:
        return self.name
