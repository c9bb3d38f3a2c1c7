"""Evidence of watching. Spans and code answers are append-only; coverage is their fold and can be rebuilt
from them.
"""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from qianchang.groundwork.models import AppendOnly


class Playback(models.Model):
    """One opening of the player by one lawyer on one device. Opening a new one supersedes the others (one
    active player).

    `clock_offset_ms` is what to add to the device's time to get the server's, measured when it was opened
    and improved by later reports. `download_until` makes it a download: opened when its file was fetched, played without a
    link until then, beside whatever else plays. `brought`: it was played from a stick, and its record was carried back.
    `accepted_ms` and `refused_count` are the fold of its spans: what counts, as sorted disjoint [from, until) in
    milliseconds of the recording, and how many were refused, whole or in part.
    Personal data: the lawyer, and the browser's name in `device`.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    lawyer = models.ForeignKey("people.Lawyer", on_delete=models.PROTECT, related_name="playbacks")
    lecture_version = models.ForeignKey(
        "catalogue.LectureVersion", on_delete=models.PROTECT, related_name="playbacks"
    )
    opened_at = models.DateTimeField()
    clock_offset_ms = models.BigIntegerField(default=0)
    superseded_at = models.DateTimeField(null=True)
    download_until = models.DateTimeField(null=True)
    brought = models.BooleanField(default=False, db_default=False)
    device = models.CharField(max_length=200, blank=True)
    accepted_ms = models.JSONField(default=list)
    refused_count = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.public_id)


class WatchedSpan(AppendOnly):
    """One reported stretch of playing, as it came and what of it was accepted. Media times in milliseconds
    of the recording; `wall_*` by the server's clock (the device's clock, corrected by the offset of its
    playback).

    `accepted_ms` are the media intervals that count, `accepted_wall_ms` the wall intervals (milliseconds
    since 1970) that no other span of the lawyer can claim any more; both as [[from, until], ...]. A span
    that was refused, whole or in part, says why in `refusal`.
    """

    # Both are found by the indexes below; an index of their own would only cost bytes.
    playback = models.ForeignKey(Playback, on_delete=models.PROTECT, related_name="spans", db_index=False)
    lawyer = models.ForeignKey(
        "people.Lawyer", on_delete=models.PROTECT, related_name="watched_spans", db_index=False
    )
    sequence = models.PositiveIntegerField()
    media_from_ms = models.BigIntegerField()
    media_until_ms = models.BigIntegerField()
    wall_from = models.DateTimeField()
    wall_until = models.DateTimeField()
    accepted_ms = models.JSONField(default=list)
    accepted_wall_ms = models.JSONField(default=list)
    refusal = models.CharField(max_length=40, blank=True)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["playback", "sequence"], name="attendance_span_once")]
        indexes = [
            models.Index(fields=["lawyer", "wall_until"]),
            models.Index(
                fields=["playback"], condition=~models.Q(refusal=""), name="attendance_span_refused"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.playback_id} #{self.sequence}"


class Coverage(models.Model):
    """What of one lecture version one lawyer has watched: the union of all accepted spans.

    `intervals_ms` is a sorted list of disjoint [from, until) in milliseconds, inside the creditable length.
    """

    lawyer = models.ForeignKey("people.Lawyer", on_delete=models.PROTECT, related_name="coverages")
    lecture_version = models.ForeignKey(
        "catalogue.LectureVersion", on_delete=models.PROTECT, related_name="coverages"
    )
    intervals_ms = models.JSONField(default=list)
    covered_ms = models.PositiveBigIntegerField(default=0)
    accepted_wall_ms = models.PositiveBigIntegerField(default=0)
    position_ms = models.PositiveBigIntegerField(default=0)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lawyer", "lecture_version"], name="attendance_coverage_once")
        ]

    def __str__(self) -> str:
        return f"{self.lawyer_id} {self.lecture_version_id} {self.covered_ms} ms"


class PresenceCheck(AppendOnly):
    """One answer to one presence code (口令): which code, when, through which channel, right or wrong."""

    class Channel(models.TextChoices):
        PLAYER = "player", _("player")
        # Answered without a link, sent afterwards: `answered_at` is when it arrived.
        DOWNLOAD = "download", _("download")
        PAPER = "paper", _("paper")

    lawyer = models.ForeignKey("people.Lawyer", on_delete=models.PROTECT, related_name="presence_checks")
    lecture_version = models.ForeignKey(
        "catalogue.LectureVersion", on_delete=models.PROTECT, related_name="presence_checks"
    )
    code_index = models.PositiveSmallIntegerField()
    correct = models.BooleanField()
    channel = models.CharField(max_length=8, choices=Channel.choices)
    answered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lawyer", "lecture_version", "code_index"],
                condition=models.Q(correct=True),
                name="attendance_code_answered_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.lawyer_id} {self.lecture_version_id} code {self.code_index}"
