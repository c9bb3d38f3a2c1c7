"""Notices, help and about as a new site has them: made once, from first_pages.json; afterwards they are the editors'."""

import json
import uuid
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from courses.catalogue.models import (
    AboutPage,
    ArticlePage,
    HelpIndexPage,
    HelpPage,
    LocalisedPage,
    NewsIndexPage,
)
from courses.catalogue.site import ensure_site
from qianchang.groundwork import audit

FILE = Path(__file__).parents[1] / "first_pages.json"
WORDS = ("slug", "title", "title_en", "introduction", "introduction_en")


@transaction.atomic
def ensure_first_pages(*, at: datetime) -> int:
    """Make what is missing of the three pages below the home page, and return how many pages were made.

    The single help pages come with their index and never again: whatever editors change or take away stays so.
    """
    home = ensure_site(at=at).home
    written = json.loads(FILE.read_text(encoding="utf-8"))
    made = 0
    if not NewsIndexPage.objects.exists():
        _add(home, _page(NewsIndexPage, written["news"]))
        made += 1
    if not HelpIndexPage.objects.exists():
        index = _page(HelpIndexPage, written["help"])
        _add(home, index)
        for each in written["help_pages"]:
            _add(index, _article(HelpPage, each))
        made += 1 + len(written["help_pages"])
    if not AboutPage.objects.exists():
        _add(home, _article(AboutPage, written["about"]))
        made += 1
    if made:
        audit.record(
            "ensure first pages", object_type="site", object_key="default", by=None, at=at, made=made
        )
    return made


def _add(parent: LocalisedPage, page: LocalisedPage) -> None:
    # Read anew: adding a child changes numbers of the parent that this copy does not know.
    type(parent).objects.get(pk=parent.pk).add_child(instance=page)
    page.save_revision().publish()


def _page(model: type[LocalisedPage], words: dict[str, Any]) -> LocalisedPage:
    return model(**{name: words[name] for name in WORDS})


def _article(model: type[ArticlePage], words: dict[str, Any]) -> ArticlePage:
    bodies = {name: json.dumps([_block(*block) for block in words[name]]) for name in ("body", "body_en")}
    return model(**{name: words[name] for name in WORDS}, **bodies)


def _block(kind: str, said: Any) -> dict[str, Any]:
    """One block as StreamField stores it, from the short way in which the file writes it."""
    value = said
    if kind == "list":
        value = [_item(line) for line in said]
    elif kind == "steps":
        value = [_item({"what": what, "more": more}) for what, more in said]
    elif kind == "table":
        value = {
            "caption": said["caption"],
            "columns": [{"type": "text", "heading": heading} for heading in said["columns"]],
            "rows": [{"values": row} for row in said["rows"]],
        }
    return {"type": kind, "value": value}


def _item(value: Any) -> dict[str, Any]:
    return {"type": "item", "value": value, "id": str(uuid.uuid4())}
