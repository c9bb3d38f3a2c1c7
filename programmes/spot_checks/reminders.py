"""What officers are told without asking: a finding that is to be mended in a few days, or is overdue.

Every reminder has a key of the deadline that it is about, so that a day may be done again.
"""

from datetime import date, datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import localdate

from programmes.spot_checks import queries, rules
from programmes.spot_checks.models import Answer, Finding, Sampled
from programmes.spot_checks.rules import FindingState
from qianchang.people import notices
from qianchang.people.officers import officers_who
from qianchang.people.permissions import Act

# A reminder that was missed is made up for within so many days.
CATCH_UP_DAYS = 3


def remind(*, at: datetime) -> int:
    """Tell those who have to mend a finding, some days before its day and once when it is over. Returns how many were
    told now.
    """
    today = localdate(at)
    settled = Answer.objects.exclude(outcome=Answer.Outcome.NOT_ENOUGH).values("reply__finding")
    faulty = Q(finding__outcome=Finding.Outcome.FAULTY) & ~Q(finding__in=settled)
    rows = Sampled.objects.filter(faulty, drawing__spot_check__calling_off=None)
    return sum(_remind_of(each, today, at=at) for each in queries.with_everything(rows))


def _remind_of(sampled: Sampled, today: date, *, at: datetime) -> int:
    known, finding = queries.found(sampled), sampled.finding
    state = rules.finding_state(known, on=today)
    if state not in (FindingState.TO_MEND, FindingState.OVERDUE) or known.deadline is None:
        return 0
    days = (known.deadline - today).days
    near = 0 <= days <= rules.REMIND_BEFORE_DAYS
    over = -CATCH_UP_DAYS <= days < 0
    if not (near or over) or finding.addressee is None:
        return 0
    words: dict[str, str | int] = {
        "number": sampled.line.code,
        "date": known.deadline.isoformat(),
        "days": days,
    }
    return notices.post_many(
        event="rectification_due",
        key=f"{finding.pk}:{known.deadline.isoformat()}:{'near' if near else 'over'}",
        told=dict.fromkeys(officers_who(Act.SPOT_CHECK, [finding.addressee], on=today), words),
        at=at,
        link=reverse("spot_checks:sampled", args=[sampled.drawing.spot_check.code, sampled.rank]),
    )
