"""What the addresses of reports are about, for the test of every address: a return that was sent, an issued bulletin."""

from datetime import datetime

from programmes.plans.models import Plan
from programmes.quotas.operations import close_month
from programmes.reports import operations
from programmes.reports.models import Side
from qianchang.people.models import Account, Association

MONTH = "2026-09"


def sent_return(plan: Plan, association: Association, *, by: Account, at: datetime) -> dict[str, int | str]:
    """Send an association's return of a month that is over, for the side on which it stands in the scene."""
    gives = plan.targets.filter(supporter=association).exists()
    side = Side.SUPPORTER if gives else Side.BENEFICIARY
    if gives:
        close_month(plan=plan, supporter=association, month=MONTH, by=by, at=at)
    operations.save_draft(
        plan=plan,
        association=association,
        side=side,
        month=MONTH,
        remarks="",
        addressees="省律协秘书处",
        signatories="",
        number=0,
        by=by,
        at=at,
    )
    sent = operations.send_return(
        plan=plan, association=association, side=side, month=MONTH, number=1, by=by, at=at
    )
    return {"of": f"{association.code}:{side.value}", "return": sent.version.pk}


def issued_bulletin(plan: Plan, *, by: Account, at: datetime) -> int:
    """Issue the bulletin of that month."""
    return operations.issue_bulletin(plan=plan, month=MONTH, by=by, at=at).version.pk
