"""What the hours pages show: an accounting year, and the watch record behind one entry, as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils.timezone import localdate
from django.utils.translation import get_language

from courses.attendance import queries as attendance
from courses.attendance import sentences
from courses.attendance.models import Coverage, PresenceCheck, WatchedSpan
from courses.attendance.rules import MINUTE_MS, Interval
from courses.catalogue.models import Category, LecturePage
from courses.credits import appeals, corrections, pending, queries, rules
from courses.credits.devices import device_words
from courses.credits.models import Appeal, CreditEntry, CreditRule
from courses.credits.office import terms_from
from courses.credits.pending import PendingRow
from courses.credits.queries import Year
from courses.credits.registries import Attended, attended_at
from courses.credits.rules import YearTotals
from courses.credits.suggestions import Suggestion, suggestion
from courses.schedule.queries import delivery_modes
from qianchang.groundwork.hours import hours_for
from qianchang.groundwork.models import SignedHead
from qianchang.groundwork.queries import head_of_entry
from qianchang.people.models import Account, Jurisdiction, Lawyer

# Of so many lectures watched last, those that are not credited yet are listed, and the first of them is offered.
LOOK_BACK = 40


@dataclass(frozen=True)
class EntryRow:
    """One line of the ledger table. `is_reversed`: the hours were taken back by a later entry."""

    entry: CreditEntry
    is_reversed: bool
    mode_label: str
    category_label: str


@dataclass(frozen=True)
class NextLecture:
    """The lecture to go on with, and what it will be worth."""

    lecture: LecturePage
    percent: int
    hours: Decimal


@dataclass(frozen=True)
class WindowRow:
    """A delivery mode with an accounting year of its own: from the first day to the last."""

    mode_label: str
    first_date: date
    last_date: date


@dataclass(frozen=True)
class RulePage:
    """A credit rule in words. `year` is the present accounting year with what is asked of this lawyer."""

    rule: CreditRule
    rule_name: str
    year: Year
    last_date: date
    threshold_percent: Decimal
    step: str
    windows: tuple[WindowRow, ...]


@dataclass(frozen=True)
class YearPage:
    """My hours."""

    year: Year
    totals: YearTotals
    last_date: date
    days_left: int
    minutes_a_week: int
    threshold_percent: Decimal
    step: str
    rows: tuple[EntryRow, ...]
    # Each with the words for its delivery mode.
    pending: tuple[tuple[PendingRow, str], ...]
    next_lecture: NextLecture | None
    suggestion: Suggestion | None
    answers: tuple[Appeal, ...]
    is_present: bool


@dataclass(frozen=True)
class RefusedSpan:
    """One reported span that did not count, or not whole, and why. Times in milliseconds of the recording."""

    pk: int
    media: Interval
    at: datetime
    sentence: str


@dataclass(frozen=True)
class SittingRow:
    """One playback: when, on what, how much was accepted and what was refused."""

    opened_at: datetime
    device: str
    downloaded: bool
    minutes: Decimal
    stretches: tuple[Interval, ...]
    refused: tuple[RefusedSpan, ...]


@dataclass(frozen=True)
class EntryPage:
    """One entry with everything it stands on."""

    entry: CreditEntry
    percent: Decimal
    threshold_percent: Decimal
    watched_minutes: Decimal
    creditable_minutes: Decimal
    wall_minutes: Decimal
    mode_label: str
    category_label: str
    sittings: tuple[SittingRow, ...]
    codes: tuple[PresenceCheck, ...]
    rule_name: str
    # The first signed head that covers the entry; None until one was signed.
    signed_head: SignedHead | None
    hash_parts: tuple[str, ...]
    is_own: bool
    is_reversed: bool
    # The last day on which its lawyer may ask about it; None once it passed or was used.
    appeal_until: date | None
    may_correct: bool
    # Where it was heard in a room; None for what was watched.
    attended: Attended | None


def year_page(lawyer: Lawyer, year: Year, *, at: datetime) -> YearPage:
    """Return what the page of one accounting year shows."""
    today = localdate(at)
    is_present = year.first_date <= today < year.end_date
    days_left = max((year.end_date - today).days, 0)
    modes = _mode_labels()
    begun = attendance.begun_by(lawyer, most=LOOK_BACK)
    waits = pending.pending_rows(lawyer, year, terms=terms_from(year.rule), begun=begun, at=at)
    totals = queries.totals_of(year.entries, required=year.required, awaiting=pending.awaiting_lines(waits))
    offered = frozenset(coverage.lecture_version.lecture_id for coverage in begun)
    return YearPage(
        year=year,
        totals=totals,
        last_date=year.end_date - timedelta(days=1),
        days_left=days_left,
        minutes_a_week=rules.minutes_a_week(
            totals.total.missing_then, unit_minutes=year.rule.unit_minutes, days_left=days_left
        ),
        threshold_percent=_percent(year.rule.threshold),
        step=f"{year.rule.step.normalize():f}",
        rows=tuple(_entry_row(entry, modes) for entry in year.entries),
        pending=tuple((row, modes.get(row.mode_code, row.mode_code)) for row in waits),
        next_lecture=_next_lecture(begun, year) if is_present else None,
        suggestion=suggestion(lawyer, year, totals, begun=offered, at=at) if is_present else None,
        answers=tuple(appeals.unread_answers(lawyer)),
        is_present=is_present,
    )


def rule_page(lawyer: Lawyer, *, at: datetime) -> RulePage:
    """Return the rule that holds for a lawyer today. Raises NoCreditRule."""
    year = queries.year_of(lawyer, year=None, at=at)
    modes = _mode_labels()
    windows = []
    for window in year.rule.windows.order_by("mode_code"):
        present = rules.accounting_year(localdate(at), window.starts_month)
        first, end = rules.year_window(present, window.starts_month)
        label = modes.get(window.mode_code, window.mode_code)
        windows.append(WindowRow(label, first, end - timedelta(days=1)))
    return RulePage(
        rule=year.rule,
        rule_name=_jurisdiction_name(year.rule.jurisdiction),
        year=year,
        last_date=year.end_date - timedelta(days=1),
        threshold_percent=_percent(year.rule.threshold),
        step=f"{year.rule.step.normalize():f}",
        windows=tuple(windows),
    )


def entry_page(entry: CreditEntry, *, viewer: Account, at: datetime) -> EntryPage:
    """Return what the page of one entry shows to the one who looks at it."""
    version, lawyer = entry.lecture_version, entry.lawyer
    answered = PresenceCheck.objects.filter(lawyer=lawyer, lecture_version=version, correct=True)
    row = _entry_row(entry, _mode_labels())
    return EntryPage(
        entry=entry,
        percent=_percent(
            Decimal(entry.covered_ms) / entry.creditable_ms if entry.creditable_ms else Decimal(0)
        ),
        threshold_percent=_percent(entry.rule.threshold),
        watched_minutes=_minutes(entry.covered_ms),
        creditable_minutes=_minutes(entry.creditable_ms),
        wall_minutes=_minutes(entry.wall_ms),
        mode_label=row.mode_label,
        category_label=row.category_label,
        sittings=tuple(
            SittingRow(
                opened_at=sitting.playback.opened_at,
                device=device_words(sitting.playback.device),
                downloaded=sitting.playback.download_until is not None,
                minutes=_minutes(sitting.accepted_ms),
                stretches=sitting.accepted,
                refused=tuple(_refused(span) for span in sitting.refused),
            )
            for sitting in attendance.sittings(lawyer, version)
        ),
        codes=tuple(answered.order_by("code_index")),
        hash_parts=tuple(entry.entry_hash[start : start + 8] for start in range(0, 64, 8)),
        rule_name=_jurisdiction_name(entry.rule.jurisdiction),
        signed_head=head_of_entry(entry),
        is_own=lawyer.account_id == viewer.pk,
        is_reversed=row.is_reversed,
        appeal_until=_appeal_until(entry, viewer, at=at),
        may_correct=corrections.may_correct(viewer, lawyer, at=at),
        attended=attended_at(entry.pk) if not entry.devices else None,
    )


def _appeal_until(entry: CreditEntry, viewer: Account, *, at: datetime) -> date | None:
    if entry.lawyer.account_id != viewer.pk or hasattr(entry, "appeal"):
        return None
    try:
        days = appeals.appeal_days(entry.lawyer, localdate(at))
    except queries.NoCreditRule:
        return None
    until = appeals.deadline_of(entry.recorded_at, days)
    return until if localdate(at) <= until else None


def _next_lecture(begun: Sequence[Coverage], year: Year) -> NextLecture | None:
    standing = (entry for entry in year.entries if entry.hours > 0 and not queries.is_reversed(entry))
    # A part that was heard in a room makes way for all of it.
    credited = {entry.lecture_id for entry in standing if not entry.is_part}
    for coverage in begun:
        lecture = coverage.lecture_version.lecture
        if lecture.live and lecture.pk not in credited:
            percent = attendance.percent_watched(coverage)
            seconds = attendance.creditable_of(coverage.lecture_version) // 1000
            hours = hours_for(seconds, unit_minutes=year.rule.unit_minutes, step=year.rule.step)
            return NextLecture(lecture=lecture, percent=percent, hours=hours)
    return None


def _entry_row(entry: CreditEntry, modes: dict[str, str]) -> EntryRow:
    return EntryRow(
        entry=entry,
        is_reversed=queries.is_reversed(entry),
        mode_label=modes.get(entry.mode_code, entry.mode_code),
        category_label=str(Category(entry.category).label),
    )


def _mode_labels() -> dict[str, str]:
    return {mode.code: mode.label for mode in delivery_modes()}


def _jurisdiction_name(jurisdiction: Jurisdiction) -> str:
    return jurisdiction.name_en if get_language() == "en" and jurisdiction.name_en else jurisdiction.name_zh


def _refused(span: WatchedSpan) -> RefusedSpan:
    return RefusedSpan(
        pk=span.pk,
        media=(span.media_from_ms, span.media_until_ms),
        at=span.wall_from,
        sentence=sentences.refusal_sentence(span.refusal),
    )


def _minutes(ms: int) -> Decimal:
    return (Decimal(ms) / MINUTE_MS).quantize(Decimal("0.1"))


def _percent(share: Decimal) -> Decimal:
    return (100 * share).quantize(Decimal("0.1"))
