"""Seats of classes: who joins gets a free one or a place in the queue, who leaves makes room for the first of it.

Everything here locks the class first, so that one at a time changes it; the seats themselves (models.RunSeat) are
the wall behind that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from courses.enrolment import completion, history, queries, wording
from courses.enrolment.admission import Gate, UnableToEnrol
from courses.enrolment.history import Step
from courses.enrolment.models import CourseRun, Enrolment, EnrolmentEvent, RunSeat
from qianchang.people import notices, walls
from qianchang.people.eligibility import eligibility_snapshot
from qianchang.people.models import Account, Lawyer
from qianchang.people.permissions import Act, require
from qianchang.people.walls import as_platform

Kind = EnrolmentEvent.Kind
State = Enrolment.State


class UnableToWithdraw(Exception):
    """The lawyer cannot leave this now. The text says why."""


@transaction.atomic
def join_class(*, run: CourseRun, lawyer: Lawyer, by: Account, at: datetime) -> Enrolment:
    """Let a lawyer join a class by their own wish: enrolled when a seat is free, else last on the waiting list. What
    the lawyer counts as on that day is frozen. Joining twice is the same as once, also after the course is finished.

    Raises UnableToEnrol with the sentence that says why not and what to do.
    """
    if lawyer.account_id != by.pk:
        raise UnableToEnrol(str(wording.ONLY_THE_LAWYER))
    run = locked(run)
    standing = Enrolment.objects.filter(lawyer=lawyer, run=run).first()
    if standing is not None and standing.state != State.WITHDRAWN:
        return standing  # also who has finished it: that stays, and so does the seat
    eligibility = eligibility_snapshot(lawyer, localdate(at))
    refusal = Gate(run, at).refusal(lawyer, eligibility)
    if refusal:
        raise UnableToEnrol(refusal)
    (enrolment,) = seat_all(run=run, joining=[Joining(lawyer, eligibility)], by=by, at=at)
    kind = Kind.ENROLLED if enrolment.seat_id else Kind.WAITING
    history.audit_all([Step(enrolment, kind)], by=by, at=at)
    return enrolment


@transaction.atomic
def withdraw(*, enrolment: Enrolment, reason: str = "", by: Account, at: datetime) -> Enrolment:
    """Take a lawyer out of a class, or off its waiting list; the seat goes to the first who waits. What was watched
    and earned stays. Withdrawing twice is the same as once.

    The lawyer needs no reason, an officer of the lawyer's association does. Raises UnableToWithdraw, or
    PermissionDenied for anybody else.
    """
    own = enrolment.lawyer.account_id == by.pk
    if not own:
        require(by, Act.ENROL_LAWYERS, on=localdate(at), association=enrolment.lawyer.association)
    if enrolment.run is None:
        raise UnableToWithdraw(_("A single lecture takes nobody's seat, so there is nothing to withdraw."))
    run = locked(enrolment.run)
    reason = reason.strip()
    if not own and not reason:
        raise UnableToWithdraw(_("Say why, so that the lawyer knows."))
    left = _leave([enrolment.pk], Kind.WITHDRAWN, by=by, at=at, reason=reason)
    enrolment = Enrolment.objects.get(pk=enrolment.pk)
    if enrolment.state == State.FINISHED:
        raise UnableToWithdraw(_("This course is finished, and stays so."))
    if left:
        promote(run=run, at=at)
    return enrolment


@dataclass(frozen=True)
class Joining:
    """Somebody who joins: what the lawyer counts as now, and the reason of an exception, if it is one."""

    lawyer: Lawyer
    eligibility: dict[str, Any]
    exception: str = ""


def seat_all(*, run: CourseRun, joining: Sequence[Joining], by: Account, at: datetime) -> list[Enrolment]:
    """Write lawyers into a locked class whose door was asked before, in their order: on free seats, then last in the
    queue. Returns their enrolments in the same order. The statements do not grow with their number, but for one audit
    entry of each who leaves a class that is over.

    Whoever withdrew comes back last; whoever did not finish a class that is over leaves it. Raises UnableToEnrol for
    somebody who stands in another class of the course.
    """
    _leave_ended_classes(run, joining, by=by, at=at)
    returning = {
        each.lawyer_id: each for each in run.enrolments.filter(lawyer__in=[each.lawyer for each in joining])
    }
    places = _seats_for(run, len(joining))
    ticket = run.enrolments.aggregate(last=Max("ticket"))["last"] or 0
    enrolments, steps = [], []
    for number, each in enumerate(joining):
        place = places[number] if number < len(places) else None
        enrolment = returning.get(each.lawyer.pk) or Enrolment(lawyer=each.lawyer, run=run, course=run.course)
        enrolment.state, enrolment.seat = (State.ENROLLED if place else State.WAITING), place
        enrolment.ticket, enrolment.enrolled_at = ticket + 1 + number, at
        enrolment.eligibility, enrolment.exception = each.eligibility, each.exception
        enrolments.append(enrolment)
        steps.append(
            Step(enrolment, Kind.ENROLLED if place else Kind.WAITING, each.exception, each.eligibility)
        )
    try:
        with transaction.atomic():
            Enrolment.objects.bulk_create([each for each in enrolments if each.pk is None])
            changed = ["state", "seat", "ticket", "eligibility", "exception", "enrolled_at"]
            Enrolment.objects.bulk_update(
                [each for each in enrolments if each.lawyer_id in returning], changed, batch_size=100
            )
    except IntegrityError as error:
        # Joined another class of the course at the same moment: that lock was not this one's.
        raise UnableToEnrol(str(wording.TAKES_IT_ALREADY)) from error
    history.record_all(steps, by=by, at=at)
    completion.complete_all(run=run, enrolments=[each for each in enrolments if each.seat_id], at=at)
    return enrolments


@as_platform("a seat that one gives back goes to another one")
def promote(*, run: CourseRun, at: datetime) -> list[Enrolment]:
    """Give the free seats of a locked class to those who wait, in the order in which they joined. Returns them.

    A class that is over promotes nobody.
    """
    if queries.window_of(run).is_over(localdate(at)):
        return []
    waiting = list(run.enrolments.filter(state=State.WAITING).order_by("ticket"))
    promoted = []
    for enrolment, place in zip(waiting, _free_seats(run, len(waiting)), strict=False):
        enrolment.state, enrolment.seat = State.ENROLLED, place
        enrolment.save(update_fields=["state", "seat"])
        promoted.append(enrolment)
    steps = [Step(enrolment, Kind.PROMOTED) for enrolment in promoted]
    history.record_all(steps, by=None, at=at)
    history.audit_all(steps, by=None, at=at)
    completion.complete_all(run=run, enrolments=promoted, at=at)
    _tell(run, promoted, at=at)
    return promoted


def _tell(run: CourseRun, promoted: Sequence[Enrolment], *, at: datetime) -> None:
    """Tell those who waited that they have a seat. Whoever leaves and waits again is told again."""
    if not promoted:
        return
    with walls.as_platform("whoever withdraws does not see the one who gets the seat"):
        rows = Lawyer.objects.filter(pk__in=[each.lawyer_id for each in promoted], account__isnull=False)
        accounts = dict(rows.values_list("pk", "account"))
    words: dict[str, str | int] = {"title": run.course.title, "title_en": run.course.title_en}
    waited = [(accounts[each.lawyer_id], each) for each in promoted if each.lawyer_id in accounts]
    # Two classes that tell the same people at one moment lock their accounts in the same order.
    for account, enrolment in sorted(waited, key=lambda each: each[0]):
        notices.post_many(
            event="class_place",
            key=f"{enrolment.pk}:{enrolment.ticket}",
            told={account: words},
            at=at,
            link=run.course.get_url() or "",
        )


def locked(run: CourseRun) -> CourseRun:
    """Keep everybody else out of a class until the transaction ends, and return it as it is now."""
    found: CourseRun = (
        CourseRun.objects.select_for_update(of=("self",))
        .select_related("course", "association")
        .get(pk=run.pk)
    )
    return found


def _leave(
    numbers: Sequence[int], kind: EnrolmentEvent.Kind, *, by: Account, at: datetime, reason: str = ""
) -> bool:
    """Give up the seats, or places in the queue, of enrolments with these numbers; those whose course is finished, or
    where somebody else was faster, stay as they are. False when that is all of them.
    """
    standing = Enrolment.objects.filter(pk__in=numbers, state__in=Enrolment.ACTIVE)
    leaving = list(standing.select_for_update().order_by("pk"))
    Enrolment.objects.filter(pk__in=[each.pk for each in leaving]).update(state=State.WITHDRAWN, seat=None)
    steps = [Step(each, kind, reason) for each in leaving]
    history.record_all(steps, by=by, at=at)
    history.audit_all(steps, by=by, at=at)
    return bool(leaving)


def _leave_ended_classes(run: CourseRun, joining: Sequence[Joining], *, by: Account, at: datetime) -> None:
    others = queries.in_other_classes(run, [each.lawyer for each in joining])
    if any(queries.goes_on(other, on=localdate(at)) for other in others):
        raise UnableToEnrol(str(wording.TAKES_IT_ALREADY))
    if others:
        _leave([other.pk for other in others], Kind.ENDED, by=by, at=at)


def _seats_for(run: CourseRun, many: int) -> list[RunSeat]:
    """Free seats for so many who come now: none as long as somebody waits for one."""
    if run.enrolments.filter(state=State.WAITING).exists():
        return []
    return _free_seats(run, many)


def _free_seats(run: CourseRun, many: int) -> list[RunSeat]:
    """At most so many free seats, lowest number first. Without a limit the missing ones are made."""
    free = list(run.places.filter(enrolment__isnull=True).order_by("number")[:many])
    if run.seats is not None or len(free) == many:
        return free
    last = run.places.aggregate(last=Max("number"))["last"] or 0
    made = [RunSeat(run=run, number=last + place) for place in range(1, many - len(free) + 1)]
    return free + RunSeat.objects.bulk_create(made)
