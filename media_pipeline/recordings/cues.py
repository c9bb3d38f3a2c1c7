"""Caption text: reading what an expert's file says, telling where it is wrong, and writing our own WebVTT.

Pure: text in, cues out. Times are milliseconds from the start of the recording.
"""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import webvtt
from django.utils.translation import gettext as _

MAX_BYTES = 2_000_000
MAX_CUES = 10_000
MAX_CUE_CHARACTERS = 1000
# A cue may overhang the end by this much: players and editors round differently. It is cut there.
OVERHANG_MS = 2000
ENCODINGS = ("utf-8-sig", "gb18030")

_ARROW = "-->"
_TAG = re.compile(r"<(/?)([A-Za-z0-9:.]+)(?:[\s/][^<>]*)?>")
_TIME = re.compile(r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,3}))?")
_KEPT_TAGS = ("b", "i", "u")
# Markup of WebVTT, SRT and the web that goes. Anything else between < and > is what the expert said: <A>, <附件2>.
_DROPPED_TAGS = re.compile(
    r"a|c|v|lang|ruby|rt|font|span|div|p|br|s|em|strong|img|script|style|iframe|svg|html|body"
)
_NOT_CUES = ("NOTE", "STYLE", "REGION")


class CaptionsRefused(Exception):
    """The captions cannot be taken like this. The text says where and what to do."""


@dataclass(frozen=True)
class Cue:
    """One caption: its text is escaped as WebVTT wants it and has no markup but b, i and u."""

    from_ms: int
    until_ms: int
    text: str

    @property
    def plain(self) -> str:
        """The text as people read it: no markup, lines kept."""
        return html.unescape(_TAG.sub("", self.text))

    @property
    def typed(self) -> str:
        """The text as people type it: b, i and u stand in it, and nothing is escaped but where it would then be read as
        markup. Saved as it stands it is the same caption again.
        """
        plainly = html.unescape(self.text)
        return plainly if clean(plainly) == self.text else self.text


@dataclass(frozen=True)
class _Block:
    """The lines between two empty ones, and the number of the first."""

    line: int
    lines: list[str]


def decode(content: bytes) -> str:
    """Return the text of a caption file, whichever of the usual encodings it has. Raises CaptionsRefused."""
    if len(content) > MAX_BYTES:
        raise CaptionsRefused(
            _("The captions are larger than 2 MB. Choose the caption file, not the recording.")
        )
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", errors="replace")
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CaptionsRefused(_not_captions())


def parse(text: str, *, duration_ms: int) -> list[Cue]:
    """Read WebVTT or SRT and return its cues in order. Raises CaptionsRefused, naming the cue and the line."""
    if len(text.encode("utf-8", errors="replace")) > MAX_BYTES:
        raise CaptionsRefused(
            _("The captions are larger than 2 MB. Choose the caption file, not the recording.")
        )
    lines = (
        text.removeprefix("\ufeff")
        .replace("\0", "\ufffd")
        .replace("\r\n", "\n")
        .replace("\r", "\n")
        .split("\n")
    )
    blocks = list(_blocks(lines))
    if not blocks or not (_has_header(blocks[0]) or _is_srt(blocks[0])):
        raise CaptionsRefused(_not_captions())
    cues: list[Cue] = []
    for block in blocks[1:] if _has_header(blocks[0]) else blocks:
        if block.lines[0].split(" ")[0].split("\t")[0] in _NOT_CUES and _ARROW not in "".join(
            block.lines[:2]
        ):
            continue
        cue = _cue(block, number=len(cues) + 1)
        if cue.text:
            cues.append(_placed(cue, cues, duration_ms, line=block.line))
        if len(cues) > MAX_CUES:
            raise CaptionsRefused(_("There are more than 10,000 captions. Choose the right file."))
    if not cues:
        raise CaptionsRefused(_("There is no caption in this file. Choose another one."))
    return cues


def ordered(cues: Sequence[Cue], *, duration_ms: int) -> list[Cue]:
    """Return typed cues in the order of their times. Raises CaptionsRefused for one that ends before it begins,
    or lies beyond the end, or is too long.
    """
    placed: list[Cue] = []
    for cue in sorted(cues, key=lambda cue: (cue.from_ms, cue.until_ms)):
        placed.append(_placed(cue, placed, duration_ms))
    return placed


def read(vtt: str) -> list[Cue]:
    """Return the cues of a text that `write` wrote."""
    return [
        Cue(_milliseconds(caption.start), _milliseconds(caption.end), caption.raw_text)
        for caption in webvtt.from_string(vtt).captions
    ]


def write(cues: Sequence[Cue]) -> str:
    """Return cues as WebVTT: header, times and text, nothing else."""
    parts = ["WEBVTT\n"]
    parts += [f"{timestamp(cue.from_ms)} {_ARROW} {timestamp(cue.until_ms)}\n{cue.text}\n" for cue in cues]
    return "\n".join(parts)


def clean(text: str) -> str:
    """Return a cue's text with b, i and u (closed), without any other markup, everything else escaped, no empty line."""
    # WebVTT replaces the null character, and no database keeps one.
    text = text.replace("\0", "\ufffd")
    out: list[str] = []
    open_tags: list[str] = []
    at = 0
    for tag in _TAG.finditer(text):
        name = _tag_name(tag[2])
        if name is None:
            continue
        out.append(_escaped(text[at : tag.start()]))
        at = tag.end()
        if name not in _KEPT_TAGS:
            continue
        if not tag[1]:
            open_tags.append(name)
            out.append(f"<{name}>")
        elif name in open_tags:
            while True:
                last = open_tags.pop()
                out.append(f"</{last}>")
                if last == name:
                    break
    out.append(_escaped(text[at:]))
    out += [f"</{name}>" for name in reversed(open_tags)]
    lines = (" ".join(line.split()) for line in "".join(out).replace("\r", "\n").split("\n"))
    return "\n".join(line for line in lines if line)


