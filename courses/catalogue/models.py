"""The catalogue: Wagtail pages for lectures and courses, snippets for topics and lecturers, versions of lectures."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.models import Orderable, Page, PagePermissionTester, PageViewRestriction
from wagtail.snippets.models import register_snippet
from wagtail.url_routing import RouteResult

from media_pipeline import api as media


class Category(models.TextChoices):
    """The hour category (学时类别) of a lecture."""

    BUSINESS = "business", _("Business training")
    ETHICS = "ethics", _("Professional ethics and discipline")


@register_snippet
class Topic(models.Model):  # type: ignore[django-manager-missing]  # Wagtail has no stubs
    """One field of law or management that lectures are filed under (业务领域)."""

    code = models.SlugField(unique=True)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    source = models.CharField(max_length=60, blank=True)
    quote = models.TextField(blank=True)

    panels = [FieldPanel("code"), FieldPanel("name_zh"), FieldPanel("name_en"), FieldPanel("position")]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name_zh


@register_snippet
class Lecturer(models.Model):
    """One person who lectures (讲师), as the public sees them. Personal data: name and introduction, public by consent."""

    slug = models.SlugField(unique=True, allow_unicode=True)
    name = models.CharField(max_length=60)
    introduction = models.TextField(blank=True)
    association = models.ForeignKey("people.Association", on_delete=models.PROTECT, related_name="lecturers")
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="lecturer"
    )

    panels = [FieldPanel("name"), FieldPanel("slug"), FieldPanel("introduction"), FieldPanel("association")]

    def __str__(self) -> str:
        return self.name


class LocalisedPage(Page):
    """A page with a Chinese title and, where somebody wrote one, an English one."""

    title_en = models.CharField(_("English title"), max_length=255, blank=True)
    introduction = models.TextField(_("introduction"), blank=True)
    introduction_en = models.TextField(_("English introduction"), blank=True)

    content_panels = [
        *Page.content_panels,
        FieldPanel("title_en"),
        FieldPanel("introduction"),
        FieldPanel("introduction_en"),
    ]

    class Meta:
        abstract = True

    @property
    def localised_title(self) -> str:
        """The title in the reader's language, Chinese where there is no other."""
        return self.title_en if get_language() == "en" and self.title_en else self.title

    @property
    def localised_introduction(self) -> str:
        """The introduction in the reader's language, Chinese where there is no other."""
        return self.introduction_en if get_language() == "en" and self.introduction_en else self.introduction


class HomePage(LocalisedPage):
    """The first page: search, newest lectures, and one's own next step."""

    max_count = 1
    template = "courses/catalogue/home.html"
    subpage_types = ["catalogue.LectureIndexPage", "catalogue.CourseIndexPage"]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from courses.catalogue import pages

        return {**super().get_context(request, *args, **kwargs), **pages.home(request)}


class LectureIndexPage(LocalisedPage):
    """The lecture catalogue (讲座目录)."""

    max_count = 1
    template = "courses/catalogue/lecture_index.html"
    parent_page_types = ["catalogue.HomePage"]
    subpage_types = ["catalogue.LecturePage"]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from courses.catalogue import pages

        return {**super().get_context(request, *args, **kwargs), "catalogue": pages.catalogue(request)}


class LecturePermissionTester(PagePermissionTester):
    """What the Wagtail admin may do with a lecture: improve the words of a published one.

    Drafting, publishing and withdrawing happen at the experts' and the officers' own pages, under the four-eyes rule.
    """

    def can_publish(self) -> bool:
        return bool(super().can_publish() and self.page.specific.review == LecturePage.Review.PUBLISHED)

    def can_unpublish(self) -> bool:
        return False

    def can_delete(self, ignore_bulk: bool = False) -> bool:
        return False

    def can_submit_for_moderation(self) -> bool:
        return False

    def can_move(self) -> bool:
        return False

    def can_copy(self) -> bool:
        return False


