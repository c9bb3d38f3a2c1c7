"""What lies on a stick: a page that opens from a file, the films and sounds, slides, transcripts, and how to use it.

Nothing is stored for it. The same files are put together each time that somebody fetches them; the archive is written as it
is sent (zips.py), and only the length and the sum of each stored file are kept (FileSum).
"""

import json
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.timezone import localdate, localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from courses.attendance import presence, registries
from courses.attendance.clock import to_ms
from courses.attendance.rules import MINUTE_MS, Terms, code_windows, creditable, length_of
from courses.catalogue.models import LectureVersion
from courses.catalogue.transcript import transcript
from courses.discs import codes as disc_codes
from courses.offline.models import FileSum, Stick
from courses.offline.zips import Archive, Member, bytes_reader
from courses.sheets import matching, printing
from courses.sheets.models import Sheet
from courses.sheets.queries import place_of, terms_of
from media_pipeline import api as media
from qianchang.people.models import Account

Way = Stick.Way
# Best first. A standard film has AAC sound, which every player knows; the light one has Opus.
_FILMS: dict[str, tuple[str, ...]] = {
    Way.FILM: ("standard", "clear", "light"),
    Way.LIGHT: ("light", "standard"),
    Way.SOUND: (),
}
_SOUNDS = ("aac", "audio")
_SPOKEN = tuple(f"code-{name}.{ending}" for name in (*"0123456789", "listen") for ending in ("ogg", "m4a"))


def plays(version: LectureVersion, way: str) -> bool:
    """Tell whether a lecture can be put on a stick in this way now."""
    film, sound = _chosen(version, way)
    return film is not None if way != Way.SOUND else sound is not None


def film_bytes(version: LectureVersion, way: str) -> int:
    """Return how long the film and the sound of a lecture are together."""
    return sum(each.size_bytes for each in _chosen(version, way) if each)


def archive_of(stick: Stick, *, records_url: str, by: Account) -> Archive:
    """Return everything that lies on a stick, in the reader's language. `records_url` is where its records are brought."""
    versions = [
        each.version for each in stick.lectures.select_related("version__lecture").order_by("position")
    ]
    terms = _terms(stick)
    members: list[Member] = []
    lectures = []
    for place, version in enumerate(versions, start=1):
        facts, files = _lecture(stick, version, place, terms)
        lectures.append(facts)
        members += files
    config = {
        "number": stick.number,
        "id": str(stick.public_id),
        "key": stick.secret,
        "kind": stick.kind,
        "made_ms": to_ms(stick.made_at),
        "until_ms": to_ms(stick.expires_at),
        "lectures": lectures,
        "room": room_of(stick, by=by) if stick.sheet else None,
    }
    context = {
        "stick": stick,
        "versions": versions,
        "records_url": records_url,
        "late_days": terms.late_days,
        "lang": "en" if get_language() == "en" else "zh-CN",
    }
    pages = {
        "index.html": render_to_string("courses/offline/stick/index.html", context),
        "config.js": f"window.qianchangStick = {_script(config)};\n",
        # The editor of an old Windows wants its own ends of lines and a mark at the beginning.
        "README.txt": "\ufeff"
        + render_to_string("courses/offline/stick/readme.txt", context).replace("\n", "\r\n"),
    }
    if stick.sheet is not None:
        pages["sheet.html"] = _paper(stick.sheet, by=by)
    first = [_text(name, text) for name, text in pages.items()]
    first += [_static("stick.js", "dist/stick.js"), _static("stick.css", "css/stick.css")]
    first += [_static(f"sound/{name}", f"sound/1/{name}") for name in _SPOKEN]
    return Archive([*first, *members], at=localtime(stick.made_at))


def codes_on(stick: Stick, version: LectureVersion) -> list[dict[str, Any]]:
    """Return the codes that are shown and said on a stick, where and with their digits. Those of a room are the room's."""
    sheet = stick.sheet
    if sheet is not None and sheet.disc is not None:
        return [
            {"index": code.index, "from_ms": code.from_ms, "until_ms": code.until_ms, "digits": code.digits}
            for code in disc_codes.codes_of(sheet.disc, version)
        ]
    place = place_of(sheet.session) if sheet is not None else place_on(stick)
    return [
        {
            "index": window.index,
            "from_ms": window.from_ms,
            "until_ms": window.until_ms,
            "digits": presence.shared_code(place=place, version_id=version.pk, index=window.index),
        }
        for window in code_windows(version.length_ms, version.excluded_ms, stick.presence_minutes)
    ]


def place_on(stick: Stick) -> str:
    """Return the place whose codes a lawyer's stick shows."""
    return f"stick:{stick.number}"


def _terms(stick: Stick) -> Terms:
    on = localdate(stick.made_at)
    return terms_of(stick.sheet) if stick.sheet is not None else registries.terms_of(stick.lawyer, on=on)  # type: ignore[arg-type]


def _chosen(
    version: LectureVersion, way: str
) -> tuple[media.StoredRendition | None, media.StoredRendition | None]:
    """The film and the sound that go on a stick; None where there is none, or the way has none."""
    there = {each.mode: each for each in media.stored_files_of(version.recording_id)}
    film = next((there[mode] for mode in _FILMS[way] if mode in there), None)
    return film, next((there[mode] for mode in _SOUNDS if mode in there), None)


