"""What the rooms below ask of the sheets, registered with them when the site starts: whom a screening reached, the evidence
of a session, what of a lawyer waits, and the blank sheet of a disc.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from courses.attendance.registries import terms_of
from courses.credits.registries import Attended, Awaited
from courses.discs.models import Disc
from courses.schedule.models import TrainingSession
from courses.schedule.registries import ReachQuestion, RoomFact, RoomPaper
from courses.sheets import access, elsewhere, entry, printing, queries, rules
from courses.sheets.models import Sheet, SheetCredit, SheetDecision, SheetFile, SheetRow, SheetVersion
from qianchang.people.models import Account, Lawyer
from qianchang.people.walls import as_platform

State = Sheet.State
THERE = (rules.FULL, rules.PART)
# What stands on a version that was confirmed, or that waits for it.
_CONFIRMED = Q(version__decisions__kind=SheetDecision.Kind.CONFIRMED)


@as_platform("counts, no names")
def rosters(questions: Sequence[ReachQuestion]) -> dict[ReachQuestion, int]:
    """Return how many lawyers of each region stand as present on confirmed sheets of the lecture by that mode. One query,
    however many questions.
    """
    rows = (
        SheetRow.objects.filter(
            _CONFIRMED,
            lawyer__isnull=False,
            mark__in=THERE,
            version__sheet__session__beneficiary__in={each.beneficiary_id for each in questions},
            version__sheet__session__lecture_version__lecture__in={each.lecture_id for each in questions},
            version__sheet__session__mode__code__in={each.mode_code for each in questions},
        )
        .order_by()
        .values_list(
            "version__sheet__session__lecture_version__lecture",
            "version__sheet__session__beneficiary",
            "version__sheet__session__mode__code",
        )
        .annotate(lawyers=Count("lawyer", distinct=True))
    )
    return {ReachQuestion(lecture, region, mode): lawyers for lecture, region, mode, lawyers in rows}


@as_platform("counts, no names")
def rooms(session_ids: Sequence[int]) -> dict[int, RoomFact]:
    """Return the sign-in sheets of sessions in numbers. Two queries, one where there are none."""
    standing = Sheet.objects.filter(session__in=list(session_ids)).exclude(state=State.CANCELLED)
    counted = list(
        standing.order_by()
        .values_list("session", "session__code")
        .annotate(sheets=Count("pk"), confirmed=Count("pk", filter=Q(state=State.CONFIRMED)))
    )
    if not counted:
        return {}
    there = dict(
        SheetRow.objects.filter(
            _CONFIRMED, version__sheet__session__in=[row[0] for row in counted], mark__in=THERE
        )
        .order_by()
        .values_list("version__sheet__session")
        .annotate(people=Count("pk"))
    )
    url = reverse("sheets:screenings")
    return {
        session: RoomFact(
            sheets=sheets,
            confirmed=confirmed,
            people=there.get(session, 0),
            url=f"{url}?{urlencode({'session': code})}",
        )
        for session, code, sheets, confirmed in counted
    }


@dataclass(frozen=True)
class RoomFile:
    """One file that a confirmed sheet stands on. A photo of the paper shows names (`names_people`)."""

    session: str
    kind: str
    sha256: str
    content_type: str
    size_bytes: int
    uploaded_at: datetime
    names_people: bool


def room_files(session_ids: Iterable[int], *, before: datetime) -> list[RoomFile]:
    """Return the photos and scans of the sheets of sessions that were confirmed before a time. One query."""
    rows = SheetFile.objects.filter(
        sheet__session__in=list(session_ids),
        sheet__decisions__kind=SheetDecision.Kind.CONFIRMED,
        sheet__decisions__at__lt=before,
        withdrawn_at=None,
        uploaded_at__lt=before,
    ).order_by("sheet__session__code", "sheet__ordinal", "kind", "sha256", "pk")
    found = rows.values_list(
        "sheet__session__code", "kind", "sha256", "content_type", "size_bytes", "uploaded_at"
    )
    return [
        RoomFile(
            code, f"sheet-{kind}", digest, content_type, size, at, names_people=kind == SheetFile.Kind.SCAN
        )
        for code, kind, digest, content_type, size, at in found
    ]


def papers(session: TrainingSession, reader: Account, on: date) -> list[RoomPaper]:
    """Return the photos and scans of the sheets of a session that an account sees; that of a paper opens for those alone who
    read the names on it. Three queries, one where there are none.
    """
    files = list(
        SheetFile.objects.filter(sheet__session=session, withdrawn_at=None)
        .exclude(sheet__state=State.CANCELLED)
        .select_related("sheet__association__parent__parent", "sheet__region__parent__parent")
        .order_by("sheet__ordinal", "sheet", "kind", "uploaded_at", "pk")
    )
    if not files:
        return []
    rooms = {each.sheet_id: each.sheet for each in files}
    others = set(
        SheetVersion.objects.filter(sheet__in=rooms).exclude(by=reader).values_list("sheet", flat=True)
    )
    named = {}
    for number, sheet in rooms.items():
        sheet.session = session
        if access.may_see(reader, sheet, on=on):
            named[number] = access.sees_names(reader, sheet, on=on, keyed_by_others=number in others)
    return [
        RoomPaper(
            sheet=each.sheet.number,
            sheet_url=reverse("sheets:sheet", args=[each.sheet_id]),
            state=each.sheet.get_state_display(),
            kind=each.get_kind_display(),
            size_bytes=each.size_bytes,
            uploaded_at=each.uploaded_at,
            sha256=each.sha256,
            url=entry.file_line(each, reader).url
            if named[each.sheet_id] or each.kind == SheetFile.Kind.PHOTO
            else "",
        )
        for each in files
        if each.sheet_id in named
    ]


def awaited(lawyer: Lawyer, first: date, end: date) -> list[Awaited]:
    """Return the sheets on which a lawyer stands as present and which wait for confirmation, with the hours of the time that
    counts nowhere else. One query where there are none, else two and five for each.
    """
    rows = list(
        SheetRow.objects.filter(
            lawyer=lawyer,
            mark__in=THERE,
            version__sheet__state=State.REPORTED,
            version__decisions__kind=SheetDecision.Kind.REPORTED,
            version__followed_by=None,
            version__merged_into=None,
            version__sheet__date__gte=first,
            version__sheet__date__lt=end,
        )
        .select_related(
            "version__sheet__session__lecture_version__lecture",
            "version__sheet__session__mode",
            "version__sheet__association__jurisdiction",
        )
        .distinct()
        .order_by("-version__sheet__date", "-pk")
    )
    if not rows:
        return []
    terms = terms_of(lawyer, on=rows[0].version.sheet.date)
    found = []
    for row in rows:
        sheet = row.version.sheet
        weighed = elsewhere.weigh(sheet, queries.keyed_from(row.version, [row]))[lawyer.pk]
        hours = terms.hours(weighed.heard_ms)
        why = _("%(association)s is checking the sign-in sheet") % {"association": sheet.association.name}
        if weighed.is_cut:
            why = _("%(why)s; a part of this time counts elsewhere") % {"why": why}
        found.append(
            Awaited(
                on=sheet.date,
                lecture=sheet.session.lecture_version.lecture,
                mode_code=sheet.session.mode.code,
                hours=hours or None,
                why=why,
            )
        )
    return found


def attended(entry: int) -> Attended | None:
    """Return the sheet on which an entry stands. One query."""
    found = (
        SheetCredit.objects.filter(entry=entry)
        .select_related("row__version__sheet__session", "row__version__sheet__region")
        .order_by("pk")
        .first()
    )
    if found is None:
        return None
    sheet = found.row.version.sheet
    words = " · ".join((sheet.number, sheet.date.isoformat(), sheet.site))
    return Attended(words, reverse("sheets:sheet", args=[sheet.pk]))


def blank_sheet(disc: Disc, session: TrainingSession) -> bytes:
    """Return the blank sheet that goes on a disc: with lines to write names on, because a disc passes through many hands."""
    return printing.blank_sheet(session=session, disc=disc, region=disc.region)
