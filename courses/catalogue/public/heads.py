"""What search engines and messengers are told of a public page: its words, its one address, its twin in the other
language. Nothing is fetched from elsewhere.
"""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.template import Context
from django.utils.encoding import escape_uri_path
from django.utils.html import strip_tags
from django.utils.text import Truncator

from courses.catalogue.models import LecturePage, LocalisedPage, NewsPage

DESCRIPTION_LETTERS = 120


@dataclass(frozen=True)
class Described:
    """The words of a public page that is not Wagtail's. `kind` is its type in the Open Graph."""

    title: str
    description: str
    kind: str = "website"


@dataclass(frozen=True)
class Head:
    """`canonical` and the addresses of `twins` (language, address) are whole addresses of this site."""

    title: str
    description: str
    kind: str
    canonical: str
    twins: tuple[tuple[str, str], ...]
    default: str


def head_of(context: Context) -> Head | None:
    """Return what the head of a page says, None for pages that are not public: desks, forms and one's own pages."""
    request = context.get("request")
    described = context.get("described") or _words_of(context.get("page"))
    if not isinstance(request, HttpRequest) or described is None:
        return None
    path = escape_uri_path(request.path)
    number = request.GET.get("page", "")
    tail = f"?page={number}" if number.isdecimal() and int(number) > 1 else ""
    return Head(
        title=described.title,
        description=Truncator(" ".join(strip_tags(described.description).split())).chars(DESCRIPTION_LETTERS),
        kind=described.kind,
        canonical=settings.SITE_ROOT_URL + path + tail,
        twins=tuple(
            (
                "zh-CN" if code == settings.LANGUAGE_CODE else code,
                settings.SITE_ROOT_URL + twin(path, code) + tail,
            )
            for code, _name in settings.LANGUAGES
        ),
        default=settings.SITE_ROOT_URL + twin(path, settings.LANGUAGE_CODE) + tail,
    )


def twin(path: str, language: str) -> str:
    """Return the address of a public page in a language: Chinese as it is, others under their prefix."""
    bare = path
    for code, _name in settings.LANGUAGES:
        if path.startswith(f"/{code}/"):
            bare = path[len(code) + 1 :]
    return bare if language == settings.LANGUAGE_CODE else f"/{language}{bare}"


def _words_of(page: object) -> Described | None:
    if not isinstance(page, LocalisedPage) or not page.live:
        return None
    kind = "article" if isinstance(page, LecturePage | NewsPage) else "website"
    return Described(
        page.seo_title or page.localised_title, page.search_description or page.localised_introduction, kind
    )
