"""What a lawyer did and what is not credited yet, each with the reason and the next step (待确认)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_CEILING, Decimal

from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.attendance import queries as attendance
from courses.attendance import rules as watching
from courses.attendance.models import Coverage
from courses.attendance.queries import WatchRecord
from courses.attendance.rows import codes_answered
from courses.attendance.rules import MINUTE_MS, Terms
from courses.catalogue.models import Category, LecturePage, LectureVersion
from courses.credits import rules
from courses.credits.models import Correction, CreditEntry
from courses.credits.queries import Year, is_reversed
from courses.credits.registries import Awaited, awaited_of
from courses.credits.rules import Hindrance, Line
from courses.schedule.rules import NETWORK_VIDEO
from qianchang.people.models import Lawyer

_Record = Callable[[Coverage, LectureVersion], WatchRecord]


@dataclass(frozen=True)
class PendingRow:
    """One thing that is not credited: why, and the words and address of what to do about it (empty: nothing but
    to wait). `hours` is None where it is not known what will come of it.
    """

    on: date
    lecture: LecturePage
    mode_code: str
    category: str
    hours: Decimal | None
    why: str
    do: str = ""
    awaits_association: bool = False

    @property
    def category_label(self) -> str:
        return str(Category(self.category).label)


def pending_rows(
    lawyer: Lawyer, year: Year, *, terms: Terms, begun: Sequence[Coverage], at: datetime
) -> tuple[PendingRow, ...]:
    """Return what of an accounting year is not credited yet, the latest first: what two officers still decide,
    and, in the present year of network video, the lectures of `begun` for which no hours were ever credited, or those of a
    part that was heard in a room and that makes way for all of it.

    Two queries and what the sheets ask, and one more where a refused stretch waits.
    """
    proposed = list(
        Correction.objects.filter(lawyer=lawyer, state=Correction.State.PROPOSED)
        .select_related("entry__lecture", "span__playback__lecture_version__lecture")
        .order_by("pk")
    )
    present = rules.accounting_year(localdate(at), terms.year_starts_month) == year.year
    stretches = [each for each in proposed if each.span is not None] if present else []
    standing = _standing(year)
    open_lectures = [
        each
        for each in begun
        if present
        and each.lecture_version.lecture.live
        and _gives_more(each.lecture_version, year, standing, terms)
    ]
    versions = {version.pk: version for version in map(_version, stretches)}
    watched = [*versions, *(each.lecture_version_id for each in open_lectures)]
    answered = codes_answered([(lawyer.pk, version) for version in watched]) if watched else {}

    def record(coverage: Coverage, version: LectureVersion) -> WatchRecord:
        codes = answered.get((lawyer.pk, version.pk), frozenset())
        return attendance.record_of(coverage, version, terms=terms, answered=codes)

    rows = [
        *_given_back(lawyer, year, proposed),
        *_awaited(lawyer, year, standing),
        *(
            _counted(lawyer, year, standing, each, record)
            for each in _with_stretches(lawyer, versions.values(), stretches)
        ),
    ]
    waiting = {row.lecture.pk for row in rows}
    for each in open_lectures:
        lecture = each.lecture_version.lecture_id
        watched_of = record(each, each.lecture_version)
        # All of it watched, and yet a part stands: the watching counted in another year.
        if lecture not in waiting and not (lecture in standing and _hindrance(watched_of) is None):
            rows.append(_unfinished(each, watched_of, standing.get(lecture)))
    return tuple(sorted(rows, key=lambda row: row.on, reverse=True))


def awaiting_lines(rows: Iterable[PendingRow]) -> list[Line]:
    """Return the hours that two officers would credit, as lines of a year's totals."""
    return [
        (row.category, row.mode_code, row.hours)
        for row in rows
        if row.awaits_association and row.hours is not None
    ]


def _version(correction: Correction) -> LectureVersion:
    assert correction.span is not None  # noqa: S101 - the caller chose those with a stretch
    return correction.span.playback.lecture_version


def _given_back(lawyer: Lawyer, year: Year, proposed: Iterable[Correction]) -> list[PendingRow]:
    return [
        PendingRow(
            on=localdate(each.proposed_at),
            lecture=each.entry.lecture,
            mode_code=each.entry.mode_code,
            category=each.entry.category,
            hours=-each.entry.hours,
            why=_checking(lawyer),
            awaits_association=True,
        )
        for each in proposed
        if each.entry is not None
        and each.kind == Correction.Kind.RESTORE
        and each.entry.accounting_year == year.year
    ]


def _standing(year: Year) -> dict[int, CreditEntry]:
    """The awards of a year that stand, by their lectures."""
    return {
        entry.lecture_id: entry
        for entry in year.entries
        if not is_reversed(entry) and entry.reverses_id is None
    }


