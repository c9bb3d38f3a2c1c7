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
from courses.schedule import rules as schedule_rules
from courses.schedule.models import TrainingSession
from courses.sheets import access
from courses.sheets.models import Sheet
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
    lost, has another lecture or is registered elsewhere.
    """
    if not access.may_schedule(by, session, region, on=localdate(at)):
        raise PermissionDenied(Act.SCHEDULE_SCREENING.value)
    session = _locked(session)
    site = " ".join(site.replace("\x00", "").split())
    _refuse(session, region, site, begins_at, ends_at)
    if disc is not None:
        _refuse_disc(disc, session, region)
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


def _refuse_disc(disc: Disc, session: TrainingSession, region: Region | None) -> None:
    if disc.state == Disc.State.LOST:
        raise UnableToOpen(
            _("Disc %(serial)s was reported lost. Look at the disc again.") % {"serial": disc.serial}
        )
    if not disc_codes.how_many(disc, session.lecture_version):
        raise UnableToOpen(
            _("Disc %(serial)s does not hold this lecture. Look at the disc again.") % {"serial": disc.serial}
        )
    elsewhere = disc.region is not None and (
        region is None or disc.region_id not in {each.pk for each in region_line(region)}
    )
    foreign = session.beneficiary_id not in {each.pk for each in association_line(disc.beneficiary)} and (
        disc.beneficiary_id not in {each.pk for each in association_line(session.beneficiary)}
    )
    if elsewhere or foreign:
        raise UnableToOpen(
            _("Disc %(serial)s is registered to %(place)s. Look at the face of the disc.")
            % {
                "serial": disc.serial,
                "place": disc.region.name_zh if disc.region is not None else disc.beneficiary.name,
            }
        )


def _locked(session: TrainingSession) -> TrainingSession:
    rows = TrainingSession.objects.select_for_update(of=("self",)).select_related(
        "lecture_version__lecture", "mode", "supporter__parent__parent", "beneficiary__parent__parent"
    )
    return rows.get(pk=session.pk)
