"""Addresses under /office/roster/: the lawyers of an association's roster."""

from django.urls import path

from qianchang.people import firm_views, lawyer_views, slip_views
from qianchang.people.rosters import import_views, list_views, mend_views

app_name = "roster"

urlpatterns = [
    path("", list_views.roster, name="list"),
    path("export/", list_views.export, name="export"),
    path("lawyers/<int:pk>/show/", list_views.show, name="show"),
    path("import/", import_views.new_import, name="new_import"),
    path("import/<int:pk>/", import_views.one_import, name="import"),
    path("import/<int:pk>/columns/", import_views.match_columns, name="columns"),
    path("import/<int:pk>/rows/<int:row>/", mend_views.mend_row, name="row"),
    path("import/<int:pk>/act/", import_views.act, name="act"),
    path("import/<int:pk>/confirm/", import_views.confirm, name="confirm"),
    path("import/<int:pk>/faulty.xlsx", import_views.faulty_rows, name="faulty"),
    path("import/<int:pk>/missing/", import_views.missing_people, name="missing"),
    path("import/<int:pk>/activation/", import_views.activation, name="activation"),
    path("slips/", slip_views.slips, name="slips"),
    path("firms/<int:pk>/", firm_views.firm, name="firm"),
    path("lawyers/<int:pk>/", lawyer_views.lawyer, name="lawyer"),
]
