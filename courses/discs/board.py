"""The board of discs and the page of one: what an officer or a county contact sees of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.utils.timezone import localdate

from courses.discs import images, queries, rules
from courses.discs.models import Disc, DiscMaster, DiscRequest, DiscUse, MasterLecture
from courses.discs.queries import Step
from courses.discs.rules import RequestState
from courses.discs.scope import DiscScope
from courses.discs.wording import REQUEST_STATES
from media_pipeline import api as media
from qianchang.groundwork.queries import in_parts

State = Disc.State

TAGS = {
    State.TO_MAKE: "",
    State.MADE: "br",
    State.DISPATCHED: "wa",
    State.RECEIVED: "ok",
    State.RETURNED: "",
    State.LOST: "er",
    State.CALLED_OFF: "",
}
REQUEST_TAGS = {
    RequestState.ASKED: "wa",
    RequestState.IN_PREPARATION: "br",
    RequestState.SENT: "wa",
    RequestState.RECEIVED: "ok",
    RequestState.RETURNED: "",
    RequestState.DECLINED: "er",
    RequestState.WITHDRAWN: "",
}


@dataclass(frozen=True)
class Column:
    """One column of the board, as a filter: how many discs stand there."""

    state: str
    label: str
    count: int


@dataclass(frozen=True)
class Line:
    """One disc on the board."""

    disc: Disc
    lectures: tuple[str, ...]
    to: str
    parcel: str
    tag: str
    days: int
    overdue: bool
    image: media.DiscImageSummary | None
    may_send: bool


def discs_seen_by(
    scope: DiscScope, *, state: str = "", search: str = "", overdue_on: date | None = None
) -> QuerySet[Disc]:
    """Return the discs of a scope: of one state, by serial number, title, county or recipient, or those that somebody has
    for too long on a day. The newest numbers first.
    """
    found = Disc.objects.filter(scope.discs()).select_related("master", "region", "beneficiary")
    if state:
        found = found.filter(state=state)
    if overdue_on is not None:
        found = found.filter(state__in=rules.AWAY, state_at__date__lt=rules.overdue_before(overdue_on))
    serial = rules.read_serial(search) if search else None
    if serial:
        found = found.filter(serial=serial)
    elif search:
        found = found.filter(
            Q(master__title__icontains=search)
            | Q(region__name_zh__icontains=search)
            | Q(beneficiary__name_zh__icontains=search)
            | Q(recipient__icontains=search)
        )
    return found.order_by("-number")


def columns(scope: DiscScope) -> list[Column]:
    """Return the columns of the board with how many discs stand in each. One query."""
    rows = (
        Disc.objects.filter(scope.discs())
        .order_by()
        .values_list("state")
        .annotate(count=Count("pk", distinct=True))
    )
    counts = dict(rows)
    return [Column(state.value, str(state.label), counts.get(state.value, 0)) for state in State]


def lines(discs: Sequence[Disc], scope: DiscScope, *, on: date) -> list[Line]:
    """Return discs as the board shows them: three queries, however many there are."""
    ways = queries.custody(discs)
    titles = _titles({disc.master_id for disc in discs})
    progress = images.images_of([disc for disc in discs if disc.state == State.TO_MAKE])
    return [
        Line(
            disc=disc,
            lectures=titles.get(disc.master_id, ()),
            to=queries.registered_to(disc),
            parcel=_parcel(ways[disc.pk]),
            tag=TAGS[State(disc.state)],
            days=rules.days_away(localdate(disc.state_at), on=on) if disc.state in rules.AWAY else 0,
            overdue=disc.state in rules.AWAY and rules.is_overdue(localdate(disc.state_at), on=on),
            image=progress.get(disc.pk),
            may_send=scope.may_send(disc),
        )
        for disc in discs
    ]


def _parcel(steps: Sequence[Step]) -> str:
    sent = [step for step in steps if step.kind == State.DISPATCHED]
    return sent[-1].parcel if sent else ""


def _titles(masters: set[int]) -> dict[int, tuple[str, ...]]:
    rows = MasterLecture.objects.filter(master__in=masters).select_related("version__lecture")
    titles: dict[int, list[str]] = {}
    for row in rows.order_by("master", "position"):
        titles.setdefault(row.master_id, []).append(row.version.lecture.localised_title)
    return {master: tuple(named) for master, named in titles.items()}


@dataclass(frozen=True)
class DiscPage:
    """One disc: its line, its way, its lectures, the sessions that it serves, and what may be noted of it next."""

    line: Line
    image: media.DiscImageSummary | None
    steps: tuple[Step, ...]
    lectures: tuple[MasterLecture, ...]
    uses: tuple[DiscUse, ...]
    may_receive: bool
    next: frozenset[str]
    may_ask_again: bool
    may_call_off: bool
    master_sha256: tuple[str, ...]
    iso_sha256: tuple[str, ...]


def disc_page(disc: Disc, scope: DiscScope, *, on: date) -> DiscPage:
    """Return what the page of a disc shows."""
    line = lines([disc], scope, on=on)[0]
    image = line.image if disc.state == State.TO_MAKE else images.image_of(disc)
    given_up = image is None or image.state in images.GIVEN_UP
    return DiscPage(
        line=line,
        image=image,
        steps=queries.custody([disc])[disc.pk],
        lectures=tuple(disc.master.lectures.select_related("version__lecture").order_by("position")),
        uses=tuple(
            disc.uses.select_related("session__lecture_version__lecture").order_by("session__date", "pk")
        ),
        may_receive=scope.may_receive(disc),
        next=frozenset(each.value for each in rules.NEXT[rules.State(disc.state)]),
        may_ask_again=line.may_send and disc.state in images.MAY_BE_MADE and given_up,
        may_call_off=line.may_send and images.may_call_off(disc, image),
        master_sha256=in_parts(disc.master.sha256),
        iso_sha256=in_parts(disc.iso_sha256),
    )


def disc_seen_by(scope: DiscScope, serial: str) -> Disc | None:
    """Return a disc that somebody sees, with its places; None for any other. One query."""
    rows = Disc.objects.select_related("master__maker", "region", "beneficiary__parent__parent", "request")
    return rows.filter(scope.discs(), serial=serial).first()


def masters_seen_by(scope: DiscScope) -> QuerySet[DiscMaster]:
    """Return the masters of one's own side and those of which one's side has a disc, the newest first."""
    seen = Q()
    if not scope.everything:
        own = scope.gives | scope.receives
        seen = Q(maker__in=own) | Q(pk__in=Disc.objects.filter(scope.discs()).values("master"))
    rows = (
        DiscMaster.objects.filter(seen).select_related("maker").prefetch_related("lectures__version__lecture")
    )
    standing = ~Q(discs__state=State.CALLED_OFF)
    return rows.annotate(made=Count("discs", filter=standing)).order_by("-entered_at", "-pk")


@dataclass(frozen=True)
class RequestLine:
    """One request as lists show it."""

    request: DiscRequest
    titles: tuple[str, ...]
    to: str
    state: RequestState
    tag: str
    label: str
    parcels: tuple[str, ...]
    serials: tuple[str, ...]


def requests_seen_by(scope: DiscScope) -> QuerySet[DiscRequest]:
    """Return the requests that somebody sees, those that wait for an answer first, then the newest."""
    rows = DiscRequest.objects.filter(scope.requests()).distinct().select_related("association", "region")
    return rows.order_by("-asked_at", "-pk")


def request_lines(requests: Sequence[DiscRequest]) -> list[RequestLine]:
    """Return requests as lists show them: three queries, however many there are."""
    numbers = [request.pk for request in requests]
    discs: dict[int, list[Disc]] = {}
    for disc in Disc.objects.filter(request__in=numbers).order_by("number"):
        if disc.request_id is not None:
            discs.setdefault(disc.request_id, []).append(disc)
    ways = queries.custody([disc for some in discs.values() for disc in some])
    titles: dict[int, list[str]] = {}
    for request in DiscRequest.objects.filter(pk__in=numbers).prefetch_related("lectures__lecture"):
        asked = sorted(request.lectures.all(), key=lambda each: each.position)
        titles[request.pk] = [each.lecture.localised_title for each in asked]
    found = []
    for request in requests:
        made = discs.get(request.pk, [])
        state = rules.request_state(
            [disc.state for disc in made],
            declined=request.declined_at is not None,
            withdrawn=request.withdrawn_at is not None,
        )
        parcels = tuple(dict.fromkeys(parcel for disc in made if (parcel := _parcel(ways[disc.pk]))))
        found.append(
            RequestLine(
                request=request,
                titles=tuple(titles.get(request.pk, ())),
                to=queries.place_name(request.region, request.association),
                state=state,
                tag=REQUEST_TAGS[state],
                label=str(REQUEST_STATES[state]),
                parcels=parcels,
                serials=tuple(disc.serial for disc in made),
            )
        )
    return found
