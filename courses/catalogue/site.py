"""The page tree that the site stands on, and the topics of the county training: made once, found again afterwards."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from wagtail.models import Locale, Page, Site

from courses.catalogue import workflow
from courses.catalogue.cms.editors import ensure_editors
from courses.catalogue.models import CourseIndexPage, HomePage, LectureIndexPage, LocalisedPage, Topic
from qianchang.groundwork import audit

IndexPage = TypeVar("IndexPage", bound=LocalisedPage)

# Editors read it where they move a page.
ROOT_TITLE = "全站"
TOPICS_FILE = Path(__file__).with_name("topics.json")


@dataclass(frozen=True)
class SitePages:
    """The fixed pages of the site, and how many rows this call made (0: everything was there)."""

    home: HomePage
    lectures: LectureIndexPage
    courses: CourseIndexPage
    topics: int
    made: int


@transaction.atomic
def ensure_site(*, at: datetime) -> SitePages:
    """Make what is missing of the root, the home page, the two indexes, Wagtail's site and the topics.

    Titles and introductions that an editor changed stay as they are. Wagtail's own welcome page is taken away.
    Source of the topics: topics.json, which quotes the notice they come from.
    """
    Locale.objects.get_or_create(language_code=settings.LANGUAGE_CODE)
    root = Page.get_first_root_node() or Page.add_root(title=ROOT_TITLE, slug="root")
    Page.objects.filter(pk=root.pk, title="Root").update(title=ROOT_TITLE, draft_title=ROOT_TITLE)
    made = 0
    home = HomePage.objects.first()
    if home is None:
        _take_welcome_page_away(root)
        home = HomePage(
            title="千场",
            title_en="Qianchang",
            slug="home",
            introduction="支援律师协会把讲座送到西部和县域。目录谁都能看，律师登录后学习、记学时。",
            introduction_en="Lectures that associations give to the west and to the counties, and the hours they earn.",
        )
        Page.objects.get(pk=root.pk).add_child(instance=home)
        made += 1
    lectures, lectures_made = _child(
        home, LectureIndexPage, title="讲座目录", title_en="Lectures", slug="lectures"
    )
    courses, courses_made = _child(home, CourseIndexPage, title="课程", title_en="Courses", slug="courses")
    made += lectures_made + courses_made + _ensure_wagtail_site(home) + _ensure_topics()
    made += ensure_editors(home, on=timezone.localdate(at))
    workflow.ensure_workflow()
    if made:
        audit.record("ensure site", object_type="site", object_key="default", by=None, at=at, made=made)
    return SitePages(home=home, lectures=lectures, courses=courses, topics=Topic.objects.count(), made=made)


def _take_welcome_page_away(root: Page) -> None:
    for page in root.get_children().filter(slug="home"):
        if page.specific_class is Page:
            Site.objects.filter(root_page=page).delete()
            page.delete()


def _child(
    parent: HomePage, model: type[IndexPage], *, title: str, title_en: str, slug: str
) -> tuple[IndexPage, int]:
    existing = model.objects.first()
    if existing is not None:
        return existing, 0
    page = model(title=title, title_en=title_en, slug=slug)
    HomePage.objects.get(pk=parent.pk).add_child(instance=page)
    return page, 1


def _ensure_wagtail_site(home: HomePage) -> int:
    _site, made = Site.objects.get_or_create(
        is_default_site=True,
        defaults={
            "hostname": "localhost",
            "port": 80,
            "root_page": home,
            "site_name": settings.WAGTAIL_SITE_NAME,
        },
    )
    return int(made)


def _ensure_topics() -> int:
    facts = json.loads(TOPICS_FILE.read_text(encoding="utf-8"))
    made = 0
    for position, topic in enumerate([*facts["business_topics"], *facts["management_topics"]], start=1):
        _row, new = Topic.objects.get_or_create(
            code=topic["code"],
            defaults={
                "name_zh": topic["name_zh"],
                "name_en": topic["name_en"],
                "position": position,
                "source": facts["source"],
                "quote": topic["quote"],
            },
        )
        made += new
    return made
