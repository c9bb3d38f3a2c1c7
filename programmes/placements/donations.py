"""Writes about gifts: entered and delivered by the giving side, verified by the receiving side."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from programmes.placements import queries, rules, wording
from programmes.placements.models import Donation, DonationReversal, Figure
from programmes.placements.models.donations import LEAST_VALUE_CNY
from programmes.placements.refusals import UnableToRecordDonation
from programmes.plans.models import Plan
from qianchang.groundwork import audit
from qianchang.people.models import Account, Association, Firm
from qianchang.people.permissions import Act, require
from qianchang.people.queries import association_line


@dataclass(frozen=True)
class Gift:
    """What is given: a vehicle or a subsidy is one; computers are as many as they are, with their value together."""

    kind: str
    value_cny: Decimal
    quantity: int = 1
    description: str = ""


@transaction.atomic
def record_donation(
    *,
    plan: Plan,
    supporter: Association,
    donor: Association,
    beneficiary: Association,
    year: int,
    gift: Gift,
    firm: Firm | None = None,
    by: Account,
    at: datetime,
) -> Donation:
    """Enter a gift that a donor offers to a beneficiary association, with or without the firm that gets it.

    Raises UnableToRecordDonation, or PermissionDenied unless an officer of the donor does it.
    """
    require(by, Act.RECORD_DONATION, on=localdate(at), association=donor)
    if year not in rules.YEARS:
        raise UnableToRecordDonation(_("Write the year with four digits, such as 2026."))
    if supporter.pk not in [each.pk for each in association_line(donor)]:
        raise UnableToRecordDonation(_("The donor belongs to another association. Choose one of the list."))
    _refuse_gift(plan, gift)
    if firm is not None:
        _refuse_firm(firm, beneficiary)
    donation = Donation.objects.create(
        plan=plan,
        supporter=supporter,
        donor=donor,
        beneficiary=beneficiary,
        firm=firm,
        year=year,
        kind=gift.kind,
        description=gift.description.strip(),
        quantity=gift.quantity,
        value_cny=gift.value_cny,
        entered_by=by,
        entered_at=at,
    )
    audit.record(
        "recorded donation",
        object_type="donation",
        object_key=str(donation.pk),
        by=by,
        at=at,
        plan=plan.code,
        donor=donor.code,
        association=beneficiary.code,
        year=year,
        amount_cny=str(gift.value_cny),
    )
    return donation


def least_value(plan: Plan) -> Decimal:
    """Return the least value of a vehicle or subsidy of a plan: what its document says, never below the database's own."""
    stated = queries.figures(plan).get(Figure.Key.LEAST_VALUE_CNY)
    return Decimal(max(stated.value if stated else 0, LEAST_VALUE_CNY))


def _refuse_gift(plan: Plan, gift: Gift) -> None:
    if gift.value_cny <= 0 or gift.value_cny != gift.value_cny.quantize(Decimal("0.01")):
        raise UnableToRecordDonation(_("Give the value in yuan, with two places at most."))
    if gift.kind == Donation.Kind.COMPUTERS:
        if gift.quantity < 1:
            raise UnableToRecordDonation(_("Say how many computers."))
        return
    least = least_value(plan)
    if gift.value_cny < least:
        raise UnableToRecordDonation(
            _("A vehicle or subsidy of this plan is worth at least %(least)s yuan. Nothing was changed.")
            % {"least": f"{least:,}"}
        )
    if gift.quantity != 1:
        raise UnableToRecordDonation(_("Enter each vehicle and each subsidy by itself."))


def _refuse_firm(firm: Firm, beneficiary: Association) -> None:
    if beneficiary.pk not in [each.pk for each in association_line(firm.association)]:
        raise UnableToRecordDonation(
            _("This law firm belongs to another association. Choose a firm of %(association)s.")
            % {"association": beneficiary.name}
        )


