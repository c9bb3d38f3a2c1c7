"""What opens lectures to somebody and ends that again. A release is evidence: it is ended, never deleted or moved."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.catalogue.models import LecturePage
from courses.catalogue.registries import ReleaseTerms, UnableToRelease
from courses.enrolment import registries
from courses.enrolment.models import Collection, Release
from courses.enrolment.models.releases import TO_EVERYBODY
from courses.enrolment.rules import Span, gaps
from qianchang.groundwork import audit
from qianchang.people.models import Account, Association, Region
from qianchang.people.permissions import Act, require

__all__ = ["UnableToRelease", "close_collection", "end_release", "open_collection", "release"]

NOT_THERE = gettext_lazy("One of those you chose is not there any more. Open the page again and choose anew.")


@dataclass(frozen=True)
class Target:
    """To whom: one of these, or none of them for everybody."""

    association: Association | None = None
    region: Region | None = None
    programme_code: str = ""
    collection: Collection | None = None

    @property
    def condition(self) -> Q:
        """The condition on the releases to this target."""
        for name in ("association", "region", "collection", "programme_code"):
            if getattr(self, name):
                return Q(**{name: getattr(self, name)})
        return TO_EVERYBODY


@transaction.atomic
def release(*, lecture: LecturePage, terms: ReleaseTerms, by: Account, at: datetime) -> list[Release]:
    """Open a published lecture, or one that is published at a set time, to whom the terms name and for as long.

    For a time in which it is open to one of them already nothing is written, so the same terms again change nothing
    and its first date stays. Returns the releases that cover the asked time, by target. Raises UnableToRelease for a
    lecture that is not published, when nobody is named or what is named does not exist, and for dates out of order;
    PermissionDenied for somebody who does not review for the lecture's association.
    """
    require(by, Act.REVIEW_LECTURE, on=localdate(at), association=lecture.association)
    # One at a time: two reviewers who open the same lecture must see each other's releases.
    lecture = LecturePage.objects.select_for_update().get(pk=lecture.pk)
    asked = _asked(lecture, terms, at=at)
    if terms.to_nobody:
        raise UnableToRelease(_("Choose who may watch: at least one association, or everybody."))
    releases: list[Release] = []
    for target in list(_targets(lecture, terms)):
        releases += _open(lecture, target, asked, by=by, at=at)
    return releases


@transaction.atomic
def end_release(*, release: Release, by: Account, at: datetime) -> Release:
    """End a release now; one that has not begun is never open. What was earned while it was open stands, and ending it
    twice is the same as once. Raises PermissionDenied for somebody who does not review for the lecture's association.
    """
    release = (
        Release.objects.select_for_update(of=("self",))
        .select_related("lecture__association")
        .get(pk=release.pk)
    )
    require(by, Act.REVIEW_LECTURE, on=localdate(at), association=release.lecture.association)
    if release.ended_at is not None and release.ended_at <= max(at, release.released_at):
        return release
    release.ended_at, release.ended_by = max(at, release.released_at), by
    Release.objects.filter(pk=release.pk).update(ended_at=release.ended_at, ended_by=by)
    _record("end release", release, by=by, at=at)
    return release


def _asked(lecture: LecturePage, terms: ReleaseTerms, *, at: datetime) -> Span:
    waits_for = None if lecture.live else lecture.go_live_at
    if lecture.review != LecturePage.Review.PUBLISHED or not (lecture.live or waits_for):
        raise UnableToRelease(_("Publish the lecture first, then open it to associations."))
    begins = max(terms.begins_at or at, at, waits_for or at)
    span = Span(begins, terms.ends_at)
    if span.is_empty:
        raise UnableToRelease(_("The release would end before it begins. Check both days."))
    return span


def _targets(lecture: LecturePage, terms: ReleaseTerms) -> Iterator[Target]:
    if terms.everybody:
        yield Target()
    associations = list(Association.objects.filter(code__in=terms.associations).order_by("code"))
    regions = list(Region.objects.filter(code__in=terms.regions).order_by("code"))
    programmes = registries.programmes().keys() & set(terms.programmes)
    # Closing one ends what is in it: nothing may come into it meanwhile.
    collections = list(collections_for(lecture).filter(pk__in=terms.collections).select_for_update())
    for found, asked in (
        (associations, terms.associations),
        (regions, terms.regions),
        (programmes, terms.programmes),
        (collections, terms.collections),
    ):
        if len(found) != len(set(asked)):
            raise UnableToRelease(str(NOT_THERE))
    yield from (Target(association=each) for each in associations)
    yield from (Target(region=each) for each in regions)
    yield from (Target(programme_code=code) for code in sorted(programmes))
    yield from (Target(collection=each) for each in collections)


def collections_for(lecture: LecturePage) -> QuerySet[Collection]:
    """The collections that a lecture can come into: those of its own association that are not closed."""
    return Collection.objects.filter(association=lecture.association_id, closed_at__isnull=True).order_by(
        "pk"
    )


@transaction.atomic
def open_collection(
    *, association: Association, name: str, name_en: str = "", by: Account, at: datetime
) -> Collection:
    """Begin a shared collection of an association; one that has the name already is that one. Raises UnableToRelease
    without a name or where a closed one has it, PermissionDenied for somebody who does not review for the association.
    """
    require(by, Act.REVIEW_LECTURE, on=localdate(at), association=association)
    if not name.strip():
        raise UnableToRelease(_("Give the collection a name."))
    collection, made = Collection.objects.get_or_create(
        association=association,
        name=name.strip(),
        defaults={"name_en": name_en.strip(), "created_by": by, "created_at": at},
    )
    if collection.closed_at is not None:
        raise UnableToRelease(_("A collection with this name was closed. Choose another name."))
    if made:
        _record_collection("open collection", collection, by=by, at=at)
    return collection


@transaction.atomic
def close_collection(*, collection: Collection, by: Account, at: datetime) -> Collection:
    """Share nothing by a collection any more: every release of it ends. Closing it twice is the same as once. Raises
    PermissionDenied for somebody who does not review for its association.
    """
    collection = (
        Collection.objects.select_for_update(of=("self",)).select_related("association").get(pk=collection.pk)
    )
    require(by, Act.REVIEW_LECTURE, on=localdate(at), association=collection.association)
    if collection.closed_at is not None:
        return collection
    for each in collection.releases.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=at)).order_by("pk"):
        end_release(release=each, by=by, at=at)
    collection.closed_at, collection.closed_by = at, by
    collection.save(update_fields=["closed_at", "closed_by"])
    _record_collection("close collection", collection, by=by, at=at)
    return collection


def _open(lecture: LecturePage, target: Target, asked: Span, *, by: Account, at: datetime) -> list[Release]:
    standing = [
        each
        for each in Release.objects.filter(target.condition, lecture=lecture).order_by("released_at", "pk")
        if (each.ended_at is None or each.ended_at > asked.begins)
        and (asked.until is None or each.released_at < asked.until)
    ]
    for span in gaps(asked, [Span(each.released_at, each.ended_at) for each in standing]):
        made = Release.objects.create(
            lecture=lecture,
            association=target.association,
            region=target.region,
            programme_code=target.programme_code,
            collection=target.collection,
            released_at=span.begins,
            released_by=by,
            ended_at=span.until,
        )
        _record("release lecture", made, by=by, at=at)
        standing.append(made)
    return sorted(standing, key=lambda each: each.released_at)


def _record(verb: str, release: Release, *, by: Account, at: datetime) -> None:
    audit.record(
        verb,
        object_type="lecture",
        object_key=str(release.lecture_id),
        by=by,
        at=at,
        association=release.association.code if release.association else None,
        region=release.region.code if release.region else None,
        programme=release.programme_code or None,
        collection=release.collection_id,
        begins=release.released_at.isoformat(),
        until=release.ended_at.isoformat() if release.ended_at else None,
    )


def _record_collection(verb: str, collection: Collection, *, by: Account, at: datetime) -> None:
    audit.record(
        verb,
        object_type="collection",
        object_key=str(collection.pk),
        by=by,
        at=at,
        association=collection.association.code,
        name=collection.name,
    )
