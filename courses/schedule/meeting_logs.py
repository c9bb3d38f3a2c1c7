"""Logs of meetings: who joined and left when, as the common conference tools export it. Rules on plain values.

Tencent Meeting (腾讯会议), Zoom, DingTalk (钉钉) and Feishu (飞书) name the same columns differently and put lines
about the meeting before them; so columns are found by their names, and the heading is the first line that has them.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from qianchang.people.masks import masked_licence_number

# Names of columns, in the spelling of `_key`. Earlier names are taken where a log has several.
COLUMNS: dict[str, tuple[str, ...]] = {
    "licence": ("执业证号", "律师执业证号", "执业证号码", "licencenumber", "licensenumber", "licenceno"),
    "name": (
        "姓名", "真实姓名", "参会者名称", "参会者", "参会人", "参会人员", "参会成员", "成员", "成员姓名", "成员名称",
        "参与者", "用户名称", "用户昵称", "用户昵称入会昵称", "昵称", "入会昵称", "name", "nameoriginalname",
        "participant", "participantname", "username", "displayname", "fullname",
    ),
    "joined": (
        "入会时间", "首次入会时间", "加入时间", "加入会议时间", "进入时间", "进入会议时间", "参会开始时间",
        "jointime", "joinedat", "timejoined", "joined", "firstjointime",
    ),
    "left": (
        "退会时间", "最后退会时间", "离会时间", "离开时间", "离开会议时间", "退出时间", "退出会议时间", "参会结束时间",
        "leavetime", "leftat", "timeexited", "left", "lastleavetime",
    ),
    "duration": (
        "累计入会时长", "累计参会时长", "参会时长", "入会时长", "会议时长", "时长", "时长分钟", "参会时长分钟",
        "durationminutes", "totaldurationminutes", "timeinsessionminutes", "duration",
    ),
}  # fmt: skip
HEADING_WITHIN = 40
_DROPPED = re.compile(r"[\s_\-()（）\[\]【】:：./·]+")
_MOMENT = re.compile(
    r"(?<!\d)(?P<year>\d{4})[-/.年]\s?(?P<month>\d{1,2})[-/.月]\s?(?P<day>\d{1,2})(?:日|T|\s)+"
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?"
)
_AMERICAN = re.compile(
    r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})\s+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?"
    r"\s*(?P<half>AM|PM)?",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"(?:(?P<h>\d+)\s*(?:小时|时|h)\s*)?(?:(?P<m>\d+)\s*(?:分钟|分|m)\w*\s*)?(?:(?P<s>\d+)\s*(?:秒|s)\w*)?$"
)
_LICENCE = re.compile(r"(?<!\d)\d{17}(?!\d)")
_BRACKETED = re.compile(r"[(（\[【<].*?[)）\]】>]")
_BETWEEN = re.compile(r"[\s\-_—–·•/|,，、:：+]+")
MOST_NAME = 120
# A cell is a name, a moment or a length; the rest of a longer one says nothing and only costs time.
MOST_CELL = 200
# Of one shown name, so that a hostile list asks for no more names than an honest one.
MOST_PARTS = 8
# Meetings of this age, and what one line may say of anybody.
YEARS = range(2000, 2100)
LONGEST = timedelta(days=1)


class UnreadableLog(Exception):
    """The rows are no log of a meeting. `missing` names what columns there are none of."""

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(", ".join(missing))
        self.missing = tuple(missing)


@dataclass(frozen=True)
class Stay:
    """One joining and leaving."""

    joined_at: datetime
    left_at: datetime


@dataclass(frozen=True)
class Attendee:
    """One person on a log: all stays taken together."""

    name: str
    licence: str
    seconds: int
    joins: int
    stays: tuple[Stay, ...]

    @property
    def joined_at(self) -> datetime:
        return min(stay.joined_at for stay in self.stays)

    @property
    def left_at(self) -> datetime:
        return max(stay.left_at for stay in self.stays)


@dataclass(frozen=True)
class Log:
    """What a log says: everybody on it, the lines (by number) that could not be read, and the days it tells of."""

    attendees: tuple[Attendee, ...]
    unread: tuple[int, ...]
    days: frozenset[date] = frozenset()


@dataclass(frozen=True)
class _Line:
    name: str
    licence: str
    stay: Stay
    seconds: int | None


def read_log(rows: Sequence[tuple[int, Sequence[str]]], *, zone: tzinfo, day: date | None = None) -> Log:
    """Return who was in a meeting and how long. Whoever has not left stays to the last moment of the log. With a `day`,
    of a log of many days only who was there on that one.

    Raises UnreadableLog when no line has the columns for a name, joining and leaving.
    """
    heading, columns = _heading(rows)
    lines: list[_Line] = []
    unread: list[int] = []
    open_ended: list[tuple[str, str, datetime, int | None]] = []
    days: set[date] = set()
    for number, cells in rows[heading + 1 :]:
        said = {name: _cell(cells, place) for name, place in columns.items()}
        name, licence = said["name"][:MOST_NAME], _licence_of(said)
        joined, left = moment(said["joined"], zone), moment(said["left"], zone)
        seconds = _seconds(said.get("duration", ""))
        seconds = None if seconds is None else min(seconds, int(LONGEST.total_seconds()))
        if (
            not name
            or joined is None
            or (left is None and said["left"].strip(" -—"))
            or (left and not joined <= left <= joined + LONGEST)
        ):
            unread.append(number)
            continue
        these = {joined.date(), (left or joined).date()}
        days |= these
        if day is not None and day not in these:
            continue
        if left is None:
            open_ended.append((name, licence, joined, seconds))
        else:
            lines.append(_Line(name, licence, Stay(joined, left), seconds))
    end = max((line.stay.left_at for line in lines), default=None)
    for name, licence, joined, seconds in open_ended:
        last = max(end, joined) if end is not None else joined + timedelta(seconds=seconds or 0)
        last = min(last, joined + LONGEST)
        lines.append(_Line(name, licence, Stay(joined, last), seconds))
    return Log(tuple(_people(lines)), tuple(unread), frozenset(days))


def union_seconds(stays: Iterable[Stay]) -> int:
    """Return how long somebody was there in all: what two devices or two lines say of the same minute counts once."""
    total, until = timedelta(), None
    for stay in sorted(stays, key=lambda each: (each.joined_at, each.left_at)):
        begins = stay.joined_at if until is None else max(stay.joined_at, until)
        if stay.left_at > begins:
            total += stay.left_at - begins
        until = stay.left_at if until is None else max(until, stay.left_at)
    return int(total.total_seconds())


def match(
    attendee: Attendee, *, by_licence: Mapping[str, int], by_name: Mapping[str, Sequence[int]]
) -> int | None:
    """Return which lawyer (by number) somebody on a log is: the licence number decides; else a name of the roster that
    only one lawyer bears. A name alone that two bear decides nothing.
    """
    if attendee.licence:
        return by_licence.get(attendee.licence)
    found = {number for name in names_in(attendee.name) for number in by_name.get(name, ())}
    return next(iter(found)) if len(found) == 1 else None


def merged(attendees: Sequence[Attendee]) -> Attendee:
    """Return several entries of one person, a telephone and a computer, as one: no minute of them counts twice."""
    stays = tuple(stay for each in attendees for stay in each.stays)
    return Attendee(
        name=attendees[0].name,
        licence=next((each.licence for each in attendees if each.licence), ""),
        seconds=min(union_seconds(stays), sum(each.seconds for each in attendees)),
        joins=sum(each.joins for each in attendees),
        stays=stays,
    )


def names_in(shown: str) -> list[str]:
    """Return what may be somebody's name in the name that a meeting shows: 百色-韦晓岚(手机) may be 韦晓岚."""
    plain = unicodedata.normalize("NFKC", shown)
    inside = [each[1:-1] for each in _BRACKETED.findall(plain)]
    outside = _BRACKETED.sub(" ", plain)
    candidates = [outside.strip(), *_BETWEEN.split(outside), *inside]
    seen: dict[str, None] = {}
    for each in candidates:
        if each.strip():
            seen[" ".join(each.split())] = None
    return list(seen)[:MOST_PARTS]


