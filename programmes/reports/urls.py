"""Addresses of reports, under /office/."""

from django.urls import path, re_path

from programmes.reports import views, year_views

app_name = "reports"

_MONTH = r"(?P<month>20[0-9]{2}-[0-9]{2})"
_DRAFT = r"draft\.(?P<format>[a-z]+)"
_WHOSE = r"(?P<of>[\w-]+:[a-z]+)"

urlpatterns = [
    re_path(rf"^reports/{_MONTH}/$", views.month, name="month"),
    re_path(rf"^reports/{_MONTH}/{_WHOSE}/{_DRAFT}$", views.draft, name="draft"),
    path("reports/returns/<int:pk>.<str:format>", views.sent, name="sent"),
    path("reports/<int:year>/", year_views.year, name="year"),
    path("reports/<int:year>/<str:of>/evidence.zip", year_views.evidence, name="evidence"),
    path("reports/<int:year>/<str:of>/<str:kind>.<str:format>", year_views.year_file, name="year_file"),
    path(
        "national/recognition/<int:year>.<str:format>",
        year_views.national_recognition,
        name="national_recognition",
    ),
    re_path(rf"^national/bulletin/{_MONTH}/$", views.bulletin, name="bulletin"),
    re_path(rf"^national/bulletin/{_MONTH}/{_DRAFT}$", views.bulletin_draft, name="bulletin_draft"),
    path("national/bulletin/issues/<int:pk>.<str:format>", views.bulletin_issue, name="bulletin_issue"),
]
