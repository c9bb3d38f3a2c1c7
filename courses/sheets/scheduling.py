"""Scheduling a room: where and when a session is shown, by which disc, and on which sheet people sign."""

from datetime import date, datetime, time

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from courses.discs import codes as disc_codes
from courses.discs.making import attach_sessions
from courses.discs.models import Disc
from courses.discs.queries import Place, disc_by_serial
from courses.discs.queries import places_on as disc_places_on
from courses.schedule import rules as schedule_rules
from courses.schedule.models import TrainingSession
from courses.sheets import access
from courses.sheets.models import Sheet
from courses.sheets.operations import KEYABLE, locked
from qianchang.groundwork import audit
from qianchang.people.models import Account, Association, Region
from qianchang.people.permissions import Act
from qianchang.people.queries import association_line, region_line

Kind = Sheet.Kind
KIND_OF_MODE = {
    schedule_rules.DVD: Kind.SCREENING,
    schedule_rules.NETWORK_VIDEO: Kind.SCREENING,
    schedule_rules.ONSITE: Kind.ON_SITE,
    schedule_rules.TELECONFERENCE: Kind.DIAL_IN,
}


class UnableToOpen(Exception):
    """The room cannot be scheduled like this. The text says why and what to do."""


@transaction.atomic
def open_sheet(
    *,
    session: TrainingSession,
    site: str,
    date: date,
    kind: str | None = None,
    region: Region | None = None,
    begins_at: time | None = None,
    ends_at: time | None = None,
    supervisor: str = "",
    disc: Disc | None = None,
    streamed: bool = False,
    by: Account,
    at: datetime,
) -> Sheet:
    """Schedule a room of a session, and open its sheet. The same room again is the same sheet. `kind` follows from the
    mode of the session where it is not said.

    Raises PermissionDenied, and UnableToOpen: the session was cancelled, the county is of another association, the disc is
    lost or was never made, has another lecture or is registered elsewhere.
    """
    if not access.may_schedule(by, session, region, on=localdate(at)):
        raise PermissionDenied(Act.SCHEDULE_SCREENING.value)
    session = _locked(session)
    site = " ".join(site.replace("\x00", "").split())
    _refuse(session, region, site, begins_at, ends_at)
    if disc is not None:
        _refuse_disc(disc, session, region, date)
    wanted = {"region": region, "site": site, "date": date, "begins_at": begins_at}
    standing = Sheet.objects.filter(session=session, **wanted).exclude(state=Sheet.State.CANCELLED).first()
    if standing is not None:
        return standing
    last = Sheet.objects.filter(session=session).aggregate(last=Max("ordinal"))["last"] or 0
    sheet = Sheet.objects.create(
        session=session,
        ordinal=last + 1,
        kind=Kind(kind) if kind else KIND_OF_MODE.get(session.mode.code, Kind.SCREENING),
        association=checking(session, region),
        ends_at=ends_at,
        supervisor=" ".join(supervisor.replace("\x00", "").split()),
        disc=disc,
        streamed=streamed and disc is None,
        entered_by=by,
        entered_at=at,
        **wanted,
    )
    if disc is not None:
        attach_sessions(disc, by=by, at=at)
    audit.record(
        "screening scheduled",
        object_type="sheet",
        object_key=sheet.number,
        by=by,
        at=at,
        date=date.isoformat(),
    )
    return sheet


