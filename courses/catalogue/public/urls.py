"""Addresses of public pages that stand in no page tree. They have an English twin each."""

from django.urls import path

from courses.catalogue.public import feeds, lecturers

app_name = "public"

urlpatterns = [
    path("lectures/feed/", feeds.feed, name="feed"),
    path("lecturers/", lecturers.lecturers, name="lecturers"),
    path("lecturers/<str:slug>/", lecturers.lecturer, name="lecturer"),
]