def _gives_more(
    version: LectureVersion, year: Year, standing: Mapping[int, CreditEntry], terms: Terms
) -> bool:
    """Whether all of a lecture, watched alone, gives hours on top of what stands: of one that never gave any, or of which
    a part was heard in a room (operations.award_if_due).
    """
    award = standing.get(version.lecture_id)
    if award is None:
        return version.lecture_id not in year.ever
    return award.is_part and terms.hours(attendance.creditable_of(version)) > award.hours


def _on_top(hours: Decimal | None, award: CreditEntry | None) -> Decimal | None:
    """What hours of a lecture add to the award that makes way for them."""
    return hours - award.hours if hours is not None and award is not None else hours


def _awaited(lawyer: Lawyer, year: Year, standing: Mapping[int, CreditEntry]) -> list[PendingRow]:
    """What stands on sign-in sheets that nobody confirmed yet, of lectures that gave no hours this year, or fewer."""

    def gives_more(each: Awaited) -> bool:
        award = standing.get(each.lecture.pk)
        return award is None or (each.hours is not None and each.hours > award.hours)

    return [
        PendingRow(
            on=each.on,
            lecture=each.lecture,
            mode_code=each.mode_code,
            category=each.lecture.category,
            hours=_on_top(each.hours, standing.get(each.lecture.pk)),
            why=each.why,
            awaits_association=True,
        )
        for each in awaited_of(lawyer, year.first_date, year.end_date)
        if gives_more(each)
    ]


@dataclass(frozen=True)
class _Stretches:
    """What of one version waits to be counted, on top of what counts already."""

    version: LectureVersion
    coverage: Coverage
    since: date


def _with_stretches(
    lawyer: Lawyer, versions: Iterable[LectureVersion], stretches: Sequence[Correction]
) -> list[_Stretches]:
    if not stretches:
        return []
    known = Coverage.objects.filter(lawyer=lawyer, lecture_version__in=list(versions))
    coverages = {each.lecture_version_id: each for each in known}
    found = []
    for version in versions:
        coverage = coverages.get(version.pk) or Coverage()
        about = [each for each in stretches if _version(each).pk == version.pk]
        claimed = [(each.span.media_from_ms, each.span.media_until_ms) for each in about if each.span]
        inside = watching.intersection(claimed, watching.creditable(version.length_ms, version.excluded_ms))
        coverage.intervals_ms = watching.union([*coverage.intervals_ms, *inside])
        found.append(_Stretches(version, coverage, localdate(about[-1].proposed_at)))
    return found


def _counted(
    lawyer: Lawyer, year: Year, standing: Mapping[int, CreditEntry], each: _Stretches, record: _Record
) -> PendingRow:
    would_be = record(each.coverage, each.version)
    earns = _hindrance(would_be) is None and _gives_more(each.version, year, standing, would_be.terms)
    return PendingRow(
        on=each.since,
        lecture=each.version.lecture,
        mode_code=NETWORK_VIDEO,
        category=each.version.lecture.category,
        hours=_on_top(would_be.terms.hours(would_be.creditable_ms), standing.get(each.version.lecture_id))
        if earns
        else None,
        why=_checking(lawyer),
        awaits_association=True,
    )


def _unfinished(coverage: Coverage, record: WatchRecord, award: CreditEntry | None) -> PendingRow:
    lecture = coverage.lecture_version.lecture
    missing_codes = len(record.codes_missing)
    if _hindrance(record) is Hindrance.COVERAGE:
        share = record.terms.threshold * record.creditable_ms - record.covered_ms
        minutes = int((share / MINUTE_MS).to_integral_value(rounding=ROUND_CEILING))
        why = ngettext(
            "%(count)d minute is still to be watched", "%(count)d minutes are still to be watched", minutes
        ) % {"count": minutes}
        do = _("Continue")
    else:
        why = ngettext(
            "%(count)d presence code is missing", "%(count)d presence codes are missing", missing_codes
        ) % {"count": missing_codes}
        do = _("Enter the code")
    if award is not None:
        why = _("%(why)s; %(hours)s hours of a part that was heard in a room are credited already") % {
            "why": why,
            "hours": award.hours,
        }
    return PendingRow(
        on=localdate(coverage.updated_at),
        lecture=lecture,
        mode_code=NETWORK_VIDEO,
        category=lecture.category,
        hours=_on_top(record.terms.hours(record.creditable_ms), award),
        why=why,
        do=do,
    )


def _hindrance(record: WatchRecord) -> Hindrance | None:
    return rules.hindrance(
        covered_ms=record.covered_ms,
        creditable_ms=record.creditable_ms,
        threshold=record.terms.threshold,
        codes_missing=len(record.codes_missing),
    )


def _checking(lawyer: Lawyer) -> str:
    return _("%(association)s is checking it") % {"association": lawyer.association.name}
