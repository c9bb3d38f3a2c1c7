"""Where those who stand on a sheet were at the same time: on another sheet, at a door, on the log of a meeting, at a player.

Whoever keys and confirms a sheet sees it row by row; what counts elsewhere does not count here again. What another
association knows is said only as far as the reader may see it. See docs/decisions/0026.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.timezone import get_default_timezone, localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.attendance.clock import from_ms, to_ms
from courses.attendance.models import WatchedSpan
from courses.attendance.registries import RoomTime
from courses.attendance.rules import MINUTE_MS, Interval, intersection, length_of
from courses.credits import queries as credits
from courses.credits.rules import accounting_year
from courses.schedule.rules import NETWORK_VIDEO
from courses.sheets import access, queries, rules, spans
from courses.sheets.models import CountedSpan, Sheet, SheetRow
from courses.sheets.rules import Keyed, KeyedRow
from courses.sheets.spans import Stay
from qianchang.people.models import Account, Lawyer
from qianchang.people.permissions import Act, lawyers_where
from qianchang.people.walls import as_platform

# Hours stand on it: nobody took them back (as one_place_wall.py has it). Given back they have spans of their own.
STANDS = Q(entry__reversed_by=None)


@dataclass(frozen=True)
class Weighed:
    """What of one lawyer's row counts. `taken` is what counts elsewhere, `watched` what of it was watched alone; `stay` is
    None where nobody wrote when the room sat.
    """

    row: KeyedRow
    stay: Stay | None
    taken: tuple[Interval, ...]
    watched: tuple[Interval, ...]
    said_ms: int
    heard_ms: int

    @property
    def is_cut(self) -> bool:
        return self.heard_ms < self.said_ms


@dataclass(frozen=True)
class Place:
    """Where somebody was at the same time, in words, and its address where the reader may see it."""

    words: str
    url: str = ""


@dataclass(frozen=True)
class Contradiction:
    """One row of a sheet that says something else than other evidence; `counts` says what becomes of it here."""

    row: int
    name: str
    places: tuple[Place, ...]
    counts: str = ""


# --- What counts ----------------------------------------------------------------------------------------------


@as_platform("times and numbers of those who stand on one sheet, no names")
def weigh(sheet: Sheet, keyed: Keyed) -> dict[int, Weighed]:
    """Return what of each lawyer's row counts who stands on a sheet as present. Five queries, none without anybody there."""
    creditable = queries.creditable_ms(sheet)
    there = {row.lawyer_id: row for row in keyed.rows if row.lawyer_id is not None and row.was_there}
    if not there:
        return {}
    room = room_of(sheet, keyed)
    stays = {lawyer: spans.stay_of(row, room, creditable) for lawyer, row in there.items()}
    known = {lawyer: stay for lawyer, stay in stays.items() if stay is not None}
    attended, watched = _counted(sheet, known)
    threshold = queries.terms_of(sheet).threshold
    found = {}
    for lawyer, row in there.items():
        at_player = tuple(watched.get(lawyer, ()))
        taken = (*attended.get(lawyer, ()), *at_player)
        found[lawyer] = Weighed(
            row=row,
            stay=stays[lawyer],
            taken=taken,
            watched=at_player,
            said_ms=rules.attended_ms(row, creditable),
            heard_ms=spans.heard_ms(row, stays[lawyer], taken, creditable_ms=creditable, threshold=threshold),
        )
    return found


def hours_of(sheet: Sheet, weighed: Mapping[int, Weighed]) -> Decimal:
    """Return the hours of all that counts of a sheet. One query."""
    terms = queries.terms_of(sheet)
    return sum((terms.hours(each.heard_ms) for each in weighed.values()), Decimal(0))


def room_of(sheet: Sheet, keyed: Keyed) -> Interval | None:
    """Return from when until when a room sat, as it was keyed or else as it was scheduled."""
    return spans.sat(
        sheet.date,
        keyed.begins_at or sheet.begins_at,
        keyed.ends_at or sheet.ends_at,
        length_minutes=queries.length_minutes(sheet),
        zone=get_default_timezone(),
    )


def standing_spans(lawyers: Iterable[int], within: Interval) -> QuerySet[CountedSpan]:
    """Return the time that counts for these lawyers because hours stand on it, as far as it reaches into an interval."""
    return CountedSpan.objects.filter(
        STANDS,
        lawyer__in=list(lawyers),
        until_at__gt=from_ms(within[0]),
        from_at__lt=from_ms(within[1]),
    )


