"""The first page and the two lists below it."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from courses.catalogue.models.localised import FixedPage


class HomePage(FixedPage):
    """The first page: search, one's own next step, newest lectures, sessions and notices."""

    template = "courses/catalogue/home.html"
    subpage_types = [
        "catalogue.LectureIndexPage",
        "catalogue.CourseIndexPage",
        "catalogue.NewsIndexPage",
        "catalogue.HelpIndexPage",
        "catalogue.AboutPage",
    ]

    class Meta:
        verbose_name = _("home page")
        verbose_name_plural = _("home page")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from courses.catalogue.public import home

        return {**super().get_context(request, *args, **kwargs), **home.home(request)}


class LectureIndexPage(FixedPage):
    """The lecture catalogue (讲座目录)."""

    template = "courses/catalogue/lecture_index.html"
    parent_page_types = ["catalogue.HomePage"]
    subpage_types = ["catalogue.LecturePage"]

    class Meta:
        verbose_name = _("lecture catalogue")
        verbose_name_plural = _("lecture catalogue")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from courses.catalogue import pages

        return {**super().get_context(request, *args, **kwargs), "catalogue": pages.catalogue(request)}


class CourseIndexPage(FixedPage):
    """All courses (课程)."""

    template = "courses/catalogue/course_index.html"
    parent_page_types = ["catalogue.HomePage"]
    subpage_types = ["catalogue.CoursePage"]

    class Meta:
        verbose_name = _("list of courses")
        verbose_name_plural = _("list of courses")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from courses.catalogue import course_pages

        return {**super().get_context(request, *args, **kwargs), **course_pages.course_index(request)}
