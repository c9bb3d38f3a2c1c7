"""The catalogue: Wagtail pages for lectures and courses, snippets for topics and lecturers, versions of lectures."""

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.models import Orderable, Page
from wagtail.snippets.models import register_snippet


class Category(models.TextChoices):
    """The hour category (学时类别) of a lecture."""

    BUSINESS = "business", _("Business training")
    ETHICS = "ethics", _("Professional ethics and discipline")


@register_snippet
class Topic(models.Model):
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


class LectureIndexPage(LocalisedPage):
    """The lecture catalogue (讲座目录)."""

    max_count = 1
    template = "courses/catalogue/lecture_index.html"
    parent_page_types = ["catalogue.HomePage"]
    subpage_types = ["catalogue.LecturePage"]


class LecturePage(LocalisedPage):
    """One lecture (讲座): one topic by one team of lecturers, given away by one supporting association."""

    class Review(models.TextChoices):
        DRAFT = "draft", _("draft")
        IN_REVIEW = "in_review", _("in review")
        RETURNED = "returned", _("returned")
        PUBLISHED = "published", _("published")
        WITHDRAWN = "withdrawn", _("withdrawn")

    topic = models.ForeignKey(Topic, null=True, on_delete=models.PROTECT, related_name="lectures", verbose_name=_("field"))
    category = models.CharField(
        _("hour category"), max_length=10, choices=Category.choices, default=Category.BUSINESS
    )
    lecturers = ParentalManyToManyField(Lecturer, related_name="lectures", verbose_name=_("lecturers"))
    association = models.ForeignKey(
        "people.Association", on_delete=models.PROTECT, related_name="lectures", verbose_name=_("supporting association")
    )
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="lectures")
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
        FieldPanel("association"),
    ]
    template = "courses/catalogue/lecture.html"
    parent_page_types = ["catalogue.LectureIndexPage"]
    subpage_types = []


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
        constraints = [models.UniqueConstraint(fields=["lecture", "number"], name="catalogue_lecture_version_once")]

    def __str__(self) -> str:
        return f"{self.lecture} v{self.number}"


class CourseIndexPage(LocalisedPage):
    """All courses (课程)."""

    max_count = 1
    template = "courses/catalogue/course_index.html"
    parent_page_types = ["catalogue.HomePage"]
    subpage_types = ["catalogue.CoursePage"]


class CoursePage(LocalisedPage):
    """One course: lectures in order with one rule of completion. Remote training courses are courses."""

    opens_date = models.DateField(_("opens on"), null=True, blank=True)
    content_panels = [*LocalisedPage.content_panels, FieldPanel("opens_date"), InlinePanel("course_lectures", label=_("Lectures"))]
    template = "courses/catalogue/course.html"
    parent_page_types = ["catalogue.CourseIndexPage"]
    subpage_types = []


class CourseLecture(Orderable):
    """One lecture's place in one course."""

    course = ParentalKey(CoursePage, on_delete=models.CASCADE, related_name="course_lectures")
    lecture = models.ForeignKey(LecturePage, on_delete=models.PROTECT, related_name="course_places")
    panels = [FieldPanel("lecture")]

    class Meta(Orderable.Meta):
        constraints = [models.UniqueConstraint(fields=["course", "lecture"], name="catalogue_course_lecture_once")]

    def __str__(self) -> str:
        return f"{self.course} {self.sort_order}"