@transaction.atomic
def name_disc(*, sheet: Sheet, serial: str, by: Account, at: datetime) -> None:
    """Say by which disc a room is shown a DVD session, when that was not known yet or was written wrong: the codes on the
    paper are those of that disc. Twice is the same as once.

    Raises PermissionDenied, and UnableToOpen: no such disc, not one of this lecture or county, or the sheet was handed in.
    """
    if not access.may_change(by, sheet, on=localdate(at)):
        raise PermissionDenied(Act.ENTER_ATTENDANCE.value)
    sheet = locked(sheet)
    disc = disc_by_serial(serial)
    if disc is None:
        raise UnableToOpen(_("No disc has this number. Look at its face."))
    if sheet.disc_id == disc.pk:
        return
    if sheet.state not in KEYABLE:
        raise UnableToOpen(_("This sheet was reported. Withdraw it first, then change it."))
    if sheet.session.mode.code != schedule_rules.DVD:
        raise UnableToOpen(_("No disc is shown in this room."))
    _refuse_disc(disc, sheet.session, sheet.region, sheet.date)
    Sheet.objects.filter(pk=sheet.pk).update(disc=disc)
    attach_sessions(disc, by=by, at=at)
    audit.record(
        "sheet disc named",
        object_type="sheet",
        object_key=sheet.number,
        by=by,
        at=at,
        serial=disc.serial,
    )


def checking(session: TrainingSession, region: Region | None) -> Association:
    """Return the association that checks the sheets of a county: the nearest one at or below that of the session."""
    if region is None:
        return session.beneficiary
    places = [each.pk for each in region_line(region)]
    nearby = Association.objects.filter(region__in=places).select_related("parent__parent")
    own = [
        each for each in nearby if session.beneficiary_id in {above.pk for above in association_line(each)}
    ]
    return min(own, key=lambda each: places.index(each.region_id or 0), default=session.beneficiary)


def _refuse(
    session: TrainingSession, region: Region | None, site: str, begins: time | None, ends: time | None
) -> None:
    if session.state == TrainingSession.State.CANCELLED or session.reversed_at is not None:
        raise UnableToOpen(_("This session was cancelled or taken back. Choose another one."))
    if not site:
        raise UnableToOpen(_("Say where it is shown: the building and the room."))
    if begins and ends and ends <= begins:
        raise UnableToOpen(_("It would end before it begins. Look at the two times."))
    above = session.beneficiary.region_id
    if region is not None and above is not None and above not in {each.pk for each in region_line(region)}:
        raise UnableToOpen(
            _("%(county)s is not of %(association)s. Choose one of its counties.")
            % {"county": region.name_zh, "association": session.beneficiary.name}
        )


def _refuse_disc(disc: Disc, session: TrainingSession, region: Region | None, day: date) -> None:
    if disc.state == Disc.State.LOST and day > localdate(disc.state_at):
        raise UnableToOpen(
            _("Disc %(serial)s was reported lost. Look at the disc again.") % {"serial": disc.serial}
        )
    if disc.state == Disc.State.CALLED_OFF:
        raise UnableToOpen(
            _("Disc %(serial)s was called off before it was made. Look at the disc again.")
            % {"serial": disc.serial}
        )
    if not disc_codes.how_many(disc, session.lecture_version):
        raise UnableToOpen(
            _("Disc %(serial)s does not hold this lecture. Look at the disc again.") % {"serial": disc.serial}
        )
    # A disc that went on to the next county since then was shown here all the same.
    places = disc_places_on(disc, day)
    if not any(_is_of(place, session, region) for place in places):
        raise UnableToOpen(
            _("Disc %(serial)s is registered to %(place)s. Look at the face of the disc.")
            % {"serial": disc.serial, "place": places[-1].name}
        )


def _is_of(place: Place, session: TrainingSession, region: Region | None) -> bool:
    above = {each.pk for each in association_line(place.association)}
    below = {each.pk for each in association_line(session.beneficiary)}
    if session.beneficiary_id not in above and place.association.pk not in below:
        return False
    return place.region is None or (
        region is not None and place.region.pk in {each.pk for each in region_line(region)}
    )


def _locked(session: TrainingSession) -> TrainingSession:
    rows = TrainingSession.objects.select_for_update(of=("self",)).select_related(
        "lecture_version__lecture", "mode", "supporter__parent__parent", "beneficiary__parent__parent"
    )
    return rows.get(pk=session.pk)
