"""What a lawyer did and what is not credited yet, each with the reason and the next step (待确认)."""

from collections.abc import Callable, Iterable, Sequence
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
from courses.credits.models import Correction
from courses.credits.queries import Year, is_reversed
from courses.credits.registries import awaited_of
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
    and, in the present year of network video, the lectures of `begun` for which no hours were ever credited.

    Two queries and what the sheets ask, and one more where a refused stretch waits.
    """
    proposed = list(
        Correction.objects.filter(lawyer=lawyer, state=Correction.State.PROPOSED)
        .select_related("entry__lecture", "span__playback__lecture_version__lecture")
        .order_by("pk")
    )
    present = rules.accounting_year(localdate(at), terms.year_starts_month) == year.year
    stretches = [each for each in proposed if each.span is not None] if present else []
    open_lectures = [
        each
        for each in begun
        if present and each.lecture_version.lecture.live and each.lecture_version.lecture_id not in year.ever
    ]
    versions = {version.pk: version for version in map(_version, stretches)}
    watched = [*versions, *(each.lecture_version_id for each in open_lectures)]
    answered = codes_answered([(lawyer.pk, version) for version in watched]) if watched else {}

    def record(coverage: Coverage, version: LectureVersion) -> WatchRecord:
        codes = answered.get((lawyer.pk, version.pk), frozenset())
        return attendance.record_of(coverage, version, terms=terms, answered=codes)

    rows = [
        *_given_back(lawyer, year, proposed),
        *_awaited(lawyer, year),
        *(
            _counted(lawyer, year, each, record)
            for each in _with_stretches(lawyer, versions.values(), stretches)
        ),
    ]
    waiting = {row.lecture.pk for row in rows}
    rows += [
        _unfinished(each, record(each, each.lecture_version))
        for each in open_lectures
        if each.lecture_version.lecture_id not in waiting
    ]
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


def _awaited(lawyer: Lawyer, year: Year) -> list[PendingRow]:
    """What stands on sign-in sheets that nobody confirmed yet, of lectures that gave no hours this year."""
    credited = {
        entry.lecture_id for entry in year.entries if not is_reversed(entry) and entry.reverses_id is None
    }
    return [
        PendingRow(
            on=each.on,
            lecture=each.lecture,
            mode_code=each.mode_code,
            category=each.lecture.category,
            hours=each.hours,
            why=each.why,
            awaits_association=True,
        )
        for each in awaited_of(lawyer, year.first_date, year.end_date)
        if each.lecture.pk not in credited
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


def _counted(lawyer: Lawyer, year: Year, each: _Stretches, record: _Record) -> PendingRow:
    would_be = record(each.coverage, each.version)
    earns = _hindrance(would_be) is None and each.version.lecture_id not in year.ever
    return PendingRow(
        on=each.since,
        lecture=each.version.lecture,
        mode_code=NETWORK_VIDEO,
        category=each.version.lecture.category,
        hours=would_be.terms.hours(would_be.creditable_ms) if earns else None,
        why=_checking(lawyer),
        awaits_association=True,
    )


def _unfinished(coverage: Coverage, record: WatchRecord) -> PendingRow:
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
    return PendingRow(
        on=localdate(coverage.updated_at),
        lecture=lecture,
        mode_code=NETWORK_VIDEO,
        category=lecture.category,
        hours=record.terms.hours(record.creditable_ms),
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
