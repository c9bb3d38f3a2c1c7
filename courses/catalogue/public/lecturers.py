"""The pages of lecturers (讲师): who gave a lecture that the reader may know of, and nobody else.

A lecturer's consent stands with each lecture: without a published one there is no page.
"""

from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from courses.catalogue import queries, rows
from courses.catalogue.models import LecturePage, Lecturer
from courses.catalogue.public.heads import Described
from qianchang.groundwork.personal_data import ERASED

LECTURERS_A_PAGE = 40
LECTURES_A_PAGE = 20


def lecturers_of(lectures: QuerySet[LecturePage]) -> QuerySet[Lecturer]:
    """The lecturers of these lectures, by name. Whoever was erased has no page any more."""
    given = LecturePage.lecturers.through.objects.filter(lecturepage__in=lectures)
    return (
        Lecturer.objects.filter(pk__in=given.values("lecturer"))
        .exclude(name=ERASED)
        .select_related("association")
        .order_by("name", "pk")
    )


@require_safe
def lecturers(request: HttpRequest) -> HttpResponse:
    """All lecturers with how many lectures each gave."""
    visible = queries.visible_lectures(request)
    page = Paginator(lecturers_of(visible), LECTURERS_A_PAGE).get_page(request.GET.get("page"))
    given = LecturePage.lecturers.through.objects.filter(
        lecturepage__in=visible, lecturer__in=[lecturer.pk for lecturer in page]
    )
    counts = dict(given.values_list("lecturer").annotate(many=Count("pk")).values_list("lecturer", "many"))
    context = {
        "found": page,
        "lines": [(lecturer, counts.get(lecturer.pk, 0)) for lecturer in page],
        "described": Described(
            _("Our lecturers"), _("Lawyers who give lectures to the west and to the counties.")
        ),
    }
    return render(request, "courses/catalogue/public/lecturers.html", context)


@require_safe
def lecturer(request: HttpRequest, slug: str) -> HttpResponse:
    """One lecturer with the lectures that the reader may know of, newest first."""
    visible = queries.visible_lectures(request)
    found = get_object_or_404(lecturers_of(visible), slug=slug)
    given = queries.with_row_parts(visible.filter(lecturers=found)).order_by("-first_published_at", "-pk")
    page = Paginator(given, LECTURES_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "lecturer": found,
        "found": page,
        "rows": rows.lecture_rows(list(page), request),
        "described": Described(
            found.localised_name, found.localised_introduction or found.association.name, kind="profile"
        ),
    }
    return render(request, "courses/catalogue/public/lecturer.html", context)
