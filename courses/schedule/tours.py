"""Touring lecture series (巡讲): an itinerary whose stops are sessions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import transaction
from django.db.models import Count, Max, Min, Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from courses.schedule.models import Tour, TrainingSession
from courses.schedule.operations import UnableToSchedule, schedule_session
from courses.schedule.queries import SessionFact, session_facts
from qianchang.groundwork import audit
from qianchang.people.models import Account, Association
from qianchang.people.permissions import Act, require

MOST_STOPS = 40
# What a database takes for a number of a row.
MOST_NUMBER = 2**63 - 1


@dataclass(frozen=True)
class Stop:
    """One stop of a tour to come: which lecture, when and where, for which region."""

    lecture_id: int
    beneficiary: Association
    date: date
    place: str
    begins_at: time | None = None


@dataclass(frozen=True)
class TourFact:
    """One tour as other rooms see it; `first_date` and `last_date` are None for a tour whose stops were all cancelled."""

    id: int
    title: str
    supporter_id: int
    stops: int
    held: int
    first_date: date | None
    last_date: date | None


@transaction.atomic
def begin_tour(*, title: str, supporter: Association, by: Account, at: datetime) -> TourFact:
    """Begin a touring lecture series of a supporting association. Raises PermissionDenied, UnableToSchedule without a
    title.
    """
    require(by, Act.SCHEDULE_SESSION, on=localdate(at), association=supporter)
    title = " ".join(title.replace("\x00", "").split())
    if not title:
        raise UnableToSchedule(_("Give the tour a name."))
    tour = Tour.objects.create(title=title, supporter=supporter, entered_by=by, entered_at=at)
    audit.record("begun", object_type="tour", object_key=str(tour.pk), by=by, at=at)
    return tour_facts(ids=[tour.pk])[0]


@transaction.atomic
def add_stop(*, tour: int, stop: Stop, by: Account, at: datetime) -> TrainingSession:
    """Add a stop to a tour: a session on site.

    Raises PermissionDenied, and UnableToSchedule also for a stop on a day on which the tour is elsewhere.
    """
    found = (
        Tour.objects.select_for_update(of=("self",)).select_related("supporter__parent__parent").get(pk=tour)
    )
    require(by, Act.SCHEDULE_SESSION, on=localdate(at), association=found.supporter)
    standing = found.stops.exclude(state=TrainingSession.State.CANCELLED)
    if standing.count() >= MOST_STOPS:
        raise UnableToSchedule(
            _("A tour has %(count)d stops at most. Begin a second one.") % {"count": MOST_STOPS}
        )
    elsewhere = standing.filter(date=stop.date).exclude(place=" ".join(stop.place.split())).first()
    if elsewhere is not None:
        raise UnableToSchedule(
            _("On %(date)s this tour is at %(place)s. Choose another day.")
            % {"date": stop.date.isoformat(), "place": elsewhere.place}
        )
    return schedule_session(
        lecture=stop.lecture_id,
        mode_code="onsite",
        supporter=found.supporter,
        beneficiary=stop.beneficiary,
        date=stop.date,
        place=stop.place,
        begins_at=stop.begins_at,
        tour=found,
        by=by,
        at=at,
    )


def tour_facts(
    *,
    ids: Iterable[int] | None = None,
    supporters: Iterable[int] | None = None,
    beneficiaries: Iterable[int] | None = None,
) -> list[TourFact]:
    """Return tours, the newest first: those of any of these supporters, and those with a stop for any of these
    beneficiaries; all where neither is given. Of a tour of another supporter only the stops for these beneficiaries are
    counted. One query.
    """
    tours, seen = Tour.objects.all(), Q()
    if ids is not None:
        tours = tours.filter(pk__in=[number for number in ids if number <= MOST_NUMBER])
    if supporters is not None or beneficiaries is not None:
        received = TrainingSession.objects.filter(
            beneficiary__in=list(beneficiaries or ()), tour__isnull=False
        )
        seen = Q(supporter__in=list(supporters or ())) | Q(stops__beneficiary__in=list(beneficiaries or ()))
        tours = tours.filter(Q(supporter__in=list(supporters or ())) | Q(pk__in=received.values("tour")))
    standing = seen & ~Q(stops__state="cancelled")
    counted = tours.annotate(
        number=Count("stops", filter=standing),
        held=Count("stops", filter=seen & Q(stops__state="held")),
        first=Min("stops__date", filter=standing),
        last=Max("stops__date", filter=standing),
    )
    return [
        TourFact(
            id=tour.pk,
            title=tour.title,
            supporter_id=tour.supporter_id,
            stops=tour.number,
            held=tour.held,
            first_date=tour.first,
            last_date=tour.last,
        )
        for tour in counted.order_by("-entered_at", "-pk")
    ]


def stops_of(tour: int) -> list[SessionFact]:
    """Return the stops of a tour in the order of the journey, cancelled ones too."""
    numbers = TrainingSession.objects.filter(tour=tour).values_list("pk", flat=True)
    return session_facts(ids=list(numbers))