def timestamp(ms: int) -> str:
    """Return a time as WebVTT writes it: 00:01:05.000."""
    seconds = ms // 1000
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{ms % 1000:03d}"


def read_time(text: str) -> int | None:
    """Return a typed time (1:05, 0:01:05.5, 00:01:05,500) in milliseconds; None for anything else."""
    match = _TIME.fullmatch(text.strip().replace("：", ":"))
    if match is None:
        return None
    hours, minutes, seconds = int(match[1] or 0), int(match[2]), int(match[3])
    if seconds > 59 or (match[1] and minutes > 59):
        return None
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + int((match[4] or "0").ljust(3, "0"))


def _blocks(lines: Sequence[str]) -> Iterator[_Block]:
    kept: list[str] = []
    for number, line in enumerate([*lines, ""], start=1):
        if line.strip():
            kept.append(line)
        elif kept:
            yield _Block(number - len(kept), kept)
            kept = []


def _has_header(block: _Block) -> bool:
    first = block.lines[0]
    return first == "WEBVTT" or first.startswith(("WEBVTT ", "WEBVTT\t"))


def _is_srt(block: _Block) -> bool:
    """SRT has no header: it begins with a number and a time."""
    return len(block.lines) > 1 and block.lines[0].strip().isdigit() and _ARROW in block.lines[1]


def _cue(block: _Block, *, number: int) -> Cue:
    """Let webvtt-py read one block. Here, because only we know at which line of the file it stands."""
    timing = next((at for at, line in enumerate(block.lines[:2]) if _ARROW in line), None)
    if timing is None:
        raise CaptionsRefused(
            _(
                "Line %(line)s: here is text without a time above it. Remove the empty line before it, or write its time."
            )
            % {"line": block.line}
        )
    times = re.sub(r"(?<=\d),(?=\d)", ".", block.lines[timing]).split()
    text = "\n".join(line.replace(_ARROW, "→") for line in block.lines[timing + 1 :])
    try:
        # Places and sizes that a cue asks for are left out: the player knows the reader's screen, the file does not.
        [caption] = webvtt.from_string(f"WEBVTT\n\n{' '.join(times[:3])}\n{text}\n").captions
    except (webvtt.errors.MalformedCaptionError, ValueError) as error:
        raise CaptionsRefused(
            _(
                "Caption %(number)s, line %(line)s: the time “%(time)s” cannot be read. "
                "Write it like 00:01:05.000 --> 00:01:09.500."
            )
            % {"number": number, "line": block.line + timing, "time": block.lines[timing].strip()[:60]}
        ) from error
    return Cue(_milliseconds(caption.start), _milliseconds(caption.end), clean(text))


def _tag_name(written: str) -> str | None:
    """Return which markup a tag is, "" for a moment of a karaoke caption; None when it is no markup but text."""
    if _TIME.fullmatch(written):
        return ""
    name = written.split(".")[0]
    # A single capital letter is an answer to choose far oftener than markup, unless it is what old SRT files have.
    if len(name) > 1 or name.lower() in _KEPT_TAGS:
        name = name.lower()
    return name if name in _KEPT_TAGS or _DROPPED_TAGS.fullmatch(name) else None


def _placed(cue: Cue, before: Sequence[Cue], duration_ms: int, *, line: int | None = None) -> Cue:
    """Return the cue cut at the end of the recording. Raises CaptionsRefused when its times are wrong or its text is
    longer than anybody could read.
    """
    where = {"number": len(before) + 1, "line": line}
    place = _("Caption %(number)s, line %(line)s:") if line else _("Caption %(number)s:")
    if cue.until_ms <= cue.from_ms:
        why = _("it ends before it begins. Correct one of its times.")
    elif before and cue.from_ms < before[-1].from_ms:
        why = _("it begins before the caption above it. Put the captions in order.")
    elif cue.from_ms >= duration_ms or cue.until_ms > duration_ms + OVERHANG_MS:
        why = _(
            "it is later than the end of the recording (%(end)s). Choose the captions of this recording."
        ) % {"end": timestamp(duration_ms)[:-4]}
    elif len(cue.typed) > MAX_CUE_CHARACTERS:
        why = _("it is longer than %(count)s characters. Cut it in two.") % {"count": MAX_CUE_CHARACTERS}
    else:
        return Cue(cue.from_ms, min(cue.until_ms, duration_ms), cue.text)
    raise CaptionsRefused(f"{place % where} {why}")


def _escaped(text: str) -> str:
    """Escape what WebVTT would read as markup; what was escaped before is not escaped twice."""
    return html.escape(html.unescape(text), quote=False)


def _milliseconds(time: str) -> int:
    found = read_time(time)
    if found is None:
        raise ValueError(time)
    return found


def _not_captions() -> str:
    return _(
        "This is not a caption file. A WebVTT file begins with the word WEBVTT, "
        "an SRT file with a number and a time. Save the captions as .vtt or .srt."
    )