@transaction.atomic
def deliver_donation(
    *, donation: Donation, firm: Firm, delivered_date: date, by: Account, at: datetime
) -> Donation:
    """Record that a gift was handed over to a firm. The same again changes nothing.

    Raises UnableToRecordDonation, or PermissionDenied unless an officer of the donor does it.
    """
    require(by, Act.RECORD_DONATION, on=localdate(at), association=donation.donor)
    if delivered_date > localdate(at):
        raise UnableToRecordDonation(_("This day is still to come. Record the delivery when it was made."))
    locked = _locked(donation)
    if locked.state == Donation.State.DELIVERED:
        if (locked.firm_id, locked.delivered_date) == (firm.pk, delivered_date):
            return locked
        raise UnableToRecordDonation(_not_now(locked))
    if locked.state != Donation.State.OFFERED:
        raise UnableToRecordDonation(_not_now(locked))
    _refuse_firm(firm, locked.beneficiary)
    locked.firm, locked.delivered_date, locked.delivered_by = firm, delivered_date, by
    locked.state = Donation.State.DELIVERED
    locked.save(update_fields=["firm", "delivered_date", "delivered_by", "state"])
    audit.record(
        "delivered donation",
        object_type="donation",
        object_key=str(locked.pk),
        by=by,
        at=at,
        firm=firm.pk,
        date=delivered_date.isoformat(),
    )
    return locked


@transaction.atomic
def verify_donation(*, donation: Donation, by: Account, at: datetime) -> Donation:
    """Say, for the receiving side, that a gift arrived at its firm: it counts from now on.

    Raises UnableToRecordDonation when it was not delivered, is verified already, or was entered or delivered by the same
    person; PermissionDenied unless an officer of the receiving side does it.
    """
    require(by, Act.VERIFY_DONATION, on=localdate(at), association=donation.beneficiary)
    locked = _locked(donation)
    refusal = rules.refusal_to_verify(
        locked.state, entered_by=locked.entered_by_id, delivered_by=locked.delivered_by_id, by=by.pk
    )
    if refusal is not None:
        raise UnableToRecordDonation(str(wording.SIGNING[refusal]))
    locked.state, locked.verified_by, locked.verified_at = Donation.State.VERIFIED, by, at
    locked.save(update_fields=["state", "verified_by", "verified_at"])
    audit.record("verified donation", object_type="donation", object_key=str(locked.pk), by=by, at=at)
    return locked


@transaction.atomic
def withdraw_donation(*, donation: Donation, reason: str, by: Account, at: datetime) -> Donation:
    """Withdraw a gift that is not verified yet, with a reason. The same again changes nothing.

    Raises UnableToRecordDonation, or PermissionDenied unless an officer of the donor does it.
    """
    require(by, Act.RECORD_DONATION, on=localdate(at), association=donation.donor)
    reason = reason.strip()
    if not reason:
        raise UnableToRecordDonation(_("Give the reason."))
    locked = _locked(donation)
    if locked.state == Donation.State.WITHDRAWN:
        return locked
    if locked.state == Donation.State.VERIFIED:
        raise UnableToRecordDonation(
            _("It is verified, so it cannot be withdrawn. The receiving side takes it back.")
        )
    locked.state, locked.reason = Donation.State.WITHDRAWN, reason
    locked.save(update_fields=["state", "reason"])
    audit.record("withdrew donation", object_type="donation", object_key=str(locked.pk), by=by, at=at)
    return locked


@transaction.atomic
def reverse_donation(*, donation: Donation, reason: str, by: Account, at: datetime) -> DonationReversal:
    """Take a verified gift back by a reversing row, with a reason: it counts no more, and stays to be read.

    Raises UnableToRecordDonation when it is not verified or was reversed before, or the same person verified it;
    PermissionDenied unless an officer of the receiving side does it.
    """
    require(by, Act.VERIFY_DONATION, on=localdate(at), association=donation.beneficiary)
    reason = reason.strip()
    if not reason:
        raise UnableToRecordDonation(_("Give the reason."))
    locked = _locked(donation)
    refusal = rules.refusal_to_reverse(
        locked.state,
        is_reversed=DonationReversal.objects.filter(donation=locked).exists(),
        verified_by=locked.verified_by_id,
        entered_by=locked.entered_by_id,
        by=by.pk,
    )
    if refusal is not None:
        raise UnableToRecordDonation(str(wording.SIGNING[refusal]))
    back = DonationReversal.objects.create(donation=locked, reason=reason, reversed_by=by, reversed_at=at)
    audit.record("reversed donation", object_type="donation", object_key=str(locked.pk), by=by, at=at)
    return back


def _locked(donation: Donation) -> Donation:
    rows = Donation.objects.select_for_update(of=("self",)).select_related("beneficiary", "donor")
    return rows.get(pk=donation.pk)


def _not_now(locked: Donation) -> str:
    return _("This gift is “%(state)s” now, so that is not possible. Nothing was changed.") % {
        "state": locked.get_state_display()
    }