class LecturePage(LocalisedPage):
    """One lecture (讲座): one topic by one team of lecturers, given away by one supporting association."""

    class Review(models.TextChoices):
        DRAFT = "draft", _("draft")
        IN_REVIEW = "in_review", _("in review")
        RETURNED = "returned", _("returned")
        PUBLISHED = "published", _("published")
        WITHDRAWN = "withdrawn", _("withdrawn")

    topic = models.ForeignKey(
        Topic, null=True, on_delete=models.PROTECT, related_name="lectures", verbose_name=_("field")
    )
    category = models.CharField(
        _("hour category"), max_length=10, choices=Category.choices, default=Category.BUSINESS
    )
    lecturers = ParentalManyToManyField(Lecturer, related_name="lectures", verbose_name=_("lecturers"))
    association = models.ForeignKey(
        "people.Association",
        on_delete=models.PROTECT,
        related_name="lectures",
        verbose_name=_("supporting association"),
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="lectures"
    )
    recording = models.OneToOneField(
        "recordings.Recording", null=True, blank=True, on_delete=models.PROTECT, related_name="lecture"
    )
    review = models.CharField(max_length=10, choices=Review.choices, default=Review.DRAFT)
    submitted_at = models.DateTimeField(null=True, blank=True)
    return_reason = models.TextField(blank=True)
    dvd_consent = models.BooleanField(default=False)

    content_panels = [
        *LocalisedPage.content_panels,
        FieldPanel("topic"),
        FieldPanel("category"),
        FieldPanel("lecturers"),
    ]
    # The address, the dates of publishing and the privacy of a lecture are not the editor's to change.
    promote_panels: list[Any] = []
    settings_panels: list[Any] = []
    template = "courses/catalogue/lecture.html"
    is_creatable = False
    parent_page_types = ["catalogue.LectureIndexPage"]
    subpage_types: list[str] = []

    # Decided at the review desk and by the expert. A revision holds the words of a lecture, never these.
    NOT_IN_REVISIONS = (
        "association_id",
        "submitted_by_id",
        "recording_id",
        "review",
        "submitted_at",
        "return_reason",
        "dvd_consent",
        "slug",
    )

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from courses.catalogue import pages

        return {**super().get_context(request, *args, **kwargs), **pages.lecture(self, request)}

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """Below a published lecture stands its transcript, at `text/`."""
        if path_components == ["text"] and self.live:
            return RouteResult(self, kwargs={"part": "text"})
        return super().route(request, path_components)

    def serve(self, request: HttpRequest, part: str = "") -> HttpResponseBase:
        if part != "text":
            answer: HttpResponseBase = super().serve(request)
            viewer_id = request.user.pk
            if viewer_id is not None and (getattr(answer, "context_data", None) or {}).get("player"):
                # The page has links to the recording for its player: they open for this viewer alone.
                media.set_viewer_cookie(answer, viewer_id=viewer_id, at=timezone.now())
            return answer
        from courses.catalogue import transcript_views

        return transcript_views.transcript(request, self)

    def get_view_restrictions(self) -> models.QuerySet[PageViewRestriction]:
        """Who may not see the page. One query: neither a lecture nor a page above one can be an alias of another."""
        above = [self.path[:end] for end in range(self.steplen, len(self.path) + 1, self.steplen)]
        restrictions: models.QuerySet[PageViewRestriction] = PageViewRestriction.objects.filter(
            page__path__in=above
        )
        return restrictions

    def clean(self) -> None:
        super().clean()
        if self.live and self.review != self.Review.PUBLISHED:
            raise ValidationError(
                _("A lecture is published at the review desk of its association, not here.")
            )

    def permissions_for_user(self, user: Any) -> PagePermissionTester:
        return LecturePermissionTester(user, self)

    def with_content_json(self, content: dict[str, Any]) -> "LecturePage":
        page: LecturePage = super().with_content_json(content)
        for name in self.NOT_IN_REVISIONS:
            setattr(page, name, getattr(self, name))
        page.set_url_path(self.get_parent())
        return page


class LectureVersion(models.Model):
    """What exactly was watched: one recording of one lecture with its creditable length. Frozen once anybody earned on it.

    `excluded_ms` is a list of [from, until] in milliseconds: title, break, tail.
    """

    lecture = models.ForeignKey(LecturePage, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    recording = models.ForeignKey("recordings.Recording", on_delete=models.PROTECT, related_name="+")
    length_ms = models.PositiveBigIntegerField()
    excluded_ms = models.JSONField(default=list)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lecture", "number"], name="catalogue_lecture_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.lecture} v{self.number}"


class CourseIndexPage(LocalisedPage):
    """All courses (课程)."""

    max_count = 1
    template = "courses/catalogue/course_index.html"
    parent_page_types = ["catalogue.HomePage"]
    subpage_types = ["catalogue.CoursePage"]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from courses.catalogue import course_pages

        return {**super().get_context(request, *args, **kwargs), **course_pages.course_index(request)}


class CoursePage(LocalisedPage):
    """One course: lectures in order with one rule of completion. Remote training courses are courses.

    It is finished with the hours of `required_lectures` of its lectures (null: of all).
    """

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
        FieldPanel("opens_date"),
        FieldPanel("required_lectures"),
        InlinePanel("course_lectures", label=_("Lectures in order")),
    ]
    template = "courses/catalogue/course.html"
    parent_page_types = ["catalogue.CourseIndexPage"]
    subpage_types: list[str] = []

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from courses.catalogue import course_pages

        return {**super().get_context(request, *args, **kwargs), **course_pages.course(self, request)}

    def required_of(self, lectures: int) -> int:
        """How many credited lectures finish the course when it has so many: never more than it has."""
        return lectures if self.required_lectures is None else min(self.required_lectures, lectures)


class CourseLecture(Orderable):
    """One lecture's place in one course."""

    course = ParentalKey(CoursePage, on_delete=models.CASCADE, related_name="course_lectures")
    lecture = models.ForeignKey(LecturePage, on_delete=models.PROTECT, related_name="course_places")
    panels = [FieldPanel("lecture")]

    class Meta(Orderable.Meta):
        constraints = [
            models.UniqueConstraint(fields=["course", "lecture"], name="catalogue_course_lecture_once")
        ]

    def __str__(self) -> str:
        return f"{self.course} {self.sort_order}"
