"""The data part of a disc: what a computer finds on it beside the film. Slides as PDF, the transcript as HTML and text,
the blank sign-in sheet of each session, the guide, and a checksum of every file.
"""

import hashlib
import io
import re
from pathlib import Path
from uuid import UUID

from django.template.loader import render_to_string
from django.utils import translation
from PIL import Image

from courses.catalogue.transcript import Section, transcript
from courses.discs import making, printing, registries
from courses.discs.models import Disc, MasterLecture
from courses.discs.printing import LANGUAGE
from media_pipeline import api as media
from qianchang.people.walls import as_platform

SUMS = "SHA256SUMS.txt"
_JPEG_QUALITY = 85
# What no file system of a PC takes in a name.
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f<>:"/\\|?*]')
_LONGEST_NAME = 40


@as_platform("the worker writes a disc for whoever asked for it")
def write(public_id: UUID, folder: Path) -> None:
    """Write the data part of the disc with this image into an empty folder; nothing for an image of no disc."""
    rows = Disc.objects.select_related("master__maker", "region", "beneficiary__parent__parent")
    disc = rows.filter(image=public_id).first()
    if disc is None:
        return
    with translation.override(LANGUAGE):
        for lecture in disc.master.lectures.select_related("version__lecture").order_by("position"):
            _write_lecture(lecture, folder)
        _write_sheets(disc, folder)
        _keep(folder / "使用说明.pdf", printing.guide(disc))
    _write_sums(folder)


def _write_lecture(row: MasterLecture, folder: Path) -> None:
    version, title = row.version, row.version.lecture.title
    name = f"{row.position:02d} {safe_name(title)}"
    write_slides(version.recording_id, folder / "课件" / f"{name}.pdf")
    read = transcript(version.recording_id, duration_ms=version.length_ms)
    if not read.source:
        return
    context = {"title": title, "sections": [(clock(each.from_ms), each) for each in read.sections]}
    html = render_to_string("courses/discs/transcript.html", context)
    _keep(folder / "文字稿" / f"{name}.html", html.encode())
    # Old editors of Windows take a text for UTF-8 only with its mark, and lines only with both signs.
    _keep(folder / "文字稿" / f"{name}.txt", plain(title, read.sections).encode("utf-8-sig"))


def write_slides(recording_id: int, path: Path) -> int:
    """Write the slide pictures of a recording as one PDF, a page each, and return how many; no file for none.

    One picture at a time: a lecture of three hours has hundreds.
    """
    pages = 0
    media.make_slide_files(recording_id)
    for name in media.slide_files_of(recording_id).values():
        content = b"".join(media.read_stored(name, 0, media.stored_size(name)))
        path.parent.mkdir(parents=True, exist_ok=True)
        with Image.open(io.BytesIO(content)) as picture:
            picture.convert("RGB").save(path, "PDF", append=pages > 0, quality=_JPEG_QUALITY, resolution=96)
        pages += 1
    return pages


def plain(title: str, sections: list[Section]) -> str:
    """Return a transcript as plain text with its times."""
    lines = [title, ""]
    for section in sections:
        lines += [f"[{clock(section.from_ms)}] {section.title}".rstrip(), ""]
        for paragraph in section.paragraphs:
            lines += [paragraph.text, ""]
    return "\r\n".join(lines)


def _write_sheets(disc: Disc, folder: Path) -> None:
    for session in making.sessions_for(disc):
        sheet = registries.blank_sheet(disc, session)
        if sheet is not None:
            _keep(folder / "签到表" / f"{safe_name(session.code)}.pdf", sheet)


def _write_sums(folder: Path) -> None:
    found = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != SUMS)
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n"
        for path in found
    ]
    _keep(folder / SUMS, "".join(lines).encode())


def _keep(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def safe_name(title: str) -> str:
    """Return a title as a name of a file on every PC: without the signs that Windows refuses, and not too long."""
    return " ".join(_NOT_IN_NAMES.sub(" ", title).split())[:_LONGEST_NAME].rstrip(" .") or "-"


def clock(ms: int) -> str:
    """Return a time of a recording as people read it: 1:02:03."""
    seconds = ms // 1000
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
