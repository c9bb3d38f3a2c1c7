"""What of the discs waits for an officer today (要寄的光盘). people/todo.py puts it in order."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.discs import asking, images, queries, rules
from courses.discs.models import Disc, DiscRequest
from courses.discs.scope import DiscScope, scope_of
from media_pipeline.api import DiscImageSummary
from qianchang.people.models import Account
from qianchang.people.todo import LONGEST_GROUP, Group, Task

# What somebody asked for is answered, and what was made is sent, within so many days.
ANSWERED_WITHIN_DAYS = 7
State = Disc.State


def groups(account: Account, on: date) -> Iterable[Group]:
    """Return the discs that an officer has to make, send or note as received, and those that others have for too long:
    three queries at most, and those for the scope.
    """
    scope = scope_of(account, on=on)
    if scope.is_empty or scope.everything:
        return ()
    discs = list(
        Disc.objects.filter(scope.discs(), state__in=[State.TO_MAKE, State.MADE, *rules.AWAY])
        .select_related("master", "region", "beneficiary")
        .order_by("state_at", "pk")
    )
    asked = _asked(scope)
    return (
        _to_send(scope, discs, asked),
        _to_receive(scope, [disc for disc in discs if disc.state == State.DISPATCHED]),
        _to_ask_for(scope, discs, on),
    )


def _asked(scope: DiscScope) -> Sequence[DiscRequest]:
    """The requests that wait for an answer of one's own side."""
    if not scope.sends:
        return []
    answering = Q(association__in=scope.receives) | Q(lectures__lecture__association__in=scope.gives)
    rows = asking.unanswered().filter(answering)
    return list(rows.distinct().select_related("region", "association").order_by("asked_at", "pk"))


def _to_send(scope: DiscScope, discs: Sequence[Disc], asked: Sequence[DiscRequest]) -> Group:
    tasks = [
        Task(
            what=_("Request for a disc"),
            whom=queries.place_name(request.region, request.association),
            note=request.reason,
            button=_("Make the disc"),
            url=reverse("discs:request", args=[request.pk]),
            due=localdate(request.asked_at) + timedelta(days=ANSWERED_WITHIN_DAYS),
        )
        for request in asked
    ]
    tasks += [
        Task(
            what=disc.serial,
            whom=queries.registered_to(disc),
            note=image.sentence,
            button=_("Open the disc"),
            url=reverse("discs:disc", args=[disc.serial]),
            due=localdate(disc.state_at) + timedelta(days=ANSWERED_WITHIN_DAYS),
        )
        for disc, image in _given_up(scope, discs)
    ]
    tasks += [
        Task(
            what=disc.serial,
            whom=queries.registered_to(disc),
            note=disc.master.title,
            button=_("Record dispatch"),
            url=reverse("discs:disc", args=[disc.serial]),
            due=localdate(disc.state_at) + timedelta(days=ANSWERED_WITHIN_DAYS),
        )
        for disc in discs
        if disc.state == State.MADE and scope.may_send(disc)
    ]
    return _group(_("Discs to send"), tasks)


def _given_up(scope: DiscScope, discs: Sequence[Disc]) -> list[tuple[Disc, DiscImageSummary]]:
    """Return the discs whose image nobody makes any more, with why: nothing comes of them by itself. One query at most."""
    waiting = [disc for disc in discs if disc.state == State.TO_MAKE and scope.may_send(disc)]
    found = images.images_of(waiting)
    return [
        (disc, found[disc.pk])
        for disc in waiting
        if disc.pk in found and found[disc.pk].state in images.GIVEN_UP
    ]


def _to_receive(scope: DiscScope, discs: Sequence[Disc]) -> Group:
    tasks = [
        Task(
            what=disc.serial,
            whom=queries.registered_to(disc),
            note=disc.master.title,
            button=_("Note the receipt"),
            url=reverse("discs:disc", args=[disc.serial]),
        )
        for disc in discs
        # A city watches over its counties' discs; it is the county that waits for the parcel.
        if scope.may_receive(disc) and (disc.region_id is None or disc.region_id in scope.counties)
    ]
    return _group(_("Discs on their way"), tasks)


def _to_ask_for(scope: DiscScope, discs: Sequence[Disc], on: date) -> Group:
    tasks = []
    for disc in discs:
        since = localdate(disc.state_at)
        if disc.state not in rules.AWAY or not rules.is_overdue(since, on=on):
            continue
        days = rules.days_away(since, on=on)
        tasks.append(
            Task(
                what=disc.serial,
                whom=queries.registered_to(disc),
                note=ngettext("there for %(count)d day", "there for %(count)d days", days) % {"count": days},
                button=_("Open the disc"),
                url=reverse("discs:disc", args=[disc.serial]),
                due=since + timedelta(days=rules.OVERDUE_AFTER_DAYS),
                urgent=True,
            )
        )
    return _group(_("Discs to give back"), tasks)


def _group(title: str, tasks: list[Task]) -> Group:
    return Group(title, len(tasks), tuple(tasks[:LONGEST_GROUP]))
