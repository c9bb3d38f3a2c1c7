"""Columns of the admin's tables, made from facts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column
from wagtail.admin.ui.tables.pages import BulkActionsColumn, PageTitleColumn

from courses.catalogue.cms.lecture_facts import Fact


class FactColumn(Column):
    """A column that shows a fact; a time is shown as day and minute here, in the file and in every language alike."""

    def get_value(self, instance: Any) -> Any:
        value = super().get_value(instance)
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M") if isinstance(value, datetime) else value


def columns_of(facts: Sequence[Fact], *, bulk: bool = False) -> list[Any]:
    """Return the title and one column for each fact, with the boxes of actions on many pages before them."""
    boxes = [BulkActionsColumn("bulk_actions")] if bulk else []
    title = PageTitleColumn("title", label=gettext_lazy("Title"), sort_key="title", classname="title")
    return [
        *boxes,
        title,
        *(
            FactColumn(fact.name, label=fact.label, accessor=fact.read, sort_key=fact.sort_key or None)
            for fact in facts
        ),
    ]
