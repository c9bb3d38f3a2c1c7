"""Addresses of the tus endpoint."""

from django.urls import path

from media_pipeline.uploads import views

app_name = "uploads"

urlpatterns = [
    path("", views.collection, name="collection"),
    path("<uuid:public_id>", views.resource, name="resource"),
    path("<uuid:public_id>/digest", views.digest, name="digest"),
    path("<uuid:public_id>/header", views.header, name="header"),
]
