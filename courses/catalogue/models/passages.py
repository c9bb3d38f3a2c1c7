"""What is searched: the words of published lectures in passages, copied from where they are written and made anew."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.catalogue.models.lectures import LecturePage


class Passage(models.Model):
    """One passage of a published lecture that a search can find: its title, a lecturer's name, its field, its
    introduction, one slide or one paragraph of its transcript.

    `spaced` is the text as it is indexed, every sign between two spaces (search/words.py); the index itself is the
    database's own (search/matching.py). `starts` of a paragraph: [character, milliseconds] of each caption in it.
    Never written but by search/indexing.py; who may see a passage is asked of the lecture, each time.
    """

    class Kind(models.IntegerChoices):
        """As `search.ranking.Kind`, best first."""

        TITLE = 1, _("title")
        LECTURER = 2, _("lecturer")
        TOPIC = 3, _("field")
        INTRODUCTION = 4, _("introduction")
        SLIDE = 5, _("slide")
        TRANSCRIPT = 6, _("transcript")

    lecture = models.ForeignKey(LecturePage, on_delete=models.CASCADE, related_name="passages")
    kind = models.PositiveSmallIntegerField(choices=Kind.choices)
    from_ms = models.PositiveBigIntegerField(null=True)
    text = models.TextField()
    spaced = models.TextField()
    starts = models.JSONField(default=list)

    class Meta:
        constraints = [
            # What has a time is what is shown or said at it.
            models.CheckConstraint(
                condition=models.Q(kind__in=[5, 6], from_ms__isnull=False)
                | models.Q(kind__in=[1, 2, 3, 4], from_ms__isnull=True),
                name="catalogue_passage_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.lecture_id} {self.get_kind_display()} {self.from_ms or ''}"


class IndexedLecture(models.Model):
    """A lecture whose words are in the index, and what lists filter and sort it by that other rooms know.

    `digest` is of everything that was indexed: the same again changes nothing. `least_bytes` is what the cheapest way
    to watch it costs, in bytes; null while there is none.
    """

    lecture = models.OneToOneField(
        LecturePage, on_delete=models.CASCADE, primary_key=True, related_name="indexed"
    )
    digest = models.CharField(max_length=64)
    has_audio = models.BooleanField()
    has_transcript = models.BooleanField()
    least_bytes = models.PositiveBigIntegerField(null=True)
    indexed_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.lecture_id} {self.indexed_at}"