def without_licence(shown: str) -> str:
    """Return the name that a meeting shows with any licence number in it hidden, as lists hide it."""
    return _LICENCE.sub(lambda found: masked_licence_number(found.group()), shown)


def moment(written: str, zone: tzinfo) -> datetime | None:
    """Return a moment as a log writes it; None for what is none."""
    found = _MOMENT.search(written) or _AMERICAN.search(written)
    if found is None:
        return None
    part = {name: int(value) for name, value in found.groupdict().items() if value and value.isdecimal()}
    half = (found.groupdict().get("half") or "").upper()
    if part["year"] not in YEARS:
        return None
    hour = part["hour"] % 12 + (12 if half == "PM" else 0) if half else part["hour"]
    try:
        return datetime(
            part["year"], part["month"], part["day"], hour, part["minute"], part.get("second", 0), tzinfo=zone
        )
    except ValueError:
        return None


def _people(lines: Iterable[_Line]) -> list[Attendee]:
    together: dict[str, list[_Line]] = {}
    for line in lines:
        together.setdefault(line.licence or line.name, []).append(line)
    found = []
    for theirs in together.values():
        stays = [line.stay for line in theirs]
        seconds = union_seconds(stays)
        said = [line.seconds for line in theirs if line.seconds is not None]
        # A line from the first joining to the last leaving also says how much of it somebody was there.
        if said and len(said) == len(theirs):
            seconds = min(seconds, sum(said))
        found.append(
            Attendee(
                name=theirs[0].name,
                licence=theirs[0].licence,
                seconds=seconds,
                joins=len(theirs),
                stays=tuple(stays),
            )
        )
    return sorted(found, key=lambda each: (each.joined_at, each.name))


