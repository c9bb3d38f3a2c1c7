"""The history of enrolments: each step is written once, numbered. A step of its own stands in the audit log as well;
a named list stands there as a whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max

from courses.enrolment.models import Enrolment, EnrolmentEvent
from qianchang.groundwork import audit
from qianchang.people.models import Account

Kind = EnrolmentEvent.Kind
# As the audit log names the steps.
VERBS = {
    Kind.ENROLLED: "enrol",
    Kind.WAITING: "wait for a seat",
    Kind.PROMOTED: "give a free seat",
    Kind.FINISHED: "complete course",
    Kind.WITHDRAWN: "withdraw",
    Kind.ENDED: "leave ended class",
}


@dataclass(frozen=True)
class Step:
    """One step of an enrolment whose row, or class, is locked. `eligibility` is that of who joins."""

    enrolment: Enrolment
    kind: EnrolmentEvent.Kind
    reason: str = ""
    eligibility: dict[str, Any] | None = None


def record_all(steps: Sequence[Step], *, by: Account | None, at: datetime) -> None:
    """Write one step of each of these enrolments; `by` None is the platform itself. Two statements."""
    rows = EnrolmentEvent.objects.filter(enrolment__in=[step.enrolment for step in steps]).order_by()
    last = dict(rows.values("enrolment").annotate(last=Max("number")).values_list("enrolment", "last"))
    EnrolmentEvent.objects.bulk_create(
        EnrolmentEvent(
            enrolment=step.enrolment,
            number=last.get(step.enrolment.pk, 0) + 1,
            kind=step.kind,
            reason=step.reason,
            eligibility=step.eligibility,
            by=by,
            at=at,
        )
        for step in steps
    )


def audit_all(steps: Sequence[Step], *, by: Account | None, at: datetime) -> None:
    """Write one audit entry for each step that is an act of its own."""
    for step in steps:
        row = step.enrolment
        what = f"class {row.run_id}" if row.run_id else f"lecture {row.lecture_id}"
        audit.record(
            VERBS[step.kind], object_type="enrolment", object_key=str(row.pk), by=by, at=at, what=what
        )
