"""Addresses of the discs."""

from django.urls import URLPattern

app_name = "discs"
urlpatterns: list[URLPattern] = []
