"""Addresses of the sticks and of what they bring back."""

from django.urls import URLPattern

app_name = "offline"
urlpatterns: list[URLPattern] = []
