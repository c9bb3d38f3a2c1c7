"""Recordings and their renditions: what every stage of the pipeline reads and writes."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Recording(models.Model):
    """One recording that an expert sent, from the first byte to the last rendition. Its files live in the storage
    `recordings` under `<public_id>/`. A refused recording keeps the reason as a code; `failures.py` has the sentences.

    Personal data: the owner, and whatever the original file name says.
    """

    class State(models.TextChoices):
        UPLOADING = "uploading", _("uploading")
        PROCESSING = "processing", _("processing")
        READY = "ready", _("ready")
        REFUSED = "refused", _("refused")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    class Content(models.TextChoices):
        """What the picture mostly shows, which chooses the ladder. VIDEO: a picture that nobody has looked at yet."""

        UNKNOWN = "unknown", _("not yet known")
        VIDEO = "video", _("video")
        SLIDES = "slides", _("slides")
        CAMERA = "camera", _("camera")
        MIXED = "mixed", _("slides and camera")
        AUDIO = "audio", _("audio only")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="recordings")
    original_name = models.CharField(max_length=255)
    state = models.CharField(max_length=12, choices=State.choices, default=State.UPLOADING)
    failure_code = models.CharField(max_length=40, blank=True)
    size_bytes = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    original_file = models.CharField(max_length=255, blank=True)
    content = models.CharField(max_length=10, choices=Content.choices, default=Content.UNKNOWN)
    duration_ms = models.PositiveBigIntegerField(null=True)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    # How loud the source's speech is as a whole (LUFS, EBU R 128), before we made it equally loud.
    loudness_lufs = models.DecimalField(max_digits=5, decimal_places=1, null=True)
    # Codes of what the expert should know though nothing is refused: `recordings.failures.Warned`.
    warnings = models.JSONField(default=list, blank=True)
    # Counts the times the ladder was begun for this recording: a re-transcode is the next generation.
    generation = models.PositiveIntegerField(default=1)
    # The last generation whose every mode is published; 0 before the first.
    ready_generation = models.PositiveIntegerField(default=0)
    # How often its owner had failed work begun again.
    owner_retries = models.PositiveSmallIntegerField(default=0, db_default=0)
    original_dropped_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True)
    first_watchable_at = models.DateTimeField(null=True)
    ready_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # The same file of the same owner is recognised, not stored twice. One that was refused or that we failed on
            # may be sent again: the platform may have learned to read it.
            models.UniqueConstraint(
                fields=["owner", "sha256"],
                condition=~models.Q(sha256="") & models.Q(state__in=["uploading", "processing", "ready"]),
                name="recordings_same_file_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.original_name} ({self.public_id})"


class Rendition(models.Model):
    """One finished way to play a recording: a single fragmented MP4 that streams, seeks and downloads.

    Rows exist only for files that were verified and published; a half-written rendition has no row.
    Rates are in bit/s as measured, times in milliseconds.
    """

    class Mode(models.TextChoices):
        AUDIO = "audio", _("Audio + slides")
        # The same speech as AAC-LC, for players that cannot decode Opus; never offered as a mode of its own.
        AAC = "aac", _("Audio for older players")
        LIGHT = "light", _("Light video")
        STANDARD = "standard", _("Standard video")
        CLEAR = "clear", _("Clear video")
        FULL = "full", _("Full video")

    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="renditions")
    mode = models.CharField(max_length=10, choices=Mode.choices)
    file = models.CharField(max_length=255)
    # The fence of the job that made it: part of the file's name, so that its address never changes its content.
    fence = models.PositiveIntegerField(default=1)
    playlist = models.TextField()
    size_bytes = models.PositiveBigIntegerField()
    duration_ms = models.PositiveBigIntegerField()
    average_bps = models.PositiveIntegerField()
    peak_bps = models.PositiveIntegerField()
    codecs = models.CharField(max_length=60)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    frame_rate = models.DecimalField(max_digits=6, decimal_places=3, null=True)
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recording", "mode"], name="recordings_rendition_once")
        ]

    def __str__(self) -> str:
        return f"{self.recording.public_id} {self.mode}"


class Slide(models.Model):
    """One entry of a recording's slide index: from `from_ms` until the next entry begins, this slide is shown.

    Made by detection, then the expert's to rename, move and merge. `picture` is a WebP in the storage
    `recordings`; `text` is what OCR read on it, one line a row. `title` is empty until somebody names the slide.
    """

    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="slides")
    from_ms = models.PositiveBigIntegerField()
    title = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    # None until OCR has looked at it; an empty text after that is a picture without words.
    text_read_at = models.DateTimeField(null=True)
    picture = models.CharField(max_length=255)
    fence = models.PositiveIntegerField()
    number = models.PositiveIntegerField(help_text="the picture's number in its set; it never changes")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size_bytes = models.PositiveIntegerField()
    edited_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["recording", "from_ms"]
        constraints = [
            models.UniqueConstraint(fields=["recording", "from_ms"], name="recordings_slide_time_once"),
            models.UniqueConstraint(fields=["recording", "number"], name="recordings_slide_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.recording_id} {self.from_ms} {self.title}"


class Storyboard(models.Model):
    """One WebP of small pictures taken every `interval_ms`, row by row from the top left: what is where on the time line."""

    recording = models.OneToOneField(Recording, on_delete=models.CASCADE, related_name="storyboard")
    file = models.CharField(max_length=255)
    fence = models.PositiveIntegerField()
    interval_ms = models.PositiveIntegerField()
    columns = models.PositiveSmallIntegerField()
    tiles = models.PositiveSmallIntegerField()
    tile_width = models.PositiveSmallIntegerField()
    tile_height = models.PositiveSmallIntegerField()
    size_bytes = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.recording_id} {self.tiles} tiles"


class CaptionTrack(models.Model):
    """The captions of a recording in one language, as one WebVTT text that the expert uploaded or typed.

    `revision` rises with every change: who saves an older one is told, and nothing of the newer one is lost.
    """

    class Language(models.TextChoices):
        CHINESE = "zh", _("Chinese")
        ENGLISH = "en", _("English")

    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="captions")
    language = models.CharField(max_length=5, choices=Language.choices, default=Language.CHINESE)
    vtt = models.TextField()
    revision = models.PositiveIntegerField(default=1)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recording", "language"], name="recordings_captions_language_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.recording_id} {self.language} r{self.revision}"


class OutdatedFile(models.Model):
    """A stored file that nothing points to any more. Links to it may still be in use, so it goes after `delete_after`."""

    name = models.CharField(max_length=255, unique=True)
    delete_after = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.name
