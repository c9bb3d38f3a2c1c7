"""Making discs of a master: each with its serial number, for one county, and for the sessions that it serves."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from courses.discs import images, rules
from courses.discs.images import UnableToMake
from courses.discs.models import Disc, DiscMaster, DiscRequest, DiscUse, MasterLecture
from courses.discs.scope import scope_of
from courses.schedule.models import TrainingSession
from courses.schedule.rules import DVD
from qianchang.groundwork import audit
from qianchang.people.models import Account, Association, Region
from qianchang.people.queries import association_line, region_line

# Others may number a disc in the same moment; then the next number is tried.
NUMBERING_ATTEMPTS = 20
# What may not be planned any more stands in nobody's list.
STANDING = (TrainingSession.State.PLANNED, TrainingSession.State.SCHEDULED, TrainingSession.State.HELD)


@dataclass(frozen=True)
class Recipient:
    """For whom a disc is: an association or one county of it, and to whom and where it is sent (both may come later)."""

    beneficiary: Association
    region: Region | None = None
    name: str = ""
    address: str = ""


@transaction.atomic
def make_discs(
    *,
    master: DiscMaster,
    count: int,
    to: Recipient,
    request: DiscRequest | None = None,
    batch: UUID | None = None,
    by: Account,
    at: datetime,
) -> list[Disc]:
    """Give so many discs of a master their serial numbers and ask the worker for their images. Each belongs to the DVD
    sessions of its lectures that are held for the region. The same `batch` again is the same discs.

    Raises UnableToMake: a count that is none, a county elsewhere, a lecture that may not go on discs any more, or what the
    worker refuses; then there is no disc.
    """
    scope = scope_of(by, on=localdate(at))
    if master.maker_id not in scope.gives and to.beneficiary.pk not in scope.receives:
        raise UnableToMake(_("This association is not yours to make discs for. Choose one of the list."))
    if not 1 <= count <= rules.MOST_DISCS_AT_ONCE:
        raise UnableToMake(
            _("Between 1 and %(most)d discs are made at once.") % {"most": rules.MOST_DISCS_AT_ONCE}
        )
    if to.region is not None and not within(to.region, to.beneficiary):
        raise UnableToMake(
            _("%(county)s does not belong to %(association)s. Choose a county of that association.")
            % {"county": to.region.name_zh, "association": to.beneficiary.name}
        )
    batch = batch or uuid4()
    # One at a time for each master, or two presses of a button could both find that nothing was made.
    DiscMaster.objects.select_for_update(no_key=True).get(pk=master.pk)
    known = list(Disc.objects.filter(batch=batch, master=master).order_by("number"))
    if known:
        return known
    images.refuse_withdrawn(master)
    images.hold_request(request, master)
    made = [_number(master, to, request, batch, by=by, at=at) for _place in range(count)]
    for disc in made:
        images.ask(disc, at=at)
        attach_sessions(disc, by=by, at=at)
        audit.record(
            "asked for disc",
            object_type="disc",
            object_key=disc.serial,
            by=by,
            at=at,
            master=master.pk,
            association=to.beneficiary.code,
        )
    return made


def within(region: Region, association: Association) -> bool:
    """Tell whether a county lies in the region of an association."""
    return association.region_id is None or association.region_id in {each.pk for each in region_line(region)}


def sessions_for(disc: Disc) -> list[TrainingSession]:
    """Return the standing DVD sessions that a disc serves: of a lecture on it, for its association or one above it."""
    versions = MasterLecture.objects.filter(master=disc.master_id).values("version")
    line = [each.pk for each in association_line(disc.beneficiary)]
    found = TrainingSession.objects.filter(
        lecture_version__in=versions,
        beneficiary__in=line,
        mode__code=DVD,
        state__in=STANDING,
        reversed_at=None,
    )
    return list(found.order_by("date", "code"))


def attach_sessions(disc: Disc, *, by: Account, at: datetime) -> int:
    """Let a disc belong to every session that it serves and does not belong to yet; returns to how many more."""
    known = set(disc.uses.values_list("session", flat=True))
    fresh = [session for session in sessions_for(disc) if session.pk not in known]
    for session in fresh:
        DiscUse.objects.get_or_create(
            disc=disc, session=session, defaults={"entered_by": by, "entered_at": at}
        )
    return len(fresh)


def attach_discs(session: TrainingSession, by: Account, at: datetime) -> None:
    """Let the discs that exist already belong to a DVD session that was scheduled later: they may take no further step.
    Two queries; none for a session of another mode.
    """
    if session.mode.code != DVD:
        return
    discs = Disc.objects.filter(master__lectures__version=session.lecture_version_id)
    serving = [
        disc
        for disc in discs.select_related("beneficiary__parent__parent").order_by("number")
        if session.beneficiary_id in {each.pk for each in association_line(disc.beneficiary)}
    ]
    uses = [DiscUse(disc=disc, session=session, entered_by=by, entered_at=at) for disc in serving]
    DiscUse.objects.bulk_create(uses, ignore_conflicts=True)


def _number(
    master: DiscMaster, to: Recipient, request: DiscRequest | None, batch: UUID, *, by: Account, at: datetime
) -> Disc:
    for _attempt in range(NUMBERING_ATTEMPTS):
        number = (Disc.objects.aggregate(last=Max("number"))["last"] or 0) + 1
        disc = Disc(
            number=number,
            serial=rules.serial_of(number),
            master=master,
            beneficiary=to.beneficiary,
            region=to.region,
            recipient=" ".join(to.name.split()),
            address=" ".join(to.address.split()),
            request=request,
            batch=batch,
            state_at=at,
            entered_by=by,
            entered_at=at,
        )
        try:
            with transaction.atomic():
                disc.save(force_insert=True)
        except IntegrityError:
            continue
        return disc
    raise UnableToMake(_("Many discs are being numbered at this moment. Try again in a minute."))
