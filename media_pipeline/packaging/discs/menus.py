"""The menus of a disc: pages, buttons, where each leads, and the scripts that spumux and dvdauthor work by.

One root menu (title key): all lectures in a row, or one. One menu a lecture (menu key): play it, or begin at a slide.
The register g0 says that all are played; g1 says which comes next.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from media_pipeline.packaging.discs.spec import DiscLecture, DiscSpec

WIDTH, HEIGHT = 720, 576
LANGUAGE = "zh"
ROWS = 7
_LEFT, _RIGHT, _TOP, _STEP, _TALL = 48, 672, 128, 54, 46
_LAST_ROW = 470


@dataclass(frozen=True)
class Button:
    """One button: its name for the scripts, its words, its box (left, top, right, bottom: all even) and its command."""

    name: str
    text: str
    box: tuple[int, int, int, int]
    does: str
    aside: str = ""
    strong: bool = False


@dataclass(frozen=True)
class Page:
    """One page of a menu."""

    title: str
    subtitle: str
    foot: str
    buttons: tuple[Button, ...]


@dataclass(frozen=True)
class Title:
    """One lecture as it stands on the disc: its chapters `(ms, title)`, and how long it plays."""

    lecture: DiscLecture
    chapters: tuple[tuple[int, str], ...]
    length_ms: int


def root_pages(spec: DiscSpec, titles: Sequence[Title]) -> list[Page]:
    """Return the pages of the root menu."""
    entries = [
        _Entry("播放全部", "g0 = 1; jump title 1;", _length(sum(one.length_ms for one in titles)), True)
    ]
    for number, one in enumerate(titles, start=1):
        words = f"{number}  {one.lecture.title}"
        entries.append(_Entry(words, f"g0 = 0; jump titleset {number} menu;", _length(one.length_ms)))
    return _pages(
        spec.title,
        f"共 {len(titles)} 讲 · 光盘编号 {spec.serial}",
        entries,
        back="",
        page="jump vmgm menu {}",
    )


def lecture_pages(spec: DiscSpec, number: int, title: Title) -> list[Page]:
    """Return the pages of one lecture's menu."""
    entries = [_Entry("播放本讲", "g0 = 0; jump title 1;", _length(title.length_ms), True)]
    for place, (at_ms, words) in enumerate(title.chapters, start=1):
        text = f"{place}  {words or f'第 {place} 节'}"
        entries.append(_Entry(text, f"g0 = 0; jump title 1 chapter {place};", _clock(at_ms)))
    lecturer = title.lecture.lecturer
    subtitle = f"第 {number} 讲{f' · 主讲 {lecturer}' if lecturer else ''} · {len(title.chapters)} 节"
    back = "g0 = 0; jump vmgm menu 1;"
    return _pages(title.lecture.title, subtitle, entries, back=back, page="jump menu {}")


def overlay_script(page: Page, *, marked: str, pressed: str) -> str:
    """Return what spumux needs to lay a page's buttons over its stream."""
    lines = [
        '<subpictures format="PAL"><stream>',
        f'<spu start="00:00:00.00" force="yes" highlight={quoteattr(marked)} select={quoteattr(pressed)}>',
    ]
    names = [button.name for button in page.buttons]
    for place, button in enumerate(page.buttons):
        left, top, right, bottom = button.box
        above, below = names[place - 1], names[(place + 1) % len(names)]
        lines.append(
            f'<button name="{button.name}" x0="{left}" y0="{top}" x1="{right}" y1="{bottom}" '
            f'up="{above}" down="{below}" left="{above}" right="{below}"/>'
        )
    return "\n".join([*lines, "</spu></stream></subpictures>", ""])


