"""Addresses under /office/erasures/."""

from django.urls import path

from qianchang.people.privacy import office_views

app_name = "erasures"

urlpatterns = [
    path("", office_views.erasures, name="erasures"),
    path("new/<int:lawyer_id>/", office_views.propose, name="propose"),
    path("<int:pk>/", office_views.one, name="erasure"),
]
