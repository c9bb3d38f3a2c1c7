"""Reads of the review desk: to whom a lecture is open, will be and was, and the collections that are shared."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, F, Q, QuerySet
from django.utils.timezone import localdate

from courses.catalogue.models import LecturePage
from courses.enrolment import registries, wording
from courses.enrolment.models import Collection, Release
from qianchang.people.models import Account, Association, Pairing
from qianchang.people.permissions import Act, associations_where


@dataclass(frozen=True)
class ReleaseRow:
    """One release as a list shows it: `state` and its colour, and the `last` day that still counts (None: no end)."""

    release: Release
    target: str
    state: wording.ReleaseState
    colour: str
    last: date | None

    @property
    def can_end(self) -> bool:
        return self.state != wording.ReleaseState.ENDED


def releases_of(lecture: LecturePage) -> QuerySet[Release]:
    """Every release of a lecture: those that nobody ended first, newest first."""
    return _newest_first(lecture.releases.all())


def releases_in(collection: Collection) -> QuerySet[Release]:
    """What is and was in a collection, with the lectures, newest first."""
    return _newest_first(collection.releases.select_related("lecture"))


def rows_of(releases: Sequence[Release], *, at: datetime) -> list[ReleaseRow]:
    """The releases as a list shows them. One query, for the names of programmes, where one is released to."""
    programmes = registries.programmes() if any(each.programme_code for each in releases) else {}
    return [_row(each, programmes, at=at) for each in releases]


def collections_seen_by(account: Account, *, at: datetime) -> QuerySet[Collection]:
    """The shared collections of the associations for which an officer reviews, with how many lectures each opens now
    (`open_lectures`); closed ones last.
    """
    reach = associations_where(account, Act.REVIEW_LECTURE, on=localdate(at))
    now = Q(releases__released_at__lte=at) & (
        Q(releases__ended_at__isnull=True) | Q(releases__ended_at__gt=at)
    )
    found = Collection.objects.select_related("association__parent__parent").annotate(
        open_lectures=Count("releases__lecture", filter=now, distinct=True)
    )
    if reach is not None:
        found = found.filter(association__in=reach)
    return found.order_by(F("closed_at").asc(nulls_first=True), "-pk")


def associations_of(account: Account, *, at: datetime) -> list[Association]:
    """The associations in whose name an officer may share a collection."""
    reach = associations_where(account, Act.REVIEW_LECTURE, on=localdate(at))
    return list(Association.objects.order_by("code")) if reach is None else reach


def partners_of(association: Association, *, at: datetime) -> list[Association]:
    """With whom an association is paired on a day: who its collections are shared with. One query."""
    on = localdate(at)
    holds = Q(valid_from__isnull=True) | Q(valid_from__lte=on)
    holds &= Q(valid_until__isnull=True) | Q(valid_until__gt=on)
    pairs = Pairing.objects.filter(holds)
    given = pairs.filter(supporting_association=association).values("beneficiary_association")
    received = pairs.filter(beneficiary_association=association).values("supporting_association")
    return list(Association.objects.filter(Q(pk__in=given) | Q(pk__in=received)).order_by("code"))


def _newest_first(releases: QuerySet[Release]) -> QuerySet[Release]:
    joined = releases.select_related("association", "region", "collection", "released_by", "ended_by")
    return joined.order_by(F("ended_at").desc(nulls_first=True), "-released_at", "-pk")


def _row(release: Release, programmes: dict[str, str], *, at: datetime) -> ReleaseRow:
    state = wording.release_state(release, at=at)
    # The end is exclusive: midnight belongs to the day after the last one.
    last = localdate(release.ended_at - timedelta(microseconds=1)) if release.ended_at else None
    return ReleaseRow(
        release=release,
        target=wording.target_in_words(release, programmes),
        state=state,
        colour=wording.RELEASE_COLOURS[state],
        last=last,
    )