def room_times(lawyers: Sequence[int], within: Interval) -> list[RoomTime]:
    """Return the time that counts for these lawyers, for whoever judges what they watched meanwhile. One query."""
    return [
        RoomTime(lawyer_id=lawyer, lecture_id=lecture, year=year, wall=(to_ms(start), to_ms(end)))
        for lawyer, lecture, year, start, end in standing_spans(lawyers, within).values_list(
            "lawyer", "entry__lecture", "entry__accounting_year", "from_at", "until_at"
        )
    ]


def _counted(
    sheet: Sheet, stays: Mapping[int, Stay]
) -> tuple[dict[int, list[Interval]], dict[int, list[Interval]]]:
    """The time of each lawyer that counts on other sheets, and at a player. The same lecture in the same year gives hours
    once, whatever the hours of the clock: it takes nothing from itself.
    """
    attended: dict[int, list[Interval]] = {}
    watched: dict[int, list[Interval]] = {}
    if not stays:
        return attended, watched
    within = min(stay.wall[0] for stay in stays.values()), max(stay.wall[1] for stay in stays.values())
    lecture = sheet.session.lecture_version.lecture_id
    year, video_year = _years(sheet)
    rows = standing_spans(stays, within).exclude(row__version__sheet=sheet)
    for lawyer, start, end, other, other_year in rows.values_list(
        "lawyer", "from_at", "until_at", "entry__lecture", "entry__accounting_year"
    ):
        if (other, other_year) != (lecture, year):
            attended.setdefault(lawyer, []).append((to_ms(start), to_ms(end)))
    played = WatchedSpan.objects.filter(
        lawyer__in=list(stays), wall_until__gt=from_ms(within[0]), wall_from__lt=from_ms(within[1])
    )
    for lawyer, other, walls in played.values_list(
        "lawyer", "playback__lecture_version__lecture", "accepted_wall_ms"
    ):
        if (other, video_year) != (lecture, year):
            here = intersection(walls, [stays[lawyer].wall])
            watched.setdefault(lawyer, []).extend(here)
    return attended, watched


def _years(sheet: Sheet) -> tuple[int, int]:
    """The accounting year in which a sheet counts, and the one in which watching on its day does. Two queries."""
    try:
        rule = credits.rule_for(sheet.association.jurisdiction, sheet.date)
    except credits.NoCreditRule:
        # Nothing is credited without a rule: the page is shown all the same.
        return sheet.date.year, sheet.date.year
    starts = credits.year_start(rule, sheet.session.mode.code)
    return accounting_year(sheet.date, starts), accounting_year(
        sheet.date, rule.video_month or credits.year_start(rule, NETWORK_VIDEO)
    )


# --- What is said of it ---------------------------------------------------------------------------------------


def contradictions(
    sheet: Sheet, keyed: Keyed, weighed: Mapping[int, Weighed], account: Account, *, on: date
) -> tuple[Contradiction, ...]:
    """Return which rows of a sheet say something else than other evidence, for somebody who reads its names. Three queries
    where there is any, and what the permissions of the other sheets ask.
    """
    others = _other_rows(sheet, weighed)
    odd = {lawyer for lawyer, each in weighed.items() if _at_player(each) or each.is_cut} | set(others)
    if not odd:
        return ()
    seen = set(
        Lawyer.objects.filter(lawyers_where(account, Act.SEE_ROSTER, on=on), pk__in=odd).values_list(
            "pk", flat=True
        )
    )
    reader = _Reader(account, on)
    # Of one that was confirmed the hours stand on its rows. Minutes of other rosters are for whoever decides, and of hours
    # that nobody can choose any more: a draft would be a way to ask from when until when somebody was elsewhere.
    decided = sheet.state == Sheet.State.CONFIRMED
    may_say = sheet.state == Sheet.State.REPORTED and access.may_confirm(account, sheet, on=on)
    found = []
    for number, row in enumerate(keyed.rows, start=1):
        if row.lawyer_id not in odd:
            continue
        each = weighed[row.lawyer_id]
        places = [
            reader.place(other, when, of_roster=row.lawyer_id in seen)
            for other, when in others.get(row.lawyer_id, ())
        ]
        if played := _at_player(each):
            words = _("watched online, %(times)s") % {"times": _times(played)}
            places.append(Place(words) if row.lawyer_id in seen else Place(_elsewhere()))
        if not places:
            # A part that would fit beside this row counts at these minutes.
            places.append(_another_room(_counts_there(each), of_roster=row.lawyer_id in seen))
        says = each.is_cut and (may_say or (row.lawyer_id in seen and not decided))
        cut = _minutes_left(each) if says else ""
        found.append(Contradiction(number, row.name, tuple(dict.fromkeys(places)), cut))
    return tuple(found)