def _heading(rows: Sequence[tuple[int, Sequence[str]]]) -> tuple[int, dict[str, int]]:
    best: dict[str, int] = {}
    for place, (_number, cells) in enumerate(rows[:HEADING_WITHIN]):
        found = _columns(cells)
        if {"name", "joined", "left"} <= set(found):
            return place, found
        best = found if len(found) > len(best) else best
    raise UnreadableLog([name for name in ("name", "joined", "left") if name not in best])


def _columns(cells: Sequence[str]) -> dict[str, int]:
    keys = [_key(cell) for cell in cells]
    found = {}
    for column, names in COLUMNS.items():
        place = next((keys.index(name) for name in names if name in keys), None)
        if place is not None:
            found[column] = place
    return found


def _key(cell: str) -> str:
    return _DROPPED.sub("", unicodedata.normalize("NFKC", cell)).lower()


def _cell(cells: Sequence[str], place: int) -> str:
    return cells[place][:MOST_CELL].strip() if place < len(cells) else ""


def _licence_of(said: Mapping[str, str]) -> str:
    found = _LICENCE.search(unicodedata.normalize("NFKC", f"{said.get('licence', '')} {said['name']}"))
    return found.group() if found else ""


def _seconds(written: str) -> int | None:
    plain = unicodedata.normalize("NFKC", written).strip().lower()
    if not plain:
        return None
    if plain.isdecimal():
        return int(plain) * 60
    clock = re.fullmatch(r"(?:(\d+):)?(\d{1,2}):(\d{2})", plain)
    if clock:
        return int(clock[1] or 0) * 3600 + int(clock[2]) * 60 + int(clock[3])
    words = _CLOCK.fullmatch(plain)
    if words is None or not any(words.groups()):
        return None
    return int(words["h"] or 0) * 3600 + int(words["m"] or 0) * 60 + int(words["s"] or 0)
