"""Writes of where lawyers and firms were registered: moved, left, with the document that says so.

A stretch that ended stays as it is. Who had no stretch yet gets the one before the change written down with it, so that
the day before is answered as it was.
"""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from qianchang.groundwork import audit
from qianchang.people.models import Account, Association, Firm, FirmSeat, Lawyer, Region, Registration
from qianchang.people.walls import as_platform

# The source of a stretch that nobody recorded while it lasted: the roster itself said where somebody was.
ROSTER = "roster"
_SOURCE_LENGTH = Registration._meta.get_field("source").max_length or 0


class UnableToMove(Exception):
    """The change cannot be recorded as said. The message is a sentence for the person."""


@as_platform("the roster that a lawyer goes to may be another association’s")
@transaction.atomic
def transfer_lawyer(
    *, lawyer: Lawyer, firm: Firm, on: date, source: str, by: Account | None = None, at: datetime
) -> Registration:
    """Record that a lawyer has practised at `firm`, on the roster of its association, since the day `on`. The same
    again changes nothing. Raises UnableToMove for a day before the last change, or a missing document.
    """
    source = _document(source)
    lawyer = Lawyer.objects.select_for_update(of=("self",), no_key=True).get(pk=lawyer.pk)
    here = lawyer.registrations.filter(valid_until__isnull=True).select_related("firm").first()
    if here is not None and here.firm_id == firm.pk and here.valid_from == on:
        return here
    if lawyer.firm_id == firm.pk and (here is not None or not lawyer.registrations.exists()):
        raise UnableToMove(_("The lawyer is at this firm already. Choose the firm they moved to."))
    _end(lawyer, here, on=on)
    registration = Registration.objects.create(
        lawyer=lawyer, firm=firm, association_id=firm.association_id, valid_from=on, source=source
    )
    lawyer.firm, lawyer.association_id = firm, firm.association_id
    lawyer.save(update_fields=["firm", "association"])
    _record("transferred", lawyer, by=by, at=at, firm=str(firm.pk), on=on.isoformat(), source=source)
    return registration


@transaction.atomic
def end_registration(
    *, lawyer: Lawyer, on: date, source: str, by: Account | None = None, at: datetime
) -> Registration:
    """Record that a lawyer is registered nowhere from the day `on`: left the roster, or moved where we cannot follow.
    What was watched and earned stays, and the roster goes on showing them as having left. The same again changes
    nothing. Raises UnableToMove.
    """
    source = _document(source)
    lawyer = Lawyer.objects.select_for_update(of=("self",), no_key=True).get(pk=lawyer.pk)
    here = lawyer.registrations.filter(valid_until__isnull=True).first()
    last = lawyer.registrations.order_by("-valid_until").first()
    if here is None and last is not None:
        return last
    ended = _end(lawyer, here, on=on)
    ended.source = source if ended.source == ROSTER else ended.source
    ended.save(update_fields=["source"])
    _record("left", lawyer, by=by, at=at, on=on.isoformat(), source=source)
    return ended


@transaction.atomic
def move_firm(
    *,
    firm: Firm,
    region: Region,
    association: Association | None = None,
    on: date,
    source: str,
    by: Account | None = None,
    at: datetime,
) -> FirmSeat:
    """Record that a firm has been registered in `region`, with `association` (the one it had, when not given), since the
    day `on`. Its lawyers' rosters do not follow by themselves: each is a registration of their own. The same again
    changes nothing. Raises UnableToMove for a day before the last change, or a missing document.
    """
    source = _document(source)
    firm = Firm.objects.select_for_update(of=("self",), no_key=True).get(pk=firm.pk)
    association = association or firm.association
    here = firm.seats.filter(valid_until__isnull=True).first()
    if here is not None and (here.region_id, here.association_id, here.valid_from) == (
        region.pk,
        association.pk,
        on,
    ):
        return here
    if (firm.region_id, firm.association_id) == (region.pk, association.pk):
        raise UnableToMove(_("The firm is registered there already."))
    if here is None:
        here = FirmSeat(
            firm=firm, region_id=firm.region_id, association_id=firm.association_id, source=ROSTER
        )
    _end_on(here, on)
    seat = FirmSeat.objects.create(
        firm=firm, region=region, association=association, valid_from=on, source=source
    )
    firm.region, firm.association = region, association
    firm.save(update_fields=["region", "association"])
    audit.record(
        "moved",
        object_type="firm",
        object_key=str(firm.pk),
        by=by,
        at=at,
        region=region.code,
        association=association.code,
        on=on.isoformat(),
        source=source,
    )
    return seat


def _end(lawyer: Lawyer, here: Registration | None, *, on: date) -> Registration:
    """End the stretch that lasts; where none was ever recorded, write down the one that the roster told until now."""
    if here is None:
        last = lawyer.registrations.order_by("-valid_until").first()
        if last is not None and last.valid_until is not None:
            if on < last.valid_until:
                raise UnableToMove(_("The day lies before the last change. Check the document."))
            return last
        here = Registration(
            lawyer=lawyer, firm_id=lawyer.firm_id, association_id=lawyer.association_id, source=ROSTER
        )
    _end_on(here, on)
    return here


def _end_on(stretch: Registration | FirmSeat, on: date) -> None:
    if stretch.valid_from is not None and on <= stretch.valid_from:
        raise UnableToMove(_("The day lies before the last change. Check the document."))
    stretch.valid_until = on
    stretch.save()


def _document(source: str) -> str:
    source = source.strip()
    if not source:
        raise UnableToMove(_("Name the document that says so."))
    if len(source) > _SOURCE_LENGTH:
        raise UnableToMove(
            _("Name the document in at most %(count)d characters.") % {"count": _SOURCE_LENGTH}
        )
    return source


def _record(verb: str, lawyer: Lawyer, *, by: Account | None, at: datetime, **details: str) -> None:
    audit.record(verb, object_type="lawyer", object_key=str(lawyer.pk), by=by, at=at, **details)
