"""Writes of the hours: the default rule, and the award that evidence has earned."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from courses.attendance import queries as attendance
from courses.attendance import registries
from courses.attendance.queries import WatchRecord
from courses.attendance.rules import creditable, length_of
from courses.catalogue.models import LectureVersion
from courses.credits import queries, rules
from courses.credits.models import CreditEntry, CreditRule
from courses.enrolment.completion import complete_courses
from courses.schedule.rules import NETWORK_VIDEO, ONSITE
from qianchang.groundwork import audit, ledgers
from qianchang.groundwork.hours import hours_for
from qianchang.people.models import Account, Jurisdiction, Lawyer
from qianchang.people.operations import ensure_jurisdiction
from qianchang.people.privacy.pseudonyms import ledger_digest

# The day of the national notice that began the programme; no hours are older.
DEFAULT_RULE_DATE = date(2012, 11, 14)

# Of the original, a reversal and a restored award repeat everything but the hours.
REPEATED = (
    "lawyer_id",
    "lawyer_digest",
    "lecture_version_id",
    "lecture_id",
    "accounting_year",
    "category",
    "mode_code",
    "rule_id",
    "covered_ms",
    "creditable_ms",
    "wall_ms",
    "codes_answered",
    "devices",
    "grade",
)


class VersionFrozen(Exception):
    """Hours were credited for this lecture version, so it stays as it is. Make a new version."""


@transaction.atomic
def ensure_default_rules(at: datetime) -> CreditRule:
    """Make the national credit rule exist with the defaults of domain.md, and return it. Doing it again
    changes nothing.
    """
    national = Jurisdiction.objects.filter(code=Jurisdiction.DEFAULT_CODE).first() or ensure_jurisdiction(
        code=Jurisdiction.DEFAULT_CODE, name_zh="全国", name_en="National", at=at
    )
    rule, entered = CreditRule.objects.get_or_create(
        jurisdiction=national, version=1, defaults={"effective_date": DEFAULT_RULE_DATE}
    )
    if entered:
        audit.record("entered", object_type="credit rule", object_key=str(rule), by=None, at=at)
    return rule


def award_if_due(
    *, lawyer: Lawyer, version: LectureVersion, at: datetime, record: WatchRecord | None = None
) -> CreditEntry | None:
    """Credit the hours of a lecture when enough of it was watched and every presence code was answered.
    Returns the award that stands in this accounting year, old or new; None while something is missing.

    The accounting year is that of the evidence, not of the report: what was watched in December without a link counts for
    that year (domain.md, "From watching to 学时", 3: a late report costs the lawyer nothing).
    One standing award for each lawyer, lecture and accounting year, so calling it again changes nothing. One of a part
    that was attended makes way for all of it watched. An award uses up its evidence, and so does its reversal: another one
    needs watching since. Raises queries.NoCreditRule.
    """
    if record is None:
        terms = registries.terms_of(lawyer, on=localdate(at))
        record = attendance.watch_record(lawyer, version, terms=terms)
    earned_at = min(attendance.evidence_until(lawyer, version) or at, at)
    year = rules.accounting_year(localdate(earned_at), record.terms.year_starts_month)
    earlier = list(queries.awards_ever(lawyer, version.lecture_id))
    standing, renews = _of_year(earlier, year)
    if standing is not None and not _makes_way(standing, record):
        return standing
    covered_ms = record.covered_ms
    used = _used_up(earlier, year=year)
    if used:
        covered_ms = length_of(attendance.covered_since(lawyer, version, max(used)))
    missing = rules.hindrance(
        covered_ms=covered_ms,
        creditable_ms=record.creditable_ms,
        threshold=record.terms.threshold,
        codes_missing=len(record.codes_missing),
    )
    if missing:
        return standing
    return _award(
        lawyer, version, record, covered_ms=covered_ms, year=year, standing=standing, renews=renews, at=at
    )


def _of_year(earlier: Iterable[CreditEntry], year: int) -> tuple[CreditEntry | None, CreditEntry | None]:
    """Return the award of a year that stands, and the last reversal, after which another one may be written."""
    of_year = [entry for entry in earlier if entry.accounting_year == year]
    standing = next((entry for entry in of_year if not queries.is_reversed(entry)), None)
    reversals = [entry.reversed_by for entry in of_year if queries.is_reversed(entry)]
    return standing, max(reversals, key=lambda entry: entry.pk, default=None)


def _makes_way(standing: CreditEntry, record: WatchRecord) -> bool:
    """Whether an award is of a part that was attended, and all of it watched is worth more."""
    return standing.is_part and record.terms.hours(record.creditable_ms) > standing.hours


def _used_up(earlier: Iterable[CreditEntry], *, year: int) -> list[datetime]:
    """Return when awards and reversals used up what had been watched until then, in any order.

    An award of attendance is not made of watching: it uses up nothing but what would count twice, in two years. An award
    for watching that made way for a better one counts as that one does.
    """
    earlier = list(earlier)
    years = {entry.accounting_year for entry in earlier if not queries.is_reversed(entry)}
    found: list[datetime] = []
    for entry in earlier:
        elsewhere = entry.accounting_year != year and entry.accounting_year in years
        reversal = entry.reversed_by if queries.is_reversed(entry) else None
        if reversal is None or reversal.made_way_for is not None:
            uses = elsewhere or (reversal is None and entry.devices > 0)
        else:
            uses = entry.devices > 0
        if uses:
            found += [entry.recorded_at, *([reversal.recorded_at] if reversal else [])]
    return found


@transaction.atomic
def award_attendance(
    *,
    lawyer: Lawyer,
    version: LectureVersion,
    mode_code: str,
    on: date,
    attended_ms: int | None,
    codes_answered: int,
    grade: str,
    maker: Account | None = None,
    checker: Account | None = None,
    at: datetime,
) -> CreditEntry | None:
    """Credit what a lawyer heard of a lecture in a room on a day: all of it (`attended_ms` None) or a part, rounded down
    by the rule. Returns the award that stands; None where nothing was earned, as with a list and no other evidence
    (grade C).

    One award stands for each lawyer, lecture and accounting year. One that is worth more takes the place of one that is
    worth less, by a reversing entry that names `maker` and `checker`; without two people the first one stays. Of equal
    ones that on site is worth more, because a part of the yearly duty can be done only there. Raises queries.NoCreditRule.
    """
    if grade == CreditEntry.Grade.C:
        return None
    rule = queries.rule_for(lawyer.association.jurisdiction, on)
    creditable_ms = length_of(creditable(version.length_ms, version.excluded_ms))
    heard_ms = creditable_ms if attended_ms is None else min(attended_ms, creditable_ms)
    hours = hours_for(heard_ms // 1000, unit_minutes=rule.unit_minutes, step=rule.step)
    year = rules.accounting_year(on, queries.year_start(rule, mode_code))
    # One award at a time for each lawyer, or two sheets could both find that none stands.
    Lawyer.objects.select_for_update(no_key=True).only("pk").get(pk=lawyer.pk)
    standing, renews = _of_year(queries.awards_ever(lawyer, version.lecture_id), year)
    if not hours:
        return standing
    if standing is not None:
        if maker is None or checker is None or maker == checker:
            return standing
        if not _is_better(hours, mode_code, standing):
            return standing
        renews = _take_back(standing, better=hours, maker=maker, checker=checker, at=at)
    entry = CreditEntry(
        lawyer=lawyer,
        lawyer_digest=ledger_digest(lawyer),
        lecture_version=version,
        lecture=version.lecture,
        accounting_year=year,
        category=version.lecture.category,
        mode_code=mode_code,
        hours=hours,
        rule=rule,
        covered_ms=heard_ms,
        creditable_ms=creditable_ms,
        wall_ms=heard_ms,
        codes_answered=codes_answered,
        devices=0,
        grade=CreditEntry.Grade(grade),
        renews=renews,
    )
    ledgers.append(entry, ledger=lawyer.association.code, at=at)
    audit.record("credited", object_type="credit entry", object_key=str(entry), by=None, at=at)
    complete_courses(lawyer_id=lawyer.pk, lecture_id=version.lecture_id, at=at)
    return entry


def _is_better(hours: Decimal, mode_code: str, standing: CreditEntry) -> bool:
    return rules.is_worth_more(
        hours,
        is_onsite=mode_code == ONSITE,
        than=standing.hours,
        than_onsite=standing.mode_code == ONSITE,
    )


def _take_back(
    standing: CreditEntry,
    *,
    better: Decimal,
    maker: Account | None = None,
    checker: Account | None = None,
    at: datetime,
) -> CreditEntry:
    """Reverse an award because a better one takes its place: by the two people who confirmed that one, or by nobody where
    it was watched. The database refuses the latter for anything that is not worth more.
    """
    reversal = CreditEntry(
        **{name: getattr(standing, name) for name in REPEATED},
        hours=-standing.hours,
        reverses=standing,
        made_way_for=better,
        reason=_("The lecture was heard again, and that is worth more: it counts instead.") if maker else "",
        maker=maker,
        checker=checker,
    )
    ledgers.append(reversal, ledger=standing.ledger, at=at)
    audit.record("reversed", object_type="credit entry", object_key=str(standing), by=checker, at=at)
    return reversal


def lock_ledgers(lawyers: Collection[int], lecture_id: int) -> None:
    """Keep every other writer from the ledgers into which hours of a lecture may go for these lawyers, who are locked: those
    of their associations, and those where such hours stand. In one order for all: nobody waits in a circle. Two queries.
    """
    codes = {*Lawyer.objects.filter(pk__in=lawyers).values_list("association__code", flat=True)}
    entries = CreditEntry.objects.filter(lawyer__in=lawyers, lecture=lecture_id)
    for code in sorted(codes | {*entries.values_list("ledger", flat=True)}):
        ledgers.lock(CreditEntry, code)


def refuse_change_of_frozen(version: LectureVersion) -> None:
    """Raise VersionFrozen when hours were credited for a version that is about to be changed."""
    if version.pk and CreditEntry.objects.filter(lecture_version=version.pk).exists():
        raise VersionFrozen(version.pk)


def _award(
    lawyer: Lawyer,
    version: LectureVersion,
    record: WatchRecord,
    *,
    covered_ms: int,
    year: int,
    standing: CreditEntry | None,
    renews: CreditEntry | None,
    at: datetime,
) -> CreditEntry | None:
    if record.terms.rule_id is None:
        raise queries.NoCreditRule(lawyer.association.jurisdiction.code)
    measure = attendance.evidence_measure(lawyer, version)
    entry = CreditEntry(
        lawyer=lawyer,
        lawyer_digest=ledger_digest(lawyer),
        lecture_version=version,
        lecture=version.lecture,
        accounting_year=year,
        category=version.lecture.category,
        mode_code=NETWORK_VIDEO,
        hours=record.terms.hours(record.creditable_ms),
        rule_id=record.terms.rule_id,
        covered_ms=covered_ms,
        creditable_ms=record.creditable_ms,
        wall_ms=record.accepted_wall_ms,
        codes_answered=len(record.windows) - len(record.codes_missing),
        devices=measure.devices,
        grade=CreditEntry.Grade(rules.grade(measure.latest_delay, brought=measure.brought)),
        renews=renews,
    )
    try:
        with transaction.atomic():
            # As where a sheet is confirmed: first the lawyer, then the ledger.
            Lawyer.objects.select_for_update(no_key=True).only("pk").get(pk=lawyer.pk)
            if standing is not None:
                lock_ledgers([lawyer.pk], version.lecture_id)
                entry.renews = _take_back(standing, better=entry.hours, at=at)
            ledgers.append(entry, ledger=lawyer.association.code, at=at)
            audit.record("credited", object_type="credit entry", object_key=str(entry), by=None, at=at)
    except IntegrityError:
        # Another report of the same lawyer was faster by a moment: its award is the one.
        return queries.awards_of(lawyer).filter(lecture=version.lecture_id, accounting_year=year).first()
    complete_courses(lawyer_id=lawyer.pk, lecture_id=version.lecture_id, at=at)
    return entry
