"""What editors write for everybody: notices and news, help, and the page about the site."""

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.timezone import localdate
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField, StreamValue

from courses.catalogue.blocks import ArticleBlocks
from courses.catalogue.models.localised import FixedPage, LocalisedPage


class ArticlePage(LocalisedPage):
    """A page whose text is written in blocks, in Chinese and, where somebody wrote it, in English."""

    body = StreamField(ArticleBlocks(), verbose_name=_("text"), blank=True, default=list)
    body_en = StreamField(ArticleBlocks(), verbose_name=_("English text"), blank=True, default=list)

    content_panels = [*LocalisedPage.content_panels, FieldPanel("body"), FieldPanel("body_en")]

    class Meta:
        abstract = True

    @property
    def localised_body(self) -> StreamValue:
        """The text in the reader's language, Chinese where there is no other."""
        return self.body_en if get_language() == "en" and self.body_en else self.body

    @property
    def in_chinese_only(self) -> bool:
        """Whether an English reader is shown the Chinese text."""
        return get_language() == "en" and not self.body_en

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from courses.catalogue.public import articles

        return {**super().get_context(request, *args, **kwargs), **articles.article(self, request)}


class NewsIndexPage(FixedPage):
    """All notices and news (通知), newest first."""

    template = "courses/catalogue/public/news_index.html"
    parent_page_types = ["catalogue.HomePage"]
    subpage_types = ["catalogue.NewsPage"]

    class Meta:
        verbose_name = _("list of news")
        verbose_name_plural = _("list of news")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from courses.catalogue.public import articles

        return {**super().get_context(request, *args, **kwargs), **articles.news_index(request)}


class NewsPage(ArticlePage):
    """One notice or piece of news. `date` is the day it stands under, which its editor chooses."""

    date = models.DateField(_("date"), default=localdate, db_index=True)

    content_panels = [
        *LocalisedPage.content_panels,
        FieldPanel("date"),
        FieldPanel("body"),
        FieldPanel("body_en"),
    ]
    template = "courses/catalogue/public/article.html"
    parent_page_types = ["catalogue.NewsIndexPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("news")
        verbose_name_plural = _("news")


class HelpIndexPage(FixedPage):
    """All help pages (帮助), in the order that editors gave them."""

    template = "courses/catalogue/public/help_index.html"
    parent_page_types = ["catalogue.HomePage"]
    subpage_types = ["catalogue.HelpPage"]

    class Meta:
        verbose_name = _("list of help pages")
        verbose_name_plural = _("list of help pages")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from courses.catalogue.public import articles

        return {**super().get_context(request, *args, **kwargs), **articles.help_index(request)}


class HelpPage(ArticlePage):
    """How to do one thing here."""

    template = "courses/catalogue/public/article.html"
    parent_page_types = ["catalogue.HelpIndexPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("help page")
        verbose_name_plural = _("help page")


class AboutPage(ArticlePage):
    """What the site is, and whose (关于)."""

    max_count = 1
    template = "courses/catalogue/public/article.html"
    parent_page_types = ["catalogue.HomePage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("page about the site")
        verbose_name_plural = _("page about the site")
