"""Classes of courses with their seats, and the enrolments of lawyers in them and in single lectures."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from qianchang.groundwork.models import AppendOnly
from qianchang.groundwork.personal_data import ERASED


class CourseRun(models.Model):
    """One class (班) of a course: the lawyers of one association and those below it take it together, within dates,
    on a number of seats (null: as many as come), as far as the audience fits.

    Without an association it is the course's default run, in which everybody whose association holds no class takes
    the course alone: no dates, no limit, no audience. All three dates are days that still count.

    `categories` and `invited` are the audience rule: rules.Audience says what they mean. `named_for` is one by name.
    """

    course = models.ForeignKey("catalogue.CoursePage", on_delete=models.PROTECT, related_name="runs")
    association = models.ForeignKey(
        "people.Association", null=True, on_delete=models.PROTECT, related_name="course_runs"
    )
    name = models.CharField(max_length=60, blank=True)
    begins_date = models.DateField(null=True)
    last_date = models.DateField(null=True)
    enrol_last_date = models.DateField(null=True)
    seats = models.PositiveIntegerField(null=True)
    categories = models.JSONField(default=list)
    invited = models.ManyToManyField("people.Association", related_name="+")
    # Whom the association puts on its list by name, where no roster says who they are: 律师事务所主任. Nobody joins such a
    # class alone. Empty: whoever fits the rule.
    named_for = models.CharField(max_length=60, blank=True, default="", db_default="")
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["course"], condition=Q(association__isnull=True), name="enrolment_default_run_once"
            ),
            models.UniqueConstraint(fields=["course", "association", "name"], name="enrolment_run_name_once"),
            models.CheckConstraint(
                condition=Q(association__isnull=False)
                | Q(
                    name="",
                    begins_date__isnull=True,
                    last_date__isnull=True,
                    enrol_last_date__isnull=True,
                    seats__isnull=True,
                    named_for="",
                ),
                name="enrolment_default_run_is_plain",
            ),
            models.CheckConstraint(
                condition=Q(begins_date__isnull=True)
                | Q(last_date__isnull=True)
                | Q(begins_date__lte=F("last_date")),
                name="enrolment_run_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.course_id} {self.name}".strip()

    @property
    def is_default(self) -> bool:
        return self.association_id is None


class RunSeat(models.Model):
    """One seat of a class. A class with a limit has exactly as many rows as seats, and nobody is in a class without
    holding one of its own (Enrolment.seat): more people than seats have nowhere to be written.
    """

    run = models.ForeignKey(CourseRun, on_delete=models.CASCADE, related_name="places")
    number = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="enrolment_seat_once")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.number}"


class Enrolment(models.Model):
    """One lawyer takes one lecture, or stands in one class of a course. What the lawyer was on the day of joining is
    frozen in `eligibility`; `exception` is the reason for which an officer let in somebody outside the audience.

    The row says where the enrolment stands now, its history (EnrolmentEvent) how it came there. `ticket` counts
    everybody who ever joined the class: the waiting list is in its order.

    Personal data: the lawyer; what an officer may write in `exception`.
    """

    class State(models.TextChoices):
        ENROLLED = "enrolled", _("enrolled")
        WAITING = "waiting", _("on the waiting list")
        FINISHED = "finished", _("finished")
        WITHDRAWN = "withdrawn", _("left the class")

    ACTIVE = (State.ENROLLED, State.WAITING)
    SEATED = (State.ENROLLED, State.FINISHED)

    lawyer = models.ForeignKey("people.Lawyer", on_delete=models.PROTECT, related_name="enrolments")
    lecture = models.ForeignKey(
        "catalogue.LecturePage", null=True, on_delete=models.PROTECT, related_name="enrolments"
    )
    # The course of the run, so that the database can say: one class of a course at a time.
    course = models.ForeignKey(
        "catalogue.CoursePage", null=True, on_delete=models.PROTECT, related_name="enrolments"
    )
    run = models.ForeignKey(CourseRun, null=True, on_delete=models.PROTECT, related_name="enrolments")
    state = models.CharField(
        max_length=9, choices=State.choices, default=State.ENROLLED, db_default=State.ENROLLED
    )
    seat = models.OneToOneField(RunSeat, null=True, on_delete=models.PROTECT, related_name="enrolment")
    ticket = models.PositiveIntegerField(null=True)
    eligibility = models.JSONField()
    exception = models.CharField(max_length=500, blank=True, default="", db_default="")
    enrolled_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    lecture__isnull=False,
                    course__isnull=True,
                    run__isnull=True,
                    ticket__isnull=True,
                    state="enrolled",
                )
                | Q(lecture__isnull=True, course__isnull=False, run__isnull=False, ticket__isnull=False),
                name="enrolment_lecture_or_class",
            ),
            models.CheckConstraint(
                condition=Q(run__isnull=True, seat__isnull=True)
                | Q(run__isnull=False, state__in=["enrolled", "finished"], seat__isnull=False)
                | Q(run__isnull=False, state__in=["waiting", "withdrawn"], seat__isnull=True),
                name="enrolment_only_on_a_seat",
            ),
            models.UniqueConstraint(fields=["lawyer", "lecture"], name="enrolment_lecture_once"),
            models.UniqueConstraint(
                fields=["lawyer", "course"],
                condition=Q(state__in=["enrolled", "waiting"]),
                name="enrolment_one_class_at_a_time",
            ),
            models.UniqueConstraint(fields=["lawyer", "run"], name="enrolment_run_once"),
            models.UniqueConstraint(fields=["run", "ticket"], name="enrolment_ticket_once"),
        ]

    def __str__(self) -> str:
        return f"{self.lawyer_id} {self.lecture_id or self.course_id} {self.state}"


class EnrolmentEvent(AppendOnly):
    """One step of one enrolment, numbered from 1. `by` is None when the platform took it: a seat became free.

    Personal data: what somebody may write in `reason`; `eligibility` as on the enrolment.
    """

    erasable = {"reason": ERASED}

    class Kind(models.TextChoices):
        ENROLLED = "enrolled", _("enrolled")
        WAITING = "waiting", _("put on the waiting list")
        PROMOTED = "promoted", _("given a seat that became free")
        FINISHED = "finished", _("course finished")
        WITHDRAWN = "withdrawn", _("left the class")
        ENDED = "ended", _("left after the class had ended, for another class")

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="history")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=9, choices=Kind.choices)
    reason = models.CharField(max_length=500, blank=True)
    # As it was found on joining; None for the other steps.
    eligibility = models.JSONField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enrolment", "number"], name="enrolment_event_once")]
        ordering = ["enrolment", "number"]

    def __str__(self) -> str:
        return f"{self.enrolment_id} #{self.number} {self.kind}"


class CourseCompletion(AppendOnly):
    """One lawyer finished one course in one class: written once, with the rule as it was and the lectures whose hours
    stood then. What is corrected later stands in the ledger of hours, never here.

    Personal data: the lawyer, through the enrolment.
    """

    enrolment = models.OneToOneField(Enrolment, on_delete=models.PROTECT, related_name="completion")
    required = models.PositiveSmallIntegerField()
    lectures = models.JSONField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.at:%Y-%m-%d}"
