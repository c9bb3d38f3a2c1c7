"""Signing up for a session to come (报名): a free seat or a place in the queue; who leaves makes room for the first of it.

Everything here locks the session first, so that one at a time changes its places. Source: product-design.md, 5.1, session
notices.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max, QuerySet
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from courses.catalogue.public.registries import SessionLine, SignedUp
from courses.schedule import queries
from courses.schedule.models import SessionNotice, SignUp, TrainingSession
from qianchang.groundwork import audit
from qianchang.people import notices
from qianchang.people.models import Account, Lawyer
from qianchang.people.permissions import Act, lawyers_where
from qianchang.people.queries import association_line
from qianchang.people.walls import as_platform

State = SignUp.State


class UnableToSignUp(Exception):
    """The lawyer cannot sign up for this session now. The text says why and what to do."""


@dataclass(frozen=True)
class Places:
    """How full a session is. `free` is None without a limit. `own` is the reader's place: None for who has none;
    `position` the place in the queue of who waits, from 1.
    """

    taken: int
    waiting: int
    free: int | None
    own: SignUp | None = None
    position: int | None = None

    @property
    def is_full(self) -> bool:
        """Whether whoever comes now waits."""
        return self.free is not None and (self.free <= 0 or self.waiting > 0)


def refusal(session: TrainingSession, lawyer: Lawyer, *, on: date) -> str:
    """Return why a lawyer cannot sign up for a session on a day; empty for who can."""
    notice: SessionNotice | None = getattr(session, "notice", None)
    if session.state != TrainingSession.State.SCHEDULED or session.date < on:
        return _("This session is not to come any more. Look for another one in the list.")
    if notice is None or not notice.takes_names:
        return _("Nobody signs up here for this session. Ask your association.")
    if notice.sign_up_last_date is not None and on > notice.sign_up_last_date:
        return _("Signing up ended on %(date)s. Ask the association whether a seat is left.") % {
            "date": notice.sign_up_last_date.isoformat()
        }
    if session.beneficiary_id not in {each.pk for each in association_line(lawyer.association)}:
        return _(
            "This session is held for lawyers of %(association)s. Ask your association for one of yours."
        ) % {"association": session.beneficiary.name}
    return ""


@transaction.atomic
def sign_up(*, session: TrainingSession, lawyer: Lawyer, by: Account, at: datetime) -> SignUp:
    """Give a lawyer a seat at a session, or the last place on its waiting list. Twice is the same as once.

    Raises UnableToSignUp with the sentence that says why not.
    """
    if lawyer.account_id != by.pk:
        raise UnableToSignUp(_("Only the lawyer signs up."))
    session = locked(session)
    standing = SignUp.objects.filter(session=session, lawyer=lawyer).first()
    if standing is not None and standing.state != State.WITHDRAWN:
        return standing
    why = refusal(session, lawyer, on=localdate(at))
    if why:
        raise UnableToSignUp(why)
    seat = None if _waiting(session).exists() else _lowest_free_seat(session)
    last = session.sign_ups.aggregate(last=Max("ticket"))["last"] or 0
    place = standing or SignUp(session=session, lawyer=lawyer)
    place.state = State.SIGNED_UP if seat else State.WAITING
    place.seat, place.ticket, place.changed_at = seat, last + 1, at
    place.save()
    _record("signed up", place, by=by, at=at)
    return place


@transaction.atomic
def withdraw(*, session: TrainingSession, lawyer: Lawyer, by: Account, at: datetime) -> None:
    """Give a lawyer's seat, or place in the queue, back; the first who waits gets it. Twice is the same as once.

    Raises UnableToSignUp for somebody else's place and after the session was held.
    """
    if lawyer.account_id != by.pk:
        raise UnableToSignUp(_("Only the lawyer signs up."))
    session = locked(session)
    place = SignUp.objects.filter(session=session, lawyer=lawyer).exclude(state=State.WITHDRAWN).first()
    if place is None:
        return
    if session.state == TrainingSession.State.HELD:
        raise UnableToSignUp(_("This session was held. Who was there stands on its sign-in sheet."))
    place.state, place.seat, place.changed_at = State.WITHDRAWN, None, at
    place.save()
    _record("withdrew from session", place, by=by, at=at)
    promote(session=session, at=at)


@as_platform("a seat that one gives back goes to another one")
def promote(*, session: TrainingSession, at: datetime) -> list[SignUp]:
    """Give the free seats of a locked session to those who wait, in the order in which they came, and tell them. A
    session that is not to come any more promotes nobody.
    """
    if session.state != TrainingSession.State.SCHEDULED or session.date < localdate(at):
        return []
    promoted = []
    for place in _waiting(session).select_related("lawyer").order_by("ticket"):
        seat = _lowest_free_seat(session)
        if seat is None:
            break
        place.state, place.seat, place.changed_at = State.SIGNED_UP, seat, at
        place.save()
        _record("given a seat", place, by=None, at=at)
        promoted.append(place)
    lecture = session.lecture_version.lecture
    words: dict[str, str | int] = {
        "title": lecture.title,
        "title_en": lecture.title_en,
        "date": session.date.isoformat(),
        "place": session.place,
    }
    # Accounts are locked in one order, whoever tells them.
    for place in sorted(promoted, key=lambda each: each.lawyer.account_id or 0):
        if place.lawyer.account_id is not None:
            notices.post_many(
                event="session_place",
                key=f"{place.pk}:{place.ticket}",
                told={place.lawyer.account_id: words},
                at=at,
                link=reverse("sessions:session", args=[session.code]),
            )
    return promoted


def places_of(session: TrainingSession, lawyer: Lawyer | None) -> Places:
    """How full a session is, and where a lawyer stands. One query, two for who waits."""
    rows = list(session.sign_ups.exclude(state=State.WITHDRAWN).values_list("state", "ticket", "lawyer"))
    taken = sum(state == State.SIGNED_UP for state, _ticket, _lawyer in rows)
    queue = sorted(ticket for state, ticket, _lawyer in rows if state == State.WAITING)
    seats = session.notice.seats if hasattr(session, "notice") else None
    own = None
    if lawyer is not None and any(pk == lawyer.pk for _state, _ticket, pk in rows):
        own = session.sign_ups.get(lawyer=lawyer)
    return Places(
        taken=taken,
        waiting=len(queue),
        free=None if seats is None else seats - taken,
        own=own,
        position=queue.index(own.ticket) + 1 if own is not None and own.ticket in queue else None,
    )


def sign_ups_seen_by(account: Account, session: TrainingSession, *, on: date) -> QuerySet[SignUp]:
    """Who comes and who waits, in the order in which they came, as far as an account may read their names: those of the
    roster that it sees. Officers of the other side see numbers only.
    """
    seen = lawyers_where(account, Act.SEE_ROSTER, on=on, prefix="lawyer__")
    places = session.sign_ups.exclude(state=State.WITHDRAWN).filter(seen)
    return places.select_related("lawyer__firm").order_by("-state", "ticket")


def signed_up_lines(lawyer: Lawyer) -> list[SignedUp]:
    """The sessions to come for which a lawyer signed up or waits, soonest first. One query."""
    on = localdate()
    rows = (
        SignUp.objects.filter(
            lawyer=lawyer, session__date__gte=on, session__state=TrainingSession.State.SCHEDULED
        )
        .exclude(state=State.WITHDRAWN)
        .select_related("session__lecture_version__lecture", "session__mode", "session__notice")
        .order_by("session__date", "session__code")
    )
    found = []
    for place in rows:
        session = place.session
        line = SessionLine(
            url=reverse("sessions:session", args=[session.code]),
            date=session.date,
            begins_at=queries.begins_at(session),
            title=session.lecture_version.lecture.localised_title,
            mode=str(session.mode),
            place=session.place,
        )
        found.append(SignedUp(line, waits=place.state == State.WAITING))
    return found


def accounts_of(session: TrainingSession) -> set[int]:
    """The accounts, by number, of those who signed up or wait."""
    coming = session.sign_ups.exclude(state=State.WITHDRAWN).filter(lawyer__account__is_active=True)
    return {pk for pk in coming.values_list("lawyer__account", flat=True) if pk is not None}


def locked(session: TrainingSession) -> TrainingSession:
    """Keep everybody else from the places of a session until the transaction ends, and return it as it is now."""
    return (
        TrainingSession.objects.select_for_update(of=("self",))
        .select_related("beneficiary", "notice", "lecture_version__lecture")
        .get(pk=session.pk)
    )


def _waiting(session: TrainingSession) -> QuerySet[SignUp]:
    return session.sign_ups.filter(state=State.WAITING)


def _lowest_free_seat(session: TrainingSession) -> int | None:
    """The lowest number that nobody has; None where all seats are taken. Without a limit there is always one."""
    taken = set(session.sign_ups.filter(seat__isnull=False).values_list("seat", flat=True))
    free = next(number for number in range(1, len(taken) + 2) if number not in taken)
    notice: SessionNotice | None = getattr(session, "notice", None)
    limit = notice.seats if notice is not None else 0
    return free if limit is None or free <= limit else None


def _record(verb: str, place: SignUp, *, by: Account | None, at: datetime) -> None:
    audit.record(
        verb, object_type="session", object_key=place.session.code, by=by, at=at, lawyer=place.lawyer_id
    )