def sentence(sheet: Sheet, keyed: Keyed, account: Account, *, on: date) -> str:
    """Return how many people of a sheet were elsewhere at the same time, and where that is read; empty where nobody was, or
    the reader does not read names.
    """
    if not access.sees_names(account, sheet, on=on):
        return ""
    many = len(contradictions(sheet, keyed, weigh(sheet, keyed), account, on=on))
    if not many:
        return ""
    return ngettext(
        "%(count)d person was elsewhere at the same time: open the page again to see where.",
        "%(count)d people were elsewhere at the same time: open the page again to see where.",
        many,
    ) % {"count": many}


@as_platform("what stands on other sheets about those of this one; who reads it is asked below")
def _other_rows(
    sheet: Sheet, weighed: Mapping[int, Weighed]
) -> dict[int, list[tuple[SheetRow, list[Interval]]]]:
    """The rows of other sheets that cannot be true together with those of this one. One query."""
    stays = {lawyer: each.stay for lawyer, each in weighed.items() if each.stay is not None}
    if not stays:
        return {}
    a_day = timedelta(days=1)
    rows = (
        SheetRow.objects.filter(
            lawyer__in=list(stays),
            mark__in=[rules.FULL, rules.PART],
            version__followed_by=None,
            version__merged_into=None,
            version__sheet__date__range=(sheet.date - a_day, sheet.date + a_day),
        )
        .exclude(version__sheet=sheet)
        .exclude(version__sheet__state=Sheet.State.CANCELLED)
        .select_related(
            "version__sheet__session__lecture_version",
            "version__sheet__session__supporter__parent__parent",
            "version__sheet__session__beneficiary__parent__parent",
            "version__sheet__session__mode",
            "version__sheet__association__parent__parent",
            "version__sheet__region__parent__parent",
        )
        .order_by("version__sheet__date", "version__sheet", "version__number", "pk")
    )
    found: dict[int, list[tuple[SheetRow, list[Interval]]]] = {}
    for row in rows:
        assert row.lawyer_id is not None  # noqa: S101 - as filtered
        other = row.version.sheet
        room = room_of(other, queries.keyed_from(row.version, ()))
        stay = spans.stay_of(queries.keyed_row(row), room, queries.creditable_ms(other))
        when = spans.at_odds(stays[row.lawyer_id], stay) if stay is not None else []
        if when:
            found.setdefault(row.lawyer_id, []).append((row, when))
    return found


def _at_player(each: Weighed) -> list[Interval]:
    """When somebody sat at a player instead, where that does not fit beside what the row says."""
    if each.stay is None:
        return []
    away = intersection(each.watched, [each.stay.wall])
    if length_of(away) < spans.LEAST_MS or (each.stay.loose and not each.is_cut):
        return []
    return away


@dataclass
class _Reader:
    """Who reads, and which other sheets that account may see; each is asked about once."""

    account: Account
    on: date

    def __post_init__(self) -> None:
        self.may_see: dict[int, bool] = {}

    def place(self, other: SheetRow, when: Sequence[Interval], *, of_roster: bool) -> Place:
        sheet = other.version.sheet
        if sheet.pk not in self.may_see:
            self.may_see[sheet.pk] = access.may_see(self.account, sheet, on=self.on) and access.sees_names(
                self.account, sheet, on=self.on
            )
        if self.may_see[sheet.pk]:
            words = _("sheet %(number)s, %(site)s, %(times)s (%(state)s)") % {
                "number": sheet.number,
                "site": sheet.site,
                "times": _times(when),
                "state": sheet.get_state_display(),
            }
            return Place(words, reverse("sheets:sheet", args=[sheet.pk]))
        return _another_room(when, of_roster=of_roster)


def _another_room(when: Sequence[Interval], *, of_roster: bool) -> Place:
    if of_roster and when:
        return Place(_("in another room, %(times)s") % {"times": _times(when)})
    return Place(_elsewhere())


def _counts_there(each: Weighed) -> list[Interval]:
    """Which minutes of somebody's time here count in other rooms."""
    return intersection(each.taken, [each.stay.wall]) if each.stay is not None else []


def _elsewhere() -> str:
    """Of somebody on another roster nothing is said but that."""
    return _("elsewhere for a part of this time; the association of this lawyer knows more")


def _minutes_left(each: Weighed) -> str:
    return _("%(left)d of %(said)d minutes count here.") % {
        "left": each.heard_ms // MINUTE_MS,
        "said": each.said_ms // MINUTE_MS,
    }


def _times(when: Sequence[Interval]) -> str:
    first, last = from_ms(when[0][0]), from_ms(when[-1][1])
    return f"{_clock(first)}–{_clock(last)}"


def _clock(at: datetime) -> str:
    return localtime(at).strftime("%H:%M")
