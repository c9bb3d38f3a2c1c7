"""What a confirmed sheet gives: hours for everybody who was there, as far as their time counts nowhere else."""

from collections.abc import Collection, Sequence
from datetime import datetime

from courses.attendance.clock import from_ms, to_ms
from courses.attendance.models import PresenceCheck
from courses.attendance.rules import Interval, difference
from courses.credits.models import CreditEntry
from courses.credits.operations import award_attendance, lock_ledgers
from courses.sheets import elsewhere, rules, spans
from courses.sheets.elsewhere import Weighed
from courses.sheets.models import CountedSpan, Sheet, SheetCredit, SheetDecision, SheetRow
from qianchang.people.models import Lawyer


def lock_lawyers(lawyers: Collection[int | None], *, lecture: int) -> None:
    """Keep everybody else from the hours of these lawyers until the transaction ends, in one order for all: two sheets never
    wait for each other, and neither counts what the other one is about to count. First the lawyers, whoever stands on the
    sheet and whoever taught; then the ledgers into which hours of the lecture go.
    """
    known = [each for each in lawyers if each is not None]
    # One at a time for each, as when a code is typed into a player.
    list(Lawyer.objects.select_for_update(no_key=True).filter(pk__in=known).order_by("pk").values_list("pk"))
    lock_ledgers(known, lecture)


def credit(
    sheet: Sheet,
    decision: SheetDecision,
    weighed: dict[int, Weighed],
    *,
    right: Sequence[bool],
    late: Collection[int],
    at: datetime,
) -> None:
    """Credit everybody who was there. The lawyers are locked; `late` are the places of rows that came too late for the
    grade of the sheet.
    """
    assert decision.version is not None  # noqa: S101 - a confirmation is one of a version
    answered = [index for index, fits in enumerate(right, start=1) if fits]
    rows = decision.version.rows.filter(
        lawyer__isnull=False, lawyer__erased_at=None, mark__in=[rules.FULL, rules.PART]
    )
    found = list(rows.select_related("lawyer__association__jurisdiction").order_by("lawyer"))
    whole = [row for row in found if row.mark == rules.FULL and not weighed[row.lawyer_id or 0].is_cut]
    _note_codes(sheet, whole, answered, at=at)
    before = set(
        CreditEntry.objects.filter(
            lawyer__in=[row.lawyer_id for row in found], lecture=sheet.session.lecture_version.lecture_id
        ).values_list("pk", flat=True)
    )
    made: list[tuple[SheetRow, CreditEntry]] = []
    for row in found:
        assert row.lawyer is not None  # noqa: S101 - as filtered
        entry = award_attendance(
            lawyer=row.lawyer,
            version=sheet.session.lecture_version,
            mode_code=sheet.session.mode.code,
            on=sheet.date,
            attended_ms=None if row in whole else weighed[row.lawyer.pk].heard_ms,
            codes_answered=len(answered),
            grade=rules.row_grade(decision.grade, in_time=row.position not in late),
            maker=decision.reported_by,
            checker=decision.by,
            at=at,
        )
        if entry is not None:
            SheetCredit.objects.create(row=row, entry=entry)
            if entry.pk not in before:
                made.append((row, entry))
    count_time(made, weighed)


def count_time(made: Sequence[tuple[SheetRow | None, CreditEntry]], weighed: dict[int, Weighed]) -> None:
    """Write down which time counts here from now on. One question for all."""
    rows = {entry.lawyer_id: (row, entry) for row, entry in made}
    known = [stay for lawyer in rows if (stay := weighed[lawyer].stay) is not None]
    if not known:
        return
    within = min(stay.wall[0] for stay in known), max(stay.wall[1] for stay in known)
    standing: dict[int, list[Interval]] = {}
    for lawyer, start, end in elsewhere.standing_spans(rows, within).values_list(
        "lawyer", "from_at", "until_at"
    ):
        standing.setdefault(lawyer, []).append((to_ms(start), to_ms(end)))
    CountedSpan.objects.bulk_create(
        CountedSpan(row=row, entry=entry, lawyer_id=lawyer, from_at=from_ms(start), until_at=from_ms(end))
        for lawyer, (row, entry) in rows.items()
        for start, end in _free(weighed[lawyer], standing.get(lawyer, []))
    )


def _free(each: Weighed, standing: Sequence[Interval]) -> list[Interval]:
    if each.stay is None:
        return []
    return difference(spans.counted(each.stay, each.taken, each.heard_ms), standing)


def _note_codes(sheet: Sheet, rows: Sequence[SheetRow], answered: Sequence[int], *, at: datetime) -> None:
    """Write down that everybody who was there throughout has seen the codes that the room copied."""
    lawyers = [row.lawyer_id for row in rows if row.lawyer_id is not None]
    version = sheet.session.lecture_version
    known = set(
        PresenceCheck.objects.filter(
            lawyer__in=lawyers, lecture_version=version, code_index__in=answered, correct=True
        ).values_list("lawyer", "code_index")
    )
    PresenceCheck.objects.bulk_create(
        PresenceCheck(
            lawyer_id=lawyer,
            lecture_version=version,
            code_index=index,
            correct=True,
            channel=PresenceCheck.Channel.PAPER,
            answered_at=at,
        )
        for lawyer in lawyers
        for index in answered
        if (lawyer, index) not in known
    )
