"""Every page of the admin that an editor or an administrator can reach by links answers, and says nothing in English."""

import json
import re
from html.parser import HTMLParser

import pytest
from django.urls import Resolver404, resolve
from wagtail.models import Collection

from courses.catalogue.models import Topic
from qianchang.people.models import Account
from tests.courses.catalogue.cms.pages import ensure_articles
from tests.courses.factories import make_course, make_lecture_in_review, make_published_lecture

# Names, abbreviations and kinds of files that are the same in Chinese, and addresses.
SAME = {
    "Wagtail", "DVD", "URL", "HTML", "PDF", "XLSX", "CSV", "CSS", "ID", "Excel", "Word", "AVIF", "JPG", "JPEG", "PNG",
    "WebP", "WEBP", "GIF", "SVG", "DOCX", "PPTX", "MB", "GB", "KB", "px", "Esc", "Ctrl", "Shift", "Enter", "Alt", "Tab",
    "JavaScript", "English", "UTC", "Asia", "Shanghai", "Urumqi", "jpg", "jpeg", "png", "webp", "pdf", "docx", "xlsx",
    "pptx",
    # In the counters of side panels, which are hidden until they count something.
    "None",
}  # fmt: skip
# Addresses, codes and what stands in English because it is: English titles, codes of topics, names of accounts.
DATA = re.compile(
    r"https?://\S+|/[\w/.-]+|[\w.-]+@[\w.-]+|CN-[\w-]+|\b[a-z]+(?:-[a-z]+)+\b|Lectures that associations [^。]*\."
)
# User names of lawyers are their licence numbers, which nobody sees whole here.
LICENCE = re.compile(r"(?<!\d)\d{17}(?!\d)")
WORD = re.compile(r"[A-Za-z]{2,}")
SPOKEN = ("title", "aria-label", "placeholder", "alt")
# Ends the visit; and files.
LEAVES = ("/cms/logout/",)


class Page(HTMLParser):
    """What a page says and where it leads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.links: list[str] = []
        self.kind = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        known = dict(attrs)
        if tag in ("script", "style", "noscript", "svg"):
            self.kind = tag
            self.props = known.get("id") == "wagtail-sidebar-props"
        self.said += [known[name] for name in SPOKEN if known.get(name)]
        if tag == "input" and known.get("type") in ("submit", "button"):
            self.said += [known["value"]] if known.get("value") else []
        for name in ("href", "data-url"):
            if (known.get(name) or "").startswith("/cms/"):
                self.links.append(known[name])

    def handle_endtag(self, tag):
        if tag == self.kind:
            self.kind = ""

    def handle_data(self, data):
        if not self.kind:
            self.said.append(data)
        elif self.kind == "script" and self.props:
            self.menu(json.loads(data))

    def menu(self, part):
        """The labels and addresses of the menu, which a script draws."""
        if isinstance(part, dict):
            for name, value in part.items():
                if name in ("label", "page_description") and isinstance(value, str):
                    self.said.append(value)
                elif name == "url" and isinstance(value, str) and value.startswith("/cms/"):
                    self.links.append(value)
                else:
                    self.menu(value)
        elif isinstance(part, list):
            for each in part:
                self.menu(each)

    @property
    def english(self) -> set[str]:
        words = {word for text in self.said for word in WORD.findall(DATA.sub(" ", text))}
        return words - SAME


def kind_of(path: str) -> str | None:
    try:
        found = resolve(path)
    except Resolver404:
        return None
    return f"{found.view_name} {getattr(found.func, 'view_class', '')}"


@pytest.fixture
def full_site(world):
    lecture = make_published_lecture(world, title="工伤认定", released_to=None)
    make_lecture_in_review(world, title="等审核的讲座")
    make_course(world, [lecture])
    ensure_articles()
    for page in (lecture, lecture.get_parent().specific):
        page.save_revision(user=world.editor)
    assert Collection.get_first_root_node() is not None
    return world


@pytest.mark.parametrize("who", ["editor", "administrator"])
def test_every_page_that_one_can_reach_answers_in_chinese(full_site, client_for, who):
    account = getattr(full_site, who)
    client = client_for(account)
    names = {word for each in Account.objects.all() for word in WORD.findall(f"{each} {each.get_username()}")}
    names |= {
        word for each in Topic.objects.values_list("name_en", "code") for word in WORD.findall(" ".join(each))
    }
    # One picture is added where a page chooses it; a script leads there.
    waiting, seen = ["/cms/", "/cms/images/add/"], {}
    faults: dict[str, set[str]] = {}
    while waiting:
        path = waiting.pop(0)
        bare = path.split("?")[0].split("#")[0]
        kind = kind_of(bare)
        if kind is None or kind in seen or bare.startswith(LEAVES) or "export=" in path:
            continue
        answer = client.get(path)
        if answer.status_code == 302:
            waiting.append(answer["Location"])
            continue
        seen[kind] = path
        assert answer.status_code == 200, path
        if not answer["Content-Type"].startswith("text/html"):
            continue
        html = answer.content.decode()
        assert not LICENCE.search(html), path
        page = Page(html)
        if wrong := page.english - names:
            faults[path] = wrong
        waiting += page.links
    assert not faults, "\n".join(f"{path}: {sorted(words)}" for path, words in faults.items())
    # The walk went everywhere: lists, reports, editing, history, comparison, pictures, files, snippets.
    reached = {each.split()[0] for each in seen}
    assert {
        "wagtailadmin_home", "lecture_listing:index", "course_listing:index", "news_listing:index", "help_listing:index",
        "lectures_without_transcript:index", "lectures_without_review:index", "lectures_without_reach:index",
        "wagtailadmin_pages:edit", "wagtailadmin_pages:history", "wagtailimages:index", "wagtailimages:add",
        "wagtaildocs:index", "wagtailsnippets_catalogue_topic:list", "wagtailsnippets_catalogue_lecturer:list",
        "wagtailsnippets_catalogue_topic:edit", "wagtailadmin_account", "wagtailadmin_explore",
        "wagtailadmin_reports:site_history",
    } <= reached, reached  # fmt: skip
