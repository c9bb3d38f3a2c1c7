"""What the catalogue holds about a person: a lecturer's name and introduction, published by consent, which ends."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from courses.catalogue.models import Lecturer, SpeakerConsent
from qianchang.groundwork import sealing
from qianchang.groundwork.personal_data import ERASED, Subject, declare, declare_none
from qianchang.people.privacy.subjects import ACCOUNT

PUBLISHED = "a lecture that an association gave stays; its recording is withdrawn by whoever published it"


def declare_holdings() -> None:
    """Declare every table of the catalogue."""
    declare(
        "catalogue.Lecturer",
        purpose=_("You as a lecturer: name and introduction, public by your consent"),
        of={"account": ACCOUNT},
        given=("name", "name_en", "introduction", "introduction_en", "association__name_zh"),
        texts=("name", "name_en", "introduction", "introduction_en"),
        kept=PUBLISHED,
        published=True,
        erase=_erase_lecturers,
    )
    declare(
        "catalogue.LecturePage",
        purpose=_("Lectures that you submitted"),
        of={"submitted_by": ACCOUNT},
        given=("title", "review", "submitted_at", "return_reason"),
        texts=("introduction", "introduction_en", "title_en", "return_reason"),
        kept=PUBLISHED,
        published=True,
    )
    indexes = ("HomePage", "LectureIndexPage", "CourseIndexPage", "NewsIndexPage", "HelpIndexPage")
    for page in (*indexes, "CoursePage", "NewsPage", "HelpPage", "AboutPage"):
        declare(
            f"catalogue.{page}",
            purpose=_("Pages of the site"),
            acts=("owner", "locked_by"),
            texts=("introduction", "introduction_en", "title_en"),
            kept=PUBLISHED,
            published=True,
        )
    _declare_reviews()
    declare_none(
        "words of published lectures, copied for the search and made anew when those change",
        "catalogue.Passage",
        "catalogue.IndexedLecture",
    )
    declare_none(
        "lectures, topics and their places",
        "catalogue.Topic",
        "catalogue.LecturePage_lecturers",
        "catalogue.CourseLecture",
    )


def _declare_reviews() -> None:
    """Reviews, remarks and consents: what was decided about a lecture stays with it, the words about people go."""
    declare(
        "catalogue.LectureVersion",
        purpose=_("Versions of your lectures"),
        of={"lecture__submitted_by": ACCOUNT},
        acts=("approved_by",),
        given=("lecture__title", "number", "created_at", "new_percent"),
        kept=PUBLISHED,
    )
    declare(
        "catalogue.ReviewEvent",
        purpose=_("Reviews of your lectures"),
        of={"lecture__submitted_by": ACCOUNT},
        acts=("by",),
        given=("lecture__title", "kind", "at", "words", "publish_at"),
        texts=("words",),
        kept="how a lecture came into the catalogue, for as long as its hours count",
        erase=_seal,
    )
    declare(
        "catalogue.Remark",
        purpose=_("Remarks on your lectures"),
        of={"event__lecture__submitted_by": ACCOUNT},
        given=("event__lecture__title", "at_ms", "words"),
        texts=("words",),
        kept="part of a review",
        erase=_seal,
    )
    declare(
        "catalogue.RemarkAnswer",
        purpose=_("Your answers to remarks"),
        of={"by": ACCOUNT},
        given=("answered_at", "words"),
        texts=("words",),
        kept="part of a review",
        erase=_seal,
    )
    declare(
        "catalogue.RemarkDraft",
        purpose=_("Remarks that you noted and have not sent"),
        of={"by": ACCOUNT},
        given=("lecture__title", "at_ms", "words", "noted_at"),
        texts=("words",),
    )
    declare(
        "catalogue.SpeakerConsent",
        purpose=_("Your consent to the listing, streaming and DVDs of your lectures"),
        of={"lecturer__account": ACCOUNT},
        acts=("recorded_by", "withdrawn_by"),
        given=(
            "lecture__title",
            "public",
            "streaming",
            "dvd",
            "text_version",
            "method",
            "given_at",
            "withdrawn_at",
        ),
        blank={"scan": None},
        files=_scans,
        kept="that there was a consent while the lecture was shown",
    )
    declare(
        "catalogue.Replacement",
        purpose=_("New recordings that you handed in for your lectures"),
        of={"submitted_by": ACCOUNT},
        acts=("decided_by",),
        given=("lecture__title", "state", "note", "submitted_at", "decided_at", "answer"),
        texts=("note", "answer"),
        blank={"note": ERASED, "answer": ERASED},
        kept="where a version of a lecture came from",
    )
    declare_none("steps of Wagtail's workflow", "catalogue.ReviewTask")


def _seal(rows: "QuerySet[Any]", subject: Subject, at: datetime) -> int:
    return sealing.seal(rows.model, list(rows.exclude(words="").values_list("pk", flat=True)))


def _scans(consent: SpeakerConsent) -> Iterator[tuple[str, bytes]]:
    if consent.scan is not None:
        yield f"consent-{consent.pk}.jpg", bytes(consent.scan)


def _erase_lecturers(rows: "QuerySet[Any]", subject: Subject, at: datetime) -> int:
    erased = 0
    for lecturer in rows:
        # The address of a lecturer's page is made from the name.
        erased += Lecturer.objects.filter(pk=lecturer.pk).update(
            name=ERASED,
            name_en="",
            introduction="",
            introduction_en="",
            slug=f"lecturer-{lecturer.pk}",
            account=None,
        )
    return erased
