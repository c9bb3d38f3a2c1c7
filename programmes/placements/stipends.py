"""Writes about stipends: what the supporting association pays to the host for a trainee who is through."""

from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from programmes.placements import queries
from programmes.placements.models import Figure, StipendPayment, Trainee
from programmes.placements.refusals import UnableToPayStipend
from programmes.plans.models import Plan
from qianchang.groundwork import audit
from qianchang.people.models import Account
from qianchang.people.permissions import Act, require


def stipend_of(plan: Plan) -> Decimal | None:
    """Return what a plan pays for one trainee, in yuan; None where no document says so."""
    stated = queries.figures(plan).get(Figure.Key.STIPEND_CNY)
    return Decimal(stated.value) if stated else None


def standing_payment(trainee: Trainee) -> StipendPayment | None:
    """Return the payment for a trainee that was not taken back, or None."""
    rows = StipendPayment.objects.filter(trainee=trainee, reverses__isnull=True, reversed_by__isnull=True)
    return rows.order_by("turn").first()


@transaction.atomic
def pay_stipend(
    *, trainee: Trainee, paid_date: date, reference: str, by: Account, at: datetime
) -> StipendPayment:
    """Record that the stipend of a trainee was paid to the host, with the day and the voucher. It is due when the
    trainee is through, whole and once; the same voucher again changes nothing.

    Raises UnableToPayStipend, or PermissionDenied unless an officer of the supporting association does it.
    """
    require(by, Act.HOST_TRAINEE, on=localdate(at), association=trainee.supporter)
    reference = reference.strip()
    if not reference:
        raise UnableToPayStipend(_("Give the number of the voucher."))
    if paid_date > localdate(at):
        raise UnableToPayStipend(_("This day is still to come. Record a payment when it was made."))
    locked = Trainee.objects.select_for_update(of=("self",)).select_related("plan").get(pk=trainee.pk)
    if locked.stage != Trainee.Stage.FINISHED:
        raise UnableToPayStipend(_("The stipend is due when the trainee is through. Nothing was changed."))
    amount = stipend_of(locked.plan)
    if amount is None:
        raise UnableToPayStipend(_("No document says what this plan pays. Nothing was changed."))
    standing = standing_payment(locked)
    if standing is not None:
        return _same_or_refuse(standing, paid_date, reference)
    payment = StipendPayment(
        trainee=locked,
        turn=StipendPayment.objects.filter(trainee=locked, reverses__isnull=True).count() + 1,
        amount_cny=amount,
        paid_date=paid_date,
        reference=reference,
        payer_id=locked.supporter_id,
        payee_id=locked.host_id,
        recorded_by=by,
        recorded_at=at,
    )
    try:
        with transaction.atomic():
            payment.save(force_insert=True)
    except IntegrityError as error:  # two at the same moment: the constraint let one in
        standing = standing_payment(locked)
        if standing is None:
            raise
        return _same_or_refuse(standing, paid_date, reference, error)
    audit.record(
        "paid stipend",
        object_type="trainee",
        object_key=str(locked.pk),
        by=by,
        at=at,
        amount_cny=str(amount),
        date=paid_date.isoformat(),
        reference=reference,
    )
    return payment


def _same_or_refuse(
    standing: StipendPayment, paid_date: date, reference: str, cause: IntegrityError | None = None
) -> StipendPayment:
    if (standing.paid_date, standing.reference) == (paid_date, reference):
        return standing
    raise UnableToPayStipend(
        _("It was paid with voucher %(reference)s already. Nothing was changed.")
        % {"reference": standing.reference}
    ) from cause


@transaction.atomic
def reverse_stipend(*, payment: StipendPayment, reason: str, by: Account, at: datetime) -> StipendPayment:
    """Take a recorded payment back by a row with the negative amount, with a reason; another one can be recorded then.
    Two people sign, so whoever recorded the payment cannot. The same again changes nothing.

    Raises UnableToPayStipend, or PermissionDenied unless an officer of the supporting association does it.
    """
    trainee = payment.trainee
    require(by, Act.HOST_TRAINEE, on=localdate(at), association=trainee.supporter)
    reason = reason.strip()
    if not reason:
        raise UnableToPayStipend(_("Give the reason."))
    Trainee.objects.select_for_update(of=("self",)).get(pk=trainee.pk)
    before = StipendPayment.objects.filter(reverses=payment).first()
    if before is not None:
        return before
    if payment.recorded_by_id == by.pk:
        raise UnableToPayStipend(
            _("You recorded this payment yourself, so a colleague has to take it back. Nothing was changed.")
        )
    back = StipendPayment(
        trainee=trainee,
        turn=payment.turn,
        amount_cny=-payment.amount_cny,
        paid_date=localdate(at),
        reference=payment.reference,
        payer_id=payment.payer_id,
        payee_id=payment.payee_id,
        reverses=payment,
        reason=reason,
        recorded_by=by,
        recorded_at=at,
    )
    back.save(force_insert=True)
    audit.record(
        "took stipend back",
        object_type="trainee",
        object_key=str(trainee.pk),
        by=by,
        at=at,
        reference=payment.reference,
    )
    return back
