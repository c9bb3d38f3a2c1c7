"""What stands around the review of a lecture: Wagtail's task, what happened, remarks at a time, the speaker's consent."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Task, TaskState

from courses.catalogue.models.lectures import LecturePage
from courses.catalogue.models.snippets import Lecturer
from qianchang.groundwork.models import AppendOnly
from qianchang.groundwork.personal_data import ERASED


class ReviewTask(Task):
    """The one step of Wagtail's workflow for lectures: the supporting association reviews.

    Whom it lets in is asked of our permissions, never of Wagtail's groups. It is carried out at the review desk, where
    consent and release are asked as well; the Wagtail admin shows that and for whom it waits, and its history.
    """

    class Meta:
        verbose_name = _("review by the supporting association")
        verbose_name_plural = _("reviews by the supporting association")

    def get_task_states_user_can_moderate(self, user: Any, **kwargs: Any) -> models.QuerySet[TaskState]:
        """The lectures that wait for this account's review, but never those it submitted itself."""
        from courses.catalogue import queries

        waiting = queries.lectures_to_review(user, on=timezone.localdate()).exclude(submitted_by=user)
        ids = [str(pk) for pk in waiting.values_list("pk", flat=True)]
        states: models.QuerySet[TaskState] = self.task_states.filter(
            status=TaskState.STATUS_IN_PROGRESS, workflow_state__object_id__in=ids
        )
        return states

    @classmethod
    def get_description(cls) -> str:
        return str(_("Reviewers of the lecture's association approve it at the review desk."))


class ReviewEvent(AppendOnly):
    """One step of a lecture between its expert and its association: who, when, and in which words. Written once.

    `publish_at` is the time that was set for publishing, null where it was at once.
    Personal data: who did it, and whoever is named in `words`.
    """

    erasable: ClassVar[dict[str, str]] = {"words": ERASED}

    class Kind(models.TextChoices):
        SUBMITTED = "submitted", _("submitted")
        TAKEN_BACK = "taken_back", _("taken back by the expert")
        RETURNED = "returned", _("returned for changes")
        APPROVED = "approved", _("approved")
        # By the platform, when the time came that the approval named.
        PUBLISHED = "published", _("published")
        WITHDRAWN = "withdrawn", _("withdrawn from the catalogue")

    lecture = models.ForeignKey(LecturePage, on_delete=models.PROTECT, related_name="review_events")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    words = models.TextField(blank=True)
    publish_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["lecture", "-id"], name="catalogue_review_newest")]

    def __str__(self) -> str:
        return f"{self.lecture_id} {self.kind} {self.at:%Y-%m-%d %H:%M}"


class RemarkDraft(models.Model):
    """A remark that a reviewer notes while watching, until the lecture is returned with it or it is taken away again.

    `at_ms` is the place in the recording in milliseconds, null for the whole lecture.
    Personal data: who noted it, and whoever is named in `words`.
    """

    lecture = models.ForeignKey(LecturePage, on_delete=models.CASCADE, related_name="remark_drafts")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at_ms = models.PositiveBigIntegerField(null=True)
    words = models.TextField()
    noted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(words=""), name="catalogue_remark_draft_says_something")
        ]

    def __str__(self) -> str:
        return f"{self.lecture_id} {self.at_ms}"


class Remark(AppendOnly):
    """One remark with which a lecture was returned, at a time in the recording that was reviewed. Written once.

    `at_ms` in milliseconds, null for the whole lecture. Personal data: whoever is named in `words`.
    """

    erasable: ClassVar[dict[str, str]] = {"words": ERASED}

    event = models.ForeignKey(ReviewEvent, on_delete=models.PROTECT, related_name="remarks")
    recording = models.ForeignKey(
        "recordings.Recording", null=True, on_delete=models.PROTECT, related_name="+"
    )
    at_ms = models.PositiveBigIntegerField(null=True)
    words = models.TextField()

    def __str__(self) -> str:
        return f"{self.event_id} {self.at_ms}"


