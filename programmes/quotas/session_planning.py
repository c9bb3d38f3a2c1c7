"""Sessions that come together onto a plan: one event for several regions, and the stops of a tour. All or none."""

from collections.abc import Sequence
from datetime import date, datetime, time

from django.db import transaction

from courses import api as courses
from courses.api import SessionFact, Stop, TourFact
from programmes.plans import moments
from programmes.plans.models import Plan
from programmes.quotas.operations import attach_session
from qianchang.people.models import Account, Association


@transaction.atomic
def schedule_event(
    *,
    plan: Plan,
    lecture_id: int,
    mode_code: str,
    supporter: Association,
    beneficiaries: Sequence[Association],
    date: date,
    place: str = "",
    begins_at: time | None = None,
    planned: bool = False,
    by: Account,
    at: datetime,
) -> list[SessionFact]:
    """Schedule one event for one or several regions, and put the session of each on its line of a plan.

    Raises UnableToAttach, courses.api.UnableToSchedule, or PermissionDenied.
    """
    moments.in_turn(plan.pk, at=at)
    made = courses.schedule_event(
        lecture=lecture_id,
        mode_code=mode_code,
        supporter=supporter,
        beneficiaries=beneficiaries,
        date=date,
        place=place,
        begins_at=begins_at,
        planned=planned,
        by=by,
        at=at,
    )
    facts = courses.session_facts(ids=[session.pk for session in made])
    for fact in facts:
        attach_session(session=fact, plan=plan, by=by, at=at)
    return facts


@transaction.atomic
def begin_tour(
    *, plan: Plan, title: str, supporter: Association, stops: Sequence[Stop], by: Account, at: datetime
) -> TourFact:
    """Begin a touring lecture series with its first stops. Raises as add_stops does."""
    tour = courses.begin_tour(title=title, supporter=supporter, by=by, at=at)
    add_stops(plan=plan, tour=tour.id, stops=stops, by=by, at=at)
    return tour


@transaction.atomic
def add_stops(
    *, plan: Plan, tour: int, stops: Sequence[Stop], by: Account, at: datetime
) -> list[SessionFact]:
    """Add stops to a tour, each a session on its line of a plan.

    Raises UnableToAttach, courses.api.UnableToSchedule, or PermissionDenied.
    """
    moments.in_turn(plan.pk, at=at)
    made = [courses.add_stop(tour=tour, stop=stop, by=by, at=at) for stop in stops]
    facts = courses.session_facts(ids=[session.pk for session in made])
    for fact in facts:
        attach_session(session=fact, plan=plan, by=by, at=at)
    return facts
