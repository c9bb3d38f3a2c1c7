"""Addresses of the sign-in sheets."""

from django.urls import URLPattern

app_name = "sheets"
urlpatterns: list[URLPattern] = []