class RemarkAnswer(AppendOnly):
    """The expert's word on one remark (已修改), once. Personal data: whoever is named in `words`."""

    erasable: ClassVar[dict[str, str]] = {"words": ERASED}

    remark = models.OneToOneField(Remark, on_delete=models.PROTECT, related_name="answer")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField()
    words = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.remark_id} {self.answered_at:%Y-%m-%d %H:%M}"


class SpeakerConsent(models.Model):
    """A speaker agreed that one lecture stands in the public list, is streamed, and perhaps goes on DVD.

    `text_version` says which text (speaker_consent.json); 0 is the tick box of the upload form from before texts were
    kept. Given online by the speaker, or on paper: then `scan` is the signed sheet as this platform painted it anew.
    It is ended, never edited; agreeing again is another row.
    Personal data: who agreed when, and the signature on the scan.
    """

    class Method(models.TextChoices):
        ONLINE = "online", _("online, by the speaker")
        PAPER = "paper", _("on paper")

    lecture = models.ForeignKey(LecturePage, on_delete=models.PROTECT, related_name="consents")
    lecturer = models.ForeignKey(Lecturer, on_delete=models.PROTECT, related_name="consents")
    public = models.BooleanField()
    streaming = models.BooleanField()
    dvd = models.BooleanField()
    text_version = models.PositiveSmallIntegerField()
    method = models.CharField(max_length=6, choices=Method.choices)
    scan = models.BinaryField(null=True)
    given_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lecture", "lecturer"],
                condition=Q(withdrawn_at__isnull=True),
                name="catalogue_speaker_consent_open_once",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=F("given_at")),
                name="catalogue_speaker_consent_in_order",
            ),
            # On paper there is a sheet; an erasure takes its picture away.
            models.CheckConstraint(
                condition=Q(method="paper") | Q(scan__isnull=True), name="catalogue_speaker_consent_scan"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lecture_id} {self.lecturer_id} v{self.text_version}"


class Replacement(models.Model):
    """Another recording that shall take the place of a published lecture's, with a review of its own.

    `measured_percent`: how much of it is new, as the pipeline's slides say when it is decided (version_rules.py);
    `decided_percent`: as the reviewer says, never less. `version` is what it became.
    Personal data: who submitted and decided it, and whoever is named in `note` and `answer`.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("in review")
        ACCEPTED = "accepted", _("the new version")
        RETURNED = "returned", _("not taken")
        TAKEN_BACK = "taken_back", _("taken back by the expert")
        ANOTHER = "another", _("given as a new lecture")

    lecture = models.ForeignKey(LecturePage, on_delete=models.PROTECT, related_name="replacements")
    recording = models.ForeignKey("recordings.Recording", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    note = models.TextField()
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="replacements"
    )
    submitted_at = models.DateTimeField()
    measured_percent = models.PositiveSmallIntegerField(null=True)
    decided_percent = models.PositiveSmallIntegerField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)
    version = models.OneToOneField(
        "catalogue.LectureVersion", null=True, on_delete=models.PROTECT, related_name="replacement"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lecture"], condition=Q(state="waiting"), name="catalogue_replacement_one_waits"
            ),
            models.UniqueConstraint(
                fields=["recording"],
                condition=Q(state__in=["waiting", "accepted"]),
                name="catalogue_replacement_recording_once",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at__isnull=True)
                | (~Q(state="waiting") & Q(decided_at__isnull=False)),
                name="catalogue_replacement_decided",
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted")
                | Q(
                    version__isnull=False,
                    measured_percent__isnull=False,
                    decided_percent__gte=F("measured_percent"),
                ),
                name="catalogue_replacement_accepted_is_whole",
            ),
            # Four eyes (product-design.md, section 3).
            models.CheckConstraint(
                condition=~Q(state="accepted") | ~Q(decided_by=F("submitted_by")),
                name="catalogue_replacement_four_eyes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lecture_id} {self.state}"
