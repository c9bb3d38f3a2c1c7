"""The way of a disc (交接): sent, received, back, lost. Each step is noted once and never changed; one lock a disc."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _

from courses.discs import making, queries, rules
from courses.discs.making import Recipient
from courses.discs.models import Disc, DiscEvent
from courses.discs.scope import contacts_of, scope_of
from qianchang.groundwork import audit
from qianchang.people import notices
from qianchang.people.models import Account
from qianchang.people.officers import officers_who
from qianchang.people.permissions import Act

State, Kind = Disc.State, DiscEvent.Kind
SENT = "disc_sent"


class UnableToMove(Exception):
    """The step cannot be noted of this disc; the text says why and what to do. Nothing changed."""


@dataclass(frozen=True)
class Parcel:
    """How a disc travels: the carrier (rules.BY_HAND: somebody takes it along) and its number of the parcel."""

    carrier: str
    tracking_number: str = ""


@transaction.atomic
def dispatch(
    *, discs: Sequence[Disc], to: Recipient, parcel: Parcel, on: date, by: Account, at: datetime
) -> list[Disc]:
    """Note that discs were sent to an association or to one of its counties, all in one parcel. Whoever receives them is
    told. A disc that is registered to another county is refused, and with it the whole parcel. The same parcel again is
    the same.

    Raises UnableToMove; PermissionDenied for a disc that is not the account's to send.
    """
    parcel = _checked(parcel)
    if not to.name.strip() or not to.address.strip():
        raise UnableToMove(_("Say to whom and where the discs are sent."))
    _refuse_county(to)
    sent = [_sent(disc, to, parcel, on=on, by=by, at=at) for disc in sorted(discs, key=lambda each: each.pk)]
    if not sent:
        raise UnableToMove(_("Type the serial number of at least one disc."))
    return sent


def _sent(given: Disc, to: Recipient, parcel: Parcel, *, on: date, by: Account, at: datetime) -> Disc:
    disc = _locked(given)
    if not scope_of(by, on=localdate(at)).may_send(disc):
        raise PermissionDenied(Act.SEND_DISCS.value)
    if _is_noted(disc, to, parcel):
        return disc
    moment = _moment(disc, Kind.DISPATCHED, on=on, at=at)
    elsewhere = queries.registered_elsewhere(disc, to.region)
    # A disc that came back, or that a city has, goes on to whomever it is sent next.
    if elsewhere and disc.state not in (State.RETURNED, State.RECEIVED):
        raise UnableToMove(elsewhere)
    disc.beneficiary, disc.region = to.beneficiary, to.region
    disc.recipient, disc.address = " ".join(to.name.split()), " ".join(to.address.split())
    words = {
        "holder": disc.recipient,
        "carrier": parcel.carrier,
        "tracking_number": parcel.tracking_number,
    }
    _note("sent disc", disc, Kind.DISPATCHED, moment, words, by=by, at=at)
    making.attach_sessions(disc, by=by, at=at)
    transaction.on_commit(partial(_tell, disc, parcel, at=at))
    return disc


def _is_noted(disc: Disc, to: Recipient, parcel: Parcel) -> bool:
    """Tell whether this very parcel was the last step of a disc: somebody sent the form twice."""
    last = disc.events.order_by("-sequence").first()
    return (
        last is not None
        and last.kind == Kind.DISPATCHED
        and (last.carrier, last.tracking_number) == (parcel.carrier, parcel.tracking_number)
        and (last.region_id, last.holder) == (to.region.pk if to.region else None, " ".join(to.name.split()))
    )


@transaction.atomic
def register(*, disc: Disc, to: Recipient, by: Account, at: datetime) -> Disc:
    """Register a disc that was not sent yet to another county or association. Raises UnableToMove for one that was sent,
    which goes on by its next parcel; PermissionDenied.
    """
    disc = _locked(disc)
    scope = scope_of(by, on=localdate(at))
    if not scope.may_send(disc) or not (
        disc.master.maker_id in scope.gives or to.beneficiary.pk in scope.receives
    ):
        raise PermissionDenied(Act.SEND_DISCS.value)
    if disc.state == State.CALLED_OFF:
        raise UnableToMove(_refusals()[disc.state] % {"serial": disc.serial})
    if disc.state not in (State.TO_MAKE, State.MADE):
        raise UnableToMove(
            _("%(serial)s was sent already. Record its next dispatch when it is back or was received.")
            % {"serial": disc.serial}
        )
    _refuse_county(to)
    disc.beneficiary, disc.region = to.beneficiary, to.region
    disc.recipient, disc.address = " ".join(to.name.split()), " ".join(to.address.split())
    disc.save(update_fields=["beneficiary", "region", "recipient", "address"])
    making.attach_sessions(disc, by=by, at=at)
    audit.record(
        "registered disc elsewhere",
        object_type="disc",
        object_key=disc.serial,
        by=by,
        at=at,
        association=to.beneficiary.code,
    )
    return disc


def _refuse_county(to: Recipient) -> None:
    if to.region is not None and not making.within(to.region, to.beneficiary):
        raise UnableToMove(
            _("%(county)s does not belong to %(association)s. Choose a county of that association.")
            % {"county": to.region.name_zh, "association": to.beneficiary.name}
        )


@transaction.atomic
def receive(*, disc: Disc, holder: str, on: date, by: Account, at: datetime) -> Disc:
    """Note that a disc arrived, and who has it now. Noted already is the same as noted.

    Raises UnableToMove; PermissionDenied for a disc that is neither of the officer's association nor of the county.
    """
    disc = _locked(disc)
    if not scope_of(by, on=localdate(at)).may_receive(disc):
        raise PermissionDenied(Act.RECEIVE_DISCS.value)
    if disc.state == State.RECEIVED:
        return disc
    holder = " ".join(holder.split())
    if not holder:
        raise UnableToMove(_("Say who has the disc now."))
    moment = _moment(disc, Kind.RECEIVED, on=on, at=at)
    _note("received disc", disc, Kind.RECEIVED, moment, {"holder": holder}, by=by, at=at)
    making.attach_sessions(disc, by=by, at=at)
    return disc


@transaction.atomic
def take_back(*, disc: Disc, on: date, note: str = "", by: Account, at: datetime) -> Disc:
    """Note that a disc is back with whoever sends discs. Noted already is the same as noted. Raises UnableToMove;
    PermissionDenied.
    """
    disc = _locked(disc)
    if not scope_of(by, on=localdate(at)).may_send(disc):
        raise PermissionDenied(Act.SEND_DISCS.value)
    if disc.state == State.RETURNED:
        return disc
    moment = _moment(disc, Kind.RETURNED, on=on, at=at)
    _note("took disc back", disc, Kind.RETURNED, moment, {"note": " ".join(note.split())}, by=by, at=at)
    return disc


@transaction.atomic
def report_lost(*, disc: Disc, on: date, note: str, by: Account, at: datetime) -> Disc:
    """Note that a disc is lost, with how. Its codes stay as good as they were: a sheet says whose county showed it.

    Raises UnableToMove; PermissionDenied for somebody who neither sends nor receives it.
    """
    disc = _locked(disc)
    scope = scope_of(by, on=localdate(at))
    if not (scope.may_send(disc) or scope.may_receive(disc)):
        raise PermissionDenied(Act.SEE_DISCS.value)
    if disc.state == State.LOST:
        return disc
    if not note.strip():
        raise UnableToMove(_("Write how the disc was lost."))
    moment = _moment(disc, Kind.LOST, on=on, at=at)
    _note("noted disc as lost", disc, Kind.LOST, moment, {"note": " ".join(note.split())}, by=by, at=at)
    return disc


def _locked(disc: Disc) -> Disc:
    rows = Disc.objects.select_for_update(of=("self",)).select_related(
        "master", "region", "beneficiary__parent__parent"
    )
    return rows.get(pk=disc.pk)


def _checked(parcel: Parcel) -> Parcel:
    carrier, number = " ".join(parcel.carrier.split()), " ".join(parcel.tracking_number.split())
    if not carrier:
        raise UnableToMove(
            _("Say who carries the parcel: the post, a courier, or somebody who takes it along.")
        )
    if carrier != rules.BY_HAND and not number:
        raise UnableToMove(
            _("Type the number of the parcel; it stands on the receipt of the post or courier.")
        )
    return Parcel(carrier, number)


def _moment(disc: Disc, kind: str, *, on: date, at: datetime) -> datetime:
    """Return when a step happened. Raises UnableToMove for a step that cannot follow, or for a day that cannot be."""
    if not rules.may_follow(disc.state, kind):
        raise UnableToMove(_refusals()[disc.state] % {"serial": disc.serial})
    last = disc.events.order_by("-sequence").first()
    after = localtime(last.at) if last is not None else None
    moment = rules.moment_of(on, now=localtime(at), after=after)
    if moment is None:
        raise UnableToMove(
            _("%(serial)s: this day cannot be. It lies ahead, or before the day of the last step (%(date)s).")
            % {"serial": disc.serial, "date": after.date().isoformat() if after else "–"}
        )
    return moment


def _refusals() -> dict[str, str]:
    """Why a step cannot follow, by the state that a disc is in already."""
    return {
        State.TO_MAKE: _("%(serial)s is being made. Wait until its image is there."),
        State.MADE: _("%(serial)s was not sent yet. Record the dispatch first."),
        State.DISPATCHED: _("%(serial)s is on its way already. Look at its page."),
        State.RECEIVED: _("%(serial)s was received already. Look at its page."),
        State.RETURNED: _("%(serial)s is back already. Look at its page."),
        State.LOST: _("%(serial)s is noted as lost. If it was found, note that it arrived or is back."),
        State.CALLED_OFF: _("%(serial)s was called off. Have its image made again first."),
    }


def _note(
    verb: str,
    disc: Disc,
    kind: str,
    moment: datetime,
    words: Mapping[str, str],
    *,
    by: Account,
    at: datetime,
) -> None:
    last = disc.events.order_by("-sequence").values_list("sequence", flat=True).first() or 0
    DiscEvent.objects.create(
        disc=disc,
        sequence=last + 1,
        kind=kind,
        at=moment,
        recorded_at=at,
        by=by,
        association=disc.beneficiary,
        region=disc.region,
        **words,
    )
    disc.state, disc.state_at = kind, moment
    disc.save(update_fields=["state", "state_at", "beneficiary", "region", "recipient", "address"])
    audit.record(
        verb,
        object_type="disc",
        object_key=disc.serial,
        by=by,
        at=at,
        association=disc.beneficiary.code,
        date=localdate(moment).isoformat(),
    )


def receivers_of(disc: Disc, *, on: date) -> list[int]:
    """Return the accounts that are told of a disc: the contacts of its county; where there are none, the officers who
    receive discs for its association.
    """
    told = contacts_of(disc.region, on=on) if disc.region is not None else []
    return told or sorted(officers_who(Act.RECEIVE_DISCS, [disc.beneficiary], on=on))


def _tell(disc: Disc, parcel: Parcel, *, at: datetime) -> None:
    words: dict[str, str | int] = {"number": disc.serial}
    for name, language in (("parcel", "zh-hans"), ("parcel_en", "en")):
        with translation.override(language):
            carrier = _("by hand") if parcel.carrier == rules.BY_HAND else parcel.carrier
        words[name] = " ".join(each for each in (carrier, parcel.tracking_number) if each)
    step = disc.events.filter(kind=Kind.DISPATCHED).count()
    notices.post_many(
        event=SENT,
        key=f"{disc.serial}:{step}",
        told=dict.fromkeys(receivers_of(disc, on=localdate(at)), words),
        at=at,
        link=reverse("discs:disc", args=[disc.serial]),
    )
