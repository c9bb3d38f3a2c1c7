"""Pages of every kind for the tests of the admin."""

from wagtail.models import Page

from courses.catalogue.models import (
    AboutPage,
    HelpIndexPage,
    HelpPage,
    HomePage,
    LocalisedPage,
    NewsIndexPage,
    NewsPage,
)


def ensure_page(model: type[LocalisedPage], parent: type[Page], **values: object) -> LocalisedPage:
    """Return the page of this kind that there is, or one below the page of the other kind."""
    found = model.objects.first()
    if found is None:
        found = model(**values)
        parent.objects.get().add_child(instance=found)
    page: LocalisedPage = found
    return page


def add_news(title: str) -> LocalisedPage:
    """Return a new piece of news."""
    index = ensure_page(NewsIndexPage, HomePage, title="通知", slug="news")
    page: LocalisedPage = index.add_child(instance=NewsPage(title=title))
    return page


def ensure_articles() -> None:
    """Make one piece of news, one help page, the page about the site, and what they stand in."""
    add_news("通知一则")
    ensure_page(HelpIndexPage, HomePage, title="帮助", slug="help")
    ensure_page(HelpPage, HelpIndexPage, title="播放器按键", slug="keys")
    ensure_page(AboutPage, HomePage, title="关于", slug="about")