def authoring_script(
    roots: Sequence[tuple[Page, str]], lectures: Sequence[tuple[Title, Sequence[tuple[Page, str]], str]]
) -> str:
    """Return what dvdauthor works by: the root menu's pages with their files, and of each lecture its title, its menu's
    pages with their files, and its own file.
    """
    lines = [
        "<dvdauthor>",
        "<vmgm>",
        "<fpc>g0 = 0; g1 = 0; jump vmgm menu 1;</fpc>",
        f'<menus lang="{LANGUAGE}">',
    ]
    lines.append('<video format="pal" aspect="4:3"/>')
    next_one = " ".join(
        f"if (g1 eq {number}) {{ g1 = 0; jump title {number}; }}" for number in range(2, len(lectures) + 1)
    )
    for place, (page, file) in enumerate(roots):
        lines += _menu_page(
            page, file, entry="title" if place == 0 else "", pre=next_one if place == 0 else ""
        )
    lines += ["</menus>", "</vmgm>"]
    for number, (title, pages, file) in enumerate(lectures, start=1):
        lines += ["<titleset>", f'<menus lang="{LANGUAGE}">', '<video format="pal" aspect="4:3"/>']
        for place, (page, page_file) in enumerate(pages):
            lines += _menu_page(page, page_file, entry="root" if place == 0 else "")
        marks = ",".join(_clock(at_ms, exact=True) for at_ms, _title in title.chapters)
        last = number == len(lectures)
        after = (
            "g0 = 0; call vmgm menu 1;"
            if last
            else f"if (g0 eq 1) {{ g1 = {number + 1}; call vmgm menu 1; }}"
        )
        lines += [
            "</menus>",
            "<titles>",
            '<video format="pal" aspect="16:9" widescreen="nopanscan"/>',
            f'<audio format="ac3" channels="2" lang="{LANGUAGE}"/>',
            "<pgc>",
            f"<vob file={quoteattr(file)} chapters={quoteattr(marks)}/>",
            f"<post>{after} call menu;</post>" if not last else f"<post>{after}</post>",
            "</pgc>",
            "</titles>",
            "</titleset>",
        ]
    return "\n".join([*lines, "</dvdauthor>", ""])


@dataclass(frozen=True)
class _Entry:
    text: str
    does: str
    aside: str = ""
    strong: bool = False


def _menu_page(page: Page, file: str, *, entry: str, pre: str = "") -> list[str]:
    lines = [f'<pgc entry="{entry}">' if entry else "<pgc>"]
    if pre:
        lines.append(f"<pre>{escape(pre)}</pre>")
    lines.append(f'<vob file={quoteattr(file)} pause="inf"/>')
    lines += [f'<button name="{button.name}">{escape(button.does)}</button>' for button in page.buttons]
    return [*lines, "</pgc>"]


def _pages(title: str, subtitle: str, entries: Sequence[_Entry], *, back: str, page: str) -> list[Page]:
    """`back`: the command that leads up, if any; `page`: the command that leads to page {}."""
    chunks = [entries[start : start + ROWS - 1] for start in range(0, len(entries), ROWS - 1)]
    if len(entries) <= ROWS - (1 if back else 0):
        chunks = [entries]
    made = []
    for place, chunk in enumerate(chunks, start=1):
        buttons = []
        for row, entry in enumerate(chunk):
            top = _TOP + row * _STEP
            box = (_LEFT, top, _RIGHT, top + _TALL)
            buttons.append(Button(f"b{row + 1}", entry.text, box, entry.does, entry.aside, entry.strong))
        steps = [("返回主菜单", back)] if back else []
        if len(chunks) > 1:
            steps += [("上一页", f"{page.format(place - 1)};")] if place > 1 else []
            steps += [("下一页", f"{page.format(place + 1)};")] if place < len(chunks) else []
        for number, (words, does) in enumerate(steps):
            left = _LEFT + number * 212
            box = (left, _LAST_ROW, left + 200, _LAST_ROW + _TALL)
            buttons.append(Button(f"s{number + 1}", words, box, does))
        foot = "用方向键选择，按确认键播放"
        if len(chunks) > 1:
            foot = f"第 {place} 页，共 {len(chunks)} 页 · {foot}"
        made.append(Page(title, subtitle, foot, tuple(buttons)))
    return made


def _length(length_ms: int) -> str:
    return f"{max(1, round(length_ms / 60_000))} 分钟"


def _clock(ms: int, *, exact: bool = False) -> str:
    seconds = ms // 1000
    clock = f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{clock}.{ms % 1000:03d}" if exact else clock
