"""Addresses under /account/ that are not allauth's."""

from django.urls import path

from qianchang.people import views

app_name = "people"

urlpatterns = [
    path("activate/", views.activate, name="activate"),
    path("settings/", views.preferences, name="settings"),
]
