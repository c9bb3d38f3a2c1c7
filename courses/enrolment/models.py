"""Who may take what: releases of lectures to regions, and enrolments of lawyers."""

from django.conf import settings
from django.db import models


class Release(models.Model):
    """A lecture is open to one beneficiary association and those below it (null: to everybody) from a time on.
    It is also the release record that a network-video session needs as evidence.
    """

    lecture = models.ForeignKey("catalogue.LecturePage", on_delete=models.PROTECT, related_name="releases")
    association = models.ForeignKey(
        "people.Association", null=True, on_delete=models.PROTECT, related_name="releases"
    )
    released_at = models.DateTimeField()
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lecture", "association"],
                condition=models.Q(ended_at__isnull=True),
                name="enrolment_release_once",
            ),
            models.UniqueConstraint(
                fields=["lecture"],
                condition=models.Q(ended_at__isnull=True, association__isnull=True),
                name="enrolment_release_to_all_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lecture_id} to {self.association.code if self.association else 'everybody'}"


class Enrolment(models.Model):
    """One lawyer takes one lecture or one course. What the lawyer was on that day is frozen in `eligibility`.

    Personal data: the lawyer.
    """

    lawyer = models.ForeignKey("people.Lawyer", on_delete=models.PROTECT, related_name="enrolments")
    lecture = models.ForeignKey(
        "catalogue.LecturePage", null=True, on_delete=models.PROTECT, related_name="enrolments"
    )
    course = models.ForeignKey(
        "catalogue.CoursePage", null=True, on_delete=models.PROTECT, related_name="enrolments"
    )
    eligibility = models.JSONField()
    enrolled_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(lecture__isnull=False, course__isnull=True)
                | models.Q(lecture__isnull=True, course__isnull=False),
                name="enrolment_lecture_or_course",
            ),
            models.UniqueConstraint(fields=["lawyer", "lecture"], name="enrolment_lecture_once"),
            models.UniqueConstraint(fields=["lawyer", "course"], name="enrolment_course_once"),
        ]

    def __str__(self) -> str:
        return f"{self.lawyer_id} {self.lecture_id or self.course_id}"
