"""What of a plan lies ahead of an officer: the deadlines of the targets that the officer answers for."""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from programmes.plans.models import Target
from qianchang.people.models import Account
from qianchang.people.todo import Deadline


def deadlines(account: Account, on: date) -> Iterable[Deadline]:
    """Return the deadlines to come of the targets that an account answers for. One query."""
    rows = Target.objects.filter(owner=account, deadline_date__gte=on).select_related("plan")
    return [
        Deadline(
            row.deadline_date,
            _("%(plan)s: %(quantity)d %(unit)s")
            % {"plan": row.plan, "quantity": row.quantity, "unit": row.plan.unit},
        )
        for row in rows.order_by("deadline_date", "pk")
        if row.deadline_date is not None
    ]
