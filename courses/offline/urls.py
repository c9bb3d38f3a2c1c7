"""Addresses of the sticks and of what they bring back."""

from django.urls import path

from courses.offline import file_views, views

app_name = "offline"
urlpatterns = [
    path("my/sticks/", views.own_sticks, name="own_sticks"),
    path("my/sticks/new/", views.new_own_stick, name="new_own_stick"),
    path("my/records/", views.own_records, name="own_records"),
    path("office/sticks/", views.sticks, name="sticks"),
    path("office/sticks/new/", views.new_stick, name="new_stick"),
    path("office/bundles/", views.bundles, name="bundles"),
    path("sticks/<str:number>/", views.stick, name="stick"),
    path("sticks/<str:number>/revoke/", views.revoke, name="revoke"),
    path("sticks/<str:number>/records/<int:bundle>/", file_views.record, name="record"),
    path("sticks/<str:number>/files.zip", file_views.files, name="files"),
]
