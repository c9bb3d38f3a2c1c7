"""Courses: lectures in order with one rule of completion."""

from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.models import Orderable

from courses.catalogue.models.lectures import LecturePage
from courses.catalogue.models.localised import LocalisedPage


class CoursePage(LocalisedPage):
    """One course: lectures in order with one rule of completion. Remote training courses are courses.

    It is finished with the hours of `required_lectures` of its lectures (null: of all).
    """

    class Kind(models.TextChoices):
        """What a course is called in the programmes. Source: domain.md, "Lecture", "Course"."""

        SPECIAL = "special", _("special training")
        LAW = "law", _("law lectures")
        REMOTE = "remote", _("remote training")
        DEMONSTRATION = "demonstration", _("demonstration class")
        ROTATION = "rotation", _("rotation training")

    kind = models.CharField(
        _("kind of course"), max_length=13, choices=Kind.choices, blank=True, default="", db_default=""
    )
    opens_date = models.DateField(_("opens on"), null=True, blank=True)
    required_lectures = models.PositiveSmallIntegerField(
        _("lectures that finish the course"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("How many lectures have to be credited. Empty: all of them."),
    )
    content_panels = [
        *LocalisedPage.content_panels,
        FieldPanel("kind"),
        FieldPanel("opens_date"),
        FieldPanel("required_lectures"),
        InlinePanel("course_lectures", label=_("Lectures in order")),
    ]
    template = "courses/catalogue/course.html"
    parent_page_types = ["catalogue.CourseIndexPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from courses.catalogue import course_pages

        return {**super().get_context(request, *args, **kwargs), **course_pages.course(self, request)}

    def required_of(self, lectures: int) -> int:
        """How many credited lectures finish the course when it has so many: never more than it has."""
        return lectures if self.required_lectures is None else min(self.required_lectures, lectures)


class CourseLecture(Orderable):
    """One lecture's place in one course."""

    course = ParentalKey(CoursePage, on_delete=models.CASCADE, related_name="course_lectures")
    lecture = models.ForeignKey(
        LecturePage, on_delete=models.PROTECT, related_name="course_places", verbose_name=_("lecture")
    )
    panels = [FieldPanel("lecture")]

    class Meta(Orderable.Meta):
        constraints = [
            models.UniqueConstraint(fields=["course", "lecture"], name="catalogue_course_lecture_once")
        ]

    def __str__(self) -> str:
        return f"{self.course} {self.sort_order}"
