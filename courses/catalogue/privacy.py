"""What the catalogue holds about a person: a lecturer's name and introduction, published by consent, which ends."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from courses.catalogue.models import Lecturer
from qianchang.groundwork.personal_data import ERASED, Subject, declare, declare_none
from qianchang.people.privacy.subjects import ACCOUNT

PUBLISHED = "a lecture that an association gave stays; its recording is withdrawn by whoever published it"


def declare_holdings() -> None:
    """Declare every table of the catalogue."""
    declare(
        "catalogue.Lecturer",
        purpose=_("You as a lecturer: name and introduction, public by your consent"),
        of={"account": ACCOUNT},
        given=("name", "introduction", "association__name_zh"),
        texts=("name", "introduction"),
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
    for page in ("HomePage", "LectureIndexPage", "CourseIndexPage", "CoursePage"):
        declare(
            f"catalogue.{page}",
            purpose=_("Pages of the site"),
            acts=("owner", "locked_by"),
            texts=("introduction", "introduction_en", "title_en"),
            kept=PUBLISHED,
            published=True,
        )
    declare_none(
        "lectures, topics and their places",
        "catalogue.Topic",
        "catalogue.LecturePage_lecturers",
        "catalogue.LectureVersion",
        "catalogue.CourseLecture",
    )


def _erase_lecturers(rows: "QuerySet[Any]", subject: Subject, at: datetime) -> int:
    erased = 0
    for lecturer in rows:
        # The address of a lecturer's page is made from the name.
        erased += Lecturer.objects.filter(pk=lecturer.pk).update(
            name=ERASED, introduction="", slug=f"lecturer-{lecturer.pk}", account=None
        )
    return erased
