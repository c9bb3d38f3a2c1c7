"""The time of hours that two people took back and give back: it counts again, unless it counts elsewhere meanwhile.

Nothing is judged anew: what counted once counts again as a whole, or two people have to say which of both is right. See
docs/decisions/0026.
"""

from django.utils.translation import gettext as _

from courses.attendance.clock import from_ms, to_ms
from courses.attendance.models import WatchedSpan
from courses.attendance.rules import Interval, difference, intersection, length_of
from courses.credits.models import CreditEntry
from courses.sheets import elsewhere, queries, rules, spans
from courses.sheets.models import CountedSpan, SheetCredit, SheetRow
from qianchang.people.walls import as_platform


def why_not(reversal: CreditEntry) -> str:
    """Return the sentence why the hours that a reversal took cannot be given back; empty where they can. Three queries."""
    _row, walls = _time_of(reversal)
    if not walls:
        return ""
    if _counts(_in_rooms(reversal, walls), walls):
        return _(
            "The time of these hours counts elsewhere meanwhile, and one time counts once. Nothing was changed. Where these "
            "hours are right, have those that were credited elsewhere for this time taken back first."
        )
    if _counts(_at_players(reversal, walls), walls):
        return _(
            "Another lecture was watched online at the time of these hours, and one time counts once. Nothing was changed."
        )
    return ""


def count_again(entry: CreditEntry) -> None:
    """Write down that the time counts again of which `entry` gives the hours back. The lawyer is locked. Three queries."""
    assert entry.renews is not None  # noqa: S101 - it gives back what a reversal took
    row, walls = _time_of(entry.renews)
    if not walls:
        return
    CountedSpan.objects.bulk_create(
        CountedSpan(
            row=row, entry=entry, lawyer_id=entry.lawyer_id, from_at=from_ms(start), until_at=from_ms(end)
        )
        for start, end in difference(walls, _in_rooms(entry, walls))
    )


def _counts(away: list[Interval], walls: list[Interval]) -> bool:
    return length_of(intersection(away, walls)) >= spans.LEAST_MS


@as_platform("one lawyer's own time, no names")
def _time_of(reversal: CreditEntry) -> tuple[SheetRow | None, list[Interval]]:
    """Return for which row which time counted until a reversal. Hours that were taken back before time was written down
    have it from the sheet.
    """
    kept = list(
        CountedSpan.objects.filter(entry=reversal.reverses_id).select_related("row").order_by("from_at")
    )
    if kept:
        return kept[0].row, [(to_ms(each.from_at), to_ms(each.until_at)) for each in kept]
    made = (
        SheetCredit.objects.filter(entry=reversal.reverses_id)
        .select_related("row__version__sheet__session__lecture_version")
        .order_by("pk")
        .first()
    )
    if made is None:
        return None, []
    version = made.row.version
    room = elsewhere.room_of(version.sheet, queries.keyed_from(version, ()))
    stay = spans.stay_of(queries.keyed_row(made.row), room, queries.creditable_ms(version.sheet))
    if stay is None:
        return made.row, []
    begins, ends = stay.wall
    if made.row.mark == rules.PART:
        ends = min(ends, begins + reversal.covered_ms)
    return made.row, [(begins, ends)]


def _in_rooms(entry: CreditEntry, walls: list[Interval]) -> list[Interval]:
    within = walls[0][0], walls[-1][1]
    return [each.wall for each in elsewhere.room_times([entry.lawyer_id], within)]


def _at_players(entry: CreditEntry, walls: list[Interval]) -> list[Interval]:
    """When another lecture was watched: the same one in the room is no second place."""
    played = WatchedSpan.objects.filter(
        lawyer=entry.lawyer_id, wall_until__gt=from_ms(walls[0][0]), wall_from__lt=from_ms(walls[-1][1])
    ).exclude(playback__lecture_version__lecture=entry.lecture_id)
    return [(start, end) for each in played.values_list("accepted_wall_ms", flat=True) for start, end in each]
