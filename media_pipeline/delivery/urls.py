"""Addresses of media. The token is one path segment, so that a playlist's relative names stay under it."""

from django.urls import path

from media_pipeline.delivery import images, views

app_name = "delivery"

urlpatterns = [
    path("discs/<str:token>", images.image, name="image"),
    path("<str:token>/<str:name>", views.file, name="file"),
    # Answered by nginx where it checks links; who comes here has passed it by.
    path("signed/<str:signature>/<int:expires>/<path:folder>/<str:name>", views.not_here, name="signed"),
]
