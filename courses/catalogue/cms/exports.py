"""Lists of the admin as files: through the tables of groundwork, in which nothing is ever run, and in the audit log."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.catalogue.cms.lecture_facts import Fact
from qianchang.groundwork import audit, tables


class NeutralExport:
    """Replaces the file of a Wagtail list by ours: the title and the facts of the list, as it is filtered now."""

    facts: Sequence[Fact] = ()
    request: HttpRequest
    # Wagtail offers the file of a list that names something here; what is in it are the facts.
    list_export = ("title",)

    def as_spreadsheet(self, queryset: QuerySet[Any], spreadsheet_format: str) -> HttpResponse:
        """Return the file. `spreadsheet_format` is csv or xlsx."""
        at = timezone.now()
        headings = [_("Title"), *(str(fact.label) for fact in self.facts)]
        rows = [
            [each.title, *(_cell(fact.read(each)) for fact in self.facts)]
            for each in self.completed(queryset)
        ]
        name: str = self.get_filename()  # type: ignore[attr-defined]  # of Wagtail's view
        audit.record(
            "exported", object_type="list", object_key=name, by=self.request.user, at=at, rows=len(rows)
        )
        as_excel = spreadsheet_format == "xlsx"
        content = tables.as_xlsx(headings, rows, name=name) if as_excel else tables.as_csv(headings, rows)
        response = HttpResponse(content, content_type=tables.XLSX if as_excel else tables.CSV)
        file = f"{name}-{timezone.localdate(at):%Y%m%d}.{spreadsheet_format}"
        response.headers["Content-Disposition"] = f'attachment; filename="{file}"'
        return response

    def completed(self, rows: Iterable[Any]) -> list[Any]:
        """Return the rows with what the facts need of other rooms."""
        return list(rows)


def _cell(value: Any) -> tables.Cell:
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    return value if isinstance(value, int | float) or value is None else str(value)
