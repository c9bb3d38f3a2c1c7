"""Lectures and what exactly was watched of them."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import FieldPanel
from wagtail.models import PagePermissionTester, PageViewRestriction
from wagtail.url_routing import RouteResult

from courses.catalogue.models.lecture_form import LectureForm
from courses.catalogue.models.localised import LocalisedPage
from courses.catalogue.models.snippets import Category, Lecturer, Topic
from courses.catalogue.version_rules import MOST_NEW_PERCENT
from media_pipeline import api as media
from qianchang.people.permissions import Act, may


class LecturePermissionTester(PagePermissionTester):
    """What the Wagtail admin may do with a lecture: improve the words of a published one.

    Drafting, publishing and withdrawing happen at the experts' and the officers' own pages, under the four-eyes rule.
    """

    def can_publish(self) -> bool:
        """Only what the review desk approved: by whoever approves there, and by editors who improve its words."""
        lecture = self.page.specific
        if lecture.review != LecturePage.Review.PUBLISHED:
            return False
        return bool(super().can_publish()) or may(
            self.user, Act.REVIEW_LECTURE, on=timezone.localdate(), association=lecture.association
        )

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
    # What the draft's form says; submitting makes the speaker's consent of it (models/reviews.py), which alone counts.
    dvd_consent = models.BooleanField(default=False)
    # The lecture that this one was given in the place of, because too much of it is new for a version.
    supersedes = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded_by"
    )

    # Set where the page was found among those that the reader may see, so that it is not asked twice.
    released_to_reader = False

    # The title makes no address here, which Wagtail's own panel of it would look for.
    content_panels = [
        FieldPanel("title", classname="title"),
        *LocalisedPage.content_panels[1:],
        FieldPanel("topic"),
        FieldPanel("category"),
        FieldPanel("lecturers"),
    ]
    # The address, the dates of publishing and the privacy of a lecture are not the editor's to change.
    promote_panels: list[Any] = []
    settings_panels: list[Any] = []
    base_form_class = LectureForm
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
        "supersedes_id",
        "slug",
    )

    class Meta:
        verbose_name = _("lecture")
        verbose_name_plural = _("lectures")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from courses.catalogue import pages

        return {**super().get_context(request, *args, **kwargs), **pages.lecture(self, request)}

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """Below a published lecture stands its transcript, at `text/`."""
        if path_components == ["text"] and self.live:
            return RouteResult(self, kwargs={"part": "text"})
        return super().route(request, path_components)

    def serve(self, request: HttpRequest, part: str = "") -> HttpResponseBase:
        """The page, for whom it is released to. Raises Http404 for everybody else; a preview is the desk's own."""
        from courses.catalogue import pages

        pages.refuse_unreleased(self, request)
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

    `excluded_ms` is a list of [from, until] in milliseconds: title, break, tail. `new_percent`: how much of it is new
    against the version before, null for a first one; its Replacement says what changed. Personal data: who approved it.
    """

    lecture = models.ForeignKey(LecturePage, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    recording = models.ForeignKey("recordings.Recording", on_delete=models.PROTECT, related_name="+")
    length_ms = models.PositiveBigIntegerField()
    excluded_ms = models.JSONField(default=list)
    created_at = models.DateTimeField()
    new_percent = models.PositiveSmallIntegerField(null=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lecture", "number"], name="catalogue_lecture_version_once"),
            models.CheckConstraint(
                condition=models.Q(new_percent__isnull=True) | models.Q(new_percent__lte=MOST_NEW_PERCENT),
                name="catalogue_lecture_version_is_the_same",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lecture} v{self.number}"
