"""Writing the index: one lecture at a time, as often as one likes. Nothing else writes passages."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from courses.catalogue import queries
from courses.catalogue.models import IndexedLecture, LecturePage, Passage
from courses.catalogue.search.passages import Source, source_of
from courses.catalogue.search.words import spaced

log = logging.getLogger(__name__)

# A lecture whose change no worker was told of is found again within this time.
LOOKED_AT_EVERY = timedelta(days=1)
AT_A_TIME = 100


@transaction.atomic
def index_lecture(lecture_id: int, *, at: datetime, anew: bool = False) -> bool:
    """Bring the index up to date with one lecture, and tell whether anything changed. A lecture that is not published
    has no passages. The same again changes nothing, unless `anew`.
    """
    # Locked: two workers with the same lecture come one after the other.
    lecture = LecturePage.objects.select_for_update(of=("self",)).filter(pk=lecture_id).first()
    if lecture is None or not queries.live_lectures().filter(pk=lecture_id).exists():
        IndexedLecture.objects.filter(pk=lecture_id).delete()
        return bool(Passage.objects.filter(lecture=lecture_id).delete()[0])
    source = source_of(lecture)
    known = IndexedLecture.objects.filter(pk=lecture_id).first()
    changed = anew or known is None or known.digest != source.digest
    if changed:
        _write(lecture, source)
    IndexedLecture.objects.update_or_create(
        lecture=lecture,
        defaults={
            "digest": source.digest,
            "has_audio": source.has_audio,
            "has_transcript": source.has_transcript,
            "least_bytes": source.least_bytes,
            "indexed_at": at,
        },
    )
    return changed


def index_all(*, at: datetime, anew: bool = False) -> int:
    """Index every published lecture, drop what is left of others, and return how many changed. Each lecture is a
    transaction of its own.
    """
    gone = _no_longer_published()
    ids = [*gone, *queries.live_lectures().order_by("pk").values_list("pk", flat=True)]
    return _index_each(ids, at=at, anew=anew)


def catch_up(*, at: datetime) -> int:
    """Index what no worker was told of: lectures without an index, published again since, withdrawn, or not looked at
    for a day; at most a hundred. Returns how many changed.
    """
    behind = (
        Q(indexed__isnull=True)
        | Q(last_published_at__gt=F("indexed__indexed_at"))
        | Q(indexed__indexed_at__lt=at - LOOKED_AT_EVERY)
    )
    found = queries.live_lectures().filter(behind).order_by("indexed__indexed_at", "pk")
    ids = [*_no_longer_published(), *found.values_list("pk", flat=True)[:AT_A_TIME]]
    return _index_each(ids, at=at)


def index_mentioning(words: Sequence[str], *, at: datetime) -> int:
    """Index every lecture anew in whose passages one of the words stands, and return how many changed. Call it after the
    words are gone from where they were written.
    """
    wanted = [spaced(word) for word in words if spaced(word).strip()]
    if not wanted:
        return 0
    mentioned = Passage.objects.filter(reduce(or_, (Q(spaced__contains=word) for word in wanted)))
    ids = list(mentioned.order_by("lecture").values_list("lecture", flat=True).distinct())
    return _index_each(ids, at=at)


def lectures_of_recordings(recording_ids: Iterable[int]) -> QuerySet[LecturePage]:
    """The published lectures of which a version was recorded there."""
    return queries.live_lectures().filter(versions__recording__in=list(recording_ids)).distinct()


def _index_each(lecture_ids: Iterable[int], *, at: datetime, anew: bool = False) -> int:
    """Index these lectures and return how many changed. One that cannot be indexed keeps no other from it: its error is
    logged, and the first is raised at the end.
    """
    changed, first_error = 0, None
    for pk in lecture_ids:
        try:
            changed += index_lecture(pk, at=at, anew=anew)
        except Exception as error:  # whatever is wrong with this one, the others wait for nothing
            log.exception("lecture %s cannot be indexed", pk)
            first_error = first_error or error
    if first_error is not None:
        raise first_error
    return changed


def _no_longer_published() -> list[int]:
    live = queries.live_lectures().filter(pk=OuterRef("pk"))
    return list(IndexedLecture.objects.filter(~Exists(live)).values_list("pk", flat=True))


def _write(lecture: LecturePage, source: Source) -> None:
    Passage.objects.filter(lecture=lecture).delete()
    Passage.objects.bulk_create(
        Passage(
            lecture=lecture,
            kind=draft.kind,
            from_ms=draft.from_ms,
            text=draft.text,
            spaced=spaced(draft.text),
            starts=[list(start) for start in draft.starts],
        )
        for draft in source.passages
    )
