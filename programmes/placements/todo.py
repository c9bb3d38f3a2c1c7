"""What of the registers waits for an officer today: trainees to take in, stipends to pay, gifts to verify."""

from collections.abc import Callable, Iterable
from datetime import date

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from programmes.placements.models import Donation, Trainee
from qianchang.people.models import Account
from qianchang.people.permissions import Act, associations_where
from qianchang.people.todo import LONGEST_GROUP, Group, Task


def groups(account: Account, on: date) -> Iterable[Group]:
    """Return what waits for an officer. One query for each side of which the account is, and two for each kind."""
    given = [each.pk for each in associations_where(account, Act.HOST_TRAINEE, on=on) or ()]
    received = [each.pk for each in associations_where(account, Act.VERIFY_DONATION, on=on) or ()]
    found = []
    if given:
        found += [_to_accept(given), _to_pay(given)]
    if received:
        found.append(_to_verify(received, account))
    return found


def _to_accept(given: list[int]) -> Group:
    rows = Trainee.objects.filter(host__in=given, stage=Trainee.Stage.NOMINATED)
    return _of_trainees(
        rows, _("Trainees to accept"), _("Decide on the trainee"), lambda row: row.beneficiary.name
    )


def _to_pay(given: list[int]) -> Group:
    standing = Q(payments__reverses__isnull=True, payments__reversed_by__isnull=True)
    paid = Trainee.objects.filter(standing, payments__isnull=False).values("pk")
    rows = Trainee.objects.filter(supporter__in=given, stage=Trainee.Stage.FINISHED).exclude(pk__in=paid)
    return _of_trainees(rows, _("Stipends to pay"), _("Record the payment"), lambda row: row.host.name)


def _of_trainees(rows: QuerySet[Trainee], title: str, button: str, whom: Callable[[Trainee], str]) -> Group:
    shown = list(rows.select_related("host", "beneficiary").order_by("nominated_at", "pk")[:LONGEST_GROUP])
    return Group(
        title=title,
        count=rows.count() if len(shown) == LONGEST_GROUP else len(shown),
        tasks=tuple(
            Task(
                what=row.name,
                whom=whom(row),
                note=date_format(localdate(row.nominated_at), "DATE_FORMAT"),
                button=button,
                url=reverse("placements:trainee", args=[row.pk]),
            )
            for row in shown
        ),
    )


def _to_verify(received: list[int], account: Account) -> Group:
    # Whoever entered or delivered it leaves it to a colleague.
    rows = Donation.objects.filter(beneficiary__in=received, state=Donation.State.DELIVERED).exclude(
        Q(entered_by=account) | Q(delivered_by=account)
    )
    shown = list(rows.select_related("donor", "firm").order_by("delivered_date", "pk")[:LONGEST_GROUP])
    return Group(
        title=_("Donations to verify"),
        count=rows.count() if len(shown) == LONGEST_GROUP else len(shown),
        tasks=tuple(
            Task(
                what=f"{row.get_kind_display()} {row.description}".strip(),
                whom=row.donor.name,
                note=row.firm.name if row.firm else "",
                button=_("Verify"),
                url=reverse("placements:donation", args=[row.pk]),
            )
            for row in shown
        ),
    )
