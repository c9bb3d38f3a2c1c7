"""Addresses of the sign-in sheets."""

from django.urls import include, path

from courses.sheets import (
    kept_views,
    paper_views,
    review_views,
    screening_views,
    show_views,
    views,
)

app_name = "sheets"
_ONE = "office/sheets/<int:sheet>/"
urlpatterns = [
    path("office/screenings/", screening_views.screenings, name="screenings"),
    path("office/screenings/new/", screening_views.schedule, name="schedule"),
    # Where it stands is how far it reaches.
    path("office/sheets/worker.js", kept_views.worker, name="worker"),
    path(_ONE, views.sheet_page, name="sheet"),
    path(f"{_ONE}keyed/", views.keyed, name="keyed"),
    path(f"{_ONE}show/", show_views.show, name="show"),
    path(f"{_ONE}show/codes.vtt", show_views.codes, name="room_codes"),
    path(f"{_ONE}print/", paper_views.print_page, name="print"),
    path(f"{_ONE}template.xlsx", paper_views.template, name="template"),
    path(f"{_ONE}disc/", paper_views.disc, name="disc"),
    path(f"{_ONE}excel/", paper_views.excel, name="excel"),
    path(f"{_ONE}files/", paper_views.files, name="files"),
    path(f"{_ONE}files/<int:file>/", paper_views.file, name="file"),
    path(f"{_ONE}review/", review_views.review, name="review"),
    path(f"{_ONE}conflict/", review_views.conflict, name="conflict"),
    path(f"{_ONE}withdraw/", review_views.withdraw, name="withdraw"),
    path(f"{_ONE}cancel/", review_views.cancel, name="cancel"),
    path("", include("courses.sheets.door.urls")),
]
