"""The credit office: what the apps below ask of hours, registered with them when the site starts."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from courses.attendance import queries as attendance
from courses.attendance.queries import WatchRecord
from courses.attendance.registries import Asked, Award
from courses.attendance.rules import Terms
from courses.catalogue.models import LectureVersion
from courses.catalogue.public.registries import YearSoFar
from courses.catalogue.registries import Progress
from courses.credits import operations, queries, rules
from courses.credits.models import CreditEntry, CreditRule
from qianchang.people.models import Account, Jurisdiction, Lawyer
from qianchang.people.queries import lawyer_of


class Office:
    """Answers attendance: the terms of watching, and what evidence has earned."""

    def terms(self, jurisdiction: Jurisdiction, *, on: date) -> Terms:
        """Return the terms of a jurisdiction; the defaults while no rule is loaded."""
        return _terms_of(jurisdiction, on)

    def after_evidence(
        self, *, lawyer: Lawyer, version: LectureVersion, record: WatchRecord, at: datetime
    ) -> Award | None:
        """Award what is due, and return the award of this accounting year."""
        entry = operations.award_if_due(lawyer=lawyer, version=version, record=record, at=at)
        return _award(entry) if entry else None

    def award_of(self, lawyer: Lawyer, *, lecture_id: int, terms: Terms, on: date) -> Award | None:
        """Return the award of a lecture in the accounting year of a day."""
        year = rules.accounting_year(on, terms.year_starts_month)
        entry = queries.awards_of(lawyer).filter(lecture=lecture_id, accounting_year=year).first()
        return _award(entry) if entry else None

    def standing_awards(self, asked: Sequence[Asked]) -> dict[tuple[int, int], Award]:
        """Return the awards of these lawyers, lectures and accounting years. One query, one more where there are any."""
        years = {
            (lawyer, lecture): rules.accounting_year(on, terms.year_starts_month)
            for lawyer, lecture, terms, on in asked
        }
        standing = queries.standing_entries([(*each, year) for each, year in years.items()])
        return {(entry.lawyer_id, entry.lecture_id): _award(entry) for entry in standing}


def terms_from(rule: CreditRule) -> Terms:
    """Return what a rule says about watching."""
    return Terms(
        unit_minutes=rule.unit_minutes,
        step=rule.step,
        threshold=rule.threshold,
        max_rate=rule.max_rate,
        late_days=rule.late_days,
        presence_minutes=rule.presence_minutes,
        # What is watched is network video, whose year may begin in a month of its own.
        year_starts_month=rule.video_month or rule.year_starts_month,
        rule_id=rule.pk,
    )


def progress(lawyer: Lawyer, lecture_ids: Sequence[int]) -> dict[int, Progress]:
    """Return how far a lawyer is with each lecture that was begun, with the latest hours credited. Two
    queries.
    """
    awards = queries.awards_of(lawyer).filter(lecture__in=lecture_ids).order_by("recorded_at")
    credited = dict(awards.values_list("lecture", "hours"))
    return {
        each.lecture_id: Progress(
            percent=each.percent, credited_hours=credited.get(each.lecture_id), position_ms=each.position_ms
        )
        for each in attendance.progress_of(lawyer, lecture_ids)
    }


def version_history(lawyer: Lawyer, lecture_id: int) -> tuple[int | None, frozenset[int]]:
    """Return the version of a lecture that a lawyer began last (None: none), and those on which hours were earned, also
    where an entry was reversed later. Two queries.
    """
    earned = queries.awards_ever(lawyer, lecture_id).values_list("lecture_version", flat=True)
    return attendance.begun_version(lawyer, lecture_id), frozenset(earned)


def hours_preview(length_ms: int, request: HttpRequest) -> Decimal:
    """Return what a length is worth to the reader: by the rule of a lawyer's own jurisdiction, else by the
    national one, and by its defaults while none is loaded.
    """
    return _reader_terms(request).hours(length_ms)


def year_so_far(lawyer: Lawyer) -> YearSoFar | None:
    """Return the hours of a lawyer's present accounting year for the first page, None where no rule holds."""
    try:
        year = queries.year_of(lawyer, year=None, at=timezone.now())
    except queries.NoCreditRule:
        return None
    total = year.totals.total
    return YearSoFar(total.credited, total.required, last_date=year.end_date - timedelta(days=1))


def _reader_terms(request: HttpRequest) -> Terms:
    """The rule is read once a request, however long the list."""
    known = getattr(request, "_credit_terms", None)
    if isinstance(known, Terms):
        return known
    lawyer = lawyer_of(request.user) if isinstance(request.user, Account) else None
    jurisdiction = lawyer.association.jurisdiction if lawyer else Jurisdiction(code=Jurisdiction.DEFAULT_CODE)
    terms = _terms_of(jurisdiction, timezone.localdate())
    request._credit_terms = terms  # type: ignore[attr-defined]
    return terms


def _terms_of(jurisdiction: Jurisdiction, on: date) -> Terms:
    try:
        return terms_from(queries.rule_for(jurisdiction, on))
    except queries.NoCreditRule:
        return Terms()


def _award(entry: CreditEntry) -> Award:
    return Award(
        hours=entry.hours, entry_url=reverse("credits:entry", args=[entry.pk]), is_part=entry.is_part
    )
