"""What enrolments hold about a person: that a seat was taken stays, why an exception was made goes."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from courses.enrolment.models import Enrolment, EnrolmentEvent
from qianchang.groundwork import sealing
from qianchang.groundwork.personal_data import ERASED, Subject, declare, declare_none
from qianchang.people.privacy.subjects import LAWYER

SEATS = "seats and courses were counted: a number sat there"


def declare_holdings() -> None:
    """Declare every table of enrolment."""
    declare(
        "enrolment.Enrolment",
        purpose=_("Which lectures and classes you take, and what you counted as on the day"),
        of={"lawyer": LAWYER},
        given=("lecture__title", "course__title", "state", "eligibility", "exception", "enrolled_at"),
        texts=("exception",),
        kept=SEATS,
        erase=_blank_exceptions,
    )
    declare(
        "enrolment.EnrolmentEvent",
        purpose=_("Each step of an enrolment"),
        of={"enrolment__lawyer": LAWYER},
        acts=("by",),
        given=("enrolment_id", "number", "kind", "reason", "at"),
        texts=("reason",),
        kept=SEATS,
        erase=_seal_reasons,
    )
    declare(
        "enrolment.CourseCompletion",
        purpose=_("Which courses you completed"),
        of={"enrolment__lawyer": LAWYER},
        given=("enrolment__course__title", "required", "at"),
        kept=SEATS,
    )
    declare(
        "enrolment.Release",
        purpose=_("Who opened a lecture to a region, and who ended it"),
        acts=("released_by", "ended_by"),
        harmless=("programme_code",),
        kept=SEATS,
    )
    declare(
        "enrolment.Collection",
        purpose=_("Who began or closed a shared collection"),
        acts=("created_by", "closed_by"),
        harmless=("name", "name_en"),
        kept=SEATS,
    )
    declare(
        "enrolment.CourseRun",
        purpose=_("Who opened a class"),
        acts=("opened_by",),
        harmless=("name", "named_for"),
        kept=SEATS,
    )
    declare_none("classes and their seats", "enrolment.CourseRun_invited", "enrolment.RunSeat")


def _blank_exceptions(rows: "QuerySet[Any]", subject: Subject, at: datetime) -> int:
    # Not into rows without one: that a rule had no exception stays to be seen.
    return (
        Enrolment.objects.filter(pk__in=list(rows.values_list("pk", flat=True)))
        .exclude(Q(exception="") | Q(exception=ERASED))
        .update(exception=ERASED)
    )


def _seal_reasons(rows: "QuerySet[Any]", subject: Subject, at: datetime) -> int:
    return sealing.seal(EnrolmentEvent, list(rows.exclude(reason="").values_list("pk", flat=True)))
