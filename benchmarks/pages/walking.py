"""Finds every public page as a guest does, by links, one of each kind, and weighs it as it is sent."""

import gzip
import http.client
import re
import statistics
import time
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import quote, unquote, urljoin, urlsplit

from django.urls import Resolver404, resolve

STARTS = (
    "/",
    "/lectures/?q=" + quote("医疗纠纷"),
    "/lectures/?q=" + quote("没有这样的讲座"),
    "/lectures/?topic=criminal&sort=data",
    "/sessions/",
    "/lecturers/",
    "/verify/QC-2026-0000-0000/",
    "/compat/",
    "/account/activate/",
    "/en/",
    "/en/lectures/?q=WTO",
    "/lectures/feed/",
    "/sessions/calendar.ics",
    "/sitemap.xml",
    "/robots.txt",
)
ASKED = 15
_FONT = re.compile(rb"@font-face|\.(?:woff2?|ttf|otf|eot)\b")


class _Parts(HTMLParser):
    """What a page links to and what it loads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.styles: list[str] = []
        self.scripts: list[str] = []
        self.pictures: list[tuple[str, bool]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if tag == "a" and known.get("href"):
            self.links.append(known["href"])
        elif tag == "link" and known.get("rel") == "stylesheet":
            self.styles.append(known["href"])
        elif tag == "script" and known.get("src"):
            self.scripts.append(known["src"])
        elif tag == "img":
            self.pictures.append((known.get("src", ""), known.get("loading") == "lazy"))


@dataclass
class Weighed:
    """One page: its kind, how it is asked for, and what it costs. Bytes as sent; milliseconds."""

    kind: str
    path: str
    status: int
    is_html: bool
    html_bytes: int
    median_ms: float
    worst_ms: float
    style_bytes: list[int] = field(default_factory=list)
    fonts: int = 0
    scripts: int = 0
    picture_bytes: list[int] = field(default_factory=list)
    pictures_not_lazy: int = 0
    pictures_in_data_saver: int = 0

    @property
    def is_search(self) -> bool:
        return "q=" in self.path


class Guest:
    """One guest on one connection, who takes what is packed."""

    def __init__(self, host: str) -> None:
        self._line = http.client.HTTPConnection(host, timeout=60)
        self._sizes: dict[str, tuple[int, bytes]] = {}

    def ask(self, path: str, **headers: str) -> tuple[http.client.HTTPResponse, bytes, float]:
        """Return the answer, its body as it was sent, and how long it took (ms)."""
        began = time.perf_counter()
        self._line.request("GET", path, headers={"Accept-Encoding": "gzip", **headers})
        answer = self._line.getresponse()
        body = answer.read()
        return answer, body, (time.perf_counter() - began) * 1000

    def size(self, path: str) -> tuple[int, bytes]:
        """Return how much a file weighs as sent, and what is in it. Asked once."""
        if path not in self._sizes:
            answer, body, _ms = self.ask(path)
            self._sizes[path] = (len(body), _plain(answer, body))
        return self._sizes[path]


def walk(host: str) -> list[Weighed]:
    """Return every kind of page that a guest reaches."""
    guest = Guest(host)
    waiting, seen = list(STARTS), set()
    pages: list[Weighed] = []
    while waiting:
        path = waiting.pop(0)
        kind = _kind(path)
        if kind in seen:
            continue
        answer, body, _ms = guest.ask(path)
        if answer.status in (301, 302):
            waiting.append(_own(host, path, answer.headers["Location"]) or "")
            seen.add(kind)
            continue
        if answer.status >= 500:
            raise RuntimeError(f"{path} answers {answer.status}")
        seen.add(kind)
        is_html = answer.headers.get_content_type() == "text/html"
        pages.append(_weigh(guest, kind, path, answer, body))
        if is_html:
            parts = _Parts(_plain(answer, body).decode())
            waiting += [own for link in parts.links if (own := _own(host, path, link))]
    return sorted(pages, key=lambda page: page.kind)


def _weigh(guest: Guest, kind: str, path: str, answer: http.client.HTTPResponse, body: bytes) -> Weighed:
    taken = sorted(guest.ask(path)[2] for _each in range(ASKED))
    page = Weighed(
        kind=kind,
        path=path,
        status=answer.status,
        is_html=answer.headers.get_content_type() == "text/html",
        html_bytes=len(body),
        median_ms=statistics.median(taken),
        worst_ms=taken[-1],
    )
    if page.is_html:
        parts = _Parts(_plain(answer, body).decode())
        styles = [guest.size(style) for style in parts.styles]
        page.style_bytes = [size for size, _text in styles]
        page.fonts = sum(len(_FONT.findall(text)) for _size, text in styles)
        page.scripts = len(parts.scripts)
        from qianchang.people.viewer import DATA_SAVER_COOKIE  # needs the apps, which a run starts first

        # Pictures come to whoever turned data saver off.
        page.pictures_in_data_saver = len(parts.pictures)
        whole, body, _ms = guest.ask(path, Cookie=f"{DATA_SAVER_COOKIE}=off")
        shown = _Parts(_plain(whole, body).decode()).pictures
        page.picture_bytes = [guest.size(src)[0] for src, _lazy in shown if src]
        page.pictures_not_lazy = sum(not lazy for _src, lazy in shown)
    return page


def _plain(answer: http.client.HTTPResponse, body: bytes) -> bytes:
    return gzip.decompress(body) if answer.headers.get("Content-Encoding") == "gzip" else body


def _own(host: str, here: str, link: str) -> str | None:
    whole = urlsplit(urljoin(f"http://{host}{here}", link))
    if whole.netloc != host:
        return None
    return quote(whole.path, safe="/%") + (f"?{whole.query}" if whole.query else "")


def _kind(path: str) -> str:
    """Return the name of the view, and of a page of the tree its section and depth; a search is a kind of its own."""
    bare, _mark, query = path.partition("?")
    parts = [part for part in bare.split("/") if part]
    try:
        # As the web server hands it over: the address of a lecture has Chinese in it.
        name = resolve(unquote(bare)).view_name or "page"
    except Resolver404:
        name = "no page"
    english = "en " if parts[:1] == ["en"] else ""
    parts = parts[1:] if english else parts
    if name in ("wagtail_serve", "page_below", "page"):
        name = " ".join([*parts[:1], "below" if len(parts) > 1 else ""]).strip() or "home"
    asked = query.split("=")[0] if query and (path in STARTS) else ""
    nothing = " nothing" if quote("没有") in query else ""
    return f"{english}{name}{f' ?{asked}' if asked else ''}{nothing}"