def _lecture(
    stick: Stick, version: LectureVersion, place: int, terms: Terms
) -> tuple[dict[str, Any], list[Member]]:
    film, sound = _chosen(version, stick.way)
    named = {f"{place}/film.mp4": film, f"{place}/sound.m4a": sound}
    files = {name: each.file for name, each in named.items() if each}
    slides = media.slides_of(version.recording_id, duration_ms=version.length_ms)
    pictures = media.slide_files_of(version.recording_id)
    files |= {f"{place}/slide-{each.number}.jpg": pictures[each.number] for each in slides}
    read = transcript(version.recording_id, duration_ms=version.length_ms)
    pieces = creditable(version.length_ms, version.excluded_ms)
    lecture = version.lecture
    by = "、".join(each.name for each in lecture.lecturers.all())
    facts = {
        "version": version.pk,
        "title": lecture.localised_title,
        "by": by,
        "length_ms": version.length_ms,
        "creditable": pieces,
        "threshold": str(terms.threshold),
        "max_rate": str(terms.max_rate),
        "hours": f"{terms.hours(length_of(pieces)):.1f}",
        "film": f"{place}/film.mp4" if film else None,
        "film_type": f'video/mp4; codecs="{film.codecs}"' if film else None,
        "sound": f"{place}/sound.m4a" if sound else None,
        "slides": [
            {
                "from_ms": each.from_ms,
                "label": each.label or _("Slide %(number)s") % {"number": number},
                "file": f"{place}/slide-{each.number}.jpg",
            }
            for number, each in enumerate(slides, start=1)
        ],
        "codes": codes_on(stick, version),
        "cues": _cues(version),
        "transcript": f"{place}/transcript.html" if read.source else None,
    }
    members = _stored(files, make=lambda: media.make_slide_files(version.recording_id))
    if read.source:
        context = {
            "title": lecture.localised_title, "by": by, "transcript": read,
            "lang": "en" if get_language() == "en" else "zh-CN",
        }  # fmt: skip
        members.append(
            _text(
                f"{place}/transcript.html", render_to_string("courses/offline/stick/transcript.html", context)
            )
        )
    return facts, members


def _cues(version: LectureVersion) -> list[tuple[int, int, str]]:
    tracks = media.captions_of(version.recording_id)
    chosen = next((track for track in tracks if track.language == "zh"), None) or next(iter(tracks), None)
    return [(cue.from_ms, cue.until_ms, cue.plain) for cue in chosen.cues] if chosen else []


def room_of(stick: Stick, *, by: Account) -> dict[str, Any]:
    """Return what a room's stick knows of its sheet: who may be expected, with masked numbers, and how many codes."""
    sheet = stick.sheet
    assert sheet is not None  # noqa: S101 - asked only of a room's stick
    version = sheet.session.lecture_version
    return {
        "sheet": sheet.number,
        "length_minutes": -(-version.length_ms // MINUTE_MS),
        "codes": len(codes_on(stick, version)),
        "begins_at": f"{sheet.begins_at:%H:%M}" if sheet.begins_at else "",
        "ends_at": f"{sheet.ends_at:%H:%M}" if sheet.ends_at else "",
        "supervisor": sheet.supervisor,
        "roster": [
            {
                "lawyer": each.pk,
                "name": each.name,
                "licence": each.masked_licence_number,
                "firm": each.firm.name,
            }
            for each in matching.roster_of(sheet, by=by, on=localdate())
        ],
    }


def _paper(sheet: Sheet, *, by: Account) -> str:
    """The blank sheet of a room, to be printed on the spot."""
    paper = printing.paper_of(sheet, matching.roster_of(sheet, by=by, on=localdate()))
    style = mark_safe(_source("css/sheet-print.css").decode())  # noqa: S308 - our own file
    with translation.override(printing.LANGUAGE):
        return render_to_string(printing.PAPER, {"paper": paper, "style": style})


def _stored(files: dict[str, str], *, make: Callable[[], None]) -> list[Member]:
    """Return stored files as members, by what they are called on the stick. `make` makes those that are not there yet.

    One query where all of them are known, and no question to the storage: whoever goes on with a download that was cut
    reads of it only what lies in the range.
    """
    sums = {each.name: each for each in FileSum.objects.filter(name__in=files.values())}
    if len(sums) < len(set(files.values())):
        make()
    return [_member(name, sums.get(stored) or _summed(stored)) for name, stored in files.items()]


def _member(name: str, known: FileSum) -> Member:
    def read(first: int, length: int) -> Iterator[bytes]:
        return media.read_stored(known.name, first, length)

    return Member(name, known.size_bytes, known.crc32, read)


def _summed(stored: str) -> FileSum:
    crc, size = 0, media.stored_size(stored)
    for block in media.read_stored(stored, 0, size):
        crc = zlib.crc32(block, crc)
    return FileSum.objects.get_or_create(name=stored, defaults={"size_bytes": size, "crc32": crc})[0]


def _text(name: str, text: str) -> Member:
    data = text.encode()
    return Member(name, len(data), zlib.crc32(data), bytes_reader(data))


def _source(name: str) -> bytes:
    found = finders.find(name)
    if not isinstance(found, str):
        raise FileNotFoundError(name)
    return Path(found).read_bytes()


def _static(name: str, source: str) -> Member:
    data = _source(source)
    return Member(name, len(data), zlib.crc32(data), bytes_reader(data))


def _script(value: object) -> str:
    """Return a value as script: JSON, without what ends a script or a line in it for old readers."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign, escaped in (("<", "\\u003c"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029")):
        text = text.replace(sign, escaped)
    return text
